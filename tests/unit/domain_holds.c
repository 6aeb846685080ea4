/*
 * The holds of a host, combined: in several processes, one of which holds for the others. To have
 * several at hand at the same time, that one is stopped until all have asked, while somebody else
 * says that it is not stuck.
 *
 * Each test is in a process of its own, since the shared memory changes what everything in it does.
 * Those who were served in one transaction have the same moment in their rows.
 */
#include "domain/holds.h"

#include "base/shared.h"
#include "db_scratch.h"
#include "domain/hall_cache.h"
#include "forked.h"
#include "suite.h"
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { VISITORS = 12, SEATS = 30, PRICE = 700 };

/* Somebody who holds, in a process of their own, and what they were told. */
struct visit {
    struct caller caller;
    struct hold_request req;
    struct idem idem; /* its key, if there is one, is `key` */
    char key[8];
    pid_t pid;
    bool waits; /* until somebody else's transaction has ended */
    _Atomic bool done;
    enum err err;
    struct reservation held;
    struct reservation_seat seats[4];
    char body[100];
};

static struct app app;
static int64_t concert, show, matinee;
static struct visit *visits;
static pid_t clerk, beater;

static enum err render(void *arg, int *status, struct text_buf *body)
{
    const struct reservation *r = arg;
    *status = 201;
    text_buf_printf(body, "%lld %lld %d %lld", (long long)r->reservation_id, (long long)r->amount,
                    r->seats[0].seat_number, (long long)r->hold_expires_at);
    return ERR_OK;
}

static bool is_attended(void)
{
    return desk_attended(holds_desk());
}

static void hold(struct visit *v)
{
    atomic_store(&v->done, false);
    pid_t pid = forked();
    if (pid != 0) {
        v->pid = pid;
        return;
    }
    struct app own = scratch_app();
    struct reservation r;
    app_problem_reset(&own);
    v->idem.key = v->key;
    v->idem.key_len = strlen(v->key);
    v->idem.present = v->idem.key_len > 0;
    v->idem.subject = v->caller.user;
    v->idem.render = render;
    v->idem.render_arg = &r;
    v->err = booking_hold(&own, &v->caller, &v->req, &v->idem, &r);
    if (v->err == ERR_OK) {
        memcpy(v->seats, r.seats, (size_t)r.seat_count * sizeof *r.seats);
        v->held = r;
    }
    if (v->idem.body.len > 0)
        text_copy(v->body, sizeof v->body, v->idem.body.data, v->idem.body.len);
    atomic_store(&v->done, true);
    _exit(0);
}

static int expected;

static bool have_asked(void)
{
    return desk_asked(holds_desk()) == expected;
}

static bool all_done(void)
{
    for (int i = 0; i < VISITORS; i++)
        if (visits[i].pid && !visits[i].waits && !atomic_load(&visits[i].done))
            return false;
    return true;
}

/* The first `n` ask one after the other, while nobody serves; then all of them are served. */
static bool ask_together(int n)
{
    kill(clerk, SIGSTOP);
    beater = forked_beat(holds_desk());
    bool together = true;
    for (int i = 0; together && i < n; i++) {
        hold(&visits[i]);
        expected = i + 1;
        together = forked_comes(have_asked);
    }
    kill(clerk, SIGCONT);
    if (!together)
        fprintf(stderr, "not all have asked\n");
    return together;
}

static bool all_are_told(void)
{
    bool done = forked_comes(all_done);
    for (int i = 0; done && i < VISITORS; i++)
        if (visits[i].pid && !visits[i].waits)
            done = forked_gone(&visits[i].pid);
    if (!done)
        fprintf(stderr, "not all have been told\n");
    return done;
}

static bool hold_together(int n)
{
    bool together = ask_together(n), told = all_are_told();
    forked_end(&beater);
    return together && told;
}

/* Visitors who are inside, and wish for the seat of their number in the evening's show. */
static bool open_host(void)
{
    app = scratch_app();
    app_problem_reset(&app);
    scratch_wipe(app.db);
    concert = scratch_concert(app.db);
    show = scratch_schedule(app.db, concert, SEATS, PRICE);
    matinee = scratch_schedule(app.db, concert, SEATS, 0);
    visits = shared_alloc(VISITORS * sizeof *visits);
    if (!visits)
        return false;
    for (int i = 0; i < VISITORS; i++) {
        struct uuid user = scratch_user(app.db, 0);
        visits[i].caller = scratch_inside(app.db, &user, concert, i + 1, 600);
        visits[i].req =
            (struct hold_request){.schedule_id = show, .seat_count = 1, .seats = {i + 1}};
    }
    clerk = forked_start(scratch_config(), holds_run);
    return forked_comes(is_attended);
}

