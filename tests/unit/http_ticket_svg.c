/* Tickets as pictures, and what they are drawn with: escaping, fitting, QR codes. */
#include "http/ticket_svg.h"

#include "http/qr.h"
#include "http/text_fit.h"
#include "http/xml_out.h"
#include "suite.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void escapes(const char *text, size_t len, const char *wanted)
{
    struct text_buf out = {0};

    xout_text(&out, text, len);
    CU_ASSERT_STRING_EQUAL(out.data ? out.data : "", wanted);
    text_buf_free(&out);
}

static void test_xml_is_escaped(void)
{
    escapes("", 0, "");
    escapes("<a href=\"x\" b='y'>&amp;", 23, "&lt;a href=&quot;x&quot; b=&#39;y&#39;&gt;&amp;amp;");
    escapes("봄밤 😀", 11, "봄밤 😀");
    escapes("]]>", 3, "]]&gt;");
}

static void test_what_xml_has_no_place_for_is_replaced(void)
{
    escapes("a\x00"
            "b\x1f\n\t",
            6, "a\uFFFDb\uFFFD\uFFFD\uFFFD");
    escapes("\xff\xc0\xafx", 4, "\uFFFD\uFFFD\uFFFDx");
    escapes("\xed\xa0\x80", 3, "\uFFFD\uFFFD\uFFFD"); /* a surrogate */
    escapes("\xef\xbf\xbe", 3, "\uFFFD");             /* U+FFFE */
    escapes("\xc2\x85", 2, "\uFFFD");                 /* NEL */
    escapes("\xeb\xb4", 2, "\uFFFD\uFFFD");           /* the first two bytes of three */
}

/* The lines of a text, with bars between them and an ellipsis where it was cut. */
static const char *fitted(const char *text, double width, int max)
{
    static char out[1024];
    struct text_fit_line lines[8];
    int n = text_fit(text, width, max, lines);

    out[0] = '\0';
    for (int i = 0; i < n; i++) {
        CU_ASSERT_TRUE(text_fit_width(lines[i].p, lines[i].len) <= width);
        snprintf(out + strlen(out), sizeof out - strlen(out), "%s%.*s%s", i ? "|" : "",
                 (int)lines[i].len, lines[i].p, lines[i].cut ? "…" : "");
    }
    return out;
}

static void test_text_breaks_between_words(void)
{
    CU_ASSERT_STRING_EQUAL(fitted("", 10, 3), "");
    CU_ASSERT_STRING_EQUAL(fitted("   ", 10, 3), "");
    CU_ASSERT_STRING_EQUAL(fitted("one", 10, 3), "one");
    CU_ASSERT_STRING_EQUAL(fitted("one two three", 5, 3), "one two|three");
    CU_ASSERT_STRING_EQUAL(fitted("봄밤의 콘서트 서울", 5, 3), "봄밤의|콘서트|서울");
}

static void test_a_long_word_breaks_anywhere_but_within_a_character(void)
{
    CU_ASSERT_STRING_EQUAL(fitted("가나다라마바사", 3.2, 3), "가나다|라마바|사");
    CU_ASSERT_STRING_EQUAL(fitted("iiiiiiiiii", 2, 4), "iii|iii|iii|i");
    CU_ASSERT_STRING_EQUAL(fitted("ii\xc2\x85\xc2\x85ii", 2.5, 4), "ii\xc2\x85|\xc2\x85ii");
}

static void test_what_does_not_fit_is_cut(void)
{
    CU_ASSERT_STRING_EQUAL(fitted("가나다라마바사", 3.2, 2), "가나다|라마…");
    CU_ASSERT_STRING_EQUAL(fitted("one two three four", 5, 1), "one…");
}

static void test_a_code_has_its_quiet_zone(void)
{
    struct text_buf path = {0};
    int runs = 0;

    CU_ASSERT_EQUAL(qr_path("frontrow", 8, &path), 21 + 2 * QR_QUIET);
    CU_ASSERT_EQUAL(strncmp(path.data, "M4 4h7v1h-7z", 12), 0);
    for (const char *m = path.data; (m = strchr(m, 'M')); runs++) {
        char *after;
        long x = strtol(m + 1, &after, 10), y = strtol(after + 1, &after, 10);

        CU_ASSERT_TRUE(x >= 4 && x < 25 && y >= 4 && y < 25);
        m = after;
    }
    CU_ASSERT_TRUE(runs > 40);
    text_buf_free(&path);
}

