/* Giving messages to nginx, see http/publisher.h. */
#include "http/publisher.h"

#include <curl/curl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

/* nginx is on this host and answers from memory: whatever takes longer is not well. */
#define CONNECT_MS 500L
#define ANSWER_MS  1000L

struct publisher {
    CURL *curl;
    struct curl_slist *headers;
    const volatile sig_atomic_t *stop;
    char reason[CURL_ERROR_SIZE];
};

static size_t drop(const void *data, size_t size, size_t n, void *arg)
{
    (void)data;
    (void)arg;
    return size * n;
}

static int look_at_stop(void *arg, curl_off_t a, curl_off_t b, curl_off_t c, curl_off_t d)
{
    const struct publisher *p = arg;

    (void)a;
    (void)b;
    (void)c;
    (void)d;
    return *p->stop != 0;
}

/* What is the same for every request. No proxy that the environment may name. */
static void set_up(struct publisher *p, const char *path)
{
    curl_easy_setopt(p->curl, CURLOPT_UNIX_SOCKET_PATH, path);
    curl_easy_setopt(p->curl, CURLOPT_PROXY, "");
    curl_easy_setopt(p->curl, CURLOPT_NOSIGNAL, 1L);
    curl_easy_setopt(p->curl, CURLOPT_CONNECTTIMEOUT_MS, CONNECT_MS);
    curl_easy_setopt(p->curl, CURLOPT_TIMEOUT_MS, ANSWER_MS);
    curl_easy_setopt(p->curl, CURLOPT_ERRORBUFFER, p->reason);
    curl_easy_setopt(p->curl, CURLOPT_HTTPHEADER, p->headers);
    curl_easy_setopt(p->curl, CURLOPT_WRITEFUNCTION, drop);
    curl_easy_setopt(p->curl, CURLOPT_NOPROGRESS, 0L);
    curl_easy_setopt(p->curl, CURLOPT_XFERINFOFUNCTION, look_at_stop);
    curl_easy_setopt(p->curl, CURLOPT_XFERINFODATA, p);
}

struct publisher *publisher_new(const char *path, const volatile sig_atomic_t *stop)
{
    struct publisher *p = calloc(1, sizeof *p);

    if (!p)
        return NULL;
    p->stop = stop;
    if (curl_global_init(CURL_GLOBAL_NOTHING) == CURLE_OK)
        p->curl = curl_easy_init();
    p->headers = curl_slist_append(NULL, "Content-Type: application/json");
    if (!p->curl || !p->headers) {
        publisher_free(p);
        return NULL;
    }
    set_up(p, path);
    return p;
}

void publisher_free(struct publisher *p)
{
    if (!p)
        return;
    curl_easy_cleanup(p->curl);
    curl_slist_free_all(p->headers);
    curl_global_cleanup();
    free(p);
}

/* Sends what has been prepared; *status is 0 without an answer. */
static enum err perform(struct publisher *p, int64_t channel, long *status, bool *fresh)
{
    char url[64];
    long connects = 0;
    CURLcode code;

    snprintf(url, sizeof url, "http://frontrow/%" PRId64, channel);
    p->reason[0] = '\0';
    *status = 0;
    curl_easy_setopt(p->curl, CURLOPT_URL, url);
    code = curl_easy_perform(p->curl);
    curl_easy_getinfo(p->curl, CURLINFO_NUM_CONNECTS, &connects);
    *fresh = connects > 0;
    if (code != CURLE_OK) {
        if (!p->reason[0])
            snprintf(p->reason, sizeof p->reason, "%s", curl_easy_strerror(code));
        return ERR_BUSY;
    }
    curl_easy_getinfo(p->curl, CURLINFO_RESPONSE_CODE, status);
    snprintf(p->reason, sizeof p->reason, "status %ld", *status);
    return ERR_OK;
}

enum err publisher_put(struct publisher *p, int64_t channel, const char *text, size_t len,
                       bool *fresh)
{
    long status;
    enum err e;

    curl_easy_setopt(p->curl, CURLOPT_CUSTOMREQUEST, NULL);
    curl_easy_setopt(p->curl, CURLOPT_POST, 1L);
    curl_easy_setopt(p->curl, CURLOPT_POSTFIELDS, text);
    curl_easy_setopt(p->curl, CURLOPT_POSTFIELDSIZE, (long)len);
    e = perform(p, channel, &status, fresh);
    if (e == ERR_OK && status != 201 && status != 202)
        e = ERR_INTERNAL;
    return e;
}

enum err publisher_delete(struct publisher *p, int64_t channel)
{
    bool fresh;
    long status;
    enum err e;

    curl_easy_setopt(p->curl, CURLOPT_HTTPGET, 1L);
    curl_easy_setopt(p->curl, CURLOPT_CUSTOMREQUEST, "DELETE");
    e = perform(p, channel, &status, &fresh);
    if (e == ERR_OK && status != 200 && status != 404)
        e = ERR_INTERNAL;
    return e;
}

const char *publisher_reason(const struct publisher *p)
{
    return p->reason;
}

int publisher_fd(const struct publisher *p)
{
    curl_socket_t fd = CURL_SOCKET_BAD;

    if (curl_easy_getinfo(p->curl, CURLINFO_ACTIVESOCKET, &fd) != CURLE_OK)
        return -1;
    return fd;
}
