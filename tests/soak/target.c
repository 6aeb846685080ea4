/* Finding the product's processes; see target.h. */
#include "soak/target.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* The names of a part, as the kernel has them. */
static const char *const part_names[][2] = {[TARGET_DATABASE] = {"mariadbd", "mysqld"},
                                            [TARGET_MASTER] = {"frontrow-worker", NULL},
                                            [TARGET_JOB] = {"frontrow-cron", NULL},
                                            [TARGET_NGINX] = {"nginx", NULL}};

/* The file's first line; empty if there is none. */
static void read_line(const char *path, char *line, int cap)
{
    FILE *f = fopen(path, "re");

    if (!f || !fgets(line, cap, f))
        line[0] = '\0';
    if (f)
        fclose(f);
}

/* Reads name and parent from /proc/PID/stat, "PID (name) state parent ...". */
static pid_t parent_and_name(pid_t pid, char name[32])
{
    char path[64], line[512], *open, *close;

    snprintf(path, sizeof path, "/proc/%d/stat", (int)pid);
    read_line(path, line, sizeof line);
    open = strchr(line, '(');
    close = strrchr(line, ')');
    if (!open || !close || strlen(close) < 5 || close[2] == 'Z')
        return 0;
    *close = '\0';
    snprintf(name, 32, "%.31s", open + 1);
    return (pid_t)strtol(close + 4, NULL, 10);
}

static int by_number(const void *a, const void *b)
{
    const pid_t *x = a, *y = b;
    return (*x > *y) - (*x < *y);
}

struct target_list target_children(pid_t parent, const char *name)
{
    struct target_list list = {.count = 0};
    struct dirent *e;
    DIR *dir = parent > 0 ? opendir("/proc") : NULL;

    while (dir && (e = readdir(dir)) && list.count < TARGET_MOST) {
        pid_t pid = (pid_t)strtol(e->d_name, NULL, 10);
        char own[32];

        if (pid > 0 && parent_and_name(pid, own) == parent && (!name || strcmp(own, name) == 0))
            list.pid[list.count++] = pid;
    }
    if (dir)
        closedir(dir);
    qsort(list.pid, list.count, sizeof *list.pid, by_number);
    return list;
}

static pid_t supervisor(const char *state)
{
    char path[512], line[64];

    snprintf(path, sizeof path, "%s/run/supervisor.pid", state);
    read_line(path, line, sizeof line);
    return (pid_t)strtol(line, NULL, 10);
}

pid_t target_find(const char *state, enum target_part part)
{
    pid_t parent = supervisor(state);

    for (int i = 0; i < 2 && part_names[part][i]; i++) {
        struct target_list found = target_children(parent, part_names[part][i]);

        if (found.count > 0)
            return found.pid[0];
    }
    return 0;
}
