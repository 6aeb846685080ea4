/* What operators have made, listed: concerts and schedules; and the figures of this host. */
#include "suite.h"
#include "world.h"

#include <stdlib.h>
#include <string.h>

#define SCHEDULE                                                                                   \
    "scheduleId:i concertId:i date:d startsAt:t bookingOpensAt:t bookingClosesAt:t "               \
    "refundClosesAt:t capacity:i canceledAt:t?"

static const struct api_res *page(const char *path, int limit, const char *cursor)
{
    const struct api_res *r =
        api_get(token_admin(), cursor ? F("%s?limit=%d&cursor=%s", path, limit, cursor)
                                      : F("%s?limit=%d", path, limit));

    EXPECT_NEED(r, 200);
    return r;
}

/* Goes through a list's pages from the beginning; how often `id` is on them, and all ids. */
static int times_listed(const char *path, const char *list, const char *name, int64_t id, int limit,
                        int64_t *ids, size_t cap, size_t *count)
{
    const char *cursor = NULL;
    int times = 0;

    *count = 0;
    for (size_t pages = 0; pages < cap; pages++) {
        const struct api_res *r = page(path, limit, cursor);
        size_t n = LEN(r, list);

        CHECK(n <= (size_t)limit, "%zu on a page", n);
        for (size_t i = 0; i < n; i++) {
            int64_t got = INT(r, F("%s.%zu.%s", list, i, name));

            times += got == id;
            if (*count < cap)
                ids[(*count)++] = got;
        }
        if (api_is_null(r, "next"))
            return times;
        CHECK(n == (size_t)limit, "%zu on a page that is not the last", n);
        cursor = F("%s", STR(r, "next"));
    }
    CHECK(false, "the list does not end");
    return times;
}

static void test_concerts_newest_first(void)
{
    int64_t older = world_concert(NULL), newer = world_concert("'artist':'A'"), ids[2000];
    const struct api_res *r = page("/admin/concerts", 100, NULL);
    size_t count;

    for (size_t i = 1; i < LEN(r, "concerts"); i++)
        CHECK(INT(r, F("concerts.%zu.concertId", i)) < INT(r, F("concerts.%zu.concertId", i - 1)),
              "at %zu", i);
    CHECK_INT(
        times_listed("/admin/concerts", "concerts", "concertId", older, 100, ids, 2000, &count), 1);
    CHECK_INT(times_listed("/admin/concerts", "concerts", "concertId", newer, 7, ids, 2000, &count),
              1);
}

/* The newest are other tests' at times, which run beside this one. */
static const char *listed(const struct api_res *r, int64_t id)
{
    for (size_t i = 0; i < LEN(r, "concerts"); i++)
        if (INT(r, F("concerts.%zu.concertId", i)) == id)
            return F("concerts.%zu", i);
    NEED(false, "concert %lld is not among the newest: %s", (long long)id, r->body);
    return "";
}

static void test_a_listed_concert_is_all_of_it(void)
{
    int64_t id = world_concert("'artist':'A','queue':{'admitCount':7,'message':{'en':'m'}}");
    int64_t starts = (api_wall_ms() / 1000 + 7200) * 1000;
    const struct api_res *alone = api_get(token_admin(), F("/admin/concerts/%lld", (long long)id));
    const struct api_res *r = page("/admin/concerts", 100, NULL);
    const char *at = listed(r, id);

    CHECK(api_is_null(r, F("%s.nextStartsAt", at)), "%s", r->body);
    SHAPE(r, at,
          "concertId:i title:s artist:s? host:s? timeZone:s holdSeconds:i holdExtendSeconds:i "
          "maxSeatsPerUser:i queue:o nextStartsAt:t?");
    /* the same text, but for the member that the list adds */
    CHECK(strstr(r->body, F("%.*s,\"nextStartsAt\":null}", (int)alone->len - 1, alone->body)),
          "%s in %s", alone->body, r->body);

    world_schedule_with(id, F("'startsAt':'%s','seats':{'price':1}", api_time(starts + 1000)));
    world_schedule_with(id, F("'startsAt':'%s','seats':{'price':1}", api_time(starts)));
    world_schedule_with(id, "'startsAt':'2001-01-01T00:00:00Z','seats':{'price':1}");
    r = page("/admin/concerts", 100, NULL);
    CHECK_INT(TIME(r, F("%s.nextStartsAt", listed(r, id))), starts);
    EXPECT(api_patch(token_admin(), F("/admin/concerts/%lld", (long long)id),
                     J("{'queue':{'state':'CLOSED'}}")),
           200);
    r = page("/admin/concerts", 100, NULL);
    CHECK_STR(STR(r, F("%s.queue.state", listed(r, id))), "CLOSED");
}

