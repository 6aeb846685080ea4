/*
 * Who asks at the gate: the tokens that a browser carries as cookies.
 *
 * `frontrow_queue_<concertId>` is the place in that concert's queue, a queue token that Frontrow
 * set; `frontrow_user` is the user token that the site's own login may have set. The Authorization
 * header belongs to the shop behind the gate, so only joining looks at it.
 *
 * A place is of its user: where both cookies are genuine and of different users, the place is not
 * taken for that browser's (somebody else has logged in there since). In concerts with anonymous
 * visitors it is, since a visitor may log in later.
 */
#ifndef FRONTROW_HTTP_GATE_AUTH_H
#define FRONTROW_HTTP_GATE_AUTH_H

#include "base/config.h"
#include "http/request.h"
#include <stdbool.h>
#include <stdint.h>

/* Room for the name of a concert's cookie, with its zero. */
#define GATE_COOKIE_SIZE 40

/* The name of a concert's cookie. */
void gate_cookie_name(int64_t concert_id, char out[GATE_COOKIE_SIZE]);

/* Whether [gate] anonymous_concerts names the concert. */
bool gate_is_anonymous(const struct config *cfg, int64_t concert_id);

/*
 * The bearer of a place in the path's concert: sets req->caller. ERR_TOKEN_MISSING without a
 * cookie, or if its token is for another concert; ERR_TOKEN_INVALID if the cookie comes twice, is
 * forged, or is another user's. Whether the place is over is not looked at.
 */
enum err gate_auth_place(struct request *req) MUSTCHECK;

/*
 * Who may join: sets req->place, of kind TOKEN_NONE without a good one, and req->caller to the
 * user of the Authorization header or else of the cookie, of kind TOKEN_NONE if there is none.
 * ERR_BAD_REQUEST if the place's cookie comes twice: another one set would not be found either.
 * ERR_TOKEN_MISSING, ERR_TOKEN_INVALID if there is neither place nor user, unless the concert has
 * anonymous visitors; the latter also for a bad token in the Authorization header.
 */
enum err gate_auth_join(struct request *req) MUSTCHECK;

#endif
