/*
 * Which seats a buyer goes for, see load/seats.h: a sample of all that are free, each as likely as
 * any other (Vitter's algorithm R, "Random sampling with a reservoir", 1985), then shuffled, so
 * that the first of them is not the first of the list.
 */
#include "load/seats.h"

#include <string.h>

static void consider(uint32_t seat, struct chance *chance, uint32_t *out, uint32_t n,
                     struct seats_seen *seen)
{
    uint32_t at = seen->available++;

    if (seen->chosen < n)
        out[seen->chosen++] = seat;
    else if ((at = chance_below(chance, at + 1)) < n)
        out[at] = seat;
}

static void shuffle(struct chance *chance, uint32_t *out, uint32_t n)
{
    for (uint32_t i = n; i > 1; i--) {
        uint32_t other = chance_below(chance, i), seat = out[i - 1];

        out[i - 1] = out[other];
        out[other] = seat;
    }
}

void seats_of_list(struct pick body, struct chance *chance, uint32_t *out, uint32_t n,
                   struct seats_seen *seen)
{
    struct pick list, one;
    int64_t number;

    memset(seen, 0, sizeof *seen);
    if (!pick_member(body, "seats", &list))
        return;
    while (pick_next(&list, &one)) {
        if (pick_int(one, "seatNumber", &number) && number > 0 && number < UINT32_MAX)
            consider((uint32_t)number, chance, out, n, seen);
    }
    shuffle(chance, out, seen->chosen);
}

void seats_of_map(struct pick body, struct chance *chance, uint32_t *out, uint32_t n,
                  struct seats_seen *seen)
{
    struct pick states;

    memset(seen, 0, sizeof *seen);
    if (!pick_text(body, "states", &states))
        return;
    for (size_t i = 0; i < states.len; i++) {
        if (states.p[i] == 'A')
            consider((uint32_t)i + 1, chance, out, n, seen);
    }
    shuffle(chance, out, seen->chosen);
}
