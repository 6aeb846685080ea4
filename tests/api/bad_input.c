/* The tables of bad_input.h, row by row. */
#include "bad_input.h"

#include "http/routes.h"
#include "suite.h"
#include "world.h"

#include <stdio.h>
#include <string.h>

/* How many rows there must be in all, and for each route. */
enum { ROWS_LEAST = 200, ROWS_OF_A_ROUTE = 2 };

static const struct bad_row *const tables[] = {bad_anyone, bad_queue, bad_booking, bad_wallet,
                                               bad_admin};

/* What the placeholders stand for, and the tokens. */
struct world {
    struct stage stage;
    int64_t held, paid;
    const char *tokens[WHO_COUNT];
    const char *cookie;
};

static struct world make_world(void)
{
    struct world w = {.stage = world_stage()};
    struct user *u = w.stage.u, late = world_user();

    w.held = world_held(&u[0], w.stage.schedule, "1");
    w.paid = world_bought(&u[1], w.stage.schedule, "2");
    world_set_state(w.stage.concert, "PAUSED");
    world_join(&late, w.stage.concert);
    w.tokens[BUYER] = F("%s", u[0].token);
    w.tokens[INSIDE] = F("%s", u[0].queue);
    w.tokens[WAITING] = F("%s", late.queue);
    w.tokens[GONE] = F("%s", u[1].queue);
    w.tokens[OTHER] = F("%s", u[1].token);
    w.tokens[SERVICE] = token_service();
    w.tokens[ADMIN] = token_admin();
    w.cookie = F("Cookie: frontrow_queue_%lld=%s", (long long)w.stage.concert, w.tokens[INSIDE]);
    return w;
}

/* What a placeholder's letter stands for; NULL if it is none. */
static const char *meaning(const struct world *w, char letter)
{
    switch (letter) {
    case 'C':
        return F("%lld", (long long)w->stage.concert);
    case 'S':
        return F("%lld", (long long)w->stage.schedule);
    case 'R':
        return F("%lld", (long long)w->held);
    case 'P':
        return F("%lld", (long long)w->paid);
    case 'U':
        return w->stage.u[0].id;
    case 'V':
        return w->stage.u[1].id;
    default:
        return NULL;
    }
}

/* The text with what its placeholders stand for, and in a body with quotes. */
static const char *filled(const struct world *w, const char *text, bool quotes)
{
    enum { MOST = 1024 };
    char *out = api_alloc(MOST);
    size_t n = 0;

    for (const char *c = text ? text : ""; *c; c++) {
        const char *value = *c == '{' && c[1] && c[2] == '}' ? meaning(w, c[1]) : NULL;

        NEED(n + 40 < MOST, "too long: %s", text);
        if (value) {
            n += (size_t)snprintf(out + n, MOST - n, "%s", value);
            c += 2;
        } else {
            out[n++] = (char)(quotes && *c == '\'' ? '"' : *c);
        }
    }
    return text ? out : NULL;
}

static void add_header(struct api_req *req, const char *line)
{
    for (size_t i = 0; i < API_HEADERS; i++)
        if (!req->headers[i]) {
            req->headers[i] = line;
            return;
        }
}

/* The row's header lines; a Content-Type takes the place of the one that a body has. */
static void add_headers(struct api_req *req, const char *lines)
{
    for (const char *line = lines; line && *line; line += strspn(line, "\n")) {
        size_t len = strcspn(line, "\n");

        if (strncmp(line, "Content-Type: ", 14) == 0)
            req->type = F("%.*s", (int)len - 14, line + 14);
        else
            add_header(req, F("%.*s", (int)len, line));
        line += len;
    }
}

static const struct api_res *ask(const struct world *w, const struct bad_row *row)
{
    struct api_req req = {.token = w->tokens[row->who], .body = filled(w, row->body, true)};
    const char *path = strchr(row->line, ' ') + 1;

    req.method = F("%.*s", (int)(path - 1 - row->line), row->line);
    req.root = path[1] == '/' && path[0] == '/';
    req.path = filled(w, path + req.root, false);
    if (row->who == PLACE) {
        add_header(&req, w->cookie);
        add_header(&req, "Frontrow-Gate: 1");
    }
    add_headers(&req, filled(w, row->header, false));
    return api_send(&req);
}

static void check_row(const struct world *w, const struct bad_row *row)
{
    const struct api_res *r = ask(w, row);

    if (!EXPECT_FIELD(r, row->status, row->code ? row->code : CODE(r), row->field))
        CHECK(false, "row: %s as %d: %s", row->line, (int)row->who, row->body ? row->body : "");
}

static void test_every_row(void)
{
    struct world w = make_world();
    const struct user *u = w.stage.u;

    for (size_t t = 0; t < COUNT(tables); t++)
        for (const struct bad_row *row = tables[t]; row->line; row++)
            check_row(&w, row);

    const struct api_res *r = api_get(u[0].token, F("/reservations/%lld", (long long)w.held));
    CHECK_STR(STR(r, "status"), "PENDING");
    r = api_get(u[1].token, F("/reservations/%lld", (long long)w.paid));
    CHECK_STR(STR(r, "status"), "CONFIRMED");
    CHECK_INT(world_balance(&u[0]), 0);
    CHECK_INT((int64_t)LEN(api_get(u[0].token, "/users/me/reservations"), "reservations"), 1);
    CHECK_INT(
        (int64_t)LEN(api_get(u[0].queue, F("/schedules/%lld/seats", (long long)w.stage.schedule)),
                     "seats"),
        STAGE_SEATS - 2);
}

/* How often a route is asked, counting rows whose path is one of its own. */
static int count_rows(const struct world *w, const struct route *wanted, int *all)
{
    int found = 0;

    for (size_t t = 0; t < COUNT(tables); t++)
        for (const struct bad_row *row = tables[t]; row->line; row++) {
            const char *path = strchr(row->line, ' ') + 1;
            const char *whole = filled(w, path, false);
            const struct route *route = NULL;
            struct path_param param;

            whole = whole[1] == '/' ? whole + 1 : F("/api/v1%s", whole);
            whole = F("%.*s", (int)strcspn(whole, "?"), whole);
            (*all)++;
            if (routes_find(F("%.*s", (int)(path - 1 - row->line), row->line), whole, true, &route,
                            &param) == ERR_OK)
                found += route == wanted;
        }
    return found;
}

static void test_no_route_is_left_out(void)
{
    struct world w = {.held = 1, .paid = 2};
    int all = 0;

    for (size_t i = 0; i < routes_count(); i++) {
        const struct route *r = routes_at(i);

        all = 0;
        CHECK(count_rows(&w, r, &all) >= ROWS_OF_A_ROUTE, "%s %s needs rows in bad_*.c", r->method,
              r->pattern);
    }
    CHECK(all >= ROWS_LEAST, "%d rows", all);
}

SUITE(bad_input, TEST(test_every_row), TEST(test_no_route_is_left_out));
