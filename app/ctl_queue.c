/*
 * What `frontrow queue` changes, see ctl_queue.h: states, settings and messages.
 *
 * Each says what it was before, as the same transaction found it, and what it is now.
 */
#include "ctl_queue.h"

#include "base/clock.h"
#include "base/text.h"
#include "db/db.h"
#include "domain/concert.h"
#include "http/concert_admin_http.h"
#include <inttypes.h>
#include <stddef.h>
#include <string.h>

/* Characters of a message in one language. */
enum { MESSAGE_MAX = 1000 };

/* The bounds of each setting, by name: LEAST_admit_count and so on. */
#define BOUNDS(name, preset, least, most) LEAST_##name = (least), MOST_##name = (most),
enum setting_bounds { CONCERT_QUEUE_SETTING_LIST(BOUNDS) };
#undef BOUNDS

#define SETTING(option, member, has, unit, meaning)                                                \
    {                                                                                              \
        CTL_##option, CONCERT_HAS_##has, offsetof(struct concert, member), LEAST_##member,         \
            MOST_##member, unit, meaning                                                           \
    }

static const struct setting {
    enum ctl_option option;
    unsigned field;
    size_t offset; /* of the int64_t in a struct concert */
    int64_t least, most;
    const char *unit, *meaning;
} settings[] = {
    /* clang-format off */
    SETTING(ADMIT_COUNT, admit_count, ADMIT_COUNT, "N", "people in a batch"),
    SETTING(ADMIT_INTERVAL, admit_interval_seconds, ADMIT_INTERVAL_SECONDS, "SECONDS",
            "between batches"),
    SETTING(MAX_ACTIVE, max_active, MAX_ACTIVE, "N", "people inside at once; 0: no cap"),
    SETTING(SESSION, session_seconds, SESSION_SECONDS, "SECONDS", "of a session"),
    SETTING(CLAIM, claim_seconds, CLAIM_SECONDS, "SECONDS",
            "in which an admitted visitor must be heard of; 0: off"),
    SETTING(TOKEN_LIFETIME, token_lifetime_seconds, TOKEN_LIFETIME_SECONDS, "SECONDS",
            "for which a place in line is kept"),
    /* clang-format on */
};
#define N_SETTINGS (sizeof settings / sizeof *settings)

/* Whoever has a shell here may do what the API's admins may. */
static const struct caller shell = {.kind = TOKEN_USER, .admin = true};

static int64_t *setting_of(struct concert *c, const struct setting *s)
{
    return (int64_t *)(void *)((char *)c + s->offset);
}

/* A change under way: what is to be changed, and what the concert was and is. */
struct change {
    int64_t concert_id;
    unsigned fields;
    bool opens_now; /* wanted.opens_at is to be the present moment, by the database's clock */
    struct concert wanted, before, after;
};

/* Changes it. CTL_DONE, or the status after a complaint. */
static int apply(struct ctl *ctl, struct change *ch, const char *what)
{
    struct app *app = ctl_app(ctl, what);
    enum err e = ERR_OK;

    if (!app)
        return CTL_FAILED;
    if (ch->opens_now)
        e = db_now(app->db, &ch->wanted.opens_at);
    if (e == ERR_OK)
        e = concert_patch(app, &shell, ch->concert_id, ch->fields, &ch->wanted,
                          concert_admin_http_render, &ch->before, &ch->after);
    app_free(app);
    if (e == ERR_BUSY && (ch->fields & CONCERT_HAS_OPENS_AT))
        return ctl_complain(CTL_FAILED,
                            "%s: the database is busy, or the numbers of the last pre-queue are "
                            "still being given; try again",
                            what);
    return e == ERR_OK ? CTL_DONE : ctl_complain_of_concert(e, what, ch->concert_id);
}

/* --- States --- */

static int set_state(struct ctl *ctl, enum queue_condition state, const char *what,
                     const char *done)
{
    struct change ch = {.fields = CONCERT_HAS_STATE, .wanted = {.state = state}};
    int status;

    if (!ctl_concert_id(ctl, &ch.concert_id))
        return CTL_MISUSED;
    status = apply(ctl, &ch, what);
    if (status != CTL_DONE)
        return status;
    printf("concert %" PRId64 " is %s; ", ch.concert_id, done);
    if (ch.before.state == state)
        puts("it was before");
    else
        printf("was %s; takes effect within one tick\n", queue_condition_name(ch.before.state));
    if (ch.after.state == QUEUE_PREQUEUE)
        printf("it opens at its opening time; `frontrow queue set %" PRId64
               " --opens-at now` opens "
               "it at once\n",
               ch.concert_id);
    else if (ch.after.state != state)
        printf("the queue is shown as %s\n", queue_condition_name(ch.after.state));
    return CTL_DONE;
}

int ctl_queue_pause(struct ctl *ctl)
{
    return set_state(ctl, QUEUE_PAUSED, "queue pause", "paused");
}

int ctl_queue_resume(struct ctl *ctl)
{
    return set_state(ctl, QUEUE_OPEN, "queue resume", "open");
}

int ctl_queue_drain(struct ctl *ctl)
{
    return set_state(ctl, QUEUE_DRAINING, "queue drain", "draining");
}

int ctl_queue_close(struct ctl *ctl)
{
    return set_state(ctl, QUEUE_CLOSED, "queue close", "closed");
}

/* --- Settings --- */

