/* What `frontrow queue` shows, see ctl_queue.h: for people, and as JSON for programs. */
#include "ctl_queue.h"

#include "base/clock.h"
#include "domain/concert.h"
#include "domain/queue_list.h"
#include "http/concert_admin_http.h"
#include "http/json_out.h"
#include "http/queue_http.h"
#include <inttypes.h>

/* Room for "1000000/1000000" and for "277:46:40". */
enum { CELL = 48 };

/* "1:02:03", "2:03" or, for an unknown wait, "-". */
static const char *print_wait(char out[CELL], int64_t seconds)
{
    int64_t hours = seconds / 3600, minutes = seconds / 60 % 60;

    if (seconds < 0)
        snprintf(out, CELL, "-");
    else if (hours > 0)
        snprintf(out, CELL, "%" PRId64 ":%02" PRId64 ":%02" PRId64, hours, minutes, seconds % 60);
    else
        snprintf(out, CELL, "%" PRId64 ":%02" PRId64, minutes, seconds % 60);
    return out;
}

/* "12/50", or "12/-" without a cap. */
static const char *print_inside(char out[CELL], const struct snapshot_queue *q)
{
    if (q->max_active > 0)
        snprintf(out, CELL, "%" PRId64 "/%" PRId64, q->active, q->max_active);
    else
        snprintf(out, CELL, "%" PRId64 "/-", q->active);
    return out;
}

static int64_t per_minute(const struct snapshot_queue *q)
{
    return q->rate_per_second > 0 ? (int64_t)(q->rate_per_second * 60 + 0.5) : 0;
}

static void put_wait(struct text_buf *out, int64_t seconds)
{
    if (seconds < 0)
        jout_null(out, "lastWaitSeconds");
    else
        jout_int(out, "lastWaitSeconds", seconds);
}

/* Prints whole JSON and frees it; the exit status. */
static int print_json(struct text_buf *out)
{
    bool failed = out->failed;

    if (!failed)
        puts(out->data);
    text_buf_free(out);
    return failed ? ctl_complain(CTL_FAILED, "out of memory") : CTL_DONE;
}

/* --- The list --- */

static enum err print_listing(const struct queue_listing *l, void *arg)
{
    const struct snapshot_queue *q = &l->q;
    int64_t *count = arg;
    char inside[CELL], wait[CELL];

    if ((*count)++ == 0)
        printf("%6s  %-8s %8s %15s %8s %8s %8s %9s  %s\n", "id", "queue", "waiting", "inside/cap",
               "serving", "last", "per min", "last wait", "title");
    printf("%6" PRId64 "  %-8s %8" PRId64 " %15s %8" PRId64 " %8" PRId64 " %8" PRId64 " %9s  ",
           q->concert_id, queue_condition_name(q->state), q->waiting, print_inside(inside, q),
           q->now_serving, q->last_ticket, per_minute(q), print_wait(wait, l->last_wait_seconds));
    ctl_print_plain(stdout, l->title);
    putchar('\n');
    return ERR_OK;
}

static enum err put_listing(const struct queue_listing *l, void *arg)
{
    const struct snapshot_queue *q = &l->q;
    struct text_buf *out = arg;

    jout_object_begin(out, NULL);
    jout_int(out, "concertId", q->concert_id);
    jout_text(out, "title", l->title);
    jout_text(out, "state", queue_condition_name(q->state));
    jout_int(out, "waiting", q->waiting);
    jout_int(out, "active", q->active);
    jout_int(out, "maxActive", q->max_active);
    jout_int(out, "nowServing", q->now_serving);
    jout_int(out, "lastTicket", q->last_ticket);
    jout_int(out, "admitPerMinute", per_minute(q));
    put_wait(out, l->last_wait_seconds);
    jout_object_end(out);
    return out->failed ? ERR_INTERNAL : ERR_OK;
}

static int list_json(struct app *app)
{
    struct text_buf out = {0};
    enum err e;

    jout_object_begin(&out, NULL);
    jout_array_begin(&out, "queues");
    e = queue_list(app, put_listing, &out);
    jout_array_end(&out);
    jout_object_end(&out);
    if (e == ERR_OK)
        return print_json(&out);
    text_buf_free(&out);
    return ctl_complain_of(e, "queue list");
}

