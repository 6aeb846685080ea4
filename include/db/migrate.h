/* Forward-only schema migrations, which travel inside the programs. */
#ifndef FRONTROW_DB_MIGRATE_H
#define FRONTROW_DB_MIGRATE_H

#include "base/config.h"
#include "base/err.h"
#include <stddef.h>
#include <stdio.h>

/* One migration: its number (from 1, without gaps), its name (NNN_name) and its SQL. */
struct migration {
    int number;
    const char *name;
    const char *sql;
};

/* All of them in order, ended by a row whose name is NULL; made at build time. */
extern const struct migration migrations[];

/* The number of the newest migration this program knows. */
int migrate_known(void);

/*
 * Brings the schema up to date, printing a line for each migration to `progress` (NULL: none).
 * Safe to run again, after a run cut short, and from several hosts at once: they take turns.
 * Errors: ERR_DB_LOST if the database is out of reach, ERR_INTERNAL if it refuses a statement or
 * is newer than this program (logged).
 */
enum err migrate_run(const struct config *cfg, FILE *progress) MUSTCHECK;

/*
 * Whether the schema is exactly the one this program knows. ERR_OK; ERR_DB_LOST if the database
 * is out of reach; ERR_INTERNAL if it is older or newer, with the reason in `why`.
 */
enum err migrate_check(const struct config *cfg, char *why, size_t why_len) MUSTCHECK;

#endif
