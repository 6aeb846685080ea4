/*
 * The programs themselves, as far as they go without a database: their command lines, and a
 * master that starts, is told things, and stops. The programs are those of $FRONTROW_BUILD.
 */
#include "base/clock.h"
#include "suite.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#define USER "0190f8a2-5b1c-7def-8abc-0123456789ab"

enum { DEADLINE_MS = 15000 };

static char folder[64], config[96], said[65536];

static const char *build(void)
{
    const char *named = getenv("FRONTROW_BUILD");

    return named && named[0] ? named : "build";
}

static void write_config(const char *more)
{
    FILE *file;

    umask(077);
    file = fopen(config, "w");
    CU_ASSERT_PTR_NOT_NULL_FATAL(file);
    fprintf(file,
            "[server]\nlisten = %s/main.sock\nlisten_queue = %s/queue.sock\n"
            "[database]\nsocket = %s/none.sock\n"
            "[auth]\nuser_secret = aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa\n"
            "queue_secret = bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb\n"
            "[log]\nlevel = debug\n%s",
            folder, folder, folder, more);
    fclose(file);
}

static void make_folder(void)
{
    snprintf(folder, sizeof folder, "/tmp/frontrow-programs-XXXXXX");
    CU_ASSERT_PTR_NOT_NULL_FATAL(mkdtemp(folder));
    snprintf(config, sizeof config, "%s/f.conf", folder);
    write_config("[server]\nworkers = 3\n");
}

static void remove_folder(void)
{
    char log[96];

    snprintf(log, sizeof log, "%s/log", folder);
    unlink(log);
    unlink(config);
    CU_ASSERT_EQUAL(rmdir(folder), 0);
}

