/*
 * The buyers as a whole, see load/crowd.h: who arrives, whose time has come, for whom it is over.
 *
 * The wheel's and the client's ids are those of the buyers; one more is the crowd's own, a watcher
 * that reads the public state each second, so that all know when everything is sold.
 */
#include "load/crowd.h"

#include "base/clock.h"
#include "http/auth.h"
#include "load/buyer.h"
#include <stdlib.h>
#include <string.h>

/* The longest that one round waits for answers, in milliseconds, and to how many milliseconds a
 * timer is rounded up: each one that goes off alone wakes the program, which costs more than a
 * request. Arrivals bunch as much. */
#define ROUND_MS 50
#define TIMER_MS 5

/* The watcher's interval. */
#define WATCH_MS 1000

static const char *const end_names[] = {
#define END_NAME(end, name, ...) name,
    CROWD_ENDS(END_NAME)
#undef END_NAME
};
static const char *const end_meanings[] = {
#define END_MEANING(end, name, meaning) meaning,
    CROWD_ENDS(END_MEANING)
#undef END_MEANING
};

const char *crowd_end_name(enum crowd_end end)
{
    return end_names[end];
}

const char *crowd_end_meaning(enum crowd_end end)
{
    return end_meanings[end];
}

/* --- Time --- */

uint32_t crowd_now_ms(const struct crowd *c)
{
    return (uint32_t)((clock_monotonic_us() - c->opened_us) / 1000);
}

/* Room for the seconds up to this one; the last one if there is no memory for more. */
static void reach_second(struct crowd_figures *f, uint32_t second)
{
    struct crowd_second *more;
    uint32_t size = f->seconds_size ? f->seconds_size * 2 : 128;

    while (size <= second)
        size *= 2;
    if (second >= f->seconds_size) {
        more = realloc(f->by, size * sizeof *more);
        if (!more) {
            f->short_of_memory = true;
            return;
        }
        memset(more + f->seconds_size, 0, (size - f->seconds_size) * sizeof *more);
        f->by = more;
        f->seconds_size = size;
    }
    f->seconds = second + 1;
}

struct crowd_second *crowd_second(struct crowd *c)
{
    struct crowd_figures *f = &c->figures;
    uint32_t second = crowd_now_ms(c) / 1000;

    if (second >= f->seconds)
        reach_second(f, second);
    return &f->by[second < f->seconds ? second : f->seconds - 1];
}

/* --- Going on --- */

static enum client_lane lane_of(enum step step)
{
    switch (step) {
    case STEP_JOIN:
    case STEP_POLL:
    case STEP_LEAVE:
        return LANE_QUEUE;
    case STEP_PUBLIC:
        return LANE_PUBLIC;
    default:
        return LANE_SHOP;
    }
}

/* Asks, after all others or, who has just had an answer, before them. */
static void ask(struct crowd *c, struct buyer *b, uint32_t id, bool next)
{
    enum client_lane lane = lane_of((enum step)b->step);
    enum err e = next ? client_ask_next(c->client, id, lane) : client_ask(c->client, id, lane);

    b->asked = e == ERR_OK;
    if (e == ERR_OK)
        return;
    c->figures.short_of_memory = true;
    crowd_end(c, b, END_FAILED);
}

void crowd_go(struct crowd *c, struct buyer *b, uint32_t id, enum step step)
{
    bool goes_on = b->step == STEP_SEATS || b->step == STEP_HOLD;

    b->step = (uint8_t)step;
    ask(c, b, id, goes_on);
}

void crowd_go_after(struct crowd *c, struct buyer *b, uint32_t id, enum step step, double seconds)
{
    double wait = seconds < CROWD_SECONDS_MAX ? seconds : CROWD_SECONDS_MAX;
    int64_t due = crowd_now_ms(c) + (int64_t)(wait * 1000) + TIMER_MS;

    b->step = (uint8_t)step;
    wheel_set(&c->wheel, id, due - due % TIMER_MS);
}

