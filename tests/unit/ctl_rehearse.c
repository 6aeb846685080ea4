/* frontrow rehearse as far as it goes without a site: what it takes, and what it refuses. */
#include "program.h"
#include "suite.h"

#include <stdio.h>
#include <string.h>

/* Nobody listens there: the discard port. */
#define NOWHERE "--url http://127.0.0.1:9 --buyers 1 "

static void test_options_out_of_bounds_are_refused(void)
{
    static const struct {
        const char *arguments, *why;
    } bad[] = {
        {"more", "usage: "},
        {"--ttl 5", "usage: "},
        {"--buyers 0", "--buyers must be a number from 1 to 1000000"},
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
        {"--concert 1 --dates 5", "--concert takes a concert as it is"},
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
    program_folder_remove();
}

static void test_a_site_out_of_reach_is_said(void)
{
    program_folder_make();
    CU_ASSERT_EQUAL(program_tool("rehearse " NOWHERE), 1);
    CU_ASSERT_TRUE(program_said("no answer from 127.0.0.1:9"));
    program_folder_remove();
}

static void test_help_names_every_option_of_it_alone(void)
{
    static const char *const words[] = {"--buyers N",     "--profile flat|spike|sellout",
                                        "--any-concert",  "--other-host",
                                        "(default 1000)", "130 when Ctrl-C"};

    program_folder_make();
    CU_ASSERT_EQUAL(program_tool("rehearse --help"), 0);
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        CU_ASSERT_TRUE(program_said(words[i]));
    CU_ASSERT_FALSE(program_said("queue list"));
    program_folder_remove();
}

SUITE(ctl_rehearse, TEST(test_options_out_of_bounds_are_refused),
      TEST(test_another_host_is_refused_without_a_word), TEST(test_a_site_out_of_reach_is_said),
      TEST(test_help_names_every_option_of_it_alone));
