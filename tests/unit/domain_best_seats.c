/*
 * Choosing the best seats: against every other choice there is in small halls, and against a plain
 * search of another make in larger ones.
 */
#include "domain/best_seats.h"
#include "suite.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { HALL_MAX = 4000 };

/* A hall as a text: a letter for each seat, '.' free, '#' not, '|' between two rows. */
struct hall {
    struct best_seat seats[HALL_MAX]; /* the free ones */
    int count;
};

static void fill(struct hall *h, const char *plan)
{
    bool joins = false;
    int32_t number = 0;
    h->count = 0;
    for (const char *c = plan; *c; c++) {
        number += *c != '|';
        if (*c == '.')
            h->seats[h->count++] = (struct best_seat){1000 + number, number, joins};
        joins = *c == '.';
    }
}

/* The numbers of the choice as text: "3 4 9", "" if there is none. */
static const char *best(const char *plan, int n)
{
    static char text[1000];
    struct hall *h = malloc(sizeof *h);
    int chosen[APP_MAX_SEATS];
    text[0] = '\0';
    fill(h, plan);
    if (best_seats_choose(h->seats, h->count, true, n, chosen) == BEST_FOUND)
        for (int i = 0; i < n; i++)
            snprintf(text + strlen(text), sizeof text - strlen(text), "%s%d", i ? " " : "",
                     h->seats[chosen[i]].number);
    free(h);
    return text;
}

static void test_adjacent_seats_nearest_the_front(void)
{
    CU_ASSERT_STRING_EQUAL(best("......", 1), "1");
    CU_ASSERT_STRING_EQUAL(best("......", 4), "1 2 3 4");
    CU_ASSERT_STRING_EQUAL(best("##....", 2), "3 4");
    CU_ASSERT_STRING_EQUAL(best("......", 6), "1 2 3 4 5 6");
    CU_ASSERT_STRING_EQUAL(best(".#..#....", 2), "3 4");
    CU_ASSERT_STRING_EQUAL(best("", 1), "");
    CU_ASSERT_STRING_EQUAL(best("..#.", 4), "");
}

static void test_seats_of_two_rows_are_not_adjacent(void)
{
    CU_ASSERT_STRING_EQUAL(best("#..|..#|....", 4), "7 8 9 10");
    CU_ASSERT_STRING_EQUAL(best("##.|.##|...", 2), "7 8");
}

static void test_an_orphan_is_left_only_where_there_is_no_other_place(void)
{
    CU_ASSERT_STRING_EQUAL(best("...#....", 2), "5 6"); /* 1 2 leaves 3 */
    CU_ASSERT_STRING_EQUAL(best("...#...#..", 2), "9 10");
    CU_ASSERT_STRING_EQUAL(best("..#....", 1), "4"); /* 1 leaves 2 */
    CU_ASSERT_STRING_EQUAL(best("..#.#", 1), "4");   /* which was alone before */
    CU_ASSERT_STRING_EQUAL(best("...|...", 2), "1 2");
    CU_ASSERT_STRING_EQUAL(best("#.#...#.#", 2), "4 5");
}

static void test_seats_apart_leave_no_orphan_and_are_in_few_pieces(void)
{
    CU_ASSERT_STRING_EQUAL(best("..#..#..", 4), "1 2 4 5");
    CU_ASSERT_STRING_EQUAL(best("..#...#.", 4), "4 5 6 8");  /* 1 2 4 5 leaves 6 */
    CU_ASSERT_STRING_EQUAL(best(".#.#.#...", 4), "1 7 8 9"); /* 1 3 5 7 is in four pieces */
    CU_ASSERT_STRING_EQUAL(best("...#...#...", 5), "1 2 3 5 9");
    CU_ASSERT_STRING_EQUAL(best("...#...", 5), "1 2 3 5 6"); /* one orphan has to be */
}

static void test_what_others_got_is_struck_off(void)
{
    struct hall h;
    int chosen[4];
    fill(&h, "......");
    best_seats_drop(h.seats, &h.count, 1);
    CU_ASSERT_EQUAL(h.count, 5);
    CU_ASSERT_EQUAL(best_seats_choose(h.seats, h.count, true, 2, chosen), BEST_FOUND);
    CU_ASSERT_EQUAL(h.seats[chosen[0]].number, 3);
    best_seats_drop(h.seats, &h.count, 4);
    CU_ASSERT_EQUAL(best_seats_choose(h.seats, h.count, true, 3, chosen), BEST_FOUND);
    CU_ASSERT_EQUAL(h.seats[chosen[2]].number, 5);
    CU_ASSERT_EQUAL(best_seats_choose(h.seats, h.count, true, 5, chosen), BEST_TOO_FEW);
}

/* --- Any other choice --- */

/* What is least is best: whether apart, orphans, pieces, the sum of the numbers. */
static int64_t worth(bool apart, int orphans, int pieces, int64_t sum)
{
    return (((int64_t)apart * 1000 + orphans) * 1000 + pieces) * 100000000 + sum;
}

