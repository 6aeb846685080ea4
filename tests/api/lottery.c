/*
 * The pre-queue: no numbers before the opening, then an order that follows from a seed which was
 * fixed beforehand, and who comes later behind it.
 */
#include "check.h"
#include "suite.h"
#include "world.h"

#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define TICKET_MEMBERS                                                                             \
    "userId:u concertId:i ticket:i? status:s position:i? estimatedWaitSeconds:i? "                 \
    "pollAfterSeconds:i sessionExpiresAt:t?"
#define JOINED_MEMBERS "token:s tokenType:s " TICKET_MEMBERS

static const struct api_res *document(int64_t concert)
{
    return api_get(NULL, F("/queue/concerts/%lld", (long long)concert));
}

static const char *admin_path(int64_t concert)
{
    return F("/admin/concerts/%lld", (long long)concert);
}

/* A concert that opens so many seconds from now; a negative number is for the past. */
static int64_t opening_in(double seconds, const char *queue_members)
{
    int64_t at = api_wall_ms() + (int64_t)(seconds * 1000);
    return world_queue(F("'opensAt':'%s'%s%s", api_time(at), queue_members ? "," : "",
                         queue_members ? queue_members : ""));
}

static void set_opening(int64_t concert, const char *value)
{
    EXPECT_NEED(api_patch(token_admin(), admin_path(concert), J("{'queue':{'opensAt':%s}}", value)),
                200);
}

static void open_now(int64_t concert)
{
    set_opening(concert, "null");
}

static void join_early(struct user *u, int64_t concert)
{
    const struct api_res *r = world_try_join(u, concert);
    EXPECT_NEED(r, 201);
    CHECK_STR(STR(r, "status"), "PREQUEUE");
    snprintf(u->queue, sizeof u->queue, "%s", STR(r, "token"));
}

static void join_many(struct user *u, size_t n, int64_t concert)
{
    for (size_t i = 0; i < n; i++) {
        u[i] = world_user();
        join_early(&u[i], concert);
    }
}

/* Polls once; a fresh token takes the place of the old one. Whether there is a number now. */
static bool has_number(struct user *u)
{
    const struct api_res *r = world_poll(u);
    if (r->status != 200 || api_is_null(r, "ticket"))
        return false;
    if (api_has(r, "token")) {
        SHAPE(r, "", JOINED_MEMBERS);
        CHECK_STR(STR(r, "tokenType"), "Bearer");
        snprintf(u->queue, sizeof u->queue, "%s", STR(r, "token"));
    }
    u->ticket = INT(r, "ticket");
    return true;
}

static void await_numbers(struct user *u, size_t n)
{
    for (size_t i = 0; i < n; i++)
        UNTIL(8, has_number(&u[i]));
}

static bool is_early(const struct user *u)
{
    const struct api_res *r = world_poll(u);
    return r->status == 200 && strcmp(api_text(r, "status"), "PREQUEUE") == 0;
}

static void hex_of(const unsigned char *bytes, char out[65])
{
    for (size_t i = 0; i < 32; i++)
        snprintf(out + 2 * i, 3, "%02x", bytes[i]);
}

static bool bytes_of(const char *hex, unsigned char out[32])
{
    if (strlen(hex) != 64 || strspn(hex, "0123456789abcdef") != 64)
        return false;
    for (size_t i = 0; i < 32; i++) {
        char two[3] = {hex[2 * i], hex[2 * i + 1], '\0'};
        out[i] = (unsigned char)strtoul(two, NULL, 16);
    }
    return true;
}

static void rank_of(const struct user *u, const unsigned char seed[32], char out[65])
{
    unsigned char rank[32];
    const char *jti = STR(token_part(u->queue, 1), "jti");
    HMAC(EVP_sha256(), seed, 32, (const unsigned char *)jti, strlen(jti), rank, NULL);
    hex_of(rank, out);
}

static int by_ticket(const void *a, const void *b)
{
    const struct user *x = a, *y = b;
    return (x->ticket > y->ticket) - (x->ticket < y->ticket);
}

