/* CSV: its quotes, and nothing that a spreadsheet runs. */
#include "http/csv_out.h"

#include "suite.h"

#include <stdio.h>
#include <string.h>

struct row {
    const char *cell, *written;
};

#define COUNT(a) (sizeof(a) / sizeof *(a))

static void expect_cells(const struct row *rows, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        struct text_buf out = {0};
        char wanted[200];

        csv_row(&out, &rows[i].cell, 1);
        snprintf(wanted, sizeof wanted, "%s\r\n", rows[i].written);
        if (strcmp(out.data, wanted) != 0)
            fprintf(stderr, "%s became %s", rows[i].cell, out.data);
        CU_ASSERT_STRING_EQUAL(out.data, wanted);
        text_buf_free(&out);
    }
}

static void test_a_record(void)
{
    const char *const cells[] = {"1", NULL, "", "a b", "\xea\xb0\x80"};
    struct text_buf out = {0};

    csv_row(&out, cells, COUNT(cells));
    csv_row(&out, cells, 1);
    CU_ASSERT_STRING_EQUAL(out.data, "1,,,a b,\xea\xb0\x80\r\n1\r\n");
    text_buf_free(&out);
}

static void test_what_is_quoted(void)
{
    static const struct row rows[] = {
        {"a,b", "\"a,b\""},       {"a\"b", "\"a\"\"b\""},     {"\"", "\"\"\"\""},
        {"a\r\nb", "\"a\r\nb\""}, {"a\nb", "\"a\nb\""},       {"a\rb", "\"a\rb\""},
        {"a;b", "a;b"},           {"\"a\"", "\"\"\"a\"\"\""}, {"a'b", "a'b"},
    };

    expect_cells(rows, COUNT(rows));
}

static void test_what_would_be_a_formula(void)
{
    static const struct row rows[] = {
        {"=1+1", "'=1+1"},
        {"+1", "'+1"},
        {"-1", "'-1"},
        {"@SUM(A1)", "'@SUM(A1)"},
        {"\tx", "'\tx"},
        {"\rx", "\"'\rx\""},
        {"\nx", "\"'\nx\""},
        {"=\"a\",1", "\"'=\"\"a\"\",1\""},
        {"  =1", "'  =1"},
        {"\xe3\x80\x80=1", "'\xe3\x80\x80=1"},
        {"\xef\xbc\x9d"
         "1",
         "'\xef\xbc\x9d"
         "1"},
        {"\xef\xbc\x8b"
         "1",
         "'\xef\xbc\x8b"
         "1"},
        {"\xef\xbc\x8d"
         "1",
         "'\xef\xbc\x8d"
         "1"},
        {"\xef\xbc\xa0"
         "1",
         "'\xef\xbc\xa0"
         "1"},
    };

    expect_cells(rows, COUNT(rows));
}

static void test_what_would_not(void)
{
    static const struct row rows[] = {
        {"a=1", "a=1"}, {"A-1", "A-1"},   {"1+1", "1+1"}, {"'=1", "'=1"},
        {" a", " a"},   {"a\tb", "a\tb"}, {"", ""},       {"\xef\xbc\xa1", "\xef\xbc\xa1"},
    };

    expect_cells(rows, COUNT(rows));
}

SUITE(http_csv_out, TEST(test_a_record), TEST(test_what_is_quoted),
      TEST(test_what_would_be_a_formula), TEST(test_what_would_not));
