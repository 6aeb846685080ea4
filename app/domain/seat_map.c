/*
 * Maps of large halls, see domain/seat_map.h.
 *
 * The last map of a few halls lies in shared memory, with the moment at which its reading began and
 * the hall's budget. While the budget lasts everyone reads. After that a map serves for half a
 * second; then one process of the host reads the next one, which it alone has the slot's second
 * lock for, and the others still take the old one, until it is nearly a second old: from then on
 * they wait. A process that dies with that lock lets the next one in; if it dies while it writes a
 * map, all of them are forgotten.
 */
#include "domain/seat_map.h"

#include "base/budget.h"
#include "base/clock.h"
#include "base/metrics.h"
#include "base/shared.h"
#include "domain/queue.h"
#include <inttypes.h>
#include <openssl/evp.h>
#include <stdio.h>
#include <string.h>

/* Halls of fewer seats are always read: that costs about as much as to see who asks. */
enum { LARGE_SEATS = 2000 };
/* A map of more bytes is read by one process at a time, but not kept. */
enum { SLOTS = 8, BODY_MAX = 1 << 20 };
/* How long a map serves before the next one is read, and how long at all. */
enum { FRESH_US = 500000, MAX_AGE_US = 900000 };
enum { LOCK_MS = 1000, AWAIT_MS = 2000 };

struct slot {
    int64_t schedule_id; /* 0: none */
    int64_t concert_id;
    int64_t used_us, began_us; /* asked for last; its reading began */
    struct budget budget;
    pthread_mutex_t reading;
    char version[SEAT_MAP_VERSION_SIZE];
    size_t len; /* of the body; 0: there is none */
    char body[BODY_MAX];
};

struct maps {
    pthread_mutex_t lock; /* of all but the readings */
    struct slot slots[SLOTS];
};

static struct maps *maps;

enum err seat_map_init(void)
{
    struct maps *m = shared_alloc(sizeof *m);
    if (!m)
        return ERR_INTERNAL;
    shared_mutex_init(&m->lock);
    for (int i = 0; i < SLOTS; i++)
        shared_mutex_init(&m->slots[i].reading);
    maps = m;
    return ERR_OK;
}

static bool lock(void)
{
    if (!maps)
        return false;
    enum shared_lock got = shared_mutex_lock(&maps->lock, LOCK_MS);
    for (int i = 0; got == SHARED_ABANDONED && i < SLOTS; i++)
        maps->slots[i].schedule_id = 0;
    return got != SHARED_BUSY;
}

static void unlock(void)
{
    pthread_mutex_unlock(&maps->lock);
}

static struct slot *find(int64_t schedule_id)
{
    for (int i = 0; i < SLOTS; i++)
        if (maps->slots[i].schedule_id == schedule_id)
            return &maps->slots[i];
    return NULL;
}

/* A slot for a hall that has none: the one that was asked for the longest time ago. */
static struct slot *give(const struct hall_facts *f)
{
    struct slot *s = &maps->slots[0];
    for (int i = 1; i < SLOTS; i++)
        if (maps->slots[i].used_us < s->used_us)
            s = &maps->slots[i];
    s->schedule_id = f->schedule_id;
    s->concert_id = f->concert_id;
    s->used_us = clock_monotonic_us();
    s->began_us = 0;
    s->budget = (struct budget){.cost = 0};
    s->len = 0;
    return s;
}

/* --- Versions --- */

static enum err hash(const void *data, size_t len, char version[SEAT_MAP_VERSION_SIZE])
{
    unsigned char digest[EVP_MAX_MD_SIZE];
    if (!EVP_Digest(data, len, digest, NULL, EVP_sha256(), NULL))
        return ERR_INTERNAL;
    for (int i = 0; i < SEAT_MAP_VERSION_SIZE / 2; i++)
        snprintf(version + (size_t)2 * (size_t)i, 3, "%02x", digest[i]);
    return ERR_OK;
}

enum err seat_map_version_of(const struct text_buf *versions, char version[SEAT_MAP_VERSION_SIZE])
{
    return hash(versions->data ? versions->data : "", versions->len, version);
}

/* --- Sharing --- */

/* What one request has to do with a hall's slot. */
struct visit {
    int64_t schedule_id, concert_id;
    int64_t reserved;         /* of the budget */
    pthread_mutex_t *reading; /* held: this one reads for the others */
};

/* Whether the request reads for itself. */
static bool may_read(struct visit *v)
{
    bool may = true;
    if (!lock())
        return true;
    struct slot *s = find(v->schedule_id);
    if (s) {
        s->used_us = clock_monotonic_us();
        v->concert_id = s->concert_id;
        may = budget_take(&s->budget, s->used_us, &v->reserved);
    }
    unlock();
    return may;
}

