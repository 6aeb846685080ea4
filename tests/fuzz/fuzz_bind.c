/* Any body against a table with every kind of field: what the binder says must be true. */
#include "base/clock.h"
#include "base/text.h"
#include "fuzz.h"
#include "http/bind.h"

#include <stdlib.h>
#include <string.h>

struct section {
    struct bind_target bits;
    struct bind_text name;
    int64_t rows;
    struct bind_ints blocked;
};

struct target {
    struct bind_target bits;
    int64_t count, starts_at, limit;
    struct bind_text title, date, ko;
    struct uuid user;
    struct bind_ints seats;
    struct bind_array sections;
};

enum { HAS_COUNT = 1, HAS_TITLE = 2, HAS_USER = 4, HAS_QUEUE = 8, HAS_LIMIT = 16 };

#define AT(member)         .offset = offsetof(struct target, member)
#define SECTION_AT(member) .offset = offsetof(struct section, member)

static const struct bind_field section_fields[] = {
    {"name", BIND_TEXT, SECTION_AT(name), .required = true, .min = 1, .max = 20},
    {"rows", BIND_INT, SECTION_AT(rows), .min = 1, .max = 100},
    {"blocked", BIND_INTS, SECTION_AT(blocked), .min = 1, .max = 50, .max_items = 50},
    {0},
};

static const struct bind_field message_fields[] = {
    {"ko", BIND_TEXT, AT(ko), .required = true, .max = 1000},
    {0},
};

static const struct bind_field queue_fields[] = {
    {"limit", BIND_INT, AT(limit), .nullable = true, .max = INT64_MAX, .bit = HAS_LIMIT},
    {"message", BIND_OBJECT, .nullable = true, .fields = message_fields},
    {0},
};

static const struct bind_field fields[] = {
    {"count", BIND_INT, AT(count), .required = true, .min = 1, .max = 100000, .bit = HAS_COUNT},
    {"title", BIND_TEXT, AT(title), .min = 1, .max = 200, .bit = HAS_TITLE},
    {"startsAt", BIND_TIME, AT(starts_at)},
    {"date", BIND_DATE, AT(date)},
    {"userId", BIND_UUID, AT(user), .nullable = true, .bit = HAS_USER},
    {"seats", BIND_INTS, AT(seats), .min = 1, .max = INT64_MAX, .min_items = 1, .max_items = 100},
    {"sections", BIND_ARRAY, AT(sections), .min_items = 1, .max_items = 50,
     .fields = section_fields, .item_size = sizeof(struct section)},
    {"queue", BIND_OBJECT, .fields = queue_fields, .bit = HAS_QUEUE},
    {0},
};

static void check_text(struct bind_text text, int64_t min, int64_t max)
{
    int64_t characters;

    if (!text.s)
        return;
    characters = text_utf8_length(text.s, text.len);
    MUST(strlen(text.s) == text.len && characters >= min && characters <= max);
}

static void check_ints(struct bind_ints ints, int min_items, int max_items, int64_t max)
{
    if (!ints.v)
        return;
    MUST(ints.count >= min_items && ints.count <= max_items);
    for (int i = 0; i < ints.count; i++) {
        MUST(ints.v[i] >= 1 && ints.v[i] <= max);
        for (int j = 0; j < i; j++)
            MUST(ints.v[i] != ints.v[j]);
    }
}

static void check_target(const struct target *t)
{
    const struct section *sections = t->sections.items;

    MUST(t->count >= 0 && t->count <= 100000);
    MUST(t->limit >= 0 && t->starts_at >= 0 && t->starts_at <= CLOCK_MAX_MS);
    check_text(t->title, 1, 200);
    check_text(t->date, 10, 10);
    check_text(t->ko, 0, 1000);
    check_ints(t->seats, 1, 100, INT64_MAX);
    MUST((t->bits.null & ~t->bits.present) == 0 && !(t->bits.null & ~(HAS_USER | HAS_LIMIT)));
    for (int i = 0; i < t->sections.count; i++) {
        check_text(sections[i].name, 1, 20);
        MUST(sections[i].rows >= 0 && sections[i].rows <= 100);
        check_ints(sections[i].blocked, 0, 50, 50);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct target target;
    struct bind_body *body;
    char field[40];
    enum err e = bind_parse((const char *)data, size, fields, &target.bits, sizeof target, &body,
                            field, sizeof field);

    MUST(memchr(field, '\0', sizeof field) && text_utf8_length(field, strlen(field)) >= 0);
    switch (e) {
    case ERR_OK:
        MUST(target.count >= 1 && (target.bits.present & HAS_COUNT) && !*field);
        break;
    case ERR_INVALID_JSON:
        MUST(!body && !*field);
        break;
    case ERR_MISSING_FIELD:
    case ERR_INVALID_FIELD:
        MUST(*field);
        break;
    default:
        MUST(e == ERR_UNKNOWN_FIELD);
    }
    check_target(&target);
    bind_free(body);
    return 0;
}
