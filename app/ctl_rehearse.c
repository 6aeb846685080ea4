/*
 * frontrow rehearse: what the options mean, what is refused, and where the report goes; see
 * ctl_rehearse.h. The rehearsal itself is in app/load.
 */
#include "ctl_rehearse.h"

#include "base/clock.h"
#include "base/text.h"
#include "domain/concert.h"
#include "load/rehearsal.h"
#include "load/report.h"
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#define URL_DEFAULT  "http://127.0.0.1:8080"
#define OVER_DEFAULT 10.0
#define SECONDS_MAX  86400

/* How many seats a rehearsal makes at the most. */
#define ALL_SEATS_MAX 1000000

/* What a concert's settings are without an option, by name: PRESET_admit_count and so on. */
#define PRESET(name, preset, least, most) PRESET_##name = (preset),
enum setting_presets { CONCERT_SETTING_LIST(PRESET) CONCERT_QUEUE_SETTING_LIST(PRESET) };
#undef PRESET

/* The numbers, each with its bounds and what it is without the option; -1: what the help says. */
#define NUMBER(option, member, preset, least, most, unit, meaning)                                 \
    {                                                                                              \
        CTL_##option, offsetof(struct numbers, member), preset, least, most, unit, meaning         \
    }
static const struct number {
    enum ctl_option option;
    size_t offset;
    int64_t preset, least, most;
    const char *unit, *meaning;
} numbers[];

struct numbers {
    int64_t buyers, abandon, vanish, seats_per_buyer, poll, seed, duration, connections, concert,
        charge, dates, seats, price, admit_count, admit_interval, max_active, session, claim, hold;
};

static const struct number numbers[] = {
    NUMBER(BUYERS, buyers, 1000, 1, CROWD_BUYERS_MAX, "N", "buyers"),
    NUMBER(SEATS_PER_BUYER, seats_per_buyer, 1, 1, CROWD_SEATS_MAX, "N", "seats that each wants"),
    NUMBER(ABANDON, abandon, 0, 0, 100, "PERCENT",
           "who give up: half leave the queue, half give their hold back"),
    NUMBER(VANISH, vanish, 0, 0, 100, "PERCENT",
           "who close the page at those moments without a word"),
    NUMBER(POLL, poll, 0, 0, 3600, "SECONDS",
           "between two looks at the queue at the least, where the site names less"),
    NUMBER(SEED, seed, -1, 0, INT64_MAX, "N",
           "decides all chance, and who the buyers are (default: another each time)"),
    NUMBER(DURATION, duration, 900, 1, SECONDS_MAX, "SECONDS", "the sale is cut short after that"),
    NUMBER(CONNECTIONS, connections, 200, 1, CLIENT_CONNECTIONS_MAX, "N",
           "requests at once at the most"),
    NUMBER(CONCERT, concert, -1, 1, INT64_MAX, "ID",
           "a concert that is there, instead of one that is made; needs --charge"),
    NUMBER(CHARGE, charge, -1, 0, INT64_C(1000000000000), "AMOUNT",
           "into each buyer's wallet beforehand (default: the price of their seats)"),
    NUMBER(DATES, dates, 20, 1, 10000, "N", "dates of the concert that is made"),
    NUMBER(SEATS, seats, 50, 1, 100000, "N", "seats of each date"),
    NUMBER(PRICE, price, 0, 0, 1000000000, "AMOUNT", "of a seat"),
    NUMBER(ADMIT_COUNT, admit_count, PRESET_admit_count, 1, 100000, "N", "people in a batch"),
    NUMBER(ADMIT_INTERVAL, admit_interval, PRESET_admit_interval_seconds, 1, 86400, "SECONDS",
           "between batches"),
    NUMBER(MAX_ACTIVE, max_active, PRESET_max_active, 0, 1000000, "N",
           "people inside at once; 0: no cap"),
    NUMBER(SESSION, session, PRESET_session_seconds, 1, 86400, "SECONDS", "of a session"),
    NUMBER(CLAIM, claim, PRESET_claim_seconds, 0, 86400, "SECONDS",
           "in which an admitted buyer must be heard of; 0: off"),
    NUMBER(HOLD, hold, PRESET_hold_seconds, 1, 86400, "SECONDS", "of a hold"),
};
#define N_NUMBERS (sizeof numbers / sizeof *numbers)

/* --- Help --- */

/* What the help says, in its order: an option that is a number by what is known of it, any other
 * by its words, and headings without an option. */
#define NUMBERED(option)                                                                           \
    {                                                                                              \
        CTL_##option, NULL, NULL                                                                   \
    }
