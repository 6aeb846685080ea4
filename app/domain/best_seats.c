/*
 * Choosing seats, see domain/best_seats.h.
 *
 * Free seats side by side in one row are a run. A run holds a good place for n if it is n long or
 * at least two longer: at its beginning. If no run is long enough the seats are taken from several,
 * from the beginning of each: nothing else leaves fewer orphans or pieces, or is nearer the front.
 * How many from each is found by dynamic programming over the runs.
 */
#include "domain/best_seats.h"

#include <string.h>

struct run {
    int first; /* its first seat in the list */
    int length;
};

/* Makes *r the run after it; {0, 0} stands before the first. False at the end of the list. */
static bool next_run(const struct best_seat *seats, int count, struct run *r)
{
    r->first += r->length;
    if (r->first >= count)
        return false;
    for (r->length = 1; r->first + r->length < count && seats[r->first + r->length].joins;)
        r->length++;
    return true;
}

/* The beginning of the best place for n adjacent seats; -1: none. A run that may go on after the
 * list's end is judged only if that makes no difference. */
static int find_place(const struct best_seat *seats, int count, bool whole, int n)
{
    int spare = -1;
    for (struct run r = {0, 0}; next_run(seats, count, &r);) {
        bool ends = whole || r.first + r.length < count;
        if (r.length >= n + 2 || (r.length == n && ends))
            return r.first;
        if (r.length == n + 1 && spare < 0)
            spare = r.first;
    }
    return whole ? spare : -1;
}

/* --- Apart --- */

/*
 * The best choice takes from at most n/L + 3 runs of the length L, none of which holds n seats. Two
 * that are not taken whole can be put together, or the first made whole by the second, unless what
 * is taken of both is L - 1; three such pairs are better as one run whole and a rest; and one more
 * may be left with an orphan, two never: the first could have the second's last seat instead. Of
 * runs of one length those nearest the front do. So this many runs are looked at, at the most: for
 * n = 100 the sum over L = 1 to 99 is 778.
 */
enum { RUNS_MAX = 800, SPARE_RUNS = 3 };

/* An orphan is worse than any number of pieces, a piece worse than any place. */
#define COST_PIECE  INT64_C(100000000)
#define COST_ORPHAN (COST_PIECE * (APP_MAX_SEATS + 1))
#define COST_NONE   INT64_MAX

struct candidates {
    struct run runs[RUNS_MAX];
    int count;
};

static void collect(const struct best_seat *seats, int count, int n, struct candidates *c)
{
    int of_length[APP_MAX_SEATS + 1] = {0};
    c->count = 0;
    for (struct run r = {0, 0}; next_run(seats, count, &r);)
        if (r.length < n && of_length[r.length]++ < n / r.length + SPARE_RUNS &&
            c->count < RUNS_MAX)
            c->runs[c->count++] = r;
}

/* Of taking k seats from the beginning of a run. */
static int64_t cost_of(const struct best_seat *seats, const struct run *r, int k)
{
    int64_t numbers = (int64_t)k * seats[r->first].number + (int64_t)k * (k - 1) / 2;
    return COST_PIECE + numbers + (r->length - k == 1 ? COST_ORPHAN : 0);
}

/* After run i is there to choose from too: the least cost of j seats for each j, from those of
 * fewer seats without it; took[j] is how many of them are the run's. */
static void add_run(const struct best_seat *seats, const struct run *r, int n, int64_t *cost,
                    unsigned char *took)
{
    for (int j = n; j > 0; j--) {
        took[j] = 0;
        for (int k = 1; k <= r->length && k <= j; k++) {
            if (cost[j - k] == COST_NONE)
                continue;
            int64_t with = cost[j - k] + cost_of(seats, r, k);
            if (with < cost[j]) {
                cost[j] = with;
                took[j] = (unsigned char)k;
            }
        }
    }
}

static bool choose_apart(const struct best_seat *seats, int count, int n, int *chosen)
{
    static struct candidates c;
    static unsigned char took[RUNS_MAX][APP_MAX_SEATS + 1];
    int64_t cost[APP_MAX_SEATS + 1] = {0};
    collect(seats, count, n, &c);
    for (int j = 1; j <= n; j++)
        cost[j] = COST_NONE;
    for (int i = 0; i < c.count; i++)
        add_run(seats, &c.runs[i], n, cost, took[i]);
    if (cost[n] == COST_NONE)
        return false;
    for (int i = c.count - 1, left = n; left > 0; i--) {
        int k = took[i][left];
        left -= k;
        while (k-- > 0)
            chosen[left + k] = c.runs[i].first + k;
    }
    return true;
}

enum best_result best_seats_choose(const struct best_seat *seats, int count, bool whole, int n,
                                   int *chosen)
{
    int first = find_place(seats, count, whole, n);
    for (int i = 0; first >= 0 && i < n; i++)
        chosen[i] = first + i;
    if (first >= 0)
        return BEST_FOUND;
    if (!whole)
        return BEST_READ_ON;
    return choose_apart(seats, count, n, chosen) ? BEST_FOUND : BEST_TOO_FEW;
}

void best_seats_drop(struct best_seat *seats, int *count, int i)
{
    --*count;
    memmove(&seats[i], &seats[i + 1], (size_t)(*count - i) * sizeof *seats);
    if (i < *count)
        seats[i].joins = false;
}
