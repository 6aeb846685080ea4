/* A database account as `frontrow migrate --grants` sees it: its name, its making, and a connection
 * of its own. */
#ifndef FRONTROW_DB_ACCOUNT_H
#define FRONTROW_DB_ACCOUNT_H

#include "base/config.h"
#include "base/err.h"
#include "db/db.h"
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

/* MySQL lets a user's name have 32 characters; both let a host's have 255, one takes a name. */
#define ACCOUNT_USER_MAX 32
#define ACCOUNT_HOST_MAX 60
#define ACCOUNT_NAME_MAX (ACCOUNT_USER_MAX + ACCOUNT_HOST_MAX + 6)

struct account {
    char name[ACCOUNT_NAME_MAX];  /* 'user'@'host', as the servers write it */
    char plain[ACCOUNT_NAME_MAX]; /* user@host */
    struct config cfg;            /* to log in with, in no database; holds the password */
    struct db *db;                /* a connection of the account's own */
};

/*
 * Fills *out, with `user` and `password`; `cfg` says where the server is. ERR_INTERNAL with the
 * reason in `why` if one of these could not stand between quotes in a statement.
 */
enum err account_init(struct account *out, const struct config *cfg, const char *user,
                      const char *password, const char *host, char *why, size_t why_len) MUSTCHECK;

/*
 * Logs in as the account, which is made through `admin` first if it is not there. ERR_DB_LOST, or
 * ERR_INTERNAL with the reason in `why`: also if it is there with another password, or if somebody
 * with another host answers to the name.
 */
enum err account_open(struct account *a, struct db *admin, FILE *progress, char *why,
                      size_t why_len) MUSTCHECK;

/* Closes the connection and wipes the password. */
void account_close(struct account *a);

/* Whether a name can stand between backticks or quotes, and needs no escaping there. */
bool account_word_is_plain(const char *word);

#endif
