/*
 * Locks: nobody waits for anybody but for the seats in question. A process does one thing and stops
 * just before its COMMIT, with every lock that it takes; meanwhile others do everything that there
 * is to do in the same schedule, with other seats. If one of them waited, it would get no answer
 * before the first process goes on, and end with BUSY. The hall is so small that the server would
 * rather read all of it.
 */
#include "db_scratch.h"
#include "domain/booking.h"
#include "domain/payment.h"
#include "domain/queue.h"
#include "domain/refund.h"
#include "domain/wallet.h"
#include "suite.h"
#include <poll.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

enum { SEATS = 24 };

static struct app app;
static int64_t concert, schedule, ticket;

static void open_box_office(void)
{
    app = scratch_app();
    app_problem_reset(&app);
    scratch_wipe(app.db);
    concert = scratch_concert(app.db);
    schedule = scratch_schedule(app.db, concert, SEATS, 1000);
    ticket = 0;
}

static void close_box_office(void)
{
    CU_ASSERT(scratch_is_sound(&app));
    scratch_wipe(app.db);
    scratch_app_close(&app);
}

/* Somebody, what they want, and what they have. */
struct buyer {
    struct caller caller;
    int64_t reservation; /* 0: none */
    int seat;            /* the first of two, where they are named */
};

static enum err hold(struct app *own, const struct buyer *b, bool best, struct idem *idem,
                     struct reservation *r)
{
    struct hold_request req = {
        .schedule_id = schedule, .best = best, .seat_count = 2, .seats = {b->seat, b->seat + 1}};
    app_problem_reset(own);
    return booking_hold(own, &b->caller, &req, idem, r);
}

/* --- What can be done --- */

typedef enum err act_fn(struct app *own, const struct buyer *b, struct idem *idem);

static enum err act_hold(struct app *own, const struct buyer *b, struct idem *idem)
{
    struct reservation r;
    enum err e = hold(own, b, false, idem, &r);
    if (e == ERR_OK)
        reservation_clear(&r);
    return e;
}

static enum err act_hold_best(struct app *own, const struct buyer *b, struct idem *idem)
{
    struct reservation r;
    enum err e = hold(own, b, true, idem, &r);
    if (e == ERR_OK)
        reservation_clear(&r);
    return e;
}

static enum err act_release(struct app *own, const struct buyer *b, struct idem *idem)
{
    return booking_release(own, &b->caller, b->reservation, idem);
}

static enum err act_extend(struct app *own, const struct buyer *b, struct idem *idem)
{
    struct reservation r;
    enum err e = booking_extend(own, &b->caller, b->reservation, idem, &r);
    if (e == ERR_OK)
        reservation_clear(&r);
    return e;
}

static enum err act_pay(struct app *own, const struct buyer *b, struct idem *idem)
{
    struct payment p;
    enum err e = payment_pay(own, &b->caller, b->reservation, idem, &p);
    if (e == ERR_OK)
        reservation_clear(&p.reservation);
    return e;
}

static enum err act_refund(struct app *own, const struct buyer *b, struct idem *idem)
{
    struct caller owner = scratch_caller(&b->caller.user);
    struct refund r;
    enum err e = refund_reservation(own, &owner, b->reservation, idem, &r);
    if (e == ERR_OK)
        reservation_clear(&r.reservation);
    return e;
}

static enum err act_leave(struct app *own, const struct buyer *b, struct idem *idem)
{
    return queue_leave(own, &b->caller, idem);
}

static enum err act_charge(struct app *own, const struct buyer *b, struct idem *idem)
{
    struct caller owner = scratch_caller(&b->caller.user);
    struct wallet_charge c;
    return wallet_charge(own, &owner, &owner.user, 5, idem, &c);
}

static enum err act_join(struct app *own, const struct buyer *b, struct idem *idem)
{
    struct queue_ticket t;
    struct uuid somebody;
    (void)b;
    (void)idem;
    uuid_random(&somebody);
    return queue_join(own, &somebody, concert, &t);
}

