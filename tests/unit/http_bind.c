/* Binding bodies to structs. */
#include "http/bind.h"

#include "base/text.h"
#include "suite.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* A target with a field of each kind. */
struct item {
    struct bind_target bits;
    struct bind_text name;
    int64_t rows;
    struct bind_ints blocked;
};

struct order {
    struct bind_target bits;
    int64_t amount, limit, when;
    struct bind_text title, day, korean, english;
    struct uuid user;
    struct bind_ints seats;
    struct bind_array sections;
};

enum {
    HAS_AMOUNT = 1,
    HAS_TITLE = 2,
    HAS_WHEN = 4,
    HAS_DAY = 8,
    HAS_USER = 16,
    HAS_SEATS = 32,
    HAS_QUEUE = 64,
    HAS_LIMIT = 128,
    HAS_MESSAGE = 256,
    HAS_KOREAN = 512,
    HAS_SECTIONS = 1024,
    HAS_NAME = 1,
    HAS_ROWS = 2,
    HAS_BLOCKED = 4,
};

#define AT(member)      .offset = offsetof(struct order, member)
#define ITEM_AT(member) .offset = offsetof(struct item, member)

static const struct bind_field item_fields[] = {
    {"name", BIND_TEXT, ITEM_AT(name), .required = true, .min = 1, .max = 5, .bit = HAS_NAME},
    {"rows", BIND_INT, ITEM_AT(rows), .required = true, .min = 1, .max = 100, .bit = HAS_ROWS},
    {"blocked", BIND_INTS, ITEM_AT(blocked), .min = 1, .max = 1000000, .min_items = 0,
     .max_items = 100000, .bit = HAS_BLOCKED},
    {0},
};

static const struct bind_field message_fields[] = {
    {"ko", BIND_TEXT, AT(korean), .required = true, .max = 10, .bit = HAS_KOREAN},
    {"en", BIND_TEXT, AT(english), .required = true, .max = 10},
    {0},
};

static const struct bind_field queue_fields[] = {
    {"limit", BIND_INT, AT(limit), .nullable = true, .min = 0, .max = INT64_MAX, .bit = HAS_LIMIT},
    {"message", BIND_OBJECT, .nullable = true, .fields = message_fields, .bit = HAS_MESSAGE},
    {0},
};

static const struct bind_field order_fields[] = {
    {"amount", BIND_INT, AT(amount), .required = true, .min = INT64_MIN, .max = 10000000,
     .bit = HAS_AMOUNT},
    {"title", BIND_TEXT, AT(title), .nullable = true, .min = 1, .max = 4, .bit = HAS_TITLE},
    {"when", BIND_TIME, AT(when), .bit = HAS_WHEN},
    {"day", BIND_DATE, AT(day), .bit = HAS_DAY},
    {"user", BIND_UUID, AT(user), .bit = HAS_USER},
    {"seats", BIND_INTS, AT(seats), .min = 1, .max = INT64_MAX, .min_items = 1, .max_items = 3,
     .bit = HAS_SEATS},
    {"sections", BIND_ARRAY, AT(sections), .min_items = 1, .max_items = 3, .fields = item_fields,
     .item_size = sizeof(struct item), .bit = HAS_SECTIONS},
    {"queue", BIND_OBJECT, .fields = queue_fields, .bit = HAS_QUEUE},
    {0},
};

static struct order order;
static struct bind_body *body;
static char field[64];

/* Binds into `order`; the caller says bind_free(body). */
static enum err bind_bytes(const char *text, size_t len)
{
    memset(&order, 0x55, sizeof order);
    memset(field, 'x', sizeof field);
    return bind_parse(text, len, order_fields, &order.bits, sizeof order, &body, field,
                      sizeof field);
}

static enum err bind(const char *text)
{
    return bind_bytes(text, strlen(text));
}

static void expect_ok(const char *text)
{
    enum err e = bind(text);

    if (e != ERR_OK)
        fprintf(stderr, "%s: %s %s\n", text, err_name(e), field);
    CU_ASSERT_EQUAL_FATAL(e, ERR_OK);
    CU_ASSERT_PTR_NOT_NULL(body);
    CU_ASSERT_STRING_EQUAL(field, "");
}

