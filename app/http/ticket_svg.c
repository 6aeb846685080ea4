/*
 * A ticket as a picture, see http/ticket_svg.h.
 *
 * A card of fixed width, drawn from the top down: each part appends to the drawing and moves `y`
 * on, so that the height and the outline are known last and put around it then.
 */
#include "http/ticket_svg.h"

#include "base/clock.h"
#include "http/qr.h"
#include "http/text_fit.h"
#include "http/xml_out.h"
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#define WIDTH  400
#define MARGIN 28
#define INNER  (WIDTH - 2 * MARGIN)
#define BAND   56
#define CORNER 20
#define NOTCH  11

#define INK    "#1c1c22"
#define SOFT   "#5c5c66"
#define LINE   "#d8d5cc"
#define ACCENT "#7a1f3d"

#define FONTS                                                                                      \
    "system-ui, 'Noto Sans KR', 'Noto Sans CJK KR', 'Apple SD Gothic Neo', 'Malgun Gothic', "      \
    "sans-serif"

enum { TITLE_LINES = 3, NAME_LINES = 2, SEATS_SHOWN = 8, CELL_SIZE = 256 };

/* Where the columns of the seats begin, and how wide the first two are. */
enum { ROW_AT = 220, SEAT_AT = WIDTH - MARGIN, SECTION_WIDTH = 176, ROW_WIDTH = 80 };

struct words {
    const char *ticket, *host, *when, *section, *row, *seat, *and, *more, *reservation, *show;
    const char *days[7], *months[12];
};

static const struct words words[] = {
    [LANGUAGE_EN] = {"Ticket",
                     "Host",
                     "Date",
                     "Section",
                     "Row",
                     "Seat",
                     "and ",
                     " more",
                     "Reservation",
                     "Show this code at the door",
                     {"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"},
                     {"Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov",
                      "Dec"}},
    [LANGUAGE_KO] = {"입장권",
                     "주최",
                     "일시",
                     "구역",
                     "열",
                     "좌석",
                     "외 ",
                     "석",
                     "예매 번호",
                     "입장하실 때 이 코드를 보여 주세요",
                     {"일", "월", "화", "수", "목", "금", "토"},
                     {NULL}},
};

struct drawing {
    const struct show_ticket *t;
    const struct words *words;
    enum language language;
    char when[128];
    int y;
    struct text_buf body;
};

/* "Sat 3 Oct 2026, 19:00 KST" or "2026년 10월 3일 (토) 19:00 KST". */
static enum err say_when(struct drawing *d)
{
    struct tm t;
    char zone[16];
    enum err e =
        clock_local(d->t->reservation.starts_at, d->t->concert.time_zone, &t, zone, sizeof zone);

    if (e != ERR_OK)
        return ERR_INTERNAL;
    if (d->language == LANGUAGE_KO)
        snprintf(d->when, sizeof d->when, "%d년 %d월 %d일 (%s) %02d:%02d %s", t.tm_year + 1900,
                 t.tm_mon + 1, t.tm_mday, d->words->days[t.tm_wday], t.tm_hour, t.tm_min, zone);
    else
        snprintf(d->when, sizeof d->when, "%s %d %s %d, %02d:%02d %s", d->words->days[t.tm_wday],
                 t.tm_mday, d->words->months[t.tm_mon], t.tm_year + 1900, t.tm_hour, t.tm_min,
                 zone);
    return ERR_OK;
}

/* How a text looks: `anchor` is start, middle or end. */
struct look {
    int size, weight;
    const char *colour, *anchor;
};

static void put_text(struct drawing *d, int x, struct look look, const struct text_fit_line *line)
{
    text_buf_printf(&d->body,
                    "<text x=\"%d\" y=\"%d\" font-size=\"%d\" font-weight=\"%d\" fill=\"%s\" "
                    "text-anchor=\"%s\">",
                    x, d->y, look.size, look.weight, look.colour, look.anchor);
    xout_text(&d->body, line->p, line->len);
    text_buf_puts(&d->body, line->cut ? "…</text>\n" : "</text>\n");
}

/* One line, cut to the width. */
static void put_line(struct drawing *d, int x, int width, struct look look, const char *text)
{
    struct text_fit_line line;

    if (text_fit(text, (double)width / look.size, 1, &line) == 1)
        put_text(d, x, look, &line);
}

/* As many lines as it takes, up to `max`, each `step` below the one before. */
static void put_lines(struct drawing *d, struct look look, int step, int max, const char *text)
{
    struct text_fit_line lines[TITLE_LINES];
    int n = text_fit(text, (double)INNER / look.size, max, lines);

    for (int i = 0; i < n; i++) {
        d->y += step;
        put_text(d, MARGIN, look, &lines[i]);
    }
}

