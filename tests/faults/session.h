/*
 * The tests' own session of the product's database: to see what no answer tells, and to hold locks
 * against the product.
 */
#ifndef FRONTROW_TESTS_SESSION_H
#define FRONTROW_TESTS_SESSION_H

#include <stdbool.h>
#include <stdint.h>

/* The first column of the first row, an integer; -1 if it is null, or the database is away. */
int64_t session_int(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* Whether a worker or the job runs a statement that is LIKE `like`. */
bool session_sees(const char *like);

/* Locks the rows that a SELECT finds, until session_release. One of these at a time. */
void session_hold(const char *format, ...) __attribute__((format(printf, 1, 2)));
void session_release(void);

#endif
