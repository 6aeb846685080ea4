/* Concerts, schedules and their seats, the audit log, the demo, health and status. */
#include "base/clock.h"
#include "db_scratch.h"
#include "domain/audit.h"
#include "domain/concert.h"
#include "domain/demo.h"
#include "domain/health.h"
#include "domain/job.h"
#include "domain/schedule.h"
#include "domain/status.h"
#include "suite.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static struct app app;
static struct caller operator= {.kind = TOKEN_USER, .service = true, .admin = true};

static void open_office(void)
{
    app = scratch_app();
    app_problem_reset(&app);
    scratch_wipe(app.db);
    uuid_random(&operator.user);
}

static void close_office(void)
{
    CU_ASSERT(scratch_is_sound(&app));
    scratch_wipe(app.db);
    scratch_app_close(&app);
}

static int64_t now(void)
{
    int64_t ms = 0;
    CU_ASSERT_EQUAL(db_now(app.db, &ms), ERR_OK);
    return ms;
}

static void render_title(const struct concert *c, struct text_buf *out)
{
    text_buf_printf(out, "{\"title\":\"%s\"}", c->title);
}

static struct concert make_concert(const char *title)
{
    struct concert c, made;
    concert_defaults(app.cfg, &c);
    strcpy(c.title, title);
    CU_ASSERT_EQUAL(concert_create(&app, &operator, & c, render_title, &made), ERR_OK);
    return made;
}

static void test_a_concert_has_its_defaults_and_can_be_changed(void)
{
    struct concert c, change, got;
    open_office();
    c = make_concert("봄");
    CU_ASSERT(c.concert_id > 0);
    CU_ASSERT_STRING_EQUAL(c.time_zone, "Asia/Seoul");
    CU_ASSERT_EQUAL(c.hold_seconds, 300);
    CU_ASSERT_EQUAL(c.max_active, 500);
    CU_ASSERT_EQUAL(c.state, QUEUE_OPEN);
    concert_defaults(app.cfg, &change);
    strcpy(change.artist, "Someone");
    change.max_active = 0;
    change.state = QUEUE_PAUSED;
    CU_ASSERT_EQUAL(concert_patch(&app, &operator, c.concert_id,
                                  CONCERT_HAS_ARTIST | CONCERT_HAS_MAX_ACTIVE | CONCERT_HAS_STATE,
                                  &change, render_title, NULL, &got),
                    ERR_OK);
    CU_ASSERT_EQUAL(concert_get(&app, c.concert_id, &got), ERR_OK);
    CU_ASSERT_STRING_EQUAL(got.title, "봄");
    CU_ASSERT_STRING_EQUAL(got.artist, "Someone");
    CU_ASSERT_EQUAL(got.max_active, 0);
    CU_ASSERT_EQUAL(got.state, QUEUE_PAUSED);
    CU_ASSERT_EQUAL(got.hold_seconds, 300);
    CU_ASSERT_EQUAL(concert_get(&app, c.concert_id + 1, &got), ERR_CONCERT_NOT_FOUND);
    CU_ASSERT_EQUAL(
        concert_patch(&app, &operator, c.concert_id + 1, 0, &change, render_title, NULL, &got),
        ERR_CONCERT_NOT_FOUND);
    close_office();
}

static void test_an_unknown_time_zone_is_refused(void)
{
    struct concert c, made;
    open_office();
    concert_defaults(app.cfg, &c);
    strcpy(c.title, "x");
    strcpy(c.time_zone, "Moon/Base");
    CU_ASSERT_EQUAL(concert_create(&app, &operator, & c, render_title, &made), ERR_INVALID_FIELD);
    close_office();
}

