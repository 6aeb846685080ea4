/* How seats lie, what a host remembers of it, and their states at a moment. */
#include "base/clock.h"
#include "db_scratch.h"
#include "domain/hall.h"
#include "domain/hall_cache.h"
#include "domain/seats.h"
#include "forked.h"
#include "suite.h"
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

enum { SEATS = 12 };

static struct app app;
static int64_t concert, schedule;

/* A hall of twelve seats, one run of them. */
static void open_hall(void)
{
    app = scratch_app();
    app_problem_reset(&app);
    scratch_wipe(app.db);
    concert = scratch_concert(app.db);
    schedule = scratch_schedule(app.db, concert, SEATS, 5);
}

static void close_hall(void)
{
    scratch_wipe(app.db);
    scratch_app_close(&app);
}

static void expect_run(const struct hall *h, int i, int32_t first, int32_t count, int32_t price,
                       const char *section, const char *row)
{
    const struct hall_run *r = &h->runs[i];
    const char *s = hall_text(h, r->section), *l = hall_text(h, r->row);
    CU_ASSERT_FATAL(i < h->facts.run_count);
    CU_ASSERT_EQUAL(r->first, first);
    CU_ASSERT_EQUAL(r->count, count);
    CU_ASSERT_EQUAL(r->price, price);
    CU_ASSERT(section ? s && strcmp(s, section) == 0 : !s);
    CU_ASSERT(row ? l && strcmp(l, row) == 0 : !l);
}

/* Each seat is found by its id, and no other id is a seat's. */
static void expect_numbers(const struct hall *h)
{
    for (int32_t i = 1; i <= SEATS; i++) {
        int64_t id = scratch_int(app.db,
                                 "SELECT seat_id FROM seat WHERE schedule_id = %lld "
                                 "AND seat_number = %d",
                                 (long long)schedule, (int)i);
        CU_ASSERT_EQUAL(hall_number_of(h, id), i);
        int64_t next = scratch_int(app.db, "SELECT COUNT(*) FROM seat WHERE seat_id = %lld",
                                   (long long)id + 1);
        CU_ASSERT(next == 1 || hall_number_of(h, id + 1) == 0);
    }
    CU_ASSERT_EQUAL(hall_number_of(h, 0), 0);
    CU_ASSERT_EQUAL(hall_number_of(h, INT64_MAX), 0);
}

static void read_hall(struct hall *h)
{
    CU_ASSERT_EQUAL_FATAL(hall_get(&app, schedule, h), ERR_OK);
    CU_ASSERT_EQUAL(h->facts.schedule_id, schedule);
    CU_ASSERT_EQUAL(h->facts.concert_id, concert);
    CU_ASSERT_EQUAL(h->facts.capacity, SEATS);
}

static void test_seats_alike_are_one_run(void)
{
    struct hall h;
    open_hall();
    read_hall(&h);
    CU_ASSERT_EQUAL(h.facts.run_count, 1);
    expect_run(&h, 0, 1, SEATS, 5, NULL, NULL);
    expect_numbers(&h);
    hall_free(&h);
    CU_ASSERT_EQUAL(hall_get(&app, schedule + 1, &h), ERR_SCHEDULE_NOT_FOUND);
    close_hall();
}

static void test_a_section_a_row_or_a_price_begins_a_run(void)
{
    struct hall h;
    open_hall();
    scratch_sql(app.db, "UPDATE seat SET section = CASE WHEN seat_number <= 6 THEN 'A' "
                        "WHEN seat_number <= 9 THEN '가' END");
    scratch_sql(app.db, "UPDATE seat SET row_label = CASE WHEN seat_number <= 3 THEN '1' "
                        "WHEN seat_number <= 8 THEN '2' END");
    scratch_sql(app.db, "UPDATE seat SET price = 9 WHERE seat_number IN (5, 12)");
    read_hall(&h);
    CU_ASSERT_EQUAL_FATAL(h.facts.run_count, 8);
    expect_run(&h, 0, 1, 3, 5, "A", "1");
    expect_run(&h, 1, 4, 1, 5, "A", "2");
    expect_run(&h, 2, 5, 1, 9, "A", "2");
    expect_run(&h, 3, 6, 1, 5, "A", "2");
    expect_run(&h, 4, 7, 2, 5, "가", "2");
    expect_run(&h, 5, 9, 1, 5, "가", NULL);
    expect_run(&h, 6, 10, 2, 5, NULL, NULL);
    expect_run(&h, 7, 12, 1, 9, NULL, NULL);
    CU_ASSERT(hall_runs_alike(&h.runs[1], &h.runs[3]));
    CU_ASSERT_FALSE(hall_runs_alike(&h.runs[0], &h.runs[1]));
    expect_numbers(&h);
    hall_free(&h);
    close_hall();
}

