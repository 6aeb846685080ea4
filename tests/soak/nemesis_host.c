/* What the nemesis does to the host: its disk and its clock; see nemesis.h. */
#include "soak/nemesis_parts.h"
#include "soak/target.h"

#include "base/clock.h"
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/statvfs.h>

enum { SHOW_MS = 12000, SKEW_SECONDS = 60 };

/* --- The disk --- */

/* The tmpfs gets that size: smaller than what is on it it cannot be. */
static bool set_size(const struct nemesis *n, uint64_t bytes)
{
    char size[32];

    snprintf(size, sizeof size, "size=%" PRIu64, bytes);
    return mount(NULL, n->place.disk, NULL, MS_REMOUNT | MS_NOSUID | MS_NODEV, size) == 0;
}

/* Nothing is left: it becomes as large as what is on it, which can grow meanwhile. */
static bool fill_disk(struct nemesis *n)
{
    struct statvfs fs;

    for (int i = 0; i < 20 && statvfs(n->place.disk, &fs) == 0; i++) {
        if (n->disk_bytes == 0)
            n->disk_bytes = (uint64_t)fs.f_blocks * fs.f_frsize;
        if (fs.f_bfree == 0)
            return true;
        set_size(n, (uint64_t)(fs.f_blocks - fs.f_bfree) * fs.f_frsize);
    }
    return false;
}

static void take_show(void *arg, const struct wire_answer *a)
{
    struct nemesis *n = arg;

    nemesis_say(n, FAULT_DISK_FULL, "a show of 50,000 seats meanwhile, answer", a->status);
    if (a->status == 503 || a->status == 0)
        nemesis_effect(n, FAULT_DISK_FULL, 1);
    else if (a->status == 500)
        printf("a full disk must be 503: %s\n", a->body);
}

/* A show of so many seats needs more room than the database has left: it must fail as a whole. */
static void ask_for_show(struct nemesis *n)
{
    struct wire_request r = {.method = "POST", .timeout_ms = SHOW_MS};

    if (wire_slot_busy(n->show))
        return;
    snprintf(r.path, sizeof r.path, "/admin/concerts/%" PRId64 "/schedules", n->place.concert);
    snprintf(r.token, sizeof r.token, "%s", n->place.admin);
    snprintf(r.body, sizeof r.body,
             "{\"startsAt\":\"2036-06-01T10:00:00Z\","
             "\"seats\":{\"count\":50000,\"price\":1}}");
    wire_send(n->show, &r, take_show, n);
}

/* Something dies meanwhile, so that the supervisor has to start it with no room for a note of it.
 */
void nemesis_fill_disk(struct nemesis *n)
{
    bool full = fill_disk(n);

    nemesis_say(n, FAULT_DISK_FULL, full ? "full" : "not full", 0);
    if (!full)
        return;
    ask_for_show(n);
    nemesis_kill(n, FAULT_KILL_JOB, target_find(n->place.state, TARGET_JOB));
}

void nemesis_free_disk(struct nemesis *n)
{
    if (n->disk_bytes && !set_size(n, n->disk_bytes))
        nemesis_say(n, FAULT_DISK_FULL, "cannot be given back, error", errno);
}

/* --- The clock --- */

/* libfaketime reads the file each time. Written aside and moved, so that it never reads
 * half of it. */
static void set_clock(struct nemesis *n, int64_t seconds)
{
    char path[512];
    FILE *f;

    snprintf(path, sizeof path, "%s.new", n->place.clock);
    f = fopen(path, "we");
    if (!f)
        return;
    fprintf(f, "%+" PRId64 "\n", seconds);
    if (fclose(f) == 0)
        rename(path, n->place.clock);
}

/* Minutes to days, either way; every fourth time a drift instead, see drift_clock. */
static int64_t jump_of(const struct plan_item *item)
{
    static const int64_t jumps[] = {3600, -3600, 86400, -5400, 3888000, -86400, 7200, -3888000};

    return jumps[(size_t)item->how % (sizeof jumps / sizeof *jumps)];
}

static bool drifts(const struct plan_item *item)
{
    return item->every == 4;
}

/* Away from the right time by its jump's length over the fault's, a little each second. */
static void drift_clock(struct nemesis *n)
{
    const struct plan_item *item = &n->under_way[FAULT_CLOCK];
    int64_t left = n->ends_ms[FAULT_CLOCK] - clock_monotonic_ms();

    if (drifts(item))
        set_clock(n, jump_of(item) * (item->length_ms - left) / item->length_ms);
}

/* How far the last line of the workers' log is from the right time, in ms; 0 if it cannot be told.
 */
static int64_t log_skew(const struct nemesis *n)
{
    char path[512], tail[4097], *line;
    int64_t at;
    size_t len;
    FILE *f;

    snprintf(path, sizeof path, "%s/log/workers.log", n->place.state);
    f = fopen(path, "re");
    if (!f)
        return 0;
    if (fseek(f, -(long)(sizeof tail - 1), SEEK_END) != 0)
        rewind(f);
    len = fread(tail, 1, sizeof tail - 1, f);
    fclose(f);
    tail[len] = '\0';
    line = strrchr(tail, '\n');
    if (line)
        *line = '\0';
    line = line ? strrchr(tail, '\n') : NULL;
    if (!line || strncmp(line, "\nts=", 4) != 0 ||
        !clock_parse(line + 4, strcspn(line + 4, " "), &at))
        return 0;
    return at - clock_wall_ms();
}

/* Who is sent where by a wrong clock cannot be seen from outside, as it should be: what the workers
 * take for now is the database's time. Their log has their own. */
static void look_at_clock(struct nemesis *n)
{
    int64_t skew = log_skew(n) / 1000;
    bool ahead = jump_of(&n->under_way[FAULT_CLOCK]) > 0;

    if (ahead ? skew < SKEW_SECONDS : skew > -SKEW_SECONDS)
        return;
    n->clock_seen = true;
    nemesis_effect(n, FAULT_CLOCK, 1);
    nemesis_say(n, FAULT_CLOCK, "the workers' log is off by seconds:", skew);
}

void nemesis_skew_clock(struct nemesis *n, const struct plan_item *item)
{
    n->clock_seen = false;
    nemesis_say(n, item->fault,
                drifts(item) ? "drifts by seconds:" : "jumps by seconds:", jump_of(item));
    if (!drifts(item))
        set_clock(n, jump_of(item));
}

/* While it lasts: moves what drifts, and looks whether it shows. */
void nemesis_go_on_with_clock(struct nemesis *n)
{
    if (!n->ends_ms[FAULT_CLOCK])
        return;
    drift_clock(n);
    if (!n->clock_seen)
        look_at_clock(n);
}

void nemesis_right_clock(struct nemesis *n)
{
    set_clock(n, 0);
}