static void test_a_return_to_open_starts_the_batches_anew(void)
{
    struct concert c, change, got;
    open_office();
    c = make_concert("x");
    concert_defaults(app.cfg, &change);
    scratch_sql(app.db, "UPDATE queue_state SET t0 = '2026-01-01', last_batch = 77");
    change.admit_interval_seconds = 7;
    CU_ASSERT_EQUAL(concert_patch(&app, &operator, c.concert_id, CONCERT_HAS_ADMIT_INTERVAL_SECONDS,
                                  &change, render_title, NULL, &got),
                    ERR_OK);
    CU_ASSERT_EQUAL(scratch_int(app.db, "SELECT t0 = '2026-01-01' FROM queue_state"), 1);
    change.state = QUEUE_PAUSED;
    CU_ASSERT_EQUAL(concert_patch(&app, &operator, c.concert_id, CONCERT_HAS_STATE, &change,
                                  render_title, NULL, &got),
                    ERR_OK);
    CU_ASSERT_EQUAL(scratch_int(app.db, "SELECT t0 = '2026-01-01' FROM queue_state"), 1);
    change.state = QUEUE_OPEN;
    CU_ASSERT_EQUAL(concert_patch(&app, &operator, c.concert_id, CONCERT_HAS_STATE, &change,
                                  render_title, NULL, &got),
                    ERR_OK);
    CU_ASSERT_EQUAL(scratch_int(app.db,
                                "SELECT t0 > NOW(3) - INTERVAL 1 MINUTE AND last_batch = -2 "
                                "FROM queue_state"),
                    1);
    close_office();
}

static struct schedule_new new_schedule(struct schedule_section *sections, int count)
{
    struct schedule_new n = {.starts_at = now() + 86400000,
                             .booking_opens_at = -1,
                             .booking_closes_at = -1,
                             .refund_closes_at = -1,
                             .sections = sections,
                             .section_count = count};
    return n;
}

static void test_seats_are_numbered_through_the_sections(void)
{
    int32_t blocked[] = {2, 6};
    struct schedule_section sections[] = {
        {.name = "R석",
         .rows = 2,
         .seats_per_row = 3,
         .price = 500,
         .blocked = blocked,
         .blocked_count = 2},
        {.name = "S석", .rows = 1, .seats_per_row = 4, .price = 300}};
    struct schedule s;
    open_office();
    struct concert c = make_concert("x");
    struct schedule_new n = new_schedule(sections, 2);
    CU_ASSERT_EQUAL_FATAL(schedule_create(&app, &operator, c.concert_id, &n, NULL, &s), ERR_OK);
    CU_ASSERT_EQUAL(s.capacity, 10);
    CU_ASSERT_EQUAL(s.booking_closes_at, s.starts_at);
    CU_ASSERT_EQUAL(s.refund_closes_at, s.starts_at);
    CU_ASSERT(s.booking_opens_at <= now());
    CU_ASSERT_EQUAL(s.canceled_at, -1);
    CU_ASSERT_EQUAL(scratch_int(app.db, "SELECT GROUP_CONCAT(seat_number ORDER BY seat_number) = "
                                        "'1,2,3,4,5,6,7,8,9,10' FROM seat"),
                    1);
    CU_ASSERT_EQUAL(scratch_int(app.db, "SELECT GROUP_CONCAT(row_label ORDER BY seat_number) = "
                                        "'1,1,1,2,2,2,1,1,1,1' FROM seat"),
                    1);
    CU_ASSERT_EQUAL(scratch_int(app.db, "SELECT GROUP_CONCAT(seat_number ORDER BY seat_number) = "
                                        "'2,6' FROM seat WHERE status = 'BLOCKED'"),
                    1);
    CU_ASSERT_EQUAL(scratch_int(app.db, "SELECT SUM(price) FROM seat"), 4200);
    CU_ASSERT_EQUAL(scratch_int(app.db, "SELECT COUNT(*) FROM seat WHERE section = 'S석' "
                                        "AND seat_number >= 7"),
                    4);
    CU_ASSERT_EQUAL(schedule_create(&app, &operator, c.concert_id + 1, &n, NULL, &s),
                    ERR_CONCERT_NOT_FOUND);
    close_office();
}

