/*
 * The shared main of the test programs; see suite.h.
 *
 * CUnit keeps the tests and the assertions. The printing is our own, because CUnit's basic mode
 * says neither how long a test took nor, in one place, which suite a failed one belongs to; so is
 * the running of suites side by side, which CUnit does not know. What a suite prints is kept until
 * it has ended, so that suites do not mix.
 *
 * A suite's process leads a process group, and what is left of the group is killed when the suite
 * has ended, or stands still: none of it outlives a failed test. A suite that has passed, but
 * leaves somebody there, fails. The parts of a product are in sessions of their own, and are not
 * killed, nor set going again if a test has stopped them.
 */
#include "suite.h"

#include <CUnit/TestDB.h>
#include <CUnit/TestRun.h>
#include <dirent.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define MAX_JOBS 64

/* So long a test may take, with sanitizers on a host that has much else to do; it is killed then.
 */
enum { LIMIT_SECONDS = 120 };

/* So long somebody may take to die whom the end of a suite's process has killed. */
enum { LEAVING_SECONDS = 10 };

/* What a suite's process says of itself, in memory shared with it. */
struct word {
    unsigned passed;
    bool ended;           /* false: the process died on the way */
    char running[128];    /* the test that has begun last */
    _Atomic double since; /* when it did */
};

/* A suite under way. */
struct job {
    pid_t pid;
    const struct suite *suite;
    FILE *output;
    struct word *word;
    bool overdue;
};

static struct suite *suites; /* sorted by turn, then by name */
static const struct suite_hooks *hooks;
static const struct suite_hooks no_hooks;
static char **filters; /* of the command line: a suite or suite/test each; none: everything */
static int filter_count;
static double started; /* when the running test began */
static pid_t runner;   /* the process that runs the tests */
static struct word *word;
static int slot;
static volatile sig_atomic_t stopped_by;

static bool comes_before(const struct suite *a, const struct suite *b)
{
    if (a->turn != b->turn)
        return a->turn < b->turn;
    return strcmp(a->name, b->name) < 0;
}

void suite_register(struct suite *s)
{
    struct suite **at = &suites;
    while (*at && comes_before(*at, s))
        at = &(*at)->next;
    s->next = *at;
    *at = s;
}

void suite_set_hooks(const struct suite_hooks *h)
{
    hooks = h;
}