#define WORDED(option, w, ...)                                                                     \
    {                                                                                              \
        CTL_##option, w, __VA_ARGS__                                                               \
    }
#define HEADING(text)                                                                              \
    {                                                                                              \
        CTL_OPTION_COUNT, NULL, text                                                               \
    }
static const struct help {
    enum ctl_option option;
    const char *value, *meaning;
} help[] = {
    /* clang-format off */
    WORDED(URL, " URL", "the site, http or https (default " URL_DEFAULT "); SSL_CERT_FILE\n"
           "may name an authority of one's own"),
    NUMBERED(BUYERS),
    HEADING("the concert that is made:"),
    NUMBERED(DATES), NUMBERED(SEATS), NUMBERED(PRICE), NUMBERED(ADMIT_COUNT),
    NUMBERED(ADMIT_INTERVAL), NUMBERED(MAX_ACTIVE), NUMBERED(SESSION), NUMBERED(CLAIM),
    NUMBERED(HOLD),
    HEADING("its buyers:"),
    WORDED(OVER, " SECONDS", "in which they arrive (default 10; with sellout 13)"),
    WORDED(PROFILE, " flat|spike|sellout",
           "evenly, most at first, or as at a sale that is over within seconds\n(default flat)"),
    WORDED(THINK, " SECONDS", "between two steps inside, in the mean (default 0)"),
    NUMBERED(SEATS_PER_BUYER), NUMBERED(ABANDON), NUMBERED(VANISH), NUMBERED(CHARGE),
    WORDED(BEST, "", "the best seats, instead of seats by their numbers"),
    WORDED(MAP, "", "look at the compact map, instead of the list of free seats"),
    WORDED(WATCH, " own|public", "what is polled in the queue (default own)"),
    NUMBERED(POLL),
    WORDED(KEYS, "", "send an Idempotency-Key with each hold and payment"),
    HEADING("the run and its report:"),
    NUMBERED(CONNECTIONS), NUMBERED(DURATION), NUMBERED(SEED),
    WORDED(JSON, "", "the report as JSON, instead of text"),
    WORDED(SAVE, " FILE", "the report as JSON into a file besides; -: to standard output, after\n"
           "the text, or alone and once with --json"),
    WORDED(QUIET, "", "no line a second on standard error"),
    HEADING("somebody else's concert or host:"),
    NUMBERED(CONCERT),
    WORDED(ANY_CONCERT, "", "sell seats of a concert that is no rehearsal's and no demo"),
    WORDED(OTHER_HOST, "", "play on a site whose address is not a loopback one, which takes\n"
           "https: an operator's token goes there"),
    /* clang-format on */
};
#undef NUMBERED
#undef WORDED
#undef HEADING

/* The meaning may have more than one line. */
static void help_line(FILE *to, const char *words, const char *meaning)
{
    const char *end = strchr(meaning, '\n');

    fprintf(to, "        %-28s  %.*s\n", words, end ? (int)(end - meaning) : (int)strlen(meaning),
            meaning);
    if (end)
        help_line(to, "", end + 1);
}

static void help_number(FILE *to, enum ctl_option option)
{
    for (size_t i = 0; i < N_NUMBERS; i++) {
        const struct number *n = &numbers[i];
        char words[40], meaning[160];

        if (n->option != option)
            continue;
        snprintf(words, sizeof words, "--%s %s", ctl_option_name(option), n->unit);
        snprintf(meaning, sizeof meaning, "%s (default %" PRId64 ")", n->meaning, n->preset);
        help_line(to, words, n->preset >= 0 ? meaning : n->meaning);
    }
}

void ctl_rehearse_help(FILE *to)
{
    for (size_t i = 0; i < sizeof help / sizeof *help; i++) {
        const struct help *h = &help[i];
        char words[60];

        if (h->option == CTL_OPTION_COUNT) {
            fprintf(to, "      %s\n", h->meaning);
        } else if (!h->meaning) {
            help_number(to, h->option);
        } else {
            snprintf(words, sizeof words, "--%s%s", ctl_option_name(h->option), h->value);
            help_line(to, words, h->meaning);
        }
    }
    fputs("      ends with 0 when the sale was played, 1 when it could not be, nobody could buy or "
          "the\n"
          "      site's figures do not add up, 2 when it was not understood or is refused for want "
          "of\n"
          "      --any-concert, --other-host or https, 130 when Ctrl-C cut it short (once: those "
          "inside\n"
          "      have ten seconds; twice: at once); a report follows in each case in which the "
          "sale was\n"
          "      opened\n",
          to);
}

/* --- Options --- */

