/* Changing seats of a show: what is changed, what stands in the way, and who comes in between. */
#include "domain/seats_edit.h"

#include "db_scratch.h"
#include "domain/booking.h"
#include "suite.h"
#include <pthread.h>
#include <stdio.h>
#include <string.h>

enum { SEATS = 12 };

static struct app app;
static int64_t concert, schedule;
static struct caller operator_;
static struct seats_figures figures;
static struct seats_record recorded;

static void open_show(void)
{
    app = scratch_app();
    app_problem_reset(&app);
    scratch_wipe(app.db);
    concert = scratch_concert(app.db);
    schedule = scratch_schedule(app.db, concert, SEATS, 1000);
    struct uuid user;
    uuid_random(&user);
    operator_ = scratch_caller(&user);
    operator_.admin = true;
}

static void close_show(void)
{
    CU_ASSERT(scratch_is_sound(&app));
    scratch_wipe(app.db);
    scratch_app_close(&app);
}

static void record(const struct seats_record *r, struct text_buf *out)
{
    recorded = *r;
    text_buf_puts(out, "{}");
}

static enum err edit_of(struct app *own, const struct seats_change *changes, int count)
{
    app_problem_reset(own);
    return seats_edit(own, &operator_, schedule, changes, count, record, record, &figures);
}

static enum err edit(int64_t first, int64_t last, int64_t price, int blocked)
{
    struct seats_change c = {first, last, price, blocked};
    return edit_of(&app, &c, 1);
}

/* Prices divided by a thousand and states, seat by seat: "1A1A2B". */
static void expect_seats(const char *want)
{
    struct seats s;
    char got[2 * SEATS + 1] = "";
    CU_ASSERT_EQUAL_FATAL(seats_look(&app, schedule, &s), ERR_OK);
    for (int32_t n = 1; n <= SEATS; n++) {
        got[2 * n - 2] = (char)('0' + hall_run_of(&s.hall, n)->price / 1000 % 10);
        got[2 * n - 1] = s.letters[n - 1];
    }
    CU_ASSERT_STRING_EQUAL(got, want);
    seats_free(&s);
}

static void expect_figures(int64_t available, int64_t held, int64_t sold, int64_t blocked,
                           int64_t revenue)
{
    CU_ASSERT_EQUAL(figures.schedule_id, schedule);
    CU_ASSERT_EQUAL(figures.capacity, SEATS);
    CU_ASSERT_EQUAL(figures.available, available);
    CU_ASSERT_EQUAL(figures.held, held);
    CU_ASSERT_EQUAL(figures.sold, sold);
    CU_ASSERT_EQUAL(figures.blocked, blocked);
    CU_ASSERT_EQUAL(figures.revenue, revenue);
}

static int64_t editions(void)
{
    return scratch_int(app.db, "SELECT COALESCE(SUM(edition), 0) FROM hall_edition");
}

static void expect_price_range(int64_t least, int64_t most)
{
    struct schedule s;
    CU_ASSERT_EQUAL(schedule_get(&app, schedule, &s), ERR_OK);
    CU_ASSERT_EQUAL(s.min_price, least);
    CU_ASSERT_EQUAL(s.max_price, most);
    CU_ASSERT_EQUAL(s.edition, editions());
}

static void test_prices_and_blocked_seats(void)
{
    open_show();
    expect_price_range(1000, 1000);
    CU_ASSERT_EQUAL(edit(2, 4, 3000, -1), ERR_OK);
    expect_seats("1A3A3A3A1A1A1A1A1A1A1A1A");
    expect_figures(12, 0, 0, 0, 0);
    expect_price_range(1000, 3000);
    CU_ASSERT_EQUAL(edit(4, 5, -1, 1), ERR_OK);
    expect_seats("1A3A3A3B1B1A1A1A1A1A1A1A");
    expect_figures(10, 0, 0, 2, 0);
    CU_ASSERT_EQUAL(edit(1, SEATS, 2000, 0), ERR_OK);
    expect_seats("2A2A2A2A2A2A2A2A2A2A2A2A");
    expect_price_range(2000, 2000);
    CU_ASSERT_EQUAL(editions(), 3);
    CU_ASSERT_EQUAL(edit(SEATS, SEATS, 0, 1), ERR_OK);
    expect_figures(11, 0, 0, 1, 0);
    expect_price_range(0, 2000);
    close_show();
}