/* Runs `program arguments` through the shell; its exit status, what it said in `said`. */
static int run(const char *program, const char *arguments)
{
    char command[1024];
    FILE *pipe;
    size_t n;
    int status;

    snprintf(command, sizeof command, "'%s/%s' %s 2>&1", build(), program, arguments);
    pipe = popen(command, "r");
    CU_ASSERT_PTR_NOT_NULL_FATAL(pipe);
    n = fread(said, 1, sizeof said - 1, pipe);
    said[n] = '\0';
    status = pclose(pipe);
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

/* The same with the test's configuration. */
static int tool(const char *arguments)
{
    char whole[512];

    snprintf(whole, sizeof whole, "--config %s %s", config, arguments);
    return run("frontrow", whole);
}

static bool has(const char *words)
{
    return strstr(said, words) != NULL;
}

static void test_each_program_explains_itself(void)
{
    static const char *const programs[] = {"frontrow", "frontrow-worker", "frontrow-cron"};

    for (size_t i = 0; i < sizeof programs / sizeof *programs; i++) {
        CU_ASSERT_EQUAL(run(programs[i], "--help"), 0);
        CU_ASSERT_TRUE(has("sage: ") && has("--config FILE"));
        CU_ASSERT_EQUAL(run(programs[i], "--version"), 0);
        CU_ASSERT_NSTRING_EQUAL(said, programs[i], strlen(programs[i]));
        CU_ASSERT_EQUAL(run(programs[i], "--nonsense"), 2);
        CU_ASSERT_EQUAL(run(programs[i], "nonsense"), 2);
    }
}

static void test_each_program_refuses_a_bad_configuration(void)
{
    make_folder();
    write_config("[server]\nnonsense = 1\n");
    CU_ASSERT_EQUAL(tool("migrate"), 2);
    CU_ASSERT_TRUE(has("there is no key nonsense in [server]"));
    CU_ASSERT_EQUAL(tool("config check"), 2);
    CU_ASSERT_EQUAL(run("frontrow-worker", "--config /nonexistent"), 2);
    CU_ASSERT_TRUE(has("/nonexistent: No such file"));
    CU_ASSERT_EQUAL(run("frontrow-cron", "--once --config /nonexistent"), 2);
    remove_folder();
}

static void test_the_tool_refuses_what_it_does_not_know(void)
{
    static const char *const bad[] = {"",
                                      "nonsense",
                                      "config",
                                      "config nonsense",
                                      "migrate more",
                                      "status --user " USER,
                                      "token",
                                      "token --user nonsense",
                                      "token --user " USER " --json",
                                      "token --user " USER " --ttl 0",
                                      "token --user " USER " --ttl 1h",
                                      "token --user " USER " --scope 'a\"b'"};

    make_folder();
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        CU_ASSERT_EQUAL(tool(bad[i]), 2);
    remove_folder();
}

static void test_options_come_before_or_after_the_command(void)
{
    char arguments[256];

    make_folder();
    snprintf(arguments, sizeof arguments, "config check --config %s", config);
    CU_ASSERT_EQUAL(run("frontrow", arguments), 0);
    CU_ASSERT_EQUAL(tool("config check"), 0);
    CU_ASSERT_TRUE(has(" is good\n"));
    CU_ASSERT_EQUAL(tool("--user " USER " token"), 0);
    remove_folder();
}

static void test_token_prints_a_token_and_nothing_else(void)
{
    size_t len;

    make_folder();
    CU_ASSERT_EQUAL(tool("token --user " USER " --scope 'wallet:charge service' --ttl 60"), 0);
    len = strlen(said);
    CU_ASSERT_NSTRING_EQUAL(said, "eyJ", 3);
    CU_ASSERT_EQUAL(strcspn(said, "\n"), len - 1);
    CU_ASSERT_EQUAL(
        strspn(said, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_."), len - 1);
    CU_ASSERT_EQUAL(tool("token --user " USER " --scope walet:charge"), 0);
    CU_ASSERT_TRUE(has("the scope walet:charge allows nothing"));
    remove_folder();
}

static void test_a_database_out_of_reach_is_said(void)
{
    make_folder();
    CU_ASSERT_EQUAL(tool("migrate"), 1);
    CU_ASSERT_TRUE(has("migrate: the database is out of reach"));
    CU_ASSERT_EQUAL(tool("verify"), 1);
    CU_ASSERT_EQUAL(tool("demo load"), 1);
    CU_ASSERT_EQUAL(tool("status"), 1);
    CU_ASSERT_TRUE(has("database  fail"));
    CU_ASSERT_EQUAL(tool("status --json"), 1);
    CU_ASSERT_TRUE(has("{\"status\":\"fail\",\"checks\":{\"database\":\"fail\""));
    remove_folder();
}

/* Starts a master whose log goes to the folder. */
static pid_t start_master(void)
{
    char program[512], log[96];
    pid_t pid;

    snprintf(program, sizeof program, "%s/frontrow-worker", build());
    snprintf(log, sizeof log, "%s/log", folder);
    pid = fork();
    if (pid == 0) {
        int fd = open(log, O_WRONLY | O_CREAT | O_APPEND, 0600);

        dup2(fd, STDERR_FILENO);
        execl(program, program, "--config", config, (char *)NULL);
        _exit(127);
    }
    return pid;
}

static int count_in_log(const char *words)
{
    char log[96];
    FILE *file;
    size_t n;
    int count = 0;

    snprintf(log, sizeof log, "%s/log", folder);
    file = fopen(log, "r");
    if (!file)
        return 0;
    n = fread(said, 1, sizeof said - 1, file);
    said[n] = '\0';
    fclose(file);
    for (const char *p = said; (p = strstr(p, words)); p++)
        count++;
    return count;
}

static bool wait_for_log(const char *words, int count)
{
    int64_t until = clock_monotonic_ms() + DEADLINE_MS;

    while (count_in_log(words) < count && clock_monotonic_ms() < until)
        poll(NULL, 0, 10);
    return count_in_log(words) >= count;
}

static int wait_exit(pid_t pid)
{
    int64_t until = clock_monotonic_ms() + DEADLINE_MS;
    int status = 0;
    pid_t got;

    while ((got = waitpid(pid, &status, WNOHANG)) == 0 && clock_monotonic_ms() < until)
        poll(NULL, 0, 10);
    if (got == 0) {
        kill(pid, SIGKILL);
        waitpid(pid, &status, 0);
        return -1;
    }
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

static bool can_connect(const char *name)
{
    struct sockaddr_un to = {.sun_family = AF_UNIX};
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    bool ok;

    snprintf(to.sun_path, sizeof to.sun_path, "%s/%s", folder, name);
    ok = connect(fd, (struct sockaddr *)&to, sizeof to) == 0;
    close(fd);
    return ok;
}

static void test_a_master_listens_without_a_database(void)
{
    pid_t master;

    make_folder();
    master = start_master();
    CU_ASSERT_TRUE(wait_for_log("event=start ", 1));
    CU_ASSERT_TRUE(has("workers=2 queue_workers=1"));
    CU_ASSERT_TRUE(can_connect("main.sock"));
    CU_ASSERT_TRUE(can_connect("queue.sock"));
    kill(master, SIGTERM);
    CU_ASSERT_EQUAL(wait_exit(master), 0);
    CU_ASSERT_FALSE(can_connect("main.sock"));
    remove_folder(); /* and with it, that no socket is left */
}

static void test_a_reload_takes_the_new_configuration(void)
{
    pid_t master;

    make_folder();
    master = start_master();
    CU_ASSERT_TRUE(wait_for_log("event=start ", 1));
    write_config("[server]\nworkers = 6\n");
    kill(master, SIGHUP);
    CU_ASSERT_TRUE(wait_for_log("event=reloaded ", 1));
    CU_ASSERT_TRUE(has("workers=5 queue_workers=1"));
    /* Two and one at first, the same again in their place, and three more. */
    CU_ASSERT_TRUE(wait_for_log("event=child_started", 3 + 1 + 1 + 6));
    kill(master, SIGTERM);
    CU_ASSERT_EQUAL(wait_exit(master), 0);
    remove_folder();
}

static void test_a_reload_refuses_a_bad_configuration(void)
{
    pid_t master;

    make_folder();
    master = start_master();
    CU_ASSERT_TRUE(wait_for_log("event=start ", 1));
    write_config("[server]\nworkers = many\n");
    kill(master, SIGHUP);
    CU_ASSERT_TRUE(wait_for_log("event=reload_refused ", 1));
    CU_ASSERT_TRUE(has("workers must be a number"));
    CU_ASSERT_TRUE(can_connect("main.sock"));
    kill(master, SIGTERM);
    CU_ASSERT_EQUAL(wait_exit(master), 0);
    remove_folder();
}

static void test_a_master_takes_over_from_one_that_was_killed(void)
{
    pid_t master;

    make_folder();
    master = start_master();
    CU_ASSERT_TRUE(wait_for_log("event=start ", 1));
    kill(master, SIGKILL);
    wait_exit(master);
    master = start_master();
    CU_ASSERT_TRUE(wait_for_log("event=start ", 2));
    CU_ASSERT_TRUE(can_connect("main.sock"));
    kill(master, SIGTERM);
    CU_ASSERT_EQUAL(wait_exit(master), 0);
    remove_folder();
}

static void test_a_second_master_is_told_so(void)
{
    pid_t master;
    char arguments[256];

    make_folder();
    master = start_master();
    CU_ASSERT_TRUE(wait_for_log("event=start ", 1));
    snprintf(arguments, sizeof arguments, "--config %s", config);
    CU_ASSERT_EQUAL(run("frontrow-worker", arguments), 1);
    CU_ASSERT_TRUE(has("another process answers there"));
    CU_ASSERT_TRUE(can_connect("main.sock"));
    kill(master, SIGTERM);
    CU_ASSERT_EQUAL(wait_exit(master), 0);
    remove_folder();
}

SUITE(worker_programs, TEST(test_each_program_explains_itself),
      TEST(test_each_program_refuses_a_bad_configuration),
      TEST(test_the_tool_refuses_what_it_does_not_know),
      TEST(test_options_come_before_or_after_the_command),
      TEST(test_token_prints_a_token_and_nothing_else), TEST(test_a_database_out_of_reach_is_said),
      TEST(test_a_master_listens_without_a_database),
      TEST(test_a_reload_takes_the_new_configuration),
      TEST(test_a_reload_refuses_a_bad_configuration),
      TEST(test_a_master_takes_over_from_one_that_was_killed),
      TEST(test_a_second_master_is_told_so));
