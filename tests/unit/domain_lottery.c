/* The pre-queue and its lottery in the database, with a clock that the tests move. */
#include "db_scratch.h"
#include "domain/concert.h"
#include "domain/job.h"
#include "domain/job_lottery.h"
#include "domain/lottery.h"
#include "domain/queue.h"
#include "suite.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

static struct app app;
static int64_t concert, base;
static struct caller admin;

/* An empty shop with one concert that opens at base + 60 s; the clock stands at base. */
static void open_shop(void)
{
    struct concert wanted, made;
    app = scratch_app();
    app_problem_reset(&app);
    scratch_wipe(app.db);
    CU_ASSERT_EQUAL(db_now(app.db, &base), ERR_OK);
    scratch_set_clock(app.db, base);
    concert_defaults(app.cfg, &wanted);
    strcpy(wanted.title, "Early");
    wanted.opens_at = base + 60000;
    wanted.max_active = 0;
    wanted.admit_count = 3;
    wanted.admit_interval_seconds = 300;
    CU_ASSERT_EQUAL_FATAL(concert_create(&app, &admin, &wanted, NULL, &made), ERR_OK);
    CU_ASSERT_EQUAL(made.state, QUEUE_PREQUEUE);
    concert = made.concert_id;
}

static void close_shop(void)
{
    CU_ASSERT(scratch_is_sound(&app));
    scratch_wipe(app.db);
    scratch_app_close(&app);
}

static struct queue_ticket join(void)
{
    struct uuid user;
    struct queue_ticket t = {.ticket = -1};
    uuid_random(&user);
    CU_ASSERT_EQUAL(queue_join(&app, &user, concert, &t), ERR_OK);
    return t;
}

/* Many rows at once, in order of arrival at the moment that the clock shows. */
static void join_many(int n)
{
    for (int i = 0; i < n; i += 1000)
        scratch_sql(app.db,
                    "INSERT INTO queue_token (concert_id, user_id, ticket, status, created_at, "
                    "expires_at) SELECT %lld, "
                    "UNHEX(LEFT(SHA2(CONCAT(%d, UUID(), a.d, b.d, c.d), 256), 32)), NULL, "
                    "'PREQUEUE', NOW(3), NOW(3) + INTERVAL 1 DAY "
                    "FROM digit a, digit b, digit c LIMIT %d",
                    (long long)concert, i, n - i < 1000 ? n - i : 1000);
}

static int64_t tick(int64_t ms)
{
    struct job_report report;
    scratch_set_clock(app.db, base + ms);
    CU_ASSERT_EQUAL(job_tick(&app, "the test", &report), ERR_OK);
    CU_ASSERT(report.lease);
    return report.admitted;
}

static int64_t state(const char *column)
{
    return scratch_int(app.db, "SELECT %s FROM queue_state WHERE concert_id = %lld", column,
                       (long long)concert);
}

static int64_t tokens(const char *condition)
{
    return scratch_int(app.db, "SELECT COUNT(*) FROM queue_token WHERE concert_id = %lld AND %s",
                       (long long)concert, condition);
}

/* Rows in order of their tickets: each rank is above the one before. */
static void check_order(int64_t first, int64_t n)
{
    char seed_hex[65];
    unsigned char seed[32], rank[32], before[32] = {0};
    struct queue_public q;
    CU_ASSERT_EQUAL_FATAL(queue_public(&app, concert, &q), ERR_OK);
    strcpy(seed_hex, q.seed);
    CU_ASSERT_EQUAL_FATAL(strlen(seed_hex), 64);
    for (size_t i = 0; i < 32; i++) {
        char two[3] = {seed_hex[2 * i], seed_hex[2 * i + 1], '\0'};
        seed[i] = (unsigned char)strtoul(two, NULL, 16);
    }
    struct lottery_mac *mac = lottery_mac_new(seed);
    CU_ASSERT_PTR_NOT_NULL_FATAL(mac);
    int64_t faults = 0;
    for (int64_t t = first; t < first + n; t++) {
        int64_t id = scratch_int(app.db,
                                 "SELECT token_id FROM queue_token WHERE concert_id = %lld AND "
                                 "ticket = %lld",
                                 (long long)concert, (long long)t);
        CU_ASSERT_EQUAL(lottery_rank(mac, id, rank), ERR_OK);
        faults += id < 0 || memcmp(before, rank, sizeof rank) >= 0;
        memcpy(before, rank, sizeof rank);
    }
    CU_ASSERT_EQUAL(faults, 0);
    lottery_mac_free(mac);
}

