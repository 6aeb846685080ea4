/*
 * Whether a pool keeps up, see base/busy.h.
 *
 * All workers of a pool share one level: 0, BUSY or FULL. Whoever changes it then makes the files
 * agree, and looks at the level again afterwards: of several who do so at once, the last one to
 * look sees the last change.
 */
#include "base/busy.h"

#include "base/clock.h"
#include "base/log.h"
#include "base/shared.h"
#include "base/text.h"
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <poll.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

enum { LEVELS = 2 };

static const char *const suffixes[LEVELS] = {".busy", ".full"};
static const int64_t limits_ms[LEVELS] = {BUSY_MS, FULL_MS};

struct busy {
    char path[256]; /* the socket's; empty: there is no place for files */
    _Atomic int level;
    _Atomic bool calibrated;
    _Atomic int64_t
        apart_ms; /* this host's clock less nginx's, and what a request takes at least */
};

static void put_file(const struct busy *b, int i, bool wanted)
{
    char path[sizeof b->path + 8];
    int fd;

    snprintf(path, sizeof path, "%s%s", b->path, suffixes[i]);
    if (!wanted) {
        unlink(path);
        return;
    }
    fd = open(path, O_WRONLY | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0644);
    if (fd >= 0)
        close(fd);
    else
        log_warn("busy", "reason=%s", log_value(strerror(errno)));
}

static void put_files(struct busy *b)
{
    int level;

    if (!b->path[0])
        return;
    do {
        level = atomic_load(&b->level);
        for (int i = 0; i < LEVELS; i++)
            put_file(b, i, level > i);
    } while (atomic_load(&b->level) != level);
}

static void set_level(struct busy *b, int level, int64_t waited_ms)
{
    int before = atomic_exchange(&b->level, level);

    if (before == level)
        return;
    put_files(b);
    if (level > before)
        log_warn("busy", "socket=%s level=%d waited_ms=%" PRId64, log_value(b->path), level,
                 waited_ms);
}

struct busy *busy_new(const char *address)
{
    struct busy *b = shared_alloc(sizeof *b);

    if (!b)
        return NULL;
    if (address[0] == '/' && strlen(address) < sizeof b->path)
        strcpy(b->path, address);
    put_files(b);
    return b;
}

void busy_begin(struct busy *b)
{
    put_files(b);
}

void busy_end(struct busy *b)
{
    atomic_store(&b->level, 0);
    put_files(b);
}

bool busy_anyone_waiting(struct busy *b, int listen_fd)
{
    struct pollfd look = {.fd = listen_fd, .events = POLLIN};

    if (poll(&look, 1, 0) != 0)
        return true;
    if (atomic_load_explicit(&b->level, memory_order_relaxed) != 0)
        set_level(b, 0, 0);
    return false;
}

/* Milliseconds of "1700000000.123"; -1: it is no such text. */
static int64_t parse_arrived(const char *text)
{
    const char *dot = text ? strchr(text, '.') : NULL;
    int64_t seconds, ms;

    /* The leading 1 keeps the zeros of the fraction from being refused. */
    char fraction[5] = "1";

    if (!dot || strlen(dot + 1) != 3 || !text_parse_int(text, (size_t)(dot - text), &seconds) ||
        seconds > CLOCK_MAX_MS / 1000)
        return -1;
    memcpy(fraction + 1, dot + 1, 4);
    if (!text_parse_int(fraction, 4, &ms))
        return -1;
    return seconds * 1000 + ms - 1000;
}

/* Nobody waited when this request came: what its clock is behind is no wait. Unless this worker
 * itself was held up, so a large difference is believed little by little. */
static void calibrate(struct busy *b, int64_t behind_ms)
{
    int64_t apart = atomic_load_explicit(&b->apart_ms, memory_order_relaxed);

    if (!atomic_load(&b->calibrated) || behind_ms < apart)
        apart = behind_ms;
    else
        apart += (behind_ms - apart) / 8;
    atomic_store_explicit(&b->apart_ms, apart, memory_order_relaxed);
    atomic_store(&b->calibrated, true);
}

/* The level after a request has waited so long: up at once, down at half of what led there. */
static int level_after(int level, int64_t waited_ms)
{
    while (level < LEVELS && waited_ms >= limits_ms[level])
        level++;
    while (level > 0 && waited_ms < limits_ms[level - 1] / 2)
        level--;
    return level;
}

void busy_taken(struct busy *b, const char *arrived, bool waited)
{
    int64_t at = parse_arrived(arrived), behind;
    int level;

    if (at < 0)
        return;
    behind = clock_wall_ms() - at;
    if (!waited) {
        calibrate(b, behind);
        return;
    }
    if (!atomic_load(&b->calibrated))
        return;
    behind -= atomic_load_explicit(&b->apart_ms, memory_order_relaxed);
    level = atomic_load_explicit(&b->level, memory_order_relaxed);
    if (level_after(level, behind) != level)
        set_level(b, level_after(level, behind), behind);
}
