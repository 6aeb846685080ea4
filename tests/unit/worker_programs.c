/*
 * The programs themselves, as far as they go without a database: their command lines, and a
 * master that starts, is told things, and stops. The programs are those of $FRONTROW_BUILD.
 */
#include "base/clock.h"
#include "program.h"
#include "suite.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

enum { DEADLINE_MS = 15000 };

static void test_each_program_explains_itself(void)
{
    static const char *const programs[] = {"frontrow", "frontrow-worker", "frontrow-cron"};

    for (size_t i = 0; i < sizeof programs / sizeof *programs; i++) {
        CU_ASSERT_EQUAL(program_run(programs[i], "--help"), 0);
        CU_ASSERT_TRUE(program_said("sage: ") && program_said("--config FILE"));
        CU_ASSERT_EQUAL(program_run(programs[i], "--version"), 0);
        CU_ASSERT_NSTRING_EQUAL(program_output, programs[i], strlen(programs[i]));
        CU_ASSERT_EQUAL(program_run(programs[i], "--nonsense"), 2);
        CU_ASSERT_EQUAL(program_run(programs[i], "nonsense"), 2);
    }
}

static void test_each_program_refuses_a_bad_configuration(void)
{
    program_folder_make();
    program_config("[server]\nnonsense = 1\n");
    CU_ASSERT_EQUAL(program_tool("migrate"), 2);
    CU_ASSERT_TRUE(program_said("there is no key nonsense in [server]"));
    CU_ASSERT_EQUAL(program_tool("config check"), 2);
    CU_ASSERT_EQUAL(program_run("frontrow-worker", "--config /nonexistent"), 2);
    CU_ASSERT_TRUE(program_said("/nonexistent: No such file"));
    CU_ASSERT_EQUAL(program_run("frontrow-cron", "--once --config /nonexistent"), 2);
    program_folder_remove();
}

static void test_no_worker_serves_the_demo_to_everybody(void)
{
    char arguments[160];
    FILE *file;

    program_folder_make();
    file = fopen(program_config_path, "w");
    CU_ASSERT_PTR_NOT_NULL_FATAL(file);
    fputs("[server]\nlisten = 0.0.0.0:1\ndemo = on\n"
          "[auth]\nuser_secret = aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa\n"
          "queue_secret = bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb\n",
          file);
    fclose(file);
    CU_ASSERT_EQUAL(program_tool("config check"), 2);
    CU_ASSERT_TRUE(program_said("others can reach 0.0.0.0:1"));
    snprintf(arguments, sizeof arguments, "--config %s", program_config_path);
    CU_ASSERT_EQUAL(program_run("frontrow-worker", arguments), 2);
    CU_ASSERT_TRUE(program_said("others can reach 0.0.0.0:1"));
    CU_ASSERT_TRUE(program_said("demo_public"));
    program_folder_remove();
}

