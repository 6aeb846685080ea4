/* What the job deletes because it is old: in batches, and nothing else. */
#include "db_scratch.h"
#include "domain/job_clean.h"
#include "suite.h"

/* The job looks for old rows at every tenth call. */
enum { CALLS_PER_LOOK = 10 };

static struct app app;
static int64_t concert, next_ticket;

static void open_shop(void)
{
    app = scratch_app();
    app_problem_reset(&app);
    scratch_wipe(app.db);
    concert = scratch_concert(app.db);
    next_ticket = 1;
}

static void close_shop(void)
{
    CU_ASSERT(scratch_is_sound(&app));
    scratch_wipe(app.db);
    scratch_app_close(&app);
}

/* `n` rows of `status` whose wait, or session, was over `days` ago. */
static void add(const char *status, int n, int days)
{
    scratch_sql(app.db,
                "INSERT INTO queue_token (concert_id, user_id, ticket, status, created_at, "
                "expires_at, ended_at) SELECT %lld, "
                "UNHEX(LEFT(SHA2(CONCAT('%s', %d, n.i), 256), 32)), %lld + n.i, '%s', "
                "NOW(3) - INTERVAL %d DAY, NOW(3) - INTERVAL %d DAY, "
                "CASE WHEN '%s' = 'WAITING' THEN NULL ELSE NOW(3) END FROM "
                "(SELECT a.d * 1000 + b.d * 100 + c.d * 10 + d.d AS i "
                "FROM digit a, digit b, digit c, digit d) n WHERE n.i < %d ORDER BY n.i",
                (long long)concert, status, days, (long long)next_ticket, status, days, days,
                status, n);
    next_ticket += n;
}

static int64_t rows(const char *table)
{
    return scratch_int(app.db, "SELECT COUNT(*) FROM %s", table);
}

static int64_t tokens(const char *status)
{
    return scratch_int(app.db, "SELECT COUNT(*) FROM queue_token WHERE status = '%s'", status);
}

static int64_t clean(void)
{
    int64_t deleted = 0;
    CU_ASSERT_EQUAL(job_clean(&app, &deleted), ERR_OK);
    return deleted;
}

/* Calls it until it has looked and deleted something; what it deleted. */
static int64_t clean_once(void)
{
    int64_t deleted = 0;
    for (int i = 0; i < CALLS_PER_LOOK && deleted == 0; i++)
        deleted = clean();
    return deleted;
}

static void test_one_call_deletes_a_part_and_the_next_go_on(void)
{
    const int old = 700 + 5000 + 300, most = JOB_CLEAN_ROWS * JOB_CLEAN_BATCHES;
    open_shop();
    add("WAITING", 3, -1);
    add("FINISHED", 10, 6);
    add("FINISHED", 700, 8);
    add("LEFT", 10, 6);
    add("EXPIRED", 5000, 9);
    add("VOID", 300, 8);
    int64_t sum = clean_once();
    CU_ASSERT(sum >= 1);
    CU_ASSERT(sum <= most);
    CU_ASSERT_EQUAL(rows("queue_token"), 23 + old - sum);
    /* At once, not after ten calls; on a slow machine one call may be over after a kind of which
     * there is nothing. */
    for (int in_vain = 0; sum < old && in_vain < 7;) {
        int64_t n = clean();
        CU_ASSERT(n <= most);
        in_vain = n > 0 ? 0 : in_vain + 1;
        sum += n;
    }
    CU_ASSERT_EQUAL(sum, old);
    CU_ASSERT_EQUAL(clean_once(), 0);
    CU_ASSERT_EQUAL(tokens("WAITING"), 3);
    CU_ASSERT_EQUAL(tokens("FINISHED"), 10);
    CU_ASSERT_EQUAL(tokens("LEFT"), 10);
    close_shop();
}

/* What was deleted before a row that somebody else has locked stays deleted: each batch is a
 * transaction of its own. */
static void test_a_row_in_use_stops_its_own_batch_alone(void)
{
    open_shop();
    struct db *other = scratch_open();
    scratch_sql(app.db, "SET innodb_lock_wait_timeout = 1");
    add("EXPIRED", 4 * JOB_CLEAN_ROWS + 100, 8);
    scratch_sql(other, "BEGIN");
    scratch_sql(other,
                "SELECT 1 FROM queue_token WHERE concert_id = %lld AND ticket = %lld FOR UPDATE",
                (long long)concert, (long long)next_ticket - 1);
    for (int i = 0; i < 40 && tokens("EXPIRED") > 100; i++)
        clean();
    CU_ASSERT_EQUAL(tokens("EXPIRED"), 100);
    scratch_sql(other, "ROLLBACK");
    CU_ASSERT_EQUAL(clean_once(), 100);
    db_free(other);
    close_shop();
}

static void test_keys_admissions_and_events_go_too(void)
{
    open_shop();
    for (int days = 0; days < 2; days++)
        scratch_sql(app.db,
                    "INSERT INTO idempotency VALUES (0x%032d, 'k', REPEAT(0x01, 32), 201, '', "
                    "NOW(3) - INTERVAL %d HOUR)",
                    days, days ? 25 : 23);
    for (int days = 6; days <= 8; days += 2) {
        scratch_sql(app.db,
                    "INSERT INTO admission (concert_id, admitted_at, admitted, active_before, "
                    "max_active, last_ticket) VALUES (%lld, NOW(3) - INTERVAL %d DAY, 1, 0, 0, 1)",
                    (long long)concert, days);
        scratch_sql(app.db,
                    "INSERT INTO outbox (type, created_at) VALUES ('test', "
                    "NOW(3) - INTERVAL %d DAY)",
                    days);
    }
    CU_ASSERT_EQUAL(clean_once(), 3);
    CU_ASSERT_EQUAL(rows("idempotency"), 1);
    CU_ASSERT_EQUAL(rows("admission"), 1);
    CU_ASSERT_EQUAL(rows("outbox"), 1);
    close_shop();
}

SUITE(domain_clean, TEST(test_one_call_deletes_a_part_and_the_next_go_on),
      TEST(test_a_row_in_use_stops_its_own_batch_alone),
      TEST(test_keys_admissions_and_events_go_too));