/* As several hosts of a cluster give them, or a table that was loaded in another order. */
static void test_ids_with_gaps(void)
{
    static const char *const ids[] = {
        "1000000 + 3 * seat_number", "2000000 + seat_number + 40 * (seat_number > 5)",
        "3000000 + seat_number * seat_number", "4000000 - seat_number * 2", NULL};
    static const int32_t runs[] = {1, 2, SEATS / 2, SEATS};
    open_hall();
    for (int i = 0; ids[i]; i++) {
        struct hall h;
        scratch_sql(app.db, "UPDATE seat SET seat_id = %s", ids[i]);
        read_hall(&h);
        CU_ASSERT_EQUAL(h.facts.run_count, runs[i]);
        CU_ASSERT_EQUAL(h.facts.ids_ascend, i < 3);
        for (int32_t k = 1; k < h.facts.run_count; k++)
            CU_ASSERT(hall_runs_alike(&h.runs[k - 1], &h.runs[k]));
        expect_numbers(&h);
        hall_free(&h);
    }
    close_hall();
}

static void expect_states(const struct caller *caller, const char *letters)
{
    struct seats s;
    CU_ASSERT_EQUAL_FATAL(seats_read(&app, caller, schedule, &s), ERR_OK);
    CU_ASSERT_STRING_EQUAL(s.letters, letters);
    seats_free(&s);
}

static void test_states_and_sessions_end_at_their_moment(void)
{
    struct seats s;
    open_hall();
    struct uuid user = scratch_user(app.db, 0);
    struct caller caller = scratch_inside(app.db, &user, concert, 1, 60);
    int64_t now = 0;
    CU_ASSERT_EQUAL(db_now(app.db, &now), ERR_OK);
    scratch_lift_rules(app.db);
    scratch_sql(app.db, "UPDATE seat SET status = 'HELD', reservation_id = 1, "
                        "hold_expires_at = NOW(3) + INTERVAL 20 SECOND WHERE seat_number = 2");
    scratch_sql(app.db,
                "UPDATE seat SET status = 'SOLD', reservation_id = 1 WHERE seat_number = 3");
    scratch_sql(app.db, "UPDATE seat SET status = 'BLOCKED' WHERE seat_number = 12");
    expect_states(&caller, "AHSAAAAAAAAB");
    scratch_set_clock(app.db, now + 30000);
    expect_states(&caller, "AASAAAAAAAAB");
    /* also where most seats are sold, or none is in the state that most were in */
    scratch_sql(app.db, "UPDATE seat SET status = 'SOLD', reservation_id = 1 WHERE seat_number > 3 "
                        "AND seat_number < 12");
    expect_states(&caller, "AASSSSSSSSSB");
    scratch_sql(app.db, "UPDATE queue_token SET claimed_at = NULL");
    expect_states(&caller, "AASSSSSSSSSB");
    CU_ASSERT_EQUAL(scratch_int(app.db, "SELECT claimed_at IS NOT NULL FROM queue_token"), 1);
    scratch_set_clock(app.db, now + 70000);
    CU_ASSERT_EQUAL(seats_read(&app, &caller, schedule, &s), ERR_QUEUE_TOKEN_EXPIRED);
    struct caller other = caller;
    other.concert_id++;
    CU_ASSERT_EQUAL(seats_read(&app, &other, schedule, &s), ERR_WRONG_CONCERT);
    scratch_set_clock(app.db, 0);
    scratch_wipe(app.db);
    scratch_enforce_rules(app.db);
    close_hall();
}

/* --- The host's memory: each in a process of its own, since it is there from then on --- */

static bool with_a_cache(bool (*test)(void))
{
    return hall_cache_init() == ERR_OK && test();
}

/* A block that tells whose it is, everywhere. */
static void block_of(int64_t id, size_t len, struct text_buf *out)
{
    text_buf_reset(out);
    for (size_t i = 0; i < len / sizeof id; i++)
        text_buf_append(out, (const char *)&id, sizeof id);
}

