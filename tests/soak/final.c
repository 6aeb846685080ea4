/* Reading the product's final state over the API; see final.h. */
#include "soak/final.h"

#include "soak/buyer.h"
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { TRIES = 20, PATIENCE_MS = 12000 };

static void *grown(void *p, size_t count, size_t size)
{
    void *more = realloc(p, (count + 1) * size);

    if (!more)
        abort();
    return more;
}

/* A busy answer is asked for again. */
static json_object *get(const char *token, const char *path)
{
    struct wire_request r = {.method = "GET", .timeout_ms = PATIENCE_MS};

    snprintf(r.token, sizeof r.token, "%s", token);
    snprintf(r.path, sizeof r.path, "%s", path);
    for (int i = 0; i < TRIES; i++) {
        json_object *json = NULL;

        if (wire_ask(&r, &json) == 200 && json)
            return json;
        json_object_put(json);
        wire_run(100);
    }
    printf("no answer 200 to GET %s\n", path);
    return NULL;
}

/* Calls `take` for each member of the lists `name`, page after page. */
static bool each(const char *token, const char *path, const char *name,
                 void (*take)(struct final_user *u, json_object *one), struct final_user *u)
{
    char page[WIRE_PATH], next[64] = "";

    do {
        json_object *json, *list = NULL;

        snprintf(page, sizeof page, "%s?limit=100%s%s", path, next[0] ? "&cursor=" : "", next);
        json = get(token, page);
        if (!json_object_object_get_ex(json, name, &list)) {
            json_object_put(json);
            return false;
        }
        for (size_t i = 0; i < json_object_array_length(list); i++)
            take(u, json_object_array_get_idx(list, i));
        snprintf(next, sizeof next, "%s", wire_text(json, "next"));
        json_object_put(json);
    } while (next[0]);
    return true;
}

static void take_entry(struct final_user *u, json_object *one)
{
    struct final_entry *e;

    u->entries = grown(u->entries, u->entry_count, sizeof *u->entries);
    e = &u->entries[u->entry_count++];
    *e = (struct final_entry){.entry = wire_int(one, "entryId"),
                              .amount = wire_int(one, "amount"),
                              .balance_after = wire_int(one, "balanceAfter"),
                              .reservation = wire_int(one, "reservationId"),
                              .created_at = wire_time(one, "createdAt")};
    snprintf(e->type, sizeof e->type, "%s", wire_text(one, "type"));
}

static void take_reservation(struct final_user *u, json_object *one)
{
    struct final_reservation *r;
    json_object *seats = NULL;

    u->reservations = grown(u->reservations, u->reservation_count, sizeof *u->reservations);
    r = &u->reservations[u->reservation_count++];
    *r = (struct final_reservation){.reservation = wire_int(one, "reservationId"),
                                    .concert = wire_int(one, "concertId"),
                                    .schedule = wire_int(one, "scheduleId"),
                                    .amount = wire_int(one, "amount"),
                                    .created_at = wire_time(one, "createdAt"),
                                    .hold_expires_at = wire_time(one, "holdExpiresAt"),
                                    .paid_at = wire_time(one, "paidAt"),
                                    .payment = wire_int(one, "paymentId")};
    snprintf(r->status, sizeof r->status, "%s", wire_text(one, "status"));
    if (!json_object_object_get_ex(one, "seats", &seats))
        return;
    for (size_t i = 0; i < json_object_array_length(seats) && i < HISTORY_SEATS; i++)
        r->seats[r->seat_count++] =
            (int32_t)wire_int(json_object_array_get_idx(seats, i), "seatNumber");
}

/* The lists come newest first. */
static void turn_round(void *list, size_t count, size_t size)
{
    char *v = list, swap[256];

    for (size_t i = 0; i < count / 2; i++) {
        char *low = v + i * size, *high = v + (count - 1 - i) * size;

        memcpy(swap, low, size);
        memcpy(low, high, size);
        memcpy(high, swap, size);
    }
}
_Static_assert(sizeof(struct final_reservation) <= 256 && sizeof(struct final_entry) <= 256,
               "turn_round has room for one");

static bool read_user(struct final_user *u, const char *token)
{
    json_object *json = get(token, "/users/me/balance");
    bool good = json != NULL;

    u->balance = wire_int(json, "balance");
    json_object_put(json);
    good = good && each(token, "/users/me/balance/entries", "entries", take_entry, u) &&
           each(token, "/users/me/reservations", "reservations", take_reservation, u);
    turn_round(u->entries, u->entry_count, sizeof *u->entries);
    turn_round(u->reservations, u->reservation_count, sizeof *u->reservations);
    return good;
}

static bool read_concert(struct final_state *f, const struct sale_concert *c, const char *admin)
{
    char path[WIRE_PATH];
    json_object *json, *list = NULL;

    f->concerts[f->concert_count++] = (struct final_concert){c->concert, c->max_active};
    snprintf(path, sizeof path, "/admin/concerts/%" PRId64 "/stats", c->concert);
    json = get(admin, path);
    if (!json_object_object_get_ex(json, "schedules", &list)) {
        json_object_put(json);
        return false;
    }
    for (size_t i = 0; i < json_object_array_length(list); i++) {
        json_object *one = json_object_array_get_idx(list, i);
        int64_t schedule = wire_int(one, "scheduleId");

        for (int k = 0; k < c->shows; k++)
            if (c->schedule[k] == schedule)
                f->schedules[f->schedule_count++] =
                    (struct final_schedule){.concert = c->concert,
                                            .schedule = schedule,
                                            .capacity = c->capacity,
                                            .available = wire_int(one, "available"),
                                            .held = wire_int(one, "held"),
                                            .sold = wire_int(one, "sold")};
    }
    json_object_put(json);
    return true;
}

bool final_read(struct final_state *f, struct buyer *buyers, int count, const struct sale *sale,
                const char *admin)
{
    bool good = true;

    *f = (struct final_state){.user_count = (size_t)count};
    f->users = calloc((size_t)count, sizeof *f->users);
    f->concerts = calloc(sale->count, sizeof *f->concerts);
    f->schedules = calloc(sale->count * SALE_SHOWS, sizeof *f->schedules);
    if (!f->users || !f->concerts || !f->schedules)
        abort();
    for (int i = 0; i < count && good; i++)
        good = read_user(&f->users[i], buyers[i].token);
    for (size_t i = 0; i < sale->count && good; i++)
        good = read_concert(f, &sale->concerts[i], admin);
    return good;
}

void final_free(struct final_state *f)
{
    for (size_t i = 0; i < f->user_count; i++) {
        free(f->users[i].entries);
        free(f->users[i].reservations);
    }
    free(f->users);
    free(f->concerts);
    free(f->schedules);
    *f = (struct final_state){0};
}
