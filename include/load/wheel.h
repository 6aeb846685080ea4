/*
 * Timers: one for each buyer at most. A hashed timing wheel (Varghese and Lauck, 1987, scheme 6)
 * of milliseconds: setting one and taking one that is due cost the same however many there are.
 */
#ifndef FRONTROW_LOAD_WHEEL_H
#define FRONTROW_LOAD_WHEEL_H

#include "base/err.h"
#include <stdbool.h>
#include <stdint.h>

#define WHEEL_SLOTS 16384 /* of a millisecond each */
#define WHEEL_NONE  UINT32_MAX

struct wheel {
    uint32_t first[WHEEL_SLOTS], last[WHEEL_SLOTS]; /* ids, WHEEL_NONE: none */
    uint32_t ready, ready_last;                     /* those that are due */
    uint32_t *next;                                 /* by id */
    int64_t *due;                                   /* by id, ms */
    int64_t now;                                    /* slots up to this one are empty */
    uint32_t count;
};

/* For ids from 0 to n - 1. wheel_free() it. ERR_INTERNAL without memory. */
enum err wheel_init(struct wheel *w, uint32_t n, int64_t now_ms) MUSTCHECK;
void wheel_free(struct wheel *w);

/* Sets the timer of an id that has none. */
void wheel_set(struct wheel *w, uint32_t id, int64_t due_ms);

/* Takes a timer that is due, the earlier before the later; WHEEL_NONE if none is. */
uint32_t wheel_take(struct wheel *w, int64_t now_ms);

/* How many milliseconds until the next is due, as far as `most`. */
int wheel_wait(const struct wheel *w, int64_t now_ms, int most);

#endif