static void expect_fault(const char *text, enum err fault, const char *name)
{
    enum err e = bind(text);

    if (e != fault || strcmp(field, name) != 0)
        fprintf(stderr, "%s: %s %s\n", text, err_name(e), field);
    CU_ASSERT_EQUAL(e, fault);
    CU_ASSERT_STRING_EQUAL(field, name);
    bind_free(body);
}

static bool is_text(struct bind_text text, const char *wanted)
{
    return text.s && text.len == strlen(wanted) && strcmp(text.s, wanted) == 0;
}

struct row {
    const char *value; /* of the member */
    bool good;
};

/* Rows for one member beside a good amount. */
static void expect_rows(const char *name, const struct row *rows, size_t n)
{
    char text[512];

    for (size_t i = 0; i < n; i++) {
        snprintf(text, sizeof text, "{\"amount\":1,\"%s\":%s}", name, rows[i].value);
        if (rows[i].good) {
            expect_ok(text);
            bind_free(body);
        } else {
            expect_fault(text, ERR_INVALID_FIELD, name);
        }
    }
}

#define COUNT(a) (sizeof(a) / sizeof *(a))

static void test_binds_each_kind(void)
{
    char user[UUID_TEXT_SIZE];

    expect_ok("{\"title\":\"\\ud55c글\",\"amount\":-5,\"when\":\"2026-01-02T12:04:05.678+09:00\","
              "\"day\":\"2026-02-28\",\"user\":\"0190F8A2-5b1c-7def-8abc-0123456789ab\","
              "\"seats\":[3,1,9223372036854775807],\"queue\":{\"limit\":7,\"message\":"
              "{\"ko\":\"\",\"en\":\"x\"}}}");
    CU_ASSERT_EQUAL(order.amount, -5);
    CU_ASSERT_TRUE(is_text(order.title, "한글"));
    CU_ASSERT_EQUAL(order.when, INT64_C(1767323045678));
    CU_ASSERT_TRUE(is_text(order.day, "2026-02-28"));
    uuid_to_text(&order.user, user);
    CU_ASSERT_STRING_EQUAL(user, "0190f8a2-5b1c-7def-8abc-0123456789ab");
    CU_ASSERT_EQUAL_FATAL(order.seats.count, 3);
    CU_ASSERT_EQUAL(order.seats.v[0], 3);
    CU_ASSERT_EQUAL(order.seats.v[1], 1);
    CU_ASSERT_EQUAL(order.seats.v[2], INT64_MAX);
    CU_ASSERT_EQUAL(order.limit, 7);
    CU_ASSERT_TRUE(is_text(order.korean, ""));
    CU_ASSERT_TRUE(is_text(order.english, "x"));
    CU_ASSERT_EQUAL(order.bits.present, HAS_AMOUNT | HAS_TITLE | HAS_WHEN | HAS_DAY | HAS_USER |
                                            HAS_SEATS | HAS_QUEUE | HAS_LIMIT | HAS_MESSAGE |
                                            HAS_KOREAN);
    CU_ASSERT_EQUAL(order.bits.null, 0);
    bind_free(body);
}

static void test_what_is_absent_is_empty(void)
{
    expect_ok("{\"amount\":0}");
    CU_ASSERT_EQUAL(order.bits.present, HAS_AMOUNT);
    CU_ASSERT_PTR_NULL(order.title.s);
    CU_ASSERT_PTR_NULL(order.day.s);
    CU_ASSERT_PTR_NULL(order.seats.v);
    CU_ASSERT_PTR_NULL(order.sections.items);
    CU_ASSERT_EQUAL(order.limit, 0);
    CU_ASSERT_EQUAL(order.when, 0);
    bind_free(body);
}