/* Whether the block of that schedule is there; one that is there is whole. */
static bool has(int64_t id, size_t len, bool *whole)
{
    struct text_buf got = {0}, want = {0};
    bool there = hall_cache_get(id, &got);
    block_of(id, len, &want);
    *whole = *whole && (!there || (got.len == want.len && !memcmp(got.data, want.data, got.len)));
    text_buf_free(&got);
    text_buf_free(&want);
    return there;
}

static bool keeps_the_youngest(void)
{
    struct text_buf block = {0};
    bool whole = true, kept = true, small = true;
    for (int64_t id = 1; id <= 40; id++) {
        block_of(id, 1000000, &block);
        hall_cache_put(id, &block);
        kept = kept && has(id, 1000000, &whole) && (id < 9 || has(id - 8, 1000000, &whole));
    }
    bool gone = !has(1, 1000000, &whole) && !has(20, 1000000, &whole);
    for (int64_t id = 100; id < 1100; id++) {
        block_of(id, 160, &block);
        hall_cache_put(id, &block);
    }
    for (int64_t id = 100; id < 1100; id++)
        small = small && has(id, 160, &whole);
    hall_cache_note_mostly(500, 'S');
    bool hint = hall_cache_mostly(500) == 'S' && hall_cache_mostly(501) == 'A';
    hall_cache_forget(500);
    bool forgot = !has(500, 160, &whole) && has(501, 160, &whole);
    block_of(7, HALL_CACHE_BLOCK_MAX + 8, &block);
    hall_cache_put(2000, &block);
    return whole && kept && gone && small && hint && forgot && !has(2000, 8, &whole);
}

static void write_for_good(struct text_buf *block)
{
    for (int64_t id = 1;; id = id % 50 + 1) {
        block_of(id, 200000 + (size_t)id * 8000, block);
        for (int i = 0; i < 20; i++)
            hall_cache_put(id, block);
    }
}

static bool outlives_the_dying(void)
{
    struct text_buf block = {0};
    bool whole = true, works = true;
    for (int round = 0; round < 12; round++) {
        pid_t pid = forked();
        if (pid == 0)
            write_for_good(&block);
        usleep(2000 + (useconds_t)round * 700);
        kill(pid, SIGKILL);
        waitpid(pid, NULL, 0);
        for (int64_t id = 1; id <= 50; id++)
            has(id, 200000 + (size_t)id * 8000, &whole);
        block_of(77, 800, &block);
        hall_cache_put(77, &block);
        works = works && has(77, 800, &whole);
    }
    return whole && works;
}

static bool is_told(const struct caller *caller, const char *letters)
{
    struct seats s;
    if (seats_read(&app, caller, schedule, &s) != ERR_OK)
        return false;
    bool same = strcmp(s.letters, letters) == 0;
    if (!same)
        fprintf(stderr, "told %s\n", s.letters);
    seats_free(&s);
    return same;
}

/* Whatever most seats were when they were read before. */
static bool shows_ended_holds_as_free(void)
{
    open_hall();
    struct uuid user = scratch_user(app.db, 0);
    struct caller caller = scratch_inside(app.db, &user, concert, 1, 60);
    int64_t now = 0;
    bool good = db_now(app.db, &now) == ERR_OK;
    scratch_lift_rules(app.db);
    scratch_sql(app.db, "UPDATE seat SET status = 'HELD', reservation_id = 1, "
                        "hold_expires_at = NOW(3) + INTERVAL 20 SECOND WHERE seat_number < 11");
    good = good && is_told(&caller, "HHHHHHHHHHAA") && is_told(&caller, "HHHHHHHHHHAA");
    scratch_set_clock(app.db, now + 30000);
    good = good && is_told(&caller, "AAAAAAAAAAAA");
    scratch_sql(app.db,
                "UPDATE seat SET status = 'SOLD', hold_expires_at = NULL WHERE seat_number < 11");
    good = good && is_told(&caller, "SSSSSSSSSSAA") && is_told(&caller, "SSSSSSSSSSAA");
    scratch_set_clock(app.db, 0);
    scratch_wipe(app.db);
    scratch_enforce_rules(app.db);
    close_hall();
    return good;
}

/* What the price of a seat is told to be, and the start of its show; -1: nothing. */
struct told {
    int64_t price, starts_at;
};

static struct told told_of(const struct seats *s, int32_t number)
{
    return (struct told){hall_run_of(&s->hall, number)->price, s->hall.facts.starts_at};
}