void crowd_go_thinking(struct crowd *c, struct buyer *b, uint32_t id, enum step step)
{
    if (c->plan->think > 0)
        crowd_go_after(c, b, id, step, chance_time(&b->chance, c->plan->think));
    else
        crowd_go(c, b, id, step);
}

void crowd_end(struct crowd *c, struct buyer *b, enum crowd_end end)
{
    if (b->inside)
        c->figures.inside--;
    else
        c->figures.waiting--;
    c->figures.ends[end]++;
    c->over++;
    b->step = STEP_OVER;
    free(b->token);
    free(b->seats);
    b->token = NULL;
    b->seats = NULL;
}

/* --- The client's side --- */

static size_t write_request(void *arg, uint32_t id, char *out, size_t size)
{
    struct crowd *c = arg;
    struct buyer *b = &c->buyers[id];

    if (id == c->plan->buyers)
        return buyer_write_public(c, out, size);
    if (b->step == STEP_OVER)
        return 0;
    return buyer_write(c, b, id, out, size);
}

static void hear(void *arg, uint32_t id, const struct client_result *result)
{
    struct crowd *c = arg;
    struct buyer *b = &c->buyers[id];
    int64_t now_serving;

    if (id == c->plan->buyers) {
        if (result->answer)
            buyer_hear_public(c, result->answer, &now_serving);
        wheel_set(&c->wheel, id, crowd_now_ms(c) + WATCH_MS);
        return;
    }
    b->asked = false;
    crowd_second(c)->requests++;
    if (b->step == STEP_OVER)
        return;
    buyer_hear(c, b, id, result);
    if (c->stopping && b->step != STEP_OVER && !b->inside)
        crowd_end(c, b, END_CUT);
}

/* --- Arriving --- */

static enum fate draw_fate(const struct crowd_plan *plan, struct chance *chance)
{
    int draw = (int)chance_below(chance, 100);
    bool early = chance_below(chance, 2) == 0;

    if (draw < plan->abandon)
        return early ? FATE_LEAVES : FATE_GIVES_BACK;
    if (draw < plan->abandon + plan->vanish)
        return early ? FATE_VANISHES_WAITING : FATE_VANISHES_HOLDING;
    return FATE_BUYS;
}

static void draw_arrival(struct crowd *c)
{
    const struct crowd_plan *plan = c->plan;
    struct chance chance;
    double share;

    if (c->next >= plan->buyers)
        return;
    chance_begin(&chance, plan->seed ^ 1, c->next);
    share = (c->next + chance_share(&chance)) / plan->buyers;
    c->next_us = (int64_t)(arrive_at(plan->profile, share) * plan->over * 1e6);
}

/* One who arrives late, because the rehearsal had no time for it, has waited since it was due. */
static void arrive(struct crowd *c, int64_t now_us)
{
    while (!c->stopping && c->next < c->plan->buyers && c->next_us <= now_us - c->opened_us) {
        uint32_t id = c->next++;
        struct buyer *b = &c->buyers[id];

        b->came_ms = (uint32_t)(c->next_us / 1000);
        c->figures.arrived++;
        c->figures.waiting++;
        crowd_second(c)->arrived++;
        crowd_go(c, b, id, STEP_JOIN);
        draw_arrival(c);
    }
}

/* --- Of the whole --- */

enum err crowd_init(struct crowd *c, const struct crowd_plan *plan, const struct target *target,
                    struct client *client, struct dates *dates)
{
    memset(c, 0, sizeof *c);
    c->plan = plan;
    c->target = target;
    c->client = client;
    c->dates = dates;
    c->figures.last_sale_us = -1;
    /* One more than there are, so that the watcher's id has a place. */
    c->buyers = calloc((size_t)plan->buyers + 1, sizeof *c->buyers);
    reach_second(&c->figures, 0);
    if (!c->buyers || !c->figures.by || wheel_init(&c->wheel, plan->buyers + 1, 0) != ERR_OK)
        return ERR_INTERNAL;
    for (uint32_t i = 0; i < plan->buyers; i++) {
        struct buyer *b = &c->buyers[i];

        chance_begin(&b->chance, plan->seed, i);
        b->fate = (uint8_t)draw_fate(plan, &b->chance);
        b->want = (uint8_t)plan->seats;
        b->date = DATES_NONE;
    }
    return ERR_OK;
}

