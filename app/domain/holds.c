/*
 * The workers' side of the holds combined, see domain/holds.h.
 *
 * How the hall lies is known on the host: so the seats are named by their ids, in whose order they
 * are locked, and all of the answer but a few numbers is there before it is asked for.
 */
#include "domain/holds_shared.h"

#include "domain/hall_cache.h"
#include "domain/queue.h"
#include <stdlib.h>
#include <string.h>

static struct desk *desk;
static idem_render_fn *render_held;

enum err holds_init(idem_render_fn *render)
{
    render_held = render;
    desk = desk_new(sizeof(struct holds_ask), sizeof(struct holds_answer), CLERK_PATIENCE_MS);
    return desk ? ERR_OK : ERR_INTERNAL;
}

struct desk *holds_desk(void)
{
    return desk;
}

enum err holds_render(void *arg, int *status, struct text_buf *body)
{
    return render_held(arg, status, body);
}

/* --- The reservation --- */

static enum err draft_seat(const struct hall *hall, int64_t id, struct reservation_seat *out)
{
    int32_t number = hall_number_of(hall, id);
    if (number == 0)
        return ERR_INTERNAL;
    const struct hall_run *run = hall_run_of(hall, number);
    const char *section = hall_text(hall, run->section), *row = hall_text(hall, run->row);
    *out = (struct reservation_seat){.seat_id = id, .seat_number = number, .price = run->price};
    if (section)
        text_copy(out->section, sizeof out->section, section, strlen(section));
    if (row)
        text_copy(out->row, sizeof out->row, row, strlen(row));
    return ERR_OK;
}

enum err holds_draft(const struct holds_ask *ask, const struct hall *hall, struct reservation *out)
{
    enum err e = ERR_OK;
    *out = (struct reservation){.status = "PENDING",
                                .user_id = ask->caller.user,
                                .concert_id = hall->facts.concert_id,
                                .schedule_id = ask->schedule_id,
                                .paid_at = -1};
    out->seats = calloc((size_t)ask->count, sizeof *out->seats);
    if (!out->seats)
        return ERR_INTERNAL;
    out->seat_count = ask->count;
    for (int i = 0; e == ERR_OK && i < ask->count; i++)
        e = draft_seat(hall, ask->seat_ids[i], &out->seats[i]);
    if (e != ERR_OK)
        reservation_clear(out);
    return e;
}

void holds_complete(const struct holds_answer *answer, struct reservation *out)
{
    out->reservation_id = answer->reservation_id;
    out->amount = answer->amount;
    out->starts_at = answer->starts_at;
    out->created_at = answer->created_at;
    out->hold_expires_at = answer->hold_expires_at;
    for (int i = 0; i < out->seat_count; i++)
        out->seats[i].price = answer->prices[i];
}

/* --- Asking --- */

static bool can_be_asked(const struct caller *caller, const struct hold_request *req)
{
    return desk_attended(desk) && req->schedule_id != 0 && !req->best &&
           req->seat_count <= HOLDS_SEATS && !queue_surely_waits(caller);
}

/* A hall too large to be kept would be read for each hold: the last of them are remembered. */
static int64_t too_large[16];

static bool is_too_large(int64_t schedule_id)
{
    for (size_t i = 0; i < sizeof too_large / sizeof *too_large; i++)
        if (too_large[i] == schedule_id)
            return true;
    return false;
}

static void note_too_large(int64_t schedule_id)
{
    static size_t next;
    too_large[next++ % (sizeof too_large / sizeof *too_large)] = schedule_id;
}

static bool find_hall(struct app *app, int64_t schedule_id, struct hall *out)
{
    if (hall_find(schedule_id, out))
        return true;
    if (is_too_large(schedule_id) || hall_get(app, schedule_id, out) != ERR_OK)
        return false;
    if (out->block.len <= HALL_CACHE_BLOCK_MAX)
        return true;
    note_too_large(schedule_id);
    hall_free(out);
    return false;
}

static void insert_number(int32_t *numbers, int n, int32_t number)
{
    while (n > 0 && numbers[n - 1] > number) {
        numbers[n] = numbers[n - 1];
        n--;
    }
    numbers[n] = number;
}

/* False if the hall lacks one of the seats. */
static bool name_seats(const struct hold_request *req, const struct hall *hall,
                       struct holds_ask *ask)
{
    int32_t numbers[HOLDS_SEATS];
    for (int i = 0; i < req->seat_count; i++) {
        int64_t number = req->by_id ? hall_number_of(hall, req->seats[i]) : req->seats[i];
        if (number < 1 || number > hall->facts.capacity)
            return false;
        insert_number(numbers, i, (int32_t)number);
    }
    for (int i = 0; i < req->seat_count; i++)
        ask->seat_ids[i] = hall_id_of(hall, numbers[i]);
    ask->count = req->seat_count;
    return true;
}

static enum err prepare(struct app *app, const struct hold_request *req, struct holds_ask *ask,
                        struct reservation *out)
{
    struct hall hall;
    enum err e = ERR_NO_ROW;
    if (!find_hall(app, req->schedule_id, &hall))
        return e;
    if (hall.facts.concert_id == ask->caller.concert_id && name_seats(req, &hall, ask))
        e = holds_draft(ask, &hall, out);
    hall_free(&hall);
    return e;
}

enum err holds_ask(struct app *app, const struct caller *caller, const struct hold_request *req,
                   struct idem *idem, struct reservation *out)
{
    struct holds_ask ask = {.caller = *caller, .schedule_id = req->schedule_id};
    struct holds_answer answer;
    if (!can_be_asked(caller, req) || prepare(app, req, &ask, out) != ERR_OK)
        return ERR_NO_ROW;
    idem_key_of(idem, &ask.key);
    enum desk_outcome outcome = desk_ask(desk, &ask, &answer);
    enum err e = outcome == DESK_UNKNOWN && !ask.key.present ? ERR_BUSY : ERR_NO_ROW;
    if (outcome == DESK_DONE) {
        holds_complete(&answer, out);
        e = idem_answer(idem);
    }
    if (e != ERR_OK)
        reservation_clear(out);
    return e;
}
