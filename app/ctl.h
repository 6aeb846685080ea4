/*
 * What the commands of the operator's tool share: the command line as it was read, how they speak,
 * and their exit statuses.
 */
#ifndef FRONTROW_CTL_H
#define FRONTROW_CTL_H

#include "base/config.h"
#include "base/err.h"
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

struct app;

/* Exit statuses: all is well; the command failed or found a fault; it was not understood, or the
 * configuration is bad; whether there is a fault could not be found out; a signal cut it short. */
enum { CTL_DONE = 0, CTL_FAILED = 1, CTL_MISUSED = 2, CTL_UNKNOWN = 3, CTL_STOPPED = 130 };

/* X(option, name, whether a value follows): every option but --config, --help and --version. */
#define CTL_OPTION_LIST(X)                                                                         \
    X(USER, "user", true)                                                                          \
    X(SCOPE, "scope", true)                                                                        \
    X(TTL, "ttl", true)                                                                            \
    X(JSON, "json", false)                                                                         \
    X(GRANTS, "grants", false)                                                                     \
    X(HOST, "host", true)                                                                          \
    X(ADMIT_COUNT, "admit-count", true)                                                            \
    X(ADMIT_INTERVAL, "admit-interval", true)                                                      \
    X(MAX_ACTIVE, "max-active", true)                                                              \
    X(SESSION, "session", true)                                                                    \
    X(CLAIM, "claim", true)                                                                        \
    X(TOKEN_LIFETIME, "token-lifetime", true)                                                      \
    X(OPENS_AT, "opens-at", true)                                                                  \
    X(KO, "ko", true)                                                                              \
    X(EN, "en", true)                                                                              \
    X(CLEAR, "clear", false)                                                                       \
    X(URL, "url", true)                                                                            \
    X(BUYERS, "buyers", true)                                                                      \
    X(OVER, "over", true)                                                                          \
    X(PROFILE, "profile", true)                                                                    \
    X(THINK, "think", true)                                                                        \
    X(ABANDON, "abandon", true)                                                                    \
    X(VANISH, "vanish", true)                                                                      \
    X(SEATS_PER_BUYER, "seats-per-buyer", true)                                                    \
    X(BEST, "best", false)                                                                         \
    X(MAP, "map", false)                                                                           \
    X(WATCH, "watch", true)                                                                        \
    X(POLL, "poll", true)                                                                          \
    X(KEYS, "keys", false)                                                                         \
    X(SEED, "seed", true)                                                                          \
    X(DURATION, "duration", true)                                                                  \
    X(CONNECTIONS, "connections", true)                                                            \
    X(CONCERT, "concert", true)                                                                    \
    X(CHARGE, "charge", true)                                                                      \
    X(DATES, "dates", true)                                                                        \
    X(SEATS, "seats", true)                                                                        \
    X(PRICE, "price", true)                                                                        \
    X(HOLD, "hold", true)                                                                          \
    X(ANY_CONCERT, "any-concert", false)                                                           \
    X(OTHER_HOST, "other-host", false)                                                             \
    X(SAVE, "save", true)                                                                          \
    X(QUIET, "quiet", false)                                                                       \
    X(JWKS, "jwks", true)                                                                          \
    X(SCHEDULE, "schedule", true)                                                                  \
    X(ONLINE, "online", false)                                                                     \
    X(SVG, "svg", false)

enum ctl_option {
#define CTL_ENUM(option, ...) CTL_##option,
    CTL_OPTION_LIST(CTL_ENUM)
#undef CTL_ENUM
        CTL_OPTION_COUNT
};

/* The set of one option; sets are added up with |. */
#define CTL_BIT(option) (UINT64_C(1) << CTL_##option)

/* What the command line said. The texts are those of argv. */
struct ctl {
    const char *config;
    const char *value[CTL_OPTION_COUNT]; /* NULL: not given; "" where no value follows */
    const char *operand;                 /* what follows the command's own words; NULL: nothing */
    bool help, version;
    struct config cfg; /* loaded for the commands that need it */
};

/* Reads the options, and moves the other words to the end of argv; where they start is optind.
 * False after a complaint, about an option that there is not or that is not named in full. */
bool ctl_read_options(struct ctl *ctl, int argc, char **argv) MUSTCHECK;

/* The set of the options that were given. */
uint64_t ctl_given(const struct ctl *ctl);

/* The name of an option, without its dashes; static storage. */
const char *ctl_option_name(enum ctl_option option);

/* Says what is wrong on standard error, and returns `status`. */
int ctl_complain(int status, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* Says why `what` failed, by the error alone: the details are in the log lines before. Returns
 * CTL_FAILED. */
int ctl_complain_of(enum err e, const char *what);

/* Loads the configuration, with the credentials of the workers' database account alone or with all
 * there are. False after a complaint, for CTL_MISUSED. */
bool ctl_load(struct ctl *ctl, bool all_accounts) MUSTCHECK;

/* An app for `what`, the command, whose database has this program's schema; app_free() it. NULL
 * after a complaint, for CTL_FAILED. */
struct app *ctl_app(struct ctl *ctl, const char *what) MUSTCHECK;

/* The operand as a concert's id. False after a complaint. */
bool ctl_concert_id(const struct ctl *ctl, int64_t *concert_id) MUSTCHECK;

/* ctl_complain_of for a command about one concert, which may not be there. */
int ctl_complain_of_concert(enum err e, const char *what, int64_t concert_id);

/* Prints a text that others have written, without what a terminal would obey. */
void ctl_print_plain(FILE *to, const char *text);

#endif
