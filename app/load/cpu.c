/* Processor time, see load/cpu.h: getrusage(2), and the first line of /proc/stat (proc(5)). */
#include "load/cpu.h"

#include "base/clock.h"
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

static int64_t us_of(struct timeval t)
{
    return (int64_t)t.tv_sec * 1000000 + t.tv_usec;
}

/* The first line: user, nice, system, idle, iowait, irq, softirq, steal. */
static void read_host(struct cpu_reading *out)
{
    char line[256] = "", *at = line + strlen("cpu ");
    int64_t ticks[8];
    FILE *f = fopen("/proc/stat", "re");
    bool good = f && fgets(line, sizeof line, f) && strncmp(line, "cpu ", 4) == 0;

    if (f)
        fclose(f);
    if (!good)
        return;
    for (int i = 0; i < 8; i++)
        ticks[i] = (int64_t)strtoull(at, &at, 10);
    out->busy = ticks[0] + ticks[1] + ticks[2] + ticks[5] + ticks[6];
    out->idle = ticks[3] + ticks[4];
    out->stolen = ticks[7];
}

void cpu_read(struct cpu_reading *out)
{
    struct rusage usage;

    memset(out, 0, sizeof *out);
    out->wall_us = clock_monotonic_us();
    if (getrusage(RUSAGE_SELF, &usage) == 0)
        out->own_us = us_of(usage.ru_utime) + us_of(usage.ru_stime);
    read_host(out);
}

void cpu_between(const struct cpu_reading *from, const struct cpu_reading *to,
                 struct cpu_share *out)
{
    long processors = sysconf(_SC_NPROCESSORS_ONLN);
    double all =
        (double)(to->busy - from->busy + to->idle - from->idle + to->stolen - from->stolen);

    memset(out, 0, sizeof *out);
    out->processors = processors > 0 ? (int)processors : 1;
    out->seconds = (double)(to->wall_us - from->wall_us) / 1e6;
    out->own = (double)(to->own_us - from->own_us) / 1e6;
    if (out->seconds > 0) {
        out->own_core = 100 * out->own / out->seconds;
        out->own_host = out->own_core / out->processors;
    }
    if (all > 0) {
        out->busy = 100 * (double)(to->busy - from->busy) / all;
        out->stolen = 100 * (double)(to->stolen - from->stolen) / all;
    }
}