static void test_the_largest_hall_and_one_seat_more(void)
{
    struct schedule_section hall = {.rows = 1, .seats_per_row = SCHEDULE_MAX_SEATS, .price = 1};
    struct schedule s;
    open_office();
    struct concert c = make_concert("x");
    struct schedule_new n = new_schedule(&hall, 1);
    CU_ASSERT_EQUAL(schedule_create(&app, &operator, c.concert_id, &n, NULL, &s), ERR_OK);
    CU_ASSERT_EQUAL(s.capacity, SCHEDULE_MAX_SEATS);
    CU_ASSERT_EQUAL(scratch_int(app.db, "SELECT COUNT(*) FROM seat WHERE section IS NULL AND "
                                        "row_label IS NULL"),
                    SCHEDULE_MAX_SEATS);
    hall.seats_per_row++;
    CU_ASSERT_EQUAL(schedule_create(&app, &operator, c.concert_id, &n, NULL, &s),
                    ERR_INVALID_FIELD);
    close_office();
}

static void test_the_day_is_the_concerts(void)
{
    struct schedule_section fifty = {.rows = 1, .seats_per_row = 5, .price = 1};
    struct concert change, got;
    struct schedule s;
    open_office();
    struct concert c = make_concert("x");
    struct schedule_new n = new_schedule(&fifty, 1);
    CU_ASSERT(clock_parse("2035-03-01T15:30:00Z", 20, &n.starts_at));
    CU_ASSERT_EQUAL(schedule_create(&app, &operator, c.concert_id, &n, NULL, &s), ERR_OK);
    CU_ASSERT_STRING_EQUAL(s.date, "2035-03-02");
    concert_defaults(app.cfg, &change);
    strcpy(change.time_zone, "Pacific/Honolulu");
    CU_ASSERT_EQUAL(concert_patch(&app, &operator, c.concert_id, CONCERT_HAS_TIME_ZONE, &change,
                                  render_title, NULL, &got),
                    ERR_OK);
    CU_ASSERT_EQUAL(schedule_get(&app, s.schedule_id, &s), ERR_OK);
    CU_ASSERT_STRING_EQUAL(s.date, "2035-03-01");
    CU_ASSERT_EQUAL(schedule_get(&app, s.schedule_id + 1, &s), ERR_SCHEDULE_NOT_FOUND);
    close_office();
}

static void test_concerts_with_a_show_to_come_are_listed_in_its_order(void)
{
    struct schedule_section few = {.rows = 1, .seats_per_row = 2, .price = 1};
    struct concert_listing l[10];
    struct schedule s;
    int count = 0;
    open_office();
    int64_t ids[5];
    for (int i = 0; i < 5; i++)
        ids[i] = make_concert("x").concert_id;
    for (int i = 0; i < 4; i++) { /* the fifth has none */
        struct schedule_new n = new_schedule(&few, 1);
        n.starts_at += (i == 3 ? 1 : 4 - i) * 1000000LL;
        CU_ASSERT_EQUAL(schedule_create(&app, &operator, ids[i], &n, NULL, &s), ERR_OK);
    }
    scratch_sql(app.db,
                "UPDATE schedule SET starts_at = NOW(3) - INTERVAL 1 SECOND, "
                "booking_closes_at = NOW(3) WHERE concert_id = %lld",
                (long long)ids[1]);
    scratch_sql(app.db,
                "UPDATE schedule SET starts_at = (SELECT t FROM (SELECT MIN(starts_at) AS t "
                "FROM schedule WHERE concert_id = %lld) x) WHERE concert_id = %lld",
                (long long)ids[2], (long long)ids[3]);
    CU_ASSERT_EQUAL(concert_list(&app, 0, 0, 2, l, &count), ERR_OK);
    CU_ASSERT_EQUAL_FATAL(count, 2);
    CU_ASSERT_EQUAL(l[0].concert_id, ids[2]);
    CU_ASSERT_EQUAL(l[1].concert_id, ids[3]); /* at the same time, the higher id */
    CU_ASSERT_EQUAL(l[0].next_starts_at, l[1].next_starts_at);
    CU_ASSERT_EQUAL(concert_list(&app, l[0].next_starts_at, l[0].concert_id, 10, l, &count),
                    ERR_OK);
    CU_ASSERT_EQUAL_FATAL(count, 2);
    CU_ASSERT_EQUAL(l[0].concert_id, ids[3]);
    CU_ASSERT_EQUAL(l[1].concert_id, ids[0]);
    CU_ASSERT_EQUAL(concert_listing_get(&app, ids[4], &l[0]), ERR_OK);
    CU_ASSERT_EQUAL(l[0].next_starts_at, -1);
    CU_ASSERT_EQUAL(concert_listing_get(&app, ids[4] + 1, &l[0]), ERR_CONCERT_NOT_FOUND);
    close_office();
}

