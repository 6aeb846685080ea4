/* Query parameters and cursors, see http/params.h. */
#include "http/params.h"

#include "http/json_out.h"
#include <inttypes.h>
#include <openssl/evp.h>
#include <stdio.h>
#include <string.h>

/* Longest text of a cursor: two numbers and a dot. */
#define CURSOR_SIZE 48

static int hex_digit(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    c |= 0x20;
    return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* Decodes one name or value; false if it is malformed, holds NUL or is too long. */
static bool decode(const char *s, size_t len, char out[PARAMS_VALUE_SIZE])
{
    size_t n = 0;

    for (size_t i = 0; i < len; i++) {
        char c = s[i] == '+' ? ' ' : s[i];

        if (c == '%') {
            int high = i + 2 < len ? hex_digit(s[i + 1]) : -1;
            int low = i + 2 < len ? hex_digit(s[i + 2]) : -1;

            if (high < 0 || low < 0)
                return false;
            c = (char)(high << 4 | low);
            i += 2;
        }
        if (c == '\0' || n == PARAMS_VALUE_SIZE - 1)
            return false;
        out[n++] = c;
    }
    out[n] = '\0';
    return text_utf8_length(out, n) >= 0;
}

enum params_result params_find(const char *query, const char *name, char out[PARAMS_VALUE_SIZE])
{
    enum params_result result = PARAMS_ABSENT;
    char found[PARAMS_VALUE_SIZE];

    for (const char *pair = query ? query : ""; *pair;) {
        size_t len = strcspn(pair, "&");
        size_t name_len = strcspn(pair, "&=");

        if (decode(pair, name_len, found) && strcmp(found, name) == 0) {
            size_t skip = name_len < len ? name_len + 1 : len;

            if (result != PARAMS_ABSENT || !decode(pair + skip, len - skip, out))
                return PARAMS_BAD;
            result = PARAMS_VALUE;
        }
        pair += len + (pair[len] == '&');
    }
    return result;
}

enum err params_word(struct request *req, const char *name, const char *word, bool *given)
{
    char value[PARAMS_VALUE_SIZE];
    enum params_result result = params_find(req->query, name, value);

    if (result == PARAMS_BAD || (result == PARAMS_VALUE && (!word || strcmp(value, word) != 0)))
        return app_field(req->app, ERR_INVALID_PARAMETER, name);
    *given = result == PARAMS_VALUE;
    return ERR_OK;
}

enum err params_date(struct request *req, const char *name, char out[CLOCK_DATE_SIZE])
{
    char value[PARAMS_VALUE_SIZE];

    if (params_find(req->query, name, value) != PARAMS_VALUE ||
        !clock_date_valid(value, strlen(value)))
        return app_field(req->app, ERR_INVALID_PARAMETER, name);
    text_copy(out, CLOCK_DATE_SIZE, value, strlen(value));
    return ERR_OK;
}

/* A cursor is base64url of "id" or "key.id", so that nobody builds one by hand. */
static bool cursor_read(const char *text, bool keyed, struct params_page *out)
{
    char plain[CURSOR_SIZE];
    size_t len;
    const char *dot, *id = plain;

    if (!text_base64url_decode(text, strlen(text), (unsigned char *)plain, sizeof plain, &len))
        return false;
    dot = memchr(plain, '.', len);
    if (keyed != (dot != NULL))
        return false;
    if (dot) {
        if (!text_parse_int(plain, (size_t)(dot - plain), &out->key))
            return false;
        id = dot + 1;
    }
    return text_parse_int(id, len - (size_t)(id - plain), &out->id) && out->id > 0;
}

enum err params_page(struct request *req, bool keyed, struct params_page *out)
{
    char value[PARAMS_VALUE_SIZE];
    enum params_result result = params_find(req->query, "limit", value);
    int64_t limit = PARAMS_LIMIT_DEFAULT;

    *out = (struct params_page){0};
    if (result == PARAMS_BAD ||
        (result == PARAMS_VALUE && !text_parse_int(value, strlen(value), &limit)) || limit < 1 ||
        limit > APP_MAX_PAGE)
        return app_field(req->app, ERR_INVALID_PARAMETER, "limit");
    out->limit = (int)limit;
    result = params_find(req->query, "cursor", value);
    if (result == PARAMS_BAD || (result == PARAMS_VALUE && !cursor_read(value, keyed, out)))
        return app_field(req->app, ERR_INVALID_PARAMETER, "cursor");
    return ERR_OK;
}

void params_next(struct text_buf *out, bool more, bool keyed, int64_t key, int64_t id)
{
    char plain[CURSOR_SIZE];
    char text[(CURSOR_SIZE + 2) / 3 * 4 + 1];
    int len;

    if (!more) {
        jout_null(out, "next");
        return;
    }
    if (keyed)
        len = snprintf(plain, sizeof plain, "%" PRId64 ".%" PRId64, key, id);
    else
        len = snprintf(plain, sizeof plain, "%" PRId64, id);
    EVP_EncodeBlock((unsigned char *)text, (const unsigned char *)plain, len);
    /* digits and dots never encode to '+' or '/', which base64url has other letters for */
    text[strcspn(text, "=")] = '\0';
    jout_text(out, "next", text);
}