void ctl_queue_set_help(FILE *to)
{
    fprintf(to, "        %-24s  %-12s  %s\n", "--opens-at TIME", "RFC 3339",
            "when the queue opens; those who come before are drawn by lot");
    fprintf(to, "        %-24s  %-12s  %s\n", "--opens-at now|none", "",
            "opens a pre-queue at once");
    for (size_t i = 0; i < N_SETTINGS; i++) {
        const struct setting *s = &settings[i];
        char words[40], bounds[40];

        snprintf(words, sizeof words, "--%s %s", ctl_option_name(s->option), s->unit);
        snprintf(bounds, sizeof bounds, "%" PRId64 " to %" PRId64, s->least, s->most);
        fprintf(to, "        %-24s  %-12s  %s\n", words, bounds, s->meaning);
    }
}

/* Takes the moment of the opening, if it was given. False after a complaint. */
static bool take_opening(const struct ctl *ctl, struct change *ch)
{
    const char *text = ctl->value[CTL_OPENS_AT];

    if (!text)
        return true;
    ch->fields |= CONCERT_HAS_OPENS_AT;
    ch->wanted.opens_at = -1;
    ch->opens_now = strcmp(text, "now") == 0;
    if (ch->opens_now || strcmp(text, "none") == 0 ||
        clock_parse(text, strlen(text), &ch->wanted.opens_at))
        return true;
    ctl_complain(0, "--opens-at must be a time such as 2030-05-01T19:00:00+09:00, now or none");
    return false;
}

/* Takes what the options say. False after a complaint. */
static bool take_settings(const struct ctl *ctl, struct change *ch)
{
    for (size_t i = 0; i < N_SETTINGS; i++) {
        const struct setting *s = &settings[i];
        const char *text = ctl->value[s->option];
        int64_t *value = setting_of(&ch->wanted, s);

        if (!text)
            continue;
        if (!text_parse_int(text, strlen(text), value) || *value < s->least || *value > s->most) {
            ctl_complain(0, "--%s must be a number from %" PRId64 " to %" PRId64,
                         ctl_option_name(s->option), s->least, s->most);
            return false;
        }
        ch->fields |= s->field;
    }
    if (!take_opening(ctl, ch))
        return false;
    if (ch->fields == 0)
        ctl_complain(0, "queue set needs a setting; see frontrow queue set --help");
    return ch->fields != 0;
}

static void print_opening(const struct change *ch)
{
    char now[CLOCK_RFC3339_SIZE] = "none", before[CLOCK_RFC3339_SIZE] = "none";

    if (ch->after.opens_at >= 0)
        clock_format(ch->after.opens_at, now);
    if (ch->before.opens_at >= 0)
        clock_format(ch->before.opens_at, before);
    printf("  opens-at %s; was %s\n", now, before);
}

int ctl_queue_set(struct ctl *ctl)
{
    struct change ch = {.fields = 0};
    int status;

    if (!ctl_concert_id(ctl, &ch.concert_id) || !take_settings(ctl, &ch))
        return CTL_MISUSED;
    status = apply(ctl, &ch, "queue set");
    if (status != CTL_DONE)
        return status;
    printf("concert %" PRId64 " is set; takes effect within one tick\n", ch.concert_id);
    for (size_t i = 0; i < N_SETTINGS; i++) {
        if (ch.fields & settings[i].field)
            printf("  %s %" PRId64 "; was %" PRId64 "\n", ctl_option_name(settings[i].option),
                   *setting_of(&ch.after, &settings[i]), *setting_of(&ch.before, &settings[i]));
    }
    if (ch.fields & CONCERT_HAS_OPENS_AT)
        print_opening(&ch);
    return CTL_DONE;
}

/* --- The message --- */

/* Takes one language of the message; an option that was not given leaves it empty. False after a
 * complaint. */
static bool take_text(const struct ctl *ctl, enum ctl_option option, char *out, size_t cap)
{
    const char *text = ctl->value[option];
    int64_t characters = text ? text_utf8_length(text, strlen(text)) : 0;

    if (characters >= 0 && characters <= MESSAGE_MAX)
        return !text || text_copy(out, cap, text, strlen(text));
    ctl_complain(0, "--%s must be up to %d characters of UTF-8", ctl_option_name(option),
                 MESSAGE_MAX);
    return false;
}

static bool take_message(const struct ctl *ctl, struct concert *c)
{
    bool given = ctl->value[CTL_KO] || ctl->value[CTL_EN];

    if (given == (ctl->value[CTL_CLEAR] != NULL)) {
        ctl_complain(0, "queue message needs --ko or --en or both, or --clear alone");
        return false;
    }
    if (!take_text(ctl, CTL_KO, c->message_ko, sizeof c->message_ko) ||
        !take_text(ctl, CTL_EN, c->message_en, sizeof c->message_en))
        return false;
    if (given && !c->message_ko[0] && !c->message_en[0]) {
        ctl_complain(0, "the message is empty; --clear takes it away");
        return false;
    }
    return true;
}

static void print_text(const char *language, const char *now, const char *before)
{
    printf("  %s ", language);
    ctl_print_plain(stdout, now[0] ? now : "none");
    fputs("; was ", stdout);
    ctl_print_plain(stdout, before[0] ? before : "none");
    putchar('\n');
}

int ctl_queue_message(struct ctl *ctl)
{
    struct change ch = {.fields = CONCERT_HAS_MESSAGE};
    int status;

    if (!ctl_concert_id(ctl, &ch.concert_id) || !take_message(ctl, &ch.wanted))
        return CTL_MISUSED;
    status = apply(ctl, &ch, "queue message");
    if (status != CTL_DONE)
        return status;
    printf("the message of concert %" PRId64 "; shown within one tick\n", ch.concert_id);
    print_text("ko", ch.after.message_ko, ch.before.message_ko);
    print_text("en", ch.after.message_en, ch.before.message_en);
    return CTL_DONE;
}