/* --- The audit log --- */

struct audited {
    int count;
    char first_action[41], first_after[200], last_target[81];
    bool has_before;
    int64_t last_id;
};

static enum err note_entry(const struct audit_entry *entry, void *arg)
{
    struct audited *a = arg;
    if (a->count++ == 0) {
        strcpy(a->first_action, entry->action);
        snprintf(a->first_after, sizeof a->first_after, "%s", entry->after ? entry->after : "");
        a->has_before = entry->before != NULL;
        CU_ASSERT(uuid_equal(&entry->actor, &operator.user));
        CU_ASSERT(entry->at > 0);
    }
    strcpy(a->last_target, entry->target);
    a->last_id = entry->audit_id;
    return ERR_OK;
}

static void test_changes_are_in_the_audit_log_newest_first(void)
{
    struct audited a = {0}, rest = {0};
    struct concert change, got;
    open_office();
    struct concert c = make_concert("before");
    concert_defaults(app.cfg, &change);
    strcpy(change.title, "after");
    CU_ASSERT_EQUAL(concert_patch(&app, &operator, c.concert_id, CONCERT_HAS_TITLE, &change,
                                  render_title, NULL, &got),
                    ERR_OK);
    CU_ASSERT_EQUAL(audit_list(&app, 0, 1, note_entry, &a), ERR_OK);
    CU_ASSERT_EQUAL(a.count, 1);
    CU_ASSERT(a.has_before);
    CU_ASSERT_STRING_EQUAL(a.first_after, "{\"title\":\"after\"}");
    CU_ASSERT_EQUAL(audit_list(&app, a.last_id, 10, note_entry, &rest), ERR_OK);
    CU_ASSERT_EQUAL(rest.count, 1);
    CU_ASSERT_FALSE(rest.has_before);
    CU_ASSERT_STRING_EQUAL(rest.first_after, "{\"title\":\"before\"}");
    CU_ASSERT_STRING_EQUAL(rest.last_target, a.last_target);
    close_office();
}

/* --- The demo, health and status --- */

static void test_the_demo_is_made_once(void)
{
    char *said = NULL;
    size_t length = 0;
    open_office();
    FILE *out = open_memstream(&said, &length);
    CU_ASSERT_EQUAL(demo_load(&app, out), ERR_OK);
    int64_t concerts = scratch_int(app.db, "SELECT COUNT(*) FROM concert");
    CU_ASSERT(concerts >= 3);
    CU_ASSERT_EQUAL(scratch_int(app.db, "SELECT COUNT(*) FROM schedule WHERE capacity = 2000"), 1);
    CU_ASSERT_EQUAL(scratch_int(app.db, "SELECT COUNT(*) FROM schedule WHERE capacity NOT IN (50, "
                                        "2000) OR starts_at <= NOW(3)"),
                    0);
    CU_ASSERT(scratch_int(app.db, "SELECT MAX(n) FROM (SELECT COUNT(*) AS n FROM schedule "
                                  "GROUP BY concert_id, local_date) x") >= 2);
    CU_ASSERT_EQUAL(scratch_int(app.db, "SELECT COUNT(DISTINCT time_zone) FROM concert"), 2);
    CU_ASSERT_EQUAL(demo_load(&app, out), ERR_OK);
    fclose(out);
    CU_ASSERT_EQUAL(scratch_int(app.db, "SELECT COUNT(*) FROM concert"), concerts);
    CU_ASSERT_PTR_NOT_NULL(strstr(said, "nothing made"));
    free(said);
    close_office();
}

