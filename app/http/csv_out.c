/*
 * Writing CSV, see http/csv_out.h.
 *
 * Quotes do not keep a spreadsheet from taking a cell for a formula, since they are gone when it
 * looks at the cell; nor do blanks before it in every program. So the first character that is not
 * blank decides, and among the full-width forms that East Asian input methods give (U+FF1D and the
 * like) there are some that are taken for the narrow ones.
 */
#include "http/csv_out.h"

#include <stdbool.h>
#include <string.h>

static size_t starts_with_any(const char *cell, const char *const *words, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (strncmp(cell, words[i], strlen(words[i])) == 0)
            return strlen(words[i]);
    return 0;
}

static bool is_formula(const char *cell)
{
    /* ASCII, no-break and ideographic space, the mark of byte order */
    static const char *const blanks[] = {" ", "\xc2\xa0", "\xe3\x80\x80", "\xef\xbb\xbf"};
    static const char *const starts[] = {"=",
                                         "+",
                                         "-",
                                         "@",
                                         "\t",
                                         "\r",
                                         "\n",
                                         "\xef\xbc\x9d",
                                         "\xef\xbc\x8b",
                                         "\xef\xbc\x8d",
                                         "\xef\xbc\xa0"};
    size_t blank;

    while ((blank = starts_with_any(cell, blanks, sizeof blanks / sizeof *blanks)) > 0)
        cell += blank;
    return starts_with_any(cell, starts, sizeof starts / sizeof *starts) > 0;
}

static void put_quoted(struct text_buf *out, const char *cell)
{
    for (const char *quote; (quote = strchr(cell, '"')); cell = quote + 1) {
        text_buf_append(out, cell, (size_t)(quote - cell));
        text_buf_append(out, "\"\"", 2);
    }
    text_buf_puts(out, cell);
}

static void put_cell(struct text_buf *out, const char *cell)
{
    bool quoted = cell[strcspn(cell, ",\"\r\n")] != '\0';

    if (quoted)
        text_buf_append(out, "\"", 1);
    if (is_formula(cell))
        text_buf_append(out, "'", 1);
    if (quoted)
        put_quoted(out, cell);
    else
        text_buf_puts(out, cell);
    if (quoted)
        text_buf_append(out, "\"", 1);
}

void csv_row(struct text_buf *out, const char *const *cells, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        if (i > 0)
            text_buf_append(out, ",", 1);
        if (cells[i])
            put_cell(out, cells[i]);
    }
    text_buf_append(out, "\r\n", 2);
}