/* Of taking the seats with `taken` set. */
static int64_t worth_of(const struct best_seat *seats, int count, const bool *taken)
{
    int orphans = 0, pieces = 0;
    int64_t sum = 0;
    for (int i = 0; i < count; i++) {
        bool before = i > 0 && seats[i].joins, after = i + 1 < count && seats[i + 1].joins;
        bool near_taken = (before && taken[i - 1]) || (after && taken[i + 1]);
        bool near_free = (before && !taken[i - 1]) || (after && !taken[i + 1]);
        if (taken[i]) {
            sum += seats[i].number;
            pieces += !(before && taken[i - 1]);
        } else {
            orphans += near_taken && !near_free;
        }
    }
    return worth(pieces > 1, orphans, pieces, sum);
}

static int64_t worth_of_choice(const struct hall *h, const int *chosen, int n)
{
    bool taken[HALL_MAX] = {false};
    for (int i = 0; i < n; i++) {
        CU_ASSERT_FATAL(chosen[i] >= 0 && chosen[i] < h->count);
        CU_ASSERT_FALSE(taken[chosen[i]]);
        CU_ASSERT(i == 0 || chosen[i] > chosen[i - 1]);
        taken[chosen[i]] = true;
    }
    return worth_of(h->seats, h->count, taken);
}

static int64_t best_of_all_choices(const struct hall *h, int n)
{
    int64_t least = INT64_MAX;
    for (unsigned set = 0; set < 1U << h->count; set++) {
        bool taken[32];
        if (__builtin_popcount(set) != n)
            continue;
        for (int i = 0; i < h->count; i++)
            taken[i] = set >> i & 1;
        int64_t w = worth_of(h->seats, h->count, taken);
        least = w < least ? w : least;
    }
    return least;
}

static void compare_all(const struct hall *h, const char *plan)
{
    int chosen[APP_MAX_SEATS];
    for (int n = 1; n <= h->count + 1; n++) {
        enum best_result found = best_seats_choose(h->seats, h->count, true, n, chosen);
        bool good = n > h->count ? found == BEST_TOO_FEW
                                 : found == BEST_FOUND &&
                                       worth_of_choice(h, chosen, n) == best_of_all_choices(h, n);
        if (!good)
            fprintf(stderr, "%d of %s: %d\n", n, plan, (int)found);
        CU_ASSERT(good);
    }
}

/* Every way in which ten seats can be free, in one row, two, three and four. */
static void test_no_other_choice_is_better_in_a_small_hall(void)
{
    enum { SEATS = 10 };
    static const char *const rows[] = {"", "5", "37", "258"};
    struct hall *h = malloc(sizeof *h);
    for (size_t r = 0; r < sizeof rows / sizeof *rows; r++)
        for (unsigned set = 0; set < 1U << SEATS; set++) {
            char plan[2 * SEATS + 1];
            size_t len = 0;
            for (int i = 0; i < SEATS; i++) {
                if (strchr(rows[r], '0' + i))
                    plan[len++] = '|';
                plan[len++] = set >> i & 1 ? '.' : '#';
            }
            plan[len] = '\0';
            fill(h, plan);
            compare_all(h, plan);
        }
    free(h);
}

/* --- Larger halls --- */

/*
 * The least worth of n seats, going from seat to seat: for each number of seats taken so far the
 * least of all ways, by how the run looks just before the next seat.
 */
enum state {
    BEGUN,     /* one free seat, the run's first */
    TAKEN,     /* the last seat is taken */
    FREE_ONE,  /* one free seat after a taken one */
    FREE_MORE, /* two free seats or more */
    STATES
};

struct ways {
    int64_t least[APP_MAX_SEATS + 1][STATES];
};

#define NONE (INT64_MAX / 2)

static int64_t lesser(int64_t a, int64_t b)
{
    return a < b ? a : b;
}

/* One free seat with a taken one beside it, and none on its other side, is an orphan. */
static int64_t run_over(const int64_t *w)
{
    return lesser(lesser(w[BEGUN], w[FREE_MORE]),
                  lesser(w[TAKEN], w[FREE_ONE] + worth(false, 1, 0, 0)));
}

static int64_t take_next(const int64_t *w, int32_t number)
{
    const int64_t orphan = worth(false, 1, 0, 0), piece = worth(false, 0, 1, 0);
    int64_t new_piece = lesser(lesser(w[BEGUN], w[FREE_ONE]) + orphan, w[FREE_MORE]) + piece;
    return lesser(w[TAKEN], new_piece) + number;
}

static void next_seat(const struct best_seat *seat, int n, const struct ways *old, struct ways *now)
{
    for (int j = 0; j <= n; j++) {
        const int64_t *w = old->least[j];
        int64_t *to = now->least[j];
        if (seat->joins) {
            to[BEGUN] = NONE;
            to[TAKEN] = j > 0 ? take_next(old->least[j - 1], seat->number) : NONE;
            to[FREE_ONE] = w[TAKEN];
            to[FREE_MORE] = lesser(lesser(w[BEGUN], w[FREE_ONE]), w[FREE_MORE]);
        } else {
            to[BEGUN] = run_over(w);
            to[TAKEN] =
                j > 0 ? run_over(old->least[j - 1]) + worth(false, 0, 1, 0) + seat->number : NONE;
            to[FREE_ONE] = to[FREE_MORE] = NONE;
        }
    }
}

