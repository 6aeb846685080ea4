/*
 * Requests through libcurl; see api.h.
 *
 * Single requests share one handle, and with it a kept connection; api_send_all gives each
 * request its own, so that they reach nginx together.
 */
#include "api.h"
#include "suite.h"

#include <curl/curl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

struct config api_config, api_migrations;
const char *api_url, *api_state, *api_build;

/* A request under way. */
struct call {
    CURL *easy;
    struct curl_slist *headers;
    const char *url;
    struct api_res *res;
    struct growing {
        char *data;
        size_t len;
    } head, body;
};

static CURL *single;

static size_t on_data(char *data, size_t size, size_t n, void *arg)
{
    struct growing *g = arg;
    size_t more = size * n;
    g->data = api_checked(realloc(g->data, g->len + more + 1));
    memcpy(g->data + g->len, data, more);
    g->len += more;
    g->data[g->len] = '\0';
    return more;
}

static void add_header(struct call *c, const char *line)
{
    c->headers = api_checked(curl_slist_append(c->headers, line));
}

static void add_headers(struct call *c, const struct api_req *req)
{
    add_header(c, "Expect:"); /* no 100-continue, which would hide a refusal of the body */
    if (req->token)
        add_header(c, api_fmt("Authorization: Bearer %s", req->token));
    if (req->key) /* libcurl sends a header without a value only when a semicolon ends its name */
        add_header(c, *req->key ? api_fmt("Idempotency-Key: %s", req->key) : "Idempotency-Key;");
    if (req->language)
        add_header(c, api_fmt("Accept-Language: %s", req->language));
    if (req->type)
        add_header(c, api_fmt("Content-Type: %s", req->type));
    else
        add_header(c, req->body ? "Content-Type: application/json" : "Content-Type:");
    if (req->chunked)
        add_header(c, "Transfer-Encoding: chunked");
    for (int i = 0; i < API_HEADERS && req->headers[i]; i++)
        add_header(c, req->headers[i]);
}

/* Sets up c->easy, which is a fresh or reset handle, for the request. */
static void prepare(struct call *c, const struct api_req *req)
{
    const char *method = req->method ? req->method : "GET";
    c->url = api_fmt("%s%s%s", api_url, req->root ? "" : "/api/v1", req->path);
    c->res = api_alloc(sizeof *c->res);
    c->res->what = api_fmt("%s %s", method, req->path);
    add_headers(c, req);
    curl_easy_setopt(c->easy, CURLOPT_URL, c->url);
    curl_easy_setopt(c->easy, CURLOPT_PATH_AS_IS, 1L);
    curl_easy_setopt(c->easy, CURLOPT_PROXY, "");
    curl_easy_setopt(c->easy, CURLOPT_NOSIGNAL, 1L);
    curl_easy_setopt(c->easy, CURLOPT_TIMEOUT, 30L);
    curl_easy_setopt(c->easy, CURLOPT_HTTPHEADER, c->headers);
    curl_easy_setopt(c->easy, CURLOPT_HEADERFUNCTION, on_data);
    curl_easy_setopt(c->easy, CURLOPT_HEADERDATA, &c->head);
    curl_easy_setopt(c->easy, CURLOPT_WRITEFUNCTION, on_data);
    curl_easy_setopt(c->easy, CURLOPT_WRITEDATA, &c->body);
    curl_easy_setopt(c->easy, CURLOPT_PRIVATE, c);
    if (req->body || strcmp(method, "POST") == 0) {
        size_t len = req->body ? (req->body_len ? req->body_len : strlen(req->body)) : 0;
        curl_easy_setopt(c->easy, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)len);
        curl_easy_setopt(c->easy, CURLOPT_COPYPOSTFIELDS, req->body ? req->body : "");
    }
    if (strcmp(method, "HEAD") == 0)
        curl_easy_setopt(c->easy, CURLOPT_NOBODY, 1L);
    else
        curl_easy_setopt(c->easy, CURLOPT_CUSTOMREQUEST, method);
}

static json_object *parse(const struct growing *body)
{
    json_tokener *t = api_checked(json_tokener_new());
    json_tokener_set_flags(t, JSON_TOKENER_STRICT | JSON_TOKENER_VALIDATE_UTF8);
    json_object *json = json_tokener_parse_ex(t, body->data, (int)body->len);
    bool whole = json_tokener_get_error(t) == json_tokener_success &&
                 json_tokener_get_parse_end(t) == body->len;
    json_tokener_free(t);
    if (!whole && json) {
        json_object_put(json);
        json = NULL;
    }
    return json;
}

const struct api_res *api_parse(const char *what, const char *text)
{
    struct api_res *r = api_alloc(sizeof *r);
    struct growing copy = {api_checked(strdup(text)), strlen(text)};
    *r = (struct api_res){.what = what, .head = copy.data, .body = copy.data, .len = copy.len};
    api_own(copy.data, NULL);
    if (copy.len > 0 && (r->json = parse(&copy)))
        api_own(NULL, r->json);
    return r;
}

