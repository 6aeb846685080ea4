/*
 * Halls, see domain/hall.h.
 *
 * A hall is one block of bytes: the facts, the runs, the texts. So it goes into the host's memory
 * and comes out of it as it is.
 */
#include "domain/hall.h"

#include "base/log.h"
#include "db/db.h"
#include "domain/hall_cache.h"
#include <inttypes.h>

struct reading {
    struct hall_facts *facts;
    struct text_buf runs, texts;
    int64_t last_id;
};

static bool open_block(struct hall *h)
{
    if (h->block.failed || h->block.len < sizeof h->facts)
        return false;
    memcpy(&h->facts, h->block.data, sizeof h->facts);
    h->runs = (const struct hall_run *)(const void *)(h->block.data + sizeof h->facts);
    h->texts = (const char *)(h->runs + h->facts.run_count);
    return true;
}

bool hall_find(int64_t schedule_id, struct hall *out)
{
    *out = (struct hall){.block = {0}};
    if (hall_cache_get(schedule_id, &out->block) && open_block(out))
        return true;
    text_buf_free(&out->block);
    return false;
}

void hall_free(struct hall *h)
{
    text_buf_free(&h->block);
}

const char *hall_text(const struct hall *h, uint32_t place)
{
    return place ? h->texts + place : NULL;
}

bool hall_runs_alike(const struct hall_run *a, const struct hall_run *b)
{
    return a->section == b->section && a->row == b->row && a->price == b->price;
}

/* --- Numbers --- */

static int32_t number_in(const struct hall_run *r, int64_t seat_id)
{
    int64_t from = seat_id - r->seat_id;
    bool has = from >= 0 && from % r->id_step == 0 && from / r->id_step < r->count;
    return has ? r->first + (int32_t)(from / r->id_step) : 0;
}

/* The last run that begins with this id (or number) or one before it; the first if there is none.
 * By id only where they ascend. */
static const struct hall_run *last_run(const struct hall *h, int64_t value, bool by_id)
{
    const struct hall_run *r = h->runs;
    int32_t n = h->facts.run_count;
    while (n > 1) {
        int32_t half = n / 2;
        int64_t begins = by_id ? r[half].seat_id : r[half].first;
        if (begins <= value) {
            r += half;
            n -= half;
        } else {
            n = half;
        }
    }
    return r;
}

int32_t hall_number_of(const struct hall *h, int64_t seat_id)
{
    int32_t n = h->facts.run_count;
    if (h->facts.ids_ascend)
        return n > 0 ? number_in(last_run(h, seat_id, true), seat_id) : 0;
    for (int32_t i = 0, number; i < n; i++)
        if ((number = number_in(&h->runs[i], seat_id)) > 0)
            return number;
    return 0;
}

const struct hall_run *hall_run_of(const struct hall *h, int32_t number)
{
    return last_run(h, number, false);
}

int64_t hall_id_of(const struct hall *h, int32_t number)
{
    const struct hall_run *r = hall_run_of(h, number);
    return r->seat_id + (int64_t)(number - r->first) * r->id_step;
}

/* --- Reading --- */

/* Where a text is: where the run before has it, or at the end. */
static uint32_t place_of(struct text_buf *texts, const struct db_value *text, uint32_t last)
{
    if (db_is_null(text) || text->n == 0)
        return 0;
    const char *before = texts->data + last;
    if (last > 0 && strlen(before) == text->n && memcmp(before, text->s, text->n) == 0)
        return last;
    uint32_t place = (uint32_t)texts->len;
    text_buf_append(texts, text->s, text->n);
    text_buf_append(texts, "", 1);
    return place;
}

/* Whether the seat goes on with the run: the second one says how far the ids are apart. */
static bool goes_on(struct hall_run *run, const struct hall_run *seat)
{
    int64_t step = seat->seat_id - run->seat_id;
    if (!hall_runs_alike(run, seat) || step < 1)
        return false;
    if (run->count == 1 && step <= INT32_MAX)
        run->id_step = (int32_t)step;
    return step == (int64_t)run->id_step * run->count;
}

/* Columns: number, id, section, row, price. */
static enum err read_seat(const struct db_value *row, void *arg)
{
    struct reading *r = arg;
    struct hall_facts *f = r->facts;
    struct hall_run *run = NULL;
    if (r->runs.len > 0)
        run = (struct hall_run *)(void *)(r->runs.data + r->runs.len - sizeof *run);
    struct hall_run seat = {.seat_id = db_int(&row[1]),
                            .id_step = 1,
                            .first = (int32_t)db_int(&row[0]),
                            .count = 1,
                            .price = (int32_t)db_int(&row[4])};
    seat.section = place_of(&r->texts, &row[2], run ? run->section : 0);
    seat.row = place_of(&r->texts, &row[3], run ? run->row : 0);
    if (r->texts.failed || seat.first != f->capacity + 1)
        return ERR_INTERNAL;
    f->capacity = seat.first;
    f->ids_ascend = f->ids_ascend && seat.seat_id > r->last_id;
    r->last_id = seat.seat_id;
    if (run && goes_on(run, &seat)) {
        run->count++;
        return ERR_OK;
    }
    f->run_count++;
    text_buf_append(&r->runs, (const char *)&seat, sizeof seat);
    return r->runs.failed ? ERR_INTERNAL : ERR_OK;
}

static enum err read_hall(struct app *app, const struct schedule *s, struct hall *out)
{
    struct hall_facts facts = {.schedule_id = s->schedule_id,
                               .concert_id = s->concert_id,
                               .starts_at = s->starts_at,
                               .edition = s->edition,
                               .ids_ascend = true};
    struct reading r = {.facts = &facts};
    text_buf_append(&r.texts, "", 1); /* nothing is at 0 */
    enum err e = db_stream(app->db, STMT_SEATS_LAYOUT, read_seat, &r, DB_P_INT(s->schedule_id));
    if (e == ERR_OK && facts.capacity != s->capacity)
        e = ERR_INTERNAL;
    if (e == ERR_INTERNAL)
        log_error("hall", "schedule=%" PRId64 " seats=%" PRId32, s->schedule_id, facts.capacity);
    if (e == ERR_OK) {
        text_buf_append(&out->block, (const char *)&facts, sizeof facts);
        text_buf_append(&out->block, r.runs.data, r.runs.len);
        text_buf_append(&out->block, r.texts.data, r.texts.len);
        e = open_block(out) ? ERR_OK : ERR_INTERNAL;
    }
    text_buf_free(&r.runs);
    text_buf_free(&r.texts);
    return e;
}

static bool find_edition(const struct schedule *s, struct hall *out)
{
    if (hall_find(s->schedule_id, out) && out->facts.edition >= s->edition)
        return true;
    hall_free(out);
    return false;
}

enum err hall_get_of(struct app *app, const struct schedule *s, struct hall *out)
{
    bool alone;
    enum err e = ERR_OK;
    if (find_edition(s, out))
        return ERR_OK;
    hall_cache_begin(s->schedule_id, &alone);
    if (!find_edition(s, out)) {
        e = read_hall(app, s, out);
        if (e == ERR_OK)
            hall_cache_put(s->schedule_id, &out->block);
    }
    hall_cache_end(s->schedule_id, alone);
    return e;
}

enum err hall_get(struct app *app, int64_t schedule_id, struct hall *out)
{
    struct schedule s;
    if (hall_find(schedule_id, out))
        return ERR_OK;
    enum err e = schedule_get(app, schedule_id, &s);
    return e == ERR_OK ? hall_get_of(app, &s, out) : e;
}
