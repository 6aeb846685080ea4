/*
 * Log lines, see base/log.h.
 *
 * A line is put together in a buffer and written with one write(2), so that the lines of many
 * workers into one pipe or file do not mix; LINE_SIZE stays below PIPE_BUF for that reason.
 */
#include "base/log.h"

#include "base/clock.h"
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>
#include <unistr.h>

#define LINE_SIZE   4000
#define VALUE_BYTES 512
#define VALUE_SLOTS 4

static const char *const level_names[] = {"error", "warn", "info", "debug"};
static enum log_level threshold = LOG_LEVEL_INFO;

/* The level's index, or -1. */
static int find_level(const char *name)
{
    for (size_t i = 0; i < sizeof level_names / sizeof *level_names; i++) {
        if (strcmp(name, level_names[i]) == 0)
            return (int)i;
    }
    return -1;
}

bool log_level_valid(const char *name)
{
    return find_level(name) >= 0;
}

bool log_set_level(const char *name)
{
    int level = find_level(name);

    if (level < 0)
        return false;
    threshold = (enum log_level)level;
    return true;
}

void log_line(enum log_level level, const char *event, const char *fields, ...)
{
    char line[LINE_SIZE];
    char now[CLOCK_RFC3339_SIZE];
    va_list args;
    size_t len;
    int n;

    if (level > threshold)
        return;
    clock_format(clock_wall_ms(), now);
    n = snprintf(line, sizeof line, "ts=%s level=%s event=%s pid=%ld", now, level_names[level],
                 event, (long)getpid());
    len = n < 0 ? 0 : (size_t)n;
    if (fields[0] && len < sizeof line - 2) {
        line[len++] = ' ';
        va_start(args, fields);
        n = vsnprintf(line + len, sizeof line - len, fields, args);
        va_end(args);
        len += n < 0 ? 0 : (size_t)n;
    }
    if (len > sizeof line - 2)
        len = sizeof line - 2;
    line[len++] = '\n';
    /* Where the log itself cannot be written there is nowhere to say so. */
    if (write(STDERR_FILENO, line, len) < 0)
        return;
}

/* Whether a character would break the line or fool whoever reads it: C0, DEL, C1, and Unicode's
 * own line ends. */
static bool is_control(ucs4_t c)
{
    return c < 0x20 || (c >= 0x7f && c < 0xa0) || c == 0x2028 || c == 0x2029;
}

/* Writes the character at `s` (of `len` bytes) safely to `out`; returns the bytes read, and the
 * bytes written in *written: at most 6, or none if `room` is too small. */
static size_t put_char(const unsigned char *s, size_t len, char *out, size_t room, size_t *written)
{
    ucs4_t c;
    int n = u8_mbtoucr(&c, s, len);
    char safe[8];
    int m;

    if (n <= 0) {
        n = 1;
        m = snprintf(safe, sizeof safe, "\\x%02x", (unsigned)s[0]);
    } else if (c == '\n') {
        m = snprintf(safe, sizeof safe, "\\n");
    } else if (is_control(c)) {
        m = snprintf(safe, sizeof safe, "\\u%04x", (unsigned)c);
    } else if (c == '"' || c == '\\') {
        m = snprintf(safe, sizeof safe, "\\%c", (int)c);
    } else {
        m = snprintf(safe, sizeof safe, "%.*s", n, (const char *)s);
    }
    *written = (size_t)m <= room ? (size_t)m : 0;
    memcpy(out, safe, *written);
    return (size_t)n;
}

static bool needs_quotes(const char *value)
{
    if (!value[0])
        return true;
    for (const unsigned char *p = (const unsigned char *)value; *p; p++) {
        if (*p <= ' ' || *p == '"' || *p == '=' || *p == '\\' || *p >= 0x7f)
            return true;
    }
    return false;
}

const char *log_value(const char *value)
{
    static char slots[VALUE_SLOTS][VALUE_BYTES + 3];
    static unsigned next;
    char *out = slots[next++ % VALUE_SLOTS];
    const unsigned char *s = (const unsigned char *)(value ? value : "");
    size_t left = strlen((const char *)s);
    size_t n = 0;
    bool quoted = needs_quotes((const char *)s);

    if (quoted)
        out[n++] = '"';
    while (left > 0) {
        size_t written;
        size_t taken = put_char(s, left, out + n, VALUE_BYTES - n, &written);

        if (written == 0)
            break;
        n += written;
        s += taken;
        left -= taken;
    }
    if (quoted)
        out[n++] = '"';
    out[n] = '\0';
    return out;
}