static int64_t least_apart(const struct hall *h, int n)
{
    static struct ways ways[2];
    for (int j = 0; j <= n; j++)
        for (int s = 0; s < STATES; s++)
            ways[0].least[j][s] = j == 0 && s == BEGUN ? 0 : NONE;
    for (int i = 0; i < h->count; i++)
        next_seat(&h->seats[i], n, &ways[i % 2], &ways[(i + 1) % 2]);
    return run_over(ways[h->count % 2].least[n]) + worth(true, 0, 0, 0);
}

/* The least of n side by side; NONE if there is no such place. */
static int64_t least_side_by_side(const struct hall *h, int n)
{
    int64_t result = NONE;
    int length = 0;
    for (int i = 0; i < h->count; i++) {
        bool taken[HALL_MAX] = {false};
        length = h->seats[i].joins ? length + 1 : 1;
        if (length < n)
            continue;
        memset(taken + i - n + 1, true, (size_t)n);
        result = lesser(result, worth_of(h->seats, h->count, taken));
    }
    return result;
}

/* A hall whose free runs are at most `longest` long, in rows of `row`. */
static void fill_at_random(struct hall *h, int seats, int row, int longest)
{
    int run = 0;
    h->count = 0;
    for (int32_t number = 1; number <= seats; number++) {
        bool first = number % row == 1 || row == 1;
        run = first || run > 0 ? run : -(int)(random() % 3);
        if (run < 0) {
            run++;
            continue;
        }
        bool joins = run > 0 && !first;
        h->seats[h->count++] = (struct best_seat){number, number, joins};
        run = joins ? run + 1 : 1;
        if (run >= 1 + random() % longest)
            run = -1 - (int)(random() % 2);
    }
}

static void test_no_other_choice_is_better_in_a_large_hall(void)
{
    static struct hall h;
    int chosen[APP_MAX_SEATS];
    srandom(20);
    for (int round = 0; round < 400; round++) {
        int n = 1 + (int)(random() % (round % 2 ? APP_MAX_SEATS : 12));
        fill_at_random(&h, 30 + (int)(random() % 900), 1 + (int)(random() % 40),
                       1 + (int)(random() % 12));
        enum best_result found = best_seats_choose(h.seats, h.count, true, n, chosen);
        if (h.count < n) {
            CU_ASSERT_EQUAL(found, BEST_TOO_FEW);
            continue;
        }
        int64_t want = lesser(least_side_by_side(&h, n), least_apart(&h, n));
        CU_ASSERT_EQUAL_FATAL(found, BEST_FOUND);
        CU_ASSERT_EQUAL(worth_of_choice(&h, chosen, n), want);
    }
}

/* Whatever a first part of the hall decides, the rest does not change; and what it could change is
 * left undecided. */
static void test_a_part_of_the_hall_decides_only_what_is_certain(void)
{
    static struct hall h;
    int part[APP_MAX_SEATS], all[APP_MAX_SEATS], decided = 0;
    srandom(30);
    for (int round = 0; round < 300; round++) {
        int n = 1 + (int)(random() % 8);
        fill_at_random(&h, 60, 1 + (int)(random() % 30), 12);
        if (best_seats_choose(h.seats, h.count, true, n, all) != BEST_FOUND)
            continue;
        for (int count = 0; count <= h.count; count++) {
            if (best_seats_choose(h.seats, count, false, n, part) == BEST_READ_ON)
                continue;
            CU_ASSERT_EQUAL(memcmp(part, all, (size_t)n * sizeof *all), 0);
            decided++;
        }
    }
    CU_ASSERT(decided > 1000);
    fill(&h, "....|..");
    CU_ASSERT_EQUAL(best_seats_choose(h.seats, 2, false, 2, part), BEST_READ_ON);
    CU_ASSERT_EQUAL(best_seats_choose(h.seats, 3, false, 2, part), BEST_READ_ON);
    CU_ASSERT_EQUAL(best_seats_choose(h.seats, 4, false, 2, part), BEST_FOUND);
    CU_ASSERT_EQUAL(best_seats_choose(h.seats, 4, false, 3, part), BEST_READ_ON);
}

SUITE(domain_best_seats, TEST(test_adjacent_seats_nearest_the_front),
      TEST(test_seats_of_two_rows_are_not_adjacent),
      TEST(test_an_orphan_is_left_only_where_there_is_no_other_place),
      TEST(test_seats_apart_leave_no_orphan_and_are_in_few_pieces),
      TEST(test_what_others_got_is_struck_off),
      TEST(test_no_other_choice_is_better_in_a_small_hall),
      TEST(test_no_other_choice_is_better_in_a_large_hall),
      TEST(test_a_part_of_the_hall_decides_only_what_is_certain));