static void put_head(struct drawing *d)
{
    const struct concert_listing *c = &d->t->concert;
    char host[sizeof c->host + 32];

    d->y = 35;
    text_buf_printf(&d->body,
                    "<path d=\"M0 %dV%da%d %d 0 0 1 %d-%dH%da%d %d 0 0 1 %d %dV%dz\" fill=\"" ACCENT
                    "\"/>\n",
                    BAND, CORNER, CORNER, CORNER, CORNER, CORNER, WIDTH - CORNER, CORNER, CORNER,
                    CORNER, CORNER, BAND);
    put_line(d, MARGIN, INNER / 2, (struct look){17, 700, "#fff", "start"}, "Frontrow");
    put_line(d, WIDTH - MARGIN, INNER / 2, (struct look){15, 500, "#fff", "end"}, d->words->ticket);
    d->y = BAND + 12;
    put_lines(d, (struct look){26, 700, INK, "start"}, 33, TITLE_LINES, c->title);
    if (c->artist[0]) {
        d->y += 6;
        put_lines(d, (struct look){17, 500, INK, "start"}, 25, NAME_LINES, c->artist);
    }
    if (c->host[0]) {
        snprintf(host, sizeof host, "%s  %s", d->words->host, c->host);
        d->y += 4;
        put_lines(d, (struct look){14, 400, SOFT, "start"}, 22, NAME_LINES, host);
    }
    d->y += 34;
    put_line(d, MARGIN, INNER, (struct look){12, 500, SOFT, "start"}, d->words->when);
    d->y += 23;
    put_line(d, MARGIN, INNER, (struct look){18, 600, INK, "start"}, d->when);
}

/* The three cells of a seat, or of the head of their columns. Without sections, as where only
 * numbers are, the number stands where the section would. */
static void put_seat(struct drawing *d, struct look look, bool sections, const char *section,
                     const char *row, const char *number)
{
    if (sections) {
        put_line(d, MARGIN, SECTION_WIDTH, look, section);
        put_line(d, ROW_AT, ROW_WIDTH, look, row);
        look.anchor = "end";
    }
    put_line(d, sections ? SEAT_AT : MARGIN, INNER / 2, look, number);
}

static void put_seats(struct drawing *d)
{
    const struct reservation *r = &d->t->reservation;
    int shown = r->seat_count > SEATS_SHOWN ? SEATS_SHOWN - 1 : r->seat_count;
    bool sections = false;
    char cell[CELL_SIZE];

    for (int i = 0; i < r->seat_count; i++)
        sections = sections || r->seats[i].section[0] || r->seats[i].row[0];
    d->y += 30;
    put_seat(d, (struct look){12, 500, SOFT, "start"}, sections, d->words->section, d->words->row,
             d->words->seat);
    for (int i = 0; i < shown; i++) {
        const struct reservation_seat *seat = &r->seats[i];

        d->y += i ? 25 : 23;
        snprintf(cell, sizeof cell, "%" PRId32, seat->seat_number);
        put_seat(d, (struct look){18, 600, INK, "start"}, sections, seat->section, seat->row, cell);
    }
    if (shown < r->seat_count) {
        d->y += 25;
        snprintf(cell, sizeof cell, "%s%d%s", d->words->and, r->seat_count - shown, d->words->more);
        put_line(d, MARGIN, INNER, (struct look){15, 500, SOFT, "start"}, cell);
    }
}

/* Where it is torn off: the code below, and what it is for. Returns where that line is. */
static enum err put_stub(struct drawing *d, const struct text_buf *signed_text, int *tear)
{
    struct text_buf path = {0};
    int side = qr_path(signed_text->data, signed_text->len, &path);
    bool drawn = side > 0 && !path.failed;
    char number[64];

    *tear = d->y += 30;
    text_buf_printf(&d->body,
                    "<path d=\"M%d %dH%d\" stroke=\"" LINE
                    "\" stroke-width=\"2\" stroke-dasharray=\"2 7\" stroke-linecap=\"round\"/>\n",
                    NOTCH + 9, d->y, WIDTH - NOTCH - 9);
    if (drawn) {
        text_buf_printf(&d->body,
                        "<svg x=\"%d\" y=\"%d\" width=\"%d\" height=\"%d\" viewBox=\"0 0 %d %d\" "
                        "shape-rendering=\"crispEdges\"><path fill=\"#fff\" d=\"M0 0h%dv%dh-%dz\"/>"
                        "<path fill=\"#000\" d=\"",
                        MARGIN, d->y + 16, INNER, INNER, side, side, side, side, side);
        text_buf_append(&d->body, path.data, path.len);
        text_buf_puts(&d->body, "\"/></svg>\n");
    }
    text_buf_free(&path);
    d->y += 16 + INNER + 24;
    snprintf(number, sizeof number, "%s %" PRId64, d->words->reservation,
             d->t->reservation.reservation_id);
    put_line(d, WIDTH / 2, INNER, (struct look){18, 700, INK, "middle"}, number);
    d->y += 24;
    put_line(d, WIDTH / 2, INNER, (struct look){14, 400, SOFT, "middle"}, d->words->show);
    d->y += 30;
    return drawn ? ERR_OK : ERR_INTERNAL;
}