static void test_health_tells_what_is_missing(void)
{
    struct health h;
    struct job_report r;
    struct config cfg = *scratch_config();
    open_office();
    health_read(&app, &h);
    CU_ASSERT(h.database);
    CU_ASSERT(h.schema);
    CU_ASSERT_FALSE(h.job);
    CU_ASSERT_EQUAL(h.job_age_ms, -1);
    CU_ASSERT_EQUAL(job_tick(&app, "the test", &r), ERR_OK);
    int64_t t = now();
    health_read(&app, &h);
    CU_ASSERT(h.job);
    scratch_set_clock(app.db, t + 9000);
    health_read(&app, &h);
    CU_ASSERT(h.job);
    scratch_set_clock(app.db, t + 10500);
    health_read(&app, &h);
    CU_ASSERT_FALSE(h.job);
    CU_ASSERT(h.job_age_ms > 10000);
    scratch_sql(app.db, "INSERT INTO schema_migration VALUES (99, 'later', NOW(3))");
    health_read(&app, &h);
    CU_ASSERT(h.database);
    CU_ASSERT_FALSE(h.schema);
    scratch_sql(app.db, "DELETE FROM schema_migration WHERE number = 99");
    strcpy(cfg.database_socket, "/nonexistent/frontrow-test.sock");
    struct app cut_off = {.cfg = &cfg, .db = db_new(&cfg)};
    health_read(&cut_off, &h);
    CU_ASSERT_FALSE(h.database);
    CU_ASSERT_FALSE(h.schema);
    CU_ASSERT_FALSE(h.job);
    struct status s;
    CU_ASSERT_EQUAL(status_read(&cut_off, &s), ERR_DB_LOST);
    CU_ASSERT_FALSE(s.health.database);
    db_free(cut_off.db);
    close_office();
}

static void test_the_status_counts_what_there_is(void)
{
    struct status s;
    open_office();
    int64_t first = scratch_concert(app.db), second = scratch_concert(app.db);
    scratch_schedule(app.db, second, 10, 1000);
    scratch_schedule(app.db, second, 5, 1000);
    scratch_sql(app.db, "UPDATE seat SET status = 'BLOCKED' WHERE seat_number = 1");
    scratch_sql(app.db,
                "UPDATE queue_state SET state = 'DRAINING', waiting = 7 "
                "WHERE concert_id = %lld",
                (long long)second);
    CU_ASSERT_EQUAL_FATAL(status_read(&app, &s), ERR_OK);
    CU_ASSERT_EQUAL(s.concert_total, 2);
    CU_ASSERT_EQUAL_FATAL(s.count, 2);
    CU_ASSERT_EQUAL(s.concerts[0].concert_id, second);
    CU_ASSERT_EQUAL(s.concerts[0].state, QUEUE_DRAINING);
    CU_ASSERT_EQUAL(s.concerts[0].waiting, 7);
    CU_ASSERT_EQUAL(s.concerts[0].seats, 15);
    CU_ASSERT_EQUAL(s.concerts[0].available, 13);
    CU_ASSERT_EQUAL(s.concerts[0].held, 0);
    CU_ASSERT_EQUAL(s.concerts[0].sold, 0);
    CU_ASSERT_EQUAL(s.concerts[1].concert_id, first);
    CU_ASSERT_EQUAL(s.concerts[1].seats, 0);
    CU_ASSERT(s.schema_version >= 1);
    CU_ASSERT(strlen(s.server_version) > 3);
    free(s.concerts);
    for (int i = 0; i < 60; i++)
        scratch_concert(app.db);
    CU_ASSERT_EQUAL_FATAL(status_read(&app, &s), ERR_OK);
    CU_ASSERT_EQUAL(s.count, 50);
    CU_ASSERT_EQUAL(s.concert_total, 62);
    free(s.concerts);
    close_office();
}

SUITE(domain_shop, TEST(test_a_concert_has_its_defaults_and_can_be_changed),
      TEST(test_an_unknown_time_zone_is_refused),
      TEST(test_a_return_to_open_starts_the_batches_anew),
      TEST(test_seats_are_numbered_through_the_sections),
      TEST(test_the_largest_hall_and_one_seat_more), TEST(test_the_day_is_the_concerts),
      TEST(test_concerts_with_a_show_to_come_are_listed_in_its_order),
      TEST(test_changes_are_in_the_audit_log_newest_first), TEST(test_the_demo_is_made_once),
      TEST(test_health_tells_what_is_missing), TEST(test_the_status_counts_what_there_is));