/* Those whom a failure has left there go first: they may have what the tables are asked for. */
static bool close_host(void)
{
    forked_end(&beater);
    forked_end(&clerk);
    for (int i = 0; visits && i < VISITORS; i++)
        forked_end(&visits[i].pid);
    bool sound = scratch_is_sound(&app);
    scratch_wipe(app.db);
    scratch_app_close(&app);
    return sound;
}

/* --- What is expected --- */

#define EXPECT(condition) expect(condition, #condition, __LINE__)

static bool expect(bool is, const char *what, int line)
{
    if (!is)
        fprintf(stderr, "%d: not so: %s\n", line, what);
    return is;
}

static bool is_told(int i, enum err want)
{
    if (visits[i].err != want)
        fprintf(stderr, "visitor %d: %s, not %s\n", i, err_name(visits[i].err), err_name(want));
    return visits[i].err == want;
}

static bool same_seats(const struct reservation *a, const struct reservation_seat *seats)
{
    for (int i = 0; i < a->seat_count; i++) {
        const struct reservation_seat *x = &a->seats[i], *y = &seats[i];
        if (x->seat_id != y->seat_id || x->seat_number != y->seat_number || x->price != y->price ||
            strcmp(x->section, y->section) != 0 || strcmp(x->row, y->row) != 0)
            return false;
    }
    return true;
}

/* What they were told is what the rows say. */
static bool has_held(int i)
{
    const struct visit *v = &visits[i];
    const struct reservation *told = &v->held;
    struct reservation r = {0};
    if (!is_told(i, ERR_OK) || booking_get(&app, &v->caller, told->reservation_id, &r) != ERR_OK)
        return false;
    bool same = uuid_equal(&r.user_id, &told->user_id) && r.concert_id == told->concert_id &&
                r.schedule_id == told->schedule_id && r.starts_at == told->starts_at &&
                r.amount == told->amount && r.created_at == told->created_at &&
                r.hold_expires_at == told->hold_expires_at && r.paid_at == told->paid_at &&
                r.payment_id == told->payment_id && strcmp(r.status, told->status) == 0 &&
                r.seat_count == told->seat_count && same_seats(&r, v->seats);
    reservation_clear(&r);
    if (!same)
        fprintf(stderr, "visitor %d was told something else\n", i);
    return same;
}

/* In how many transactions all that is held was. */
static int64_t moments(void)
{
    return scratch_int(app.db, "SELECT COUNT(DISTINCT created_at) FROM reservation");
}

static bool are_of_one_transaction(int i, int j)
{
    return has_held(i) && has_held(j) &&
           EXPECT(visits[i].held.created_at == visits[j].held.created_at);
}

static struct db *begin_other(void)
{
    struct db *other = scratch_open();
    db_set_in_transaction(other, true);
    scratch_sql(other, "START TRANSACTION");
    return other;
}

static void end_other(struct db *other, const char *how)
{
    scratch_sql(other, "%s", how);
    db_set_in_transaction(other, false);
    db_free(other);
}

static int64_t seat_id(int64_t schedule, int number)
{
    return scratch_int(app.db,
                       "SELECT seat_id FROM seat WHERE schedule_id = %lld AND "
                       "seat_number = %d",
                       (long long)schedule, number);
}

/* --- Tests --- */

