/* Requests with libcurl's multi interface; see wire.h. */
#include "soak/wire.h"

#include "base/clock.h"
#include <curl/curl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

struct wire_slot {
    CURL *easy;
    struct curl_slist *headers;
    struct wire_request request;
    struct text_buf body;
    char error[CURL_ERROR_SIZE];
    bool busy, replayed;
    wire_fn *done;
    void *arg;
    struct wire_slot *next;
};

static CURLM *multi;
static char base_url[128];
static struct wire_slot *slots;

static void *checked(void *p)
{
    if (!p)
        abort();
    return p;
}

void wire_begin(const char *base)
{
    curl_global_init(CURL_GLOBAL_DEFAULT);
    multi = checked(curl_multi_init());
    snprintf(base_url, sizeof base_url, "%s", base);
}

void wire_end(void)
{
    while (slots) {
        struct wire_slot *s = slots;

        slots = s->next;
        if (s->busy)
            curl_multi_remove_handle(multi, s->easy);
        curl_easy_cleanup(s->easy);
        curl_slist_free_all(s->headers);
        text_buf_free(&s->body);
        free(s);
    }
    curl_multi_cleanup(multi);
    curl_global_cleanup();
}

struct wire_slot *wire_slot_new(void)
{
    struct wire_slot *s = checked(calloc(1, sizeof *s));

    s->easy = checked(curl_easy_init());
    s->next = slots;
    slots = s;
    return s;
}

bool wire_slot_busy(const struct wire_slot *s)
{
    return s->busy;
}

static size_t take_body(char *data, size_t size, size_t n, void *arg)
{
    struct wire_slot *s = arg;

    text_buf_append(&s->body, data, size * n);
    return size * n;
}

static size_t take_header(char *data, size_t size, size_t n, void *arg)
{
    static const char name[] = "Idempotent-Replayed: true";
    struct wire_slot *s = arg;

    if (size * n >= sizeof name - 1 && strncasecmp(data, name, sizeof name - 1) == 0)
        s->replayed = true;
    return size * n;
}

static void add_header(struct wire_slot *s, const char *name, const char *value)
{
    char line[WIRE_TOKEN + 64];

    snprintf(line, sizeof line, "%s: %s", name, value);
    s->headers = checked(curl_slist_append(s->headers, line));
}

static void add_headers(struct wire_slot *s)
{
    char bearer[WIRE_TOKEN + 16];

    curl_slist_free_all(s->headers);
    s->headers = NULL;
    add_header(s, "Expect", "");
    if (s->request.token[0]) {
        snprintf(bearer, sizeof bearer, "Bearer %s", s->request.token);
        add_header(s, "Authorization", bearer);
    }
    if (s->request.key[0])
        add_header(s, "Idempotency-Key", s->request.key);
    if (s->request.body[0])
        add_header(s, "Content-Type", "application/json");
}

/* A request that changes something gets a connection of its own: libcurl would send it once more by
 * itself if a kept one turned out to be closed, and an attempt would go uncounted. */
void wire_send(struct wire_slot *s, const struct wire_request *r, wire_fn *done, void *arg)
{
    char url[WIRE_PATH + 160];
    CURL *e = s->easy;
    bool reads = strcmp(r->method, "GET") == 0;

    s->request = *r;
    s->done = done;
    s->arg = arg;
    s->busy = true;
    s->replayed = false;
    text_buf_reset(&s->body);
    curl_easy_reset(e);
    add_headers(s);
    snprintf(url, sizeof url, "%s%s%s", base_url, r->root ? "" : "/api/v1", r->path);
    curl_easy_setopt(e, CURLOPT_URL, url);
    curl_easy_setopt(e, CURLOPT_HTTPHEADER, s->headers);
    curl_easy_setopt(e, CURLOPT_PRIVATE, s);
    curl_easy_setopt(e, CURLOPT_WRITEFUNCTION, take_body);
    curl_easy_setopt(e, CURLOPT_WRITEDATA, s);
    curl_easy_setopt(e, CURLOPT_HEADERFUNCTION, take_header);
    curl_easy_setopt(e, CURLOPT_HEADERDATA, s);
    curl_easy_setopt(e, CURLOPT_NOSIGNAL, 1L);
    curl_easy_setopt(e, CURLOPT_PROXY, "");
    curl_easy_setopt(e, CURLOPT_TIMEOUT_MS, (long)r->timeout_ms);
    curl_easy_setopt(e, CURLOPT_FRESH_CONNECT, reads ? 0L : 1L);
    curl_easy_setopt(e, CURLOPT_FORBID_REUSE, reads ? 0L : 1L);
    if (!reads)
        curl_easy_setopt(e, CURLOPT_CUSTOMREQUEST, r->method);
    if (strcmp(r->method, "POST") == 0)
        curl_easy_setopt(e, CURLOPT_POSTFIELDS, s->request.body);
    curl_multi_add_handle(multi, e);
}

static void finish(struct wire_slot *s, CURLcode result)
{
    struct wire_answer a = {
        .body = s->body.data ? s->body.data : "", .len = s->body.len, .replayed = s->replayed};

    curl_multi_remove_handle(multi, s->easy);
    if (result == CURLE_OK)
        curl_easy_getinfo(s->easy, CURLINFO_RESPONSE_CODE, &a.status);
    if (a.status && a.len > 0)
        a.json = json_tokener_parse(a.body);
    s->busy = false;
    s->done(s->arg, &a);
    json_object_put(a.json);
}

void wire_run(int timeout_ms)
{
    int running, left;

    curl_multi_perform(multi, &running);
    curl_multi_poll(multi, NULL, 0, timeout_ms, NULL);
    curl_multi_perform(multi, &running);
    for (CURLMsg *m; (m = curl_multi_info_read(multi, &left));) {
        struct wire_slot *s = NULL;
        CURLcode result = m->data.result;

        if (m->msg == CURLMSG_DONE &&
            curl_easy_getinfo(m->easy_handle, CURLINFO_PRIVATE, (char **)&s) == CURLE_OK && s)
            finish(s, result);
    }
}

struct asked {
    long status;
    json_object *json;
    bool done;
};

static void take_asked(void *arg, const struct wire_answer *a)
{
    struct asked *asked = arg;

    asked->status = a->status;
    asked->json = json_object_get(a->json);
    asked->done = true;
}

long wire_ask(const struct wire_request *r, json_object **json)
{
    static struct wire_slot *slot;
    struct asked asked = {0};

    if (!slot)
        slot = wire_slot_new();
    wire_send(slot, r, take_asked, &asked);
    while (!asked.done)
        wire_run(100);
    if (json)
        *json = asked.json;
    else
        json_object_put(asked.json);
    return asked.status;
}

int64_t wire_int(json_object *json, const char *name)
{
    json_object *v = NULL;

    return json_object_object_get_ex(json, name, &v) ? json_object_get_int64(v) : 0;
}

const char *wire_text(json_object *json, const char *name)
{
    json_object *v = NULL;

    return json_object_object_get_ex(json, name, &v) && v ? json_object_get_string(v) : "";
}

int64_t wire_time(json_object *json, const char *name)
{
    const char *text = wire_text(json, name);
    int64_t ms = 0;

    return clock_parse(text, strlen(text), &ms) ? ms : 0;
}
