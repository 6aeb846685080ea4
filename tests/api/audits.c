/* What operators do for somebody else: looked up, done, and written down. */
#include "suite.h"
#include "world.h"

#include <string.h>

/* An operator of the test's own, whose entries are told apart from those of other tests. */
struct operator
{
    const char *id, *token;
};

static struct operator new_operator(void)
{
    const char *id = token_uuid();

    return (struct operator){id, token_user(id, "admin")};
}

/* Where the newest entry of the operator is in the record, after counting all of theirs that are
 * there; NULL if there is none. Other tests write meanwhile. */
static const char *newest(const struct operator* o, const struct api_res **r, int *count)
{
    const char *at = NULL;

    *r = api_get(token_admin(), "/admin/audit?limit=100");
    *count = 0;
    for (size_t i = 0; i < LEN(*r, "entries"); i++)
        if (strcmp(api_text(*r, F("entries.%zu.actor", i)), o->id) == 0 && (*count)++ == 0)
            at = F("entries.%zu", i);
    return at;
}

static int entries_of(const struct operator* o)
{
    const struct api_res *r;
    int count;

    newest(o, &r, &count);
    return count;
}

static const char *charges_of(const struct user *u)
{
    return F("/users/%s/balance/charges", u->id);
}

static void test_a_charge_for_somebody_else(void)
{
    struct user u = world_user();
    struct operator o = new_operator();
    const struct api_res *r, *charged;
    int count;

    world_charge(&u, 5);
    charged = api_post(o.token, charges_of(&u), J("{'amount':70}"));
    EXPECT(charged, 201);
    const char *at = newest(&o, &r, &count);
    NEED(count == 1, "%d entries", count);
    CHECK_STR(STR(r, F("%s.action", at)), "wallet.charge");
    CHECK_STR(STR(r, F("%s.target", at)), F("user/%s", u.id));
    SHAPE(r, F("%s.before", at), "userId:u balance:i");
    SHAPE(r, F("%s.after", at), "userId:u amount:i entryId:i balance:i");
    CHECK_STR(STR(r, F("%s.before.userId", at)), u.id);
    CHECK_STR(STR(r, F("%s.after.userId", at)), u.id);
    CHECK_INT(INT(r, F("%s.before.balance", at)), 5);
    CHECK_INT(INT(r, F("%s.after.balance", at)), 75);
    CHECK_INT(INT(r, F("%s.after.amount", at)), 70);
    CHECK_INT(INT(r, F("%s.after.entryId", at)), INT(charged, "entryId"));
}

static void test_a_charge_is_written_down_once(void)
{
    struct user u = world_user();
    struct operator o = new_operator();
    const char *key = api_unique();

    world_charge(&u, 1);
    EXPECT(api_post_key(o.token, charges_of(&u), J("{'amount':3}"), key), 201);
    const struct api_res *again = api_post_key(o.token, charges_of(&u), J("{'amount':3}"), key);
    EXPECT(again, 201);
    CHECK_STR(api_header(again, "Idempotent-Replayed"), "true");
    CHECK_INT(entries_of(&o), 1);
    EXPECT_FIELD(api_post(o.token, charges_of(&u), J("{'amount':0}")), 400, "INVALID_FIELD",
                 "amount");
    EXPECT_ERROR(api_post(o.token, F("/users/%s/balance/charges", token_uuid()), J("{'amount':3}")),
                 404, "USER_NOT_FOUND");
    CHECK_INT(entries_of(&o), 1);
    CHECK_INT(world_balance(&u), 4);
}

static void test_who_is_no_operator_is_not_written_down(void)
{
    struct user u = world_user();
    struct operator service = {token_uuid(), NULL}, own = {u.id, token_user(u.id, "admin")};

    service.token = token_user(service.id, "service wallet:charge");
    EXPECT(api_post(u.token, charges_of(&u), J("{'amount':3}")), 201);
    EXPECT(api_post(service.token, charges_of(&u), J("{'amount':3}")), 201);
    EXPECT(api_post(own.token, charges_of(&u), J("{'amount':3}")), 201);
    CHECK_INT(entries_of(&service), 0);
    CHECK_INT(entries_of(&own), 0);
    CHECK_INT(world_balance(&u), 9);
}

static const struct api_res *refund(const char *token, int64_t reservation)
{
    return api_post(token, F("/reservations/%lld/refund", (long long)reservation), NULL);
}

