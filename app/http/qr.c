/* QR codes, see http/qr.h. */
#include "http/qr.h"

#include <limits.h>
#include <qrencode.h>
#include <stdbool.h>

/* The lowest bit of a module: dark. */
static bool is_dark(const QRcode *code, int x, int y)
{
    return code->data[y * code->width + x] & 1;
}

/* One subpath for each run of dark modules in a row. */
static void put_row(const QRcode *code, int y, struct text_buf *out)
{
    for (int x = 0, end; x < code->width; x = end) {
        for (end = x + 1; end < code->width && is_dark(code, end, y) == is_dark(code, x, y);)
            end++;
        if (is_dark(code, x, y))
            text_buf_printf(out, "M%d %dh%dv1h-%dz", x + QR_QUIET, y + QR_QUIET, end - x, end - x);
    }
}

int qr_path(const char *text, size_t len, struct text_buf *out)
{
    QRcode *code = len <= INT_MAX
                       ? QRcode_encodeData((int)len, (const unsigned char *)text, 0, QR_ECLEVEL_M)
                       : NULL;
    int side = code ? code->width + 2 * QR_QUIET : 0;

    for (int y = 0; code && y < code->width; y++)
        put_row(code, y, out);
    QRcode_free(code);
    return side;
}