/* Turns what was received into the answer, and lets go of the call's own memory. */
static const struct api_res *finish(struct call *c, CURLcode code)
{
    struct api_res *r = c->res;
    r->ended_ms = api_wall_ms();
    r->head = c->head.data ? c->head.data : api_checked(strdup(""));
    r->body = c->body.data ? c->body.data : api_checked(strdup(""));
    r->len = c->body.len;
    api_own(r->head, NULL);
    api_own(r->body, NULL);
    if (code == CURLE_OK) {
        curl_easy_getinfo(c->easy, CURLINFO_RESPONSE_CODE, &r->status);
        curl_easy_getinfo(c->easy, CURLINFO_TOTAL_TIME, &r->seconds);
        const char *type = api_header(r, "Content-Type");
        if (type && strstr(type, "json") && r->len > 0 && (r->json = parse(&c->body)))
            api_own(NULL, r->json);
    } else {
        r->what = api_fmt("%s (%s)", r->what, curl_easy_strerror(code));
    }
    curl_slist_free_all(c->headers);
    return r;
}

const struct api_res *api_send(const struct api_req *req)
{
    struct call c = {.easy = single};
    curl_easy_reset(single);
    prepare(&c, req);
    CURLcode code = curl_easy_perform(single);
    return finish(&c, code);
}

static void run_multi(CURLM *multi)
{
    int running = 1;
    while (running) {
        if (curl_multi_perform(multi, &running) != CURLM_OK)
            abort();
        if (running)
            curl_multi_poll(multi, NULL, 0, 1000, NULL);
    }
}

const struct api_res **api_send_all(const struct api_req *reqs, size_t n)
{
    const struct api_res **results = api_alloc(n * sizeof(struct api_res *));
    struct call *calls = api_alloc(n * sizeof *calls);
    CURLM *multi = api_checked(curl_multi_init());
    for (size_t i = 0; i < n; i++) {
        calls[i].easy = api_checked(curl_easy_init());
        prepare(&calls[i], &reqs[i]);
        curl_multi_add_handle(multi, calls[i].easy);
    }
    run_multi(multi);
    int left;
    for (CURLMsg *m; (m = curl_multi_info_read(multi, &left));) {
        struct call *c;
        if (m->msg != CURLMSG_DONE ||
            curl_easy_getinfo(m->easy_handle, CURLINFO_PRIVATE, (char **)&c) != CURLE_OK)
            continue;
        results[c - calls] = finish(c, m->data.result);
    }
    for (size_t i = 0; i < n; i++) {
        curl_multi_remove_handle(multi, calls[i].easy);
        curl_easy_cleanup(calls[i].easy);
    }
    curl_multi_cleanup(multi);
    return results;
}

const struct api_res *api_get(const char *token, const char *path)
{
    return api_send(&(struct api_req){.token = token, .path = path});
}

const struct api_res *api_post(const char *token, const char *path, const char *body)
{
    return api_send(
        &(struct api_req){.method = "POST", .token = token, .path = path, .body = body});
}

const struct api_res *api_patch(const char *token, const char *path, const char *body)
{
    return api_send(
        &(struct api_req){.method = "PATCH", .token = token, .path = path, .body = body});
}

const struct api_res *api_delete(const char *token, const char *path)
{
    return api_send(&(struct api_req){.method = "DELETE", .token = token, .path = path});
}

const struct api_res *api_post_key(const char *token, const char *path, const char *body,
                                   const char *key)
{
    return api_send(&(struct api_req){
        .method = "POST", .token = token, .path = path, .body = body, .key = key});
}

/* The value at the start of `line` if it is the header `name`, else NULL. */
static const char *header_value(const char *line, const char *name)
{
    size_t n = strlen(name);
    if (strncasecmp(line, name, n) != 0 || line[n] != ':')
        return NULL;
    return line + n + 1 + strspn(line + n + 1, " \t");
}

const char *api_header(const struct api_res *r, const char *name)
{
    for (const char *line = r->head; *line;) {
        const char *value = header_value(line, name);
        size_t len = strcspn(line, "\r\n");
        if (value)
            return api_fmt("%.*s", (int)(line + len - value), value);
        line += len + strspn(line + len, "\r\n");
    }
    return NULL;
}

int api_header_count(const struct api_res *r, const char *name)
{
    int n = 0;
    for (const char *line = r->head; *line;) {
        n += header_value(line, name) != NULL;
        line += strcspn(line, "\n");
        line += strspn(line, "\r\n");
    }
    return n;
}

int64_t api_header_int(const struct api_res *r, const char *name)
{
    const char *value = api_header(r, name);
    if (!value || !*value || strspn(value, "0123456789") != strlen(value))
        return -1;
    return strtoll(value, NULL, 10);
}

static bool start(void)
{
    char why[512] = "";
    api_url = getenv("FRONTROW_URL");
    api_state = getenv("FRONTROW_STATE");
    api_build = getenv("FRONTROW_BUILD");
    if (!api_url || !api_state || !api_build) {
        fprintf(stderr, "FRONTROW_URL, FRONTROW_STATE and FRONTROW_BUILD must be set: run "
                        "scripts/test api\n");
        return false;
    }
    if (config_load(api_fmt("%s/frontrow.conf", api_state), &api_config, why, sizeof why)) {
        fprintf(stderr, "%s\n", why);
        return false;
    }
    api_migrations = api_config;
    config_keep_account(&api_migrations, CONFIG_MIGRATE);
    if (curl_global_init(CURL_GLOBAL_DEFAULT) != CURLE_OK)
        return false;
    single = curl_easy_init();
    return single != NULL;
}

static void stop(void)
{
    api_free_owned();
    if (single)
        curl_easy_cleanup(single);
    curl_global_cleanup();
}

/* Most of the time the tests wait for a tick or the end of something: so several do at once. */
static const struct suite_hooks hooks = {
    .start = start, .after = api_free_owned, .stop = stop, .jobs = 5};

__attribute__((constructor)) static void enter_hooks(void)
{
    suite_set_hooks(&hooks);
}
