/*
 * frontrow ticket check, see ctl_ticket.h: at the door, where there may be no network and no
 * configuration. One line for each ticket, with what matters first.
 */
#include "base/clock.h"
#include "base/text.h"
#include "ctl_ticket.h"
#include "domain/app.h"
#include "domain/booking.h"
#include "http/jws.h"
#include "http/ticket.h"
#include "http/ticket_keys.h"
#include <errno.h>
#include <inttypes.h>
#include <search.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

/* Most reservations that are remembered in a run: ten of the largest halls. */
#define SEEN_MAX 1000000

/* Of one that is not known to be good: what the run makes of it. */
enum verdict { GOOD, BAD, UNKNOWN };

struct door {
    struct ticket_keys keys;
    struct app *app;     /* NULL: nobody asks the database */
    int64_t schedule_id; /* 0: any show */
    void *seen;          /* a tree of reservation ids, of tsearch(3) */
    int64_t seen_count;
    bool bad, unknown; /* what there was among those so far */
};

/* --- What it is for --- */

/* "2026-10-03 19:00 KST": in this host's zone, since the ticket names none. */
static const char *print_moment(char out[64], int64_t seconds)
{
    time_t moment = (time_t)seconds;
    struct tm t;

    if (!localtime_r(&moment, &t) || strftime(out, 64, "%Y-%m-%d %H:%M %Z", &t) == 0)
        snprintf(out, 64, "?");
    return out;
}

static void print_ticket(const struct ticket *t)
{
    char at[64], paid[64];

    printf("reservation %" PRId64 ", concert %" PRId64 ", schedule %" PRId64 " at %s, seats %s "
           "(paid %s)\n",
           t->reservation_id, t->concert_id, t->schedule_id, print_moment(at, t->starts_at),
           t->seats, print_moment(paid, t->paid_at));
}

static enum verdict refuse(const char *why, const struct ticket *t)
{
    printf("NO  %s: ", why);
    print_ticket(t);
    return BAD;
}

/* --- Judging --- */

static int by_id(const void *a, const void *b)
{
    const int64_t *x = a, *y = b;

    return (*x > *y) - (*x < *y);
}

/* Whether the reservation came before; notes it. A reservation, not a text: each time a ticket is
 * fetched it has another signature. */
static bool came_before(struct door *door, int64_t id)
{
    int64_t *own, **found;

    if (tfind(&id, &door->seen, by_id))
        return true;
    if (door->seen_count == SEEN_MAX)
        return false;
    own = malloc(sizeof *own);
    if (!own)
        return false;
    *own = id;
    found = tsearch(own, &door->seen, by_id);
    if (!found)
        free(own);
    else if (++door->seen_count == SEEN_MAX)
        ctl_complain(0, "ticket check: no more than %d are remembered from here on", SEEN_MAX);
    return false;
}

/* What the database says. */
static enum verdict ask(struct door *door, const struct ticket *t)
{
    struct reservation r = {.seats = NULL};
    enum err e = booking_find(door->app, t->reservation_id, &r);
    char why[64];

    reservation_clear(&r);
    if (e == ERR_RESERVATION_NOT_FOUND)
        return refuse("there is no such reservation", t);
    if (e != ERR_OK) {
        ctl_complain_of(e, "ticket check");
        printf("??  it is genuine, but whether it still counts is not known: ");
        print_ticket(t);
        return UNKNOWN;
    }
    if (strcmp(r.status, "CONFIRMED") == 0)
        return GOOD;
    snprintf(why, sizeof why, "the reservation is %s", r.status);
    return refuse(why, t);
}

static enum verdict judge(struct door *door, const char *text, size_t len)
{
    static const char *const faults[TICKET_FAULTS] = {
        [TICKET_MALFORMED] = "this is no ticket",
        [TICKET_UNKNOWN_KEY] = "signed with a key that is not known here",
        [TICKET_FORGED] = "the signature is wrong: forged or damaged",
        [TICKET_OTHER] = "the signature is good, but this is no ticket"};
    struct ticket t;
    enum ticket_fault fault = ticket_check(&door->keys, text, len, &t);
    enum verdict verdict;

