/*
 * Tickets to a show (not the ticket numbers of a queue): a JWS in compact form (RFC 7515), signed
 * with ES256 by the keys of http/ticket_keys.h. It says what its bearer may sit on and when, and
 * nothing of who that is:
 *
 *   header  {"alg":"ES256","kid":…}
 *   claims  {"aud":"frontrow:ticket","rid":…,"sid":…,"cid":…,"at":…,"seats":"1-4,7","iat":…}
 *
 * rid, sid, cid: the reservation, schedule and concert; at: the start of the show, iat: when it was
 * paid, both in seconds since the epoch; seats: their numbers (base/ranges.h). The same reservation
 * has the same claims each time; the signature differs, as ECDSA's do.
 *
 * OpenSSL signs, not libjwt: that takes a key as PEM text alone, which it reads anew for each
 * signature, and is 25 times as slow so (measured: 800 microseconds for 30).
 */
#ifndef FRONTROW_HTTP_TICKET_H
#define FRONTROW_HTTP_TICKET_H

#include "base/err.h"
#include "base/text.h"
#include "domain/app.h"
#include "http/ticket_keys.h"

/* Room for APP_MAX_SEATS numbers of up to six digits, each with a comma. */
#define TICKET_SEATS_SIZE (7 * APP_MAX_SEATS + 1)

struct ticket {
    int64_t reservation_id, schedule_id, concert_id;
    int64_t starts_at, paid_at;    /* seconds */
    char seats[TICKET_SEATS_SIZE]; /* "1-4,7" */
};

/* Why a text is no ticket. */
enum ticket_fault {
    TICKET_GENUINE,
    TICKET_MALFORMED,   /* no JWS by ES256 at all, such as a token */
    TICKET_UNKNOWN_KEY, /* its kid is none of ours */
    TICKET_FORGED,      /* the signature is wrong */
    TICKET_OTHER,       /* genuine, but no ticket: another audience or shape */
    TICKET_FAULTS
};

/* Appends the ticket as text, signed with the first of the keys. ERR_INTERNAL. */
enum err ticket_sign(const struct ticket_keys *keys, const struct ticket *t,
                     struct text_buf *out) MUSTCHECK;

/* Checks the text, and reads it into *out if it is genuine. */
enum ticket_fault ticket_check(const struct ticket_keys *keys, const char *text, size_t len,
                               struct ticket *out) MUSTCHECK;

#endif
