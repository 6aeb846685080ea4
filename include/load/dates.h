/*
 * The dates of a concert, and which of them may have seats left, as its buyers know from the lists
 * that they have seen: one idea that all of them share.
 */
#ifndef FRONTROW_LOAD_DATES_H
#define FRONTROW_LOAD_DATES_H

#include "base/err.h"
#include "load/chance.h"
#include <stdbool.h>
#include <stdint.h>

#define DATES_NONE UINT32_MAX

struct date {
    int64_t schedule_id;
    int32_t left;   /* seats that were free when somebody looked, less those bought since */
    uint32_t place; /* in `open`, or DATES_NONE */
};

/* Starts as {0}. */
struct dates {
    struct date *all;
    uint32_t *open; /* indices of those that may have seats left */
    uint32_t count, open_count, size;
    uint32_t found; /* by dates_find, last */
};

/* Adds one; ERR_INTERNAL without memory. */
enum err dates_add(struct dates *d, int64_t schedule_id, int32_t left) MUSTCHECK;
void dates_free(struct dates *d);

/* One that may have seats left, at random; DATES_NONE if there is none. */
uint32_t dates_choose(const struct dates *d, struct chance *c);

/* Somebody saw so many free seats there, or took some. At none it is no longer chosen. */
void dates_saw(struct dates *d, uint32_t date, int32_t left);
void dates_took(struct dates *d, uint32_t date, int32_t seats);

/* The date of a schedule; DATES_NONE if it is none of them. */
uint32_t dates_find(struct dates *d, int64_t schedule_id);

#endif
