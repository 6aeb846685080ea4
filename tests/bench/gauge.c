/* What a load cost, see bench/gauge.h. */
#include "bench/gauge.h"

#include "base/clock.h"
#include <ctype.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

bool gauge_watch(struct gauge *g, const char *text)
{
    struct gauge_group *group = &g->groups[g->group_count];
    const char *at = strchr(text, '=');
    size_t len = at ? (size_t)(at - text) : 0;
    char *end;

    if (g->group_count == GAUGE_GROUPS || len == 0 || len >= GAUGE_NAME)
        return false;
    for (size_t i = 0; i < len; i++)
        if (!islower((unsigned char)text[i]))
            return false;
    memcpy(group->name, text, len);
    do {
        long pid = strtol(at + 1, &end, 10);

        if (end == at + 1 || pid <= 0 || group->count == GAUGE_PROCESSES)
            return false;
        group->pids[group->count++] = (int)pid;
        at = end;
    } while (*at == ',');
    g->group_count++;
    return *at == '\0';
}

/* Reads the beginning of a file; false if there is none. */
static bool read_start(const char *path, char *text, size_t room)
{
    FILE *file = fopen(path, "r");
    size_t len = file ? fread(text, 1, room - 1, file) : 0;

    if (file)
        fclose(file);
    text[len] = '\0';
    return len > 0;
}

static int64_t ticks_to_ms(unsigned long ticks)
{
    return (int64_t)ticks * 1000 / sysconf(_SC_CLK_TCK);
}

/* The numbers of a text, from that place on; 0 where there is none. */
static void read_numbers(const char *at, unsigned long *out, size_t count)
{
    char *end;

    for (size_t i = 0; i < count; i++, at = end)
        out[i] = strtoul(at, &end, 10);
}

/* What a process has used, dead threads' too; 0 once it is gone. After its name, which may hold
 * anything, come its state and ten numbers, then these two (proc(5)). */
static int64_t process_ms(int pid)
{
    char path[32], text[1024];
    unsigned long v[12] = {0};
    const char *after;

    snprintf(path, sizeof path, "/proc/%d/stat", pid);
    if (!read_start(path, text, sizeof text) || !(after = strrchr(text, ')')) || strlen(after) < 4)
        return 0;
    read_numbers(after + 3, v, 12);
    return ticks_to_ms(v[10] + v[11]);
}

static int64_t group_ms(const struct gauge_group *group)
{
    int64_t sum = 0;

    for (size_t i = 0; i < group->count; i++)
        sum += process_ms(group->pids[i]);
    return sum;
}

/* The machine's first line: user, nice, system, idle, iowait, irq, softirq, steal (proc(5)). */
static void read_machine(int64_t *stolen, int64_t *idle)
{
    char text[512];
    unsigned long v[8] = {0};

    if (read_start("/proc/stat", text, sizeof text) && strncmp(text, "cpu ", 4) == 0)
        read_numbers(text + 4, v, 8);
    *stolen = ticks_to_ms(v[7]);
    *idle = ticks_to_ms(v[3] + v[4]);
}

int64_t gauge_own_us(void)
{
    struct rusage used;

    getrusage(RUSAGE_SELF, &used);
    return (int64_t)(used.ru_utime.tv_sec + used.ru_stime.tv_sec) * 1000000 +
           used.ru_utime.tv_usec + used.ru_stime.tv_usec;
}

/* Each figure is the difference of two readings: the first is taken negative. */
void gauge_begin(struct gauge *g)
{
    read_machine(&g->stolen_ms, &g->idle_ms);
    g->stolen_ms = -g->stolen_ms;
    g->idle_ms = -g->idle_ms;
    for (size_t i = 0; i < g->group_count; i++)
        g->groups[i].cpu_ms = -group_ms(&g->groups[i]);
    g->own_us = -gauge_own_us();
    g->start_us = clock_monotonic_us();
}

void gauge_end(struct gauge *g)
{
    int64_t stolen, idle;

    g->us = clock_monotonic_us() - g->start_us;
    g->own_us += gauge_own_us();
    for (size_t i = 0; i < g->group_count; i++)
        g->groups[i].cpu_ms += group_ms(&g->groups[i]);
    read_machine(&stolen, &idle);
    g->stolen_ms += stolen;
    g->idle_ms += idle;
}

bool gauge_note(struct gauge *g, int64_t us)
{
    if (g->count == g->room) {
        size_t room = g->room ? g->room * 2 : 65536;
        uint32_t *more = realloc(g->latencies, room * sizeof *more);

        if (!more)
            return false;
        g->latencies = more;
        g->room = room;
    }
    g->latencies[g->count++] = us < UINT32_MAX ? (uint32_t)us : UINT32_MAX;
    return true;
}

static int by_size(const void *a, const void *b)
{
    const uint32_t *x = a, *y = b;

    return (*x > *y) - (*x < *y);
}

void gauge_print(struct gauge *g, int64_t all)
{
    double seconds = (double)g->us / 1e6, n = g->count > 0 ? (double)g->count : 1;
    size_t last = g->count > 0 ? g->count - 1 : 0;

    if (g->count > 0)
        qsort(g->latencies, g->count, sizeof *g->latencies, by_size);
    printf("{\"requests\":%zu,\"all\":%" PRId64 ",\"seconds\":%.3f,\"rate\":%.1f", g->count, all,
           seconds, (double)g->count / seconds);
    printf(",\"p50\":%" PRIu32 ",\"p99\":%" PRIu32 ",\"max\":%" PRIu32,
           g->count ? g->latencies[last / 2] : 0, g->count ? g->latencies[last * 99 / 100] : 0,
           g->count ? g->latencies[last] : 0);
    printf(",\"stolen\":%" PRId64 ",\"idle\":%" PRId64, g->stolen_ms, g->idle_ms);
    printf(",\"cpu\":{");
    for (size_t i = 0; i < g->group_count; i++)
        printf("\"%s\":%.1f,", g->groups[i].name, (double)g->groups[i].cpu_ms * 1000 / n);
    printf("\"load\":%.1f}}\n", (double)g->own_us / n);
}

void gauge_free(struct gauge *g)
{
    free(g->latencies);
    g->latencies = NULL;
}
