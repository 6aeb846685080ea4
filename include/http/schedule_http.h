/* Schedules and seats as a buyer sees them. */
#ifndef FRONTROW_HTTP_SCHEDULE_HTTP_H
#define FRONTROW_HTTP_SCHEDULE_HTTP_H

#include "domain/seats.h"
#include "http/request.h"

/* GET /concerts/{concertId}/schedules */
enum err schedule_http_list(struct request *req, struct response *res) MUSTCHECK;
/* GET /schedules/{scheduleId}/seats */
enum err schedule_http_seats(struct request *req, struct response *res) MUSTCHECK;
/* Writes the compact map of seats. */
void schedule_http_put_map(const struct seats *s, const char *version, struct text_buf *out);
/* GET /concerts/{concertId}/seats */
enum err schedule_http_seats_of_day(struct request *req, struct response *res) MUSTCHECK;

#endif
