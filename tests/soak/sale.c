/* Making concerts through the operator's API; see sale.h. */
#include "soak/sale.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

/* Wave by wave, concerts of different kinds: tight and wide, with short holds and longer ones. */
static const struct kind {
    const char *settings;
    int64_t max_active;
    int shows, capacity, price;
} kinds[] = {
    {"\"holdSeconds\":2,\"holdExtendSeconds\":2,\"maxSeatsPerUser\":6,\"queue\":{\"admitCount\":6,"
     "\"maxActive\":10,\"sessionSeconds\":8,\"claimSeconds\":0}",
     10, 1, 60, 1000},
    {"\"holdSeconds\":4,\"holdExtendSeconds\":3,\"maxSeatsPerUser\":8,\"queue\":{\"admitCount\":20,"
     "\"maxActive\":0,\"sessionSeconds\":12,\"claimSeconds\":0}",
     0, 2, 30, 1500},
    {"\"holdSeconds\":3,\"holdExtendSeconds\":0,\"maxSeatsPerUser\":4,\"queue\":{\"admitCount\":10,"
     "\"maxActive\":14,\"sessionSeconds\":5,\"claimSeconds\":0}",
     14, 1, 40, 700},
};
static const struct kind last = {
    "\"holdSeconds\":30,\"maxSeatsPerUser\":4,\"queue\":{\"admitCount\":1000,\"maxActive\":0,"
    "\"sessionSeconds\":60,\"claimSeconds\":0}",
    0, 1, 0, 1000};

static int64_t ask(const char *admin, const char *path, const char *body, const char *member)
{
    struct wire_request r = {.method = "POST", .timeout_ms = 12000};
    json_object *json = NULL;
    int64_t value = 0;

    snprintf(r.path, sizeof r.path, "%s", path);
    snprintf(r.token, sizeof r.token, "%s", admin);
    snprintf(r.body, sizeof r.body, "%s", body);
    if (wire_ask(&r, &json) == 201)
        value = wire_int(json, member);
    json_object_put(json);
    return value;
}

static bool make(struct sale *s, const char *admin, const struct kind *k, int capacity)
{
    struct sale_concert *c;
    char path[WIRE_PATH], body[WIRE_BODY];

    s->concerts = realloc(s->concerts, (s->count + 1) * sizeof *s->concerts);
    if (!s->concerts)
        abort();
    c = &s->concerts[s->count];
    *c =
        (struct sale_concert){.max_active = k->max_active, .shows = k->shows, .capacity = capacity};
    snprintf(body, sizeof body, "{\"title\":\"Soak %zu\",%s}", s->count + 1, k->settings);
    c->concert = ask(admin, "/admin/concerts", body, "concertId");
    snprintf(path, sizeof path, "/admin/concerts/%" PRId64 "/schedules", c->concert);
    for (int i = 0; i < k->shows && c->concert; i++) {
        snprintf(body, sizeof body,
                 "{\"startsAt\":\"2036-05-0%dT10:00:00Z\",\"sections\":[{\"name\":\"Stalls\","
                 "\"rows\":%d,\"seatsPerRow\":10,\"price\":%d}]}",
                 i + 1, capacity / 10, k->price);
        c->schedule[i] = ask(admin, path, body, "scheduleId");
    }
    s->count++;
    return c->schedule[k->shows - 1] != 0;
}

bool sale_open(struct sale *s, const char *admin, int seconds)
{
    *s = (struct sale){.waves = (size_t)(seconds / SALE_WAVE_SECONDS) + 1};
    for (size_t i = 0; i < s->waves * SALE_WAVE_CONCERTS; i++) {
        const struct kind *k = &kinds[i % (sizeof kinds / sizeof *kinds)];

        if (!make(s, admin, k, k->capacity))
            return false;
    }
    return true;
}

bool sale_open_last(struct sale *s, const char *admin, int buyers)
{
    size_t count = s->count;

    if (make(s, admin, &last, (buyers + 9) / 10 * 10))
        return true;
    s->count = count;
    return false;
}

const struct sale_concert *sale_pick(const struct sale *s, int64_t elapsed_ms, unsigned pick)
{
    size_t wave = (size_t)(elapsed_ms / 1000) / SALE_WAVE_SECONDS;

    if (wave >= s->waves)
        wave = s->waves - 1;
    if (wave > 0 && pick % 4 == 0)
        wave--;
    return &s->concerts[wave * SALE_WAVE_CONCERTS + pick / 4 % SALE_WAVE_CONCERTS];
}

const struct sale_concert *sale_last(const struct sale *s)
{
    return &s->concerts[s->count - 1];
}

void sale_free(struct sale *s)
{
    free(s->concerts);
    *s = (struct sale){0};
}