/* Seats by number and by id, in any order, of two shows and of a concert with other terms. */
static bool serves_all_kinds_at_once(void)
{
    int64_t short_one = scratch_concert(app.db),
            brief = scratch_schedule(app.db, short_one, SEATS, 3);
    scratch_sql(app.db, "UPDATE concert SET hold_seconds = 77 WHERE concert_id = %lld",
                (long long)short_one);
    scratch_sql(app.db, "UPDATE seat SET section = 'Balcony', row_label = 'C', price = 900 "
                        "WHERE seat_number BETWEEN 20 AND 22");
    scratch_sql(app.db, "UPDATE queue_token SET claimed_at = NULL, "
                        "expires_at = NOW(3) + INTERVAL 30 SECOND WHERE ticket = 1");
    scratch_sql(app.db, "UPDATE queue_token SET session_ends_at = NOW(3) + INTERVAL 100 SECOND, "
                        "expires_at = session_ends_at WHERE ticket IN (6, 7)");
    visits[1].req.seat_count = 4;
    memcpy(visits[1].req.seats, (int64_t[]){22, 15, 20, 18}, 4 * sizeof(int64_t));
    visits[2].req = (struct hold_request){
        .schedule_id = matinee,
        .by_id = true,
        .seat_count = 3,
        .seats = {seat_id(matinee, 21), seat_id(matinee, 2), seat_id(matinee, 5)}};
    for (int i = 3; i < 5; i++) {
        visits[i].caller = scratch_inside(app.db, &visits[i].caller.user, short_one, i, 600);
        visits[i].req.schedule_id = brief;
        visits[i].req.seats[0] = SEATS - i;
    }
    strcpy(visits[4].key, "a");
    strcpy(visits[5].key, "b");
    bool good = hold_together(VISITORS);
    for (int i = 0; i < VISITORS; i++)
        good = has_held(i) && good;
    good = EXPECT(moments() == 1) && good;
    good = EXPECT(visits[3].held.hold_expires_at == visits[3].held.created_at + 77000) && good;
    good = EXPECT(visits[5].held.hold_expires_at == visits[5].held.created_at + 300000) && good;
    good = EXPECT(visits[1].held.amount == 2 * 900 + 2 * PRICE) && good;
    good = EXPECT(strcmp(visits[1].seats[3].section, "Balcony") == 0) && good;
    good =
        EXPECT(scratch_int(app.db, "SELECT COUNT(*) FROM queue_token t JOIN reservation r "
                                   "ON r.user_id = t.user_id AND r.concert_id = t.concert_id "
                                   "WHERE t.holds = 1 AND t.claimed_at IS NOT NULL AND "
                                   "t.expires_at = "
                                   "GREATEST(t.session_ends_at, r.hold_expires_at)") == VISITORS) &&
        good;
    return EXPECT(scratch_int(app.db, "SELECT COUNT(*) FROM seat t JOIN reservation r "
                                      "ON r.reservation_id = t.reservation_id "
                                      "AND r.hold_expires_at = t.hold_expires_at "
                                      "AND r.schedule_id = t.schedule_id "
                                      "WHERE t.status = 'HELD'") == VISITORS + 5) &&
           good;
}

/* As many as fit into one transaction, with more seats than fit into one statement. */
static bool serves_many_seats(void)
{
    for (int i = 0; i < VISITORS; i++) {
        visits[i].req.seat_count = 4;
        visits[i].req.schedule_id = i % 2 ? show : matinee;
        for (int j = 0; j < 4; j++)
            visits[i].req.seats[j] = i / 2 * 4 + j + 1;
    }
    bool good = hold_together(VISITORS);
    for (int i = 0; i < VISITORS; i++)
        good = has_held(i) && good;
    return EXPECT(moments() == 1) && good;
}

/* Each number of rows goes into statements in another way; together they are one transaction. */
static bool serves_any_number(void)
{
    static const int numbers[] = {1, 2, 3, 5, 6, 7, 9, 11};
    bool good = true;
    for (size_t k = 0; k < sizeof numbers / sizeof *numbers; k++) {
        int64_t schedule = scratch_schedule(app.db, concert, SEATS, PRICE);
        int n = numbers[k];
        for (int i = 0; i < n; i++) {
            struct uuid user = scratch_user(app.db, 0);
            visits[i].caller = scratch_inside(app.db, &user, concert, 100 * n + i, 600);
            visits[i].req.schedule_id = schedule;
        }
        good = hold_together(n) && good;
        for (int i = 0; i < n; i++)
            good = has_held(i) && good;
        good = EXPECT(moments() == (int64_t)k + 1) && good;
    }
    return good;
}

/* The first who asks has it. */
static bool gives_a_seat_to_one(void)
{
    for (int i = 0; i < 4; i++)
        visits[i].req.seats[0] = 3;
    visits[2].req.seat_count = 2;
    visits[2].req.seats[1] = 8;
    bool good = hold_together(6);
    good = has_held(0) && has_held(4) && has_held(5) && good;
    good = is_told(1, ERR_SEAT_TAKEN) && is_told(2, ERR_SEAT_TAKEN) && is_told(3, ERR_SEAT_TAKEN) &&
           good;
    return EXPECT(moments() == 1) && good;
}

