/* Concerts as the public sees them. */
#ifndef FRONTROW_HTTP_CONCERT_HTTP_H
#define FRONTROW_HTTP_CONCERT_HTTP_H

#include "http/request.h"

/* GET /concerts */
enum err concert_http_list(struct request *req, struct response *res) MUSTCHECK;
/* GET /concerts/{concertId} */
enum err concert_http_get(struct request *req, struct response *res) MUSTCHECK;

#endif
