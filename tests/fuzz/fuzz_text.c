/* Any text as a moment, a day, a time zone, a preference of languages, base64url, a number, and as
 * a value that goes to the log. */
#include "base/clock.h"
#include "base/log.h"
#include "base/text.h"
#include "fuzz.h"
#include "http/language.h"

#include <ctype.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void check_moment(const char *s, size_t len)
{
    char text[CLOCK_RFC3339_SIZE];
    int64_t ms, again;

    if (!clock_parse(s, len, &ms))
        return;
    MUST(len >= 20 && ms >= 0 && ms <= CLOCK_MAX_MS && clock_date_valid(s, 10));
    clock_format(ms, text);
    MUST(clock_parse(text, strlen(text), &again) && again == ms);
}

static void check_zone(const char *s)
{
    char day[CLOCK_DATE_SIZE];

    if (!clock_zone_valid(s))
        return;
    MUST(!strstr(s, "..") && *s != '/');
    MUST(clock_local_date(INT64_C(1767323045678), s, day) == ERR_OK);
    MUST(clock_date_valid(day, strlen(day)));
}

static void check_language(const char *s)
{
    enum language en = language_choose(s, LANGUAGE_EN), ko = language_choose(s, LANGUAGE_KO);

    MUST((en == LANGUAGE_EN || en == LANGUAGE_KO) && (ko == LANGUAGE_EN || ko == LANGUAGE_KO));
    /* Whoever prefers none of them gets what is preset; else that does not matter. */
    MUST(en == ko || (en == LANGUAGE_EN && ko == LANGUAGE_KO));
}

static void check_number(const char *s, size_t len)
{
    char text[24];
    int64_t n;

    if (!text_parse_int(s, len, &n))
        return;
    snprintf(text, sizeof text, "%" PRId64, n);
    MUST(n >= 0 && strlen(text) == len && memcmp(text, s, len) == 0);
}

static void check_base64url(const char *s, size_t len)
{
    unsigned char out[256];
    size_t n;

    if (text_base64url_decode(s, len, out, sizeof out, &n))
        MUST(n == len * 3 / 4 && n <= sizeof out);
}

/* One line of UTF-8, and one word of it unless it is in quotes. */
static void check_log(const char *s)
{
    const char *safe = log_value(s);
    size_t len = strlen(safe);

    MUST(text_utf8_length(safe, len) >= 0 && len <= 514);
    for (size_t i = 0; i < len; i++)
        MUST(!iscntrl((unsigned char)safe[i]));
    MUST(*safe == '"' ? len > 1 && safe[len - 1] == '"' : !strpbrk(safe, " =\""));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char *text = strndup((const char *)data, size);

    check_moment((const char *)data, size);
    check_number((const char *)data, size);
    check_base64url((const char *)data, size);
    check_zone(text);
    check_language(text);
    check_log(text);
    free(text);
    return 0;
}