static void test_later_changes_override_earlier_ones(void)
{
    struct seats_change c[] = {
        {1, SEATS, 2000, -1}, {3, 6, -1, 1}, {5, 5, 9000, 0}, {6, 7, 4000, -1}};
    open_show();
    CU_ASSERT_EQUAL(edit_of(&app, c, 4), ERR_OK);
    expect_seats("2A2A2B2B9A4B4A2A2A2A2A2A");
    CU_ASSERT_EQUAL(recorded.changed, SEATS);
    CU_ASSERT_EQUAL(recorded.before_count, 1);
    CU_ASSERT_EQUAL(recorded.before[0].first, 1);
    CU_ASSERT_EQUAL(recorded.before[0].last, SEATS);
    CU_ASSERT_EQUAL(recorded.before[0].price, 1000);
    CU_ASSERT_FALSE(recorded.before[0].blocked || recorded.more);
    CU_ASSERT_EQUAL(edit(1, 7, 2000, -1), ERR_OK);
    CU_ASSERT_EQUAL(recorded.changed, 3);
    CU_ASSERT_EQUAL_FATAL(recorded.before_count, 3);
    CU_ASSERT_EQUAL(recorded.before[0].price, 9000);
    CU_ASSERT(recorded.before[1].blocked && recorded.before[1].last == 6);
    CU_ASSERT_EQUAL(scratch_int(app.db, "SELECT COUNT(*) FROM audit WHERE "
                                        "action = 'seats.update'"),
                    2);
    close_show();
}

static void test_what_is_so_already_is_no_change(void)
{
    open_show();
    CU_ASSERT_EQUAL(edit(1, SEATS, 1000, 0), ERR_OK);
    expect_figures(12, 0, 0, 0, 0);
    CU_ASSERT_EQUAL(scratch_int(app.db, "SELECT COUNT(*) FROM audit"), 0);
    close_show();
}

/* A buyer with seats; returns the reservation. */
static int64_t bought(int ticket, int seat, int count)
{
    struct uuid user = scratch_user(app.db, 100000);
    struct caller caller = scratch_inside(app.db, &user, concert, ticket, 600);
    struct hold_request req = {.schedule_id = schedule, .seat_count = count};
    struct reservation r;
    for (int i = 0; i < count; i++)
        req.seats[i] = seat + i;
    CU_ASSERT_EQUAL_FATAL(booking_hold(&app, &caller, &req, NULL, &r), ERR_OK);
    int64_t id = r.reservation_id;
    reservation_clear(&r);
    return id;
}

static void test_seats_that_somebody_has(void)
{
    open_show();
    bought(1, 3, 2);
    CU_ASSERT_EQUAL(edit(1, 5, 2000, -1), ERR_SEAT_TAKEN);
    CU_ASSERT_EQUAL_FATAL(app.problem.seat_count, 2);
    CU_ASSERT_EQUAL(app.problem.seat_numbers[0], 3);
    CU_ASSERT_EQUAL(app.problem.seat_numbers[1], 4);
    CU_ASSERT_EQUAL(edit(4, 4, -1, 1), ERR_SEAT_TAKEN);
    expect_seats("1A1A1H1H1A1A1A1A1A1A1A1A");
    CU_ASSERT_EQUAL(editions(), 0);
    /* but where they would stay as they are */
    struct seats_change c[] = {{1, 6, 2000, -1}, {3, 4, 1000, 0}};
    CU_ASSERT_EQUAL(edit_of(&app, c, 2), ERR_OK);
    expect_seats("2A2A1H1H2A2A1A1A1A1A1A1A");
    expect_figures(10, 2, 0, 0, 0);
    close_show();
}

/* Its rows may be there for a while, and belong to the next who wants the seats. */
static void test_a_hold_that_is_over(void)
{
    open_show();
    int64_t id = bought(1, 3, 2);
    scratch_sql(app.db, "UPDATE reservation r JOIN seat s ON s.reservation_id = r.reservation_id "
                        "SET r.hold_expires_at = r.created_at, s.hold_expires_at = r.created_at");
    CU_ASSERT_EQUAL(edit(3, 3, 2000, 1), ERR_OK);
    expect_figures(11, 0, 0, 1, 0);
    expect_seats("1A1A2B1A1A1A1A1A1A1A1A1A");
    CU_ASSERT_EQUAL(
        scratch_int(app.db, "SELECT COUNT(*) FROM seat WHERE reservation_id = %lld", (long long)id),
        1);
    close_show();
}

static void test_what_there_is_not(void)
{
    open_show();
    CU_ASSERT_EQUAL(edit(SEATS, SEATS + 1, 5, -1), ERR_SEAT_NOT_FOUND);
    CU_ASSERT_EQUAL(app.problem.seat_count, 1);
    CU_ASSERT_EQUAL(app.problem.seat_numbers[0], SEATS + 1);
    CU_ASSERT_EQUAL(edit(1, INT64_MAX, 5, -1), ERR_SEAT_NOT_FOUND);
    scratch_sql(app.db, "UPDATE schedule SET canceled_at = NOW(3)");
    CU_ASSERT_EQUAL(edit(1, INT64_MAX, 5, -1), ERR_SEAT_NOT_FOUND);
    CU_ASSERT_EQUAL(edit(1, 2, 5, -1), ERR_BOOKING_CLOSED);
    schedule++;
    CU_ASSERT_EQUAL(edit(1, 2, 5, -1), ERR_SCHEDULE_NOT_FOUND);
    schedule--;
    CU_ASSERT_EQUAL(editions(), 0);
    close_show();
}

