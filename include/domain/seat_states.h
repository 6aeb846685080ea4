/*
 * The states of a hall's seats while they are being read, for the domain's own sources: of all
 * seats only those that are not in the state that most were in last time.
 */
#ifndef FRONTROW_DOMAIN_SEAT_STATES_H
#define FRONTROW_DOMAIN_SEAT_STATES_H

#include "db/db.h"
#include "domain/seats.h"

struct seat_states {
    const struct hall *hall;
    char *letters; /* a letter for each seat, and a zero */
    char mostly;   /* what those are that do not come */
    int32_t others;
    bool foreign; /* a seat came that the hall does not have */
    bool edited;  /* the hall is remembered of another edition */
};

/* `letters` has room for the hall's capacity and a zero; it and the hall must outlive the struct.
 * Those in the state s->mostly need not come. */
void seat_states_begin(struct seat_states *s, const struct hall *hall, char *letters);

/* Takes one: its id and the name of its state. A NULL id: there is none. */
void seat_states_take(struct seat_states *s, const struct db_value *id,
                      const struct db_value *name);

/* Takes the schedule's edition at that moment; NULL: 0. */
void seat_states_edition(struct seat_states *s, const struct db_value *edition);

/* All have come. ERR_BUSY if the hall is not as it is remembered, ERR_DB_RETRY if only another
 * edition is; it is then forgotten. */
enum err seat_states_end(const struct seat_states *s) MUSTCHECK;

#endif