/* The numbers of u, from `first` on without a gap, follow the published seed. */
static void check_order(struct user *u, size_t n, int64_t concert, int64_t first)
{
    unsigned char seed[32], hash[32];
    char shown[65], before[65] = "", rank[65];
    const struct api_res *r;
    UNTIL(3, !api_is_null(document(concert), "lottery.seed"));
    r = document(concert);
    NEED(bytes_of(STR(r, "lottery.seed"), seed), "seed %s", STR(r, "lottery.seed"));
    EVP_Digest(seed, 32, hash, NULL, EVP_sha256(), NULL);
    hex_of(hash, shown);
    CHECK_STR(STR(r, "lottery.seedHash"), shown);
    qsort(u, n, sizeof *u, by_ticket);
    for (size_t i = 0; i < n; i++) {
        CHECK_INT(u[i].ticket, first + (int64_t)i);
        rank_of(&u[i], seed, rank);
        CHECK(strcmp(before, rank) < 0, "number %lld: %s after %s", (long long)u[i].ticket, rank,
              before);
        memcpy(before, rank, sizeof before);
    }
}

static void test_before_the_opening(void)
{
    struct user u = world_user();
    int64_t at = api_wall_ms() + 600000;
    const struct api_res *r =
        api_post(token_admin(), "/admin/concerts",
                 J("{'title':'Early','queue':{'opensAt':'%s'}}", api_time(at)));
    EXPECT_NEED(r, 201);
    CHECK_STR(STR(r, "queue.state"), "PREQUEUE");
    CHECK_STR(STR(r, "queue.opensAt"), api_time(at));
    int64_t concert = INT(r, "concertId");
    r = document(concert);
    CHECK_STR(STR(r, "state"), "PREQUEUE");
    CHECK_STR(STR(r, "opensAt"), api_time(at));
    SHAPE(r, "lottery", "seedHash:s seed:n");
    CHECK_INT((int64_t)strspn(STR(r, "lottery.seedHash"), "0123456789abcdef"), 64);

    r = world_try_join(&u, concert);
    EXPECT_NEED(r, 201);
    SHAPE(r, "",
          "token:s tokenType:s userId:u concertId:i ticket:n status:s position:n "
          "estimatedWaitSeconds:n pollAfterSeconds:i sessionExpiresAt:n");
    CHECK_STR(STR(r, "status"), "PREQUEUE");
    snprintf(u.queue, sizeof u.queue, "%s", STR(r, "token"));
    CHECK(!api_has(token_part(u.queue, 1), "tkt"), "a number in the token");
    r = world_try_join(&u, concert);
    EXPECT(r, 200);
    CHECK_STR(STR(r, "status"), "PREQUEUE");

    r = world_poll(&u);
    EXPECT_NEED(r, 200);
    SHAPE(r, "",
          "userId:u concertId:i ticket:n status:s position:n estimatedWaitSeconds:n "
          "pollAfterSeconds:i sessionExpiresAt:n");
    CHECK_INT(api_header_int(r, "Retry-After"), INT(r, "pollAfterSeconds"));
    CHECK(INT(r, "pollAfterSeconds") >= 15 && INT(r, "pollAfterSeconds") <= 30, "%lld",
          (long long)INT(r, "pollAfterSeconds"));
    r = api_get(u.queue, F("/concerts/%lld/schedules", (long long)concert));
    EXPECT_ERROR(r, 403, "NOT_ADMITTED");
    UNTIL(4, INT(document(concert), "waiting") == 1);
    CHECK_INT(INT(document(concert), "lastTicket"), 0);
    CHECK_STR(STR(api_get(token_admin(), admin_path(concert)), "queue.state"), "PREQUEUE");
}

static void test_the_order_follows_the_published_seed(void)
{
    enum { EARLY = 60, LATE = 5 };
    struct user u[EARLY], late[LATE];
    int64_t concert = opening_in(4, "'admitCount':7,'admitIntervalSeconds':300,'maxActive':0");
    const char *hash = STR(document(concert), "lottery.seedHash");
    int64_t opens_at = TIME(document(concert), "opensAt");
    join_many(u, EARLY, concert);
    NEED(api_wall_ms() < opens_at, "joining took too long");
    api_wait_for(opens_at + 20);
    for (int i = 0; i < LATE; i++) {
        late[i] = world_user();
        EXPECT_NEED(world_try_join(&late[i], concert), 201);
        snprintf(late[i].queue, sizeof late[i].queue, "%s",
                 STR(world_try_join(&late[i], concert), "token"));
    }
    await_numbers(u, EARLY);
    await_numbers(late, LATE);
    check_order(u, EARLY, concert, 1);
    CHECK_STR(STR(document(concert), "lottery.seedHash"), hash);
    for (int i = 0; i < LATE; i++)
        CHECK_INT(late[i].ticket, EARLY + 1 + i);
    for (int i = 0; i < 7; i++)
        UNTIL(4, world_is_active(&u[i]));
    CHECK(!world_is_active(&u[7]), "one more than a batch was let in");
    UNTIL(3, strcmp(STR(document(concert), "state"), "OPEN") == 0);
    const struct api_res *r = world_poll(&u[7]);
    CHECK(!api_has(r, "token"), "the token has not changed");
    CHECK_INT(INT(r, "position"), 1);
    int64_t left = opens_at + 300000 - r->ended_ms, told = INT(r, "estimatedWaitSeconds") * 1000;
    CHECK(told - left < 1200 && left - told < 1200, "%lld ms, told %lld", (long long)left,
          (long long)told);
}

