/*
 * How the seats of a schedule lie: their numbers, ids, sections, rows and prices. It hardly ever
 * changes once the schedule has been made, so a host reads it once and keeps it
 * (domain/hall_cache.h). What changes all the time, the seats' states, is read anew each time, and
 * with it the schedule's edition, which tells whether prices or times are still as remembered. No
 * edition changes numbers, ids, sections or rows.
 */
#ifndef FRONTROW_DOMAIN_HALL_H
#define FRONTROW_DOMAIN_HALL_H

#include "base/text.h"
#include "domain/app.h"
#include "domain/schedule.h"
#include <stdbool.h>
#include <stdint.h>

/* Seats next to each other with the same section, row and price, whose ids go up evenly. */
struct hall_run {
    int64_t seat_id; /* of the first */
    int32_t id_step; /* from one to the next */
    int32_t first;   /* its number */
    int32_t count;
    int32_t price;
    uint32_t section, row; /* places in the hall's texts; 0: none */
};

struct hall_facts {
    int64_t schedule_id, concert_id, starts_at;
    int32_t capacity; /* seats are numbered from 1 to this */
    int32_t run_count;
    int32_t edition; /* at which it was read, or one before it; see struct schedule */
    bool ids_ascend; /* with the numbers */
};

/* Runs are in the order of the numbers; two of them differ in their texts' places only if the texts
 * differ. */
struct hall {
    struct hall_facts facts;
    const struct hall_run *runs;
    const char *texts;     /* zero-terminated ones; the first is empty */
    struct text_buf block; /* all of it, in one piece */
};

/* Takes what the host remembers of a schedule. False if that is nothing. */
bool hall_find(int64_t schedule_id, struct hall *out);

/* The same from the database where the host remembers nothing; prices and times may be of an
 * earlier edition. ERR_SCHEDULE_NOT_FOUND. */
enum err hall_get(struct app *app, int64_t schedule_id, struct hall *out) MUSTCHECK;

/* The hall of a schedule that has just been read, of the same edition or a later one. */
enum err hall_get_of(struct app *app, const struct schedule *s, struct hall *out) MUSTCHECK;

/* What either has filled in; a zeroed one is allowed. */
void hall_free(struct hall *h);

/* The number of the seat with this id, or 0 if the hall has none. */
int32_t hall_number_of(const struct hall *h, int64_t seat_id);

/* The seat with a number from 1 to the capacity: the run that it is in, and its id. */
const struct hall_run *hall_run_of(const struct hall *h, int32_t number);
int64_t hall_id_of(const struct hall *h, int32_t number);

/* The section's or the row's text, or NULL for none. */
const char *hall_text(const struct hall *h, uint32_t place);

/* Whether two runs are of one section, row and price. */
bool hall_runs_alike(const struct hall_run *a, const struct hall_run *b);

#endif
