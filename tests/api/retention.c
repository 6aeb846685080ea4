/* What is old is deleted while people join. */
#include "sql.h"
#include "suite.h"
#include "world.h"

enum { OLD_ROWS = 6000, BATCH = 20 };

static int64_t rows(int64_t concert)
{
    return sql_int("SELECT COUNT(*) FROM queue_token WHERE concert_id = %lld", (long long)concert);
}

/* Rows of people whose sessions were over a month ago. */
static int64_t old_evening(void)
{
    int64_t concert = world_queue("");
    sql_run("INSERT INTO queue_token (concert_id, user_id, ticket, status, created_at, expires_at, "
            "ended_at) SELECT %lld, UNHEX(LEFT(SHA2(CONCAT('%lld:', n.i), 256), 32)), "
            "n.i + 1, CASE WHEN MOD(n.i, 2) = 0 THEN 'FINISHED' ELSE 'EXPIRED' END, "
            "NOW(3) - INTERVAL 31 DAY, NOW(3) - INTERVAL 30 DAY, NOW(3) - INTERVAL 30 DAY FROM "
            "(SELECT a.d * 10000 + b.d * 1000 + c.d * 100 + d.d * 10 + e.d AS i FROM digit a, "
            "digit b, digit c, digit d, digit e) n WHERE n.i < %d",
            (long long)concert, (long long)concert, OLD_ROWS);
    return concert;
}

/* Joins of BATCH people at once; how many got 201. */
static int64_t joined(int64_t concert)
{
    struct api_req reqs[BATCH];
    int64_t n = 0;
    for (size_t i = 0; i < BATCH; i++)
        reqs[i] = (struct api_req){.method = "POST",
                                   .path = "/queue/tokens",
                                   .token = token_user(token_uuid(), NULL),
                                   .body = J("{'concertId':%lld}", (long long)concert)};
    const struct api_res **r = api_send_all(reqs, BATCH);
    for (size_t i = 0; i < BATCH; i++)
        n += EXPECT(r[i], 201);
    return n;
}

static void test_people_join_while_old_rows_go(void)
{
    int64_t concert = world_paused(""), old = old_evening(), n = 0;
    CHECK_INT(rows(old), OLD_ROWS);
    for (double end = api_now() + 30; rows(old) > 0 && api_now() < end; api_pause()) {
        n += joined(concert);
        if (n % BATCH != 0)
            break;
    }
    CHECK_INT(rows(old), 0);
    CHECK_INT(rows(concert), n);
}

SUITE(retention, TEST(test_people_join_while_old_rows_go));