static void test_binds_an_array_of_objects(void)
{
    const struct item *items;

    expect_ok("{\"amount\":1,\"sections\":[{\"name\":\"VIP\",\"rows\":2,\"blocked\":[2,1]},"
              "{\"rows\":100,\"name\":\"R\"},{\"name\":\"S\",\"rows\":1,\"blocked\":[]}],"
              "\"queue\":{\"limit\":1}}");
    CU_ASSERT_EQUAL_FATAL(order.sections.count, 3);
    items = order.sections.items;
    CU_ASSERT_TRUE(is_text(items[0].name, "VIP"));
    CU_ASSERT_EQUAL(items[0].rows, 2);
    CU_ASSERT_EQUAL_FATAL(items[0].blocked.count, 2);
    CU_ASSERT_EQUAL(items[0].blocked.v[0], 2);
    CU_ASSERT_EQUAL(items[0].bits.present, HAS_NAME | HAS_ROWS | HAS_BLOCKED);
    CU_ASSERT_EQUAL(items[1].bits.present, HAS_NAME | HAS_ROWS);
    CU_ASSERT_PTR_NULL(items[1].blocked.v);
    CU_ASSERT_EQUAL(items[1].rows, 100);
    CU_ASSERT_PTR_NOT_NULL(items[2].blocked.v);
    CU_ASSERT_EQUAL(items[2].blocked.count, 0);
    CU_ASSERT_EQUAL(order.bits.present, HAS_AMOUNT | HAS_SECTIONS | HAS_QUEUE | HAS_LIMIT);
    bind_free(body);
}

static void test_a_body_must_be_a_json_object(void)
{
    static const char *const texts[] = {
        "",
        " ",
        "null",
        "[]",
        "[{}]",
        "1",
        "\"\"",
        "true",
        "{",
        "{}{}",
        "{\"a\"}",
        "{a}",
        "\xef\xbb\xbf{}",
        "{\"amount\":1,\"amount\":1}",
        "{\"amount\":01}",
        "{\"amount\":NaN}",
        "{\"title\":\"\n\"}",
        "{\"title\":\"\xff\"}",
        "{\"queue\":[[[[[[[[1]]]]]]]]}",
    };

    for (size_t i = 0; i < COUNT(texts); i++) {
        expect_fault(texts[i], ERR_INVALID_JSON, "");
        CU_ASSERT_PTR_NULL(body);
    }
    CU_ASSERT_EQUAL(bind_bytes(NULL, 0), ERR_INVALID_JSON);
    CU_ASSERT_EQUAL(bind_bytes("{\"amount\":1}\0", 13), ERR_INVALID_JSON);
    bind_free(NULL);
}

static void test_nesting_to_the_limit_is_read(void)
{
    expect_fault("{\"queue\":[[[[[[[1]]]]]]]}", ERR_MISSING_FIELD, "amount");
    expect_fault("{\"amount\":1,\"queue\":[[[[[[[1]]]]]]]}", ERR_INVALID_FIELD, "queue");
}

static void test_an_integer_is_written_as_one(void)
{
    static const char *const good[] = {"0", "-0", "1", "-1", "10000000", "-9223372036854775807"};
    static const char *const bad[] = {
        "1.0",
        "1e3",
        "1E0",
        "-0.0",
        "\"1\"",
        "true",
        "false",
        "null",
        "[]",
        "[1]",
        "{}",
        "1e400",
        "10000001",
        "\"\"",
        "0.1",
        "9223372036854775807",
        "9223372036854775808",
        "18446744073709551615",
        "18446744073709551616",
        "99999999999999999999999",
        "-9223372036854775809",
        "-99999999999999999999999",
    };
    char text[128];

    for (size_t i = 0; i < COUNT(good); i++) {
        snprintf(text, sizeof text, "{\"amount\":%s}", good[i]);
        expect_ok(text);
        CU_ASSERT_EQUAL(order.amount, strtoll(good[i], NULL, 10));
        bind_free(body);
    }
    for (size_t i = 0; i < COUNT(bad); i++) {
        snprintf(text, sizeof text, "{\"amount\":%s}", bad[i]);
        expect_fault(text, ERR_INVALID_FIELD, "amount");
    }
}

static void test_bounds_of_64_bits(void)
{
    expect_ok("{\"amount\":1,\"queue\":{\"limit\":9223372036854775807}}");
    CU_ASSERT_EQUAL(order.limit, INT64_MAX);
    bind_free(body);
    expect_fault("{\"amount\":1,\"queue\":{\"limit\":9223372036854775808}}", ERR_INVALID_FIELD,
                 "queue.limit");
    expect_fault("{\"amount\":1,\"queue\":{\"limit\":-1}}", ERR_INVALID_FIELD, "queue.limit");
}

