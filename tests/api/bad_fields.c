/* Fields of bodies: unknown, missing, null, of the wrong type, and out of their bounds. */
#include "suite.h"
#include "world.h"

#include <string.h>

/* One body sent to one route: the code and the field that must come back. */
struct row {
    const char *body, *code, *field;
};

static void expect_rows(const char *token, const char *path, const struct row *rows, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        const struct api_res *r = api_post(token, path, J("%s", rows[i].body));
        if (!EXPECT_FIELD(r, 400, rows[i].code, rows[i].field))
            CHECK(false, "row %zu: %s", i, rows[i].body);
    }
}
#define EXPECT_ROWS(token, path, rows) expect_rows(token, path, rows, COUNT(rows))

static void test_charge(void)
{
    static const struct row rows[] = {
        {"{}", "MISSING_FIELD", "amount"},
        {"{'amount':null}", "INVALID_FIELD", "amount"},
        {"{'amount':1,'note':'x'}", "UNKNOWN_FIELD", "note"},
        {"{'amount':1,'amountt':2}", "UNKNOWN_FIELD", "amountt"},
        {"{'amount':1,'Amount':2}", "UNKNOWN_FIELD", "Amount"},
        {"{'Amount':1}", NULL, NULL}, /* unknown, or missing: either is first */
        {"{'amount':1,'amount\\u0000':2}", "INVALID_JSON", NULL},
        {"{'amount\\u0000':1}", "INVALID_JSON", NULL},
        {"{'amount':1,'':2}", "UNKNOWN_FIELD", NULL},
        {"{'amount':1,'userId':'x'}", "UNKNOWN_FIELD", "userId"},
    };
    struct user u = world_user();
    for (size_t i = 0; i < COUNT(rows); i++) {
        const struct api_res *r =
            api_post(u.token, "/users/me/balance/charges", J("%s", rows[i].body));
        EXPECT(r, 400);
        if (rows[i].code)
            EXPECT_FIELD(r, 400, rows[i].code, rows[i].field);
        else
            CHECK(strcmp(CODE(r), "UNKNOWN_FIELD") == 0 || strcmp(CODE(r), "MISSING_FIELD") == 0,
                  "%s", r->body);
    }
    CHECK_INT(world_balance(&u), 0);
}

static void test_join(void)
{
    static const struct row rows[] = {
        {"{}", "MISSING_FIELD", "concertId"},
        {"{'concertId':null}", "INVALID_FIELD", "concertId"},
        {"{'concertId':'1'}", "INVALID_FIELD", "concertId"},
        {"{'concertId':1.0}", "INVALID_FIELD", "concertId"},
        {"{'concertId':true}", "INVALID_FIELD", "concertId"},
        {"{'concertId':0}", "INVALID_FIELD", "concertId"},
        {"{'concertId':-1}", "INVALID_FIELD", "concertId"},
        {"{'concertId':9223372036854775808}", "INVALID_FIELD", "concertId"},
        {"{'concertId':[1]}", "INVALID_FIELD", "concertId"},
        {"{'concertId':1,'userId':'bob'}", "INVALID_FIELD", "userId"},
        {"{'concertId':1,'userId':1}", "INVALID_FIELD", "userId"},
        {"{'concertId':1,'userId':''}", "INVALID_FIELD", "userId"},
        {"{'concertId':1,'ticket':1}", "UNKNOWN_FIELD", "ticket"},
    };
    EXPECT_ROWS(token_service(), "/queue/tokens", rows);
}

