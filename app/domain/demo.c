/* Demo concerts, see domain/demo.h. */
#include "domain/demo.h"

#include "base/clock.h"
#include "db/db.h"
#include "domain/concert.h"
#include "domain/schedule.h"

#define DAY_MS  INT64_C(86400000)
#define HOUR_MS INT64_C(3600000)

/* 00:00 in Seoul, which has no summer time, is 15:00 UTC of the day before. */
#define SEOUL_MS (9 * HOUR_MS)

static struct schedule_section fifty[] = {
    {.name = "", .rows = 1, .seats_per_row = 50, .price = 88000}};

static int32_t wheelchair_places[] = {1, 2, 39, 40};
static struct schedule_section hall[] = {
    {.name = "VIP", .rows = 5, .seats_per_row = 40, .price = 165000},
    {.name = "R",
     .rows = 15,
     .seats_per_row = 40,
     .price = 132000,
     .blocked = wheelchair_places,
     .blocked_count = 4},
    {.name = "S", .rows = 20, .seats_per_row = 40, .price = 99000},
    {.name = "A", .rows = 10, .seats_per_row = 40, .price = 66000},
};

/* A show some days from now, at an hour of the day in Seoul. */
struct show {
    int days, hour;
};

static const struct demo {
    const char *title, *artist, *time_zone;
    struct schedule_section *sections;
    int section_count;
    struct show shows[8]; /* ended by days 0 */
} demos[] = {
    {"봄밤의 콘서트", "새벽기차", "Asia/Seoul", fifty, 1, {{7, 19}, {8, 15}, {8, 19}, {9, 17}}},
    {"First Night", "The Openers", "Asia/Seoul", fifty, 1, {{14, 19}, {15, 19}, {16, 18}}},
    {"한강 여름 축제", "여러 가수", "Asia/Seoul", hall, 4, {{30, 18}}},
    {"Northern Lights Tour", "Aurora Lane", "Europe/Oslo", fifty, 1, {{21, 2}, {22, 2}}},
};

static enum err make_shows(struct app *app, const struct caller *operator, int64_t concert_id,
                           const struct demo *d, int64_t midnight)
{
    enum err e = ERR_OK;
    for (const struct show *show = d->shows; e == ERR_OK && show->days; show++) {
        struct schedule_new n = {.starts_at = midnight + show->days * DAY_MS + show->hour * HOUR_MS,
                                 .booking_opens_at = -1,
                                 .booking_closes_at = -1,
                                 .refund_closes_at = -1,
                                 .sections = d->sections,
                                 .section_count = d->section_count};
        struct schedule out;
        e = schedule_create(app, operator, concert_id, &n, NULL, &out);
    }
    return e;
}

static enum err make(struct app *app, const struct caller *operator, const struct demo * d,
                     int64_t midnight, FILE *out)
{
    struct concert c, made;
    concert_defaults(app->cfg, &c);
    text_copy(c.title, sizeof c.title, d->title, strlen(d->title));
    text_copy(c.artist, sizeof c.artist, d->artist, strlen(d->artist));
    text_copy(c.host, sizeof c.host, DEMO_HOST, strlen(DEMO_HOST));
    text_copy(c.time_zone, sizeof c.time_zone, d->time_zone, strlen(d->time_zone));
    enum err e = concert_create(app, operator, & c, NULL, &made);
    if (e == ERR_OK)
        e = make_shows(app, operator, made.concert_id, d, midnight);
    if (e == ERR_OK)
        fprintf(out, "made concert %lld: %s\n", (long long)made.concert_id, d->title);
    return e;
}

static enum err read_int(const struct db_value *row, void *arg)
{
    *(int64_t *)arg = db_int(&row[0]);
    return ERR_OK;
}

enum err demo_load(struct app *app, FILE *out)
{
    struct caller operator= {.kind = TOKEN_USER, .service = true, .admin = true};
    int64_t concerts = 0, now = 0;
    enum err e = db_query_one(app->db, STMT_TOOL_CONCERT_COUNT, read_int, &concerts);
    if (e == ERR_OK)
        e = db_now(app->db, &now);
    if (e == ERR_OK && concerts > 0) {
        fprintf(out, "there are %lld concerts already: nothing made\n", (long long)concerts);
        return ERR_OK;
    }
    int64_t midnight = now - (now + SEOUL_MS) % DAY_MS;
    uuid_random(&operator.user);
    for (size_t i = 0; e == ERR_OK && i < sizeof demos / sizeof *demos; i++)
        e = make(app, &operator, & demos[i], midnight, out);
    return e;
}
