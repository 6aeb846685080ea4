/*
 * Any method, path and query, a line each, against the real table of routes: what is found fits and
 * nothing that fits is missed, ids and users are what stands in the path, and pages, days and
 * cursors are within their bounds.
 */
#include "base/text.h"
#include "domain/app.h"
#include "fuzz.h"
#include "http/params.h"
#include "http/request.h"
#include "http/routes.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

/* The same as path_match, told otherwise: segment by segment. */
static bool fits(const char *pattern, const char *path)
{
    for (;;) {
        size_t a = strcspn(pattern, "/"), b = strcspn(path, "/");

        if (*pattern == '{' ? b == 0 : a != b || memcmp(pattern, path, a) != 0)
            return false;
        pattern += a;
        path += b;
        if (*pattern != *path)
            return false;
        if (!*pattern)
            return true;
        pattern++;
        path++;
    }
}

static bool offers(const struct route *route, const char *method, bool demo)
{
    return (demo || route->who != WHO_DEMO) &&
           strcmp(route->method, strcmp(method, "HEAD") == 0 ? "GET" : method) == 0;
}

/* The parameter is a whole segment of the path. */
static void check_param(const struct route *route, const char *path, struct path_param param)
{
    const char *brace = strchr(route->pattern, '{');

    if (!brace) {
        MUST(param.len == 0);
        return;
    }
    MUST(param.s == path + (brace - route->pattern) && param.len > 0);
    MUST(!memchr(param.s, '/', param.len) && (!param.s[param.len] || param.s[param.len] == '/'));
}

static void check_ids(const struct path_param *param)
{
    struct request req = {.param = *param};
    int64_t id = request_id(&req);
    char text[UUID_TEXT_SIZE];
    struct uuid user;

    MUST(id >= 0);
    if (id > 0) {
        snprintf(text, sizeof text, "%" PRId64, id);
        MUST(strlen(text) == param->len && memcmp(text, param->s, param->len) == 0);
    }
    if (uuid_from_text(param->s, param->len, &user)) {
        uuid_to_text(&user, text);
        MUST(param->len == strlen(text) && strncasecmp(text, param->s, param->len) == 0);
    }
}

static void check_route(const char *method, const char *path, bool demo)
{
    struct path_param param = {"", 0};
    const struct route *route = NULL;
    enum err e = routes_find(method, path, demo, &route, &param);
    struct text_buf allow = {0};
    bool found = false, other = false;

    for (size_t i = 0; i < routes_count(); i++) {
        const struct route *r = routes_at(i);

        if ((!demo && r->who == WHO_DEMO) || !fits(r->pattern, path))
            continue;
        other = true;
        found = found || offers(r, method, demo);
    }
    MUST(e == (found ? ERR_OK : other ? ERR_METHOD_NOT_ALLOWED : ERR_NOT_FOUND));
    routes_allow(path, demo, &allow);
    MUST(!allow.failed && (allow.len > 0) == other);
    text_buf_free(&allow);
    if (e != ERR_OK)
        return;
    MUST(offers(route, method, demo) && fits(route->pattern, path));
    check_param(route, path, param);
    check_ids(&param);
}

/* A cursor that is taken is one that params_next makes. */
static void check_page(struct request *req, bool keyed)
{
    struct params_page page, again;
    struct text_buf next = {0};
    char *query;

    app_problem_reset(req->app);
    if (params_page(req, keyed, &page) != ERR_OK) {
        MUST(req->app->problem.field);
        return;
    }
    MUST(page.limit >= 1 && page.limit <= APP_MAX_PAGE && page.key >= 0 && page.id >= 0);
    MUST(keyed || page.key == 0);
    if (page.id == 0)
        return;
    params_next(&next, true, keyed, page.key, page.id);
    MUST(!next.failed && strncmp(next.data, "\"next\":\"", 8) == 0);
    query = malloc(next.len + 1);
    sprintf(query, "cursor=%.*s", (int)strcspn(next.data + 8, "\""), next.data + 8);
    MUST(params_page(&(struct request){.app = req->app, .query = query}, keyed, &again) == ERR_OK);
    MUST(again.key == page.key && again.id == page.id);
    free(query);
    text_buf_free(&next);
}

static void check_query(const char *query)
{
    static struct config config;
    static struct app app = {.cfg = &config};
    struct request req = {.app = &app, .query = query};
    char value[PARAMS_VALUE_SIZE], date[CLOCK_DATE_SIZE];
    bool given;

    if (params_find(query, "date", value) == PARAMS_VALUE)
        MUST(memchr(value, '\0', sizeof value) && text_utf8_length(value, strlen(value)) >= 0);
    if (params_date(&req, "date", date) == ERR_OK)
        MUST(strlen(date) == CLOCK_DATE_SIZE - 1 && strcmp(value, date) == 0);
    if (params_word(&req, "status", "all", &given) == ERR_OK && given)
        MUST(strcasestr(query, "=") != NULL);
    check_page(&req, false);
    check_page(&req, true);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char *text = strndup((const char *)data, size);
    char *path = text + strcspn(text, "\n");
    char *query;

    if (*path)
        *path++ = '\0';
    query = path + strcspn(path, "\n");
    if (*query)
        *query++ = '\0';
    check_route(text, path, false);
    check_route(text, path, true);
    check_query(query);
    free(text);
    return 0;
}