/* More stretches than the record has room for. */
static void test_a_long_record_is_cut(void)
{
    open_show();
    schedule = scratch_schedule(app.db, concert, 1000, 1000);
    scratch_sql(app.db, "UPDATE seat SET price = 2000 WHERE seat_number %% 2 = 0");
    CU_ASSERT_EQUAL(edit(1, 1000, 3000, -1), ERR_OK);
    CU_ASSERT_EQUAL(recorded.changed, 1000);
    CU_ASSERT_EQUAL(recorded.before_count, SEATS_EDIT_BEFORE);
    CU_ASSERT(recorded.more);
    bought(1, 1, 4);
    scratch_sql(app.db, "UPDATE concert SET max_seats_per_user = 100");
    for (int i = 0; i < 3; i++)
        bought(2 + i, 101 + 100 * i, 90);
    CU_ASSERT_EQUAL(edit(1, 1000, 4000, -1), ERR_SEAT_TAKEN);
    CU_ASSERT_EQUAL(app.problem.seat_count, APP_MAX_SEATS);
    close_show();
}

/* --- In between --- */

struct editing {
    enum err result;
    struct problem problem;
    pthread_t thread;
};

static void *edit_in_thread(void *arg)
{
    struct editing *ed = arg;
    struct app own = scratch_app();
    struct seats_change c = {1, SEATS, 2000, -1};
    ed->result = edit_of(&own, &c, 1);
    ed->problem = own.problem;
    scratch_app_close(&own);
    return NULL;
}

/* Somebody else has begun to hold seat 9 when all get another price, and ends so. */
static struct editing meet(const char *ends)
{
    struct editing ed = {.result = ERR_OK};
    struct db *other = scratch_open();
    int64_t id = bought(1, 9, 1);
    scratch_sql(app.db, "UPDATE seat SET status = 'AVAILABLE', reservation_id = NULL, "
                        "hold_expires_at = NULL WHERE seat_number = 9");
    scratch_sql(other, "START TRANSACTION");
    scratch_sql(other,
                "UPDATE seat s JOIN reservation r ON r.reservation_id = %lld SET "
                "s.status = 'HELD', s.reservation_id = r.reservation_id, "
                "s.hold_expires_at = r.hold_expires_at WHERE s.seat_number = 9",
                (long long)id);
    CU_ASSERT_EQUAL_FATAL(pthread_create(&ed.thread, NULL, edit_in_thread, &ed), 0);
    CU_ASSERT(scratch_wait_statement(app.db, "UPDATE seat%SET price%"));
    scratch_sql(other, "%s", ends);
    pthread_join(ed.thread, NULL);
    db_free(other);
    return ed;
}

static void test_a_seat_taken_in_between(void)
{
    open_show();
    struct editing ed = meet("COMMIT");
    CU_ASSERT_EQUAL(ed.result, ERR_SEAT_TAKEN);
    CU_ASSERT_EQUAL(ed.problem.seat_count, 1);
    CU_ASSERT_EQUAL(ed.problem.seat_numbers[0], 9);
    expect_seats("1A1A1A1A1A1A1A1A1H1A1A1A");
    CU_ASSERT_EQUAL(scratch_int(app.db, "SELECT COUNT(*) FROM audit"), 0);
    close_show();
}

static void test_a_seat_that_was_nearly_taken(void)
{
    open_show();
    struct editing ed = meet("ROLLBACK");
    CU_ASSERT_EQUAL(ed.result, ERR_OK);
    expect_seats("2A2A2A2A2A2A2A2A2A2A2A2A");
    scratch_sql(app.db, "UPDATE reservation SET status = 'CANCELED', ended_at = NOW(3)");
    close_show();
}

static enum err edit_others(struct app *own, int i, void *arg)
{
    struct seats_change c[] = {{1, SEATS, INT64_C(1000) * (i + 2), -1},
                               {1 + i, SEATS - i, -1, i % 2}};
    (void)arg;
    return edit_of(own, c, 2);
}

static void test_several_at_once(void)
{
    open_show();
    CU_ASSERT_EQUAL(scratch_at_once(4, edit_others, NULL, ERR_OK, ERR_OK, NULL), 4);
    CU_ASSERT_EQUAL(scratch_int(app.db, "SELECT COUNT(DISTINCT price) FROM seat"), 1);
    CU_ASSERT_EQUAL(editions(), 4);
    int64_t price = scratch_int(app.db, "SELECT MIN(price) FROM seat");
    expect_price_range(price, price);
    close_show();
}

SUITE(domain_seats_edit, TEST(test_prices_and_blocked_seats),
      TEST(test_later_changes_override_earlier_ones), TEST(test_what_is_so_already_is_no_change),
      TEST(test_seats_that_somebody_has), TEST(test_a_hold_that_is_over),
      TEST(test_what_there_is_not), TEST(test_a_long_record_is_cut),
      TEST(test_a_seat_taken_in_between), TEST(test_a_seat_that_was_nearly_taken),
      TEST(test_several_at_once));
