/* Before and after the sale, see load/stage.h. */
#include "load/stage.h"

#include "base/clock.h"
#include "domain/demo.h"
#include "http/auth.h"
#include "load/pick.h"
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define API           "/api/v1"
#define DAY_MS        INT64_C(86400000)
#define FIRST_DATE_MS (DAY_MS / 4) /* after the sale is over at the latest */
#define PASSES        6            /* over what could not be done at once */
#define PASS_REST_MS  1000         /* between them */

static bool fail(struct stage *s, const char *format, ...) __attribute__((format(printf, 2, 3)));
static bool fail(struct stage *s, const char *format, ...)
{
    va_list args;

    va_start(args, format);
    vsnprintf(s->why, sizeof s->why, format, args);
    va_end(args);
    text_mask_controls(s->why); /* a part of it may be the site's words */
    return false;
}

static bool stopped(struct stage *s)
{
    if (!s->stop || *s->stop <= s->spared)
        return false;
    fail(s, "interrupted");
    return true;
}

/* Says what the site answered instead of what was hoped for. */
static bool fail_of(struct stage *s, const char *what, const struct client_result *r)
{
    struct pick code = {"", 0}, detail = {"", 0}, body;

    if (!r->answer)
        return fail(s, "%s: no answer from %s: %s", what, s->target->host, strerror(r->error));
    body = (struct pick){r->answer->body, r->answer->len};
    (void)!pick_text(body, "code", &code);
    (void)!pick_text(body, "detail", &detail);
    if (r->answer->status == 401)
        return fail(s, "%s: the site at %s takes no tokens of this configuration: is it another's?",
                    what, s->target->host);
    return fail(s, "%s: %s answered %d %.*s %.*s", what, s->target->host, r->answer->status,
                (int)code.len, code.p, (int)detail.len, detail.p);
}

/* --- One call --- */

struct call {
    struct stage *s;
    const char *method, *path, *body, *what;
    bool open; /* without a token */
    bool done, good;
};

static size_t write_call(void *arg, uint32_t id, char *out, size_t size)
{
    const struct call *call = arg;
    const struct target *t = call->s->target;
    int len;

    (void)id;
    len = snprintf(out, size,
                   "%s %s" API "%s HTTP/1.1\r\nHost: %s\r\n%s%s%s"
                   "Content-Type: application/json\r\nContent-Length: %zu\r\n\r\n%s",
                   call->method, t->path, call->path, t->host,
                   call->open ? "" : "Authorization: Bearer ", call->open ? "" : call->s->token,
                   call->open ? "" : "\r\n", call->body ? strlen(call->body) : 0,
                   call->body ? call->body : "");
    return len > 0 && (size_t)len < size ? (size_t)len : 0;
}

static void call_done(void *arg, uint32_t id, const struct client_result *r)
{
    struct call *call = arg;
    struct stage *s = call->s;

    (void)id;
    call->done = true;
    text_buf_reset(&s->body);
    s->status = r->answer ? r->answer->status : 0;
    if (!r->answer || s->status >= 300) {
        fail_of(s, call->what, r);
        return;
    }
    text_buf_append(&s->body, r->answer->body, r->answer->len);
    call->good = !s->body.failed;
}

/* Asks, and waits for the answer, which is in s->body then. */
static bool run_call(struct call *call)
{
    struct stage *s = call->s;
    struct client_user user = {write_call, call_done, call};

    client_use(s->client, &user);
    s->status = 0;
    fail(s, "%s: out of memory", call->what);
    if (client_ask(s->client, 0, LANE_SHOP) != ERR_OK)
        return false;
    while (!call->done && !stopped(s))
        client_run(s->client, 100);
    return call->good;
}

static bool ask(struct stage *s, const char *what, const char *method, const char *path,
                const char *body)
{
    struct call call = {.s = s, .method = method, .path = path, .body = body, .what = what};

    return run_call(&call);
}

static struct pick answer_of(const struct stage *s)
{
    return (struct pick){s->body.data ? s->body.data : "", s->body.len};
}

/* --- Many calls at once --- */

/* The same for each number below n. What fails for want of an answer, or with 429 or 503, is asked
 * again in another pass; anything else ends it. */
struct batch {
    struct stage *s;
    const char *what;
    enum tally_route route;
    uint32_t n, asked, again_count;
    uint32_t *again;
    bool failed;
    size_t (*write)(const struct batch *b, uint32_t id, char *out, size_t size);
    const void *arg;
    int64_t number; /* what the writer needs: a concert, an amount */
};

static size_t write_batch(void *arg, uint32_t id, char *out, size_t size)
{
    const struct batch *b = arg;

    return b->write(b, id, out, size);
}

static void batch_done(void *arg, uint32_t id, const struct client_result *r)
{
    struct batch *b = arg;
    int status = r->answer ? r->answer->status : 0;

    tally_add(b->s->tally, b->route, r);
    if (status >= 200 && status < 300)
        return;
    fail_of(b->s, b->what, r);
    if (status == 0 || status == 429 || status == 503)
        b->again[b->again_count++] = id;
    else
        b->failed = true;
}