static void test_hold(void)
{
    static const struct row rows[] = {
        {"{'scheduleId':0,'seatNumbers':[1]}", "INVALID_FIELD", "scheduleId"},
        {"{'scheduleId':-5,'seatNumbers':[1]}", "INVALID_FIELD", "scheduleId"},
        {"{'scheduleId':'1','seatNumbers':[1]}", "INVALID_FIELD", "scheduleId"},
        {"{'scheduleId':1.5,'seatNumbers':[1]}", "INVALID_FIELD", "scheduleId"},
        {"{'scheduleId':null,'seatNumbers':[1]}", "INVALID_FIELD", NULL},
        {"{'scheduleId':1,'seatNumbers':[0]}", "INVALID_FIELD", NULL},
        {"{'scheduleId':1,'seatNumbers':[1,-1]}", "INVALID_FIELD", NULL},
        {"{'scheduleId':1,'seatNumbers':['1']}", "INVALID_FIELD", NULL},
        {"{'scheduleId':1,'seatNumbers':[1.0]}", "INVALID_FIELD", NULL},
        {"{'scheduleId':1,'seatNumbers':[1e0]}", "INVALID_FIELD", NULL},
        {"{'scheduleId':1,'seatNumbers':[null]}", "INVALID_FIELD", NULL},
        {"{'scheduleId':1,'seatNumbers':[[1]]}", "INVALID_FIELD", NULL},
        {"{'scheduleId':1,'seatNumbers':[true]}", "INVALID_FIELD", NULL},
        {"{'scheduleId':1,'seatNumbers':[9223372036854775808]}", "INVALID_FIELD", NULL},
        {"{'scheduleId':1,'seatNumbers':[]}", "INVALID_FIELD", "seatNumbers"},
        {"{'scheduleId':1,'seatNumbers':1}", "INVALID_FIELD", "seatNumbers"},
        {"{'scheduleId':1,'seatNumbers':{}}", "INVALID_FIELD", "seatNumbers"},
        {"{'scheduleId':1,'seatNumbers':'1'}", "INVALID_FIELD", "seatNumbers"},
        {"{'scheduleId':1,'seatNumbers':null}", "INVALID_FIELD", NULL},
        {"{'scheduleId':1,'seatIds':[]}", "INVALID_FIELD", "seatIds"},
        {"{'scheduleId':1,'seatIds':[0]}", "INVALID_FIELD", NULL},
        {"{'scheduleId':1,'seatIds':['a']}", "INVALID_FIELD", NULL},
        {"{'scheduleId':1,'seatNumbers':[1],'seatIds':[1]}", "INVALID_FIELD", NULL},
        {"{'scheduleId':1}", "INVALID_FIELD", NULL},
        {"{'seatNumbers':[1]}", "INVALID_FIELD", NULL},
        {"{'seatIds':[1]}", "INVALID_FIELD", NULL},
        {"{}", "INVALID_FIELD", NULL},
        {"{'scheduleId':1,'concertId':1,'date':'2031-01-01','seatNumbers':[1]}", "INVALID_FIELD",
         NULL},
        {"{'scheduleId':1,'date':'2031-01-01','seatNumbers':[1]}", "INVALID_FIELD", NULL},
        {"{'concertId':1,'seatNumbers':[1]}", "INVALID_FIELD", NULL},
        {"{'date':'2031-01-01','seatNumbers':[1]}", "INVALID_FIELD", NULL},
        {"{'concertId':1,'date':'2031-02-29','seatNumbers':[1]}", "INVALID_FIELD", "date"},
        {"{'concertId':1,'date':'2031-13-01','seatNumbers':[1]}", "INVALID_FIELD", "date"},
        {"{'concertId':1,'date':'2031-1-1','seatNumbers':[1]}", "INVALID_FIELD", "date"},
        {"{'concertId':1,'date':'tomorrow','seatNumbers':[1]}", "INVALID_FIELD", "date"},
        {"{'concertId':1,'date':20310101,'seatNumbers':[1]}", "INVALID_FIELD", "date"},
        {"{'concertId':0,'date':'2031-01-01','seatNumbers':[1]}", "INVALID_FIELD", "concertId"},
        {"{'scheduleId':1,'bestAvailable':0}", "INVALID_FIELD", "bestAvailable"},
        {"{'scheduleId':1,'bestAvailable':-1}", "INVALID_FIELD", "bestAvailable"},
        {"{'scheduleId':1,'bestAvailable':101}", "INVALID_FIELD", "bestAvailable"},
        {"{'scheduleId':1,'bestAvailable':2.0}", "INVALID_FIELD", "bestAvailable"},
        {"{'scheduleId':1,'bestAvailable':'2'}", "INVALID_FIELD", "bestAvailable"},
        {"{'scheduleId':1,'bestAvailable':null}", "INVALID_FIELD", "bestAvailable"},
        {"{'scheduleId':1,'bestAvailable':[2]}", "INVALID_FIELD", "bestAvailable"},
        {"{'scheduleId':1,'bestAvailable':1,'seatNumbers':[1]}", "INVALID_FIELD", "bestAvailable"},
        {"{'scheduleId':1,'bestAvailable':1,'seatIds':[1]}", "INVALID_FIELD", "bestAvailable"},
        {"{'concertId':1,'date':'2031-01-01','bestAvailable':1}", "INVALID_FIELD", "bestAvailable"},
        {"{'bestAvailable':1}", "INVALID_FIELD", "scheduleId"},
        {"{'scheduleId':1,'seatNumbers':[1],'price':1}", "UNKNOWN_FIELD", "price"},
        {"{'scheduleId':1,'seatNumbers':[1],'userId':'x'}", "UNKNOWN_FIELD", "userId"},
    };
    struct stage s = world_stage();
    EXPECT_ROWS(s.u[0].queue, "/reservations", rows);
}

