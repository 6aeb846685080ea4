/* Visitors under faults, and what must be true of them; see crowd.h. */
#include "crowd.h"
#include "api/proc.h"
#include "api/world.h"
#include "session.h"

#include <CUnit/CUnit.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* They arrive over ARRIVAL_SECONDS, while parts die. */
enum { CLAIM_SECONDS = 2, SESSION_SECONDS = 3, ARRIVAL_SECONDS = 3 };

/* What visitors are like; each queue has all of them by turns. */
enum kind { PAYS, LEAVES, PAYS_TOO, FALLS_SILENT, NEVER_ASKS, GIVES_UP, KINDS };

enum next { JOINING, WAITING, INSIDE, HOLDING, LEAVING, DONE };

/* Below the limit for one user, 300 a minute, however fast the answers are. */
#define POLL_SECONDS 0.25

struct visitor {
    struct user u;
    enum kind kind;
    enum next next;
    int64_t concert, schedule, seat, reservation;
    const char *key; /* of the hold or the payment that is under way */
    double arrives;  /* or asks again for its place */
    int polls;
};

static struct visitor *crowd;
static size_t count;
static int64_t concerts[CROWD_QUEUES];
static double free_since[CROWD_QUEUES], longest; /* seconds for which a place may be free */

void crowd_gather(size_t each, double patience)
{
    double now = api_now();
    longest = patience;
    count = each * CROWD_QUEUES;
    crowd = api_alloc(count * sizeof *crowd);
    for (size_t q = 0; q < CROWD_QUEUES; q++) {
        concerts[q] = world_queue(F("'admitCount':%d,'maxActive':%d,'claimSeconds':%d,"
                                    "'sessionSeconds':%d",
                                    CROWD_CAP, CROWD_CAP, CLAIM_SECONDS, SESSION_SECONDS));
        free_since[q] = 0;
        int64_t schedule = world_schedule(concerts[q], (int)each + CROWD_CAP, 0);
        for (size_t i = 0; i < each; i++)
            crowd[i * CROWD_QUEUES + q] =
                (struct visitor){.u = world_user(),
                                 .kind = (enum kind)(i % KINDS),
                                 .concert = concerts[q],
                                 .schedule = schedule,
                                 .seat = (int64_t)i + 1,
                                 .arrives = now + ARRIVAL_SECONDS * (double)i / (double)each};
    }
}

/* --- One step --- */

static struct api_req post(const char *token, const char *path, const char *body, const char *key)
{
    return (struct api_req){
        .method = "POST", .path = path, .token = token, .body = body, .key = key};
}

/* What the visitor asks next. False: nothing. */
static bool next_request(struct visitor *v, struct api_req *req)
{
    switch (v->next) {
    case JOINING:
        *req =
            post(v->u.token, "/queue/tokens", J("{'concertId':%lld}", (long long)v->concert), NULL);
        return true;
    case WAITING:
        *req = (struct api_req){.path = "/queue/tokens/me", .token = v->u.queue};
        return true;
    case INSIDE:
        *req = post(v->u.queue, "/reservations",
                    J("{'scheduleId':%lld,'seatNumbers':[%lld]}", (long long)v->schedule,
                      (long long)v->seat),
                    v->key);
        return true;
    case HOLDING:
        *req = post(v->u.queue, "/payments", J("{'reservationId':%lld}", (long long)v->reservation),
                    v->key);
        return true;
    case LEAVING:
        *req =
            (struct api_req){.method = "DELETE", .path = "/queue/tokens/me", .token = v->u.queue};
        return true;
    default:
        return false;
    }
}

static void take_join(struct visitor *v, const struct api_res *r)
{
    snprintf(v->u.queue, sizeof v->u.queue, "%s", STR(r, "token"));
    v->u.ticket = INT(r, "ticket");
    v->next = v->kind == NEVER_ASKS ? DONE : WAITING;
}

