/* Listening to a queue: what nginx leaves to the application. */
#ifndef FRONTROW_HTTP_EVENTS_HTTP_H
#define FRONTROW_HTTP_EVENTS_HTTP_H

#include "http/request.h"

/* GET /queue/concerts/{concertId}/events, where nginx does not serve it itself */
enum err events_http_get(struct request *req, struct response *res) MUSTCHECK;
/* GET /.listen/{concertId}: nginx asks whether it can; 204, or 403 */
enum err events_http_may_listen(struct request *req, struct response *res) MUSTCHECK;

#endif