static int list_text(struct app *app)
{
    int64_t count = 0;
    enum err e = queue_list(app, print_listing, &count);

    if (e != ERR_OK)
        return ctl_complain_of(e, "queue list");
    if (count == 0)
        puts("no queue has people in it or a show to come");
    return CTL_DONE;
}

int ctl_queue_list(struct ctl *ctl)
{
    struct app *app = ctl_app(ctl, "queue list");
    int status;

    if (!app)
        return CTL_FAILED;
    status = ctl->value[CTL_JSON] ? list_json(app) : list_text(app);
    app_free(app);
    return status;
}

/* --- One queue --- */

struct shown {
    struct concert concert;
    struct queue_public doc;
    struct queue_listing listing;
};

static enum err read_shown(struct app *app, int64_t concert_id, struct shown *out)
{
    enum err e = concert_get(app, concert_id, &out->concert);

    if (e == ERR_OK)
        e = queue_public(app, concert_id, &out->doc);
    if (e == ERR_OK)
        e = queue_list_get(app, concert_id, &out->listing);
    return e;
}

static void print_number(const char *label, int64_t value, const char *unit)
{
    printf("%-16s %" PRId64 "%s\n", label, value, unit);
}

static void print_text(const char *label, const char *value)
{
    printf("%-16s ", label);
    ctl_print_plain(stdout, value[0] ? value : "-");
    putchar('\n');
}

static void print_moment(const char *label, int64_t ms)
{
    char text[CLOCK_RFC3339_SIZE] = "";

    if (ms >= 0)
        clock_format(ms, text);
    print_text(label, text);
}

static void print_shown(const struct shown *s)
{
    const struct concert *c = &s->concert;
    const struct queue_public *d = &s->doc;
    char cell[CELL];

    print_number("concert", c->concert_id, "");
    print_text("title", c->title);
    print_text("state", queue_condition_name(d->state));
    print_moment("opens at", d->opens_at);
    print_number("waiting", d->waiting, "");
    print_text("inside/cap", print_inside(cell, &s->listing.q));
    print_number("now serving", d->now_serving, "");
    print_number("last ticket", d->last_ticket, "");
    print_number("admitted", d->admit_per_minute, " a minute");
    print_text("last wait", print_wait(cell, s->listing.last_wait_seconds));
    print_number("admit-count", c->admit_count, "");
    print_number("admit-interval", c->admit_interval_seconds, " s");
    print_number("max-active", c->max_active, c->max_active ? "" : " (no cap)");
    print_number("session", c->session_seconds, " s");
    print_number("claim", c->claim_seconds, c->claim_seconds ? " s" : " (off)");
    print_number("token-lifetime", c->token_lifetime_seconds, " s");
    print_text("lottery hash", d->seed_hash);
    print_text("lottery seed", d->seed);
    print_text("message ko", d->message_ko);
    print_text("message en", d->message_en);
    print_moment("as of", d->as_of);
}

/* The two documents of the API, as they are there. */
static int show_json(const struct shown *s)
{
    struct text_buf out = {0}, concert = {0}, queue = {0};
    int status;

    concert_admin_http_render(&s->concert, &concert);
    queue_http_render(&s->doc, &queue);
    jout_object_begin(&out, NULL);
    jout_raw(&out, "concert", concert.data);
    jout_raw(&out, "queue", queue.data);
    put_wait(&out, s->listing.last_wait_seconds);
    jout_object_end(&out);
    out.failed = out.failed || concert.failed || queue.failed;
    status = print_json(&out);
    text_buf_free(&concert);
    text_buf_free(&queue);
    return status;
}

int ctl_queue_show(struct ctl *ctl)
{
    static struct shown shown;
    struct app *app;
    int64_t concert_id;
    enum err e;

    if (!ctl_concert_id(ctl, &concert_id))
        return CTL_MISUSED;
    app = ctl_app(ctl, "queue show");
    if (!app)
        return CTL_FAILED;
    e = read_shown(app, concert_id, &shown);
    app_free(app);
    if (e != ERR_OK)
        return ctl_complain_of_concert(e, "queue show", concert_id);
    if (ctl->value[CTL_JSON])
        return show_json(&shown);
    print_shown(&shown);
    return CTL_DONE;
}
