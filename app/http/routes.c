/* The table of routes, see http/routes.h. */
#include "http/routes.h"

#include "base/metrics.h"
#include "http/audit_http.h"
#include "http/concert_admin_http.h"
#include "http/concert_http.h"
#include "http/demo_http.h"
#include "http/events_http.h"
#include "http/gate_http.h"
#include "http/ops_http.h"
#include "http/payment_http.h"
#include "http/queue_http.h"
#include "http/refund_http.h"
#include "http/reservation_http.h"
#include "http/sales_http.h"
#include "http/schedule_admin_http.h"
#include "http/schedule_http.h"
#include "http/seats_admin_http.h"
#include "http/ticket_http.h"
#include "http/user_http.h"
#include "http/wallet_http.h"
#include <string.h>

#define API "/api/v1"

/* The fields of a body and the struct they are bound to. */
#define BODY(name) .body = name##_fields, .body_size = sizeof(struct name)

#define ROUTE(m, path, access, function, ...)                                                      \
    {                                                                                              \
        .method = m, .pattern = path, .who = access, .handler = function, __VA_ARGS__              \
    }

/* Methods of one path side by side, paths in the order of a purchase. */
/* clang-format off */
static const struct route routes[] = {
    ROUTE("GET", API "/concerts", WHO_ANYONE, concert_http_list),
    ROUTE("GET", API "/concerts/{concertId}", WHO_ANYONE, concert_http_get),

    ROUTE("GET", API "/queue/concerts/{concertId}", WHO_ANYONE, queue_http_public,
          .flags = ROUTE_WITHOUT_DATABASE),
    ROUTE("GET", API "/queue/concerts/{concertId}/events", WHO_ANYONE, events_http_get,
          .flags = ROUTE_WITHOUT_DATABASE),
    ROUTE("POST", API "/queue/tokens", WHO_USER, queue_http_join, BODY(join_body),
          .flags = ROUTE_BODY_USER, .limit = ROUTE_LIMIT(LIMIT_JOIN)),
    ROUTE("GET", API "/queue/tokens/me", WHO_QUEUE, queue_http_poll,
          .flags = ROUTE_WITHOUT_DATABASE, .limit = ROUTE_LIMIT(LIMIT_POLL)),
    ROUTE("DELETE", API "/queue/tokens/me", WHO_QUEUE, queue_http_leave, .flags = ROUTE_KEY,
          .limit = ROUTE_LIMIT(LIMIT_POLL)),

    ROUTE("GET", API "/gate/concerts/{concertId}", WHO_GATE, gate_http_verdict,
          .flags = ROUTE_WITHOUT_DATABASE),
    ROUTE("GET", API "/gate/concerts/{concertId}/place", WHO_GATE, gate_http_poll,
          .flags = ROUTE_WITHOUT_DATABASE, .limit = ROUTE_LIMIT(LIMIT_POLL)),
    ROUTE("POST", API "/gate/concerts/{concertId}/place", WHO_GATE_JOIN, gate_http_join,
          .flags = ROUTE_OWN_PAGE, .limit = ROUTE_LIMIT(LIMIT_JOIN)),
    ROUTE("DELETE", API "/gate/concerts/{concertId}/place", WHO_GATE, gate_http_leave,
          .flags = ROUTE_OWN_PAGE, .limit = ROUTE_LIMIT(LIMIT_POLL)),

    ROUTE("GET", API "/concerts/{concertId}/schedules", WHO_QUEUE, schedule_http_list),
    ROUTE("GET", API "/concerts/{concertId}/seats", WHO_QUEUE, schedule_http_seats_of_day),
    ROUTE("GET", API "/schedules/{scheduleId}/seats", WHO_QUEUE, schedule_http_seats),

    ROUTE("POST", API "/reservations", WHO_QUEUE, reservation_http_hold, BODY(hold_body),
          .flags = ROUTE_KEY, .limit = ROUTE_LIMIT(LIMIT_HOLD)),
    ROUTE("GET", API "/reservations/{reservationId}", WHO_QUEUE_OR_USER, reservation_http_get),
    ROUTE("DELETE", API "/reservations/{reservationId}", WHO_QUEUE_OR_USER, reservation_http_release,
          .flags = ROUTE_KEY, .limit = ROUTE_LIMIT(LIMIT_HOLD)),
    ROUTE("POST", API "/reservations/{reservationId}/refund", WHO_USER, refund_http_post,
          .body = bind_no_fields, .body_size = sizeof(struct bind_target),
          .flags = ROUTE_KEY | ROUTE_BODY_OPTIONAL, .limit = ROUTE_LIMIT(LIMIT_PAYMENT)),
    ROUTE("POST", API "/reservations/{reservationId}/extend", WHO_QUEUE, reservation_http_extend,
          .body = bind_no_fields, .body_size = sizeof(struct bind_target),
          .flags = ROUTE_KEY | ROUTE_BODY_OPTIONAL, .limit = ROUTE_LIMIT(LIMIT_HOLD)),
    ROUTE("GET", API "/reservations/{reservationId}/ticket", WHO_QUEUE_OR_USER, ticket_http_get),
    ROUTE("GET", API "/tickets/keys", WHO_ANYONE, ticket_http_keys, .flags = ROUTE_WITHOUT_DATABASE),
    ROUTE("POST", API "/payments", WHO_QUEUE, payment_http_pay, BODY(pay_body),
          .flags = ROUTE_KEY, .limit = ROUTE_LIMIT(LIMIT_PAYMENT)),

    ROUTE("POST", API "/users", WHO_SERVICE, user_http_create, BODY(user_body)),
    ROUTE("GET", API "/users/{userId}/balance", WHO_USER, wallet_http_balance),
    ROUTE("POST", API "/users/{userId}/balance/charges", WHO_CHARGE, wallet_http_charge,
          BODY(charge_body), .flags = ROUTE_KEY, .limit = ROUTE_LIMIT(LIMIT_CHARGE)),
    ROUTE("GET", API "/users/{userId}/balance/entries", WHO_USER, wallet_http_entries),
    ROUTE("GET", API "/users/{userId}/reservations", WHO_USER, reservation_http_list),

    ROUTE("GET", API "/admin/concerts", WHO_ADMIN, concert_admin_http_list),
    ROUTE("POST", API "/admin/concerts", WHO_ADMIN, concert_admin_http_create,
          .body = concert_create_fields, .body_size = sizeof(struct concert_body)),
    ROUTE("GET", API "/admin/concerts/{concertId}", WHO_ADMIN, concert_admin_http_get),
    ROUTE("PATCH", API "/admin/concerts/{concertId}", WHO_ADMIN, concert_admin_http_patch,
          .body = concert_patch_fields, .body_size = sizeof(struct concert_body)),
    ROUTE("GET", API "/admin/concerts/{concertId}/stats", WHO_ADMIN, concert_admin_http_stats),
    ROUTE("GET", API "/admin/concerts/{concertId}/schedules", WHO_ADMIN, schedule_admin_http_list),
    ROUTE("POST", API "/admin/concerts/{concertId}/schedules", WHO_ADMIN, schedule_admin_http_create,
          BODY(schedule_body)),
    ROUTE("GET", API "/admin/schedules/{scheduleId}", WHO_ADMIN, schedule_admin_http_get),
    ROUTE("PATCH", API "/admin/schedules/{scheduleId}", WHO_ADMIN, schedule_admin_http_patch,
          BODY(schedule_patch_body)),
    ROUTE("DELETE", API "/admin/schedules/{scheduleId}", WHO_ADMIN, schedule_admin_http_cancel,
          .flags = ROUTE_KEY),
    ROUTE("GET", API "/admin/schedules/{scheduleId}/seats", WHO_ADMIN, seats_admin_http_get),
    ROUTE("PATCH", API "/admin/schedules/{scheduleId}/seats", WHO_ADMIN, seats_admin_http_patch,
          BODY(seats_body)),
    ROUTE("GET", API "/admin/schedules/{scheduleId}/sales", WHO_ADMIN, sales_http_list),
    ROUTE("GET", API "/admin/reservations/{reservationId}", WHO_ADMIN, reservation_http_get_any),
    ROUTE("GET", API "/admin/audit", WHO_ADMIN, audit_http_list),
    ROUTE("GET", API "/admin/metrics", WHO_ADMIN, ops_http_metrics,
          .flags = ROUTE_WITHOUT_DATABASE),

    ROUTE("POST", API "/demo/users", WHO_DEMO, demo_http_user, BODY(demo_body),
          .flags = ROUTE_BODY_OPTIONAL),

    ROUTE("GET", "/.listen/{concertId}", WHO_ANYONE, events_http_may_listen,
          .flags = ROUTE_WITHOUT_DATABASE),

    ROUTE("GET", "/healthz", WHO_ANYONE, ops_http_healthz, .flags = ROUTE_WITHOUT_DATABASE),
    ROUTE("GET", "/readyz", WHO_ANYONE, ops_http_readyz, .flags = ROUTE_WITHOUT_DATABASE),
    ROUTE("GET", "/metrics", WHO_ANYONE, ops_http_metrics, .flags = ROUTE_WITHOUT_DATABASE),
};
/* clang-format on */

