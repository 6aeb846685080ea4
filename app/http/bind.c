/*
 * The binder, see http/bind.h: walks json-c's tree along a table of fields.
 *
 * It goes on after a fault, since a handler may look at what was present; the first fault is kept,
 * except that an unknown name replaces a missing or invalid one, and want of memory any.
 */
#include "http/bind.h"

#include "base/clock.h"
#include "base/text.h"
#include "http/json_read.h"

#include <json-c/json.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistr.h>

/* Memory of arrays in the target. */
struct chunk {
    struct chunk *next;
    max_align_t data[];
};

struct bind_body {
    struct json_object *root;
    struct chunk *chunks;
};

/* The dotted name of the object being bound, with its final dot. */
#define PATH_MAX_LEN 256

struct binder {
    struct bind_body *body;
    struct bind_target *target; /* whose bits are set */
    enum err fault;
    char *field;
    size_t field_size;
    char path[PATH_MAX_LEN];
    size_t path_len;
};

const struct bind_field bind_no_fields[] = {{.name = NULL}};

static void bind_object(struct binder *b, struct json_object *object,
                        const struct bind_field *fields, char *base);

static void *take_memory(struct binder *b, size_t n, size_t size)
{
    struct chunk *chunk = NULL;

    if (size == 0 || n <= (SIZE_MAX - sizeof *chunk) / size)
        chunk = calloc(1, sizeof *chunk + n * size);
    if (!chunk) {
        b->fault = ERR_INTERNAL;
        return NULL;
    }
    chunk->next = b->body->chunks;
    b->body->chunks = chunk;
    return chunk->data;
}

/* Cuts a text at the last whole character. */
static void cut_to_characters(char *s)
{
    size_t len = strlen(s);
    const uint8_t *bad = len > 0 ? u8_check((const uint8_t *)s, len) : NULL;

    if (bad)
        s[bad - (const uint8_t *)s] = '\0';
}

static void note_fault(struct binder *b, enum err fault, const char *name)
{
    bool first = b->fault == ERR_OK;
    bool stronger = fault == ERR_UNKNOWN_FIELD &&
                    (b->fault == ERR_MISSING_FIELD || b->fault == ERR_INVALID_FIELD);

    if (!first && !stronger)
        return;
    b->fault = fault;
    snprintf(b->field, b->field_size, "%s%s", b->path, name);
    cut_to_characters(b->field);
}

/* Lengthens the path; gives what path_leave needs. What does not fit is left out. */
static size_t path_enter(struct binder *b, const char *name, const char *end)
{
    size_t before = b->path_len;
    int len = snprintf(b->path + before, sizeof b->path - before, "%s%s", name, end);

    b->path_len = before + (size_t)len < sizeof b->path ? before + (size_t)len : sizeof b->path - 1;
    return before;
}

static void path_leave(struct binder *b, size_t before)
{
    b->path_len = before;
    b->path[before] = '\0';
}

static bool bind_int(const struct bind_field *f, struct json_object *value, int64_t *out)
{
    int64_t n;

    if (!json_read_int(value, &n) || n < f->min || n > f->max)
        return false;
    *out = n;
    return true;
}

static struct bind_text text_of(struct json_object *value)
{
    return (struct bind_text){json_object_get_string(value),
                              (size_t)json_object_get_string_len(value)};
}

static bool bind_text(const struct bind_field *f, struct json_object *value, struct bind_text *out)
{
    struct bind_text text = text_of(value);
    int64_t characters = text_utf8_length(text.s, text.len);

    if (memchr(text.s, '\0', text.len))
        return false;
    if (characters < f->min || characters > f->max)
        return false;
    *out = text;
    return true;
}

/* What is written as a string: text, a moment, a day or a UUID. */
static bool bind_string(const struct bind_field *f, struct json_object *value, void *out)
{
    struct bind_text text;
    struct uuid uuid;
    int64_t ms;

    if (!json_object_is_type(value, json_type_string))
        return false;
    text = text_of(value);
    switch (f->type) {
    case BIND_TEXT:
        return bind_text(f, value, out);
    case BIND_TIME:
        if (!clock_parse(text.s, text.len, &ms))
            return false;
        *(int64_t *)out = ms;
        return true;
    case BIND_DATE:
        if (!clock_date_valid(text.s, text.len))
            return false;
        *(struct bind_text *)out = text;
        return true;
    default:
        if (!uuid_from_text(text.s, text.len, &uuid))
            return false;
        *(struct uuid *)out = uuid;
        return true;
    }
}

static bool bind_bool(struct json_object *value, bool *out)
{
    if (!json_object_is_type(value, json_type_boolean))
        return false;
    *out = json_object_get_boolean(value);
    return true;
}

static int compare_ints(const void *a, const void *b)
{
    int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;

    return (x > y) - (x < y);
}

/* Without memory for the sorted copy: says that there is none, and true. */
static bool distinct(struct binder *b, const int64_t *v, size_t n)
{
    int64_t *sorted = take_memory(b, n, sizeof *sorted);

    if (!sorted || n == 0)
        return true;
    memcpy(sorted, v, n * sizeof *v);
    qsort(sorted, n, sizeof *sorted, compare_ints);
    for (size_t i = 1; i < n; i++)
        if (sorted[i - 1] == sorted[i])
            return false;
    return true;
}