    if (fault != TICKET_GENUINE) {
        printf("NO  %s\n", faults[fault]);
        return BAD;
    }
    if (door->schedule_id && t.schedule_id != door->schedule_id)
        return refuse("for another show", &t);
    verdict = door->app ? ask(door, &t) : GOOD;
    if (verdict != GOOD)
        return verdict;
    if (came_before(door, t.reservation_id))
        return refuse("this one came before", &t);
    fputs("OK  ", stdout);
    print_ticket(&t);
    return GOOD;
}

static void check(struct door *door, const char *text, size_t len)
{
    enum verdict verdict = judge(door, text, len);

    door->bad = door->bad || verdict == BAD;
    door->unknown = door->unknown || verdict == UNKNOWN;
    fflush(stdout);
}

/* Reads a line without its end; of one that is longer than any ticket the beginning, which is none.
 * False at the end of the input. */
static bool read_line(char *line, size_t cap, size_t *len)
{
    int c;

    *len = 0;
    while ((c = getchar()) != EOF && c != '\n')
        if (*len < cap)
            line[(*len)++] = (char)c;
    while (*len > 0 && strchr(" \t\r", line[*len - 1]))
        --*len;
    return c != EOF || *len > 0;
}

static bool check_lines(struct door *door)
{
    char line[JWS_MAX + 1];
    size_t len;

    while (read_line(line, sizeof line, &len))
        if (len > 0)
            check(door, line, len);
    return !ferror(stdin);
}

/* --- The command --- */

/* The keys of a file. False after a complaint. */
static bool read_keys(const char *path, struct ticket_keys *out)
{
    static char text[TICKET_KEYS_TEXT_MAX + 1];
    FILE *file = fopen(path, "re");
    size_t len;
    bool failed;

    if (!file) {
        ctl_complain(0, "%s: %s", path, strerror(errno));
        return false;
    }
    len = fread(text, 1, sizeof text, file);
    failed = ferror(file);
    fclose(file);
    if (!failed && ticket_keys_read(text, len, out) == ERR_OK)
        return true;
    ctl_complain(0, "%s has no keys of tickets (a JWKS, as frontrow ticket keys prints it)", path);
    return false;
}

/* Provides what is asked for; the exit status. */
static int open_door(struct ctl *ctl, struct door *door)
{
    const char *schedule = ctl->value[CTL_SCHEDULE], *jwks = ctl->value[CTL_JWKS];

    if (schedule &&
        (!text_parse_int(schedule, strlen(schedule), &door->schedule_id) || door->schedule_id < 1))
        return ctl_complain(CTL_MISUSED, "--schedule must be a schedule's number");
    if ((!jwks || ctl->value[CTL_ONLINE]) && !ctl_load(ctl, false))
        return CTL_MISUSED;
    if (jwks ? !read_keys(jwks, &door->keys) : ticket_keys_derive(&ctl->cfg, &door->keys) != ERR_OK)
        return jwks ? CTL_MISUSED : ctl_complain_of(ERR_INTERNAL, "ticket check");
    if (ctl->value[CTL_ONLINE])
        door->app = ctl_app(ctl, "ticket check");
    return ctl->value[CTL_ONLINE] && !door->app ? CTL_UNKNOWN : CTL_DONE;
}

int ctl_ticket_check(struct ctl *ctl)
{
    static struct door door;
    int status = open_door(ctl, &door);

    if (status == CTL_DONE && strcmp(ctl->operand, "-") != 0)
        check(&door, ctl->operand, strlen(ctl->operand));
    else if (status == CTL_DONE && !check_lines(&door))
        status = ctl_complain(CTL_UNKNOWN, "cannot read: %s", strerror(errno));
    if (door.bad)
        status = CTL_FAILED;
    else if (door.unknown)
        status = CTL_UNKNOWN;
    tdestroy(door.seen, free);
    app_free(door.app);
    ticket_keys_clear(&door.keys);
    return status;
}
