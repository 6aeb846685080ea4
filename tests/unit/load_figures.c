/* What a rehearsal counts, and what it makes of it: histograms, refusals, rates, advice. */
#include "base/config.h"
#include "load/advice.h"
#include "load/chance.h"
#include "load/hist.h"
#include "load/tally.h"
#include "suite.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

static int by_value(const void *a, const void *b)
{
    int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;

    return (x > y) - (x < y);
}

static void test_percentiles_are_those_of_the_sorted_values(void)
{
    static const double shares[] = {0.0001, 0.01, 0.25, 0.5, 0.9, 0.95, 0.99, 0.999, 1};
    static int64_t values[20000];
    static struct hist h;
    struct chance c;
    size_t n = sizeof values / sizeof *values;

    chance_begin(&c, 11, 0);
    memset(&h, 0, sizeof h);
    for (size_t i = 0; i < n; i++) {
        values[i] = (int64_t)exp(chance_share(&c) * 22); /* to an hour of microseconds */
        hist_add(&h, values[i]);
    }
    qsort(values, n, sizeof *values, by_value);
    for (size_t i = 0; i < sizeof shares / sizeof *shares; i++) {
        int64_t exact = values[(size_t)ceil(shares[i] * (double)n) - 1];
        int64_t read = hist_at(&h, shares[i]);

        CU_ASSERT(read >= exact && (double)read <= (double)exact * 1.01);
    }
    CU_ASSERT_EQUAL(hist_at(&h, 1), values[n - 1]);
    CU_ASSERT_EQUAL(h.max, values[n - 1]);
}

static void test_small_values_are_exact_and_odd_ones_are_held(void)
{
    static struct hist h;

    memset(&h, 0, sizeof h);
    CU_ASSERT_EQUAL(hist_at(&h, 0.5), 0);
    CU_ASSERT_EQUAL(hist_mean(&h), 0);
    for (int i = 1; i <= 200; i++)
        hist_add(&h, i);
    CU_ASSERT_EQUAL(hist_at(&h, 0.5), 100);
    CU_ASSERT_EQUAL(hist_at(&h, 0.635), 127);
    CU_ASSERT_EQUAL(hist_mean(&h), 100);
    hist_add(&h, -5);
    hist_add(&h, INT64_MAX);
    CU_ASSERT_EQUAL(h.count, 202);
    CU_ASSERT_EQUAL(hist_at(&h, 0.001), 0);
    CU_ASSERT(hist_at(&h, 1) >= INT64_C(1) << 36);
}

/* Counts an answer with a status and a body, or none. */
static void count(struct tally *t, enum tally_route route, int status, const char *body, int64_t us)
{
    struct answer a = {.status = status, .body = body, .len = strlen(body)};
    struct client_result r = {status ? &a : NULL, status ? 0 : ECONNRESET, us};

    tally_add(t, route, &r);
}

static void test_refusals_are_told_apart_by_status_and_code(void)
{
    static struct tally t;
    const struct tally_row *row = &t.rows[ROUTE_HOLD];
    char code[40];

    memset(&t, 0, sizeof t);
    count(&t, ROUTE_HOLD, 201, "{}", 10);
    count(&t, ROUTE_HOLD, 409, "{\"code\":\"SEAT_TAKEN\"}", 20);
    count(&t, ROUTE_HOLD, 409, "{\"code\":\"SEAT_TAKEN\"}", 20);
    count(&t, ROUTE_HOLD, 409, "{\"code\":\"BOOKING_CLOSED\"}", 20);
    count(&t, ROUTE_HOLD, 503, "<html>", 20);
    count(&t, ROUTE_HOLD, 502, "", 20);
    count(&t, ROUTE_HOLD, 0, "", 0);
    CU_ASSERT_EQUAL(row->requests, 7);
    CU_ASSERT_EQUAL(row->good, 1);
    CU_ASSERT_EQUAL(row->refused, 4);
    CU_ASSERT_EQUAL(row->busy, 1);
    CU_ASSERT_EQUAL(row->lost, 1);
    CU_ASSERT_EQUAL(row->times.count, 6);
    CU_ASSERT_EQUAL(row->kind_count, 5);
    CU_ASSERT_STRING_EQUAL(row->kinds[0].code, "SEAT_TAKEN");
    CU_ASSERT_EQUAL(row->kinds[0].count, 2);
    CU_ASSERT_EQUAL(row->kinds[4].error, ECONNRESET);
    CU_ASSERT_EQUAL(tally_requests(&t), 7);
    CU_ASSERT_EQUAL(tally_busy(&t), 1);
    CU_ASSERT_EQUAL(tally_failures(&t), 2);

    for (int i = 0; i < 100; i++) {
        snprintf(code, sizeof code, "{\"code\":\"C%d\"}", i);
        count(&t, ROUTE_HOLD, 400, code, 1);
    }
    CU_ASSERT_EQUAL(row->kind_count, TALLY_KINDS);
    CU_ASSERT_STRING_EQUAL(row->kinds[TALLY_KINDS - 1].code, "OTHERS");
    CU_ASSERT_EQUAL(row->kinds[TALLY_KINDS - 1].count, 100 - (TALLY_KINDS - 5) + 1);
}