static void test_an_old_token_still_finds_its_place(void)
{
    struct user u, old;
    int64_t concert = opening_in(600, "'maxActive':1,'claimSeconds':0");
    join_many(&u, 1, concert);
    old = u;
    open_now(concert);
    await_numbers(&u, 1);
    UNTIL(4, world_is_active(&u));
    const struct api_res *r = world_poll(&old);
    EXPECT(r, 200);
    CHECK_STR(STR(r, "status"), "ACTIVE");
    CHECK(api_has(r, "token"), "no fresh token");
    EXPECT(api_get(old.queue, F("/concerts/%lld/schedules", (long long)concert)), 200);
    EXPECT(api_delete(old.queue, "/queue/tokens/me"), 204);
    EXPECT_ERROR(world_poll(&u), 410, "QUEUE_TOKEN_EXPIRED");
    EXPECT_ERROR(world_poll(&old), 410, "QUEUE_TOKEN_EXPIRED");
}

static void test_who_leaves_the_prequeue_takes_no_part(void)
{
    enum { N = 4 };
    struct user u[N];
    int64_t concert = opening_in(600, NULL);
    join_many(u, N, concert);
    EXPECT(api_delete(u[1].queue, "/queue/tokens/me"), 204);
    EXPECT_ERROR(world_poll(&u[1]), 410, "QUEUE_TOKEN_EXPIRED");
    EXPECT_ERROR(api_delete(u[1].queue, "/queue/tokens/me"), 410, "QUEUE_TOKEN_EXPIRED");
    UNTIL(4, INT(document(concert), "waiting") == N - 1);
    EXPECT_ERROR(world_poll(&u[1]), 410, "QUEUE_TOKEN_EXPIRED"); /* of the snapshot read anew */
    CHECK(is_early(&u[0]), "who stayed is gone");
    join_early(&u[1], concert); /* comes back with another token: the lottery is not over */
    open_now(concert);
    await_numbers(u, N);
    check_order(u, N, concert, 1);
}

static void test_one_user_has_one_chance(void)
{
    enum { N = 40 };
    struct user u = world_user();
    struct api_req reqs[N];
    int64_t concert = opening_in(600, NULL);
    for (int i = 0; i < N; i++)
        reqs[i] = (struct api_req){.method = "POST",
                                   .token = u.token,
                                   .path = "/queue/tokens",
                                   .body = J("{'concertId':%lld}", (long long)concert)};
    const struct api_res **r = api_send_all(reqs, N);
    int made = 0;
    for (int i = 0; i < N; i++) {
        CHECK(r[i]->status == 200 || r[i]->status == 201, "%ld", r[i]->status);
        made += r[i]->status == 201;
        CHECK_STR(STR(token_part(STR(r[i], "token"), 1), "jti"),
                  STR(token_part(STR(r[0], "token"), 1), "jti"));
    }
    CHECK_INT(made, 1);
    UNTIL(4, INT(document(concert), "waiting") == 1);
}

static void test_hundreds_join_around_the_opening(void)
{
    enum { N = 300 };
    struct user *u = api_alloc(N * sizeof *u);
    struct api_req *reqs = api_alloc(N * sizeof *reqs);
    unsigned char *seen = api_alloc(N + 1);
    int64_t concert = opening_in(1.5, "'admitCount':1,'admitIntervalSeconds':3600,'maxActive':0");
    for (int i = 0; i < N; i++) {
        u[i] = world_user();
        reqs[i] = (struct api_req){.method = "POST",
                                   .token = u[i].token,
                                   .path = "/queue/tokens",
                                   .body = J("{'concertId':%lld}", (long long)concert)};
    }
    for (int from = 0; from < N; from += 50) {
        const struct api_res **r = api_send_all(&reqs[from], 50);
        for (int i = 0; i < 50; i++) {
            EXPECT_NEED(r[i], 201);
            snprintf(u[from + i].queue, sizeof u[0].queue, "%s", STR(r[i], "token"));
        }
        api_wait_for(api_wall_ms() + 400);
    }
    await_numbers(u, N);
    for (int i = 0; i < N; i++) {
        NEED(u[i].ticket >= 1 && u[i].ticket <= N, "number %lld", (long long)u[i].ticket);
        CHECK(!seen[u[i].ticket], "number %lld twice", (long long)u[i].ticket);
        seen[u[i].ticket] = 1;
    }
}

