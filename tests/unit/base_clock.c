/* RFC 3339 in and out, days, zones. */
#include "base/clock.h"
#include "suite.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

/* 65 characters. */
#define TOO_LONG "Asia/Seoul/Asia/Seoul/Asia/Seoul/Asia/Seoul/Asia/Seoul/Asia/Seoul"

static int64_t parse(const char *text)
{
    int64_t ms = -1;

    return clock_parse(text, strlen(text), &ms) ? ms : -1;
}

static const char *format(int64_t ms)
{
    static char out[CLOCK_RFC3339_SIZE];

    clock_format(ms, out);
    return out;
}

static const char *day(const char *moment, const char *zone)
{
    static char out[CLOCK_DATE_SIZE];

    return clock_local_date(parse(moment), zone, out) == ERR_OK ? out : "refused";
}

static void test_formats_in_utc_with_milliseconds(void)
{
    CU_ASSERT_STRING_EQUAL(format(0), "1970-01-01T00:00:00.000Z");
    CU_ASSERT_STRING_EQUAL(format(1), "1970-01-01T00:00:00.001Z");
    CU_ASSERT_STRING_EQUAL(format(951782399999), "2000-02-28T23:59:59.999Z");
    CU_ASSERT_STRING_EQUAL(format(951782400000), "2000-02-29T00:00:00.000Z");
    CU_ASSERT_STRING_EQUAL(format(CLOCK_MAX_MS), "9999-12-31T23:59:59.999Z");
}

static void test_formatting_stays_within_bounds(void)
{
    CU_ASSERT_STRING_EQUAL(format(-1), "1970-01-01T00:00:00.000Z");
    CU_ASSERT_STRING_EQUAL(format(INT64_MIN), "1970-01-01T00:00:00.000Z");
    CU_ASSERT_STRING_EQUAL(format(INT64_MAX), "9999-12-31T23:59:59.999Z");
}

static void test_parses_what_it_formats(void)
{
    static const int64_t moments[] = {0, 1, 999, 1000, 1767323045678, 4102444800000, CLOCK_MAX_MS};

    for (size_t i = 0; i < sizeof moments / sizeof *moments; i++)
        CU_ASSERT_EQUAL(parse(format(moments[i])), moments[i]);
}

static void test_parses_offsets(void)
{
    int64_t noon = parse("2026-03-01T12:00:00Z");

    CU_ASSERT_EQUAL(parse("2026-03-01T21:00:00+09:00"), noon);
    CU_ASSERT_EQUAL(parse("2026-03-01T06:30:00-05:30"), noon);
    CU_ASSERT_EQUAL(parse("2026-03-01T12:00:00-00:00"), noon);
    CU_ASSERT_EQUAL(parse("2026-03-02T11:59:00+23:59"), noon);
    CU_ASSERT_EQUAL(parse("2026-03-01t12:00:00z"), noon);
    CU_ASSERT_EQUAL(parse("2026-03-01T12:00:00+24:00"), -1);
    CU_ASSERT_EQUAL(parse("2026-03-01T12:00:00+09:60"), -1);
    CU_ASSERT_EQUAL(parse("2026-03-01T12:00:00+0900"), -1);
    CU_ASSERT_EQUAL(parse("2026-03-01T12:00:00+09"), -1);
    CU_ASSERT_EQUAL(parse("2026-03-01T12:00:00"), -1);
}

static void test_cuts_fractions_to_milliseconds(void)
{
    int64_t second = parse("2026-03-01T12:00:00Z");

    CU_ASSERT_EQUAL(parse("2026-03-01T12:00:00.5Z"), second + 500);
    CU_ASSERT_EQUAL(parse("2026-03-01T12:00:00.04Z"), second + 40);
    CU_ASSERT_EQUAL(parse("2026-03-01T12:00:00.0019999999999999999999Z"), second + 1);
    CU_ASSERT_EQUAL(parse("2026-03-01T12:00:00.Z"), -1);
    CU_ASSERT_EQUAL(parse("2026-03-01T12:00:00,5Z"), -1);
}

static void test_refuses_moments_that_do_not_exist(void)
{
    CU_ASSERT_EQUAL(parse("2026-02-29T00:00:00Z"), -1);
    CU_ASSERT_NOT_EQUAL(parse("2028-02-29T00:00:00Z"), -1);
    CU_ASSERT_EQUAL(parse("2100-02-29T00:00:00Z"), -1);
    CU_ASSERT_NOT_EQUAL(parse("2000-02-29T00:00:00Z"), -1);
    CU_ASSERT_EQUAL(parse("2026-04-31T00:00:00Z"), -1);
    CU_ASSERT_EQUAL(parse("2026-13-01T00:00:00Z"), -1);
    CU_ASSERT_EQUAL(parse("2026-00-01T00:00:00Z"), -1);
    CU_ASSERT_EQUAL(parse("2026-01-00T00:00:00Z"), -1);
    CU_ASSERT_EQUAL(parse("2026-01-01T24:00:00Z"), -1);
    CU_ASSERT_EQUAL(parse("2026-01-01T23:60:00Z"), -1);
    CU_ASSERT_EQUAL(parse("2026-12-31T23:59:60Z"), -1);
}

