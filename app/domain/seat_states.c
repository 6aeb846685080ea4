/* The states of a hall's seats, see domain/seat_states.h. */
#include "domain/seat_states.h"

#include "base/log.h"
#include "domain/hall_cache.h"
#include <inttypes.h>

const char *seats_state_name(char letter)
{
    switch (letter) {
    case 'A':
        return "AVAILABLE";
    case 'H':
        return "HELD";
    case 'S':
        return "SOLD";
    default:
        return "BLOCKED";
    }
}

void seat_states_begin(struct seat_states *s, const struct hall *hall, char *letters)
{
    size_t n = (size_t)hall->facts.capacity;
    *s = (struct seat_states){
        .hall = hall, .letters = letters, .mostly = hall_cache_mostly(hall->facts.schedule_id)};
    memset(letters, s->mostly, n);
    letters[n] = '\0';
}

/* The first letter of a state's name is its letter. */
void seat_states_take(struct seat_states *s, const struct db_value *id, const struct db_value *name)
{
    if (db_is_null(id))
        return;
    int32_t number = hall_number_of(s->hall, db_int(id));
    if (number == 0 || db_is_null(name) || name->n == 0) {
        s->foreign = true;
        return;
    }
    s->letters[number - 1] = name->s[0];
    s->others++;
}

void seat_states_edition(struct seat_states *s, const struct db_value *edition)
{
    if (db_int(edition) != s->hall->facts.edition)
        s->edited = true;
}

/* Held ones aside. */
static char most_frequent(const char *letters, int32_t n)
{
    int32_t count[128] = {0};
    char most = 'A';
    for (int32_t i = 0; i < n; i++)
        count[letters[i] & 0x7f]++;
    for (const char *l = "SB"; *l; l++)
        if (count[(int)*l] > count[(int)most])
            most = *l;
    return most;
}

/* Notes for the next time what most seats are, unless they are held: a hold that ends changes what
 * is told of it, but not its row, so held seats have to come. */
enum err seat_states_end(const struct seat_states *s)
{
    const struct hall_facts *f = &s->hall->facts;
    if (s->foreign) {
        log_error("hall_changed", "schedule=%" PRId64, f->schedule_id);
        hall_cache_forget(f->schedule_id);
        return ERR_BUSY;
    }
    if (s->edited) {
        hall_cache_forget(f->schedule_id);
        return ERR_DB_RETRY;
    }
    if (s->others > f->capacity / 2) {
        char most = most_frequent(s->letters, f->capacity);
        if (most != s->mostly)
            hall_cache_note_mostly(f->schedule_id, most);
    }
    return ERR_OK;
}
