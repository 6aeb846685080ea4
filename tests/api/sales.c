/* What has been sold of a show: page by page, or all of it as CSV. */
#include "suite.h"
#include "world.h"

#include <stdlib.h>
#include <string.h>

#define SALE "reservationId:i userId:u seatNumber:i section:s? row:s? price:i paidAt:t"

static const char *sales_path(int64_t schedule)
{
    return F("/admin/schedules/%lld/sales", (long long)schedule);
}

static const struct api_res *sales_as(int64_t schedule, const char *accept, const char *query)
{
    const struct api_req req = {.path = F("%s%s", sales_path(schedule), query),
                                .token = token_admin(),
                                .headers = {F("Accept: %s", accept)}};
    return api_send(&req);
}

static void test_sales(void)
{
    struct stage s = world_stage();
    int64_t first = world_bought(&s.u[0], s.schedule, "7,3");
    world_held(&s.u[1], s.schedule, "5");
    int64_t second = world_bought(&s.u[2], s.schedule, "1");
    const struct api_res *r = api_get(token_admin(), sales_path(s.schedule));
    EXPECT_NEED(r, 200);
    SHAPE(r, "", "sales:a next:n");
    CHECK_INT((int64_t)LEN(r, "sales"), 3);
    SHAPE(r, "sales.0", SALE);
    CHECK_INT(INT(r, "sales.0.reservationId"), first);
    CHECK_STR(STR(r, "sales.0.userId"), s.u[0].id);
    CHECK_INT(INT(r, "sales.0.seatNumber"), 3);
    CHECK(api_is_null(r, "sales.0.section") && api_is_null(r, "sales.0.row"), "%s", r->body);
    CHECK_INT(INT(r, "sales.0.price"), STAGE_PRICE);
    CHECK_STR(STR(r, "sales.0.paidAt"),
              STR(api_get(s.u[0].token, F("/reservations/%lld", (long long)first)), "paidAt"));
    CHECK_INT(INT(r, "sales.1.seatNumber"), 7);
    CHECK_INT(INT(r, "sales.2.reservationId"), second);
    CHECK_STR(api_header(r, "Vary"), "Accept");
    CHECK_STR(api_header(r, "Cache-Control"), "no-store");
    /* What was refunded is not sold. */
    EXPECT(api_post(s.u[0].token, F("/reservations/%lld/refund", (long long)first), NULL), 200);
    r = api_get(token_admin(), sales_path(s.schedule));
    CHECK_INT((int64_t)LEN(r, "sales"), 1);
    CHECK_INT(INT(r, "sales.0.reservationId"), second);
}

static void test_pages(void)
{
    struct stage s = world_stage();
    static const int seats[] = {2, 9, 1, 4, 6};
    int64_t id[] = {world_bought(&s.u[0], s.schedule, "9,2"),
                    world_bought(&s.u[1], s.schedule, "6,4,1")};
    for (int limit = 1; limit <= 6; limit++) {
        const char *cursor = "";
        int seen = 0;
        do {
            const struct api_res *r =
                api_get(token_admin(), F("%s?limit=%d%s", sales_path(s.schedule), limit, cursor));
            EXPECT_NEED(r, 200);
            size_t n = LEN(r, "sales");
            CHECK(n >= 1 && (int)n <= limit, "%s", r->body);
            for (size_t i = 0; i < n && seen < 5; i++, seen++) {
                CHECK_INT(INT(r, F("sales.%zu.reservationId", i)), id[seen >= 2]);
                CHECK_INT(INT(r, F("sales.%zu.seatNumber", i)), seats[seen]);
            }
            cursor = api_is_null(r, "next") ? NULL : F("&cursor=%s", STR(r, "next"));
        } while (cursor && seen < 5);
        CHECK(!cursor, "limit %d: more than there are", limit);
        CHECK_INT(seen, 5);
    }
    EXPECT_FIELD(sales_as(s.schedule, "*/*", "?limit=0"), 400, "INVALID_PARAMETER", "limit");
    EXPECT_FIELD(sales_as(s.schedule, "*/*", "?limit=101"), 400, "INVALID_PARAMETER", "limit");
    EXPECT_FIELD(sales_as(s.schedule, "*/*", "?cursor=x"), 400, "INVALID_PARAMETER", "cursor");
}

static void test_who_may_see_them(void)
{
    struct stage s = world_stage();
    EXPECT_ERROR(api_get(NULL, sales_path(s.schedule)), 401, "TOKEN_MISSING");
    EXPECT_ERROR(api_get(s.u[0].queue, sales_path(s.schedule)), 401, "TOKEN_INVALID");
    EXPECT_ERROR(api_get(token_service(), sales_path(s.schedule)), 403, "FORBIDDEN");
    EXPECT_ERROR(api_get(token_admin(), sales_path(INT64_MAX)), 404, "SCHEDULE_NOT_FOUND");
    EXPECT_ERROR(sales_as(INT64_MAX, "text/csv", ""), 404, "SCHEDULE_NOT_FOUND");
    EXPECT_ERROR(api_get(token_admin(), "/admin/schedules/x/sales"), 404, "SCHEDULE_NOT_FOUND");
    EXPECT_ERROR(api_post(token_admin(), sales_path(s.schedule), "{}"), 405, "METHOD_NOT_ALLOWED");
    const struct api_res *r = api_get(token_admin(), sales_path(s.schedule));
    SHAPE(r, "", "sales:a next:n");
    CHECK_INT((int64_t)LEN(r, "sales"), 0);
}

