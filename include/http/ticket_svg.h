/* A ticket to a show as a picture: to be shown on a telephone, printed, or saved. */
#ifndef FRONTROW_HTTP_TICKET_SVG_H
#define FRONTROW_HTTP_TICKET_SVG_H

#include "base/text.h"
#include "domain/show_ticket.h"
#include "http/language.h"

/*
 * Appends an SVG document that says all a visitor and a door need to know, with `signed_text` as
 * its QR code. It is dark on white whatever surrounds it, needs nothing from elsewhere, and has
 * presentation attributes alone, so that a page with a strict Content-Security-Policy can hold it.
 * ERR_INTERNAL without memory, or for a time zone that this host does not know.
 */
enum err ticket_svg_put(const struct show_ticket *t, const struct text_buf *signed_text,
                        enum language language, struct text_buf *out) MUSTCHECK;

#endif
