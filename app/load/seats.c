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

bool seats_of_list(struct pick body, struct chance *chance, uint32_t *out, uint32_t n,
                   struct seats_seen *seen)
{
    struct pick list, one;
    int64_t number;

    memset(seen, 0, sizeof *seen);
    if (!pick_member(body, "seats", &list))
        return false;
    while (pick_next(&list, &one)) {
        if (pick_int(one, "seatNumber", &number) && number > 0 && number < UINT32_MAX)
            consider((uint32_t)number, chance, out, n, seen);
    }
    shuffle(chance, out, seen->chosen);
    return true;
}

static bool is_among(const uint32_t *seats, uint32_t n, uint32_t seat)
{
    for (uint32_t i = 0; i < n; i++) {
        if (seats[i] == seat)
            return true;
    }
    return false;
}

/* Draws places of a map that has enough free seats for that, until n of them are free. */
static void draw(struct pick states, struct chance *chance, uint32_t *out, uint32_t n)
{
    for (uint32_t chosen = 0; chosen < n;) {
        uint32_t at = chance_below(chance, (uint32_t)states.len);

        if (states.p[at] == 'A' && !is_among(out, chosen, at + 1))
            out[chosen++] = at + 1;
    }
}

/* A hall has tens of thousands of seats, most of them free for long: counting them is quick, and
 * then drawing a few is quicker than considering all. */
bool seats_of_map(struct pick body, struct chance *chance, uint32_t *out, uint32_t n,
                  struct seats_seen *seen)
{
    struct pick states;
    uint32_t available = 0;

    memset(seen, 0, sizeof *seen);
    if (!pick_text(body, "states", &states))
        return false;
    for (size_t i = 0; i < states.len; i++)
        available += states.p[i] == 'A';
    if (available / 2 > n && available > states.len / 32) {
        draw(states, chance, out, n);
        *seen = (struct seats_seen){.available = available, .chosen = n};
        return true;
    }
    for (size_t i = 0; i < states.len; i++) {
        if (states.p[i] == 'A')
            consider((uint32_t)i + 1, chance, out, n, seen);
    }
    shuffle(chance, out, seen->chosen);
    return true;
}
