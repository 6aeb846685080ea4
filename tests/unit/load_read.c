/* What a rehearsal's buyers read: answers, JSON, seats, dates, and the site's address. */
#include "load/answer.h"
#include "load/chance.h"
#include "load/dates.h"
#include "load/pick.h"
#include "load/seats.h"
#include "load/target.h"
#include "suite.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* --- JSON --- */

static struct pick text(const char *s)
{
    return (struct pick){s, strlen(s)};
}

static void test_members_are_found_at_the_top_alone(void)
{
    struct pick o = text(" { \"a\\\"b\" : {\"n\":1,\"s\":\"}\"} , \"list\":[[1],{\"n\":2}],"
                         "\"n\" : 3 ,\"s\":\"x\\\"y\",\"t\":true,\"z\":null,\"m\":-4}"),
                v;
    int64_t n = 0;

    CU_ASSERT_TRUE(pick_int(o, "n", &n) && n == 3);
    CU_ASSERT_TRUE(pick_text(o, "s", &v) && v.len == 4 && memcmp(v.p, "x\\\"y", 4) == 0);
    CU_ASSERT_FALSE(pick_text(o, "n", &v));
    CU_ASSERT_FALSE(pick_int(o, "s", &n));
    CU_ASSERT_FALSE(pick_int(o, "z", &n));
    CU_ASSERT_FALSE(pick_int(o, "m", &n));
    CU_ASSERT_FALSE(pick_member(o, "nothing", &v));
    CU_ASSERT_TRUE(pick_member(o, "t", &v) && v.len == 4);
    CU_ASSERT_TRUE(pick_is(text("{\"code\":\"SEAT_TAKEN\"}"), "code", "SEAT_TAKEN"));
    CU_ASSERT_FALSE(pick_is(text("{\"code\":\"SEAT_TAKEN\"}"), "code", "SEAT"));
}

static void test_arrays_are_gone_through(void)
{
    struct pick list, one;
    int64_t n, sum = 0;
    int count = 0;

    CU_ASSERT_TRUE_FATAL(
        pick_member(text("{\"l\":[ {\"n\":1} ,{\"n\":20},{\"x\":\"]\",\"n\":300}]}"), "l", &list));
    while (pick_next(&list, &one)) {
        CU_ASSERT_TRUE(pick_int(one, "n", &n));
        sum += n;
        count++;
    }
    CU_ASSERT_EQUAL(count, 3);
    CU_ASSERT_EQUAL(sum, 321);
    CU_ASSERT_TRUE_FATAL(pick_member(text("{\"l\":[]}"), "l", &list));
    CU_ASSERT_FALSE(pick_next(&list, &one));
}

/* Each text in memory of its own size, so that a step beyond its end is seen by a sanitizer. */
static void test_what_is_cut_off_is_never_overrun(void)
{
    static const char whole[] =
        "{\"a\":{\"b\":[1,\"\\\\\"]},\"seats\":[{\"seatNumber\":7}],\"n\":5}";
    struct chance c;

    chance_begin(&c, 3, 3);
    for (size_t len = 0; len < sizeof whole - 1; len++) {
        char *cut = malloc(len ? len : 1);
        struct pick o = {cut, len}, v, one;
        struct seats_seen seen;
        uint32_t seats[4];
        int64_t n;

        if (!cut) {
            CU_FAIL("out of memory");
            return;
        }
        memcpy(cut, whole, len);
        CU_ASSERT_FALSE(pick_int(o, "n", &n));
        if (pick_member(o, "seats", &v)) {
            while (pick_next(&v, &one))
                (void)!pick_int(one, "seatNumber", &n);
        }
        CU_ASSERT_FALSE(seats_of_map(o, &c, seats, 4, &seen));
        (void)!seats_of_list(o, &c, seats, 4, &seen);
        free(cut);
    }
}

/* --- Answers --- */

/* Reads an answer in pieces of a size; whether it is whole at the end and not before. */
static bool read_in_pieces(struct answer *a, const char *all, size_t piece)
{
    size_t len = strlen(all);

    answer_begin(a);
    for (size_t at = 0; at < len; at += piece) {
        size_t n = len - at < piece ? len - at : piece;
        char *part = malloc(n);
        bool good;

        if (!part)
            return false;
        memcpy(part, all + at, n);
        good = !a->whole && answer_read(a, part, n) == ERR_OK;
        if (a->whole && a->len > 0) { /* the body may lie in the piece */
            static char body[256];

            memcpy(body, a->body, a->len < sizeof body ? a->len : sizeof body);
            a->body = body;
        }
        free(part);
        if (!good)
            return false;
    }
    return a->whole;
}

