/*
 * Writing JSON into a buffer, see http/json_out.h.
 *
 * Whether a comma is due is read off the buffer's last byte, so there is no state to carry about:
 * after an opening bracket and at the start there is none; after anything else, which can only be
 * the end of a value, there is one.
 */
#include "http/json_out.h"

#include "base/clock.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <unistr.h>

static void begin_value(struct text_buf *out, const char *name)
{
    char last = out->len > 0 ? out->data[out->len - 1] : '[';

    if (last != '{' && last != '[')
        text_buf_append(out, ",", 1);
    if (!name)
        return;
    text_buf_append(out, "\"", 1);
    text_buf_puts(out, name);
    text_buf_append(out, "\":", 2);
}

void jout_object_begin(struct text_buf *out, const char *name)
{
    begin_value(out, name);
    text_buf_append(out, "{", 1);
}

void jout_object_end(struct text_buf *out)
{
    text_buf_append(out, "}", 1);
}

void jout_array_begin(struct text_buf *out, const char *name)
{
    begin_value(out, name);
    text_buf_append(out, "[", 1);
}

void jout_array_end(struct text_buf *out)
{
    text_buf_append(out, "]", 1);
}

void jout_int(struct text_buf *out, const char *name, int64_t value)
{
    char digits[24];
    int len = snprintf(digits, sizeof digits, "%" PRId64, value);

    begin_value(out, name);
    text_buf_append(out, digits, (size_t)len);
}

void jout_raw(struct text_buf *out, const char *name, const char *json)
{
    begin_value(out, name);
    text_buf_puts(out, json ? json : "null");
}

void jout_bool(struct text_buf *out, const char *name, bool value)
{
    jout_raw(out, name, value ? "true" : "false");
}

void jout_null(struct text_buf *out, const char *name)
{
    jout_raw(out, name, NULL);
}

/* A character that RFC 8259, section 7, wants escaped. */
static void append_escape(struct text_buf *out, unsigned char c)
{
    static const char controls[] = "\b\t\n\f\r";
    static const char letters[] = "btnfr";
    const char *at = c ? strchr(controls, c) : NULL;
    char escape[8];
    int len;

    if (at)
        len = snprintf(escape, sizeof escape, "\\%c", letters[at - controls]);
    else if (c < 0x20)
        len = snprintf(escape, sizeof escape, "\\u%04x", c);
    else
        len = snprintf(escape, sizeof escape, "\\%c", c);
    text_buf_append(out, escape, (size_t)len);
}

/* Valid UTF-8, piece by piece between what is escaped. */
static void append_escaped(struct text_buf *out, const char *value, size_t len)
{
    size_t start = 0;

    for (size_t i = 0; i < len; i++) {
        unsigned char c = (unsigned char)value[i];

        if (c >= 0x20 && c != '"' && c != '\\')
            continue;
        text_buf_append(out, value + start, i - start);
        append_escape(out, c);
        start = i + 1;
    }
    text_buf_append(out, value + start, len - start);
}

void jout_text(struct text_buf *out, const char *name, const char *value)
{
    size_t len;

    if (!value) {
        jout_null(out, name);
        return;
    }
    begin_value(out, name);
    text_buf_append(out, "\"", 1);
    len = strlen(value);
    while (len > 0) {
        const uint8_t *bad = u8_check((const uint8_t *)value, len);
        size_t good = bad ? (size_t)(bad - (const uint8_t *)value) : len;

        append_escaped(out, value, good);
        value += good;
        len -= good;
        if (!bad)
            break;
        /* An answer is UTF-8 whatever comes in: U+FFFD for the byte at fault. */
        text_buf_puts(out, "\xef\xbf\xbd");
        value++;
        len--;
    }
    text_buf_append(out, "\"", 1);
}

void jout_text_opt(struct text_buf *out, const char *name, const char *value)
{
    jout_text(out, name, value && *value ? value : NULL);
}

void jout_time(struct text_buf *out, const char *name, int64_t ms)
{
    char text[CLOCK_RFC3339_SIZE];

    if (ms < 0) {
        jout_null(out, name);
        return;
    }
    clock_format(ms, text);
    jout_text(out, name, text);
}

void jout_uuid(struct text_buf *out, const char *name, const struct uuid *value)
{
    char text[UUID_TEXT_SIZE];

    uuid_to_text(value, text);
    jout_text(out, name, text);
}