static void test_the_opening_can_be_moved(void)
{
    struct user u[2];
    int64_t concert = opening_in(600, NULL);
    const char *hash = STR(document(concert), "lottery.seedHash");
    int64_t at = api_wall_ms() + 1200000;
    join_many(u, 2, concert);
    set_opening(concert, F("\"%s\"", api_time(at)));
    UNTIL(3, TIME(document(concert), "opensAt") == at);
    CHECK_STR(STR(document(concert), "lottery.seedHash"), hash);
    CHECK(is_early(&u[0]), "the place is lost");
    set_opening(concert, F("\"%s\"", api_time(api_wall_ms() - 60000)));
    await_numbers(u, 2);
    check_order(u, 2, concert, 1);
}

static void test_an_opening_in_the_past_is_none(void)
{
    struct user u = world_user();
    int64_t concert = opening_in(-60, NULL);
    const struct api_res *r = document(concert);
    CHECK_STR(STR(r, "state"), "OPEN");
    CHECK(api_is_null(r, "lottery"), "a lottery without a pre-queue");
    world_join(&u, concert);
    CHECK_INT(u.ticket, 1);
}

static void test_a_running_queue_can_get_a_prequeue(void)
{
    struct user first[2], u[3];
    int64_t concert = world_paused("'admitCount':1,'admitIntervalSeconds':300,'maxActive':0");
    for (int i = 0; i < 2; i++) {
        first[i] = world_user();
        world_join(&first[i], concert);
    }
    set_opening(concert, F("\"%s\"", api_time(api_wall_ms() + 600000)));
    world_set_state(concert, "OPEN");
    join_many(u, 3, concert);
    UNTIL(4, INT(document(concert), "waiting") == 5);
    CHECK(!world_is_active(&first[0]), "let in before the opening");
    CHECK_INT(INT(world_poll(&first[1]), "position"), 2);
    open_now(concert);
    await_numbers(u, 3);
    UNTIL(4, world_is_active(&first[0]));
    qsort(u, 3, sizeof *u, by_ticket);
    CHECK(u[0].ticket > first[1].ticket, "%lld before %lld", (long long)u[0].ticket,
          (long long)first[1].ticket);
    UNTIL(4, INT(world_poll(&u[2]), "position") == 4);
}

static void test_states_before_the_opening(void)
{
    struct user u, v = world_user();
    int64_t concert = opening_in(600, NULL);
    join_many(&u, 1, concert);
    world_set_state(concert, "PAUSED");
    UNTIL(3, strcmp(STR(document(concert), "state"), "PAUSED") == 0);
    join_early(&v, concert);
    world_set_state(concert, "CLOSED");
    UNTIL(3, strcmp(STR(document(concert), "state"), "CLOSED") == 0);
    struct user w = world_user();
    EXPECT_ERROR(world_try_join(&w, concert), 409, "QUEUE_CLOSED");
    EXPECT(world_try_join(&u, concert), 200);
    CHECK(is_early(&u), "the place is lost");
    world_set_state(concert, "OPEN");
    UNTIL(3, strcmp(STR(document(concert), "state"), "PREQUEUE") == 0);
    world_set_state(concert, "PAUSED");
    open_now(concert);
    await_numbers(&u, 1);
    CHECK_STR(STR(world_poll(&u), "status"), "WAITING");
    world_set_state(concert, "OPEN");
    UNTIL(4, world_is_active(&u));
}

SUITE_LONG(lottery, TEST(test_before_the_opening), TEST(test_the_order_follows_the_published_seed),
           TEST(test_an_old_token_still_finds_its_place),
           TEST(test_who_leaves_the_prequeue_takes_no_part), TEST(test_one_user_has_one_chance),
           TEST(test_hundreds_join_around_the_opening), TEST(test_the_opening_can_be_moved),
           TEST(test_an_opening_in_the_past_is_none), TEST(test_a_running_queue_can_get_a_prequeue),
           TEST(test_states_before_the_opening));
