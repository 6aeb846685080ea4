/* The shop of the job's tests, see job_shop.h. */
#include "job_shop.h"

#include "suite.h"

struct job_shop shop;

void shop_open(void)
{
    shop.app = scratch_app();
    app_problem_reset(&shop.app);
    scratch_wipe(shop.app.db);
    CU_ASSERT_EQUAL(db_now(shop.app.db, &shop.base), ERR_OK);
    scratch_set_clock(shop.app.db, shop.base);
    shop.concert = scratch_concert(shop.app.db);
    shop.next_ticket = 1;
}

void shop_close(void)
{
    CU_ASSERT(scratch_is_sound(&shop.app));
    scratch_wipe(shop.app.db);
    scratch_app_close(&shop.app);
}

void shop_settings(int count, int interval, int cap, int session, int claim)
{
    scratch_sql(shop.app.db,
                "UPDATE queue_state SET admit_count = %d, admit_interval_seconds = %d, "
                "max_active = %d, session_seconds = %d, claim_seconds = %d",
                count, interval, cap, session, claim);
}

void shop_join(int n)
{
    for (int i = 0; i < n; i++) {
        struct uuid user;
        uuid_random(&user);
        scratch_sql(shop.app.db,
                    "INSERT INTO queue_token (concert_id, user_id, ticket, status, created_at, "
                    "expires_at) VALUES (%lld, %s, %lld, 'WAITING', NOW(3), "
                    "NOW(3) + INTERVAL 1 DAY)",
                    (long long)shop.concert, scratch_hex(&user), (long long)shop.next_ticket++);
    }
}

int64_t shop_tick(int64_t ms)
{
    scratch_set_clock(shop.app.db, shop.base + ms);
    enum err e = job_tick(&shop.app, "the test", &shop.report);
    CU_ASSERT_EQUAL(e, ERR_OK);
    CU_ASSERT(shop.report.lease);
    return shop.report.admitted;
}

int64_t shop_tokens(const char *status)
{
    return scratch_int(shop.app.db, "SELECT COUNT(*) FROM queue_token WHERE status = '%s'", status);
}

int64_t shop_state(const char *column)
{
    return scratch_int(shop.app.db, "SELECT %s FROM queue_state WHERE concert_id = %lld", column,
                       (long long)shop.concert);
}
