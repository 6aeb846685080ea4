/*
 * Looks at the seats of small halls, combined: in several processes, one of which looks for the
 * others. To have several looks at hand at the same time, that one is stopped until all have asked,
 * while somebody else says that it is not stuck.
 *
 * Each test is in a process of its own, since the shared memory changes what everything in it does.
 * The suite runs alone, since it counts the statements that the server is given, whoever gives
 * them.
 */
#include "domain/looks.h"

#include "base/shared.h"
#include "db_scratch.h"
#include "domain/hall_cache.h"
#include "domain/seats.h"
#include "forked.h"
#include "suite.h"
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { VISITORS = 6, SEATS = 12 };

/* What a visitor, in a process of its own, was shown. */
struct visit {
    struct caller caller;
    int64_t schedule;
    pid_t pid;
    bool waits; /* until somebody else's transaction has ended */
    _Atomic bool done;
    enum err err;
    int32_t price; /* of the first seat */
    char letters[SEATS + 1];
};

static struct app app;
static int64_t concert, full, empty;
static struct visit *visits;
static pid_t clerk, beater;

static int clerk_main(const struct config *cfg, const volatile sig_atomic_t *stop)
{
    return looks_run(cfg, stop);
}

static bool is_attended(void)
{
    return desk_attended(looks_desk());
}

static void look(struct visit *v)
{
    pid_t pid = forked();
    if (pid != 0) {
        v->pid = pid; /* the child would write there, too */
        return;
    }
    struct app own = scratch_app();
    struct seats s;
    v->err = seats_read(&own, &v->caller, v->schedule, &s);
    if (v->err == ERR_OK)
        v->price = s.hall.runs[0].price;
    if (v->err == ERR_OK)
        text_copy(v->letters, sizeof v->letters, s.letters, strlen(s.letters));
    atomic_store(&v->done, true);
    _exit(0);
}

static int expected;

static bool have_asked(void)
{
    return desk_asked(looks_desk()) == expected;
}

static bool all_done(void)
{
    for (int i = 0; i < VISITORS; i++)
        if (visits[i].pid && !visits[i].waits && !atomic_load(&visits[i].done))
            return false;
    return true;
}

/* The first `n` look at once. */
static bool look_together(int n)
{
    kill(clerk, SIGSTOP);
    beater = forked_beat(looks_desk());
    for (int i = 0; i < n; i++)
        look(&visits[i]);
    expected = n;
    bool together = forked_comes(have_asked);
    kill(clerk, SIGCONT);
    bool done = forked_comes(all_done);
    forked_end(&beater);
    for (int i = 0; done && i < n; i++)
        if (!visits[i].waits)
            done = forked_gone(&visits[i].pid);
    if (!together || !done)
        fprintf(stderr, "together %d, done %d\n", together, done);
    return together && done;
}

/* Visitors who are inside, the first of whom has not claimed the session; an empty hall and one
 * where all but one of the seats are sold. The host knows both halls. */
static bool open_host(void)
{
    struct seats s;
    app = scratch_app();
    app_problem_reset(&app);
    scratch_wipe(app.db);
    concert = scratch_concert(app.db);
    empty = scratch_schedule(app.db, concert, SEATS, 5);
    full = scratch_schedule(app.db, concert, SEATS, 5);
    scratch_lift_rules(app.db);
    scratch_sql(app.db,
                "UPDATE seat SET status = 'SOLD', reservation_id = 1 WHERE seat_number <> 3 "
                "AND schedule_id = %lld",
                (long long)full);
    visits = shared_alloc(VISITORS * sizeof *visits);
    if (!visits)
        return false;
    for (int i = 0; i < VISITORS; i++) {
        struct uuid user = scratch_user(app.db, 0);
        visits[i].caller = scratch_inside(app.db, &user, concert, i + 1, 60);
        visits[i].schedule = i % 2 ? full : empty;
    }
    for (int i = 0; i < 4; i++) { /* twice: the host notes what most seats are */
        if (seats_read(&app, &visits[1].caller, i % 2 ? full : empty, &s) != ERR_OK)
            return false;
        seats_free(&s);
    }
    scratch_sql(app.db, "UPDATE queue_token SET claimed_at = NULL WHERE ticket = 1");
    scratch_sql(app.db, "UPDATE queue_token SET claimed_at = NOW(3) WHERE ticket > 1");
    clerk = forked_start(scratch_config(), clerk_main);
    return forked_comes(is_attended);
}

static void close_host(void)
{
    forked_end(&clerk);
    for (int i = 0; visits && i < VISITORS; i++)
        forked_end(&visits[i].pid);
    scratch_wipe(app.db);
    scratch_enforce_rules(app.db);
    scratch_app_close(&app);
}

static bool is_shown(int i, const char *letters)
{
    bool same = visits[i].err == ERR_OK && strcmp(visits[i].letters, letters) == 0;
    if (!same)
        fprintf(stderr, "visitor %d: %s %s\n", i, err_name(visits[i].err), visits[i].letters);
    return same;
}

static int64_t selects(void)
{
    return scratch_int(app.db, "SELECT CAST(variable_value AS SIGNED) FROM "
                               "/*M! information_schema */ /*!80000 performance_schema */ "
                               ".global_status WHERE variable_name = 'Com_select'");
}

/* Who is inside, whose rows are free, and the halls, in two groups; one more counts. MySQL does not
 * count what was prepared. */