static void test_what_no_code_can_hold_is_none(void)
{
    static char much[2332];
    struct text_buf path = {0};

    memset(much, 'x', sizeof much);
    CU_ASSERT_EQUAL(qr_path(much, 2331, &path), 177 + 2 * QR_QUIET);
    text_buf_reset(&path);
    CU_ASSERT_EQUAL(qr_path(much, 2332, &path), 0);
    CU_ASSERT_EQUAL(path.len, 0);
    text_buf_free(&path);
}

/* A ticket with so many seats, drawn. The caller frees it. */
static struct text_buf drawn(const char *title, const char *section, int seats,
                             enum language language)
{
    static struct reservation_seat list[APP_MAX_SEATS];
    struct show_ticket t = {.reservation = {.reservation_id = 42,
                                            .starts_at = INT64_C(1790000000000),
                                            .seats = list,
                                            .seat_count = seats},
                            .concert = {.artist = "A & B", .time_zone = "Asia/Seoul"}};
    struct text_buf text = {0}, out = {0};

    snprintf(t.concert.title, sizeof t.concert.title, "%s", title);
    for (int i = 0; i < seats; i++) {
        list[i].seat_number = 1000 + i;
        snprintf(list[i].section, sizeof list[i].section, "%s", section);
        snprintf(list[i].row, sizeof list[i].row, "%s", section[0] ? "7" : "");
    }
    text_buf_puts(&text, "eyJhbGciOiJFUzI1NiJ9.e30.AAAA");
    CU_ASSERT_EQUAL(ticket_svg_put(&t, &text, language, &out), ERR_OK);
    CU_ASSERT_FATAL(out.data != NULL);
    text_buf_free(&text);
    return out;
}

static bool has(const struct text_buf *svg, const char *what)
{
    return strstr(svg->data, what) != NULL;
}

static void test_a_ticket_says_it_all(void)
{
    struct text_buf svg = drawn("<b>Spring</b>", "R&S", 2, LANGUAGE_EN);

    CU_ASSERT_TRUE(has(&svg, "role=\"img\""));
    CU_ASSERT_TRUE(has(&svg, "<title id=\"ticket-42-title\">Ticket: &lt;b&gt;Spring&lt;/b&gt;</"));
    CU_ASSERT_TRUE(has(&svg, "Mon 21 Sep 2026, 23:13 KST"));
    CU_ASSERT_TRUE(has(&svg, ">A &amp; B</text>"));
    CU_ASSERT_TRUE(has(&svg, ">R&amp;S</text>"));
    CU_ASSERT_TRUE(has(&svg, ">1001</text>"));
    CU_ASSERT_TRUE(has(&svg, ">Reservation 42</text>"));
    CU_ASSERT_FALSE(has(&svg, "<b>"));
    CU_ASSERT_FALSE(has(&svg, "<style"));
    CU_ASSERT_FALSE(has(&svg, "style="));
    text_buf_free(&svg);
}

static void test_a_ticket_in_korean(void)
{
    struct text_buf svg = drawn("봄밤", "R석", 1, LANGUAGE_KO);

    CU_ASSERT_TRUE(has(&svg, "lang=\"ko\""));
    CU_ASSERT_TRUE(has(&svg, "2026년 9월 21일 (월) 23:13 KST"));
    CU_ASSERT_TRUE(has(&svg, ">예매 번호 42</text>"));
    text_buf_free(&svg);
}

static void test_many_seats_are_counted(void)
{
    struct text_buf eight = drawn("T", "A", 8, LANGUAGE_EN),
                    most = drawn("T", "", 100, LANGUAGE_KO);

    CU_ASSERT_TRUE(has(&eight, ">1007</text>"));
    CU_ASSERT_FALSE(has(&eight, " more"));
    CU_ASSERT_TRUE(has(&most, ">1006</text>"));
    CU_ASSERT_FALSE(has(&most, ">1007</text>"));
    CU_ASSERT_TRUE(has(&most, ">외 93석</text>"));
    text_buf_free(&eight);
    text_buf_free(&most);
}

SUITE(http_ticket_svg, TEST(test_xml_is_escaped), TEST(test_what_xml_has_no_place_for_is_replaced),
      TEST(test_text_breaks_between_words),
      TEST(test_a_long_word_breaks_anywhere_but_within_a_character),
      TEST(test_what_does_not_fit_is_cut), TEST(test_a_code_has_its_quiet_zone),
      TEST(test_what_no_code_can_hold_is_none), TEST(test_a_ticket_says_it_all),
      TEST(test_a_ticket_in_korean), TEST(test_many_seats_are_counted));
