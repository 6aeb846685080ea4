/* frontrow lottery, see ctl_lottery.h. */
#include "ctl_lottery.h"

#include "base/clock.h"
#include "domain/lottery_verify.h"
#include "http/json_out.h"
#include <inttypes.h>
#include <string.h>

/* The rule, as anybody else would have to compute it. */
#define RULE                                                                                       \
    "ascending HMAC-SHA256 (key: the seed's 32 bytes, text: the jti in decimal digits), the "      \
    "lowest first"

enum { HEX_SIZE = 2 * LOTTERY_SEED_BYTES + 1 };

static const char *hex(const unsigned char bytes[LOTTERY_SEED_BYTES], char out[HEX_SIZE])
{
    for (int i = 0; i < LOTTERY_SEED_BYTES; i++)
        snprintf(out + (ptrdiff_t)2 * i, 3, "%02x", bytes[i]);
    return out;
}

static int64_t last_ticket(const struct lottery_info *l)
{
    return l->first_ticket + l->entrants - 1;
}

/* Connects and reads the lottery. NULL after a complaint, the exit status in *status. */
static struct app *open_lottery(struct ctl *ctl, const char *what, struct lottery_info *l,
                                int *status)
{
    struct app *app;
    int64_t concert_id;
    enum err e;

    *status = CTL_MISUSED;
    if (!ctl_concert_id(ctl, &concert_id))
        return NULL;
    *status = CTL_FAILED;
    app = ctl_app(ctl, what);
    if (!app)
        return NULL;
    e = lottery_read(app, concert_id, l);
    if (e == ERR_OK && l->exists)
        return app;
    if (e != ERR_OK)
        ctl_complain_of_concert(e, what, concert_id);
    else
        ctl_complain(0, "%s: concert %" PRId64 " has no lottery: it never had a pre-queue", what,
                     concert_id);
    app_free(app);
    return NULL;
}

/* The same for what can only be done when every number is given. */
static struct app *open_drawn(struct ctl *ctl, const char *what, struct lottery_info *l,
                              int *status)
{
    struct app *app = open_lottery(ctl, what, l, status);
    char when[CLOCK_RFC3339_SIZE] = "an unknown time";

    if (!app || (l->drawn && !l->giving))
        return app;
    if (l->opens_at >= 0)
        clock_format(l->opens_at, when);
    if (l->drawn)
        ctl_complain(0,
                     "%s: the lottery of concert %" PRId64 " is drawn, and its numbers are still "
                     "being given: %" PRId64 " of %" PRId64,
                     what, l->concert_id, l->numbered, l->entrants);
    else
        ctl_complain(0, "%s: the lottery of concert %" PRId64 " is not drawn yet; it opens at %s",
                     what, l->concert_id, when);
    app_free(app);
    return NULL;
}

/* --- show --- */

static void print_moment(const char *label, int64_t ms)
{
    char text[CLOCK_RFC3339_SIZE] = "-";

    if (ms >= 0)
        clock_format(ms, text);
    printf("%-12s %s\n", label, text);
}

static void show_text(const struct lottery_info *l)
{
    char digits[HEX_SIZE];

    printf("%-12s %" PRId64 "\n", "concert", l->concert_id);
    printf("%-12s %s\n", "seed hash", hex(l->seed_hash, digits));
    printf("%-12s %s\n", "seed", l->drawn ? hex(l->seed, digits) : "- (not drawn yet)");
    print_moment("made at", l->made_at);
    print_moment("opens at", l->opens_at);
    print_moment("drawn at", l->drawn_at);
    printf("%-12s %" PRId64 "%s\n", "entrants", l->entrants, l->drawn ? "" : " so far");
    if (l->drawn && l->entrants > 0)
        printf("%-12s %" PRId64 " to %" PRId64 "\n", "numbers", l->first_ticket, last_ticket(l));
    else
        printf("%-12s -\n", "numbers");
    if (l->giving)
        printf("%-12s %" PRId64 " of them so far\n", "given", l->numbered);
    puts("order        " RULE);
}

static void put_number(struct text_buf *out, const char *name, bool known, int64_t value)
{
    if (known)
        jout_int(out, name, value);
    else
        jout_null(out, name);
}

static int show_json(const struct lottery_info *l)
{
    struct text_buf out = {0};
    char digits[HEX_SIZE];
    bool numbers = l->drawn && l->entrants > 0, failed;

    jout_object_begin(&out, NULL);
    jout_int(&out, "concertId", l->concert_id);
    jout_text(&out, "seedHash", hex(l->seed_hash, digits));
    jout_text(&out, "seed", l->drawn ? hex(l->seed, digits) : NULL);
    jout_time(&out, "madeAt", l->made_at);
    jout_time(&out, "opensAt", l->opens_at);
    jout_time(&out, "drawnAt", l->drawn_at);
    jout_int(&out, "entrants", l->entrants);
    put_number(&out, "firstTicket", numbers, l->first_ticket);
    put_number(&out, "lastTicket", numbers, last_ticket(l));
    put_number(&out, "numbered", l->drawn, l->numbered);
    jout_object_end(&out);
    failed = out.failed;
    if (!failed)
        puts(out.data);
    text_buf_free(&out);
    return failed ? ctl_complain(CTL_FAILED, "out of memory") : CTL_DONE;
}

int ctl_lottery_show(struct ctl *ctl)
{
    struct lottery_info lottery;
    int status;
    struct app *app = open_lottery(ctl, "lottery show", &lottery, &status);

    if (!app)
        return status;
    app_free(app);
    if (ctl->value[CTL_JSON])
        return show_json(&lottery);
    show_text(&lottery);
    return CTL_DONE;
}

/* --- list --- */

/* A row of RFC 4180. Who came late for the draw has no rank. */
static enum err print_row(const struct lottery_number *n, void *arg)
{
    char digits[HEX_SIZE] = "";

    (void)arg;
    printf("%" PRId64 ",%" PRId64 ",%s\r\n", n->ticket, n->token_id,
           n->late ? "" : hex(n->rank, digits));
    return ERR_OK;
}

int ctl_lottery_list(struct ctl *ctl)
{
    struct lottery_info lottery;
    int status;
    struct app *app = open_drawn(ctl, "lottery list", &lottery, &status);
    enum err e;

    if (!app)
        return status;
    fputs("ticket,jti,hmac\r\n", stdout);
    e = lottery_each(app, &lottery, print_row, NULL);
    app_free(app);
    return e == ERR_OK ? CTL_DONE : ctl_complain_of(e, "lottery list");
}

/* --- verify --- */

int ctl_lottery_verify(struct ctl *ctl)
{
    struct lottery_info lottery;
    int status;
    struct app *app = open_drawn(ctl, "lottery verify", &lottery, &status);
    char digits[HEX_SIZE];
    int64_t faults = 0;
    enum err e;

    if (!app)
        return status;
    printf("concert %" PRId64 ", seed hash %s, ", lottery.concert_id,
           hex(lottery.seed_hash, digits));
    printf("seed %s\n", hex(lottery.seed, digits));
    e = lottery_verify(app, &lottery, stdout, &faults);
    app_free(app);
    if (e != ERR_OK)
        return ctl_complain_of(e, "lottery verify");
    return faults == 0 ? CTL_DONE : CTL_FAILED;
}