static bool are_few(int64_t statements)
{
    return scratch_int(app.db, "SELECT VERSION() LIKE '%%MariaDB%%'") != 1 || statements <= 6;
}

static bool shows_everybody_the_right_hall(void)
{
    int64_t before = selects();
    bool good = look_together(VISITORS);
    good = are_few(selects() - before) && good;
    for (int i = 0; i < VISITORS; i++)
        good = is_shown(i, i % 2 ? "SSASSSSSSSSS" : "AAAAAAAAAAAA") && good;
    return scratch_int(app.db, "SELECT COUNT(*) FROM queue_token WHERE claimed_at IS NULL") == 0 &&
           good;
}

/* Over, somebody else's, of another concert, let in but not in time, and one whose row another
 * transaction has. */
static bool leaves_out_whoever_is_not_inside(void)
{
    struct db *locker = scratch_open();
    scratch_sql(app.db, "UPDATE queue_token SET expires_at = NOW(3) WHERE ticket = 2");
    uuid_random(&visits[2].caller.user);
    scratch_sql(app.db, "UPDATE queue_token SET claimed_at = NULL, expires_at = NOW(3) "
                        "WHERE ticket = 4");
    scratch_sql(app.db, "UPDATE queue_token SET claimed_at = NULL WHERE ticket = 5");
    db_set_in_transaction(locker, true);
    scratch_sql(locker, "START TRANSACTION");
    scratch_sql(locker, "UPDATE queue_token SET holds = 1 WHERE ticket = 5");
    visits[4].waits = true;
    bool good = look_together(5) && !atomic_load(&visits[4].done);
    good = scratch_wait_statement(app.db, "UPDATE queue_token%%") && good;
    scratch_sql(locker, "COMMIT");
    db_set_in_transaction(locker, false);
    visits[4].waits = false;
    good = forked_gone(&visits[4].pid) && good;
    db_free(locker);
    return is_shown(0, "AAAAAAAAAAAA") && visits[1].err == ERR_QUEUE_TOKEN_EXPIRED &&
           visits[2].err == ERR_QUEUE_TOKEN_EXPIRED && visits[3].err == ERR_QUEUE_TOKEN_EXPIRED &&
           is_shown(4, "AAAAAAAAAAAA") && good;
}

/* A hold that is over is free at that moment, whatever its row says. */
static bool shows_what_is_so_now(void)
{
    scratch_sql(app.db,
                "UPDATE seat SET status = 'HELD', reservation_id = 1, "
                "hold_expires_at = NOW(3) + INTERVAL 20 SECOND WHERE seat_number IN (1, 2)");
    scratch_sql(app.db, "UPDATE seat SET hold_expires_at = NOW(3) WHERE seat_number = 2");
    return look_together(2) && is_shown(0, "HAAAAAAAAAAA") && is_shown(1, "HAASSSSSSSSS");
}

/* Another host's operator has changed one hall, which this host remembers as it was. */
static bool shows_what_another_host_has_changed(void)
{
    scratch_sql(app.db,
                "UPDATE seat SET price = 70, status = 'BLOCKED' WHERE seat_number = 1 "
                "AND schedule_id = %lld",
                (long long)empty);
    scratch_sql(
        app.db,
        "INSERT INTO hall_edition (schedule_id, edition, edited_at) VALUES (%lld, 1, NOW(3))",
        (long long)empty);
    bool good = look_together(VISITORS);
    for (int i = 0; i < VISITORS; i++) {
        good = is_shown(i, i % 2 ? "SSASSSSSSSSS" : "BAAAAAAAAAAA") && good;
        good = visits[i].price == (i % 2 ? 5 : 70) && good;
    }
    scratch_sql(app.db, "UPDATE seat SET price = 80 WHERE seat_number = 1");
    scratch_sql(app.db, "UPDATE hall_edition SET edition = 2");
    scratch_sql(
        app.db,
        "INSERT INTO hall_edition (schedule_id, edition, edited_at) VALUES (%lld, 1, NOW(3))",
        (long long)full);
    good = look_together(VISITORS) && good;
    for (int i = 0; i < VISITORS; i++)
        good = visits[i].price == 80 && good;
    int64_t before = selects(); /* they are known now */
    return look_together(VISITORS) && are_few(selects() - before) && good;
}

static bool at_a_host(bool (*test)(void))
{
    bool good = hall_cache_init() == ERR_OK && looks_init() == ERR_OK && open_host() && test();
    close_host();
    return good;
}

static void test_those_who_look_together_see_the_right_hall(void)
{
    CU_ASSERT_TRUE(forked_test(at_a_host, shows_everybody_the_right_hall));
}

static void test_whoever_is_not_plainly_inside_goes_alone(void)
{
    CU_ASSERT_TRUE(forked_test(at_a_host, leaves_out_whoever_is_not_inside));
}

static void test_what_is_shown_is_so_now(void)
{
    CU_ASSERT_TRUE(forked_test(at_a_host, shows_what_is_so_now));
}

static void test_what_another_host_has_changed_is_shown(void)
{
    CU_ASSERT_TRUE(forked_test(at_a_host, shows_what_another_host_has_changed));
}

SUITE_LAST(domain_looks, TEST(test_those_who_look_together_see_the_right_hall),
           TEST(test_whoever_is_not_plainly_inside_goes_alone), TEST(test_what_is_shown_is_so_now),
           TEST(test_what_another_host_has_changed_is_shown));