static void take_poll(struct visitor *v, const struct api_res *r)
{
    CHECK_INT(INT(r, "ticket"), v->u.ticket);
    if (v->kind == GIVES_UP && ++v->polls == 3)
        v->next = LEAVING;
    if (strcmp(STR(r, "status"), "ACTIVE") != 0) {
        v->arrives = api_now() + POLL_SECONDS;
        return;
    }
    v->key = api_unique();
    v->next = v->kind == FALLS_SILENT                    ? DONE
              : v->kind == LEAVES || v->kind == GIVES_UP ? LEAVING
                                                         : INSIDE;
}

/* Whoever gets no answer, or BUSY, asks again; whose time is over is through. */
static void take_answer(struct visitor *v, const struct api_res *r)
{
    if (r->status == 0 || r->status == 503)
        return;
    if (r->status == 410 && v->next != JOINING) {
        v->next = DONE;
        return;
    }
    switch (v->next) {
    case JOINING:
        if (r->status == 200 || EXPECT(r, 201))
            take_join(v, r);
        break;
    case WAITING:
        if (EXPECT(r, 200))
            take_poll(v, r);
        break;
    case INSIDE:
        if (EXPECT(r, 201))
            v->reservation = INT(r, "reservationId");
        v->key = api_unique();
        v->next = HOLDING;
        break;
    case HOLDING:
        EXPECT(r, 201);
        v->next = DONE;
        break;
    default:
        EXPECT(r, 204);
        v->next = DONE;
    }
}

static const char *all_queues(void)
{
    const char *list = F("%lld", (long long)concerts[0]);
    for (size_t q = 1; q < CROWD_QUEUES; q++)
        list = F("%s,%lld", list, (long long)concerts[q]);
    return list;
}

static void check_cap_now(void)
{
    int64_t most = session_int("SELECT COALESCE(MAX(n), 0) FROM (SELECT COUNT(*) AS n "
                               "FROM queue_token WHERE concert_id IN (%s) AND status = 'ACTIVE' "
                               "AND expires_at > NOW(3) GROUP BY concert_id) inside",
                               all_queues());
    CHECK(most <= CROWD_CAP, "%lld are inside", (long long)most);
}

/* Whether a place is free that somebody waits for, who came before the last two ticks. */
static bool has_free_place(int64_t concert)
{
    return session_int("SELECT EXISTS (SELECT 1 FROM queue_token WHERE concert_id = %lld "
                       "AND status = 'WAITING' AND created_at < NOW(3) - INTERVAL 2 SECOND) "
                       "AND (SELECT COUNT(*) FROM queue_token WHERE concert_id = %lld "
                       "AND status = 'ACTIVE' AND expires_at > NOW(3)) < %d",
                       (long long)concert, (long long)concert, CROWD_CAP) == 1;
}

static void check_free_places(void)
{
    for (size_t q = 0; q < CROWD_QUEUES; q++) {
        double now = api_now();
        if (!has_free_place(concerts[q]))
            free_since[q] = 0;
        else if (free_since[q] == 0)
            free_since[q] = now;
        else
            CHECK(now - free_since[q] < longest, "a place has been free for %g s",
                  now - free_since[q]);
    }
}

bool crowd_step(void)
{
    struct api_req *reqs = api_alloc(count * sizeof *reqs);
    struct visitor **who = api_alloc(count * sizeof(struct visitor *));
    size_t n = 0, later = 0;
    double now = api_now();
    for (size_t i = 0; i < count; i++) {
        who[n] = &crowd[i];
        if (crowd[i].arrives > now)
            later++;
        else
            n += next_request(&crowd[i], &reqs[n]);
    }
    if (n == 0) {
        api_pause();
        return later > 0;
    }
    const struct api_res **r = api_send_all(reqs, n);
    for (size_t i = 0; i < n; i++)
        take_answer(who[i], r[i]);
    check_cap_now();
    check_free_places();
    return true;
}

void crowd_go_on(double seconds)
{
    for (double end = api_now() + seconds; api_now() < end && crowd_step();)
        api_pause();
}

/* --- What must be true --- */

static int by_queue_and_ticket(const void *a, const void *b)
{
    const struct visitor *x = a, *y = b;
    if (x->concert != y->concert)
        return (x->concert > y->concert) - (x->concert < y->concert);
    return (x->u.ticket > y->u.ticket) - (x->u.ticket < y->u.ticket);
}

