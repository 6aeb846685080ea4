/* Dates that may have seats left, see load/dates.h. */
#include "load/dates.h"

#include <stdlib.h>

enum err dates_add(struct dates *d, int64_t schedule_id, int32_t left)
{
    if (d->count == d->size) {
        uint32_t size = d->size ? d->size * 2 : 64;
        struct date *all = realloc(d->all, size * sizeof *all);
        uint32_t *open;

        if (!all)
            return ERR_INTERNAL;
        d->all = all;
        open = realloc(d->open, size * sizeof *open);
        if (!open)
            return ERR_INTERNAL;
        d->open = open;
        d->size = size;
    }
    d->all[d->count] = (struct date){.schedule_id = schedule_id, .place = DATES_NONE};
    dates_saw(d, d->count++, left);
    return ERR_OK;
}

void dates_free(struct dates *d)
{
    free(d->all);
    free(d->open);
    *d = (struct dates){0};
}

uint32_t dates_choose(const struct dates *d, struct chance *c)
{
    return d->open_count ? d->open[chance_below(c, d->open_count)] : DATES_NONE;
}

void dates_saw(struct dates *d, uint32_t date, int32_t left)
{
    struct date *one = &d->all[date];

    one->left = left;
    if (left > 0 && one->place == DATES_NONE) {
        one->place = d->open_count;
        d->open[d->open_count++] = date;
    } else if (left <= 0 && one->place != DATES_NONE) {
        uint32_t last = d->open[--d->open_count];

        d->open[one->place] = last;
        d->all[last].place = one->place;
        one->place = DATES_NONE;
    }
}

void dates_took(struct dates *d, uint32_t date, int32_t seats)
{
    dates_saw(d, date, d->all[date].left - seats);
}

/* Lists are in much the same order as the dates were told: the next is mostly after the last. */
uint32_t dates_find(struct dates *d, int64_t schedule_id)
{
    for (uint32_t i = 0; i < d->count; i++) {
        uint32_t at = (d->found + 1 + i) % d->count;

        if (d->all[at].schedule_id == schedule_id) {
            d->found = at;
            return at;
        }
    }
    return DATES_NONE;
}