static void test_hold_that_names_a_seat_twice(void)
{
    struct stage s = world_stage();
    const struct api_res *r = world_hold(&s.u[0], s.schedule, "1,1");
    EXPECT_FIELD(r, 400, "INVALID_FIELD", "seatNumbers");
    CHECK_STR(world_seat(&s.u[0], s.schedule, 1), "AVAILABLE");
}

static void test_payment(void)
{
    static const struct row rows[] = {
        {"{}", "MISSING_FIELD", "reservationId"},
        {"{'reservationId':null}", "INVALID_FIELD", "reservationId"},
        {"{'reservationId':0}", "INVALID_FIELD", "reservationId"},
        {"{'reservationId':-1}", "INVALID_FIELD", "reservationId"},
        {"{'reservationId':'1'}", "INVALID_FIELD", "reservationId"},
        {"{'reservationId':1.0}", "INVALID_FIELD", "reservationId"},
        {"{'reservationId':99999999999999999999}", "INVALID_FIELD", "reservationId"},
        {"{'reservationId':1,'amount':0}", "UNKNOWN_FIELD", "amount"},
    };
    struct stage s = world_stage();
    EXPECT_ROWS(s.u[0].queue, "/payments", rows);
}

static void test_new_user(void)
{
    static const struct row rows[] = {
        {"{'userId':'bob'}", "INVALID_FIELD", "userId"},
        {"{'userId':''}", "INVALID_FIELD", "userId"},
        {"{'userId':1}", "INVALID_FIELD", "userId"},
        {"{'name':''}", "INVALID_FIELD", "name"},
        {"{'name':1}", "INVALID_FIELD", "name"},
        {"{'name':['x']}", "INVALID_FIELD", "name"},
        {"{'email':'x@example.com'}", "UNKNOWN_FIELD", "email"},
    };
    EXPECT_ROWS(token_service(), "/users", rows);
}