static void test_answers_are_read_whole_or_in_pieces(void)
{
    static const char with_length[] =
        "HTTP/1.1 429 Too Many Requests\r\nX: y\r\nretry-AFTER: 17\r\n"
        "Content-Length: 11\r\n\r\nhello world";
    static const char chunked[] = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
                                  "6\r\nhello \r\n5\r\nworld\r\n0\r\n\r\n";
    static const char empty[] = "HTTP/1.1 204 No Content\r\nConnection: close\r\n\r\n";
    static const char hinted[] = "HTTP/1.1 103 Early Hints\r\nRetry-After: 9\r\n\r\n"
                                 "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";
    struct answer a = {0};

    for (size_t piece = 1; piece < sizeof with_length; piece++) {
        CU_ASSERT_TRUE(read_in_pieces(&a, with_length, piece));
        CU_ASSERT(a.status == 429 && a.retry_after == 17 && a.keep && a.len == 11 &&
                  memcmp(a.body, "hello world", 11) == 0);
        CU_ASSERT_TRUE(read_in_pieces(&a, chunked, piece));
        CU_ASSERT(a.status == 200 && a.retry_after == -1 && a.keep && a.len == 11 &&
                  memcmp(a.body, "hello world", 11) == 0);
        CU_ASSERT_TRUE(read_in_pieces(&a, empty, piece));
        CU_ASSERT(a.status == 204 && !a.keep && a.len == 0);
        CU_ASSERT_TRUE(read_in_pieces(&a, hinted, piece));
        CU_ASSERT(a.status == 200 && a.retry_after == -1 && a.keep && a.len == 2);
    }
    answer_free(&a);
}

static void test_a_large_answer_is_not_kept(void)
{
    static const char head[] = "HTTP/1.1 200 OK\r\nContent-Length: 1000000\r\n\r\n";
    static char part[10000];
    struct answer a = {0};

    answer_begin(&a);
    CU_ASSERT_EQUAL(answer_read(&a, head, sizeof head - 1), ERR_OK);
    for (int i = 0; i < 100; i++)
        CU_ASSERT_EQUAL(answer_read(&a, part, sizeof part), ERR_OK);
    CU_ASSERT(a.whole && a.len == 1000000);
    answer_begin(&a);
    CU_ASSERT(a.rest.cap < 100000);
    answer_free(&a);
}

static void test_answers_that_are_none_are_refused(void)
{
    static const char twice[] = "HTTP/1.1 204 No Content\r\n\r\nHTTP/1.1 204 No Content\r\n\r\n";
    static const char cut[] = "HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nab";
    static const char open_end[] = "HTTP/1.1 200 OK\r\n\r\nab";
    struct answer a = {0};

    answer_begin(&a);
    CU_ASSERT_NOT_EQUAL(answer_read(&a, "nonsense\r\n\r\n", 12), ERR_OK);
    answer_begin(&a);
    CU_ASSERT_NOT_EQUAL(answer_read(&a, twice, sizeof twice - 1), ERR_OK);
    answer_begin(&a);
    CU_ASSERT_EQUAL(answer_read(&a, cut, sizeof cut - 1), ERR_OK);
    CU_ASSERT_NOT_EQUAL(answer_end(&a), ERR_OK);
    answer_begin(&a);
    CU_ASSERT_EQUAL(answer_read(&a, open_end, sizeof open_end - 1), ERR_OK);
    CU_ASSERT_FALSE(a.whole);
    CU_ASSERT_EQUAL(answer_end(&a), ERR_OK);
    CU_ASSERT(a.whole && a.len == 2 && !a.keep);
    answer_free(&a);
}

/* --- Seats and dates --- */