/* Starts a master whose log goes to the folder. */
static pid_t start_master(void)
{
    char program[512], log[96];
    pid_t pid;

    snprintf(program, sizeof program, "%s/frontrow-worker", program_build());
    snprintf(log, sizeof log, "%s/log", program_folder);
    pid = fork();
    if (pid == 0) {
        int fd = open(log, O_WRONLY | O_CREAT | O_APPEND, 0600);

        dup2(fd, STDERR_FILENO);
        execl(program, program, "--config", program_config_path, (char *)NULL);
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

    snprintf(log, sizeof log, "%s/log", program_folder);
    file = fopen(log, "r");
    if (!file)
        return 0;
    n = fread(program_output, 1, sizeof program_output - 1, file);
    program_output[n] = '\0';
    fclose(file);
    for (const char *p = program_output; (p = strstr(p, words)); p++)
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

    snprintf(to.sun_path, sizeof to.sun_path, "%s/%s", program_folder, name);
    ok = connect(fd, (struct sockaddr *)&to, sizeof to) == 0;
    close(fd);
    return ok;
}

static void test_a_master_listens_without_a_database(void)
{
    pid_t master;

    program_folder_make();
    master = start_master();
    CU_ASSERT_TRUE(wait_for_log("event=start ", 1));
    CU_ASSERT_TRUE(program_said("workers=2 queue_workers=1"));
    CU_ASSERT_TRUE(can_connect("main.sock"));
    CU_ASSERT_TRUE(can_connect("queue.sock"));
    kill(master, SIGTERM);
    CU_ASSERT_EQUAL(wait_exit(master), 0);
    CU_ASSERT_FALSE(can_connect("main.sock"));
    program_folder_remove(); /* and with it, that no socket is left */
}

static void test_a_reload_takes_the_new_configuration(void)
{
    pid_t master;

    program_folder_make();
    master = start_master();
    CU_ASSERT_TRUE(wait_for_log("event=start ", 1));
    program_config("[server]\nworkers = 6\n");
    kill(master, SIGHUP);
    CU_ASSERT_TRUE(wait_for_log("event=reloaded ", 1));
    CU_ASSERT_TRUE(program_said("workers=5 queue_workers=1"));
    /* Two and one at first, the same again in their place, and three more. */
    CU_ASSERT_TRUE(wait_for_log("event=child_started", 3 + 1 + 1 + 6));
    kill(master, SIGTERM);
    CU_ASSERT_EQUAL(wait_exit(master), 0);
    program_folder_remove();
}

static void test_a_reload_refuses_a_bad_configuration(void)
{
    pid_t master;

    program_folder_make();
    master = start_master();
    CU_ASSERT_TRUE(wait_for_log("event=start ", 1));
    program_config("[server]\nworkers = many\n");
    kill(master, SIGHUP);
    CU_ASSERT_TRUE(wait_for_log("event=reload_refused ", 1));
    CU_ASSERT_TRUE(program_said("workers must be a number"));
    CU_ASSERT_TRUE(can_connect("main.sock"));
    kill(master, SIGTERM);
    CU_ASSERT_EQUAL(wait_exit(master), 0);
    program_folder_remove();
}

static void test_a_master_takes_over_from_one_that_was_killed(void)
{
    pid_t master;

    program_folder_make();
    master = start_master();
    CU_ASSERT_TRUE(wait_for_log("event=start ", 1));
    kill(master, SIGKILL);
    wait_exit(master);
    master = start_master();
    CU_ASSERT_TRUE(wait_for_log("event=start ", 2));
    CU_ASSERT_TRUE(can_connect("main.sock"));
    kill(master, SIGTERM);
    CU_ASSERT_EQUAL(wait_exit(master), 0);
    program_folder_remove();
}

static void test_a_second_master_is_told_so(void)
{
    pid_t master;
    char arguments[256];

    program_folder_make();
    master = start_master();
    CU_ASSERT_TRUE(wait_for_log("event=start ", 1));
    snprintf(arguments, sizeof arguments, "--config %s", program_config_path);
    CU_ASSERT_EQUAL(program_run("frontrow-worker", arguments), 1);
    CU_ASSERT_TRUE(program_said("another process answers there"));
    CU_ASSERT_TRUE(can_connect("main.sock"));
    kill(master, SIGTERM);
    CU_ASSERT_EQUAL(wait_exit(master), 0);
    program_folder_remove();
}

SUITE(worker_programs, TEST(test_each_program_explains_itself),
      TEST(test_each_program_refuses_a_bad_configuration),
      TEST(test_no_worker_serves_the_demo_to_everybody),
      TEST(test_a_master_listens_without_a_database),
      TEST(test_a_reload_takes_the_new_configuration),
      TEST(test_a_reload_refuses_a_bad_configuration),
      TEST(test_a_master_takes_over_from_one_that_was_killed),
      TEST(test_a_second_master_is_told_so));