static bool run_pass(struct batch *b, const uint32_t *ids, uint32_t count)
{
    uint32_t at = 0;

    b->again_count = 0;
    while (!b->failed && !stopped(b->s) &&
           (at < count || client_busy(b->s->client) + client_waiting(b->s->client) > 0)) {
        while (at < count && client_waiting(b->s->client) < 64) {
            if (client_ask(b->s->client, ids ? ids[at] : at, LANE_SHOP) != ERR_OK)
                return fail(b->s, "%s: out of memory", b->what);
            at++;
        }
        client_run(b->s->client, 100);
    }
    return !b->failed && at == count && client_busy(b->s->client) == 0;
}

/* A request that is under way when it fails would call back into what is no more; made to end,
 * nobody runs the client any more. */
static void drain(struct stage *s)
{
    while (client_busy(s->client) + client_waiting(s->client) > 0 && !stopped(s))
        client_run(s->client, 100);
}

static bool run_batch(struct batch *b)
{
    uint32_t *ids = malloc(((size_t)b->n + 1) * sizeof *ids);
    struct client_user user = {write_batch, batch_done, b};
    bool good;

    b->again = malloc(((size_t)b->n + 1) * sizeof *b->again);
    if (!ids || !b->again) {
        free(ids);
        free(b->again);
        return fail(b->s, "%s: out of memory", b->what);
    }
    client_use(b->s->client, &user);
    good = run_pass(b, NULL, b->n);
    for (int pass = 1; good && b->again_count > 0 && pass < PASSES; pass++) {
        uint32_t count = b->again_count;

        memcpy(ids, b->again, count * sizeof *ids);
        client_run(b->s->client, PASS_REST_MS);
        good = run_pass(b, ids, count);
    }
    good = good && b->again_count == 0;
    drain(b->s);
    free(ids);
    free(b->again);
    return good;
}

/* --- The site --- */

bool stage_find_frontrow(struct stage *s)
{
    struct call call = {.s = s,
                        .method = "GET",
                        .path = "/concerts?limit=1",
                        .what = "looking at the site",
                        .open = true};
    struct pick member;
    bool good = run_call(&call);

    if (good && pick_member(answer_of(s), "concerts", &member) &&
        pick_member(answer_of(s), "next", &member))
        return true;
    if (good || (s->status > 0 && s->status < 500 && s->status != 429))
        return fail(s, "%s%s is no Frontrow", s->target->host, s->target->path);
    return false;
}

/* --- The concert --- */

enum err stage_init(struct stage *s, const struct config *cfg, const struct target *target,
                    struct client *client, struct tally *tally, int64_t now_ms)
{
    struct uuid operator= chance_user(0, 0);

    memset(s, 0, sizeof *s);
    s->target = target;
    s->client = client;
    s->tally = tally;
    return auth_mint_user(cfg, &operator, "admin", now_ms, DAY_MS / 1000 * 2, &s->token);
}

void stage_free(struct stage *s)
{
    if (s->token)
        explicit_bzero(s->token, strlen(s->token));
    free(s->token);
    text_buf_free(&s->body);
}

static void put_setting(struct text_buf *b, const char *name, int64_t value)
{
    if (value >= 0)
        text_buf_printf(b, ",\"%s\":%" PRId64, name, value);
}

bool stage_make_concert(struct stage *s, const struct stage_concert *c, int64_t now_ms,
                        int64_t *concert_id)
{
    char now[CLOCK_RFC3339_SIZE];
    struct text_buf body = {0};
    bool good;

    clock_format(now_ms, now);
    text_buf_printf(&body, "{\"title\":\"Rehearsal of %s\",\"host\":\"%s\"", now,
                    DEMO_REHEARSAL_HOST);
    put_setting(&body, "holdSeconds", c->hold);
    put_setting(&body, "maxSeatsPerUser", c->seats_per_user);
    text_buf_puts(&body, ",\"queue\":{\"tokenLifetimeSeconds\":86400");
    put_setting(&body, "admitCount", c->admit_count);
    put_setting(&body, "admitIntervalSeconds", c->admit_interval);
    put_setting(&body, "maxActive", c->max_active);
    put_setting(&body, "sessionSeconds", c->session);
    put_setting(&body, "claimSeconds", c->claim);
    text_buf_puts(&body, "}}");
    good = !body.failed && ask(s, "making a concert", "POST", "/admin/concerts", body.data);
    text_buf_free(&body);
    if (!good)
        return false;
    if (!pick_int(answer_of(s), "concertId", concert_id))
        return fail(s, "making a concert: %s is no Frontrow", s->target->host);
    return stage_set_state(s, *concert_id, "PAUSED");
}

struct dates_plan {
    const struct stage_concert *c;
    int64_t first_ms;
};

