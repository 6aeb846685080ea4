/*
 * Time, see base/clock.h.
 *
 * A local time is found by libc: TZ is set for one call and put back. That is no more than a few
 * microseconds, happens only when a schedule is made or a ticket drawn, and is safe since every
 * process of Frontrow has one thread.
 */
#include "base/clock.h"

#include "base/text.h"
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#define ZONE_MAX 64

static int64_t clock_us(clockid_t id)
{
    struct timespec t;

    clock_gettime(id, &t);
    return (int64_t)t.tv_sec * 1000000 + t.tv_nsec / 1000;
}

int64_t clock_wall_ms(void)
{
    return clock_us(CLOCK_REALTIME) / 1000;
}

int64_t clock_monotonic_ms(void)
{
    return clock_us(CLOCK_MONOTONIC) / 1000;
}

int64_t clock_monotonic_us(void)
{
    return clock_us(CLOCK_MONOTONIC);
}

/* `v` as `width` digits at `out`. */
static void put_digits(char *out, int v, int width)
{
    for (int i = width - 1; i >= 0; i--, v /= 10)
        out[i] = (char)('0' + v % 10);
}

static void put_date(char *out, const struct tm *t)
{
    put_digits(out, t->tm_year + 1900, 4);
    out[4] = '-';
    put_digits(out + 5, t->tm_mon + 1, 2);
    out[7] = '-';
    put_digits(out + 8, t->tm_mday, 2);
}

static int64_t clamp(int64_t ms)
{
    if (ms < 0)
        return 0;
    return ms > CLOCK_MAX_MS ? CLOCK_MAX_MS : ms;
}

void clock_format(int64_t ms, char out[CLOCK_RFC3339_SIZE])
{
    int64_t safe = clamp(ms);
    time_t seconds = (time_t)(safe / 1000);
    struct tm t;

    gmtime_r(&seconds, &t);
    memcpy(out, "0000-00-00T00:00:00.000Z", CLOCK_RFC3339_SIZE);
    put_date(out, &t);
    put_digits(out + 11, t.tm_hour, 2);
    put_digits(out + 14, t.tm_min, 2);
    put_digits(out + 17, t.tm_sec, 2);
    put_digits(out + 20, (int)(safe % 1000), 3);
}

/* What is left of a text that is being read. */
struct reader {
    const char *s;
    size_t len;
};

/* Takes `width` digits of a value from `min` to `max`. */
static bool take_number(struct reader *r, size_t width, int min, int max, int *out)
{
    int value = 0;

    if (r->len < width)
        return false;
    for (size_t i = 0; i < width; i++) {
        if (r->s[i] < '0' || r->s[i] > '9')
            return false;
        value = value * 10 + (r->s[i] - '0');
    }
    r->s += width;
    r->len -= width;
    *out = value;
    return value >= min && value <= max;
}

/* Takes one character, which must be `a` or `b`. */
static bool take_char(struct reader *r, char a, char b)
{
    if (r->len == 0 || (r->s[0] != a && r->s[0] != b))
        return false;
    r->s++;
    r->len--;
    return true;
}

static int days_in_month(int year, int month)
{
    static const int days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    bool leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;

    return month == 2 && leap ? 29 : days[month - 1];
}

static bool take_date(struct reader *r, struct tm *t)
{
    int year, month, day;

    if (!take_number(r, 4, 0, 9999, &year) || !take_char(r, '-', '-') ||
        !take_number(r, 2, 1, 12, &month) || !take_char(r, '-', '-') ||
        !take_number(r, 2, 1, days_in_month(year, month), &day))
        return false;
    t->tm_year = year - 1900;
    t->tm_mon = month - 1;
    t->tm_mday = day;
    return true;
}

/* Takes an optional fraction of a second. */
static bool take_fraction(struct reader *r, int *ms)
{
    int unit = 100;
    int digit;

    *ms = 0;
    if (!take_char(r, '.', '.'))
        return true;
    if (r->len == 0 || r->s[0] < '0' || r->s[0] > '9')
        return false;
    while (take_number(r, 1, 0, 9, &digit)) {
        *ms += digit * unit;
        unit /= 10;
    }
    return true;
}

/* Takes `Z` or an offset, as minutes to the east. */
static bool take_offset(struct reader *r, int *minutes)
{
    int sign, hour, minute;

    *minutes = 0;
    if (take_char(r, 'Z', 'z'))
        return true;
    if (r->len == 0)
        return false;
    sign = r->s[0] == '-' ? -1 : 1;
    if (!take_char(r, '+', '-') || !take_number(r, 2, 0, 23, &hour) || !take_char(r, ':', ':') ||
        !take_number(r, 2, 0, 59, &minute))
        return false;
    *minutes = sign * (hour * 60 + minute);
    return true;
}

