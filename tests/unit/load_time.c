/* When things happen in a rehearsal: arrivals and timers. */
#include "load/arrive.h"
#include "load/chance.h"
#include "load/wheel.h"
#include "suite.h"

#include <math.h>
#include <stdlib.h>

/* The share of the buyers that has arrived after a share of the time. */
static double arrived(enum arrive_profile profile, double time)
{
    int n = 0;

    while (n < 10000 && arrive_at(profile, n / 10000.0) <= time)
        n++;
    return n / 10000.0;
}

static void test_arrivals_never_go_back_and_end_in_time(void)
{
    for (int p = ARRIVE_FLAT; p <= ARRIVE_SELLOUT; p++) {
        double before = 0;

        for (int i = 0; i <= 100000; i++) {
            double at = arrive_at((enum arrive_profile)p, i / 100000.0);

            if (at < before || at > 1)
                CU_FAIL("out of order or bounds");
            before = at;
        }
        CU_ASSERT_DOUBLE_EQUAL(arrive_at((enum arrive_profile)p, 0), 0, 1e-9);
        CU_ASSERT_DOUBLE_EQUAL(arrive_at((enum arrive_profile)p, 1), 1, 1e-9);
    }
}

static void test_profiles_have_their_shapes(void)
{
    CU_ASSERT_DOUBLE_EQUAL(arrived(ARRIVE_FLAT, 0.3), 0.3, 0.001);
    CU_ASSERT_DOUBLE_EQUAL(arrived(ARRIVE_SPIKE, 1 / 7.0), 0.5, 0.02);
    CU_ASSERT_DOUBLE_EQUAL(arrived(ARRIVE_SPIKE, 0.5), 0.92, 0.01);
    CU_ASSERT_DOUBLE_EQUAL(arrived(ARRIVE_SELLOUT, 0.05), 1 / 7.0, 0.01);
    CU_ASSERT_DOUBLE_EQUAL(arrived(ARRIVE_SELLOUT, 0.25), 0.52, 0.01);
    CU_ASSERT_DOUBLE_EQUAL(arrived(ARRIVE_SELLOUT, 0.5), 0.78, 0.01);
}

static void test_profiles_go_by_their_names(void)
{
    enum arrive_profile p;

    CU_ASSERT_TRUE(arrive_from_name("sellout", &p) && p == ARRIVE_SELLOUT);
    CU_ASSERT_STRING_EQUAL(arrive_name(ARRIVE_SPIKE), "spike");
    CU_ASSERT_FALSE(arrive_from_name("spikes", &p));
    CU_ASSERT_FALSE(arrive_from_name("", &p));
}

static void test_times_of_thinking_are_around_their_mean(void)
{
    struct chance c;
    double sum = 0, most = 0;

    chance_begin(&c, 5, 5);
    for (int i = 0; i < 100000; i++) {
        double t = chance_time(&c, 2);

        sum += t;
        most = fmax(most, t);
    }
    CU_ASSERT(sum / 100000 > 1.9 && sum / 100000 < 2.05);
    CU_ASSERT(most <= 10);
}

static struct wheel wheel;

static void test_timers_go_off_when_they_are_due_and_not_before(void)
{
    enum { N = 5000 };
    static int64_t due[N];
    struct chance c;
    int taken = 0;
    uint32_t id;

    chance_begin(&c, 1, 1);
    CU_ASSERT_EQUAL_FATAL(wheel_init(&wheel, N, 0), ERR_OK);
    for (uint32_t i = 0; i < N; i++) {
        due[i] = chance_below(&c, 3U * WHEEL_SLOTS); /* as far as three rounds */
        wheel_set(&wheel, i, due[i]);
    }
    for (int64_t now = 0; now < INT64_C(3) * WHEEL_SLOTS; now += 1 + chance_below(&c, 40)) {
        int64_t last = -1;

        while ((id = wheel_take(&wheel, now)) != WHEEL_NONE) {
            if (due[id] > now || due[id] < now - 60 || due[id] < last)
                CU_FAIL("not in time, or not in order");
            last = due[id];
            taken++;
        }
    }
    while (wheel_take(&wheel, INT64_C(4) * WHEEL_SLOTS) != WHEEL_NONE)
        taken++;
    CU_ASSERT_EQUAL(taken, N);
    CU_ASSERT_EQUAL(wheel.count, 0);
    wheel_free(&wheel);
}

static void test_a_timer_can_be_set_while_others_go_off(void)
{
    CU_ASSERT_EQUAL_FATAL(wheel_init(&wheel, 3, 100), ERR_OK);
    wheel_set(&wheel, 0, 110);
    wheel_set(&wheel, 1, 50); /* over already */
    CU_ASSERT_EQUAL(wheel_wait(&wheel, 100, 20), 0);
    CU_ASSERT_EQUAL(wheel_take(&wheel, 100), 1);
    wheel_set(&wheel, 1, 101);
    CU_ASSERT_EQUAL(wheel_take(&wheel, 100), WHEEL_NONE);
    CU_ASSERT_EQUAL(wheel_take(&wheel, 101), 1);
    CU_ASSERT_EQUAL(wheel_wait(&wheel, 101, 20), 9);
    CU_ASSERT_EQUAL(wheel_wait(&wheel, 101, 7), 7);
    CU_ASSERT_EQUAL(wheel_take(&wheel, 109), WHEEL_NONE);
    CU_ASSERT_EQUAL(wheel_take(&wheel, 110), 0);
    wheel_set(&wheel, 0, 110);
    CU_ASSERT_EQUAL(wheel_take(&wheel, 110), 0);
    /* A long time without any, then again. */
    CU_ASSERT_EQUAL(wheel_take(&wheel, INT64_C(1) << 40), WHEEL_NONE);
    wheel_set(&wheel, 2, (INT64_C(1) << 40) + 5);
    CU_ASSERT_EQUAL(wheel_take(&wheel, (INT64_C(1) << 40) + 4), WHEEL_NONE);
    CU_ASSERT_EQUAL(wheel_take(&wheel, (INT64_C(1) << 40) + 5), 2);
    wheel_free(&wheel);
}

SUITE(load_time, TEST(test_arrivals_never_go_back_and_end_in_time),
      TEST(test_profiles_have_their_shapes), TEST(test_profiles_go_by_their_names),
      TEST(test_times_of_thinking_are_around_their_mean),
      TEST(test_timers_go_off_when_they_are_due_and_not_before),
      TEST(test_a_timer_can_be_set_while_others_go_off));