/* Four are allowed: of three times two seats the third goes too far. */
static bool counts_what_one_user_has(void)
{
    for (int i = 0; i < 3; i++) {
        visits[i].caller = visits[0].caller;
        visits[i].req.seat_count = 2;
        visits[i].req.seats[0] = 10 + 2 * i;
        visits[i].req.seats[1] = 11 + 2 * i;
    }
    bool good = hold_together(4);
    int held = 0;
    for (int i = 0; i < 3; i++)
        held += visits[i].err == ERR_OK;
    good = EXPECT(held == 2) && has_held(0) && has_held(3) && good;
    good = is_told(visits[1].err == ERR_OK ? 2 : 1, ERR_SEAT_LIMIT) && good;
    visits[0].req.seat_count = 1;
    visits[0].req.seats[0] = 20;
    good = hold_together(2) && is_told(0, ERR_SEAT_LIMIT) && good;
    visits[0].req.schedule_id = matinee;
    visits[1].req.seat_count = 1;
    visits[1].req.seats[0] = 25;
    visits[1].caller = visits[5].caller;
    return hold_together(2) && are_of_one_transaction(0, 1) && good;
}

/* Each for another reason; those who may are served all the same, and all at once. */
static bool leaves_out_who_may_not(void)
{
    int64_t other = scratch_concert(app.db);
    struct caller stranger;
    scratch_sql(app.db, "UPDATE queue_token SET status = 'LEFT', ended_at = NOW(3) "
                        "WHERE ticket = 2");
    scratch_sql(app.db, "UPDATE queue_token SET session_ends_at = NOW(3) WHERE ticket = 3");
    scratch_sql(app.db, "UPDATE queue_token SET status = 'WAITING', admitted_at = NULL, "
                        "claimed_at = NULL, session_ends_at = NULL WHERE ticket = 4");
    stranger = scratch_inside(app.db, &visits[4].caller.user, other, 1, 600);
    visits[4].caller.token_id = stranger.token_id;
    uuid_random(&visits[5].caller.user);
    scratch_sql(app.db, "UPDATE queue_token SET expires_at = NOW(3) WHERE ticket = 7");
    scratch_sql(app.db, "UPDATE seat SET status = 'BLOCKED' WHERE seat_number = 8");
    visits[7].req.seat_count = 2;
    visits[7].req.seats[1] = 28;
    visits[8].req.schedule_id = matinee;
    scratch_sql(app.db,
                "UPDATE schedule SET booking_opens_at = NOW(3) + INTERVAL 1 HOUR "
                "WHERE schedule_id = %lld",
                (long long)matinee);
    bool good = hold_together(VISITORS);
    good = is_told(1, ERR_QUEUE_TOKEN_EXPIRED) && is_told(2, ERR_QUEUE_TOKEN_EXPIRED) &&
           is_told(3, ERR_NOT_ADMITTED) && is_told(4, ERR_QUEUE_TOKEN_EXPIRED) &&
           is_told(5, ERR_QUEUE_TOKEN_EXPIRED) && is_told(6, ERR_QUEUE_TOKEN_EXPIRED) &&
           is_told(7, ERR_SEAT_TAKEN) && is_told(8, ERR_BOOKING_NOT_OPEN) && good;
    good = has_held(0) && has_held(9) && has_held(10) && has_held(11) && good;
    good = EXPECT(moments() == 1) && good;
    scratch_sql(app.db, "UPDATE schedule SET canceled_at = NOW(3) WHERE schedule_id = %lld",
                (long long)show);
    visits[0].req.seats[0] = 20;
    return hold_together(1) && is_told(0, ERR_BOOKING_CLOSED) && good;
}

/* Who has only joined the queue, and a hold that is over but not tidied. */
static bool serves_who_is_new(void)
{
    struct uuid user;
    uuid_random(&user);
    visits[0].caller = scratch_inside(app.db, &user, concert, 99, 600);
    visits[1].req.seat_count = 4;
    memcpy(visits[1].req.seats, (int64_t[]){2, 22, 23, 24}, 4 * sizeof(int64_t));
    bool good = hold_together(3) && has_held(0) && are_of_one_transaction(1, 2);
    scratch_sql(app.db, "UPDATE reservation r JOIN seat t ON t.reservation_id = r.reservation_id "
                        "SET r.hold_expires_at = NOW(3), t.hold_expires_at = NOW(3)");
    visits[0].req.seats[0] = 2;
    visits[1].req.seats[0] = 1;
    good = hold_together(2) && are_of_one_transaction(0, 1) && good;
    return EXPECT(scratch_int(app.db, "SELECT COUNT(*) FROM seat WHERE status = 'HELD' "
                                      "AND hold_expires_at > NOW(3)") == 5) &&
           good;
}

