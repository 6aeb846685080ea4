/*
 * Time: what the clocks say, RFC 3339 in and out, and days in IANA time zones.
 *
 * A moment is an int64_t of milliseconds since the epoch, UTC. What is expired is decided by the
 * database's clock; these functions only carry moments about.
 */
#ifndef FRONTROW_BASE_CLOCK_H
#define FRONTROW_BASE_CLOCK_H

#include "base/err.h"
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <time.h>

/* Room for "2026-01-02T03:04:05.678Z" and a day "2026-01-02", each with its zero. */
#define CLOCK_RFC3339_SIZE 25
#define CLOCK_DATE_SIZE    11

/* The greatest moment accepted or printed: 9999-12-31T23:59:59.999Z. */
#define CLOCK_MAX_MS INT64_C(253402300799999)

/* The host's wall clock and its monotonic clock, in milliseconds. */
int64_t clock_wall_ms(void);
int64_t clock_monotonic_ms(void);
int64_t clock_monotonic_us(void);

/* Writes `ms` as RFC 3339 in UTC with milliseconds and Z. */
void clock_format(int64_t ms, char out[CLOCK_RFC3339_SIZE]);

/* Parses RFC 3339 (section 5.6: date-time with `Z` or an offset; fractions beyond milliseconds are
 * cut off; no leap second). False if it is not one or lies outside 1970 to 9999. */
bool clock_parse(const char *text, size_t len, int64_t *ms);

/* Whether `text` is a day that exists, "YYYY-MM-DD" (RFC 3339 full-date). */
bool clock_date_valid(const char *text, size_t len);

/* Whether `zone` is an IANA name that this host's time zone database has. libc takes an unknown
 * zone for UTC without a word, so ask before clock_local_date. */
bool clock_zone_valid(const char *zone);

/* What the clocks of `zone` show at `ms`, in *out, and what they call their time there ("KST", or
 * "+03" where it has no name) in `name` of `name_size` bytes. Errors as clock_local_date. */
enum err clock_local(int64_t ms, const char *zone, struct tm *out, char *name,
                     size_t name_size) MUSTCHECK;

/* The day of `ms` in `zone`. ERR_INVALID_FIELD for a zone that clock_zone_valid refuses, or a day
 * beyond 9999. */
enum err clock_local_date(int64_t ms, const char *zone, char out[CLOCK_DATE_SIZE]) MUSTCHECK;

#endif
