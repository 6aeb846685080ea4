/* The operator's tool as far as it goes without a database: what it takes, and what it refuses. */
#include "program.h"
#include "suite.h"

#include <stdio.h>
#include <string.h>

static void test_the_tool_refuses_what_it_does_not_know(void)
{
    static const char *const bad[] = {"",
                                      "nonsense",
                                      "config",
                                      "config nonsense",
                                      "migrate more",
                                      "status --user " PROGRAM_USER,
                                      "token",
                                      "token --user nonsense",
                                      "token --user " PROGRAM_USER " --json",
                                      "token --user " PROGRAM_USER " --ttl 0",
                                      "token --user " PROGRAM_USER " --ttl 1h",
                                      "token --user " PROGRAM_USER " --scope 'a\"b'"};

    program_folder_make();
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        CU_ASSERT_EQUAL(program_tool(bad[i]), 2);
    program_folder_remove();
}

static void test_options_come_before_or_after_the_command(void)
{
    char arguments[256];

    program_folder_make();
    snprintf(arguments, sizeof arguments, "config check --config %s", program_config_path);
    CU_ASSERT_EQUAL(program_run("frontrow", arguments), 0);
    CU_ASSERT_EQUAL(program_tool("config check"), 0);
    CU_ASSERT_TRUE(program_said(" is good\n"));
    CU_ASSERT_EQUAL(program_tool("--user " PROGRAM_USER " token"), 0);
    program_folder_remove();
}

static void test_token_prints_a_token_and_nothing_else(void)
{
    size_t len;

    program_folder_make();
    CU_ASSERT_EQUAL(
        program_tool("token --user " PROGRAM_USER " --scope 'wallet:charge service' --ttl 60"), 0);
    len = strlen(program_output);
    CU_ASSERT_NSTRING_EQUAL(program_output, "eyJ", 3);
    CU_ASSERT_EQUAL(strcspn(program_output, "\n"), len - 1);
    CU_ASSERT_EQUAL(
        strspn(program_output, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_."),
        len - 1);
    CU_ASSERT_EQUAL(program_tool("token --user " PROGRAM_USER " --scope walet:charge"), 0);
    CU_ASSERT_TRUE(program_said("the scope walet:charge allows nothing"));
    program_folder_remove();
}

static void test_a_database_out_of_reach_is_said(void)
{
    program_folder_make();
    CU_ASSERT_EQUAL(program_tool("migrate"), 1);
    CU_ASSERT_TRUE(program_said("migrate: the database is out of reach"));
    CU_ASSERT_EQUAL(program_tool("verify"), 3);
    CU_ASSERT_TRUE(program_said("verify: the database is out of reach"));
    CU_ASSERT_EQUAL(program_tool("demo load"), 1);
    CU_ASSERT_EQUAL(program_tool("status"), 1);
    CU_ASSERT_TRUE(program_said("database  fail"));
    CU_ASSERT_EQUAL(program_tool("status --json"), 1);
    CU_ASSERT_TRUE(program_said("{\"status\":\"fail\",\"checks\":{\"database\":\"fail\""));
    program_folder_remove();
}

/* The tool refuses the arguments and says `why`. */
static void refused(const char *arguments, const char *why)
{
    CU_ASSERT_EQUAL(program_tool(arguments), 2);
    if (!program_said(why))
        fprintf(stderr, "%s: %s\n", arguments, program_output);
    CU_ASSERT_TRUE(program_said(why));
}

static void test_commands_are_named_in_full(void)
{
    program_folder_make();
    refused("queue", "queue what? see frontrow queue --help");
    refused("queue nonsense 5", "there is no command queue nonsense; see frontrow --help");
    refused("nonsense 5", "there is no command nonsense; see frontrow --help");
    refused("queue show", "usage: frontrow queue show CONCERT");
    refused("queue pause 5 6", "usage: frontrow queue pause CONCERT");
    refused("queue list 5", "usage: frontrow queue list");
    refused("queue pause 5 --json", "usage: frontrow queue pause CONCERT");
    refused("queue set 5 --ko text", "usage: frontrow queue set CONCERT");
    refused("queue message 5 --claim 1", "usage: frontrow queue message CONCERT");
    refused("status --admit-count 5", "usage: frontrow status");
    refused("lottery", "lottery what? see frontrow lottery --help");
    refused("lottery verify", "usage: frontrow lottery verify CONCERT");
    refused("lottery list 5 --json", "usage: frontrow lottery list CONCERT");
    program_folder_remove();
}

static void test_a_concert_is_a_number(void)
{
    static const char *const bad[] = {"0", "x", "1x", "+1", "01", "1.0", "9223372036854775808",
                                      "''"};

    program_folder_make();
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        char arguments[64];

        snprintf(arguments, sizeof arguments, "queue show %s", bad[i]);
        refused(arguments, "CONCERT must be a concert's number");
        snprintf(arguments, sizeof arguments, "lottery verify %s", bad[i]);
        refused(arguments, "CONCERT must be a concert's number");
        snprintf(arguments, sizeof arguments, "queue close %s", bad[i]);
        refused(arguments, "CONCERT must be a concert's number");
    }
    CU_ASSERT_EQUAL(program_tool("queue show -1"), 2);
    program_folder_remove();
}