static double seconds_now(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

int suite_slot(void)
{
    return slot;
}

static bool is_selected(const struct suite *s, const struct suite_test *t)
{
    char full[256];
    snprintf(full, sizeof full, "%s/%s", s->name, t->name);
    for (int i = 0; i < filter_count; i++)
        if (strcmp(filters[i], s->name) == 0 || strcmp(filters[i], full) == 0)
            return true;
    return filter_count == 0;
}

/* How many of a suite's tests are selected. */
static unsigned selected(const struct suite *s)
{
    unsigned n = 0;
    for (const struct suite_test *t = s->tests; t->name; t++)
        n += is_selected(s, t);
    return n;
}

static void list_tests(void)
{
    for (const struct suite *s = suites; s; s = s->next)
        for (const struct suite_test *t = s->tests; t->name; t++)
            printf("%s/%s\n", s->name, t->name);
}

/* Puts the suite's selected tests into CUnit's registry; false if it refuses one. */
static bool enter_tests(const struct suite *s)
{
    CU_pSuite to =
        CU_add_suite_with_setup_and_teardown(s->name, NULL, NULL, hooks->before, hooks->after);
    for (const struct suite_test *t = s->tests; to && t->name; t++)
        if (is_selected(s, t) && !CU_add_test(to, t->name, t->run))
            return false;
    return to != NULL;
}

static void on_test_start(CU_pTest test, CU_pSuite suite)
{
    (void)suite;
    started = seconds_now();
    if (word) {
        snprintf(word->running, sizeof word->running, "%s", test->pName);
        atomic_store(&word->since, started);
    }
}

/* A child of a test gets here by a fatal assertion: it ends, and does not run the other tests. */
static void on_test_complete(CU_pTest test, CU_pSuite suite, CU_pFailureRecord failure)
{
    printf("%s %s/%s (%.2f s)\n", failure ? "FAIL" : "ok  ", suite->pName, test->pName,
           seconds_now() - started);
    for (const CU_FailureRecord *f = failure; f && f->pTest == test; f = f->pNext)
        printf("     %s:%u: %s\n", f->strFileName ? f->strFileName : "?", f->uiLineNumber,
               f->strCondition ? f->strCondition : "failed");
    fflush(stdout);
    if (getpid() != runner)
        _exit(1);
}

/* Runs one suite in this process; how many tests passed. */
static unsigned run_suite(const struct suite *s)
{
    unsigned passed = 0;
    runner = getpid();
    if (CU_initialize_registry() != CUE_SUCCESS || !enter_tests(s)) {
        printf("FAIL %s: CUnit: %s\n", s->name, CU_get_error_msg());
    } else {
        CU_set_test_start_handler(on_test_start);
        CU_set_test_complete_handler(on_test_complete);
        CU_run_all_tests();
        passed = CU_get_number_of_tests_run() - CU_get_number_of_tests_failed();
    }
    CU_cleanup_registry();
    return passed;
}

static bool start(void)
{
    return !hooks->start || hooks->start();
}

static void stop(void)
{
    if (hooks->stop)
        hooks->stop();
}

/* Everything in this process. */
static unsigned run_here(void)
{
    unsigned passed = 0;
    if (start())
        for (const struct suite *s = suites; s; s = s->next)
            if (selected(s) > 0)
                passed += run_suite(s);
    stop();
    return passed;
}

/* The process of one suite. */
static void be_job(const struct job *j, int number, pid_t parent)
{
    setpgid(0, 0);
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (getppid() != parent)
        _exit(1);
    signal(SIGINT, SIG_DFL);
    signal(SIGTERM, SIG_DFL);
    signal(SIGHUP, SIG_DFL);
    if (dup2(fileno(j->output), STDOUT_FILENO) < 0 || dup2(fileno(j->output), STDERR_FILENO) < 0)
        exit(2);
    word = j->word;
    slot = number;
    if (start()) {
        word->passed = run_suite(j->suite);
        word->ended = true;
    }
    stop();
    fflush(stdout);
    exit(0);
}

static void begin(struct job *j, const struct suite *s, struct word *of, int number)
{
    *of = (struct word){.running = "(start)", .since = seconds_now()};
    *j = (struct job){.suite = s, .output = tmpfile(), .word = of};
    fflush(stdout);
    pid_t self = getpid();
    j->pid = j->output ? fork() : -1;
    if (j->pid == 0)
        be_job(j, number, self);
    if (j->pid < 0) {
        perror("cannot run a suite");
        exit(2);
    }
    setpgid(j->pid, j->pid);
}

/* Whether a process lives, and is of a group without leading it; its name. */
static bool is_follower(const char *pid, pid_t group, char name[16])
{
    char path[64], line[256] = "";
    pid_t id = (pid_t)strtol(pid, NULL, 10);
    if (id == group || getpgid(id) != group)
        return false;
    snprintf(path, sizeof path, "/proc/%.20s/stat", pid);
    FILE *stat = fopen(path, "r");
    if (!stat)
        return false; /* it has ended just now */
    if (!fgets(line, sizeof line, stat))
        line[0] = '\0';
    fclose(stat);
    const char *from = strchr(line, '('), *to = strrchr(line, ')');
    if (!from || !to || strlen(to) < 3)
        return false;
    snprintf(name, 16, "%.*s", (int)(to - from - 1), from + 1);
    return to[2] != 'Z' && to[2] != 'X'; /* ") S ...", proc_pid_stat(5) */
}

/* Whether the group has somebody but its leader; the name of one. */
static bool has_followers(pid_t group, char name[16])
{
    bool found = false;
    DIR *all = opendir("/proc");
    for (struct dirent *d; all && !found && (d = readdir(all));)
        found = d->d_name[0] >= '1' && d->d_name[0] <= '9' && is_follower(d->d_name, group, name);
    if (all)
        closedir(all);
    return found;
}

/* Whether a suite that has passed leaves somebody behind, whom it names. Those who die with its
 * process may take a moment. */
static bool leaves_somebody(const struct job *j, char name[16])
{
    double until = seconds_now() + LEAVING_SECONDS;
    if (!j->word->ended || j->word->passed != selected(j->suite))
        return false;
    while (has_followers(j->pid, name)) {
        if (seconds_now() > until)
            return true;
        nanosleep(&(struct timespec){.tv_nsec = 5000000}, NULL);
    }
    return false;
}

/* Shows what the suite printed; how many tests passed: none if its process died, or has left the
 * one of that name behind (NULL: nobody). */
static unsigned finish(struct job *j, int status, const char *left)
{
    char part[4096];
    rewind(j->output);
    for (size_t n; (n = fread(part, 1, sizeof part, j->output)) > 0;)
        fwrite(part, 1, n, stdout);
    fclose(j->output);
    bool good = j->word->ended && status == 0;
    if (j->overdue)
        printf("FAIL %s/%s: not over after %d s, killed\n", j->suite->name, j->word->running,
               LIMIT_SECONDS);
    else if (!good)
        printf("FAIL %s: its process ended with %s %d, in %s\n", j->suite->name,
               WIFSIGNALED(status) ? "signal" : "status",
               WIFSIGNALED(status) ? WTERMSIG(status) : WEXITSTATUS(status), j->word->running);
    else if (left)
        printf("FAIL %s: has ended, but a process of its has not: %s, killed\n", j->suite->name,
               left);
    fflush(stdout);
    j->pid = 0;
    return good && !left ? j->word->passed : 0;
}

static void on_signal(int signo)
{
    stopped_by = signo;
}

static void catch_signals(void)
{
    struct sigaction sa = {.sa_handler = on_signal};
    sigemptyset(&sa.sa_mask);
    sigaction(SIGINT, &sa, NULL);
    sigaction(SIGTERM, &sa, NULL);
    sigaction(SIGHUP, &sa, NULL);
}

/* Kills all suites if this program has been told to end, which it then does. */
static void mind_signals(const struct job *jobs, int n)
{
    if (!stopped_by)
        return;
    for (int i = 0; i < n; i++)
        if (jobs[i].pid != 0)
            kill(-jobs[i].pid, SIGKILL);
    exit(128 + stopped_by);
}

static void kill_overdue(struct job *jobs, int n)
{
    for (int i = 0; i < n; i++)
        if (jobs[i].pid != 0 && !jobs[i].overdue &&
            seconds_now() - atomic_load(&jobs[i].word->since) > LIMIT_SECONDS) {
            jobs[i].overdue = true;
            kill(-jobs[i].pid, SIGKILL);
        }
}

/* The process of a suite that has ended, not yet taken note of; -1 if none is under way. */
static pid_t next_end(struct job *jobs, int n)
{
    for (;;) {
        siginfo_t ended = {0};
        if (waitid(P_ALL, 0, &ended, WEXITED | WNOHANG | WNOWAIT) != 0)
            return -1;
        if (ended.si_pid != 0)
            return ended.si_pid;
        mind_signals(jobs, n);
        kill_overdue(jobs, n);
        nanosleep(&(struct timespec){.tv_nsec = 5000000}, NULL);
    }
}

/* Waits for the end of one of the suites under way and adds up; false if there is none. */
static bool wait_for_one(struct job *jobs, int n, unsigned *passed)
{
    int status;
    char name[16] = "";
    pid_t pid = next_end(jobs, n);
    if (pid < 0)
        return false;
    struct job *j = jobs;
    while (j < jobs + n && j->pid != pid)
        j++;
    bool left = j < jobs + n && leaves_somebody(j, name);
    kill(-pid, SIGKILL);
    waitpid(pid, &status, 0);
    if (j < jobs + n)
        *passed += finish(j, status, left ? name : NULL);
    return true;
}

/* Each suite in a process of its own, n at once; the last ones alone. */
static unsigned run_side_by_side(int n)
{
    unsigned passed = 0;
    struct job jobs[MAX_JOBS] = {0};
    struct word *words = mmap(NULL, MAX_JOBS * sizeof *words, PROT_READ | PROT_WRITE,
                              MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (words == MAP_FAILED)
        exit(2);
    catch_signals();
    for (const struct suite *s = suites; s; s = s->next) {
        int free_one = 0;
        if (selected(s) == 0)
            continue;
        while (s->turn == SUITE_TURN_LAST && wait_for_one(jobs, n, &passed))
            ;
        while (free_one < n && jobs[free_one].pid != 0)
            free_one++;
        if (free_one == n) {
            wait_for_one(jobs, n, &passed);
            for (free_one = 0; jobs[free_one].pid != 0;)
                free_one++;
        }
        begin(&jobs[free_one], s, &words[free_one], free_one);
    }
    while (wait_for_one(jobs, n, &passed))
        ;
    munmap(words, MAX_JOBS * sizeof *words);
    return passed;
}

/* Takes --jobs=N off the command line; the number, or the program's own. */
static int read_jobs(int *argc, char ***argv)
{
    int jobs = hooks->jobs;
    if (*argc > 1 && strncmp((*argv)[1], "--jobs=", 7) == 0) {
        jobs = (int)strtol((*argv)[1] + 7, NULL, 10);
        --*argc;
        ++*argv;
    }
    return jobs < 0 ? 0 : jobs > MAX_JOBS ? MAX_JOBS : jobs;
}

int main(int argc, char **argv)
{
    unsigned wanted = 0, passed = 0;
    if (!hooks)
        hooks = &no_hooks;
    if (argc == 2 && strcmp(argv[1], "--list") == 0) {
        list_tests();
        return 0;
    }
    int jobs = read_jobs(&argc, &argv);
    filters = argv + 1;
    filter_count = argc - 1;
    for (const struct suite *s = suites; s; s = s->next)
        wanted += selected(s);
    if (wanted == 0)
        fprintf(stderr, "no test of such a name (see --list)\n");
    else
        passed = jobs == 0 ? run_here() : run_side_by_side(jobs);
    printf("%u passed, %u failed\n", passed, wanted - passed);
    return wanted > 0 && passed == wanted ? 0 : 1;
}