static bool take_numbers(const struct ctl *ctl, struct numbers *out)
{
    for (size_t i = 0; i < N_NUMBERS; i++) {
        const struct number *n = &numbers[i];
        const char *text = ctl->value[n->option];
        int64_t *value = (int64_t *)(void *)((char *)out + n->offset);

        *value = n->preset;
        if (!text)
            continue;
        if (!text_parse_int(text, strlen(text), value) || *value < n->least || *value > n->most) {
            ctl_complain(0, "--%s must be a whole number from %" PRId64 " to %" PRId64,
                         ctl_option_name(n->option), n->least, n->most);
            return false;
        }
    }
    return true;
}

/* A time such as 10 or 0.5. */
static bool take_seconds(const struct ctl *ctl, enum ctl_option option, double *value)
{
    const char *text = ctl->value[option];
    char *end;

    if (!text)
        return true;
    errno = 0;
    if (text[0] >= '0' && text[0] <= '9' && strspn(text, "0123456789.") == strlen(text)) {
        *value = strtod(text, &end);
        if (!*end && errno == 0 && *value <= SECONDS_MAX)
            return true;
    }
    ctl_complain(0, "--%s must be a number of seconds from 0 to %d", ctl_option_name(option),
                 SECONDS_MAX);
    return false;
}

static bool take_words(const struct ctl *ctl, struct crowd_plan *p)
{
    const char *profile = ctl->value[CTL_PROFILE], *watch = ctl->value[CTL_WATCH];

    if (profile && !arrive_from_name(profile, &p->profile)) {
        ctl_complain(0, "--profile must be flat, spike or sellout");
        return false;
    }
    if (watch && strcmp(watch, "own") != 0 && strcmp(watch, "public") != 0) {
        ctl_complain(0, "--watch must be own or public");
        return false;
    }
    p->watch_public = watch && strcmp(watch, "public") == 0;
    p->best = ctl->value[CTL_BEST] != NULL;
    p->map = ctl->value[CTL_MAP] != NULL;
    p->keys = ctl->value[CTL_KEYS] != NULL;
    p->over = p->profile == ARRIVE_SELLOUT ? ARRIVE_SELLOUT_SECONDS : OVER_DEFAULT;
    return take_seconds(ctl, CTL_OVER, &p->over) && take_seconds(ctl, CTL_THINK, &p->think);
}

/* What cannot be meant together. */
static bool fits_together(const struct ctl *ctl, const struct numbers *n,
                          const struct rehearsal_plan *plan)
{
    if (plan->concert_id && (ctl_given(ctl) & CTL_REHEARSE_CONCERT))
        ctl_complain(0, "--concert takes a concert as it is: none of its settings can be given");
    else if (plan->concert_id && n->charge < 0)
        ctl_complain(0,
                     "--concert needs --charge AMOUNT, the price of a buyer's seats: what those of "
                     "a concert cost is told to its buyers alone; 0 if they are free");
    else if (!plan->concert_id && plan->any_concert)
        ctl_complain(0, "--any-concert goes with --concert");
    else if (n->abandon + n->vanish > 100)
        ctl_complain(0, "--abandon and --vanish are more than 100 percent together");
    else if (n->dates * n->seats > ALL_SEATS_MAX)
        ctl_complain(0, "--dates times --seats must be at most %d", ALL_SEATS_MAX);
    else if (plan->charge > ctl->cfg.wallet_charge_max)
        ctl_complain(0, "%" PRId64 " is more than [wallet] charge_max allows at a time",
                     plan->charge);
    else if (plan->charge > 0 && plan->charge < ctl->cfg.wallet_charge_min)
        ctl_complain(0, "%" PRId64 " is less than [wallet] charge_min allows", plan->charge);
    else
        return true;
    return false;
}

static void put_numbers(const struct numbers *n, struct rehearsal_plan *plan)
{
    plan->crowd.buyers = (uint32_t)n->buyers;
    plan->crowd.abandon = (int)n->abandon;
    plan->crowd.vanish = (int)n->vanish;
    plan->crowd.seats = (int)n->seats_per_buyer;
    plan->crowd.poll_least = (int)n->poll;
    plan->crowd.seed = n->seed >= 0 ? (uint64_t)n->seed : (uint64_t)clock_wall_ms();
    plan->duration = n->duration;
    plan->connections = (int)n->connections;
    plan->concert_id = n->concert > 0 ? n->concert : 0;
    plan->charge = n->charge >= 0 ? n->charge : n->price * n->seats_per_buyer;
    plan->concert = (struct stage_concert){.dates = n->dates,
                                           .seats = n->seats,
                                           .price = n->price,
                                           .admit_count = n->admit_count,
                                           .admit_interval = n->admit_interval,
                                           .max_active = n->max_active,
                                           .session = n->session,
                                           .claim = n->claim,
                                           .hold = n->hold,
                                           .seats_per_user = -1,
                                           .lasts_seconds = n->duration};
    if (n->seats_per_buyer > 4)
        plan->concert.seats_per_user = n->seats_per_buyer;
}