static void test_texts_have_so_many_characters(void)
{
    static const struct row rows[] = {
        {"\"a\"", true},
        {"\"한글한글\"", true},
        {"\"\xf0\x9f\x98\x80\"", true},
        {"\"    \"", true},
        {"\"\\u00e9\"", true},
        {"\"\xc2\x80\"", true},
        {"null", true},
        {"\"\\n\\t\\u0001\"", true},
        {"\"\x7f\"", true},
        {"\"\"", false},
        {"\"abcde\"", false},
        {"\"한글한글한\"", false},
        {"\"\\n\\n\\n\\n\\n\"", false},
        {"1", false},
        {"true", false},
        {"[\"a\"]", false},
        {"{}", false},
        {"\"\\u0000\"", false},
        {"\"a\\u0000b\"", false},
    };
    expect_rows("title", rows, COUNT(rows));
}

static void test_times_days_and_users_in_their_forms(void)
{
    static const struct row times[] = {
        {"\"2026-01-02T03:04:05Z\"", true},
        {"\"2026-01-02T03:04:05.1-08:00\"", true},
        {"\"2026-01-02\"", false},
        {"\"2026-01-02T03:04:05\"", false},
        {"\"2026-02-30T03:04:05Z\"", false},
        {"1767323045", false},
        {"\"\"", false},
        {"null", false},
        {"\"2026-01-02T03:04:05Z \"", false},
        {"\"2026-01-02T03:04:05Z\\u0000\"", false},
    };
    static const struct row days[] = {
        {"\"2024-02-29\"", true},
        {"\"2026-02-29\"", false},
        {"\"2026-1-2\"", false},
        {"\"20260102\"", false},
        {"\"2026-01-02\\u0000\"", false},
        {"\"\"", false},
        {"20260102", false},
        {"null", false},
        {"\"2026-01-02T00:00:00Z\"", false},
    };
    static const struct row users[] = {
        {"\"00000000-0000-0000-0000-000000000000\"", true},
        {"\"0190f8a2-5b1c-7def-8abc-0123456789aB\"", true},
        {"\"0190f8a25b1c7def8abc0123456789ab\"", false},
        {"\"{0190f8a2-5b1c-7def-8abc-0123456789ab}\"", false},
        {"\"0190f8a2-5b1c-7def-8abc-0123456789ag\"", false},
        {"\"\"", false},
        {"\"me\"", false},
        {"\"0190f8a2-5b1c-7def-8abc-0123456789ab\\u0000\"", false},
        {"1", false},
        {"null", false},
    };
    expect_rows("when", times, COUNT(times));
    expect_rows("day", days, COUNT(days));
    expect_rows("user", users, COUNT(users));
}

static void test_lists_of_distinct_integers(void)
{
    static const struct row rows[] = {
        {"[1]", true},
        {"[3,2,1]", true},
        {"[]", false},
        {"[1,2,3,4]", false},
        {"[1,1]", false},
        {"[2,1,2]", false},
        {"[0]", false},
        {"[-1]", false},
        {"[1,2.0]", false},
        {"[\"1\"]", false},
        {"[null]", false},
        {"[[1]]", false},
        {"[1e0]", false},
        {"1", false},
        {"null", false},
        {"{}", false},
        {"\"1\"", false},
        {"[true]", false},
        {"[9223372036854775808]", false},
    };
    expect_rows("seats", rows, COUNT(rows));
    expect_ok("{\"amount\":1,\"seats\":[1]}");
    bind_free(body);
    CU_ASSERT_EQUAL(bind("{\"amount\":1,\"seats\":[1,1]}"), ERR_INVALID_FIELD);
    CU_ASSERT_PTR_NULL(order.seats.v);
    CU_ASSERT_EQUAL(order.bits.present, HAS_AMOUNT | HAS_SEATS);
    bind_free(body);
}