/* An array whose number of items is right. */
static bool array_fits(const struct bind_field *f, struct json_object *value)
{
    size_t n;

    if (!json_object_is_type(value, json_type_array))
        return false;
    n = json_object_array_length(value);
    return n >= (size_t)f->min_items && n <= (size_t)f->max_items;
}

static bool bind_ints(struct binder *b, const struct bind_field *f, struct json_object *value,
                      struct bind_ints *out)
{
    size_t n;
    int64_t *v;

    if (!array_fits(f, value))
        return false;
    n = json_object_array_length(value);
    v = take_memory(b, n, sizeof *v);
    for (size_t i = 0; v && i < n; i++)
        if (!bind_int(f, json_object_array_get_idx(value, i), &v[i]))
            return false;
    if (v && !distinct(b, v, n))
        return false;
    *out = (struct bind_ints){v, v ? (int)n : 0};
    return true;
}

/* One object of an array, into an element that has bits of its own. */
static void bind_item(struct binder *b, const struct bind_field *f, struct json_object *array,
                      size_t i, char *element)
{
    struct json_object *item = json_object_array_get_idx(array, i);
    struct bind_target *outer = b->target;
    char index[32];
    size_t before;

    snprintf(index, sizeof index, "[%zu]", i);
    if (!json_object_is_type(item, json_type_object)) {
        before = path_enter(b, f->name, index);
        note_fault(b, ERR_INVALID_FIELD, "");
        path_leave(b, before);
        return;
    }
    before = path_enter(b, f->name, "");
    path_enter(b, index, ".");
    b->target = (struct bind_target *)element;
    bind_object(b, item, f->fields, element);
    b->target = outer;
    path_leave(b, before);
}

static bool bind_array(struct binder *b, const struct bind_field *f, struct json_object *value,
                       struct bind_array *out)
{
    size_t n;
    char *items;

    if (!array_fits(f, value))
        return false;
    n = json_object_array_length(value);
    items = take_memory(b, n, f->item_size);
    if (!items)
        return true;
    for (size_t i = 0; i < n; i++)
        bind_item(b, f, value, i, items + i * f->item_size);
    *out = (struct bind_array){items, (int)n};
    return true;
}

static bool bind_nested(struct binder *b, const struct bind_field *f, struct json_object *value,
                        char *base)
{
    size_t before;

    if (!json_object_is_type(value, json_type_object))
        return false;
    before = path_enter(b, f->name, ".");
    bind_object(b, value, f->fields, base);
    path_leave(b, before);
    return true;
}

/* False if the value is at fault; faults further in are noted there. */
static bool bind_value(struct binder *b, const struct bind_field *f, struct json_object *value,
                       char *base)
{
    void *out = base + f->offset;

    switch (f->type) {
    case BIND_INT:
        return bind_int(f, value, out);
    case BIND_BOOL:
        return bind_bool(value, out);
    case BIND_INTS:
        return bind_ints(b, f, value, out);
    case BIND_OBJECT:
        return bind_nested(b, f, value, base);
    case BIND_ARRAY:
        return bind_array(b, f, value, out);
    default:
        return bind_string(f, value, out);
    }
}

static void bind_field(struct binder *b, const struct bind_field *f, struct json_object *object,
                       char *base)
{
    struct json_object *value;

    if (!json_object_object_get_ex(object, f->name, &value)) {
        if (f->required)
            note_fault(b, ERR_MISSING_FIELD, f->name);
        return;
    }
    b->target->present |= f->bit;
    if (!value && f->nullable)
        b->target->null |= f->bit;
    else if (!value || !bind_value(b, f, value, base))
        note_fault(b, ERR_INVALID_FIELD, f->name);
}

static bool is_known(const struct bind_field *fields, const char *name)
{
    for (; fields->name; fields++)
        if (strcmp(fields->name, name) == 0)
            return true;
    return false;
}

/* `base` is what the fields' offsets count from. */
static void bind_object(struct binder *b, struct json_object *object,
                        const struct bind_field *fields, char *base)
{
    struct json_object_iterator it = json_object_iter_begin(object);
    struct json_object_iterator end = json_object_iter_end(object);

    for (; !json_object_iter_equal(&it, &end); json_object_iter_next(&it)) {
        const char *name = json_object_iter_peek_name(&it);

        if (!is_known(fields, name)) {
            note_fault(b, ERR_UNKNOWN_FIELD, name);
            break;
        }
    }
    for (; fields->name; fields++)
        bind_field(b, fields, object, base);
}

enum err bind_parse(const char *text, size_t len, const struct bind_field *fields,
                    struct bind_target *target, size_t size, struct bind_body **body, char *field,
                    size_t field_size)
{
    struct binder b = {.target = target, .field = field, .field_size = field_size};
    struct json_object *root = json_read_object(text, len);

    memset(target, 0, size);
    *body = NULL;
    field[0] = '\0';
    if (!root)
        return ERR_INVALID_JSON;
    *body = b.body = calloc(1, sizeof *b.body);
    if (!b.body) {
        json_object_put(root);
        return ERR_INTERNAL;
    }
    b.body->root = root;
    bind_object(&b, root, fields, (char *)target);
    return b.fault;
}

void bind_free(struct bind_body *body)
{
    if (!body)
        return;
    while (body->chunks) {
        struct chunk *next = body->chunks->next;

        free(body->chunks);
        body->chunks = next;
    }
    json_object_put(body->root);
    free(body);
}