static bool says(const struct advice *a, const char *words)
{
    for (int i = 0; i < a->count; i++) {
        if (strstr(a->lines[i], words))
            return true;
    }
    return false;
}

static void test_a_full_host_is_advised_what_it_reached(void)
{
    struct advice_facts f = {.workers = 16,
                             .processors = 2,
                             .connections = 200,
                             .busy = 95,
                             .own_core = 20,
                             .own_host = 10,
                             .rate = 500,
                             .in_flight = 150,
                             .stay_ms = 1000,
                             .requests = 10000,
                             .purchases = 2000};
    struct advice a;

    advice_give(&f, &a);
    CU_ASSERT_TRUE(a.full);
    CU_ASSERT_FALSE(a.own_limit);
    CU_ASSERT_EQUAL(a.admit_count, 400);
    CU_ASSERT_EQUAL(a.max_active, 1200);
    CU_ASSERT_EQUAL(a.workers, config_default_workers(2));
    CU_ASSERT_FALSE(says(&a, "503"));
    f.busy_answers = 7;
    f.limited = 9;
    advice_give(&f, &a);
    CU_ASSERT_TRUE(says(&a, "7 of 10000 requests were answered 503"));
    CU_ASSERT_TRUE(says(&a, "9 requests were answered 429"));
}

static void test_a_host_with_room_is_told_so(void)
{
    struct advice_facts f = {.workers = 4,
                             .processors = 2,
                             .connections = 10,
                             .busy = 44,
                             .own_core = 10,
                             .rate = 50,
                             .in_flight = 3,
                             .lag_us = 2000000,
                             .requests = 1000,
                             .purchases = 200};
    struct advice a;

    advice_give(&f, &a);
    CU_ASSERT_FALSE(a.full);
    CU_ASSERT_EQUAL(a.admit_count, 80);
    CU_ASSERT_EQUAL(a.workers, config_default_workers(2));
    CU_ASSERT_TRUE(says(&a, "more --connections"));
    CU_ASSERT_TRUE(says(&a, "it can do more"));
    f.own_core = 99;
    advice_give(&f, &a);
    CU_ASSERT_TRUE(a.own_limit);
}

static void test_nothing_is_advised_where_nothing_can_be_known(void)
{
    struct advice_facts f = {.workers = 120,
                             .processors = 2,
                             .connections = 10,
                             .busy = 20,
                             .rate = 20,
                             .requests = 2000,
                             .purchases = 199};
    struct advice a;

    advice_give(&f, &a);
    CU_ASSERT_FALSE(a.told);
    CU_ASSERT_TRUE(says(&a, "199 purchases are too few to tell"));
    f.purchases = 1000;
    advice_give(&f, &a);
    CU_ASSERT_TRUE(a.told);
    CU_ASSERT_TRUE(says(&a, "it can do more"));
    f.interrupted = true;
    advice_give(&f, &a);
    CU_ASSERT_TRUE(says(&a, "Interrupted after 1000 purchases: too few to tell"));
    f.failures = 1500;
    advice_give(&f, &a);
    CU_ASSERT_TRUE(says(&a, "1500 of 2000 requests failed"));
    CU_ASSERT_FALSE(says(&a, "it can do more"));
    CU_ASSERT_FALSE(says(&a, "Admission"));
    CU_ASSERT_EQUAL(a.admit_count, 0);
    CU_ASSERT_EQUAL(a.count, 1);
}

static void test_fewer_workers_are_never_advised(void)
{
    int preset = config_default_workers(2);
    struct advice_facts f = {.workers = preset,
                             .processors = 2,
                             .busy = 50,
                             .rate = 20,
                             .in_flight = 3,
                             .requests = 2000,
                             .purchases = 1000};
    struct advice a;

    advice_give(&f, &a);
    CU_ASSERT_FALSE(says(&a, "Workers"));
    CU_ASSERT_EQUAL(a.workers, preset);
    f.workers = preset * 5;
    f.busy_answers = 1;
    advice_give(&f, &a);
    CU_ASSERT_FALSE(says(&a, "Workers"));
    CU_ASSERT_EQUAL(a.workers, preset * 5);
    f.workers = preset;
    advice_give(&f, &a);
    CU_ASSERT_TRUE(says(&a, "Workers"));
    CU_ASSERT_EQUAL(a.workers, preset * 2);
    f.busy = 95;
    advice_give(&f, &a);
    CU_ASSERT_FALSE(says(&a, "Workers"));
    f.workers = preset - 1;
    advice_give(&f, &a);
    CU_ASSERT_TRUE(says(&a, "Workers"));
}

SUITE(load_figures, TEST(test_percentiles_are_those_of_the_sorted_values),
      TEST(test_small_values_are_exact_and_odd_ones_are_held),
      TEST(test_refusals_are_told_apart_by_status_and_code),
      TEST(test_a_full_host_is_advised_what_it_reached), TEST(test_a_host_with_room_is_told_so),
      TEST(test_nothing_is_advised_where_nothing_can_be_known),
      TEST(test_fewer_workers_are_never_advised));