#define COUNT (sizeof routes / sizeof routes[0])

_Static_assert(COUNT <= METRICS_ROUTES, "every route is counted by itself");

static bool exists(const struct route *r, bool demo)
{
    return r->who != WHO_DEMO || demo;
}

enum err routes_find(const char *method, const char *path, bool demo, const struct route **route,
                     struct path_param *param)
{
    const char *wanted = strcmp(method, "HEAD") == 0 ? "GET" : method;
    enum err result = ERR_NOT_FOUND;

    for (const struct route *r = routes; r < routes + COUNT; r++) {
        if (!exists(r, demo) || !path_match(r->pattern, path, param))
            continue;
        if (strcmp(r->method, wanted) == 0) {
            *route = r;
            return ERR_OK;
        }
        result = ERR_METHOD_NOT_ALLOWED;
    }
    return result;
}

void routes_allow(const char *path, bool demo, struct text_buf *out)
{
    struct path_param param;

    for (const struct route *r = routes; r < routes + COUNT; r++) {
        if (!exists(r, demo) || !path_match(r->pattern, path, &param))
            continue;
        if (out->len > 0)
            text_buf_puts(out, ", ");
        text_buf_puts(out, strcmp(r->method, "GET") == 0 ? "GET, HEAD" : r->method);
    }
}

size_t routes_index(const struct route *route)
{
    return route ? (size_t)(route - routes) : METRICS_NO_ROUTE;
}

size_t routes_count(void)
{
    return COUNT;
}

const struct route *routes_at(size_t index)
{
    return &routes[index];
}
