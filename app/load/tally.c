/* Figures of each route, see load/tally.h. */
#include "load/tally.h"

#include "base/text.h"
#include "load/pick.h"
#include <string.h>

const char *tally_name(enum tally_route route)
{
    static const char *const names[] = {
#define TALLY_NAME(route, name) name,
        TALLY_ROUTES(TALLY_NAME)
#undef TALLY_NAME
    };

    return names[route];
}

static void add_kind(struct tally_row *row, const struct tally_kind *kind)
{
    struct tally_kind *k = row->kinds;

    for (int i = 0; i < row->kind_count; i++, k++) {
        if (k->status == kind->status && k->error == kind->error &&
            strcmp(k->code, kind->code) == 0) {
            k->count++;
            return;
        }
    }
    if (row->kind_count < TALLY_KINDS) {
        *k = *kind;
        row->kind_count++;
    } else {
        k--;
        *k = (struct tally_kind){.code = "OTHERS", .count = k->count};
    }
    k->count++;
}

void tally_add(struct tally *t, enum tally_route route, const struct client_result *result)
{
    struct tally_row *row = &t->rows[route];
    const struct answer *a = result->answer;
    struct tally_kind kind = {.error = result->error};
    struct pick code;

    row->requests++;
    if (!a) {
        row->lost++;
        add_kind(row, &kind);
        return;
    }
    hist_add(&row->times, result->us);
    row->bytes += a->len;
    if (a->status >= 200 && a->status < 300) {
        row->good++;
        return;
    }
    if (a->status == 429 || a->status == 503)
        row->busy++;
    else
        row->refused++;
    kind.status = a->status;
    if (pick_text((struct pick){a->body, a->len}, "code", &code))
        text_copy(kind.code, sizeof kind.code, code.p, code.len);
    text_mask_controls(kind.code);
    add_kind(row, &kind);
}

uint64_t tally_requests(const struct tally *t)
{
    uint64_t n = 0;

    for (int i = 0; i < ROUTE_COUNT; i++)
        n += t->rows[i].requests;
    return n;
}

uint64_t tally_busy(const struct tally *t)
{
    uint64_t n = 0;

    for (int i = 0; i < ROUTE_COUNT; i++)
        n += t->rows[i].busy;
    return n;
}

uint64_t tally_failures(const struct tally *t)
{
    uint64_t n = 0;

    for (int i = 0; i < ROUTE_COUNT; i++) {
        n += t->rows[i].lost;
        for (int k = 0; k < t->rows[i].kind_count; k++) {
            if (t->rows[i].kinds[k].status >= 500 && t->rows[i].kinds[k].status != 503)
                n += t->rows[i].kinds[k].count;
        }
    }
    return n;
}
