/*
 * Writing JSON into a buffer, see http/json_out.h.
 *
 * Whether a comma is due is read off the buffer's last byte, so there is no state to carry about:
 * after an opening bracket and at the start there is none; after anything else, which can only be
 * the end of a value, there is one.
 */
#include "http/json_out.h"

#include "base/clock.h"

#include <stdio.h>
#include <string.h>
#include <unistr.h>

/* Room for a value of `more` bytes at the most, after its comma and its name. NULL without memory;
 * what is written there ends with end_value. */
static char *begin_value(struct text_buf *out, const char *name, size_t more)
{
    char last = out->len > 0 ? out->data[out->len - 1] : '[';
    size_t len = name ? strlen(name) : 0;
    char *at = text_buf_reserve(out, len + 4 + more);

    if (!at)
        return NULL;
    if (last != '{' && last != '[')
        *at++ = ',';
    if (!name)
        return at;
    *at++ = '"';
    at = mempcpy(at, name, len);
    *at++ = '"';
    *at++ = ':';
    return at;
}

static void end_value(struct text_buf *out, char *end)
{
    *end = '\0';
    out->len = (size_t)(end - out->data);
}

static void put_char(struct text_buf *out, const char *name, char c)
{
    char *at = begin_value(out, name, 1);

    if (!at)
        return;
    *at++ = c;
    end_value(out, at);
}

void jout_object_begin(struct text_buf *out, const char *name)
{
    put_char(out, name, '{');
}

void jout_object_end(struct text_buf *out)
{
    text_buf_append(out, "}", 1);
}

void jout_array_begin(struct text_buf *out, const char *name)
{
    put_char(out, name, '[');
}

void jout_array_end(struct text_buf *out)
{
    text_buf_append(out, "]", 1);
}

void jout_int(struct text_buf *out, const char *name, int64_t value)
{
    char *at = begin_value(out, name, TEXT_INT_SIZE);

    if (at)
        end_value(out, at + text_int(value, at));
}

void jout_raw(struct text_buf *out, const char *name, const char *json)
{
    const char *value = json ? json : "null";
    size_t len = strlen(value);
    char *at = begin_value(out, name, len);

    if (!at)
        return;
    end_value(out, (char *)mempcpy(at, value, len));
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

/* Whether all of it is ASCII that goes as it is, as most texts are. */
static bool is_plain(const char *value, size_t len)
{
    for (size_t i = 0; i < len; i++) {
        unsigned char c = (unsigned char)value[i];

        if (c < 0x20 || c > 0x7e || c == '"' || c == '\\')
            return false;
    }
    return true;
}

/* An answer is UTF-8 whatever comes in: U+FFFD for a byte at fault. */
static void append_text(struct text_buf *out, const char *value, size_t len)
{
    while (len > 0) {
        const uint8_t *bad = u8_check((const uint8_t *)value, len);
        size_t good = bad ? (size_t)(bad - (const uint8_t *)value) : len;

        append_escaped(out, value, good);
        value += good;
        len -= good;
        if (!bad)
            break;
        text_buf_puts(out, "\xef\xbf\xbd");
        value++;
        len--;
    }
}

static void put_text(struct text_buf *out, const char *name, const char *value, size_t len)
{
    char *at = begin_value(out, name, len + 2);

    if (!at)
        return;
    *at++ = '"';
    if (is_plain(value, len)) {
        memcpy(at, value, len);
        at[len] = '"';
        end_value(out, at + len + 1);
        return;
    }
    end_value(out, at);
    append_text(out, value, len);
    text_buf_append(out, "\"", 1);
}

void jout_text(struct text_buf *out, const char *name, const char *value)
{
    if (value)
        put_text(out, name, value, strlen(value));
    else
        jout_null(out, name);
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