/* A token and a seat that other transactions have: the rest is not kept waiting. */
static bool waits_for_nobody(void)
{
    struct db *other = begin_other();
    scratch_sql(other, "UPDATE queue_token SET holds = 5 WHERE ticket = 1");
    scratch_sql(other, "UPDATE seat SET status = 'BLOCKED' WHERE seat_id = %lld",
                (long long)seat_id(show, 2));
    visits[0].waits = visits[1].waits = true;
    bool good = hold_together(4);
    good = EXPECT(!atomic_load(&visits[0].done) && !atomic_load(&visits[1].done)) && good;
    good = has_held(2) && has_held(3) && EXPECT(moments() == 1) && good;
    good = scratch_wait_statement(app.db, "UPDATE queue_token%%") &&
           scratch_wait_statement(app.db, "UPDATE seat%%") && good;
    end_other(other, "COMMIT");
    visits[0].waits = visits[1].waits = false;
    return all_are_told() && has_held(0) && is_told(1, ERR_SEAT_TAKEN) && good;
}

/* --- Idempotency keys --- */

static int64_t keys(void)
{
    return scratch_int(app.db, "SELECT COUNT(*) FROM idempotency WHERE status = 201");
}

static bool keeps_each_answer(void)
{
    int64_t other = scratch_concert(app.db);
    for (int i = 0; i < 6; i++)
        strcpy(visits[i].key, "key");
    visits[1].caller = visits[0].caller;
    visits[1].req = visits[0].req;
    visits[3].caller = visits[2].caller;
    visits[3].idem.fingerprint[0] = 1;
    visits[5].req = visits[4].req;
    strcpy(visits[6].key, "key");
    visits[7].caller = scratch_inside(app.db, &visits[6].caller.user, other, 1, 600);
    visits[7].req.schedule_id = scratch_schedule(app.db, other, SEATS, PRICE);
    visits[7].idem.fingerprint[0] = 1;
    strcpy(visits[7].key, "key");
    strcpy(visits[8].key, "key");
    scratch_sql(app.db, "UPDATE seat SET status = 'BLOCKED' WHERE seat_number = 9");
    bool good = hold_together(9);
    good = has_held(0) && has_held(2) && has_held(4) && has_held(6) && good;
    good = is_told(1, ERR_REPLAY) && is_told(3, ERR_IDEMPOTENCY_MISMATCH) &&
           is_told(5, ERR_SEAT_TAKEN) && is_told(7, ERR_IDEMPOTENCY_MISMATCH) &&
           is_told(8, ERR_SEAT_TAKEN) && good;
    good = EXPECT(strcmp(visits[0].body, visits[1].body) == 0) && good;
    good = EXPECT(keys() == 4) && EXPECT(moments() == 1) && good;
    const struct reservation *r = &visits[4].held;
    char body[100];
    snprintf(body, sizeof body, "%lld %d %d %lld", (long long)r->reservation_id, PRICE, 5,
             (long long)r->hold_expires_at);
    good = EXPECT(strcmp(visits[4].body, body) == 0) && good;
    good = hold_together(6) && good;
    for (int i = 0; i < 5; i += 2)
        good = is_told(i, ERR_REPLAY) && good;
    good = EXPECT(strcmp(visits[4].body, body) == 0) && good;
    return is_told(5, ERR_SEAT_TAKEN) && EXPECT(keys() == 4) && good;
}

/* --- What comes in between --- */

/* Keeps the batch waiting, at its first insert, for a show that is being changed. */
static struct db *hold_up(int n, const char *change)
{
    struct db *other = begin_other();
    scratch_sql(other, "UPDATE schedule SET %s WHERE schedule_id = %lld", change, (long long)show);
    if (!ask_together(n) || !scratch_wait_statement(app.db, "INSERT INTO reservation %%"))
        fprintf(stderr, "nobody waits\n");
    return other;
}

static bool sees_that_a_show_is_canceled(void)
{
    visits[1].req.schedule_id = matinee;
    struct db *other = hold_up(3, "canceled_at = NOW(3)");
    end_other(other, "COMMIT");
    bool good = all_are_told();
    return is_told(0, ERR_BOOKING_CLOSED) && has_held(1) && is_told(2, ERR_BOOKING_CLOSED) && good;
}