static bool take_plan(const struct ctl *ctl, struct rehearsal_plan *plan)
{
    struct numbers n;

    memset(plan, 0, sizeof *plan);
    if (!take_numbers(ctl, &n) || !take_words(ctl, &plan->crowd))
        return false;
    put_numbers(&n, plan);
    plan->url = ctl->value[CTL_URL] ? ctl->value[CTL_URL] : URL_DEFAULT;
    plan->any_concert = ctl->value[CTL_ANY_CONCERT] != NULL;
    plan->other_host = ctl->value[CTL_OTHER_HOST] != NULL;
    plan->quiet = ctl->value[CTL_QUIET] != NULL;
    return fits_together(ctl, &n, plan);
}

/* --- The report --- */

/* Opened before the sale, so that nobody plays one for nothing. */
static bool open_save(const char *path, FILE **out)
{
    *out = NULL;
    if (!path)
        return true;
    *out = strcmp(path, "-") == 0 ? stdout : fopen(path, "we");
    if (!*out)
        ctl_complain(0, "cannot write %s: %s", path, strerror(errno));
    return *out != NULL;
}

static bool write_report(const struct rehearsal *r, bool json, FILE *save)
{
    struct text_buf text = {0};
    bool good = true;

    if (json || save)
        report_json(&text, r);
    good = !text.failed;
    if (json && good)
        fputs(text.data, stdout);
    else
        report_print(stdout, r);
    if (save && good && !(save == stdout && json))
        fputs(text.data, save);
    text_buf_free(&text);
    if (!good)
        ctl_complain(0, "rehearse: out of memory for the report");
    return good;
}

/* As many descriptors as connections; the limit may have to be raised within what is allowed. */
static bool raise_files(int connections)
{
    rlim_t needed = (rlim_t)connections + 64;
    struct rlimit limit;

    if (getrlimit(RLIMIT_NOFILE, &limit) != 0 || limit.rlim_cur >= needed)
        return true;
    if (limit.rlim_max >= needed) {
        limit.rlim_cur = needed;
        if (setrlimit(RLIMIT_NOFILE, &limit) == 0)
            return true;
    }
    ctl_complain(0, "--connections %d needs more open files than ulimit -n allows", connections);
    return false;
}

/* Says why, and what became of the concert. */
static int complain_of(const struct rehearsal *r, int status)
{
    char concert[160];

    rehearsal_tell_concert(r, concert, sizeof concert);
    if (concert[0])
        return ctl_complain(status, "%s; concert %" PRId64 " %s", r->why, r->concert_id, concert);
    return ctl_complain(status, "%s", r->why);
}

static int status_of(const struct rehearsal *r, enum rehearsal_end end)
{
    switch (end) {
    case REHEARSAL_REFUSED:
        return ctl_complain(CTL_MISUSED, "%s", r->why);
    case REHEARSAL_FAILED:
        return complain_of(r, CTL_FAILED);
    case REHEARSAL_STOPPED:
        return r->opened && (r->closed || !r->managed) ? CTL_STOPPED : complain_of(r, CTL_STOPPED);
    case REHEARSAL_PLAYED:
        break;
    }
    if (!rehearsal_adds_up(r))
        return ctl_complain(CTL_FAILED,
                            "the site's figures do not add up with what its buyers were told");
    if (rehearsal_sold_nothing(r))
        return ctl_complain(CTL_FAILED,
                            "nobody could buy: the report says what they were refused for");
    return CTL_DONE;
}

int ctl_rehearse(struct ctl *ctl)
{
    static struct rehearsal r;
    struct rehearsal_plan plan;
    enum rehearsal_end end;
    FILE *save;
    int status;

    if (!take_plan(ctl, &plan) || !raise_files(plan.connections) ||
        !open_save(ctl->value[CTL_SAVE], &save))
        return CTL_MISUSED;
    end = rehearsal_run(&r, &plan, &ctl->cfg);
    if (r.opened && !write_report(&r, ctl->value[CTL_JSON] != NULL, save))
        end = REHEARSAL_FAILED;
    status = status_of(&r, end);
    if (save && save != stdout && fclose(save) != 0)
        status =
            ctl_complain(CTL_FAILED, "cannot write %s: %s", ctl->value[CTL_SAVE], strerror(errno));
    rehearsal_free(&r);
    return status;
}