static void test_a_refund_for_somebody_else(void)
{
    struct stage s = world_stage();
    struct operator o = new_operator();
    int64_t id = world_bought(&s.u[0], s.schedule, "1,2");
    const struct api_res *r;
    int count;

    world_charge(&s.u[0], 11);
    EXPECT(refund(o.token, id), 200);
    EXPECT_ERROR(refund(o.token, id), 409, "NOT_REFUNDABLE");
    const char *at = newest(&o, &r, &count);
    NEED(count == 1, "%d entries", count);
    CHECK_STR(STR(r, F("%s.action", at)), "reservation.refund");
    CHECK_STR(STR(r, F("%s.target", at)), F("reservation/%lld", (long long)id));
    SHAPE(r, F("%s.before", at), "userId:u reservationId:i status:s balance:i");
    SHAPE(r, F("%s.after", at), "userId:u reservationId:i status:s amount:i balance:i");
    CHECK_STR(STR(r, F("%s.before.status", at)), "CONFIRMED");
    CHECK_STR(STR(r, F("%s.after.status", at)), "REFUNDED");
    CHECK_INT(INT(r, F("%s.before.balance", at)), 11);
    CHECK_INT(INT(r, F("%s.after.balance", at)), 11 + 2 * STAGE_PRICE);
    CHECK_INT(INT(r, F("%s.after.amount", at)), 2 * STAGE_PRICE);
    CHECK_STR(STR(r, F("%s.after.userId", at)), s.u[0].id);
}

static void test_a_refund_by_its_owner_or_the_site(void)
{
    struct stage s = world_stage();
    struct operator service = {token_uuid(), NULL}, own = {s.u[1].id, NULL};

    service.token = token_user(service.id, "service");
    own.token = token_user(own.id, "admin");
    EXPECT(refund(service.token, world_bought(&s.u[0], s.schedule, "1")), 200);
    EXPECT(refund(own.token, world_bought(&s.u[1], s.schedule, "2")), 200);
    CHECK_INT(entries_of(&service), 0);
    CHECK_INT(entries_of(&own), 0);
}

static void test_a_reservation_by_its_number(void)
{
    struct stage s = world_stage();
    int64_t id = world_held(&s.u[0], s.schedule, "3,1");
    const char *path = F("/admin/reservations/%lld", (long long)id);
    const struct api_res *r = api_get(token_admin(), path);

    EXPECT(r, 200);
    CHECK_STR(r->body, api_get(s.u[0].token, F("/reservations/%lld", (long long)id))->body);
    CHECK_STR(STR(r, "userId"), s.u[0].id);
    EXPECT_ERROR(api_get(token_service(), path), 403, "FORBIDDEN");
    EXPECT_ERROR(api_get(s.u[0].token, path), 403, "FORBIDDEN");
    EXPECT_ERROR(api_get(token_admin(), "/admin/reservations/999999999"), 404,
                 "RESERVATION_NOT_FOUND");
    EXPECT_ERROR(api_get(token_admin(), "/admin/reservations/0"), 404, "RESERVATION_NOT_FOUND");
}

static void test_the_record_as_csv(void)
{
    struct operator o = new_operator();
    const char *row, *title = F("=1+1,%s", api_unique());

    for (int i = 0; i < 3; i++)
        EXPECT(api_post(o.token, "/admin/concerts", J("{'title':'%s'}", title)), 201);
    const struct api_req req = {
        .path = "/admin/audit", .token = token_admin(), .headers = {"Accept: text/csv"}};
    const struct api_res *r = api_send(&req);
    EXPECT(r, 200);
    CHECK_STR(api_header(r, "Content-Type"), "text/csv; charset=utf-8");
    CHECK_STR(api_header(r, "Content-Disposition"), "attachment; filename=\"audit.csv\"");
    CHECK(strncmp(r->body, "auditId,at,actor,action,target,before,after\r\n", 45) == 0, "%.80s",
          r->body);
    int found = 0;
    for (row = r->body; (row = strstr(row, F("Z,%s,concert.create,concert/", o.id))); row++)
        found++;
    CHECK_INT(found, 3);
    CHECK(strstr(r->body, F("\"\"title\"\":\"\"%s\"\"", title)) != NULL, "%s", title);
    CHECK(strstr(r->body, "\r\n1,2") != NULL, "the first entry is not there");
}

SUITE(audits, TEST(test_a_charge_for_somebody_else), TEST(test_a_charge_is_written_down_once),
      TEST(test_who_is_no_operator_is_not_written_down), TEST(test_a_refund_for_somebody_else),
      TEST(test_a_refund_by_its_owner_or_the_site), TEST(test_a_reservation_by_its_number),
      TEST(test_the_record_as_csv));
