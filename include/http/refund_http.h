/* Refunds. */
#ifndef FRONTROW_HTTP_REFUND_HTTP_H
#define FRONTROW_HTTP_REFUND_HTTP_H

#include "http/request.h"

/* POST /reservations/{reservationId}/refund */
enum err refund_http_post(struct request *req, struct response *res) MUSTCHECK;

#endif
