/* Reservations. */
#ifndef FRONTROW_HTTP_RESERVATION_HTTP_H
#define FRONTROW_HTTP_RESERVATION_HTTP_H

#include "domain/booking.h"
#include "http/bind.h"
#include "http/request.h"

/* POST /reservations */
struct hold_body {
    struct bind_target target;
    int64_t schedule_id, concert_id;
    struct bind_text date;
    struct bind_ints seat_numbers, seat_ids;
    int64_t best_available;
};
extern const struct bind_field hold_body_fields[];
enum err reservation_http_hold(struct request *req, struct response *res) MUSTCHECK;

/* Its answer, for keeping; `arg` is the struct reservation. */
enum err reservation_http_render_held(void *arg, int *status, struct text_buf *body);

/* POST /reservations/{reservationId}/extend */
enum err reservation_http_extend(struct request *req, struct response *res) MUSTCHECK;
/* GET /reservations/{reservationId} */
enum err reservation_http_get(struct request *req, struct response *res) MUSTCHECK;
/* GET /admin/reservations/{reservationId}: anybody's */
enum err reservation_http_get_any(struct request *req, struct response *res) MUSTCHECK;
/* DELETE /reservations/{reservationId} */
enum err reservation_http_release(struct request *req, struct response *res) MUSTCHECK;
/* GET /users/{userId}/reservations */
enum err reservation_http_list(struct request *req, struct response *res) MUSTCHECK;

/* Appends the members of a reservation, for refunds too. */
void reservation_http_members(struct text_buf *out, const struct reservation *r);

/* Appends the member `seats` of a reservation, for payments too. */
void reservation_http_seats(struct text_buf *out, const struct reservation *r);

#endif
