/* A histogram of times, see load/hist.h. */
#include "load/hist.h"

#include <math.h>

#define PARTS          (1 << HIST_PART_BITS)
#define GREATEST       ((INT64_C(1) << HIST_VALUE_BITS) - 1)
#define HIGHEST_BIT(v) (63 - __builtin_clzll((unsigned long long)(v)))

/* Values below PARTS have a cell each; of each doubling above, PARTS cells. */
static int cell_of(int64_t value)
{
    int shift;

    if (value < PARTS)
        return (int)value;
    shift = HIGHEST_BIT(value) - HIST_PART_BITS;
    return (shift << HIST_PART_BITS) + (int)(value >> shift);
}

/* The greatest value of a cell. */
static int64_t top_of(int cell)
{
    int shift = (cell >> HIST_PART_BITS) - 1;

    if (shift <= 0)
        return cell;
    return (((int64_t)(cell & (PARTS - 1)) + PARTS + 1) << shift) - 1;
}

void hist_add(struct hist *h, int64_t value)
{
    int64_t counted = value < 0 ? 0 : value;

    h->cells[cell_of(counted > GREATEST ? GREATEST : counted)]++;
    h->count++;
    h->sum += (uint64_t)counted;
    if (counted > h->max)
        h->max = counted;
}

int64_t hist_at(const struct hist *h, double share)
{
    uint64_t wanted = (uint64_t)ceil(share * (double)h->count), seen = 0;

    for (int i = 0; i < HIST_CELLS; i++) {
        seen += h->cells[i];
        if (seen > 0 && seen >= wanted)
            return top_of(i) < h->max ? top_of(i) : h->max;
    }
    return h->max;
}

int64_t hist_mean(const struct hist *h)
{
    return h->count ? (int64_t)(h->sum / h->count) : 0;
}