/* HMAC-SHA256 of RFC 2104: a value worked out by another implementation. */
static void test_a_known_rank(void)
{
    unsigned char seed[32], rank[32], hash[32];
    static const unsigned char want[4] = {0xf5, 0x06, 0x88, 0x08};
    static const unsigned char want_hash[4] = {0x63, 0x0d, 0xcd, 0x29};
    for (int i = 0; i < 32; i++)
        seed[i] = (unsigned char)i;
    struct lottery_mac *mac = lottery_mac_new(seed);
    CU_ASSERT_PTR_NOT_NULL_FATAL(mac);
    for (int i = 0; i < 2; i++) { /* the second time with the same key */
        CU_ASSERT_EQUAL(lottery_rank(mac, 1234567, rank), ERR_OK);
        CU_ASSERT_EQUAL(memcmp(rank, want, sizeof want), 0);
    }
    CU_ASSERT_EQUAL(lottery_hash(seed, hash), ERR_OK);
    CU_ASSERT_EQUAL(memcmp(hash, want_hash, sizeof want_hash), 0);
    lottery_mac_free(mac);
    lottery_mac_free(NULL);
}

static void test_nobody_is_numbered_before_the_opening(void)
{
    open_shop();
    struct queue_ticket t = join();
    CU_ASSERT_EQUAL(t.status, QUEUE_EARLY);
    CU_ASSERT_EQUAL(t.ticket, 0);
    CU_ASSERT(t.token_expires_at >= base + 60000 + INT64_C(86400000));
    CU_ASSERT_EQUAL(tick(1000), 0);
    CU_ASSERT_EQUAL(tick(59999), 0);
    CU_ASSERT_EQUAL(state("prequeue"), 1);
    CU_ASSERT_EQUAL(state("waiting"), 1);
    CU_ASSERT_EQUAL(tokens("ticket IS NULL"), 1);
    close_shop();
}

static void test_the_first_batch_falls_at_the_opening(void)
{
    open_shop();
    join_many(8);
    CU_ASSERT_EQUAL(tick(60400), 3);
    CU_ASSERT_EQUAL(scratch_int(app.db, "SELECT t0 = FROM_UNIXTIME(%lld.%03lld) FROM queue_state",
                                (long long)(base + 60000) / 1000, (long long)(base + 60000) % 1000),
                    1);
    CU_ASSERT_EQUAL(tokens("status = 'WAITING'"), 5);
    CU_ASSERT_EQUAL(state("prequeue"), 0);
    CU_ASSERT_EQUAL(state("waiting"), 5);
    CU_ASSERT_EQUAL(tick(61400), 0);
    CU_ASSERT_EQUAL(tick(360000), 3);
    check_order(1, 8);
    close_shop();
}

static void test_late_ones_follow_in_order_of_arrival(void)
{
    open_shop();
    join_many(20);
    scratch_set_clock(app.db, base + 60000); /* open, and not drawn yet */
    struct queue_ticket a = join(), b = join();
    CU_ASSERT_EQUAL(a.status, QUEUE_EARLY);
    tick(60500);
    struct queue_ticket c = join();
    CU_ASSERT_EQUAL(c.ticket, 23);
    check_order(1, 20);
    CU_ASSERT_EQUAL(scratch_int(app.db, "SELECT ticket FROM queue_token WHERE token_id = %lld",
                                (long long)a.token_id),
                    21);
    CU_ASSERT_EQUAL(scratch_int(app.db, "SELECT ticket FROM queue_token WHERE token_id = %lld",
                                (long long)b.token_id),
                    22);
    close_shop();
}

/* A process that draws, gives some of the numbers and is gone. */
static void draw_and_die(void)
{
    pid_t pid = fork();
    if (pid == 0) {
        struct app own = scratch_app();
        struct job_lottery l;
        scratch_set_clock(own.db, base + 60000);
        _exit(job_lottery_step(&own, concert, &l) == ERR_OK ? 0 : 1);
    }
    int status = 1;
    waitpid(pid, &status, 0);
    CU_ASSERT_EQUAL(status, 0);
}

/* As if the job had died after the first thousand of its numbers. */
static void take_numbers_back(int64_t above)
{
    scratch_sql(app.db,
                "UPDATE queue_token SET status = 'PREQUEUE', ticket = NULL WHERE ticket > %lld",
                (long long)above);
    scratch_sql(app.db, "UPDATE lottery SET numbered = %lld", (long long)above);
    scratch_sql(app.db, "UPDATE queue_state SET prequeue = 2");
}

static void test_another_job_goes_on_where_one_died(void)
{
    open_shop();
    join_many(2500);
    draw_and_die();
    take_numbers_back(1000);
    struct queue_ticket late = join();
    CU_ASSERT_EQUAL(late.ticket, 2501);
    for (int i = 0; i < 20 && state("prequeue") != 0; i++)
        tick(60500 + i * 1000);
    CU_ASSERT_EQUAL(state("prequeue"), 0);
    CU_ASSERT_EQUAL(tokens("ticket IS NULL"), 0);
    check_order(1, 2500);
    close_shop();
}