/* "(concert,ticket,user),…" of those whose kind is not `but`. */
static const char *promises(enum kind but, size_t *n)
{
    enum { EACH = 96 };
    char *list = api_alloc(count * EACH + 1), *at = list;
    *n = 0;
    for (size_t i = 0; i < count; i++) {
        const struct visitor *v = &crowd[i];
        if (v->kind != but)
            at += snprintf(at, EACH, "%s(%lld,%lld,UNHEX(REPLACE('%s','-','')))", (*n)++ ? "," : "",
                           (long long)v->concert, (long long)v->u.ticket, v->u.id);
    }
    return list;
}

static void check_numbers(void)
{
    size_t n;
    const char *list = promises(KINDS, &n);
    qsort(crowd, count, sizeof *crowd, by_queue_and_ticket);
    for (size_t i = 1; i < count; i++)
        CHECK(by_queue_and_ticket(&crowd[i - 1], &crowd[i]) != 0, "ticket %lld is given twice",
              (long long)crowd[i].u.ticket);
    CHECK_INT(session_int("SELECT COUNT(*) FROM queue_token "
                          "WHERE (concert_id, ticket, user_id) IN (%s)",
                          list),
              (int64_t)n);
    list = promises(GIVES_UP, &n);
    CHECK_INT(session_int("SELECT COUNT(*) FROM queue_token WHERE admitted_at IS NOT NULL "
                          "AND (concert_id, ticket, user_id) IN (%s)",
                          list),
              (int64_t)n);
}

/* From admission to the end; the moments are exact, whenever the job has looked. */
#define INSIDE_AT(t, moment)                                                                       \
    t ".admitted_at <= " moment " AND LEAST(COALESCE(" t ".ended_at, " t ".expires_at), " t        \
      ".expires_at) > " moment " "

static void check_history(void)
{
    CHECK_INT(
        session_int("SELECT COUNT(*) FROM (SELECT b.token_id FROM queue_token b "
                    "JOIN queue_token a ON a.concert_id = b.concert_id "
                    "AND " INSIDE_AT(
                        "a", "b.admitted_at") "WHERE b.concert_id IN (%s) "
                                              "GROUP BY b.token_id HAVING COUNT(*) > %d) beyond",
                    all_queues(), CROWD_CAP),
        0);
    /* Whose row was there a while before, and has the lower number, does not come in later. */
    CHECK_INT(session_int("SELECT COUNT(*) FROM queue_token a JOIN queue_token b "
                          "ON b.concert_id = a.concert_id AND b.ticket > a.ticket "
                          "AND b.admitted_at < a.admitted_at "
                          "AND a.created_at < b.admitted_at - INTERVAL 2 SECOND "
                          "WHERE a.concert_id IN (%s)",
                          all_queues()),
              0);
}

static bool all_are_let_in(void)
{
    return session_int("SELECT COUNT(*) FROM queue_token "
                       "WHERE concert_id IN (%s) AND status = 'WAITING'",
                       all_queues()) == 0;
}

/* A place whose time is over is not kept: after the claim and the session, and a tick. */
static bool all_places_are_free(void)
{
    return session_int("SELECT COUNT(*) FROM queue_token "
                       "WHERE concert_id IN (%s) AND status = 'ACTIVE'",
                       all_queues()) == 0;
}

static void check_soundness(void)
{
    static const char *const verify[] = {"verify", NULL};
    const char *output;
    int status = proc_run("frontrow", verify, &output);
    CHECK(status == 0, "frontrow verify: %d %s", status, output);
}

void crowd_finish(double seconds)
{
    crowd_go_on(seconds);
    for (size_t i = 0; i < count; i++)
        NEED(crowd[i].next == DONE, "ticket %lld of concert %lld is not through: next %d",
             (long long)crowd[i].u.ticket, (long long)crowd[i].concert, (int)crowd[i].next);
    UNTIL(seconds, all_are_let_in());
    UNTIL(SESSION_SECONDS + 3, all_places_are_free());
    check_numbers();
    check_history();
    check_soundness();
}
