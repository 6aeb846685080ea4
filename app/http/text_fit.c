/* Fitting text, see http/text_fit.h. */
#include "http/text_fit.h"

#include <string.h>
#include <unistr.h>
#include <uniwidth.h>

#define ELLIPSIS 1.0

/* By what the letters of common fonts measure in bold. A control character, which has no width, is
 * drawn as U+FFFD. */
static double width_of(ucs4_t c)
{
    int columns = uc_width(c, "UTF-8");

    if (c == ' ')
        return 0.3;
    if (c >= 'A' && c <= 'Z')
        return c == 'M' || c == 'W' ? 0.98 : 0.75;
    if (c < 0x80)
        return c == 'm' || c == 'w' || c == '@' || c == '%' ? 0.95 : 0.62;
    if (columns < 0)
        return 1;
    return columns * (columns == 2 ? 0.52 : 0.7);
}

/* The next character and how many bytes it has; a byte that is no UTF-8 is one by itself. */
static size_t take(const char *p, const char *end, ucs4_t *c)
{
    int n = u8_mbtoucr(c, (const uint8_t *)p, (size_t)(end - p));

    if (n > 0)
        return (size_t)n;
    *c = 0xfffd;
    return 1;
}

double text_fit_width(const char *text, size_t len)
{
    double width = 0;
    ucs4_t c;

    for (const char *p = text, *end = text + len; p < end;) {
        p += take(p, end, &c);
        width += width_of(c);
    }
    return width;
}

/* Where a line that starts at `p` ends: before a blank if there is one, and behind a character at
 * least. */
static const char *line_end(const char *p, const char *end, double width)
{
    const char *blank = NULL, *at = p;
    double used = 0;
    ucs4_t c;

    while (at < end) {
        size_t n = take(at, end, &c);

        used += width_of(c);
        if (c == ' ')
            blank = at;
        else if (used > width && at > p)
            return blank ? blank : at;
        at += n;
    }
    return end;
}

int text_fit(const char *text, double width, int max, struct text_fit_line *lines)
{
    const char *end = text + strlen(text);
    int n = 0;

    while (text < end && *text == ' ')
        text++;
    while (text < end && n < max) {
        const char *stop = line_end(text, end, width);
        bool cut = n + 1 == max && stop < end;

        if (cut)
            stop = line_end(text, end, width - ELLIPSIS);
        lines[n++] = (struct text_fit_line){text, (size_t)(stop - text), cut};
        for (text = stop; text < end && *text == ' ';)
            text++;
    }
    return n;
}