/* What somebody has to have before. */
enum has { NOTHING, A_HOLD, A_SEAT };

static const struct act {
    const char *name;
    act_fn *fn;
    enum has has;
    bool keyed; /* stops before its COMMIT when asked to */
} acts[] = {
    {"hold", act_hold, NOTHING, true},      {"hold the best", act_hold_best, NOTHING, true},
    {"release", act_release, A_HOLD, true}, {"extend", act_extend, A_HOLD, true},
    {"pay", act_pay, A_HOLD, true},         {"refund", act_refund, A_SEAT, true},
    {"leave", act_leave, A_HOLD, true},     {"charge", act_charge, NOTHING, true},
    {"join", act_join, NOTHING, false},
};
enum { ACTS = sizeof acts / sizeof *acts };

static struct buyer buyer(const struct act *act, int seat)
{
    struct uuid user = scratch_user(app.db, 100000);
    struct buyer b = {.caller = scratch_inside(app.db, &user, concert, ++ticket, 600),
                      .seat = seat};
    struct reservation r;
    if (act->has == NOTHING)
        return b;
    CU_ASSERT_EQUAL_FATAL(hold(&app, &b, false, NULL, &r), ERR_OK);
    b.reservation = r.reservation_id;
    reservation_clear(&r);
    if (act->has == A_SEAT)
        CU_ASSERT_EQUAL_FATAL(act_pay(&app, &b, NULL), ERR_OK);
    return b;
}

/* --- Stopping before COMMIT --- */

struct stopped {
    pid_t pid;
    int ready, go; /* ends of pipes: it says that it stands; it is told how to go on */
};

/* Called with the answer to keep, last of all before COMMIT. */
static enum err stand_still(void *arg, int *status, struct text_buf *body)
{
    const struct stopped *s = arg;
    char word = 'r';
    (void)body;
    *status = 200;
    if (write(s->ready, "!", 1) != 1 || read(s->go, &word, 1) != 1)
        return ERR_INTERNAL;
    return word == 'c' ? ERR_OK : ERR_FORBIDDEN; /* which nothing here ends with by itself */
}

static void run_until_commit(const struct act *act, const struct buyer *b, struct stopped *s)
{
    struct app own = scratch_app();
    struct idem idem = {.present = true,
                        .subject = b->caller.user,
                        .key = "key",
                        .key_len = 3,
                        .render = stand_still,
                        .render_arg = s};
    app_problem_reset(&own);
    enum err e = act->fn(&own, b, &idem);
    scratch_app_close(&own);
    _exit((int)e);
}

/* Starts it in a process of its own, and returns when it stands before its COMMIT. */
static struct stopped stop_before_commit(const struct act *act, const struct buyer *b)
{
    int ready[2] = {-1, -1}, go[2] = {-1, -1};
    char c;
    CU_ASSERT_FATAL(pipe(ready) == 0 && pipe(go) == 0);
    struct stopped s = {fork(), ready[1], go[0]};
    CU_ASSERT_FATAL(s.pid >= 0);
    if (s.pid == 0) {
        close(go[1]);
        run_until_commit(act, b, &s);
    }
    close(ready[1]);
    close(go[0]);
    s.ready = ready[0];
    s.go = go[1];
    struct pollfd wait = {.fd = s.ready, .events = POLLIN};
    CU_ASSERT_FATAL(poll(&wait, 1, SCRATCH_PATIENCE_SECONDS * 1000) == 1);
    CU_ASSERT_FATAL(read(s.ready, &c, 1) == 1);
    return s;
}

/* Whether its transaction is still open. */
static bool is_open(const struct stopped *s)
{
    struct pollfd end = {.fd = s->ready, .events = POLLIN};
    return poll(&end, 1, 0) == 0;
}

