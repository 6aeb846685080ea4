/* Log lines: one event, one line, whatever the values hold. */
#include "base/log.h"
#include "suite.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static FILE *caught;
static int real_stderr;
static char text[16384];

static void catch_stderr(void)
{
    fflush(stderr);
    caught = tmpfile();
    real_stderr = dup(STDERR_FILENO);
    dup2(fileno(caught), STDERR_FILENO);
}

/* What was written to stderr since catch_stderr. */
static const char *release_stderr(void)
{
    size_t n;

    dup2(real_stderr, STDERR_FILENO);
    close(real_stderr);
    rewind(caught);
    n = fread(text, 1, sizeof text - 1, caught);
    text[n] = '\0';
    fclose(caught);
    return text;
}

static void test_a_line_has_its_parts(void)
{
    char tail[64];

    catch_stderr();
    log_warn("thing_done", "count=%d name=%s", 3, log_value("two words"));
    release_stderr();
    CU_ASSERT_NSTRING_EQUAL(text, "ts=20", 5);
    CU_ASSERT_PTR_NOT_NULL(strstr(text, "Z level=warn event=thing_done pid="));
    snprintf(tail, sizeof tail, " pid=%ld count=3 name=\"two words\"\n", (long)getpid());
    CU_ASSERT_PTR_NOT_NULL(strstr(text, tail));
}

static void test_a_line_may_have_no_fields(void)
{
    catch_stderr();
    log_line(LOG_LEVEL_ERROR, "bare", "%s", "");
    CU_ASSERT_PTR_NOT_NULL(strstr(release_stderr(), "level=error event=bare pid="));
    CU_ASSERT_EQUAL(text[strlen(text) - 1], '\n');
}

static void test_an_endless_line_is_cut(void)
{
    char *value = malloc(10001);

    memset(value, 'x', 10000);
    value[10000] = '\0';
    catch_stderr();
    log_info("long", "value=%s", value);
    log_info("next", "value=%s", log_value(value));
    release_stderr();
    free(value);
    CU_ASSERT(strlen(text) < 4096 + 700);
    CU_ASSERT_PTR_NOT_NULL(strstr(text, "x\nts="));
}

static void test_the_level_decides(void)
{
    catch_stderr();
    CU_ASSERT_TRUE(log_set_level("warn"));
    log_info("quiet", "a=%d", 1);
    log_warn("loud", "a=%d", 1);
    CU_ASSERT_TRUE(log_set_level("debug"));
    log_debug("louder", "a=%d", 1);
    CU_ASSERT_FALSE(log_set_level("verbose"));
    CU_ASSERT_TRUE(log_set_level("info"));
    log_debug("quiet", "a=%d", 1);
    release_stderr();
    CU_ASSERT_PTR_NULL(strstr(text, "quiet"));
    CU_ASSERT_PTR_NOT_NULL(strstr(text, "loud"));
    CU_ASSERT_PTR_NOT_NULL(strstr(text, "louder"));
}

static void test_plain_values_stay_plain(void)
{
    CU_ASSERT_STRING_EQUAL(log_value("Asia/Seoul"), "Asia/Seoul");
    CU_ASSERT_STRING_EQUAL(log_value("a:b,c;d"), "a:b,c;d");
}

static void test_other_values_are_quoted_and_escaped(void)
{
    CU_ASSERT_STRING_EQUAL(log_value(""), "\"\"");
    CU_ASSERT_STRING_EQUAL(log_value(NULL), "\"\"");
    CU_ASSERT_STRING_EQUAL(log_value("a b"), "\"a b\"");
    CU_ASSERT_STRING_EQUAL(log_value("a=b"), "\"a=b\"");
    CU_ASSERT_STRING_EQUAL(log_value("say \"hi\""), "\"say \\\"hi\\\"\"");
    CU_ASSERT_STRING_EQUAL(log_value("a\\b"), "\"a\\\\b\"");
    CU_ASSERT_STRING_EQUAL(log_value("공연"), "\"공연\"");
}

static void test_no_value_can_start_a_line(void)
{
    CU_ASSERT_STRING_EQUAL(log_value("a\nlevel=info"), "\"a\\nlevel=info\"");
    CU_ASSERT_STRING_EQUAL(log_value("\r\x1b[2J\x7f"), "\"\\u000d\\u001b[2J\\u007f\"");
    CU_ASSERT_STRING_EQUAL(log_value("\xc2\x85"), "\"\\u0085\"");
    CU_ASSERT_STRING_EQUAL(log_value("\xe2\x80\xa8"), "\"\\u2028\"");
    CU_ASSERT_STRING_EQUAL(log_value("\xff\xc0"), "\"\\xff\\xc0\"");
}

static void test_long_values_are_cut_between_characters(void)
{
    char value[1501];
    const char *out;

    for (size_t i = 0; i < 500; i++)
        memcpy(value + 3 * i, "공", 3);
    value[1500] = '\0';
    out = log_value(value);
    CU_ASSERT(strlen(out) <= 514);
    CU_ASSERT_EQUAL((strlen(out) - 2) % 3, 0);
    CU_ASSERT_EQUAL(out[strlen(out) - 1], '"');
}

static void test_four_values_fit_one_line(void)
{
    const char *a = log_value("a"), *b = log_value("b"), *c = log_value("c"), *d = log_value("d");

    CU_ASSERT(strcmp(a, "a") == 0 && strcmp(b, "b") == 0);
    CU_ASSERT(strcmp(c, "c") == 0 && strcmp(d, "d") == 0);
}

SUITE(base_log, TEST(test_a_line_has_its_parts), TEST(test_a_line_may_have_no_fields),
      TEST(test_an_endless_line_is_cut), TEST(test_the_level_decides),
      TEST(test_plain_values_stay_plain), TEST(test_other_values_are_quoted_and_escaped),
      TEST(test_no_value_can_start_a_line), TEST(test_long_values_are_cut_between_characters),
      TEST(test_four_values_fit_one_line));
