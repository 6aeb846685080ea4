/* Small text helpers, see base/text.h. UUIDs are libuuid's work, UTF-8 is libunistring's. */
#include "base/text.h"

#include <openssl/crypto.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistr.h>
#include <uuid/uuid.h>

static bool grow(struct text_buf *b, size_t more)
{
    size_t cap = b->cap ? b->cap : 256;
    char *data;

    if (b->failed || more >= SIZE_MAX / 2 - b->len) {
        b->failed = true;
        return false;
    }
    while (cap <= b->len + more)
        cap *= 2;
    data = realloc(b->data, cap);
    if (!data) {
        b->failed = true;
        return false;
    }
    b->data = data;
    b->cap = cap;
    b->data[b->len] = '\0';
    return true;
}

/* Makes room for `more` bytes and the final zero. */
static bool reserve(struct text_buf *b, size_t more)
{
    return (!b->failed && more < b->cap - b->len) || grow(b, more);
}

char *text_buf_reserve(struct text_buf *b, size_t more)
{
    return reserve(b, more) ? b->data + b->len : NULL;
}

void text_buf_append(struct text_buf *b, const char *data, size_t len)
{
    if (!reserve(b, len))
        return;
    if (len > 0)
        memcpy(b->data + b->len, data, len);
    b->len += len;
    b->data[b->len] = '\0';
}

void text_buf_puts(struct text_buf *b, const char *s)
{
    text_buf_append(b, s, strlen(s));
}

void text_buf_printf(struct text_buf *b, const char *format, ...)
{
    va_list args, again;
    int len;

    va_start(args, format);
    va_copy(again, args);
    len = vsnprintf(NULL, 0, format, args);
    if (len < 0)
        b->failed = true;
    else if (reserve(b, (size_t)len)) {
        vsnprintf(b->data + b->len, (size_t)len + 1, format, again);
        b->len += (size_t)len;
    }
    va_end(again);
    va_end(args);
}

void text_buf_reset(struct text_buf *b)
{
    b->len = 0;
    b->failed = false;
    if (b->data)
        b->data[0] = '\0';
}

void text_buf_free(struct text_buf *b)
{
    free(b->data);
    *b = (struct text_buf){0};
}

bool uuid_from_text(const char *text, size_t len, struct uuid *out)
{
    char copy[UUID_TEXT_SIZE];

    return len == sizeof copy - 1 && text_copy(copy, sizeof copy, text, len) &&
           uuid_parse(copy, out->b) == 0;
}

void uuid_to_text(const struct uuid *u, char out[UUID_TEXT_SIZE])
{
    uuid_unparse_lower(u->b, out);
}

void uuid_random(struct uuid *out)
{
    uuid_generate_random(out->b);
}

bool uuid_equal(const struct uuid *a, const struct uuid *b)
{
    return memcmp(a->b, b->b, sizeof a->b) == 0;
}

bool text_parse_int(const char *s, size_t len, int64_t *out)
{
    int64_t value = 0;

    if (len == 0 || (len > 1 && s[0] == '0'))
        return false;
    for (size_t i = 0; i < len; i++) {
        int digit = s[i] - '0';

        if (digit < 0 || digit > 9 || value > (INT64_MAX - digit) / 10)
            return false;
        value = value * 10 + digit;
    }
    *out = value;
    return true;
}

size_t text_int(int64_t value, char out[TEXT_INT_SIZE])
{
    char digits[TEXT_INT_SIZE];
    uint64_t rest = value < 0 ? 0 - (uint64_t)value : (uint64_t)value;
    size_t n = sizeof digits, len;

    do {
        digits[--n] = (char)('0' + rest % 10);
        rest /= 10;
    } while (rest > 0);
    if (value < 0)
        digits[--n] = '-';
    len = sizeof digits - n;
    memcpy(out, digits + n, len);
    return len;
}

int64_t text_utf8_length(const char *s, size_t len)
{
    if (len == 0)
        return 0;
    if (u8_check((const uint8_t *)s, len))
        return -1;
    return (int64_t)u8_mbsnlen((const uint8_t *)s, len);
}

static int base64url_value(char c)
{
    if (c >= 'A' && c <= 'Z')
        return c - 'A';
    if (c >= 'a' && c <= 'z')
        return c - 'a' + 26;
    if (c >= '0' && c <= '9')
        return c - '0' + 52;
    if (c == '-')
        return 62;
    return c == '_' ? 63 : -1;
}

bool text_base64url_decode(const char *s, size_t len, unsigned char *out, size_t cap,
                           size_t *out_len)
{
    unsigned bits = 0;
    unsigned n_bits = 0;
    size_t n = 0;

    if (len % 4 == 1)
        return false;
    for (size_t i = 0; i < len; i++) {
        int value = base64url_value(s[i]);

        if (value < 0)
            return false;
        bits = (bits << 6 | (unsigned)value) & 0xffff;
        n_bits += 6;
        if (n_bits < 8)
            continue;
        if (n == cap)
            return false;
        n_bits -= 8;
        out[n++] = (unsigned char)(bits >> n_bits);
    }
    /* The last character's unused bits must be zero: one text for each value. */
    if (bits & ((1U << n_bits) - 1))
        return false;
    *out_len = n;
    return true;
}

void text_buf_base64url(struct text_buf *b, const unsigned char *data, size_t len)
{
    static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    unsigned bits = 0, n_bits = 0;

    for (size_t i = 0; i < len; i++) {
        bits = (bits << 8 | data[i]) & 0xffff;
        for (n_bits += 8; n_bits >= 6; n_bits -= 6)
            text_buf_append(b, &digits[bits >> (n_bits - 6) & 63], 1);
    }
    if (n_bits > 0)
        text_buf_append(b, &digits[bits << (6 - n_bits) & 63], 1);
}

bool text_secret_equal(const char *a, size_t a_len, const char *b, size_t b_len)
{
    return a_len == b_len && CRYPTO_memcmp(a, b, a_len) == 0;
}

bool text_copy(char *dst, size_t cap, const char *src, size_t len)
{
    size_t n = len < cap ? len : cap - 1;

    memcpy(dst, src, n);
    dst[n] = '\0';
    return n == len;
}

void text_mask_controls(char *text)
{
    for (; *text; text++)
        if ((unsigned char)*text < 0x20 || *text == 0x7f)
            *text = '?';
}
