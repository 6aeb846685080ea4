/*
 * What the running test owns, and small things that tests need: texts, keys, clocks. Declared in
 * api.h. What a test gets lives in one list that is freed when the test ends, so that a fatal
 * assertion leaves nothing behind.
 */
#include "api.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <time.h>
#include <unistd.h>

/* What the running test owns. */
struct owned {
    struct owned *next;
    void *memory;      /* freed with free() */
    json_object *json; /* or released */
};

static struct owned *owned;

void *api_checked(void *p)
{
    if (!p) {
        fprintf(stderr, "out of memory\n");
        abort();
    }
    return p;
}

void api_own(void *memory, json_object *json)
{
    struct owned *o = api_checked(malloc(sizeof *o));
    *o = (struct owned){owned, memory, json};
    owned = o;
}

void *api_alloc(size_t n)
{
    void *p = api_checked(calloc(1, n ? n : 1));
    api_own(p, NULL);
    return p;
}

void api_free_owned(void)
{
    while (owned) {
        struct owned *o = owned;
        owned = o->next;
        if (o->json)
            json_object_put(o->json);
        free(o->memory);
        free(o);
    }
}

static char *format_text(const char *format, va_list args)
{
    char *text = NULL;
    if (vasprintf(&text, format, args) < 0)
        text = NULL;
    api_own(api_checked(text), NULL);
    return text;
}

const char *api_vfmt(const char *format, va_list args)
{
    return format_text(format, args);
}

const char *api_fmt(const char *format, ...)
{
    va_list args;
    va_start(args, format);
    char *text = format_text(format, args);
    va_end(args);
    return text;
}

const char *api_json(const char *format, ...)
{
    va_list args;
    va_start(args, format);
    char *text = format_text(format, args);
    va_end(args);
    for (char *c = text; *c; c++)
        if (*c == '\'')
            *c = '"';
    return text;
}

const char *api_filled(const char *start, char c, size_t n)
{
    char *text = api_alloc(n + 1);
    for (size_t i = 0; i < n; i++)
        text[i] = *start ? *start++ : c;
    return text;
}

const char *api_unique(void)
{
    uint64_t r[2];
    if (getrandom(r, sizeof r, 0) != sizeof r)
        abort();
    return api_fmt("%016" PRIx64 "%016" PRIx64, r[0], r[1]);
}

double api_now(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

int64_t api_wall_ms(void)
{
    struct timespec t;
    clock_gettime(CLOCK_REALTIME, &t);
    return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

void api_pause(void)
{
    usleep(50 * 1000);
}

void api_wait_for(int64_t wall_ms)
{
    for (int64_t left; (left = wall_ms - api_wall_ms()) > 0;)
        usleep((useconds_t)(left < 500 ? left : 500) * 1000);
}