static void test_refuses_other_shapes(void)
{
    static const char *const texts[] = {"",
                                        "2026-01-01",
                                        "2026-01-01 00:00:00Z",
                                        " 2026-01-01T00:00:00Z",
                                        "2026-01-01T00:00:00Z ",
                                        "26-01-01T00:00:00Z",
                                        "+2026-01-01T00:00:00Z",
                                        "02026-01-01T00:00:00Z",
                                        "2026-1-1T00:00:00Z",
                                        "2026-01-01T00:00Z",
                                        "20260101T000000Z",
                                        "2026-01-01T00:00:00ZZ",
                                        "1767225600"};

    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
        CU_ASSERT_EQUAL(parse(texts[i]), -1);
}

static void test_never_reads_beyond_the_length(void)
{
    int64_t ms;

    CU_ASSERT_FALSE(clock_parse("2026-01-01T00:00:00Z", 19, &ms));
    CU_ASSERT_TRUE(clock_parse("2026-01-01T00:00:00Zgarbage", 20, &ms));
}

static void test_takes_1970_to_9999_alone(void)
{
    CU_ASSERT_EQUAL(parse("1970-01-01T00:00:00Z"), 0);
    CU_ASSERT_EQUAL(parse("1969-12-31T23:59:59.999Z"), -1);
    CU_ASSERT_EQUAL(parse("1969-12-31T23:00:00-01:00"), 0);
    CU_ASSERT_EQUAL(parse("1970-01-01T00:00:00+00:01"), -1);
    CU_ASSERT_EQUAL(parse("9999-12-31T23:59:59.999Z"), CLOCK_MAX_MS);
    CU_ASSERT_EQUAL(parse("9999-12-31T23:59:59-00:01"), -1);
    CU_ASSERT_EQUAL(parse("0000-01-01T00:00:00Z"), -1);
}

static void test_knows_days_that_exist(void)
{
    CU_ASSERT_TRUE(clock_date_valid("2024-02-29", 10));
    CU_ASSERT_TRUE(clock_date_valid("9999-12-31", 10));
    CU_ASSERT_FALSE(clock_date_valid("2026-02-29", 10));
    CU_ASSERT_FALSE(clock_date_valid("2026-02-30", 10));
    CU_ASSERT_FALSE(clock_date_valid("2026-2-3", 8));
    CU_ASSERT_FALSE(clock_date_valid("2026-02-01T", 11));
    CU_ASSERT_FALSE(clock_date_valid("2026/02/01", 10));
    CU_ASSERT_FALSE(clock_date_valid("", 0));
}

static void test_knows_iana_zones(void)
{
    static const char *const good[] = {
        "Asia/Seoul",  "UTC", "Etc/GMT+9", "Europe/Berlin", "America/Argentina/Buenos_Aires",
        "Asia/Kolkata"};

    for (size_t i = 0; i < sizeof good / sizeof *good; i++)
        CU_ASSERT_TRUE(clock_zone_valid(good[i]));
}

static void test_refuses_what_is_no_zone(void)
{
    static const char *const bad[] = {"",
                                      "Asia",
                                      "Asia/",
                                      "Asia/Seou",
                                      "Asia/Nowhere",
                                      "asia/seoul",
                                      "/Asia/Seoul",
                                      "Asia//Seoul",
                                      "./Asia/Seoul",
                                      "Asia/./Seoul",
                                      "../zoneinfo/Asia/Seoul",
                                      "Asia/../UTC",
                                      ":Asia/Seoul",
                                      "Asia/Seoul ",
                                      "Asia/Seoul\n",
                                      "KST-9",
                                      "posix/Asia/Seoul",
                                      "right/Asia/Seoul",
                                      "posixrules",
                                      "localtime",
                                      "zone.tab",
                                      "tzdata.zi",
                                      "/etc/passwd",
                                      TOO_LONG};
    char out[CLOCK_DATE_SIZE];

    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        CU_ASSERT_FALSE(clock_zone_valid(bad[i]));
        CU_ASSERT_EQUAL(clock_local_date(0, bad[i], out), ERR_INVALID_FIELD);
    }
}