bool clock_parse(const char *text, size_t len, int64_t *ms)
{
    struct reader r = {text, len};
    struct tm t = {0};
    int fraction, offset;
    int64_t moment;

    if (!take_date(&r, &t) || !take_char(&r, 'T', 't') || !take_number(&r, 2, 0, 23, &t.tm_hour) ||
        !take_char(&r, ':', ':') || !take_number(&r, 2, 0, 59, &t.tm_min) ||
        !take_char(&r, ':', ':') || !take_number(&r, 2, 0, 59, &t.tm_sec) ||
        !take_fraction(&r, &fraction) || !take_offset(&r, &offset) || r.len > 0)
        return false;
    moment = ((int64_t)timegm(&t) - (int64_t)offset * 60) * 1000 + fraction;
    if (moment < 0 || moment > CLOCK_MAX_MS)
        return false;
    *ms = moment;
    return true;
}

bool clock_date_valid(const char *text, size_t len)
{
    struct reader r = {text, len};
    struct tm t;

    return take_date(&r, &t) && r.len == 0;
}

/* Whether `zone` is written like an IANA name: path components of letters, digits, `.`, `_`, `+`
 * and `-`, and none of the files that lie among the zones without being one. */
static bool zone_name_plausible(const char *zone)
{
    static const char allowed[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
                                  "0123456789._+-/";
    size_t len = strlen(zone);

    return len > 0 && len <= ZONE_MAX && strspn(zone, allowed) == len && zone[0] != '/' &&
           zone[len - 1] != '/' && !strstr(zone, "//") && !strstr(zone, "..") &&
           !strstr(zone, "./") && zone[0] != '.' && strncmp(zone, "posix/", 6) != 0 &&
           strncmp(zone, "right/", 6) != 0 && strcmp(zone, "posixrules") != 0 &&
           strcmp(zone, "localtime") != 0;
}

bool clock_zone_valid(const char *zone)
{
    const char *dir = getenv("TZDIR");
    char path[4096];
    char magic[4];
    struct stat st;
    bool valid;
    int n, fd;

    if (!zone_name_plausible(zone))
        return false;
    n = snprintf(path, sizeof path, "%s/%s", dir && dir[0] ? dir : "/usr/share/zoneinfo", zone);
    if (n < 0 || (size_t)n >= sizeof path)
        return false;
    fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    if (fd < 0)
        return false;
    valid = fstat(fd, &st) == 0 && S_ISREG(st.st_mode) &&
            read(fd, magic, sizeof magic) == (ssize_t)sizeof magic &&
            memcmp(magic, "TZif", sizeof magic) == 0;
    close(fd);
    return valid;
}

/* Puts TZ back to what it was; `old` NULL: it was not set. */
static void restore_zone(const char *old)
{
    if (old)
        setenv("TZ", old, 1);
    else
        unsetenv("TZ");
    tzset();
}

enum err clock_local(int64_t ms, const char *zone, struct tm *out, char *name, size_t name_size)
{
    time_t seconds = (time_t)(clamp(ms) / 1000);
    char *old = getenv("TZ");
    enum err e = ERR_OK;

    if (!clock_zone_valid(zone))
        return ERR_INVALID_FIELD;
    if (old && !(old = strdup(old)))
        return ERR_INTERNAL;
    if (setenv("TZ", zone, 1) != 0) {
        free(old);
        return ERR_INTERNAL;
    }
    tzset();
    if (!localtime_r(&seconds, out))
        e = ERR_INTERNAL;
    else if (out->tm_year + 1900 > 9999)
        e = ERR_INVALID_FIELD;
    else
        text_copy(name, name_size, out->tm_zone, strlen(out->tm_zone));
    out->tm_zone = NULL; /* libc's, and gone with the zone */
    restore_zone(old);
    free(old);
    return e;
}

enum err clock_local_date(int64_t ms, const char *zone, char out[CLOCK_DATE_SIZE])
{
    struct tm t;
    char name[1];
    enum err e = clock_local(ms, zone, &t, name, sizeof name);

    if (e != ERR_OK)
        return e;
    put_date(out, &t);
    out[CLOCK_DATE_SIZE - 1] = '\0';
    return ERR_OK;
}