static void test_a_long_list_of_integers(void)
{
    struct text_buf text = {0};

    text_buf_puts(&text, "{\"amount\":1,\"sections\":[{\"name\":\"a\",\"rows\":1,\"blocked\":[");
    for (int i = 30000; i > 1; i--)
        text_buf_printf(&text, "%d,", i);
    text_buf_puts(&text, "1]}]}");
    expect_ok(text.data);
    CU_ASSERT_EQUAL(((struct item *)order.sections.items)->blocked.count, 30000);
    bind_free(body);
    text.data[text.len - 5] = '2';
    expect_fault(text.data, ERR_INVALID_FIELD, "sections[0].blocked");
    text_buf_free(&text);
}

static void test_null_where_it_is_allowed(void)
{
    expect_ok("{\"amount\":1,\"title\":null,\"queue\":{\"limit\":null,\"message\":null}}");
    CU_ASSERT_EQUAL(order.bits.null, HAS_TITLE | HAS_LIMIT | HAS_MESSAGE);
    CU_ASSERT_EQUAL(order.bits.present,
                    HAS_AMOUNT | HAS_TITLE | HAS_QUEUE | HAS_LIMIT | HAS_MESSAGE);
    CU_ASSERT_PTR_NULL(order.title.s);
    CU_ASSERT_EQUAL(order.limit, 0);
    CU_ASSERT_PTR_NULL(order.korean.s);
    bind_free(body);
    expect_fault("{\"amount\":null}", ERR_INVALID_FIELD, "amount");
    expect_fault("{\"amount\":1,\"queue\":null}", ERR_INVALID_FIELD, "queue");
    expect_fault("{\"amount\":1,\"sections\":null}", ERR_INVALID_FIELD, "sections");
}

static void test_names_the_field_at_fault(void)
{
    expect_fault("{}", ERR_MISSING_FIELD, "amount");
    expect_fault("{\"x\":1}", ERR_UNKNOWN_FIELD, "x");
    expect_fault("{\"amount\":1,\"Amount\":1}", ERR_UNKNOWN_FIELD, "Amount");
    expect_fault("{\"amount\":1,\"\":1}", ERR_UNKNOWN_FIELD, "");
    expect_fault("{\"amount\":1,\"queue\":{\"limits\":1}}", ERR_UNKNOWN_FIELD, "queue.limits");
    expect_fault("{\"amount\":1,\"queue\":{\"message\":{\"ko\":\"a\"}}}", ERR_MISSING_FIELD,
                 "queue.message.en");
    expect_fault("{\"amount\":1,\"queue\":{\"message\":{\"ko\":\"12345678901\",\"en\":\"\"}}}",
                 ERR_INVALID_FIELD, "queue.message.ko");
    expect_fault("{\"amount\":1,\"queue\":[]}", ERR_INVALID_FIELD, "queue");
}

static void test_names_the_item_at_fault(void)
{
    expect_fault("{\"amount\":1,\"sections\":[]}", ERR_INVALID_FIELD, "sections");
    expect_fault("{\"amount\":1,\"sections\":{}}", ERR_INVALID_FIELD, "sections");
    expect_fault("{\"amount\":1,\"sections\":[1,2,3,4]}", ERR_INVALID_FIELD, "sections");
    expect_fault("{\"amount\":1,\"sections\":[{\"name\":\"a\",\"rows\":1},1]}", ERR_INVALID_FIELD,
                 "sections[1]");
    expect_fault("{\"amount\":1,\"sections\":[null]}", ERR_INVALID_FIELD, "sections[0]");
    expect_fault("{\"amount\":1,\"sections\":[{\"name\":\"a\",\"rows\":1},{\"name\":\"a\"}]}",
                 ERR_MISSING_FIELD, "sections[1].rows");
    expect_fault("{\"amount\":1,\"sections\":[{\"name\":\"a\",\"rows\":101}]}", ERR_INVALID_FIELD,
                 "sections[0].rows");
    expect_fault("{\"amount\":1,\"sections\":[{\"name\":\"a\",\"rows\":1,\"price\":1}]}",
                 ERR_UNKNOWN_FIELD, "sections[0].price");
    expect_fault("{\"amount\":1,\"sections\":[{\"name\":\"a\",\"rows\":1,\"blocked\":[1,1]}]}",
                 ERR_INVALID_FIELD, "sections[0].blocked");
}