/* 'c' commits, 'r' rolls back; what it ended with. */
static enum err go_on(const struct stopped *s, char word)
{
    int status = 0;
    CU_ASSERT_EQUAL(write(s->go, &word, 1), 1);
    close(s->go);
    waitpid(s->pid, &status, 0);
    close(s->ready);
    return WIFEXITED(status) ? (enum err)WEXITSTATUS(status) : ERR_COUNT;
}

/* --- The tests --- */

static void test_nobody_waits_for_the_buyers_of_other_seats(void)
{
    for (const struct act *first = acts; first < acts + ACTS; first++) {
        if (!first->keyed)
            continue;
        open_box_office();
        struct buyer others[ACTS], one = buyer(first, 1);
        for (int i = 0; i < ACTS; i++)
            others[i] = buyer(&acts[i], 5 + 2 * i);
        struct stopped s = stop_before_commit(first, &one);
        for (int i = 0; i < ACTS; i++) {
            enum err e = acts[i].fn(&app, &others[i], NULL);
            if (e != ERR_OK)
                fprintf(stderr, "%s while another is about to %s: %s\n", acts[i].name, first->name,
                        err_name(e));
            CU_ASSERT_EQUAL(e, ERR_OK);
        }
        CU_ASSERT(is_open(&s));
        CU_ASSERT_EQUAL(go_on(&s, 'c'), ERR_OK);
        close_box_office();
    }
}

static void test_who_loses_the_best_gets_the_next_best(void)
{
    static const struct act best = {"hold the best", act_hold_best, NOTHING, true};
    struct reservation r;
    open_box_office();
    struct buyer a = buyer(&best, 0), b = buyer(&best, 0), c = buyer(&best, 0);
    struct stopped s = stop_before_commit(&best, &a), t = stop_before_commit(&best, &b);
    CU_ASSERT_EQUAL_FATAL(hold(&app, &c, true, NULL, &r), ERR_OK);
    CU_ASSERT_EQUAL(r.seats[0].seat_number, 5);
    CU_ASSERT_EQUAL(r.seats[1].seat_number, 6);
    reservation_clear(&r);
    CU_ASSERT(is_open(&s) && is_open(&t));
    CU_ASSERT_EQUAL(go_on(&s, 'c'), ERR_OK);
    CU_ASSERT_EQUAL(go_on(&t, 'c'), ERR_OK);
    CU_ASSERT_EQUAL(scratch_int(app.db, "SELECT COUNT(*) FROM seat WHERE status = 'HELD' "
                                        "AND seat_number <= 6"),
                    6);
    close_box_office();
}

struct waiting {
    const struct buyer *buyer;
    bool best;
    enum err result;
};

static void *hold_in_thread(void *arg)
{
    struct waiting *w = arg;
    struct app own = scratch_app();
    struct reservation r;
    w->result = hold(&own, w->buyer, w->best, NULL, &r);
    if (w->result == ERR_OK)
        reservation_clear(&r);
    scratch_app_close(&own);
    return NULL;
}

/* The last two seats are being taken, and the end of that decides about SEAT_TAKEN. */
static void wait_for_the_last(char word, enum err first, enum err second)
{
    static const struct act best = {"hold the best", act_hold_best, NOTHING, true};
    pthread_t thread;
    open_box_office();
    scratch_sql(app.db, "UPDATE seat SET status = 'BLOCKED' WHERE seat_number > 2");
    struct buyer a = buyer(&best, 0), b = buyer(&best, 0);
    struct waiting w = {&b, true, ERR_COUNT};
    struct stopped s = stop_before_commit(&best, &a);
    CU_ASSERT_EQUAL_FATAL(pthread_create(&thread, NULL, hold_in_thread, &w), 0);
    CU_ASSERT(scratch_wait_statement(app.db, "SELECT seat_id%FOR UPDATE"));
    CU_ASSERT_EQUAL(go_on(&s, word), first);
    pthread_join(thread, NULL);
    CU_ASSERT_EQUAL(w.result, second);
    CU_ASSERT_EQUAL(scratch_int(app.db, "SELECT COUNT(*) FROM seat WHERE status = 'HELD'"), 2);
    close_box_office();
}