/* More than can be numbered within a tick, while everybody may come in. */
static void test_nobody_passes_those_whose_numbers_are_being_given(void)
{
    enum { N = 8000 };
    int passed = 0;
    open_shop();
    join_many(N);
    scratch_sql(app.db, "UPDATE queue_state SET admit_count = 100000, admit_interval_seconds = 1");
    tick(60500);
    struct queue_ticket late = join();
    CU_ASSERT_EQUAL(late.ticket, N + 1);
    for (int i = 1; i < 60 && state("prequeue") != 0; i++) {
        tick(60500 + i * 1000);
        passed += tokens("status = 'PREQUEUE'") > 0 && tokens("ticket > 8000 AND status <> "
                                                              "'WAITING'") > 0;
    }
    CU_ASSERT_EQUAL(passed, 0);
    CU_ASSERT_EQUAL(tokens("ticket IS NULL"), 0);
    tick(130000);
    CU_ASSERT_EQUAL(tokens("status = 'WAITING'"), 0);
    close_shop();
}

/* The order of a lottery that another job has ended would keep all others waiting. */
static void test_who_loses_the_lease_forgets_the_order(void)
{
    struct job_report report;
    open_shop();
    join_many(40000);
    tick(60500);
    CU_ASSERT_EQUAL(state("prequeue"), 2);
    CU_ASSERT(job_lottery_runs());
    scratch_sql(app.db, "UPDATE job_lease SET holder = 'another', "
                        "expires_at = NOW(3) + INTERVAL 4 SECOND");
    CU_ASSERT_EQUAL(job_tick(&app, "the test", &report), ERR_OK);
    CU_ASSERT_FALSE(report.lease);
    CU_ASSERT_FALSE(job_lottery_runs());
    close_shop();
}

static void test_a_row_that_passed_the_draw_is_numbered(void)
{
    open_shop();
    join_many(4);
    tick(60000);
    join_many(2);
    CU_ASSERT_EQUAL(tokens("ticket IS NULL"), 2);
    tick(61000);
    CU_ASSERT_EQUAL(tokens("ticket IS NULL"), 0);
    CU_ASSERT_EQUAL(tokens("ticket IN (5, 6) AND status = 'WAITING'"), 2);
    close_shop();
}

/* As on a cluster, where a join that passed the draw may come to light before its numbers are given
 * out: the number behind the last one is somebody's already. */
static void test_a_row_that_passed_the_draw_takes_nobodys_number(void)
{
    open_shop();
    join_many(1500);
    draw_and_die();
    take_numbers_back(1000);
    CU_ASSERT_EQUAL(join().ticket, 1501);
    join_many(2);
    for (int i = 0; i < 10 && tokens("ticket IS NULL") > 0; i++)
        tick(60500 + i * 1000);
    CU_ASSERT_EQUAL(state("prequeue"), 0);
    CU_ASSERT_EQUAL(tokens("ticket IN (1502, 1503) AND status = 'WAITING'"), 2);
    CU_ASSERT_EQUAL(scratch_int(app.db, "SELECT numbered FROM lottery"), 1500);
    close_shop();
}

static void test_two_lotteries_at_once(void)
{
    open_shop();
    int64_t first = concert;
    join_many(1500);
    struct concert wanted, made;
    concert_defaults(app.cfg, &wanted);
    strcpy(wanted.title, "Other");
    wanted.opens_at = base + 60000;
    CU_ASSERT_EQUAL_FATAL(concert_create(&app, &admin, &wanted, NULL, &made), ERR_OK);
    concert = made.concert_id;
    join_many(1500);
    for (int i = 0; i < 20 && (i == 0 || scratch_int(app.db, "SELECT SUM(prequeue) FROM "
                                                             "queue_state") > 0);
         i++)
        tick(60000 + i * 1000);
    check_order(1, 1500);
    concert = first;
    check_order(1, 1500);
    close_shop();
}

static enum err patch_opening(int64_t opens_at)
{
    struct concert change, made;
    concert_defaults(app.cfg, &change);
    change.opens_at = opens_at;
    return concert_patch(&app, &admin, concert, CONCERT_HAS_OPENS_AT, &change, NULL, NULL, &made);
}

