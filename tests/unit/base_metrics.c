/* Counters and their text. The counters are the process's own, so each test uses routes that no
 * other one does. */
#include "base/metrics.h"
#include "suite.h"

#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

static const char *const names[METRICS_ROUTES] = {
    [0] = "GET /a", [1] = "GET /b", [2] = "say \"\\\n",
    [3] = "GET /c", [4] = "GET /d", [5] = "GET /e"};

/* The page; the caller frees it. */
static char *page(void)
{
    struct text_buf b = {0};

    metrics_write(&b, names, 6);
    CU_ASSERT_FALSE_FATAL(b.failed);
    return b.data;
}

/* Whether the page has exactly this line. */
static bool has_line(const char *line)
{
    char *text = page();
    size_t len = strlen(line);
    bool found = false;

    for (const char *p = text; p && !found; p = strchr(p, '\n')) {
        p += *p == '\n';
        found = strncmp(p, line, len) == 0 && p[len] == '\n';
    }
    free(text);
    return found;
}

/* The value of the line that starts with `series`; -1 without one. */
static double value_of(const char *series)
{
    char *text = page();
    const char *at = strstr(text, series);
    double value = at ? strtod(at + strlen(series), NULL) : -1;

    free(text);
    return value;
}

static void test_requests_are_counted_by_route_and_status(void)
{
    metrics_request(0, 200, 400);
    metrics_request(0, 200, 400);
    metrics_request(0, 409, 400);
    CU_ASSERT_TRUE(has_line("frontrow_requests_total{route=\"GET /a\",status=\"200\"} 2"));
    CU_ASSERT_TRUE(has_line("frontrow_requests_total{route=\"GET /a\",status=\"409\"} 1"));
    CU_ASSERT_FALSE(has_line("frontrow_requests_total{route=\"GET /a\",status=\"503\"} 0"));
}

static void test_every_status_of_the_contract_has_its_counter(void)
{
    for (int e = 0; e < ERR_COUNT; e++) {
        char line[128];

        metrics_request(4, err_info((enum err)e)->status, 1);
        snprintf(line, sizeof line, "frontrow_requests_total{route=\"GET /d\",status=\"%d\"} ",
                 err_info((enum err)e)->status);
        CU_ASSERT(value_of(line) >= 1);
    }
    CU_ASSERT_EQUAL(value_of("frontrow_requests_total{route=\"GET /d\",status=\"other\"} "), -1);
    metrics_request(4, 299, 1);
    CU_ASSERT_EQUAL(value_of("frontrow_requests_total{route=\"GET /d\",status=\"other\"} "), 1);
}

static void test_the_histogram_is_cumulative(void)
{
#define D "frontrow_request_duration_seconds"
    metrics_request(1, 200, 0);
    metrics_request(1, 200, 500);
    metrics_request(1, 200, 501);
    metrics_request(1, 200, 60000000);
    CU_ASSERT_TRUE(has_line(D "_bucket{route=\"GET /b\",le=\"0.0005\"} 2"));
    CU_ASSERT_TRUE(has_line(D "_bucket{route=\"GET /b\",le=\"0.001\"} 3"));
    CU_ASSERT_TRUE(has_line(D "_bucket{route=\"GET /b\",le=\"10\"} 3"));
    CU_ASSERT_TRUE(has_line(D "_bucket{route=\"GET /b\",le=\"+Inf\"} 4"));
    CU_ASSERT_TRUE(has_line(D "_count{route=\"GET /b\"} 4"));
    CU_ASSERT_TRUE(has_line(D "_sum{route=\"GET /b\"} 60.001001"));
#undef D
}

static void test_labels_are_escaped(void)
{
    metrics_request(2, 200, 1);
    CU_ASSERT_TRUE(has_line("frontrow_requests_total{route=\"say \\\"\\\\\\n\",status=\"200\"} 1"));
}