static void test_settings_have_bounds(void)
{
    program_folder_make();
    refused("queue set 5", "queue set needs a setting");
    refused("queue set 5 --admit-count 0", "--admit-count must be a number from 1 to 100000");
    refused("queue set 5 --admit-count 100001", "--admit-count must be a number from 1 to 100000");
    refused("queue set 5 --admit-count -1", "--admit-count must be a number from 1 to 100000");
    refused("queue set 5 --admit-count ''", "--admit-count must be a number from 1 to 100000");
    refused("queue set 5 --admit-interval 0", "--admit-interval must be a number from 1 to 86400");
    refused("queue set 5 --admit-interval 1.5", "--admit-interval must be");
    refused("queue set 5 --max-active 1000001", "--max-active must be a number from 0 to 1000000");
    refused("queue set 5 --session 0", "--session must be a number from 1 to 86400");
    refused("queue set 5 --session 10m", "--session must be a number");
    refused("queue set 5 --claim 86401", "--claim must be a number from 0 to 86400");
    refused("queue set 5 --token-lifetime 604801",
            "--token-lifetime must be a number from 1 to 604800");
    refused("queue set 5 --claim 1 --session 99999999999999999999", "--session must be");
    refused("queue set 5 --speed 1", "--speed");
    refused("queue set 5 --opens-at tomorrow", "--opens-at must be a time such as");
    refused("queue set 5 --opens-at 2030-05-01T19:00:00", "--opens-at must be a time such as");
    refused("queue set 5 --opens-at 2030-02-30T19:00:00Z", "--opens-at must be a time such as");
    refused("queue set 5 --opens-at ''", "--opens-at must be a time such as");
    program_folder_remove();
}

static void test_a_message_has_bounds(void)
{
    char long_one[1002], arguments[1100];

    memset(long_one, 'x', sizeof long_one - 1);
    long_one[sizeof long_one - 1] = '\0';
    program_folder_make();
    refused("queue message 5", "needs --ko or --en or both, or --clear alone");
    refused("queue message 5 --clear --en x", "needs --ko or --en or both, or --clear alone");
    refused("queue message 5 --ko '' --en ''", "the message is empty");
    refused("queue message 5 --en \"$(printf 'a\\377b')\"", "--en must be up to 1000 characters");
    snprintf(arguments, sizeof arguments, "queue message 5 --ko %s", long_one);
    refused(arguments, "--ko must be up to 1000 characters of UTF-8");
    /* A thousand are enough, and then it is the database that there is not. */
    arguments[strlen(arguments) - 1] = '\0';
    CU_ASSERT_EQUAL(program_tool(arguments), 1);
    CU_ASSERT_TRUE(program_said("queue message: the database is out of reach"));
    program_folder_remove();
}

static void test_the_queue_commands_say_that_there_is_no_database(void)
{
    static const char *const commands[] = {
        "list",     "show 5",   "pause 5",     "open 5",          "drain 5",
        "close 5 ", "resume 5", "list --json", "set 5 --claim 0", "message 5 --clear"};

    program_folder_make();
    for (size_t i = 0; i < sizeof commands / sizeof *commands; i++) {
        char arguments[64];

        snprintf(arguments, sizeof arguments, "queue %s", commands[i]);
        CU_ASSERT_EQUAL(program_tool(arguments), 1);
        CU_ASSERT_TRUE(program_said("the database is out of reach"));
    }
    program_folder_remove();
}

static void test_help_is_for_all_for_some_or_for_one(void)
{
    CU_ASSERT_EQUAL(program_run("frontrow", "--help"), 0);
    CU_ASSERT_TRUE(program_said("\n  migrate [--grants") && program_said("\n  queue list "));
    CU_ASSERT_EQUAL(program_run("frontrow", "queue --help"), 0);
    CU_ASSERT_TRUE(program_said("\n  queue pause ") && program_said("\n  queue list "));
    CU_ASSERT_FALSE(program_said("\n  migrate [--grants"));
    CU_ASSERT_EQUAL(program_run("frontrow", "queue set --help"), 0);
    CU_ASSERT_TRUE(program_said("--max-active N            0 to 1000000 "));
    CU_ASSERT_FALSE(program_said("\n  queue list "));
}

SUITE(ctl_programs, TEST(test_the_tool_refuses_what_it_does_not_know),
      TEST(test_options_come_before_or_after_the_command),
      TEST(test_token_prints_a_token_and_nothing_else), TEST(test_a_database_out_of_reach_is_said),
      TEST(test_commands_are_named_in_full), TEST(test_a_concert_is_a_number),
      TEST(test_settings_have_bounds), TEST(test_a_message_has_bounds),
      TEST(test_the_queue_commands_say_that_there_is_no_database),
      TEST(test_help_is_for_all_for_some_or_for_one));
