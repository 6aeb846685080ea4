/* The gate: this waiting room in front of any site, for nginx's auth_request and its page. */
#ifndef FRONTROW_HTTP_GATE_HTTP_H
#define FRONTROW_HTTP_GATE_HTTP_H

#include "http/request.h"

/*
 * GET /gate/concerts/{concertId}, for auth_request, which knows 2xx, 401 and 403 and takes all
 * else for a failure: 204 inside, with Frontrow-User and Frontrow-Session-Expires, the session
 * claimed; 403 waiting; 401 else, also for a place that is over or a concert that there is not.
 */
enum err gate_http_verdict(struct request *req, struct response *res) MUSTCHECK;
/* GET /gate/concerts/{concertId}/place: like a poll, the token in its cookie alone. */
enum err gate_http_poll(struct request *req, struct response *res) MUSTCHECK;
/* POST /gate/concerts/{concertId}/place: joins, or finds the place that the visitor has. */
enum err gate_http_join(struct request *req, struct response *res) MUSTCHECK;
/* DELETE /gate/concerts/{concertId}/place: leaves; 204 also when the place was over. */
enum err gate_http_leave(struct request *req, struct response *res) MUSTCHECK;

#endif