static void test_new_concert(void)
{
    static const struct row rows[] = {
        {"{}", "MISSING_FIELD", "title"},
        {"{'artist':'x'}", "MISSING_FIELD", "title"},
        {"{'title':null}", "INVALID_FIELD", "title"},
        {"{'title':1}", "INVALID_FIELD", "title"},
        {"{'title':''}", "INVALID_FIELD", "title"},
        {"{'title':['x']}", "INVALID_FIELD", "title"},
        {"{'title':'x','artist':''}", "INVALID_FIELD", "artist"},
        {"{'title':'x','artist':5}", "INVALID_FIELD", "artist"},
        {"{'title':'x','host':''}", "INVALID_FIELD", "host"},
        {"{'title':'x','host':{}}", "INVALID_FIELD", "host"},
        {"{'title':'x','timeZone':''}", "INVALID_FIELD", "timeZone"},
        {"{'title':'x','timeZone':9}", "INVALID_FIELD", "timeZone"},
        {"{'title':'x','timeZone':'Mars/Phobos'}", "INVALID_FIELD", "timeZone"},
        {"{'title':'x','timeZone':'Asia'}", "INVALID_FIELD", "timeZone"},
        {"{'title':'x','timeZone':'Asia/'}", "INVALID_FIELD", "timeZone"},
        {"{'title':'x','timeZone':'/Asia/Seoul'}", "INVALID_FIELD", "timeZone"},
        {"{'title':'x','timeZone':'../../../etc/passwd'}", "INVALID_FIELD", "timeZone"},
        {"{'title':'x','timeZone':'Asia/Seoul '}", "INVALID_FIELD", "timeZone"},
        {"{'title':'x','timeZone':'Asia/Seoul\\u0000'}", "INVALID_FIELD", "timeZone"},
        {"{'title':'x','timeZone':'+09:00'}", "INVALID_FIELD", "timeZone"},
        {"{'title':'x','timeZone':'KST-9'}", "INVALID_FIELD", "timeZone"},
        {"{'title':'x','timeZone':':Asia/Seoul'}", "INVALID_FIELD", "timeZone"},
        {"{'title':'x','timeZone':'posixrules'}", "INVALID_FIELD", "timeZone"},
        {"{'title':'x','timeZone':'zone.tab'}", "INVALID_FIELD", "timeZone"},
        {"{'title':'x','queue':[]}", "INVALID_FIELD", "queue"},
        {"{'title':'x','queue':'fast'}", "INVALID_FIELD", "queue"},
        {"{'title':'x','queue':{'speed':1}}", "UNKNOWN_FIELD", "speed"},
        {"{'title':'x','queue':{'message':'hello'}}", "INVALID_FIELD", "message"},
        {"{'title':'x','queue':{'message':{'ko':1}}}", "INVALID_FIELD", "ko"},
        {"{'title':'x','queue':{'message':{'ko':'a','en':'b','fr':'c'}}}", "UNKNOWN_FIELD", "fr"},
        {"{'title':'x','queue':{'opensAt':'soon'}}", "INVALID_FIELD", "opensAt"},
        {"{'title':'x','concertId':7}", "UNKNOWN_FIELD", "concertId"},
        {"{'title':'x','admitCount':7}", "UNKNOWN_FIELD", "admitCount"},
    };
    EXPECT_ROWS(token_admin(), "/admin/concerts", rows);
}

