/* The soak's plan, its random numbers, and how it follows the database's protocol. */
#include "soak/plan.h"
#include "soak/rng.h"
#include "soak/tap.h"
#include "suite.h"

#include <string.h>

static bool same(const struct plan *a, const struct plan *b)
{
    if (a->count != b->count)
        return false;
    for (size_t i = 0; i < a->count; i++)
        if (a->items[i].at_ms != b->items[i].at_ms || a->items[i].fault != b->items[i].fault ||
            a->items[i].length_ms != b->items[i].length_ms || a->items[i].how != b->items[i].how ||
            a->items[i].every != b->items[i].every)
            return false;
    return true;
}

static void test_a_seed_gives_one_plan(void)
{
    struct plan a, b, c;
    plan_draw(42, 60, FAULT_ALL, &a);
    plan_draw(42, 60, FAULT_ALL, &b);
    plan_draw(43, 60, FAULT_ALL, &c);
    CU_ASSERT(same(&a, &b));
    CU_ASSERT(!same(&a, &c));
    plan_free(&a);
    plan_free(&b);
    plan_free(&c);
}

static void test_a_minute_has_every_fault_within_its_time(void)
{
    struct plan p;
    unsigned dealt = 0;
    plan_draw(7, 60, FAULT_ALL, &p);
    for (size_t i = 0; i < p.count; i++) {
        dealt |= FAULT_BIT(p.items[i].fault);
        CU_ASSERT(p.items[i].at_ms >= 0);
        CU_ASSERT(p.items[i].at_ms + p.items[i].length_ms <= 60000);
        CU_ASSERT(i == 0 || p.items[i].at_ms >= p.items[i - 1].at_ms);
    }
    CU_ASSERT_EQUAL(dealt, FAULT_ALL);
    plan_free(&p);
}

static void test_only_the_faults_that_were_named(void)
{
    struct plan p;
    unsigned faults;
    CU_ASSERT(plan_read_faults("kill-job,cut-after-commit", &faults));
    CU_ASSERT_EQUAL(faults, FAULT_BIT(FAULT_KILL_JOB) | FAULT_BIT(FAULT_CUT_AFTER_COMMIT));
    plan_draw(7, 30, faults, &p);
    CU_ASSERT(p.count > 10);
    for (size_t i = 0; i < p.count; i++)
        CU_ASSERT(faults & FAULT_BIT(p.items[i].fault));
    plan_free(&p);
    CU_ASSERT(plan_read_faults("none", &faults));
    CU_ASSERT_EQUAL(faults, 0);
    CU_ASSERT(plan_read_faults("all", &faults));
    CU_ASSERT_EQUAL(faults, FAULT_ALL);
    CU_ASSERT(!plan_read_faults("kill-job,", &faults));
    CU_ASSERT(!plan_read_faults("kill-everything", &faults));
}

static void test_streams_differ(void)
{
    struct rng a, b;
    rng_begin(&a, 1, 1);
    rng_begin(&b, 1, 2);
    CU_ASSERT_NOT_EQUAL(rng_next(&a), rng_next(&b));
    for (int i = 0; i < 1000; i++) {
        int n = rng_between(&a, 3, 5);
        CU_ASSERT(n >= 3 && n <= 5);
    }
}

/* --- The protocol --- */

static enum tap_kind see(struct tap *t, unsigned char sequence, unsigned char command,
                         const char *text)
{
    size_t len = strlen(text);
    unsigned char packet[128] = {(unsigned char)(len + 1), 0, 0, sequence, command};
    for (size_t i = 0; i < len; i++)
        packet[5 + i] = (unsigned char)text[i];
    return tap_see(t, packet, 5 + len);
}

enum { QUERY = 3, PREPARE = 0x16, EXECUTE = 0x17 };

static void test_a_transaction_is_followed(void)
{
    struct tap t = {0};
    CU_ASSERT_EQUAL(see(&t, 1, QUERY, "COMMIT"), TAP_OTHER); /* of the handshake */
    CU_ASSERT_EQUAL(see(&t, 0, QUERY, "SET NAMES utf8mb4"), TAP_OTHER);
    CU_ASSERT_EQUAL(see(&t, 0, QUERY, "START TRANSACTION"), TAP_BEGIN);
    CU_ASSERT(t.in_transaction);
    CU_ASSERT_EQUAL(see(&t, 0, PREPARE, "INSERT"), TAP_OTHER);
    CU_ASSERT_EQUAL(see(&t, 0, EXECUTE, "x"), TAP_STATEMENT);
    CU_ASSERT_EQUAL(see(&t, 0, EXECUTE, "x"), TAP_STATEMENT);
    CU_ASSERT_EQUAL(t.statements, 2);
    CU_ASSERT_EQUAL(see(&t, 0, QUERY, "COMMIT"), TAP_COMMIT);
    CU_ASSERT(!t.in_transaction);
    see(&t, 0, QUERY, "START TRANSACTION WITH CONSISTENT SNAPSHOT, READ ONLY");
    CU_ASSERT_EQUAL(t.statements, 0);
    CU_ASSERT_EQUAL(see(&t, 0, QUERY, "ROLLBACK"), TAP_ROLLBACK);
    CU_ASSERT(!t.in_transaction);
}

static void test_packets_are_told_apart(void)
{
    const unsigned char two[] = {2, 0, 0, 0, 'a', 'b', 1, 0, 0, 0, 'c'};
    CU_ASSERT_EQUAL(tap_packet(two, sizeof two), 6);
    CU_ASSERT_EQUAL(tap_packet(two + 6, sizeof two - 6), 5);
    CU_ASSERT_EQUAL(tap_packet(two, 5), 0);
    CU_ASSERT_EQUAL(tap_packet(two, 3), 0);
}

SUITE(soak_plan, TEST(test_a_seed_gives_one_plan),
      TEST(test_a_minute_has_every_fault_within_its_time),
      TEST(test_only_the_faults_that_were_named), TEST(test_streams_differ),
      TEST(test_a_transaction_is_followed), TEST(test_packets_are_told_apart));