static void test_seats_are_chosen_fairly_out_of_those_free(void)
{
    static const char list[] =
        "{\"seats\":[{\"seatNumber\":3},{\"seatNumber\":5},{\"seatNumber\":8},"
        "{\"seatNumber\":9},{\"seatNumber\":12}]}";
    static const char map[] = "{\"version\":1,\"states\":\"HSAHABSAASSA\"}"; /* 3 5 8 9 12 */
    int first[2][13] = {{0}};
    struct chance c;

    chance_begin(&c, 2, 2);
    for (int i = 0; i < 20000; i++) {
        struct seats_seen seen;
        uint32_t seats[3];
        bool as_map = i % 2;
        bool good = as_map ? seats_of_map(text(map), &c, seats, 3, &seen)
                           : seats_of_list(text(list), &c, seats, 3, &seen);

        CU_ASSERT_TRUE(good);
        if (seen.available != 5 || seen.chosen != 3 || seats[0] == seats[1] ||
            seats[0] == seats[2] || seats[1] == seats[2] || seats[0] > 12)
            CU_FAIL_FATAL("wrong seats");
        first[as_map][seats[0]]++;
    }
    for (int m = 0; m < 2; m++) {
        CU_ASSERT(first[m][3] + first[m][5] + first[m][8] + first[m][9] + first[m][12] == 10000);
        for (int s = 3; s <= 12; s++)
            CU_ASSERT(first[m][s] == 0 || (first[m][s] > 1600 && first[m][s] < 2400));
    }
}

static void test_few_or_no_seats_are_taken_as_they_are(void)
{
    struct seats_seen seen;
    uint32_t seats[8];
    struct chance c;

    chance_begin(&c, 2, 2);
    CU_ASSERT_TRUE(seats_of_list(text("{\"seats\":[{\"seatNumber\":4}]}"), &c, seats, 8, &seen));
    CU_ASSERT(seen.available == 1 && seen.chosen == 1 && seats[0] == 4);
    CU_ASSERT_TRUE(seats_of_list(text("{\"seats\":[]}"), &c, seats, 8, &seen));
    CU_ASSERT(seen.available == 0 && seen.chosen == 0);
    CU_ASSERT_TRUE(seats_of_map(text("{\"states\":\"SHA\"}"), &c, seats, 8, &seen));
    CU_ASSERT(seen.available == 1 && seen.chosen == 1 && seats[0] == 3);
    CU_ASSERT_TRUE(seats_of_map(text("{\"states\":\"\"}"), &c, seats, 8, &seen));
    CU_ASSERT(seen.available == 0 && seen.chosen == 0);
}

static void test_a_large_hall_is_drawn_from(void)
{
    static char hall[20100];
    int halves[2] = {0}, n = 0;
    struct chance c;

    n = snprintf(hall, sizeof hall, "{\"states\":\"");
    for (int i = 0; i < 20000; i++)
        hall[n++] = i % 10 == 0 ? 'A' : 'S'; /* 1, 11, 21 and so on */
    snprintf(hall + n, sizeof hall - (size_t)n, "\"}");
    chance_begin(&c, 6, 6);
    for (int i = 0; i < 2000; i++) {
        struct seats_seen seen;
        uint32_t seats[8];

        CU_ASSERT_TRUE(seats_of_map(text(hall), &c, seats, 8, &seen));
        CU_ASSERT(seen.available == 2000 && seen.chosen == 8);
        for (int k = 0; k < 8; k++) {
            if (seats[k] % 10 != 1 || seats[k] > 20000)
                CU_FAIL_FATAL("a seat that is not free");
            halves[seats[k] > 10000]++;
        }
    }
    CU_ASSERT(halves[0] > 7500 && halves[1] > 7500);
}

static void test_dates_without_seats_are_chosen_no_more(void)
{
    struct dates d = {0};
    struct chance c;
    int chosen[200] = {0};

    chance_begin(&c, 4, 4);
    for (int i = 0; i < 200; i++)
        CU_ASSERT_EQUAL_FATAL(dates_add(&d, 1000 + i, i % 2), ERR_OK);
    for (int i = 0; i < 10000; i++)
        chosen[dates_choose(&d, &c)]++;
    for (int i = 0; i < 200; i++)
        CU_ASSERT(i % 2 ? chosen[i] > 40 : chosen[i] == 0);
    for (uint32_t i = 1; i < 199; i += 2) {
        dates_took(&d, i, 1);
        CU_ASSERT_EQUAL(d.open_count, 99 - i / 2);
        for (uint32_t k = 0; k < d.open_count; k++)
            CU_ASSERT(d.all[d.open[k]].place == k && d.all[d.open[k]].left > 0);
    }
    CU_ASSERT_EQUAL(dates_choose(&d, &c), 199);
    dates_saw(&d, 199, 0);
    CU_ASSERT_EQUAL(dates_choose(&d, &c), DATES_NONE);
    dates_saw(&d, 199, 0);
    dates_saw(&d, dates_find(&d, 1042), 2);
    CU_ASSERT_EQUAL(dates_choose(&d, &c), 42);
    dates_took(&d, 42, 1);
    CU_ASSERT_EQUAL(dates_choose(&d, &c), 42);
    CU_ASSERT_EQUAL(dates_find(&d, 999), DATES_NONE);
    dates_free(&d);
}