/* What a screen reader says of it: everything but the code. */
static void put_description(const struct drawing *d, struct text_buf *out)
{
    const struct concert_listing *c = &d->t->concert;
    const struct reservation *r = &d->t->reservation;
    const char *const parts[] = {c->artist, c->host, d->when};
    int shown = r->seat_count > SEATS_SHOWN ? SEATS_SHOWN - 1 : r->seat_count;

    for (size_t i = 0; i < sizeof parts / sizeof *parts; i++) {
        xout_puts(out, parts[i]);
        text_buf_puts(out, parts[i][0] ? ". " : "");
    }
    for (const struct reservation_seat *seat = r->seats; seat < r->seats + shown; seat++) {
        if (seat->section[0]) {
            text_buf_printf(out, "%s ", d->words->section);
            xout_puts(out, seat->section);
            text_buf_puts(out, ", ");
        }
        if (seat->row[0]) {
            text_buf_printf(out, "%s ", d->words->row);
            xout_puts(out, seat->row);
            text_buf_puts(out, ", ");
        }
        text_buf_printf(out, "%s %" PRId32 ". ", d->words->seat, seat->seat_number);
    }
    if (shown < r->seat_count)
        text_buf_printf(out, "%s%d%s. ", d->words->and, r->seat_count - shown, d->words->more);
    text_buf_printf(out, "%s %" PRId64 ".", d->words->reservation, r->reservation_id);
}

/* The document around the drawing: what it is called, and the card. A page may hold several, so
 * that the ids have the reservation's number. */
static void put_document(const struct drawing *d, int tear, struct text_buf *out)
{
    const char *language = language_tag(d->language);
    int64_t id = d->t->reservation.reservation_id;

    text_buf_printf(out,
                    "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"%d\" height=\"%d\" "
                    "viewBox=\"-1 -1 %d %d\" role=\"img\" lang=\"%s\" xml:lang=\"%s\" "
                    "aria-labelledby=\"ticket-%" PRId64 "-title\" "
                    "aria-describedby=\"ticket-%" PRId64 "-desc\" font-family=\"" FONTS "\">\n",
                    WIDTH + 2, d->y + 2, WIDTH + 2, d->y + 2, language, language, id, id);
    text_buf_printf(out, "<title id=\"ticket-%" PRId64 "-title\">%s: ", id, d->words->ticket);
    xout_puts(out, d->t->concert.title);
    text_buf_printf(out, "</title>\n<desc id=\"ticket-%" PRId64 "-desc\">", id);
    put_description(d, out);
    text_buf_printf(
        out,
        "</desc>\n<path d=\"M%d 0H%da%d %d 0 0 1 %d %dV%da%d %d 0 0 0 0 %dV%da%d %d 0 0 1-%d "
        "%dH%da%d %d 0 0 1-%d-%dV%da%d %d 0 0 0 0-%dV%da%d %d 0 0 1 %d-%dz\" "
        "fill=\"#fff\" stroke=\"" LINE "\"/>\n",
        CORNER, WIDTH - CORNER, CORNER, CORNER, CORNER, CORNER, tear - NOTCH, NOTCH, NOTCH,
        2 * NOTCH, d->y - CORNER, CORNER, CORNER, CORNER, CORNER, CORNER, CORNER, CORNER, CORNER,
        CORNER, tear + NOTCH, NOTCH, NOTCH, 2 * NOTCH, CORNER, CORNER, CORNER, CORNER, CORNER);
    if (!d->body.failed)
        text_buf_append(out, d->body.data, d->body.len);
    text_buf_puts(out, "</svg>\n");
}

enum err ticket_svg_put(const struct show_ticket *t, const struct text_buf *signed_text,
                        enum language language, struct text_buf *out)
{
    struct drawing d = {.t = t, .words = &words[language], .language = language};
    int tear = 0;
    enum err e = say_when(&d);

    if (e != ERR_OK)
        return e;
    put_head(&d);
    put_seats(&d);
    e = put_stub(&d, signed_text, &tear);
    if (e == ERR_OK)
        put_document(&d, tear, out);
    e = e == ERR_OK && (d.body.failed || out->failed) ? ERR_INTERNAL : e;
    text_buf_free(&d.body);
    return e;
}