static void test_the_first_fault_of_the_table_is_told(void)
{
    expect_fault("{\"seats\":[],\"title\":\"\"}", ERR_MISSING_FIELD, "amount");
    expect_fault("{\"seats\":[],\"title\":\"\",\"amount\":1}", ERR_INVALID_FIELD, "title");
    expect_fault("{\"seats\":[],\"amount\":1,\"sections\":[{}]}", ERR_INVALID_FIELD, "seats");
    expect_fault("{\"amount\":1,\"queue\":{\"limit\":-1},\"sections\":[{}]}", ERR_MISSING_FIELD,
                 "sections[0].name");
    /* Unknown names first, however deep; of several, the outermost and first. */
    expect_fault("{\"y\":1,\"x\":1}", ERR_UNKNOWN_FIELD, "y");
    expect_fault("{\"amount\":\"\",\"queue\":{\"z\":1}}", ERR_UNKNOWN_FIELD, "queue.z");
    expect_fault("{\"queue\":{\"z\":1},\"y\":1}", ERR_UNKNOWN_FIELD, "y");
    expect_fault("{\"seats\":[],\"sections\":[{\"rows\":1},{\"z\":1}]}", ERR_UNKNOWN_FIELD,
                 "sections[1].z");
}

static void test_binds_on_after_a_fault(void)
{
    CU_ASSERT_EQUAL(bind("{\"amount\":\"\",\"title\":\"abc\",\"seats\":[],\"x\":1}"),
                    ERR_UNKNOWN_FIELD);
    CU_ASSERT_EQUAL(order.bits.present, HAS_AMOUNT | HAS_TITLE | HAS_SEATS);
    CU_ASSERT_EQUAL(order.amount, 0);
    CU_ASSERT_TRUE(is_text(order.title, "abc"));
    bind_free(body);
}

static void test_a_long_name_is_cut_at_a_character(void)
{
    struct text_buf text = {0};

    text_buf_puts(&text, "{\"amount\":1,\"queue\":{\"a");
    for (int i = 0; i < 100; i++)
        text_buf_puts(&text, "한");
    text_buf_puts(&text, "\":1}}");
    CU_ASSERT_EQUAL(bind(text.data), ERR_UNKNOWN_FIELD);
    CU_ASSERT_EQUAL(strlen(field), 7 + 56 / 3 * 3);
    CU_ASSERT_NSTRING_EQUAL(field, "queue.a한한", 13);
    CU_ASSERT_TRUE(text_utf8_length(field, strlen(field)) > 0);
    bind_free(body);
    text_buf_free(&text);
}

static enum err bind_nothing(const char *text)
{
    struct bind_target bits;
    enum err e = bind_parse(text, strlen(text), bind_no_fields, &bits, sizeof bits, &body, field,
                            sizeof field);

    bind_free(body);
    return e;
}

static void test_a_body_without_fields_is_an_empty_object(void)
{
    CU_ASSERT_EQUAL(bind_nothing("{ }"), ERR_OK);
    CU_ASSERT_EQUAL(bind_nothing("{\"why\":1}"), ERR_UNKNOWN_FIELD);
    CU_ASSERT_STRING_EQUAL(field, "why");
    CU_ASSERT_EQUAL(bind_nothing("[]"), ERR_INVALID_JSON);
    CU_ASSERT_EQUAL(bind_nothing(""), ERR_INVALID_JSON);
}

SUITE(http_bind, TEST(test_a_body_without_fields_is_an_empty_object), TEST(test_binds_each_kind),
      TEST(test_what_is_absent_is_empty), TEST(test_binds_an_array_of_objects),
      TEST(test_a_body_must_be_a_json_object), TEST(test_nesting_to_the_limit_is_read),
      TEST(test_an_integer_is_written_as_one), TEST(test_bounds_of_64_bits),
      TEST(test_texts_have_so_many_characters), TEST(test_times_days_and_users_in_their_forms),
      TEST(test_lists_of_distinct_integers), TEST(test_a_long_list_of_integers),
      TEST(test_null_where_it_is_allowed), TEST(test_names_the_field_at_fault),
      TEST(test_names_the_item_at_fault), TEST(test_the_first_fault_of_the_table_is_told),
      TEST(test_binds_on_after_a_fault), TEST(test_a_long_name_is_cut_at_a_character));