static void test_seats_are_taken_only_once_they_are(void)
{
    wait_for_the_last('c', ERR_OK, ERR_SEAT_TAKEN);
    wait_for_the_last('r', ERR_FORBIDDEN, ERR_OK);
}

struct crowd {
    struct buyer buyers[24];
};

static enum err hold_as_best(struct app *own, int i, void *arg)
{
    const struct crowd *crowd = arg;
    struct hold_request req = {.schedule_id = schedule, .best = true, .seat_count = 1 + i % 3};
    struct reservation r;
    enum err e = booking_hold(own, &crowd->buyers[i].caller, &req, NULL, &r);
    if (e == ERR_OK)
        reservation_clear(&r);
    return e;
}

/* Twenty-four want forty-eight seats in all: the hall is full at the end, but for one seat at the
 * most that was too few for the last of them. */
static void test_a_crowd_that_wants_the_best_fills_the_hall(void)
{
    static const struct act best = {"hold the best", act_hold_best, NOTHING, true};
    struct crowd crowd;
    int taken = 0;
    open_box_office();
    for (int i = 0; i < 24; i++)
        crowd.buyers[i] = buyer(&best, 0);
    int won = scratch_at_once(24, hold_as_best, &crowd, ERR_OK, ERR_SEAT_TAKEN, &taken);
    int64_t held = scratch_int(app.db, "SELECT COUNT(*) FROM seat WHERE status = 'HELD'");
    CU_ASSERT_EQUAL(won + taken, 24);
    CU_ASSERT(taken == 0 || held >= SEATS - 2);
    CU_ASSERT_EQUAL(scratch_int(app.db, "SELECT CAST(SUM(seat_count) AS SIGNED) FROM reservation"),
                    held);
    CU_ASSERT_EQUAL(scratch_int(app.db, "SELECT COUNT(*) FROM reservation"), won);
    close_box_office();
}

/* The show is canceled between a hold's look at its terms and its first row, which waits for it. */
static void cancel_under_a_hold(bool best)
{
    static const struct act act = {"hold", act_hold, NOTHING, true};
    pthread_t thread;
    open_box_office();
    struct buyer a = buyer(&act, 1);
    struct waiting w = {&a, best, ERR_COUNT};
    struct db *canceler = scratch_open();
    scratch_sql(canceler, "START TRANSACTION");
    scratch_sql(canceler, "UPDATE schedule SET canceled_at = NOW(3) WHERE schedule_id = %lld",
                (long long)schedule);
    CU_ASSERT_EQUAL_FATAL(pthread_create(&thread, NULL, hold_in_thread, &w), 0);
    CU_ASSERT(scratch_wait_statement(app.db, "INSERT INTO reservation (%"));
    scratch_sql(canceler, "COMMIT");
    pthread_join(thread, NULL);
    CU_ASSERT_EQUAL(w.result, ERR_BOOKING_CLOSED);
    CU_ASSERT_EQUAL(scratch_int(app.db, "SELECT COUNT(*) FROM reservation"), 0);
    CU_ASSERT_EQUAL(scratch_int(app.db, "SELECT COUNT(*) FROM seat WHERE status = 'AVAILABLE'"),
                    SEATS);
    db_free(canceler);
    close_box_office();
}

static void test_a_show_canceled_under_a_hold(void)
{
    cancel_under_a_hold(false);
    cancel_under_a_hold(true);
}

SUITE(domain_locks, TEST(test_nobody_waits_for_the_buyers_of_other_seats),
      TEST(test_who_loses_the_best_gets_the_next_best),
      TEST(test_seats_are_taken_only_once_they_are),
      TEST(test_a_crowd_that_wants_the_best_fills_the_hall),
      TEST(test_a_show_canceled_under_a_hold));
