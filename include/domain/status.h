/* One screen's worth of what is going on, for `frontrow status`. */
#ifndef FRONTROW_DOMAIN_STATUS_H
#define FRONTROW_DOMAIN_STATUS_H

#include "domain/app.h"
#include "domain/concert.h"
#include "domain/health.h"

struct status_concert {
    int64_t concert_id;
    char title[APP_NAME_SIZE];
    enum queue_condition state;
    int64_t waiting, active, now_serving, last_ticket;
    int64_t seats, available, held, sold;
};

struct status {
    struct health health;
    char server_version[65];
    int schema_version;
    char lease_holder[101];
    struct status_concert *concerts; /* newest first, at most 50; free() it */
    int count;
    int64_t concert_total;
};

/* ERR_DB_LOST if the database is out of reach (health is filled in all the same). */
enum err status_read(struct app *app, struct status *out) MUSTCHECK;

#endif
