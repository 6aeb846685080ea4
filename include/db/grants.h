/*
 * Who may do what in the database: the rights of the workers' and of the job's account, table by
 * table, and how they are given.
 *
 * No account but that of migrations may make, change or drop a table, and none of the two may
 * change or delete an entry of the ledger or of the audit log.
 */
#ifndef FRONTROW_DB_GRANTS_H
#define FRONTROW_DB_GRANTS_H

#include "base/config.h"
#include "base/err.h"
#include <stddef.h>
#include <stdio.h>

enum { GRANTS_SELECT = 1, GRANTS_INSERT = 2, GRANTS_UPDATE = 4, GRANTS_DELETE = 8 };

/* The rights in one table or, where `columns` is not NULL, in those of its columns (with commas
 * between them) beside the rights in the whole of it. */
struct grants_row {
    const char *table, *columns;
    unsigned workers, job; /* sets of GRANTS_SELECT and so on */
};

/* A row at least for each table of the schema, ended by one whose table is NULL. */
extern const struct grants_row grants_table[];

/*
 * Gives the workers' and the job's accounts of [database] exactly the rights of the table in its
 * database, takes from them whatever else they may do anywhere on the server, and makes those that
 * are missing, with the passwords of the configuration. Safe to run again: what is right is left
 * alone, and nobody who works meanwhile is without a right. Prints what it does to `progress`.
 *
 * `cfg` has the credentials of all accounts (see config_keep_account); `host` is the host part of
 * the accounts' names, from which this program must be able to log in: an account's rights are read
 * by the account itself, so that of migrations needs ALL PRIVILEGES on the database WITH GRANT
 * OPTION and nothing else; CREATE USER besides where accounts are to be made, or rights outside of
 * the database to be taken away.
 *
 * ERR_OK; ERR_DB_LOST or ERR_INTERNAL with the reason in `why`.
 */
enum err grants_run(const struct config *cfg, const char *host, FILE *progress, char *why,
                    size_t why_len) MUSTCHECK;

#endif