void crowd_free(struct crowd *c)
{
    for (uint32_t i = 0; c->buyers && i < c->plan->buyers; i++) {
        free(c->buyers[i].token);
        free(c->buyers[i].seats);
    }
    free(c->buyers);
    free(c->figures.by);
    wheel_free(&c->wheel);
    memset(c, 0, sizeof *c);
}

enum err crowd_mint(struct crowd *c, const struct config *cfg, uint32_t buyer, int64_t now_ms,
                    int64_t ttl_seconds)
{
    struct uuid user = chance_user(c->plan->seed, buyer);

    return auth_mint_user(cfg, &user, "wallet:charge", now_ms, ttl_seconds,
                          &c->buyers[buyer].token);
}

const char *crowd_token(const struct crowd *c, uint32_t buyer)
{
    return c->buyers[buyer].token;
}

void crowd_open(struct crowd *c, int64_t opened_us)
{
    struct client_user user = {write_request, hear, c};

    c->opened_us = opened_us;
    client_use(c->client, &user);
    draw_arrival(c);
    wheel_set(&c->wheel, c->plan->buyers, 0);
}

static void wake(struct crowd *c, uint32_t id)
{
    struct buyer *b = &c->buyers[id];

    if (id == c->plan->buyers) {
        if (client_ask(c->client, id, LANE_PUBLIC) != ERR_OK)
            wheel_set(&c->wheel, id, crowd_now_ms(c) + WATCH_MS);
    } else if (b->step == STEP_LOOK) {
        buyer_look(c, b, id);
    } else if (b->step != STEP_OVER) {
        ask(c, b, id, false);
    }
}

uint32_t crowd_seconds_now(const struct crowd *c)
{
    return crowd_now_ms(c) / 1000;
}

bool crowd_run(struct crowd *c)
{
    int64_t now_us = clock_monotonic_us(), now_ms = (now_us - c->opened_us) / 1000, until;
    uint32_t id;
    int wait;

    arrive(c, now_us);
    while ((id = wheel_take(&c->wheel, now_ms)) != WHEEL_NONE)
        wake(c, id);
    if (c->over == (c->stopping ? c->next : c->plan->buyers))
        return false;
    wait = wheel_wait(&c->wheel, now_ms, ROUND_MS);
    until = c->opened_us + c->next_us - now_us;
    if (!c->stopping && c->next < c->plan->buyers && until < INT64_C(1000) * wait)
        wait = until < INT64_C(1000) * TIMER_MS ? TIMER_MS : (int)(until / 1000);
    client_run(c->client, wait);
    return true;
}

void crowd_stop(struct crowd *c)
{
    c->stopping = true;
    for (uint32_t i = 0; i < c->next; i++) {
        struct buyer *b = &c->buyers[i];

        if (b->step != STEP_OVER && !b->inside && !b->asked)
            crowd_end(c, b, END_CUT);
    }
}

void crowd_cut(struct crowd *c)
{
    crowd_stop(c);
    for (uint32_t i = 0; i < c->next; i++) {
        if (c->buyers[i].step != STEP_OVER)
            crowd_end(c, &c->buyers[i], END_CUT);
    }
}

double crowd_best_rate(const struct crowd_figures *f, uint32_t stretch, bool seats)
{
    uint64_t sum = 0, best = 0;
    uint32_t n = stretch < f->seconds ? stretch : f->seconds;

    for (uint32_t i = 0; i < f->seconds; i++) {
        sum += seats ? f->by[i].seats : f->by[i].bought;
        if (i >= n)
            sum -= seats ? f->by[i - n].seats : f->by[i - n].bought;
        best = sum > best ? sum : best;
    }
    return n ? (double)best / n : 0;
}
