/*
 * Fitting text into a width where nobody measures it: an SVG's text neither wraps nor ends by
 * itself, and which font it gets is the viewer's affair. Widths are in ems and estimated by the
 * character, rather too wide than too narrow.
 */
#ifndef FRONTROW_HTTP_TEXT_FIT_H
#define FRONTROW_HTTP_TEXT_FIT_H

#include <stdbool.h>
#include <stddef.h>

struct text_fit_line {
    const char *p;
    size_t len;
    bool cut; /* there was more: an ellipsis belongs behind it, for which there is room */
};

/* The width of `len` bytes of UTF-8. */
double text_fit_width(const char *text, size_t len);

/* Breaks `text` into at most `max` lines of `width`: between words, and within one that is longer
 * than a line. What is left over is cut off. Returns how many lines; 0 for the empty text. */
int text_fit(const char *text, double width, int max, struct text_fit_line *lines);

#endif
