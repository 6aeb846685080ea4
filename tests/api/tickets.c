/*
 * Tickets to a show: as JSON and as a picture, whose code is read here by another program, for
 * whom they are and for what; the keys that anyone has; and what the operator's tool says of them
 * at the door.
 */
#include "suite.h"
#include "world.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#define SVG "image/svg+xml"

static const char *ticket_path(int64_t reservation)
{
    return F("/reservations/%lld/ticket", (long long)reservation);
}

static const struct api_res *get_ticket(const char *token, int64_t reservation)
{
    return api_get(token, ticket_path(reservation));
}

/* The same with Accept and Accept-Language. */
static const struct api_res *get_as(const char *token, int64_t reservation, const char *accept,
                                    const char *language)
{
    return api_send(&(struct api_req){.path = ticket_path(reservation),
                                      .token = token,
                                      .language = language,
                                      .headers = {F("Accept: %s", accept)}});
}

/* Runs a shell's command; the exit status, what it printed in *output. */
static int shell(const char **output, const char *command)
{
    char *text = api_alloc(65536);
    FILE *from = popen(command, "r");
    int status;

    NEED(from != NULL, "%s", command);
    text[fread(text, 1, 65535, from)] = '\0';
    status = pclose(from);
    *output = text;
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

/* frontrow ticket with these words, on this host's configuration. */
static int tool(const char **output, const char *words)
{
    return shell(output, F("'%s/frontrow' --config '%s/frontrow.conf' ticket %s 2>&1", api_build,
                           api_state, words));
}

/* --- JSON --- */

static void test_a_ticket(void)
{
    struct stage s = world_stage();
    int64_t id = world_bought(&s.u[0], s.schedule, "1,2,3,7");
    const struct api_res *paid = api_get(s.u[0].token, F("/reservations/%lld", (long long)id));
    const struct api_res *r = get_ticket(s.u[0].token, id), *part;

    EXPECT_NEED(r, 200);
    SHAPE(r, "", "reservationId:i ticket:s");
    CHECK_INT(INT(r, "reservationId"), id);
    CHECK_STR(api_header(r, "Content-Type"), "application/json");
    CHECK_STR(api_header(r, "Cache-Control"), "no-store");
    CHECK(strstr(r->head, "Vary: Accept, Accept-Language") != NULL, "%s", r->head);
    part = token_part(STR(r, "ticket"), 0);
    SHAPE(part, "", "alg:s kid:s");
    CHECK_STR(STR(part, "alg"), "ES256");
    part = token_part(STR(r, "ticket"), 1);
    SHAPE(part, "", "aud:s rid:i sid:i cid:i at:i seats:s iat:i");
    CHECK_STR(STR(part, "aud"), "frontrow:ticket");
    CHECK_INT(INT(part, "rid"), id);
    CHECK_INT(INT(part, "sid"), s.schedule);
    CHECK_INT(INT(part, "cid"), s.concert);
    CHECK_STR(STR(part, "seats"), "1-3,7");
    CHECK_INT(INT(part, "at"), TIME(paid, "startsAt") / 1000);
    CHECK_INT(INT(part, "iat"), TIME(paid, "paidAt") / 1000);
    CHECK(!strstr(part->body, s.u[0].id), "%s", part->body);
}

static void test_a_ticket_says_the_same_again(void)
{
    struct stage s = world_stage();
    int64_t id = world_bought(&s.u[0], s.schedule, "1");
    const struct api_res *one = get_ticket(s.u[0].token, id), *two;

    EXPECT_NEED(one, 200);
    two = get_ticket(s.u[0].token, id);
    CHECK_STR(token_part(STR(one, "ticket"), 1)->body, token_part(STR(two, "ticket"), 1)->body);
    CHECK_STR(token_part(STR(one, "ticket"), 0)->body, token_part(STR(two, "ticket"), 0)->body);
}

static void test_a_ticket_is_its_owners(void)
{
    struct stage s = world_stage();
    int64_t id = world_bought(&s.u[0], s.schedule, "1"), elsewhere = world_queue("");
    struct user again = s.u[0], there = s.u[0];

    EXPECT_ERROR(get_ticket(s.u[1].token, id), 404, "RESERVATION_NOT_FOUND");
    EXPECT_ERROR(get_ticket(s.u[1].queue, id), 404, "RESERVATION_NOT_FOUND");
    EXPECT_ERROR(get_ticket(token_service(), id), 404, "RESERVATION_NOT_FOUND");
    EXPECT_ERROR(get_ticket(s.u[0].token, INT64_MAX), 404, "RESERVATION_NOT_FOUND");
    EXPECT_ERROR(api_get(s.u[0].token, "/reservations/x/ticket"), 404, "RESERVATION_NOT_FOUND");
    EXPECT_ERROR(get_ticket(NULL, id), 401, "TOKEN_MISSING");
    /* The payment has finished that one. */
    EXPECT_ERROR(get_ticket(s.u[0].queue, id), 410, "QUEUE_TOKEN_EXPIRED");
    world_join(&again, s.concert);
    EXPECT(get_ticket(again.queue, id), 200);
    world_join(&there, elsewhere);
    EXPECT_ERROR(get_ticket(there.queue, id), 403, "WRONG_CONCERT");
}

static void test_what_is_not_confirmed_has_none(void)
{
    struct stage s = world_stage();
    int64_t concert = world_concert("'holdSeconds':1"), schedule = world_schedule(concert, 2, 0);
    int64_t pending = world_held(&s.u[0], s.schedule, "1"),
            canceled = world_held(&s.u[0], s.schedule, "2"),
            refunded = world_bought(&s.u[1], s.schedule, "3"), expired;
    struct user u = world_user();

    EXPECT_ERROR(get_ticket(s.u[0].token, pending), 409, "NOT_CONFIRMED");
    EXPECT_ERROR(get_ticket(s.u[0].queue, pending), 409, "NOT_CONFIRMED");
    EXPECT_ERROR(get_as(s.u[0].token, pending, SVG, NULL), 409, "NOT_CONFIRMED");
    EXPECT_NEED(api_delete(s.u[0].token, F("/reservations/%lld", (long long)canceled)), 204);
    EXPECT_ERROR(get_ticket(s.u[0].token, canceled), 409, "NOT_CONFIRMED");
    EXPECT_NEED(api_post(s.u[1].token, F("/reservations/%lld/refund", (long long)refunded), NULL),
                200);
    EXPECT_ERROR(get_ticket(s.u[1].token, refunded), 409, "NOT_CONFIRMED");
    /* Somebody else's is none, whatever its state. */
    EXPECT_ERROR(get_ticket(s.u[2].token, pending), 404, "RESERVATION_NOT_FOUND");
    world_enter(&u, 1, concert);
    expired = world_held(&u, schedule, "1");
    EXPECT_ERROR(get_ticket(u.token, expired), 409, "NOT_CONFIRMED");
    UNTIL(10, strcmp(STR(api_get(u.token, F("/reservations/%lld", (long long)expired)), "status"),
                     "EXPIRED") == 0);
    EXPECT_ERROR(get_ticket(u.token, expired), 409, "NOT_CONFIRMED");
}

static void test_a_ticket_is_no_token(void)
{
    struct stage s = world_stage();
    int64_t id = world_bought(&s.u[0], s.schedule, "1");
    const char *ticket = F("%s", STR(get_ticket(s.u[0].token, id), "ticket"));

    EXPECT_ERROR(get_ticket(ticket, id), 401, "TOKEN_INVALID");
    EXPECT_ERROR(api_get(ticket, "/queue/tokens/me"), 401, "TOKEN_INVALID");
    EXPECT_ERROR(api_get(ticket, "/users/me/balance"), 401, "TOKEN_INVALID");
    EXPECT_ERROR(api_get(ticket, "/admin/audit"), 401, "TOKEN_INVALID");
}

/* --- The picture --- */

/* What a reader of codes sees in the picture that an answer is. */
static const char *scanned(const struct api_res *r)
{
    char path[] = "/tmp/frontrow-test-XXXXXX";
    int fd = mkstemp(path);
    const char *text;

    NEED(fd >= 0, "%s", path);
    NEED(write(fd, r->body, r->len) == (ssize_t)r->len && close(fd) == 0, "%s", path);
    CHECK_INT(shell(&text, F("rsvg-convert --zoom 2 '%s' | zbarimg --quiet --raw -Sdisable "
                             "-Sqrcode.enable png:- 2>/dev/null",
                             path)),
              0);
    unlink(path);
    return F("%.*s", (int)strcspn(text, "\n"), text);
}

static void test_a_picture(void)
{
    int64_t concert = world_concert(NULL);
    int64_t schedule =
        world_schedule_with(concert, "'startsAt':'2099-01-01T12:00:00Z','sections':[{'name':'R<1>',"
                                     "'rows':2,'seatsPerRow':3,'price':0}]");
    struct user u = world_user();
    const struct api_res *r, *json;
    const char *text, *output;
    int64_t id;

    EXPECT_NEED(api_patch(token_admin(), F("/admin/concerts/%lld", (long long)concert),
                          "{\"title\":\"<Night> & \\\"Day\\\" ]]>\",\"artist\":\"A&B\"}"),
                200);
    world_enter(&u, 1, concert);
    id = world_bought(&u, schedule, "2,4,5");
    json = get_ticket(u.token, id);
    r = get_as(u.token, id, SVG, "en");
    EXPECT_NEED(r, 200);
    CHECK_STR(api_header(r, "Content-Type"), SVG);
    CHECK_STR(api_header(r, "Cache-Control"), "no-store");
    CHECK(strstr(r->head, "Vary: Accept, Accept-Language") != NULL, "%s", r->head);
    CHECK_STR(api_header(r, "Content-Language"), "en");
    CHECK(strstr(r->body, "role=\"img\"") && strstr(r->body, "<title") && strstr(r->body, "<desc"),
          "%s", r->body);
    CHECK(strstr(r->body, "&lt;Night&gt; &amp; &quot;Day&quot; ]]&gt;") != NULL, "%s", r->body);
    CHECK(strstr(r->body, ">R&lt;1&gt;<") && strstr(r->body, ">A&amp;B<"), "%s", r->body);
    CHECK(strstr(r->body, F(">Reservation %lld<", (long long)id)) != NULL, "%s", r->body);
    CHECK(strstr(r->body, " KST<") != NULL, "%s", r->body);
    text = scanned(r);
    CHECK_STR(token_part(text, 1)->body, token_part(STR(json, "ticket"), 1)->body);
    CHECK_INT(tool(&output, F("check %s", text)), 0);
    CHECK(strstr(output, "seats 2,4-5 ") != NULL, "%s", output);
    r = get_as(u.token, id, SVG, "ko");
    CHECK_STR(api_header(r, "Content-Language"), "ko");
    CHECK(strstr(r->body, F(">예매 번호 %lld<", (long long)id)) != NULL, "%s", r->body);
}

static void test_the_largest_ticket_can_be_scanned(void)
{
    int64_t concert = world_concert("'maxSeatsPerUser':100");
    int64_t schedule = world_schedule(concert, 1000, 0);
    struct user u = world_user();
    const char *seats = "", *output;
    const struct api_res *r;
    int64_t id;

    for (int i = 0; i < 100; i++)
        seats = F("%s%s%d", seats, i ? "," : "", 800 + 2 * i);
    world_enter(&u, 1, concert);
    id = world_bought(&u, schedule, seats);
    r = get_as(u.token, id, SVG, "en");
    EXPECT_NEED(r, 200);
    CHECK(strstr(r->body, ">and 93 more<") != NULL, "%s", r->body);
    CHECK_INT(tool(&output, F("check %s", scanned(r))), 0);
    CHECK(strstr(output, F(" seats %s ", seats)) != NULL, "%s", output);
}

static void test_the_form_is_the_one_that_is_wanted_most(void)
{
    static const struct {
        const char *accept;
        bool svg;
    } rows[] = {
        {"*/*", false},
        {"application/json", false},
        {SVG, true},
        {"image/*", true},
        {SVG ";q=0.5, application/json", false},
        {SVG ", application/json;q=0.5", true},
        {SVG ";q=0", false},
        {"image/avif,image/webp,image/apng,image/svg+xml,image/*,*/*;q=0.8", true},
        {"text/html", false},
    };
    struct stage s = world_stage();
    int64_t id = world_bought(&s.u[0], s.schedule, "1");

    for (size_t i = 0; i < COUNT(rows); i++) {
        const struct api_res *r = get_as(s.u[0].token, id, rows[i].accept, NULL);

        EXPECT(r, 200);
        CHECK(strstr(api_header(r, "Content-Type"), rows[i].svg ? SVG : "json") != NULL, "%s: %s",
              rows[i].accept, r->head);
    }
}

/* --- Keys --- */

static void test_anyone_has_the_keys(void)
{
    struct stage s = world_stage();
    int64_t id = world_bought(&s.u[0], s.schedule, "1");
    const char *ticket = STR(get_ticket(s.u[0].token, id), "ticket");
    const struct api_res *r = api_get(NULL, "/tickets/keys");

    EXPECT_NEED(r, 200);
    SHAPE(r, "", "keys:a");
    SHAPE(r, "keys.0", "kty:s crv:s use:s alg:s kid:s x:s y:s");
    CHECK_STR(api_header(r, "Content-Type"), "application/jwk-set+json");
    CHECK_STR(api_header(r, "Cache-Control"), "public, max-age=300");
    CHECK_STR(STR(r, "keys.0.kid"), STR(token_part(ticket, 0), "kid"));
    CHECK_INT((int64_t)strlen(STR(r, "keys.0.x")), 43);
    EXPECT(api_send(&(struct api_req){.method = "HEAD", .path = "/tickets/keys"}), 200);
}

/* --- The operator's tool --- */

/* A ticket, bought and fetched. */
static const char *bought(const struct user *u, int64_t schedule, const char *seats, int64_t *id)
{
    *id = world_bought(u, schedule, seats);
    return F("%s", STR(get_ticket(u->token, *id), "ticket"));
}

static void test_the_tool_checks(void)
{
    struct stage s = world_stage();
    int64_t id;
    const char *ticket = bought(&s.u[0], s.schedule, "1", &id), *output, *keys;

    CHECK_INT(tool(&output, F("check %s", ticket)), 0);
    CHECK(strncmp(output, F("OK  reservation %lld,", (long long)id), strlen("OK  reservation 1")) ==
              0,
          "%s", output);
    CHECK_INT(tool(&output, F("check %sx", ticket)), 1);
    CHECK(strncmp(output, "NO  ", 4) == 0, "%s", output);
    CHECK_INT(tool(&output, F("check %s", s.u[0].token)), 1);
    CHECK_INT(tool(&output, F("check %s", s.u[0].queue)), 1);
    CHECK_INT(tool(&output, F("check --schedule %lld %s", (long long)s.schedule, ticket)), 0);
    CHECK_INT(tool(&output, F("check --schedule %lld %s", (long long)s.schedule + 1, ticket)), 1);
    CHECK(strstr(output, "another show") != NULL, "%s", output);
    CHECK_INT(tool(&output, "check"), 2);
    CHECK_INT(tool(&output, F("check --schedule x %s", ticket)), 2);
    /* The keys alone suffice. */
    CHECK_INT(tool(&keys, "keys"), 0);
    CHECK_STR(keys, F("%s\n", api_get(NULL, "/tickets/keys")->body));
    CHECK_INT(
        shell(&output, F("d=$(mktemp) && printf %%s '%s' >\"$d\" && '%s/frontrow' --config /none "
                         "ticket check --jwks \"$d\" %s; s=$?; rm -f \"$d\"; exit $s",
                         keys, api_build, ticket)),
        0);
    CHECK_INT(shell(&output, F("'%s/frontrow' --config /none ticket check --jwks /dev/null %s 2>&1",
                               api_build, ticket)),
              2);
}

static void test_the_tool_checks_line_by_line(void)
{
    struct stage s = world_stage();
    int64_t one, two;
    const char *a = bought(&s.u[0], s.schedule, "1", &one),
               *b = bought(&s.u[1], s.schedule, "2", &two), *output;
    const char *again = STR(get_ticket(s.u[0].token, one), "ticket");
    const char *check =
        F("'%s/frontrow' --config '%s/frontrow.conf' ticket check -", api_build, api_state);

    CHECK(strcmp(a, again) != 0, "%s", a);
    CHECK_INT(shell(&output, F("printf '%%s\\n' '%s' '' ' ' '%s' | %s", a, b, check)), 0);
    CHECK(strstr(output, F("reservation %lld,", (long long)two)) != NULL, "%s", output);
    /* The same reservation, though another signature; a line that never ends; a NUL. */
    CHECK_INT(
        shell(&output, F("{ printf '%%s\\r\\n' '%s' '%s'; head -c 100000 /dev/zero | tr '\\0' A; "
                         "printf '\\nx\\0y\\n%%s' '%s'; } | %s",
                         a, again, b, check)),
        1);
    CHECK(strstr(output, "\nNO  this one came before: ") != NULL, "%s", output);
    CHECK(strstr(output, "\nNO  this is no ticket\nNO  this is no ticket\nOK  ") != NULL, "%s",
          output);
}

static void test_the_tool_asks_whether_a_ticket_still_counts(void)
{
    struct stage s = world_stage();
    int64_t id;
    const char *ticket = bought(&s.u[0], s.schedule, "1", &id), *output;

    CHECK_INT(tool(&output, F("check --online %s", ticket)), 0);
    EXPECT_NEED(api_post(s.u[0].token, F("/reservations/%lld/refund", (long long)id), NULL), 200);
    CHECK_INT(tool(&output, F("check %s", ticket)), 0);
    CHECK_INT(tool(&output, F("check --online %s", ticket)), 1);
    CHECK(strstr(output, "NO  the reservation is REFUNDED") != NULL, "%s", output);
}

static void test_the_tool_shows(void)
{
    struct stage s = world_stage();
    int64_t id, held = world_held(&s.u[1], s.schedule, "2");
    const char *ticket = bought(&s.u[0], s.schedule, "1", &id), *output;

    CHECK_INT(tool(&output, F("show %lld", (long long)id)), 0);
    CHECK_STR(token_part(output, 1)->body, token_part(ticket, 1)->body);
    CHECK_INT(tool(&output, F("show --svg %lld", (long long)id)), 0);
    CHECK(strncmp(output, "<svg ", 5) == 0, "%s", output);
    CHECK_INT(tool(&output, F("show %lld", (long long)held)), 1);
    CHECK(strstr(output, "is not paid") != NULL, "%s", output);
    CHECK_INT(tool(&output, "show 999999999"), 1);
    CHECK_INT(tool(&output, "show 0"), 2);
}

SUITE(tickets, TEST(test_a_ticket), TEST(test_a_ticket_says_the_same_again),
      TEST(test_a_ticket_is_its_owners), TEST(test_what_is_not_confirmed_has_none),
      TEST(test_a_ticket_is_no_token), TEST(test_a_picture),
      TEST(test_the_largest_ticket_can_be_scanned),
      TEST(test_the_form_is_the_one_that_is_wanted_most), TEST(test_anyone_has_the_keys),
      TEST(test_the_tool_checks), TEST(test_the_tool_checks_line_by_line),
      TEST(test_the_tool_asks_whether_a_ticket_still_counts), TEST(test_the_tool_shows));