static void test_new_schedule(void)
{
#define AT    "'startsAt':'2031-05-01T10:00:00Z'"
#define SEATS "'seats':{'count':5,'price':1}"
    static const struct row rows[] = {
        {"{" SEATS "}", "MISSING_FIELD", "startsAt"},
        {"{'startsAt':null," SEATS "}", "INVALID_FIELD", "startsAt"},
        {"{" AT ",'seats':{'count':0,'price':1}}", "INVALID_FIELD", "count"},
        {"{" AT ",'seats':{'count':-1,'price':1}}", "INVALID_FIELD", "count"},
        {"{" AT ",'seats':{'count':100001,'price':1}}", "INVALID_FIELD", "count"},
        {"{" AT ",'seats':{'count':'5','price':1}}", "INVALID_FIELD", "count"},
        {"{" AT ",'seats':{'count':5.0,'price':1}}", "INVALID_FIELD", "count"},
        {"{" AT ",'seats':{'count':5,'price':-1}}", "INVALID_FIELD", "price"},
        {"{" AT ",'seats':{'count':5,'price':1000000001}}", "INVALID_FIELD", "price"},
        {"{" AT ",'seats':{'count':5,'price':0.5}}", "INVALID_FIELD", "price"},
        {"{" AT ",'seats':{'count':5,'price':'free'}}", "INVALID_FIELD", "price"},
        {"{" AT ",'seats':{'count':5,'price':null}}", "INVALID_FIELD", "price"},
        {"{" AT ",'seats':{'count':5}}", "MISSING_FIELD", "price"},
        {"{" AT ",'seats':{'count':5,'price':1,'row':2}}", "UNKNOWN_FIELD", "row"},
        {"{" AT ",'seats':[]}", "INVALID_FIELD", "seats"},
        {"{" AT ",'seats':5}", "INVALID_FIELD", "seats"},
        {"{" AT "," SEATS ",'sections':[{'name':'A','rows':1,'seatsPerRow':1,'price':1}]}",
         "INVALID_FIELD", NULL},
        {"{" AT ",'sections':[]}", "INVALID_FIELD", "sections"},
        {"{" AT ",'sections':{}}", "INVALID_FIELD", "sections"},
        {"{" AT ",'sections':[1]}", "INVALID_FIELD", NULL},
        {"{" AT ",'sections':[{'rows':1,'seatsPerRow':1,'price':1}]}", "MISSING_FIELD", "name"},
        {"{" AT ",'sections':[{'name':'','rows':1,'seatsPerRow':1,'price':1}]}", "INVALID_FIELD",
         "name"},
        {"{" AT ",'sections':[{'name':'A','rows':0,'seatsPerRow':1,'price':1}]}", "INVALID_FIELD",
         "rows"},
        {"{" AT ",'sections':[{'name':'A','rows':1,'seatsPerRow':0,'price':1}]}", "INVALID_FIELD",
         "seatsPerRow"},
        {"{" AT ",'sections':[{'name':'A','rows':1,'seatsPerRow':1,'price':-1}]}", "INVALID_FIELD",
         "price"},
        {"{" AT ",'sections':[{'name':'A','rows':401,'seatsPerRow':250,'price':1}]}",
         "INVALID_FIELD", NULL},
        {"{" AT ",'sections':[{'name':'A','rows':100000,'seatsPerRow':100000,'price':1}]}",
         "INVALID_FIELD", NULL},
        {"{" AT ",'sections':[{'name':'A','rows':1,'seatsPerRow':100000,'price':1},"
         "{'name':'B','rows':1,'seatsPerRow':1,'price':1}]}",
         "INVALID_FIELD", NULL},
        {"{" AT ",'sections':[{'name':'A','rows':1,'seatsPerRow':2,'price':1,'blocked':[0]}]}",
         "INVALID_FIELD", NULL},
        {"{" AT ",'sections':[{'name':'A','rows':1,'seatsPerRow':2,'price':1,'blocked':[3]}]}",
         "INVALID_FIELD", NULL},
        {"{" AT ",'sections':[{'name':'A','rows':1,'seatsPerRow':2,'price':1,'blocked':['1']}]}",
         "INVALID_FIELD", NULL},
        {"{" AT ",'sections':[{'name':'A','rows':1,'seatsPerRow':2,'price':1,'blocked':1}]}",
         "INVALID_FIELD", NULL},
        {"{" AT "," SEATS ",'bookingOpensAt':'soon'}", "INVALID_FIELD", "bookingOpensAt"},
        {"{" AT "," SEATS ",'bookingClosesAt':5}", "INVALID_FIELD", "bookingClosesAt"},
        {"{" AT "," SEATS ",'refundClosesAt':''}", "INVALID_FIELD", "refundClosesAt"},
        {"{" AT "," SEATS ",'capacity':5}", "UNKNOWN_FIELD", "capacity"},
    };
#undef SEATS
#undef AT
    int64_t concert = world_concert(NULL);
    EXPECT_ROWS(token_admin(), F("/admin/concerts/%lld/schedules", (long long)concert), rows);
}

