/* Choosing a media type by Accept. */
#include "http/accept.h"

#include "suite.h"

#include <stdio.h>

static const char *const types[] = {"application/json", "text/csv", "image/svg+xml"};
enum { JSON, CSV, SVG, TYPES };

#define COUNT(a) (sizeof(a) / sizeof *(a))

struct row {
    const char *header;
    size_t chosen;
};

static void expect_all(const struct row *rows, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        size_t got = accept_choose(rows[i].header, types, TYPES);

        if (got != rows[i].chosen)
            fprintf(stderr, "Accept: %s: %zu\n", rows[i].header ? rows[i].header : "(none)", got);
        CU_ASSERT_EQUAL(got, rows[i].chosen);
    }
}

static void test_the_best_q_wins(void)
{
    static const struct row rows[] = {
        {"text/csv", CSV},
        {"application/json", JSON},
        {"image/svg+xml;q=0.001", SVG},
        {"text/csv;q=0.5, application/json;q=0.4", CSV},
        {"text/csv;q=0.5, application/json;q=0.6", JSON},
        {"application/json;q=0.9,text/csv", CSV},
        {"text/csv;q=0.999, application/json;q=1.000", JSON},
        {"TEXT/CSV ; Q=0.5", CSV},
        {"text/html, text/csv;q=0.1", CSV},
    };

    expect_all(rows, COUNT(rows));
}

static void test_ranges(void)
{
    static const struct row rows[] = {
        {"text/*", CSV},
        {"image/*;q=0.2, text/*;q=0.3", CSV},
        {"*/*", JSON},
        {"text/csv;q=0.5, */*;q=0.1", CSV},
        {"text/csv;q=0.1, */*;q=0.5", JSON},
        /* the most specific range gives the q, whatever the others are */
        {"*/*, application/json;q=0.1, image/*;q=0.2, text/csv;q=0.3", CSV},
        {"text/*;q=0, text/csv;q=0.2, application/json;q=0.1", CSV},
        {"*/*, application/json;q=0", CSV},
        {"image/avif,image/webp,image/svg+xml,image/*,*/*;q=0.8", SVG},
    };

    expect_all(rows, COUNT(rows));
}

static void test_ties(void)
{
    static const struct row rows[] = {
        {"text/csv, application/json", CSV},
        {"application/json, text/csv", JSON},
        {"text/csv, */*", CSV},
        {"*/*, text/csv", CSV},
        {"text/*, image/*", CSV},
        {"image/*, text/*", SVG},
        {"image/*, text/csv", CSV},
    };

    expect_all(rows, COUNT(rows));
}

static void test_the_first_where_nothing_fits(void)
{
    static const struct row rows[] = {
        {NULL, JSON},
        {"", JSON},
        {"text/html", JSON},
        {"application/json;q=0", JSON},
        {"text/csv;q=0", JSON},
        {"*/*;q=0", JSON},
        {"text/csv;q=0.0, */*;q=0.000", JSON},
    };

    expect_all(rows, COUNT(rows));
}

static void test_parameters(void)
{
    static const struct row rows[] = {
        {"text/csv;charset=utf-8", CSV},
        {"text/csv;charset=utf-8;q=0.2, application/json;q=0.3", JSON},
        {"text/csv;header=\"a,b;q=0\";q=0.4, application/json;q=0.3", CSV},
        {"text/csv;header=\"\\\"\";q=0.4, application/json;q=0.3", CSV},
        {"text/csv;q=0.2;header=present, application/json;q=0.1", CSV},
    };

    expect_all(rows, COUNT(rows));
}

static void test_malformed_elements_are_skipped(void)
{
    static const struct row rows[] = {
        {"text/csv;q=2, image/svg+xml;q=0.1", SVG},
        {"text/csv;q=, image/svg+xml;q=0.1", SVG},
        {"text/csv;q=0.1234, image/svg+xml;q=0.1", SVG},
        {"text/csv;q=-1, image/svg+xml;q=0.1", SVG},
        {"text, csv, */csv, text/, /csv, *, ;;;, ,,", JSON},
        {",, ,text/csv,", CSV},
        {"text/csv;header=\"never ends, image/svg+xml;q=0.1", CSV},
        {"text/csv x", JSON},
    };

    expect_all(rows, COUNT(rows));
}

SUITE(http_accept, TEST(test_the_best_q_wins), TEST(test_ranges), TEST(test_ties),
      TEST(test_the_first_where_nothing_fits), TEST(test_parameters),
      TEST(test_malformed_elements_are_skipped));