static void test_buyers_are_the_same_for_a_seed_and_all_different(void)
{
    struct uuid a = chance_user(7, 0), b = chance_user(7, 0);
    char written[UUID_TEXT_SIZE];

    CU_ASSERT_TRUE(uuid_equal(&a, &b));
    for (uint64_t i = 1; i < 1000; i++) {
        b = chance_user(7, i);
        CU_ASSERT_FALSE(uuid_equal(&a, &b));
    }
    b = chance_user(8, 0);
    CU_ASSERT_FALSE(uuid_equal(&a, &b));
    uuid_to_text(&a, written);
    CU_ASSERT_NSTRING_EQUAL(written, CHANCE_USER_PREFIX, strlen(CHANCE_USER_PREFIX));
    CU_ASSERT_PTR_NOT_NULL(strchr("89ab", written[19]));
}

/* --- The site --- */

static void test_urls_are_taken_apart(void)
{
    struct target t;
    char why[200];

    CU_ASSERT_TRUE(target_parse("http://127.0.0.1:8080", &t, why, sizeof why));
    CU_ASSERT(!t.tls && !strcmp(t.host, "127.0.0.1:8080") && !strcmp(t.name, "127.0.0.1") &&
              !strcmp(t.port, "8080") && !strcmp(t.path, ""));
    CU_ASSERT_TRUE(target_parse("https://[::1]/shop/", &t, why, sizeof why));
    CU_ASSERT(t.tls && !strcmp(t.host, "[::1]") && !strcmp(t.name, "::1") &&
              !strcmp(t.port, "443") && !strcmp(t.path, "/shop"));
    CU_ASSERT_TRUE(target_parse("http://tickets.example/", &t, why, sizeof why));
    CU_ASSERT(!strcmp(t.port, "80") && !strcmp(t.path, ""));
}

static void test_urls_that_are_none_are_refused(void)
{
    static const char *const bad[] = {
        "",           "127.0.0.1",        "ftp://127.0.0.1", "http://",     "http://:80",
        "http://a:0", "http://a:65536",   "http://a:8o",     "http://[::1", "http://[::1]8080",
        "http://a b", "http://a\r\nX: y", "http://user@a",   "http://a/?q", "http://a/#f"};
    struct target t;
    char why[200];

    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        why[0] = '\0';
        CU_ASSERT_FALSE(target_parse(bad[i], &t, why, sizeof why));
        CU_ASSERT(why[0] != '\0');
    }
}

static bool is_loopback(const char *url)
{
    struct target t;
    char why[200];

    CU_ASSERT_TRUE_FATAL(target_parse(url, &t, why, sizeof why));
    CU_ASSERT_TRUE_FATAL(target_resolve(&t, why, sizeof why));
    return target_is_loopback(&t);
}

static void test_this_host_is_the_loopback_network(void)
{
    CU_ASSERT_TRUE(is_loopback("http://127.0.0.1"));
    CU_ASSERT_TRUE(is_loopback("http://127.9.8.7"));
    CU_ASSERT_TRUE(is_loopback("http://[::1]"));
    CU_ASSERT_FALSE(is_loopback("http://192.0.2.1"));
    CU_ASSERT_FALSE(is_loopback("http://128.0.0.1"));
    CU_ASSERT_FALSE(is_loopback("http://[2001:db8::1]"));
    CU_ASSERT_FALSE(is_loopback("http://0.0.0.0"));
}

SUITE(load_read, TEST(test_members_are_found_at_the_top_alone), TEST(test_arrays_are_gone_through),
      TEST(test_what_is_cut_off_is_never_overrun), TEST(test_answers_are_read_whole_or_in_pieces),
      TEST(test_a_large_answer_is_not_kept), TEST(test_answers_that_are_none_are_refused),
      TEST(test_seats_are_chosen_fairly_out_of_those_free),
      TEST(test_few_or_no_seats_are_taken_as_they_are), TEST(test_a_large_hall_is_drawn_from),
      TEST(test_dates_without_seats_are_chosen_no_more),
      TEST(test_buyers_are_the_same_for_a_seed_and_all_different), TEST(test_urls_are_taken_apart),
      TEST(test_urls_that_are_none_are_refused), TEST(test_this_host_is_the_loopback_network));