static void test_new_schedule_without_seats(void)
{
    int64_t concert = world_concert(NULL);
    const struct api_res *r =
        api_post(token_admin(), F("/admin/concerts/%lld/schedules", (long long)concert),
                 J("{'startsAt':'2031-05-01T10:00:00Z'}"));
    EXPECT(r, 400);
    CHECK(strcmp(CODE(r), "MISSING_FIELD") == 0 || strcmp(CODE(r), "INVALID_FIELD") == 0, "%s",
          r->body);
}

static void test_times(void)
{
    static const char *const bad[] = {
        "''",
        "'2031-05-01'",
        "'2031-05-01T10:00:00'",
        "'2031-05-01T10:00Z'",
        "'2031-05-01T10:00:00+0900'",
        "'2031-05-01T10:00:00+09'",
        "'2031-05-01T10:00:00+24:00'",
        "'2031-05-01T10:00:00+09:60'",
        "'2031-05-01T24:00:00Z'",
        "'2031-05-01T25:00:00Z'",
        "'2031-05-01T10:60:00Z'",
        "'2031-05-01T10:00:61Z'",
        "'2031-02-29T10:00:00Z'",
        "'2031-02-30T10:00:00Z'",
        "'2031-04-31T10:00:00Z'",
        "'2031-13-01T10:00:00Z'",
        "'2031-00-01T10:00:00Z'",
        "'2031-05-00T10:00:00Z'",
        "'2031-5-1T10:00:00Z'",
        "'31-05-01T10:00:00Z'",
        "'12031-05-01T10:00:00Z'",
        "'2031-05-01T10:00:00.Z'",
        "'2031-05-01T10:00:00,5Z'",
        "'2031-05-01T10:00:00 Z'",
        "' 2031-05-01T10:00:00Z'",
        "'2031-05-01T10:00:00Z '",
        "'2031-05-01T10:00:00ZZ'",
        "'2031-05-01T10:00:00Z\\u0000'",
        "'tomorrow'",
        "'1935312000'",
        "1935312000",
        "1935312000.5",
        "true",
        "[]",
        "'2031-05-01T10:00:00\\uFF3A'",
        "'2100-02-29T10:00:00Z'",
        "'-2031-05-01T10:00:00Z'",
    };
    int64_t concert = world_concert(NULL);
    const char *path = F("/admin/concerts/%lld/schedules", (long long)concert);
    for (size_t i = 0; i < COUNT(bad); i++)
        if (!EXPECT_FIELD(api_post(token_admin(), path,
                                   J("{'startsAt':%s,'seats':{'count':1,'price':1}}", bad[i])),
                          400, "INVALID_FIELD", "startsAt"))
            CHECK(false, "%s", bad[i]);
}

static void test_good_times(void)
{
    static const struct {
        const char *text, *utc;
    } rows[] = {
        {"2031-05-01T10:00:00Z", "2031-05-01T10:00:00.000Z"},
        {"2031-05-01T10:00:00.1Z", "2031-05-01T10:00:00.100Z"},
        {"2031-05-01T10:00:00.123456789Z", "2031-05-01T10:00:00.123Z"},
        {"2031-05-01T10:00:00+09:00", "2031-05-01T01:00:00.000Z"},
        {"2031-05-01T00:30:00+09:00", "2031-04-30T15:30:00.000Z"},
        {"2031-12-31T23:30:00-05:30", "2032-01-01T05:00:00.000Z"},
        {"2031-05-01T10:00:00-00:00", "2031-05-01T10:00:00.000Z"},
        {"2032-02-29T12:00:00Z", "2032-02-29T12:00:00.000Z"},
    };
    int64_t concert = world_concert(NULL);
    const char *path = F("/admin/concerts/%lld/schedules", (long long)concert);
    for (size_t i = 0; i < COUNT(rows); i++) {
        const struct api_res *r =
            api_post(token_admin(), path,
                     J("{'startsAt':'%s','seats':{'count':1,'price':1}}", rows[i].text));
        if (EXPECT(r, 201))
            CHECK_STR(STR(r, "startsAt"), rows[i].utc);
    }
}

