/* Finding, starting and stopping processes; see proc.h. */
#include "proc.h"
#include "api.h"

#include <CUnit/CUnit.h>
#include <dirent.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#define MAX_ARGS 16

static void exec_program(const char *path, const char *config, const char *const *args,
                         const char *output)
{
    char *argv[MAX_ARGS] = {strdup(path), strdup("--config"), strdup(config)};
    for (int i = 0; args && args[i] && i + 4 < MAX_ARGS; i++)
        argv[i + 3] = strdup(args[i]);
    int fd = open(output, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    if (fd < 0 || dup2(fd, STDOUT_FILENO) < 0 || dup2(fd, STDERR_FILENO) < 0)
        _exit(126);
    execv(path, argv);
    _exit(127);
}

pid_t proc_start(const char *program, const char *const *args, const char *output)
{
    const char *path = F("%s/%s", api_build, program);
    const char *config = F("%s/frontrow.conf", api_state);
    pid_t pid = fork();
    if (pid == 0)
        exec_program(path, config, args, output);
    NEED(pid > 0, "cannot fork");
    return pid;
}

int proc_wait(pid_t pid, double seconds)
{
    int status = 0;
    double end = api_now() + seconds;
    while (waitpid(pid, &status, WNOHANG) == 0) {
        if (api_now() > end) {
            kill(pid, SIGKILL);
            waitpid(pid, &status, 0);
            return -1;
        }
        api_pause();
    }
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

void proc_stop(pid_t pid)
{
    kill(pid, SIGTERM);
    CHECK(proc_wait(pid, 10) >= 0, "process %d does not stop", (int)pid);
}

/* A file as text of the test, as far as `most` bytes; "" if it cannot be read. */
static char *read_up_to(size_t most, const char *path, size_t *len)
{
    char *text = api_alloc(most + 1);
    FILE *f = fopen(path, "r");
    *len = f ? fread(text, 1, most, f) : 0;
    if (f)
        fclose(f);
    return text;
}

static char *read_file(const char *path, size_t *len)
{
    return read_up_to(65536, path, len);
}

int proc_run(const char *program, const char *const *args, const char **output)
{
    size_t len;
    char path[] = "/tmp/frontrow-test-XXXXXX";
    int fd = mkstemp(path);
    NEED(fd >= 0, "cannot make a temporary file");
    close(fd);
    int status = proc_wait(proc_start(program, args, path), 60);
    *output =
        read_up_to((size_t)4 << 20, path, &len); /* a list of all that other tests have made */
    unlink(path);
    return status;
}

const char *proc_database(void)
{
    const char *engine = getenv("FRONTROW_ENGINE");
    return engine && strcmp(engine, "mysql") == 0 ? "mysqld" : "mariadbd";
}

/* Whether the process runs `program` for our state. */
static bool is_ours(pid_t pid, const char *program)
{
    size_t len;
    char *text = read_file(F("/proc/%d/cmdline", (int)pid), &len);
    const char *slash = strrchr(text, '/');
    bool is_nginx = strcmp(program, "nginx") == 0;
    /* nginx writes over its command line */
    if (is_nginx ? strncmp(text, "nginx: master process", 21) != 0
                 : strcmp(slash ? slash + 1 : text, program) != 0)
        return false;
    for (size_t i = 0; i < len; i++)
        if (text[i] == '\0')
            text[i] = ' ';
    return strstr(text, api_state) != NULL;
}

/* What follows the name in /proc/PID/stat, "S 123 …" with the state and the parent; "" if it is
 * gone. */
static const char *stat_of(pid_t pid)
{
    size_t len;
    const char *text = read_file(F("/proc/%d/stat", (int)pid), &len);
    const char *after = strrchr(text, ')');
    return after && strlen(after) > 4 ? after + 2 : "";
}

static pid_t parent_of(pid_t pid)
{
    const char *stat = stat_of(pid);
    return *stat ? (pid_t)strtol(stat + 2, NULL, 10) : 0;
}

bool proc_is_stopped(pid_t pid)
{
    return *stat_of(pid) == 'T';
}

/* Goes through all processes: calls `see` until it says stop. */
static void each_process(bool (*see)(pid_t pid, void *arg), void *arg)
{
    DIR *dir = opendir("/proc");
    struct dirent *e;
    while (dir && (e = readdir(dir))) {
        pid_t pid = (pid_t)strtol(e->d_name, NULL, 10);
        if (pid > 0 && see(pid, arg))
            break;
    }
    if (dir)
        closedir(dir);
}

struct search {
    const char *program;
    pid_t parent, found;
    struct proc_list children;
};

static bool see_program(pid_t pid, void *arg)
{
    struct search *s = arg;
    if (is_ours(pid, s->program) && !is_ours(parent_of(pid), s->program))
        s->found = pid;
    return s->found != 0;
}

static bool see_child(pid_t pid, void *arg)
{
    struct search *s = arg;
    if (parent_of(pid) == s->parent && s->children.n < PROC_LIST)
        s->children.pid[s->children.n++] = pid;
    return false;
}

pid_t proc_find(const char *program)
{
    struct search s = {.program = program};
    each_process(see_program, &s);
    return s.found;
}

struct proc_list proc_children(pid_t parent)
{
    struct search s = {.parent = parent};
    each_process(see_child, &s);
    return s.children;
}

struct proc_list proc_children_named(pid_t parent, const char *name)
{
    struct proc_list all = proc_children(parent), named = {.n = 0};
    for (size_t i = 0; i < all.n; i++) {
        size_t len;
        char *own = read_file(F("/proc/%d/comm", (int)all.pid[i]), &len);
        own[strcspn(own, "\n")] = '\0';
        if (strcmp(own, name) == 0)
            named.pid[named.n++] = all.pid[i];
    }
    return named;
}

bool proc_is_child(pid_t pid, pid_t parent)
{
    return parent_of(pid) == parent;
}
