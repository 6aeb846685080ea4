/* Timers, see load/wheel.h. */
#include "load/wheel.h"

#include <stdlib.h>
#include <string.h>

static uint32_t slot_of(int64_t ms)
{
    return (uint32_t)(ms & (WHEEL_SLOTS - 1));
}

enum err wheel_init(struct wheel *w, uint32_t n, int64_t now_ms)
{
    memset(w->first, 0xff, sizeof w->first);
    memset(w->last, 0xff, sizeof w->last);
    w->ready = w->ready_last = WHEEL_NONE;
    w->next = malloc(((size_t)n + 1) * sizeof *w->next);
    w->due = malloc(((size_t)n + 1) * sizeof *w->due);
    w->now = now_ms;
    w->count = 0;
    if (w->next && w->due)
        return ERR_OK;
    wheel_free(w);
    return ERR_INTERNAL;
}

void wheel_free(struct wheel *w)
{
    free(w->next);
    free(w->due);
    w->next = NULL;
    w->due = NULL;
}

static void append(struct wheel *w, uint32_t *first, uint32_t *last, uint32_t id)
{
    w->next[id] = WHEEL_NONE;
    if (*first == WHEEL_NONE)
        *first = id;
    else
        w->next[*last] = id;
    *last = id;
}

static void put(struct wheel *w, uint32_t id)
{
    uint32_t slot = slot_of(w->due[id]);

    if (w->due[id] <= w->now)
        append(w, &w->ready, &w->ready_last, id);
    else
        append(w, &w->first[slot], &w->last[slot], id);
}

void wheel_set(struct wheel *w, uint32_t id, int64_t due_ms)
{
    w->due[id] = due_ms;
    w->count++;
    put(w, id);
}

/* Empties a slot: what is due goes to those that are ready, what is due in a later round back. */
static void turn(struct wheel *w, uint32_t slot)
{
    uint32_t id = w->first[slot];

    w->first[slot] = w->last[slot] = WHEEL_NONE;
    while (id != WHEEL_NONE) {
        uint32_t next = w->next[id];

        put(w, id);
        id = next;
    }
}

uint32_t wheel_take(struct wheel *w, int64_t now_ms)
{
    uint32_t id;

    while (w->now < now_ms && w->count > 0) {
        w->now++;
        if (w->first[slot_of(w->now)] != WHEEL_NONE)
            turn(w, slot_of(w->now));
    }
    if (w->now < now_ms)
        w->now = now_ms;
    id = w->ready;
    if (id != WHEEL_NONE) {
        w->ready = w->next[id];
        w->count--;
    }
    return id;
}

int wheel_wait(const struct wheel *w, int64_t now_ms, int most)
{
    int wait = 0;

    if (w->ready != WHEEL_NONE)
        return 0;
    while (wait < most && w->first[slot_of(now_ms + wait)] == WHEEL_NONE)
        wait++;
    return wait;
}