#define HEAD "reservationId,userId,seatNumber,section,row,price,paidAt\r\n"

static void test_csv(void)
{
    struct stage s = world_stage();
    int64_t schedule = world_schedule_with(
        s.concert, F("'startsAt':'%s','sections':["
                     "{'name':'Stalls, \\\"left\\\"','rows':1,'seatsPerRow':2,'price':5},"
                     "{'name':'=HYPERLINK(1)','rows':1,'seatsPerRow':1,'price':6},"
                     "{'name':'＠＋가','rows':1,'seatsPerRow':1,'price':0}]",
                     api_time(api_wall_ms() + 86400000)));
    const struct api_res *empty = sales_as(schedule, "text/csv", "");
    EXPECT(empty, 200);
    CHECK_STR(empty->body, HEAD);
    int64_t id = world_bought(&s.u[0], schedule, "4,1,3");
    int64_t plain = world_bought(&s.u[1], s.schedule, "2");
    const struct api_res *r = sales_as(schedule, "text/csv", "?limit=1");
    EXPECT_NEED(r, 200);
    const char *paid = STR(api_get(s.u[0].token, F("/reservations/%lld", (long long)id)), "paidAt");
    const char *start = F("%lld,%s", (long long)id, s.u[0].id);
    CHECK_STR(r->body, F(HEAD "%s,1,\"Stalls, \"\"left\"\"\",1,5,%s\r\n"
                              "%s,3,'=HYPERLINK(1),1,6,%s\r\n"
                              "%s,4,'＠＋가,1,0,%s\r\n",
                         start, paid, start, paid, start, paid));
    CHECK_STR(api_header(r, "Content-Type"), "text/csv; charset=utf-8");
    CHECK_STR(api_header(r, "Content-Disposition"),
              F("attachment; filename=\"sales-%lld.csv\"", (long long)schedule));
    CHECK_STR(api_header(r, "Vary"), "Accept");
    CHECK_STR(api_header(r, "Cache-Control"), "no-store");
    /* Neither section nor row: empty cells. */
    r = sales_as(s.schedule, "text/csv", "");
    CHECK(strstr(r->body, F("\r\n%lld,%s,2,,,1000,", (long long)plain, s.u[1].id)) != NULL, "%s",
          r->body);
}

static void test_the_form_that_is_asked_for(void)
{
    struct stage s = world_stage();
    static const struct {
        const char *accept;
        bool csv;
    } asked[] = {{"application/json", false},
                 {"*/*", false},
                 {"text/csv, application/json;q=0.9", true},
                 {"text/csv;q=0.5, application/json", false},
                 {"text/*", true},
                 {"image/png", false}};
    for (size_t i = 0; i < COUNT(asked); i++) {
        const struct api_res *r = sales_as(s.schedule, asked[i].accept, "");
        EXPECT(r, 200);
        CHECK_STR(api_header(r, "Content-Type"),
                  asked[i].csv ? "text/csv; charset=utf-8" : "application/json");
        CHECK_STR(api_header(r, "Vary"), "Accept");
    }
    const struct api_req head = {.method = "HEAD",
                                 .path = sales_path(s.schedule),
                                 .token = token_admin(),
                                 .headers = {"Accept: text/csv"}};
    const struct api_res *r = api_send(&head);
    EXPECT(r, 200);
    CHECK_INT(api_header_int(r, "Content-Length"), (int64_t)strlen(HEAD));
    CHECK_INT((int64_t)r->len, 0);
}

/* More than is sent at once. */
static void test_a_long_list_as_csv(void)
{
    enum { BUYERS = 9, EACH = 100 };
    struct user u[BUYERS];
    int64_t concert = world_concert("'maxSeatsPerUser':100,'queue':{'claimSeconds':0}");
    int64_t schedule = world_schedule(concert, BUYERS * EACH, 0);
    for (int i = 0; i < BUYERS; i++)
        u[i] = world_user();
    world_enter(u, BUYERS, concert);
    for (int i = 0; i < BUYERS; i++) {
        const struct api_res *r =
            api_post(u[i].queue, "/reservations",
                     J("{'scheduleId':%lld,'bestAvailable':%d}", (long long)schedule, EACH));
        EXPECT_NEED(r, 201);
        EXPECT_NEED(world_pay(&u[i], INT(r, "reservationId")), 201);
    }
    const struct api_res *r = sales_as(schedule, "text/csv", "");
    EXPECT_NEED(r, 200);
    int lines = 0;
    for (const char *p = r->body; (p = strstr(p, "\r\n")); p += 2)
        lines++;
    CHECK_INT(lines, 1 + BUYERS * EACH);
    CHECK(strncmp(r->body, "reservationId,", 14) == 0 && r->len > 65536, "%zu", r->len);
    CHECK(!api_header(r, "Content-Length"), "%s", r->head);
}

SUITE(sales, TEST(test_sales), TEST(test_pages), TEST(test_who_may_see_them), TEST(test_csv),
      TEST(test_the_form_that_is_asked_for), TEST(test_a_long_list_as_csv));