static void test_moving_the_opening(void)
{
    open_shop();
    int64_t lottery = state("lottery_id");
    CU_ASSERT_EQUAL(patch_opening(base + 120000), ERR_OK);
    CU_ASSERT_EQUAL(state("lottery_id"), lottery);
    join_many(3);
    CU_ASSERT_EQUAL(tick(60000), 0);
    scratch_set_clock(app.db, base + 70000);
    CU_ASSERT_EQUAL(patch_opening(-1), ERR_OK);
    CU_ASSERT_EQUAL(patch_opening(base + 130000), ERR_OK); /* not drawn yet: put off again */
    CU_ASSERT_EQUAL(tick(71000), 0);
    CU_ASSERT_EQUAL(patch_opening(base), ERR_OK); /* in the past: now */
    join_many(1);
    CU_ASSERT_EQUAL(tick(71500), 3);
    check_order(1, 3);
    CU_ASSERT_EQUAL(scratch_int(app.db, "SELECT entrants FROM lottery"), 4);
    scratch_sql(app.db, "UPDATE queue_state SET prequeue = 2");
    CU_ASSERT_EQUAL(patch_opening(base + 500000), ERR_BUSY); /* numbers are being given */
    scratch_sql(app.db, "UPDATE queue_state SET prequeue = 0");
    CU_ASSERT_EQUAL(patch_opening(base + 500000), ERR_OK);
    CU_ASSERT_NOT_EQUAL(state("lottery_id"), lottery);
    CU_ASSERT_EQUAL(join().status, QUEUE_EARLY);
    close_shop();
}

/* An early join holds the queue's row and then locks the concert's, which its own row names. */
static void test_an_operator_and_a_join_lock_in_one_order(void)
{
    open_shop();
    scratch_sql(app.db, "START TRANSACTION");
    scratch_int(app.db, "SELECT 1 FROM queue_state WHERE concert_id = %lld LOCK IN SHARE MODE",
                (long long)concert);
    pid_t pid = fork();
    if (pid == 0) {
        app = scratch_app();
        _exit(patch_opening(base + 90000) == ERR_OK ? 0 : 1);
    }
    CU_ASSERT(scratch_wait_statement(app.db, "SELECT c.concert_id%%FOR UPDATE"));
    CU_ASSERT_EQUAL(scratch_int(app.db,
                                "SELECT 1 FROM concert WHERE concert_id = %lld FOR UPDATE NOWAIT",
                                (long long)concert),
                    1);
    scratch_sql(app.db, "COMMIT");
    int status = 1;
    waitpid(pid, &status, 0);
    CU_ASSERT_EQUAL(status, 0);
    close_shop();
}

static void test_who_left_is_not_drawn(void)
{
    open_shop();
    struct queue_ticket t = join();
    join_many(2);
    struct caller caller = {.kind = TOKEN_QUEUE,
                            .user = t.user_id,
                            .concert_id = concert,
                            .token_id = t.token_id,
                            .exp = t.token_expires_at / 1000};
    struct idem none = {0};
    CU_ASSERT_EQUAL(queue_leave(&app, &caller, &none), ERR_OK);
    CU_ASSERT_EQUAL(queue_leave(&app, &caller, &none), ERR_QUEUE_TOKEN_EXPIRED);
    tick(60000);
    CU_ASSERT_EQUAL(tokens("ticket IS NULL AND status = 'LEFT'"), 1);
    CU_ASSERT_EQUAL(scratch_int(app.db, "SELECT entrants FROM lottery"), 2);
    close_shop();
}

/* Opening may be put off for longer than a token's exp says. */
static void test_a_token_outlasts_its_exp_before_the_draw(void)
{
    open_shop();
    struct queue_ticket t = join(), out;
    struct caller caller = {.kind = TOKEN_QUEUE,
                            .user = t.user_id,
                            .concert_id = concert,
                            .token_id = t.token_id,
                            .exp = base / 1000 - 10};
    CU_ASSERT_EQUAL(queue_poll(&app, &caller, &out), ERR_OK);
    CU_ASSERT_EQUAL(out.status, QUEUE_EARLY);
    tick(60000);
    CU_ASSERT_EQUAL(queue_poll(&app, &caller, &out), ERR_OK);
    CU_ASSERT_EQUAL(out.status, QUEUE_ACTIVE);
    CU_ASSERT(out.token_changed);
    CU_ASSERT_EQUAL(out.ticket, 1);
    close_shop();
}

SUITE(domain_lottery, TEST(test_a_known_rank), TEST(test_nobody_is_numbered_before_the_opening),
      TEST(test_the_first_batch_falls_at_the_opening),
      TEST(test_late_ones_follow_in_order_of_arrival),
      TEST(test_another_job_goes_on_where_one_died),
      TEST(test_nobody_passes_those_whose_numbers_are_being_given),
      TEST(test_who_loses_the_lease_forgets_the_order),
      TEST(test_a_row_that_passed_the_draw_is_numbered),
      TEST(test_a_row_that_passed_the_draw_takes_nobodys_number), TEST(test_two_lotteries_at_once),
      TEST(test_moving_the_opening), TEST(test_an_operator_and_a_join_lock_in_one_order),
      TEST(test_who_left_is_not_drawn), TEST(test_a_token_outlasts_its_exp_before_the_draw));