static void test_schedules_by_time(void)
{
    static const char *const starts[] = {"2031-05-02T10:00:00Z", "2031-05-01T10:00:00Z",
                                         "2031-05-02T10:00:00Z", "1999-01-01T00:00:00Z",
                                         "1970-01-01T00:00:00Z"};
    static const int order[] = {4, 3, 1, 0, 2};
    int64_t concert = world_concert(NULL), other = world_concert(NULL), made[COUNT(starts)];
    int64_t ids[10];
    const char *path = F("/admin/concerts/%lld/schedules", (long long)concert);
    size_t count;

    world_schedule(other, 1, 1);
    for (size_t i = 0; i < COUNT(starts); i++)
        made[i] = world_schedule_with(
            concert, F("'startsAt':'%s','seats':{'count':%d,'price':1}", starts[i], (int)i + 1));
    EXPECT(api_delete(token_admin(), F("/admin/schedules/%lld", (long long)made[1])), 202);
    for (int limit = 1; limit <= 5; limit += 2) {
        CHECK_INT(times_listed(path, "schedules", "scheduleId", made[1], limit, ids, 10, &count),
                  1);
        CHECK_INT((int64_t)count, COUNT(starts));
        for (size_t i = 0; i < count; i++)
            CHECK_INT(ids[i], made[order[i]]);
    }
    const struct api_res *r = api_get(token_admin(), path);
    EXPECT(r, 200);
    for (size_t i = 0; i < COUNT(starts); i++) {
        const struct api_res *alone =
            api_get(token_admin(), F("/admin/schedules/%lld", (long long)made[order[i]]));

        CHECK(strstr(r->body, alone->body), "%s in %s", alone->body, r->body);
        if (order[i] != 1)
            SHAPE(r, F("schedules.%zu", i), SCHEDULE);
    }
    SHAPE(r, "schedules.2", SCHEDULE " cancellation:o");
    SHAPE(r, "schedules.2.cancellation", "total:i done:i");
}

static void test_schedules_of_a_concert_without(void)
{
    const struct api_res *r =
        api_get(token_admin(), F("/admin/concerts/%lld/schedules", (long long)world_concert(NULL)));

    EXPECT(r, 200);
    CHECK_STR(r->body, J("{'schedules':[],'next':null}"));
    EXPECT_ERROR(api_get(token_admin(), "/admin/concerts/999999999/schedules"), 404,
                 "CONCERT_NOT_FOUND");
}

/* The number on the line of a metric, or -1. */
static double metric(const struct api_res *r, const char *line)
{
    const char *at = strstr(r->body, line);

    return at ? strtod(at + strlen(line), NULL) : -1;
}

static void test_metrics_for_the_operator(void)
{
    static const char line[] =
        "\nfrontrow_requests_total{route=\"GET /api/v1/admin/metrics\",status=\"200\"} ";
    const struct api_res *first = api_get(token_admin(), "/admin/metrics");
    const struct api_res *r = api_get(token_admin(), "/admin/metrics");

    EXPECT(first, 200);
    EXPECT(r, 200);
    CHECK_STR(api_header(r, "Content-Type"), "text/plain; version=0.0.4; charset=utf-8");
    CHECK_STR(api_header(r, "Cache-Control"), "no-store");
    CHECK_INT(api_header_count(r, "Cache-Control"), 1);
    CHECK(metric(r, line) > metric(first, line), "%g after %g", metric(r, line),
          metric(first, line));
    CHECK(metric(r, "\nfrontrow_database_up ") == 1, "%s", r->body);
}

SUITE(admin_lists, TEST(test_concerts_newest_first), TEST(test_a_listed_concert_is_all_of_it),
      TEST(test_schedules_by_time), TEST(test_schedules_of_a_concert_without),
      TEST(test_metrics_for_the_operator));