static struct told told_alone(const struct caller *caller, int32_t number)
{
    struct told t = {-1, -1};
    struct seats s;
    if (seats_read(&app, caller, schedule, &s) == ERR_OK)
        t = told_of(&s, number);
    seats_free(&s);
    return t;
}

static int64_t day_order[2];

static enum err take_show(const struct seats *s, void *arg)
{
    struct told *t = arg;
    static int shows;
    day_order[shows++ % 2] = s->hall.facts.schedule_id;
    if (s->hall.facts.schedule_id == schedule)
        *t = told_of(s, 1);
    return ERR_OK;
}

static struct told told_by_day(const struct caller *caller)
{
    struct told t = {-1, -1};
    if (seats_read_day(&app, caller, concert, "2031-05-01", take_show, &t) != ERR_OK)
        t.price = -2;
    return t;
}

/* Another host has changed the first of the day's two shows, which this one remembers. */
static bool shows_another_edition(void)
{
    open_hall();
    struct uuid user = scratch_user(app.db, 0);
    struct caller caller = scratch_inside(app.db, &user, concert, 1, 60);
    int64_t other = scratch_schedule(app.db, concert, SEATS, 7);
    scratch_sql(app.db, "UPDATE schedule SET local_date = '2031-05-01', "
                        "starts_at = '2031-05-01 10:00:00'");
    scratch_sql(app.db,
                "UPDATE schedule SET starts_at = '2031-05-01 11:00:00' "
                "WHERE schedule_id = %lld",
                (long long)other);
    bool good = told_alone(&caller, 1).price == 5 && told_by_day(&caller).price == 5;
    good = told_by_day(&caller).price == 5 && day_order[0] == schedule && good;
    scratch_sql(app.db, "UPDATE seat SET price = 60 WHERE seat_number = 1");
    scratch_sql(
        app.db,
        "INSERT INTO hall_edition (schedule_id, edition, edited_at) VALUES (%lld, 1, NOW(3))",
        (long long)schedule);
    for (int i = 0; i < 2; i++)
        good = told_by_day(&caller).price == 60 && good;
    good = told_alone(&caller, 1).price == 60 && good;
    scratch_sql(app.db, "UPDATE seat SET price = 61 WHERE seat_number = 1");
    scratch_sql(app.db, "UPDATE hall_edition SET edition = 2");
    for (int i = 0; i < 2; i++)
        good = told_alone(&caller, 1).price == 61 && good;
    /* now it is the second one */
    scratch_sql(app.db,
                "UPDATE schedule SET starts_at = '2031-05-01 12:00:00' "
                "WHERE schedule_id = %lld",
                (long long)schedule);
    scratch_sql(app.db, "UPDATE hall_edition SET edition = 3");
    int64_t moved = told_by_day(&caller).starts_at;
    good = day_order[0] == other && day_order[1] == schedule && good;
    good = moved - told_alone(&caller, 1).starts_at == 0 && good;
    good =
        scratch_int(app.db, "SELECT UNIX_TIMESTAMP('2031-05-01 12:00:00')") == moved / 1000 && good;
    close_hall();
    return good;
}

static void test_another_edition_is_read_whatever_is_remembered(void)
{
    CU_ASSERT_TRUE(forked_test(with_a_cache, shows_another_edition));
}

static void test_a_hold_ends_at_its_moment_whatever_is_remembered(void)
{
    CU_ASSERT_TRUE(forked_test(with_a_cache, shows_ended_holds_as_free));
}

static void test_a_host_keeps_what_it_has_read_last(void)
{
    struct text_buf out = {0};
    CU_ASSERT_FALSE(hall_cache_get(1, &out)); /* nothing is shared here */
    CU_ASSERT_TRUE(forked_test(with_a_cache, keeps_the_youngest));
}

static void test_whoever_dies_leaves_nothing_broken(void)
{
    CU_ASSERT_TRUE(forked_test(with_a_cache, outlives_the_dying));
}

SUITE(domain_hall, TEST(test_seats_alike_are_one_run),
      TEST(test_a_section_a_row_or_a_price_begins_a_run), TEST(test_ids_with_gaps),
      TEST(test_states_and_sessions_end_at_their_moment),
      TEST(test_another_edition_is_read_whatever_is_remembered),
      TEST(test_a_hold_ends_at_its_moment_whatever_is_remembered),
      TEST(test_a_host_keeps_what_it_has_read_last), TEST(test_whoever_dies_leaves_nothing_broken));