static void test_a_day_begins_at_local_midnight(void)
{
    CU_ASSERT_STRING_EQUAL(day("2026-07-01T14:59:59.999Z", "Asia/Seoul"), "2026-07-01");
    CU_ASSERT_STRING_EQUAL(day("2026-07-01T15:00:00.000Z", "Asia/Seoul"), "2026-07-02");
    CU_ASSERT_STRING_EQUAL(day("2026-07-01T15:00:00Z", "UTC"), "2026-07-01");
    CU_ASSERT_STRING_EQUAL(day("2026-01-01T04:59:59Z", "America/New_York"), "2025-12-31");
    CU_ASSERT_STRING_EQUAL(day("2026-07-01T04:00:00Z", "America/New_York"), "2026-07-01");
    CU_ASSERT_STRING_EQUAL(day("2028-02-28T15:00:00Z", "Asia/Seoul"), "2028-02-29");
    CU_ASSERT_STRING_EQUAL(day("1970-01-01T00:00:00Z", "America/New_York"), "1969-12-31");
}

static void test_follows_summer_time(void)
{
    /* Berlin: clocks go on at 2026-03-29T01:00Z; midnight is 23:00Z before and 22:00Z after. */
    CU_ASSERT_STRING_EQUAL(day("2026-03-28T22:30:00Z", "Europe/Berlin"), "2026-03-28");
    CU_ASSERT_STRING_EQUAL(day("2026-03-29T22:30:00Z", "Europe/Berlin"), "2026-03-30");
}

static void test_refuses_a_day_beyond_9999(void)
{
    CU_ASSERT_STRING_EQUAL(day("9999-12-31T23:59:59Z", "UTC"), "9999-12-31");
    CU_ASSERT_STRING_EQUAL(day("9999-12-31T23:59:59Z", "Asia/Seoul"), "refused");
}

static void test_leaves_the_process_zone_alone(void)
{
    char *tz = getenv("TZ");
    char *before = tz ? strdup(tz) : NULL;
    time_t zero = 0;
    struct tm t;

    setenv("TZ", "Asia/Kolkata", 1);
    tzset();
    CU_ASSERT_STRING_EQUAL(day("2026-07-01T15:00:00Z", "Asia/Seoul"), "2026-07-02");
    tz = getenv("TZ");
    CU_ASSERT(tz && strcmp(tz, "Asia/Kolkata") == 0);
    localtime_r(&zero, &t);
    CU_ASSERT_EQUAL(t.tm_hour * 60 + t.tm_min, 5 * 60 + 30);
    unsetenv("TZ");
    tzset();
    CU_ASSERT_STRING_EQUAL(day("2026-07-01T15:00:00Z", "Asia/Seoul"), "2026-07-02");
    CU_ASSERT_PTR_NULL(getenv("TZ"));
    if (before)
        setenv("TZ", before, 1);
    tzset();
    free(before);
}

static void test_clocks_go_forward(void)
{
    int64_t us = clock_monotonic_us(), ms = clock_monotonic_ms();

    CU_ASSERT(clock_monotonic_us() >= us);
    CU_ASSERT(ms >= us / 1000 && ms - us / 1000 < 1000);
    CU_ASSERT(clock_wall_ms() > INT64_C(1700000000000));
}

static void test_local_times(void)
{
    char name[8];
    struct tm t;

    CU_ASSERT_EQUAL(clock_local(parse("2026-10-03T10:00:00Z"), "Asia/Seoul", &t, name, sizeof name),
                    ERR_OK);
    CU_ASSERT_EQUAL(t.tm_hour, 19);
    CU_ASSERT_EQUAL(t.tm_wday, 6);
    CU_ASSERT_STRING_EQUAL(name, "KST");
    CU_ASSERT_EQUAL(
        clock_local(parse("2026-07-01T10:00:00Z"), "Europe/Oslo", &t, name, sizeof name), ERR_OK);
    CU_ASSERT_EQUAL(t.tm_hour, 12);
    CU_ASSERT_STRING_EQUAL(name, "CEST");
    CU_ASSERT_EQUAL(clock_local(0, "Nowhere/At_All", &t, name, sizeof name), ERR_INVALID_FIELD);
}

SUITE(base_clock, TEST(test_local_times), TEST(test_formats_in_utc_with_milliseconds),
      TEST(test_formatting_stays_within_bounds), TEST(test_parses_what_it_formats),
      TEST(test_parses_offsets), TEST(test_cuts_fractions_to_milliseconds),
      TEST(test_refuses_moments_that_do_not_exist), TEST(test_refuses_other_shapes),
      TEST(test_never_reads_beyond_the_length), TEST(test_takes_1970_to_9999_alone),
      TEST(test_knows_days_that_exist), TEST(test_knows_iana_zones),
      TEST(test_refuses_what_is_no_zone), TEST(test_a_day_begins_at_local_midnight),
      TEST(test_follows_summer_time), TEST(test_refuses_a_day_beyond_9999),
      TEST(test_leaves_the_process_zone_alone), TEST(test_clocks_go_forward));
