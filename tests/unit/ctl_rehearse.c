/* frontrow rehearse as far as it goes without a site: what it takes, and what it refuses. */
#include "program.h"
#include "suite.h"

#include <netinet/in.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

/* Nobody listens there: the discard port. */
#define NOWHERE "--url http://127.0.0.1:9 --buyers 1 "

static void test_options_out_of_bounds_are_refused(void)
{
    static const struct {
        const char *arguments, *why;
    } bad[] = {
        {"more", "usage: "},
        {"--ttl 5", "usage: "},
        {"--buyers 0", "--buyers must be a whole number from 1 to 1000000"},
        {"--buyers 1000001", "--buyers must be"},
        {"--buyers 1e3", "--buyers must be"},
        {"--over -1", "--over must be a number of seconds"},
        {"--over 1.2.3", "--over must be"},
        {"--over inf", "--over must be"},
        {"--over 0x10", "--over must be"},
        {"--think 86401", "--think must be"},
        {"--profile steep", "--profile must be flat, spike or sellout"},
        {"--watch all", "--watch must be own or public"},
        {"--abandon 101", "--abandon must be"},
        {"--abandon 60 --vanish 60", "more than 100 percent"},
        {"--seats-per-buyer 21", "--seats-per-buyer must be"},
        {"--dates 1001 --seats 1000", "--dates times --seats"},
        {"--connections 0", "--connections must be"},
        {"--price 10000001", "charge_max"},
        {"--charge 10000001", "charge_max"},
        {"--concert 0", "--concert must be"},
        {"--price 1.5", "--price must be a whole number from 0"},
        {"--concert 1 --dates 5", "--concert takes a concert as it is"},
        {"--concert 1", "--concert needs --charge"},
        {"--concert 1 --charge 0 --any", "there is no option --any; see frontrow --help"},
        {"--other --url http://192.0.2.1", "there is no option --other; see"},
        {"--buy=5", "there is no option --buy; see"},
        {"--buyer 5", "there is no option --buyer; see"},
        {"--steep", "frontrow: there is no option --steep; see"},
        {"-b", "there is no option -b; see"},
        {"--buyers", "--buyers needs a value; see"},
        {"--json=yes", "--json takes no value; see"},
        {"--any-concert", "--any-concert goes with --concert"},
        {"--save /nonexistent/file", "cannot write /nonexistent/file"},
        {"--url nonsense", "--url nonsense: it must begin with http"},
    };
    char arguments[200];

    program_folder_make();
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        snprintf(arguments, sizeof arguments, "rehearse %s", bad[i].arguments);
        CU_ASSERT_EQUAL(program_tool(arguments), 2);
        CU_ASSERT_TRUE(program_said(bad[i].why));
        if (!program_said(bad[i].why))
            fprintf(stderr, "%s: %s\n", arguments, program_output);
    }
    program_folder_remove();
}

static void test_another_host_is_refused_without_a_word(void)
{
    program_folder_make();
    CU_ASSERT_EQUAL(program_tool("rehearse --url http://192.0.2.1"), 2);
    CU_ASSERT_TRUE(program_said("--other-host"));
    CU_ASSERT_EQUAL(program_tool("rehearse --other-host --url http://192.0.2.1"), 2);
    CU_ASSERT_TRUE(program_said("must not go in the clear"));
    program_folder_remove();
}

static void test_a_site_out_of_reach_is_said(void)
{
    program_folder_make();
    CU_ASSERT_EQUAL(program_tool("rehearse " NOWHERE), 1);
    CU_ASSERT_TRUE(program_said("no answer from 127.0.0.1:9"));
    program_folder_remove();
}

/* Answers one request after the other with `answer`; a token among them ends it with 1. */
static void serve(int listener, const char *answer)
{
    char in[4096];
    ssize_t len;
    int fd;

    alarm(60);
    while ((fd = accept(listener, NULL, NULL)) >= 0) {
        while ((len = recv(fd, in, sizeof in - 1, 0)) > 0) {
            in[len] = '\0';
            if (strstr(in, "Authorization") || strstr(in, "eyJ"))
                _exit(1);
            if (send(fd, answer, strlen(answer), MSG_NOSIGNAL) < 0)
                break;
        }
        close(fd);
    }
    _exit(0);
}

/* Rehearses on a site that answers so; whether it is told to be no Frontrow, and got no token. */
static bool is_told_from_frontrow(const char *answer)
{
    struct sockaddr_in a = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t len = sizeof a;
    int listener = socket(AF_INET, SOCK_STREAM, 0), ended;
    char arguments[100];
    pid_t server;
    bool told;

    CU_ASSERT_FATAL(bind(listener, (struct sockaddr *)&a, sizeof a) == 0 &&
                    listen(listener, 16) == 0 &&
                    getsockname(listener, (struct sockaddr *)&a, &len) == 0);
    server = fork();
    CU_ASSERT_FATAL(server >= 0);
    if (server == 0)
        serve(listener, answer);
    snprintf(arguments, sizeof arguments, "rehearse --url http://127.0.0.1:%d --buyers 1",
             ntohs(a.sin_port));
    told = program_tool(arguments) == 1 && program_said(" is no Frontrow");
    shutdown(listener, SHUT_RDWR);
    close(listener);
    return waitpid(server, &ended, 0) == server && WIFEXITED(ended) && WEXITSTATUS(ended) == 0 &&
           told;
}

static void test_no_token_goes_to_what_is_no_frontrow(void)
{
    program_folder_make();
    CU_ASSERT_TRUE(is_told_from_frontrow("HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n"));
    CU_ASSERT_TRUE(is_told_from_frontrow("HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\n<html>"));
    CU_ASSERT_TRUE(
        is_told_from_frontrow("HTTP/1.1 200 OK\r\nContent-Length: 15\r\n\r\n{\"concerts\":[]}"));
    program_folder_remove();
}

static void test_help_names_every_option_of_it_alone(void)
{
    static const char *const words[] = {"--buyers N",
                                        "--profile flat|spike|sellout",
                                        "--any-concert",
                                        "--other-host",
                                        "(default 1000)",
                                        "130 when Ctrl-C",
                                        "of a seat (default 0)",
                                        "people in a batch (default 50)",
                                        "of a session (default 600)",
                                        "--save FILE"};

    program_folder_make();
    CU_ASSERT_EQUAL(program_tool("rehearse --help"), 0);
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        CU_ASSERT_TRUE(program_said(words[i]));
    CU_ASSERT_FALSE(program_said("queue list"));
    program_folder_remove();
}

SUITE(ctl_rehearse, TEST(test_options_out_of_bounds_are_refused),
      TEST(test_another_host_is_refused_without_a_word), TEST(test_a_site_out_of_reach_is_said),
      TEST(test_no_token_goes_to_what_is_no_frontrow),
      TEST(test_help_names_every_option_of_it_alone));
