/* Schedules and seats as a buyer sees them. */
#ifndef FRONTROW_HTTP_SCHEDULE_HTTP_H
#define FRONTROW_HTTP_SCHEDULE_HTTP_H

#include "http/request.h"

/* GET /concerts/{concertId}/schedules */
enum err schedule_http_list(struct request *req, struct response *res) MUSTCHECK;
/* GET /schedules/{scheduleId}/seats */
enum err schedule_http_seats(struct request *req, struct response *res) MUSTCHECK;
/* GET /concerts/{concertId}/seats */
enum err schedule_http_seats_of_day(struct request *req, struct response *res) MUSTCHECK;

#endif