/* `n` times the character `c`. */
static const char *repeated(const char *c, size_t n)
{
    const char *text = c;
    size_t have = 1;
    for (; 2 * have <= n; have *= 2)
        text = F("%s%s", text, text);
    return have == n ? text : F("%s%s", text, repeated(c, n - have));
}

static void test_lengths_count_characters(void)
{
    static const char *const kinds[] = {"a", "\xED\x95\x9C", "\xF0\x9F\x8E\xB5", "\\u00e9",
                                        "\\uD83C\\uDFB5"};
    static const char *const fields[] = {"title", "artist", "host"};
    const char *admin = token_admin();
    for (size_t k = 0; k < COUNT(kinds); k++) {
        for (size_t f = 0; f < 3; f++) {
            const char *title = f == 0 ? "" : "'title':'x',";
            const char *one = J("{%s'%s':'%s'}", title, fields[f], kinds[k]);
            const char *most = J("{%s'%s':'%s'}", title, fields[f], repeated(kinds[k], 200));
            const char *more = J("{%s'%s':'%s'}", title, fields[f], repeated(kinds[k], 201));
            const struct api_res *r = api_post(admin, "/admin/concerts", most);
            EXPECT(api_post(admin, "/admin/concerts", one), 201);
            EXPECT(r, 201);
            EXPECT_FIELD(api_post(admin, "/admin/concerts", more), 400, "INVALID_FIELD", fields[f]);
            if (strcmp(kinds[k], "\\u00e9") == 0)
                CHECK_STR(STR(r, fields[f]), repeated("\xC3\xA9", 200));
            else if (kinds[k][0] != '\\')
                CHECK_STR(STR(r, fields[f]), repeated(kinds[k], 200));
        }
    }
}

static void test_length_of_a_message(void)
{
    const char *admin = token_admin(), *c = "\xED\x95\x9C";
    EXPECT(api_post(admin, "/admin/concerts",
                    J("{'title':'x','queue':{'message':{'ko':'%s','en':'%s'}}}", repeated(c, 1000),
                      repeated("e", 1000))),
           201);
    EXPECT_FIELD(
        api_post(admin, "/admin/concerts",
                 J("{'title':'x','queue':{'message':{'ko':'%s','en':'x'}}}", repeated(c, 1001))),
        400, "INVALID_FIELD", "ko");
    EXPECT_FIELD(
        api_post(admin, "/admin/concerts",
                 J("{'title':'x','queue':{'message':{'ko':'x','en':'%s'}}}", repeated("e", 1001))),
        400, "INVALID_FIELD", "en");
}

static void test_length_of_a_name(void)
{
    const char *service = token_service();
    EXPECT(api_post(service, "/users", J("{'name':'%s'}", repeated("\xED\x95\x9C", 200))), 201);
    EXPECT_FIELD(api_post(service, "/users", J("{'name':'%s'}", repeated("x", 201))), 400,
                 "INVALID_FIELD", "name");
}

SUITE(bad_fields, TEST(test_charge), TEST(test_join), TEST(test_hold),
      TEST(test_hold_that_names_a_seat_twice), TEST(test_payment), TEST(test_new_user),
      TEST(test_new_concert), TEST(test_new_schedule), TEST(test_new_schedule_without_seats),
      TEST(test_times), TEST(test_good_times), TEST(test_lengths_count_characters),
      TEST(test_length_of_a_message), TEST(test_length_of_a_name));
