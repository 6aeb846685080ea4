/*
 * The database of the product under test, for what a client cannot do or see: old rows, and the
 * server's own counters.
 */
#ifndef FRONTROW_TESTS_SQL_H
#define FRONTROW_TESTS_SQL_H

#include <stdint.h>

/* Runs one statement on a connection of its own; ends the test if it fails. */
void sql_run(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* The first column of the first row, an integer; ends the test if there is none. */
int64_t sql_int(const char *format, ...) __attribute__((format(printf, 1, 2)));

#endif
