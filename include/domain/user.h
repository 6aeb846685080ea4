/* Users: known by a UUID that the site's own login issued. */
#ifndef FRONTROW_DOMAIN_USER_H
#define FRONTROW_DOMAIN_USER_H

#include "domain/app.h"

/* 200 characters of UTF-8 and a zero: titles, artists, hosts, names. */
#define APP_NAME_SIZE 801

struct user {
    struct uuid user_id;
    char name[APP_NAME_SIZE]; /* "" if none was given */
};

/* Makes the user known, with a wallet; does nothing if it is. */
enum err user_ensure(struct app *app, const struct uuid *user_id) MUSTCHECK;

/* ERR_USER_NOT_FOUND unless the user is known (also by having joined a queue). */
enum err user_require(struct app *app, const struct uuid *user_id) MUSTCHECK;

/* user_ensure for a caller's own user, user_require for a service that names another. */
enum err user_resolve(struct app *app, const struct caller *caller,
                      const struct uuid *user_id) MUSTCHECK;

/* Makes a user known; a name that is not "" is stored. *created tells 201 from 200. */
enum err user_create(struct app *app, const struct uuid *user_id, const char *name,
                     struct user *out, bool *created) MUSTCHECK;

#endif