static void test_what_matches_no_route_is_counted_too(void)
{
    double before = value_of("frontrow_requests_total{route=\"none\",status=\"404\"} ");

    metrics_request(METRICS_NO_ROUTE, 404, 1);
    metrics_request(SIZE_MAX, 404, -5);
    CU_ASSERT_EQUAL(value_of("frontrow_requests_total{route=\"none\",status=\"404\"} "),
                    (before < 0 ? 0 : before) + 2);
}

static void test_plain_counters_count(void)
{
    double errors = value_of("\nfrontrow_database_errors_total "),
           retries = value_of("\nfrontrow_database_retries_total "),
           reconnects = value_of("\nfrontrow_database_reconnects_total "),
           restarts = value_of("\nfrontrow_worker_restarts_total ");

    CU_ASSERT(errors >= 0 && retries >= 0 && reconnects >= 0 && restarts >= 0);
    metrics_db_error();
    metrics_db_retry();
    metrics_db_reconnect();
    metrics_worker_restart();
    CU_ASSERT_EQUAL(value_of("\nfrontrow_database_errors_total "), errors + 1);
    CU_ASSERT_EQUAL(value_of("\nfrontrow_database_retries_total "), retries + 1);
    CU_ASSERT_EQUAL(value_of("\nfrontrow_database_reconnects_total "), reconnects + 1);
    CU_ASSERT_EQUAL(value_of("\nfrontrow_worker_restarts_total "), restarts + 1);
}

static void test_what_is_pushed_is_counted(void)
{
    double published = value_of("\nfrontrow_push_published_total "),
           failed = value_of("\nfrontrow_push_failed_total ");

    CU_ASSERT(published >= 0 && failed >= 0);
    metrics_push(true);
    metrics_push(true);
    metrics_push(false);
    CU_ASSERT_EQUAL(value_of("\nfrontrow_push_published_total "), published + 2);
    CU_ASSERT_EQUAL(value_of("\nfrontrow_push_failed_total "), failed + 1);
}

static void test_each_metric_is_described_once(void)
{
    static const char *const metrics[] = {
        "frontrow_requests_total counter", "frontrow_request_duration_seconds histogram",
        "frontrow_database_errors_total counter", "frontrow_worker_restarts_total counter"};
    char *text = page();

    for (size_t i = 0; i < sizeof metrics / sizeof *metrics; i++) {
        char type[128];
        const char *at;

        snprintf(type, sizeof type, "\n# TYPE %s\n", metrics[i]);
        at = strstr(text, type);
        CU_ASSERT(at && !strstr(at + 1, type));
    }
    CU_ASSERT_EQUAL(text[strlen(text) - 1], '\n');
    free(text);
}

static void test_gauges_can_be_added(void)
{
    struct text_buf b = {0};

    metrics_write_value(&b, "frontrow_x", "gauge", "What x is.", -3);
    CU_ASSERT_STRING_EQUAL(b.data, "# HELP frontrow_x What x is.\n# TYPE frontrow_x gauge\n"
                                   "frontrow_x -3\n");
    text_buf_free(&b);
}

static void test_forked_workers_count_together(void)
{
    int status;

    CU_ASSERT_EQUAL_FATAL(metrics_init(), ERR_OK);
    for (int i = 0; i < 4; i++) {
        if (fork() == 0) {
            for (int j = 0; j < 10000; j++)
                metrics_request(3, 201, 1);
            _exit(0);
        }
    }
    while (wait(&status) > 0)
        CU_ASSERT_EQUAL(status, 0);
    CU_ASSERT_TRUE(has_line("frontrow_requests_total{route=\"GET /c\",status=\"201\"} 40000"));
}

SUITE(base_metrics, TEST(test_requests_are_counted_by_route_and_status),
      TEST(test_every_status_of_the_contract_has_its_counter),
      TEST(test_the_histogram_is_cumulative), TEST(test_labels_are_escaped),
      TEST(test_what_matches_no_route_is_counted_too), TEST(test_plain_counters_count),
      TEST(test_what_is_pushed_is_counted), TEST(test_each_metric_is_described_once),
      TEST(test_gauges_can_be_added), TEST(test_forked_workers_count_together));