/* Appends the shared map if it is no older than this. */
static bool copy(int64_t schedule_id, int64_t max_age_us, struct text_buf *out,
                 char version[SEAT_MAP_VERSION_SIZE])
{
    bool copied = false;
    if (!lock())
        return false;
    const struct slot *s = find(schedule_id);
    if (s && s->len > 0 && clock_monotonic_us() - s->began_us <= max_age_us) {
        text_buf_append(out, s->body, s->len);
        memcpy(version, s->version, sizeof s->version);
        copied = true;
    }
    unlock();
    return copied;
}

static pthread_mutex_t *reading_of(int64_t schedule_id)
{
    if (!lock())
        return NULL;
    struct slot *s = find(schedule_id);
    unlock();
    return s ? &s->reading : NULL;
}

/* Appends a map that somebody else has read. False: it is on this request to read one, if there is
 * a slot at all as the one that does so for the others. */
static bool share(struct visit *v, struct text_buf *out, char version[SEAT_MAP_VERSION_SIZE])
{
    if (copy(v->schedule_id, FRESH_US, out, version))
        return true;
    pthread_mutex_t *reading = reading_of(v->schedule_id);
    if (!reading)
        return false;
    if (shared_mutex_lock(reading, 0) == SHARED_BUSY) {
        if (copy(v->schedule_id, MAX_AGE_US, out, version))
            return true;
        if (shared_mutex_lock(reading, AWAIT_MS) == SHARED_BUSY)
            return copy(v->schedule_id, MAX_AGE_US, out, version);
    }
    /* Somebody else may have read meanwhile. */
    if (copy(v->schedule_id, FRESH_US, out, version)) {
        pthread_mutex_unlock(reading);
        return true;
    }
    v->reading = reading;
    return false;
}

/* Keeps a map for the others, unless they have one that was begun later, and pays for it. */
static void publish(const struct visit *v, const struct hall_facts *f, int64_t began,
                    const char *body, size_t len, const char version[SEAT_MAP_VERSION_SIZE])
{
    if (f->capacity < LARGE_SEATS || !lock())
        return;
    struct slot *s = find(f->schedule_id);
    if (!s)
        s = give(f);
    int64_t now = clock_monotonic_us();
    budget_settle(&s->budget, now, v->reserved, now - began);
    if (began > s->began_us && len <= BODY_MAX) {
        s->len = 0;
        memcpy(s->body, body, len);
        memcpy(s->version, version, sizeof s->version);
        s->began_us = began;
        s->len = len;
    }
    unlock();
}

/* Letters, and the edition unless the show is as it was made. */
enum err seat_map_version(const struct seats *s, char version[SEAT_MAP_VERSION_SIZE])
{
    const struct hall_facts *f = &s->hall.facts;
    struct text_buf all = {0};
    if (f->edition == 0)
        return hash(s->letters, (size_t)f->capacity, version);
    text_buf_append(&all, s->letters, (size_t)f->capacity);
    text_buf_printf(&all, " %" PRId32, f->edition);
    enum err e = all.failed ? ERR_INTERNAL : hash(all.data, all.len, version);
    text_buf_free(&all);
    return e;
}

static enum err read_map(struct app *app, const struct caller *caller, const struct visit *v,
                         seat_map_render_fn *render, struct text_buf *out,
                         char version[SEAT_MAP_VERSION_SIZE])
{
    int64_t began = clock_monotonic_us();
    size_t before = out->len;
    struct seats s;
    enum err e = seats_read(app, caller, v->schedule_id, &s);
    if (e != ERR_OK)
        return e;
    e = seat_map_version(&s, version);
    if (e == ERR_OK)
        render(&s, version, out);
    if (e == ERR_OK && !out->failed)
        publish(v, &s.hall.facts, began, out->data + before, out->len - before, version);
    seats_free(&s);
    metrics_seat_map(false);
    return out->failed ? ERR_INTERNAL : e;
}

void seat_map_forget(int64_t schedule_id)
{
    if (!lock())
        return;
    struct slot *s = find(schedule_id);
    if (s) {
        s->len = 0;
        s->began_us = clock_monotonic_us(); /* what is being read just now is not published */
    }
    unlock();
}

enum err seat_map_get(struct app *app, const struct caller *caller, int64_t schedule_id,
                      seat_map_render_fn *render, struct text_buf *out,
                      char version[SEAT_MAP_VERSION_SIZE])
{
    struct visit v = {.schedule_id = schedule_id};
    if (!may_read(&v)) {
        enum err e = queue_require_inside(app, caller, v.concert_id);
        if (e != ERR_OK)
            return e;
        if (share(&v, out, version)) {
            metrics_seat_map(true);
            return ERR_OK;
        }
    }
    enum err e = read_map(app, caller, &v, render, out, version);
    if (v.reading)
        pthread_mutex_unlock(v.reading);
    return e;
}