static size_t write_date(const struct batch *b, uint32_t id, char *out, size_t size)
{
    const struct dates_plan *plan = b->arg;
    const struct target *t = b->s->target;
    char starts[CLOCK_RFC3339_SIZE], body[200];
    int len;

    /* A minute apart: each its own, and all over soon. */
    clock_format(plan->first_ms + (int64_t)id * 60000, starts);
    snprintf(body, sizeof body,
             "{\"startsAt\":\"%s\",\"seats\":{\"count\":%" PRId64 ",\"price\":%" PRId64 "}}",
             starts, plan->c->seats, plan->c->price);
    len = snprintf(out, size,
                   "POST %s" API "/admin/concerts/%" PRId64 "/schedules HTTP/1.1\r\nHost: %s\r\n"
                   "Authorization: Bearer %s\r\nContent-Type: application/json\r\n"
                   "Content-Length: %zu\r\n\r\n%s",
                   t->path, b->number, t->host, b->s->token, strlen(body), body);
    return len > 0 && (size_t)len < size ? (size_t)len : 0;
}

bool stage_make_dates(struct stage *s, const struct stage_concert *c, int64_t now_ms,
                      int64_t concert_id)
{
    struct dates_plan plan = {c, now_ms + c->lasts_seconds * 1000 + FIRST_DATE_MS};
    struct batch batch = {.s = s,
                          .what = "making a date",
                          .route = ROUTE_MAKE,
                          .n = (uint32_t)c->dates,
                          .write = write_date,
                          .arg = &plan,
                          .number = concert_id};

    return run_batch(&batch);
}

bool stage_read_concert(struct stage *s, int64_t concert_id, enum stage_kind *kind, char *state,
                        size_t state_size)
{
    char path[64];
    struct pick queue, text;

    snprintf(path, sizeof path, "/admin/concerts/%" PRId64, concert_id);
    if (!ask(s, "reading the concert", "GET", path, NULL))
        return false;
    *kind = pick_is(answer_of(s), "host", DEMO_REHEARSAL_HOST) ? STAGE_REHEARSAL
            : pick_is(answer_of(s), "host", DEMO_HOST)         ? STAGE_DEMO
                                                               : STAGE_OTHER;
    if (!pick_member(answer_of(s), "queue", &queue) || !pick_text(queue, "state", &text) ||
        !text_copy(state, state_size, text.p, text.len))
        return fail(s, "reading the concert: %s is no Frontrow", s->target->host);
    return true;
}

bool stage_set_state(struct stage *s, int64_t concert_id, const char *state)
{
    char path[64], body[64];

    snprintf(path, sizeof path, "/admin/concerts/%" PRId64, concert_id);
    snprintf(body, sizeof body, "{\"queue\":{\"state\":\"%s\"}}", state);
    return ask(s, "setting the queue's state", "PATCH", path, body);
}

bool stage_read_seats(struct stage *s, int64_t concert_id, struct stage_seats *out,
                      struct dates *dates)
{
    char path[64];
    struct pick list, one;

    memset(out, 0, sizeof *out);
    snprintf(path, sizeof path, "/admin/concerts/%" PRId64 "/stats", concert_id);
    if (!ask(s, "reading the concert's figures", "GET", path, NULL))
        return false;
    if (!pick_member(answer_of(s), "schedules", &list))
        return fail(s, "reading the concert's figures: %s is no Frontrow", s->target->host);
    while (pick_next(&list, &one)) {
        int64_t id = 0, available = 0, held = 0, sold = 0, blocked = 0, revenue = 0;

        (void)!(pick_int(one, "scheduleId", &id) && pick_int(one, "available", &available) &&
                pick_int(one, "held", &held) && pick_int(one, "sold", &sold) &&
                pick_int(one, "blocked", &blocked) && pick_int(one, "revenue", &revenue));
        out->available += available;
        out->held += held;
        out->sold += sold;
        out->blocked += blocked;
        out->revenue += revenue;
        if (dates && dates_add(dates, id, (int32_t)available) != ERR_OK)
            return fail(s, "out of memory");
    }
    return true;
}

/* --- Money --- */

static size_t write_charge(const struct batch *b, uint32_t id, char *out, size_t size)
{
    const struct crowd *crowd = b->arg;
    const struct target *t = b->s->target;
    char body[64];
    int len;

    snprintf(body, sizeof body, "{\"amount\":%" PRId64 "}", b->number);
    len = snprintf(out, size,
                   "POST %s" API "/users/me/balance/charges HTTP/1.1\r\nHost: %s\r\n"
                   "Authorization: Bearer %s\r\nIdempotency-Key: c-%" PRIx64 "-%" PRId64 "-%" PRIu32
                   "\r\nContent-Type: application/json\r\nContent-Length: %zu\r\n\r\n%s",
                   t->path, t->host, crowd_token(crowd, id), crowd->plan->seed,
                   crowd->plan->concert_id, id, strlen(body), body);
    return len > 0 && (size_t)len < size ? (size_t)len : 0;
}

bool stage_charge(struct stage *s, const struct crowd *crowd, int64_t amount)
{
    struct batch batch = {.s = s,
                          .what = "charging a wallet",
                          .route = ROUTE_CHARGE,
                          .n = crowd->plan->buyers,
                          .write = write_charge,
                          .arg = crowd,
                          .number = amount};

    return run_batch(&batch);
}
