/* Writing text into XML, see http/xml_out.h. */
#include "http/xml_out.h"

#include <string.h>
#include <unistr.h>

#define REPLACEMENT "\xef\xbf\xbd"

static const char *reference(ucs4_t c)
{
    switch (c) {
    case '&':
        return "&amp;";
    case '<':
        return "&lt;";
    case '>':
        return "&gt;";
    case '"':
        return "&quot;";
    case '\'':
        return "&#39;";
    default:
        return NULL;
    }
}

/* The production Char, less the line breaks and tabs, which a title has no use for. */
static bool has_place(ucs4_t c)
{
    return c >= 0x20 && !(c >= 0x7f && c < 0xa0) && c != 0xfffe && c != 0xffff;
}

void xout_text(struct text_buf *out, const char *text, size_t len)
{
    const char *end = text + len;

    while (text < end) {
        ucs4_t c;
        int n = u8_mbtoucr(&c, (const uint8_t *)text, (size_t)(end - text));
        size_t taken = n > 0 ? (size_t)n : 1;
        const char *said = n > 0 && has_place(c) ? reference(c) : REPLACEMENT;

        if (said)
            text_buf_puts(out, said);
        else
            text_buf_append(out, text, taken);
        text += taken;
    }
}

void xout_puts(struct text_buf *out, const char *text)
{
    xout_text(out, text, strlen(text));
}
