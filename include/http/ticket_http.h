/* Tickets to a show, and the keys to check them with. */
#ifndef FRONTROW_HTTP_TICKET_HTTP_H
#define FRONTROW_HTTP_TICKET_HTTP_H

#include "domain/show_ticket.h"
#include "http/request.h"

/* GET /reservations/{reservationId}/ticket */
enum err ticket_http_get(struct request *req, struct response *res) MUSTCHECK;
/* GET /tickets/keys */
enum err ticket_http_keys(struct request *req, struct response *res) MUSTCHECK;

/* Appends the signed text of a ticket, for the operator's tool too. ERR_INTERNAL. */
enum err ticket_http_sign(const struct config *cfg, const struct show_ticket *t,
                          struct text_buf *out) MUSTCHECK;

#endif
