/*
 * Maps of large halls, which thousands look at in the same second.
 *
 * While few ask, each of them is answered from the database. When more ask for a large hall's map
 * than a share of one core can read (base/budget.h), they share the last one read on this host,
 * which is never older than a second. Whether the asker is inside is read anew for everyone. A hall
 * that costs little more to read than that is never shared.
 */
#ifndef FRONTROW_DOMAIN_SEAT_MAP_H
#define FRONTROW_DOMAIN_SEAT_MAP_H

#include "domain/app.h"
#include "domain/seats.h"

/* 16 hex digits and a zero. */
#define SEAT_MAP_VERSION_SIZE 17

/* Appends the map as it is told. What it writes depends on nothing but its arguments. */
typedef void seat_map_render_fn(const struct seats *s, const char *version, struct text_buf *out);

/* Makes the memory that the host's workers share; once, in the master, before any fork. Without it
 * nothing is shared. ERR_INTERNAL without memory. */
enum err seat_map_init(void) MUSTCHECK;

/* Lets nobody of this host have a map of the schedule that was begun before now. */
void seat_map_forget(int64_t schedule_id);

/* Appends the map of a schedule to `out`; `version` tells its states from any others of that
 * schedule. Errors of seats_read. */
enum err seat_map_get(struct app *app, const struct caller *caller, int64_t schedule_id,
                      seat_map_render_fn *render, struct text_buf *out,
                      char version[SEAT_MAP_VERSION_SIZE]) MUSTCHECK;

/* The version of seats that have been read. */
enum err seat_map_version(const struct seats *s, char version[SEAT_MAP_VERSION_SIZE]) MUSTCHECK;

/* The version of several together: of what their versions are one after the other. */
enum err seat_map_version_of(const struct text_buf *versions,
                             char version[SEAT_MAP_VERSION_SIZE]) MUSTCHECK;

#endif
