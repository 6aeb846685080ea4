/* The kinds of work, see bench/work.h. */
#include "bench/work.h"

#include "base/clock.h"
#include "http/auth.h"
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { DAY_SECONDS = 86400, ROWS_MOST = 5000000 };

static const struct {
    const char *name;
    int status;
    bool once;
} kinds[WORK_KINDS] = {
    [WORK_GET] = {"get", 200, false},      [WORK_POLL] = {"poll", 200, false},
    [WORK_SEATS] = {"seats", 200, false},  [WORK_ENTRIES] = {"entries", 200, false},
    [WORK_JOIN] = {"join", 201, true},     [WORK_HOLD] = {"hold", 201, true},
    [WORK_PAY] = {"pay", 201, true},       [WORK_BUY] = {"buy", 201, true},
    [WORK_CHARGE] = {"charge", 201, true},
};

bool work_kind_parse(const char *name, enum work_kind *out)
{
    for (int i = 0; i < WORK_KINDS; i++) {
        if (strcmp(kinds[i].name, name) == 0) {
            *out = (enum work_kind)i;
            return true;
        }
    }
    return false;
}

bool work_is_once(enum work_kind kind)
{
    return kinds[kind].once;
}

int work_status(enum work_kind kind)
{
    return kinds[kind].status;
}

static bool read_user(const char *text, struct uuid *out)
{
    static const char digits[] = "0123456789abcdef";

    for (size_t i = 0; i < 2 * sizeof out->b; i++) {
        const char *at = text[i] ? strchr(digits, text[i]) : NULL;

        if (!at)
            return false;
        out->b[i / 2] = (unsigned char)(out->b[i / 2] << 4 | (at - digits));
    }
    return true;
}

static bool read_row(const char *line, struct work_row *row)
{
    int64_t *numbers[] = {&row->concert_id, &row->token_id, &row->ticket, &row->schedule_id,
                          &row->number};
    size_t len = strcspn(line, " \t");
    const char *at = line + len;
    char *end;

    *row = (struct work_row){0};
    if (len == 1 && line[0] == '-')
        uuid_random(&row->user);
    else if (len != 2 * sizeof row->user.b || !read_user(line, &row->user))
        return false;
    for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++, at = end) {
        *numbers[i] = strtoll(at, &end, 10);
        if (end == at)
            return false;
    }
    return *at == '\n';
}

/* Twice the room when it is full. */
static bool grow(struct work_row **rows, size_t count, size_t *room)
{
    struct work_row *more;

    if (count < *room)
        return true;
    *room = *room ? *room * 2 : 1024;
    more = *room <= ROWS_MOST * (size_t)2 ? realloc(*rows, *room * sizeof **rows) : NULL;
    if (more)
        *rows = more;
    return more != NULL;
}

bool work_read(const char *path, struct work_row **rows, size_t *count)
{
    FILE *file = fopen(path, "r");
    size_t room = 0, line_room = 0;
    char *line = NULL;
    bool good = file != NULL;

    *rows = NULL;
    *count = 0;
    while (good && getline(&line, &line_room, file) > 0) {
        good = grow(rows, *count, &room) && read_row(line, &(*rows)[*count]);
        *count += good;
    }
    free(line);
    if (file)
        fclose(file);
    if (good && *count > 0)
        return true;
    fprintf(stderr, "%s: no rows, too many of them, or line %zu is none\n", path, *count + 1);
    free(*rows);
    return false;
}

static enum err mint(const struct config *cfg, enum work_kind kind, const struct work_row *row,
                     char **token)
{
    int64_t now = clock_wall_ms();
    struct queue_ticket ticket = {.token_id = row->token_id,
                                  .user_id = row->user,
                                  .concert_id = row->concert_id,
                                  .ticket = row->ticket,
                                  .issued_at = now,
                                  .token_expires_at = now + INT64_C(1000) * DAY_SECONDS};

    if (kind == WORK_JOIN || kind == WORK_CHARGE || kind == WORK_ENTRIES)
        return auth_mint_user(cfg, &row->user, kind == WORK_CHARGE ? "wallet:charge" : NULL, now,
                              DAY_SECONDS, token);
    return auth_mint_queue(cfg, &ticket, token);
}

static void put_path(struct text_buf *out, enum work_kind kind, const struct work_row *row)
{
    switch (kind) {
    case WORK_POLL:
        text_buf_puts(out, "/api/v1/queue/tokens/me");
        break;
    case WORK_JOIN:
        text_buf_puts(out, "/api/v1/queue/tokens");
        break;
    case WORK_SEATS:
        text_buf_printf(out, "/api/v1/schedules/%" PRId64 "/seats", row->schedule_id);
        break;
    case WORK_ENTRIES:
        text_buf_puts(out, "/api/v1/users/me/balance/entries");
        break;
    case WORK_HOLD:
    case WORK_BUY:
        text_buf_puts(out, "/api/v1/reservations");
        break;
    case WORK_PAY:
        text_buf_puts(out, "/api/v1/payments");
        break;
    case WORK_CHARGE:
        text_buf_puts(out, "/api/v1/users/me/balance/charges");
        break;
    case WORK_GET:
    case WORK_KINDS:
        break;
    }
}

static void put_body(struct text_buf *out, enum work_kind kind, const struct work_row *row)
{
    switch (kind) {
    case WORK_JOIN:
        text_buf_printf(out, "{\"concertId\":%" PRId64 "}", row->concert_id);
        break;
    case WORK_HOLD:
    case WORK_BUY:
        text_buf_printf(out, "{\"scheduleId\":%" PRId64 ",\"seatNumbers\":[%" PRId64 "]}",
                        row->schedule_id, row->number);
        break;
    case WORK_PAY:
        text_buf_printf(out, "{\"reservationId\":%*" PRId64 "}", WORK_HOLE, row->number);
        break;
    case WORK_CHARGE:
        text_buf_printf(out, "{\"amount\":%d}", WORK_AMOUNT);
        break;
    case WORK_GET:
    case WORK_POLL:
    case WORK_SEATS:
    case WORK_ENTRIES:
    case WORK_KINDS:
        break;
    }
}

bool work_request(const struct config *cfg, enum work_kind kind, const struct work_row *row,
                  const char *path, const char *host, struct work_request *out)
{
    struct text_buf text = {0}, body = {0};
    char *token = NULL;
    bool good = kind == WORK_GET || mint(cfg, kind, row, &token) == ERR_OK;

    put_body(&body, kind, row);
    text_buf_puts(&text, body.len > 0 ? "POST " : "GET ");
    if (path)
        text_buf_puts(&text, path);
    else
        put_path(&text, kind, row);
    text_buf_printf(&text, " HTTP/1.1\r\nHost: %s\r\n", host ? host : "localhost");
    if (good && token)
        text_buf_printf(&text, "Authorization: Bearer %s\r\n", token);
    if (body.len > 0)
        text_buf_printf(&text, "Content-Type: application/json\r\nContent-Length: %zu\r\n",
                        body.len);
    text_buf_puts(&text, "\r\n");
    if (body.len > 0)
        text_buf_append(&text, body.data, body.len);
    good = good && !body.failed && !text.failed;
    *out = (struct work_request){.text = text.data, .len = text.len};
    if (kind == WORK_PAY && row->number == 0)
        out->hole = text.len - 1 - WORK_HOLE;
    text_buf_free(&body);
    free(token);
    return good;
}