/* Whoever changes a show lets its host forget the hall. */
static bool stands_a_hall_that_is_forgotten(void)
{
    strcpy(visits[0].key, "key");
    strcpy(visits[1].key, "key");
    struct db *other = hold_up(2, "canceling = 0");
    hall_cache_forget(show);
    end_other(other, "COMMIT");
    bool good = all_are_told();
    good = has_held(0) && has_held(1) && good;
    return EXPECT(keys() == 2) && good;
}

static bool is_in_time(void)
{
    scratch_sql(app.db,
                "UPDATE schedule SET booking_closes_at = NOW(3) + INTERVAL 1300000 MICROSECOND "
                "WHERE schedule_id = %lld",
                (long long)show);
    visits[1].req.schedule_id = matinee;
    struct db *other = hold_up(2, "canceling = 0");
    bool good = EXPECT(scratch_wait(app.db, "(SELECT MIN(booking_closes_at) <= NOW(3) "
                                            "FROM schedule)"));
    end_other(other, "ROLLBACK");
    good = all_are_told() && good;
    return is_told(0, ERR_BOOKING_CLOSED) && has_held(1) && good;
}

/* Nobody knows what becomes of a hold whose process dies with it; but who has a key finds out. */
static bool loses_nothing_with_the_process(void)
{
    strcpy(visits[1].key, "key");
    struct db *other = hold_up(2, "canceling = 0");
    hold(&visits[2]);
    expected = 1;
    bool good = forked_comes(have_asked);
    forked_end(&clerk);
    end_other(other, "COMMIT");
    good = all_are_told() && good;
    good = is_told(0, ERR_BUSY) && has_held(1) && has_held(2) && good;
    forked_end(&beater);
    clerk = forked_start(scratch_config(), holds_run);
    good = forked_comes(is_attended) && hold_together(2) && good;
    return has_held(0) && is_told(1, ERR_REPLAY) &&
           EXPECT(scratch_int(app.db, "SELECT COUNT(*) FROM reservation") == 3) && good;
}

static bool does_without_a_process_that_stands_still(void)
{
    kill(clerk, SIGSTOP);
    hold(&visits[0]);
    bool good = all_are_told();
    kill(clerk, SIGCONT);
    good = forked_comes(is_attended) && hold_together(2) && good;
    return is_told(0, ERR_SEAT_TAKEN) && has_held(1) && good;
}

static bool at_a_host(bool (*test)(void))
{
    bool good =
        hall_cache_init() == ERR_OK && holds_init(render) == ERR_OK && open_host() && test();
    return close_host() && good;
}

#define IN_A_CHILD(name)                                                                           \
    static void test_##name(void)                                                                  \
    {                                                                                              \
        CU_ASSERT_TRUE(forked_test(at_a_host, name));                                              \
    }

IN_A_CHILD(serves_all_kinds_at_once)
IN_A_CHILD(serves_many_seats)
IN_A_CHILD(serves_any_number)
IN_A_CHILD(gives_a_seat_to_one)
IN_A_CHILD(counts_what_one_user_has)
IN_A_CHILD(leaves_out_who_may_not)
IN_A_CHILD(serves_who_is_new)
IN_A_CHILD(waits_for_nobody)
IN_A_CHILD(keeps_each_answer)
IN_A_CHILD(sees_that_a_show_is_canceled)
IN_A_CHILD(stands_a_hall_that_is_forgotten)
IN_A_CHILD(is_in_time)
IN_A_CHILD(loses_nothing_with_the_process)
IN_A_CHILD(does_without_a_process_that_stands_still)

SUITE(domain_holds, TEST(test_serves_all_kinds_at_once), TEST(test_serves_many_seats),
      TEST(test_serves_any_number), TEST(test_gives_a_seat_to_one),
      TEST(test_counts_what_one_user_has), TEST(test_leaves_out_who_may_not),
      TEST(test_serves_who_is_new), TEST(test_waits_for_nobody), TEST(test_keeps_each_answer),
      TEST(test_sees_that_a_show_is_canceled), TEST(test_stands_a_hall_that_is_forgotten),
      TEST(test_is_in_time), TEST(test_loses_nothing_with_the_process),
      TEST(test_does_without_a_process_that_stands_still));
