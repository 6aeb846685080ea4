/*
 * The one list of errors.
 *
 * Every fallible function returns an `enum err`; ERR_OK is zero. A row holds what a client is
 * told about it: the HTTP status, the stable code, and title and detail in English and Korean.
 * Rows whose code is "INTERNAL" never reach a client under their own name: reply turns them into
 * a 500 (or BUSY), and what went wrong goes to the log.
 */
#ifndef FRONTROW_BASE_ERR_H
#define FRONTROW_BASE_ERR_H

/* The result of a function so marked must be looked at. */
#define MUSTCHECK __attribute__((warn_unused_result))

/* X(name, status, code, title_en, title_ko, detail_en, detail_ko) */
#define ERR_LIST(X)                                                                                \
    X(OK, 200, "OK", "OK", "성공", "", "")                                                         \
    X(INVALID_JSON, 400, "INVALID_JSON", "Invalid JSON", "잘못된 JSON",                            \
      "The body is not one well-formed JSON object in UTF-8.",                                     \
      "본문이 UTF-8로 된 올바른 JSON 객체가 아닙니다.")                                            \
    X(INVALID_FIELD, 400, "INVALID_FIELD", "Invalid field", "잘못된 항목",                         \
      "A field has the wrong type or a value out of bounds.",                                      \
      "항목의 형식이 틀리거나 값이 허용 범위를 벗어났습니다.")                                     \
    X(MISSING_FIELD, 400, "MISSING_FIELD", "Missing field", "누락된 항목",                         \
      "A required field is missing.", "필수 항목이 빠져 있습니다.")                                \
    X(UNKNOWN_FIELD, 400, "UNKNOWN_FIELD", "Unknown field", "알 수 없는 항목",                     \
      "The body has a field that is not known here.", "본문에 알 수 없는 항목이 있습니다.")        \
    X(INVALID_PARAMETER, 400, "INVALID_PARAMETER", "Invalid parameter", "잘못된 매개변수",         \
      "A path, query or header parameter is not valid.",                                           \
      "경로, 쿼리 또는 헤더의 매개변수가 올바르지 않습니다.")                                      \
    X(BAD_REQUEST, 400, "BAD_REQUEST", "Bad request", "잘못된 요청",                               \
      "The request could not be understood.", "요청을 이해할 수 없습니다.")                        \
    X(TOKEN_MISSING, 401, "TOKEN_MISSING", "Token missing", "토큰 없음",                           \
      "This needs a bearer token in the Authorization header.",                                    \
      "Authorization 헤더에 Bearer 토큰이 필요합니다.")                                            \
    X(TOKEN_INVALID, 401, "TOKEN_INVALID", "Token invalid", "유효하지 않은 토큰",                  \
      "The token is not valid here.", "여기에서 사용할 수 없는 토큰입니다.")                       \
    X(INSUFFICIENT_BALANCE, 402, "INSUFFICIENT_BALANCE", "Insufficient balance", "잔액 부족",      \
      "The wallet does not hold enough for this payment.", "지갑 잔액이 결제 금액보다 적습니다.")  \
    X(NOT_ADMITTED, 403, "NOT_ADMITTED", "Not admitted yet", "아직 입장 전",                       \
      "It is not your turn yet.", "아직 차례가 되지 않았습니다.")                                  \
    X(WRONG_CONCERT, 403, "WRONG_CONCERT", "Wrong concert", "다른 공연의 토큰",                    \
      "The queue token is for another concert.", "다른 공연의 대기열 토큰입니다.")                 \
    X(FORBIDDEN, 403, "FORBIDDEN", "Forbidden", "권한 없음", "The token does not allow this.",     \
      "이 토큰으로는 허용되지 않는 작업입니다.")                                                   \
    X(NOT_FOUND, 404, "NOT_FOUND", "Not found", "찾을 수 없음", "There is no such route.",         \
      "그런 경로가 없습니다.")                                                                     \
    X(CONCERT_NOT_FOUND, 404, "CONCERT_NOT_FOUND", "Concert not found", "공연 없음",               \
      "There is no such concert.", "해당 공연이 없습니다.")                                        \
    X(SCHEDULE_NOT_FOUND, 404, "SCHEDULE_NOT_FOUND", "Schedule not found", "회차 없음",            \
      "There is no such schedule.", "해당 회차가 없습니다.")                                       \
    X(SEAT_NOT_FOUND, 404, "SEAT_NOT_FOUND", "Seat not found", "좌석 없음",                        \
      "There is no such seat in this schedule.", "이 회차에 해당 좌석이 없습니다.")                \
    X(RESERVATION_NOT_FOUND, 404, "RESERVATION_NOT_FOUND", "Reservation not found", "예약 없음",   \
      "There is no such reservation.", "해당 예약이 없습니다.")                                    \
    X(USER_NOT_FOUND, 404, "USER_NOT_FOUND", "User not found", "사용자 없음",                      \
      "There is no such user.", "해당 사용자가 없습니다.")                                         \
    X(METHOD_NOT_ALLOWED, 405, "METHOD_NOT_ALLOWED", "Method not allowed", "허용되지 않는 메서드", \
      "This route does not offer that method.", "이 경로는 해당 메서드를 지원하지 않습니다.")      \
    X(SEAT_TAKEN, 409, "SEAT_TAKEN", "Seat taken", "이미 선택된 좌석",                             \
      "At least one of the seats is no longer free.", "좌석 중 하나 이상이 이미 선택되었습니다.")  \
    X(ALREADY_PAID, 409, "ALREADY_PAID", "Already paid", "이미 결제됨",                            \
      "The reservation has been paid.", "이미 결제된 예약입니다.")                                 \
    X(NOT_REFUNDABLE, 409, "NOT_REFUNDABLE", "Not refundable", "환불 불가",                        \
      "The reservation is not paid, has been refunded, or can no longer be refunded.",             \
      "결제되지 않았거나 이미 환불되었거나 환불 기한이 지난 예약입니다.")                          \
    X(NOT_EXTENDABLE, 409, "NOT_EXTENDABLE", "Not extendable", "연장 불가",                        \
      "This hold cannot be extended, or not again.",                                               \
      "이 선점은 연장할 수 없거나 이미 연장되었습니다.")                                           \
    X(NOT_CONFIRMED, 409, "NOT_CONFIRMED", "Not confirmed", "확정되지 않은 예약",                  \
      "Only a reservation that is paid and not refunded has a ticket.",                            \
      "결제가 끝나고 환불되지 않은 예약에만 티켓이 있습니다.")                                     \
    X(BOOKING_NOT_OPEN, 409, "BOOKING_NOT_OPEN", "Booking not open", "예매 시작 전",               \
      "Booking for this schedule has not opened yet.", "이 회차의 예매가 아직 열리지 않았습니다.") \
    X(BOOKING_CLOSED, 409, "BOOKING_CLOSED", "Booking closed", "예매 마감",                        \
      "Booking for this schedule is closed.", "이 회차의 예매가 마감되었습니다.")                  \
    X(QUEUE_CLOSED, 409, "QUEUE_CLOSED", "Queue closed", "대기열 마감",                            \
      "The queue of this concert takes no new visitors now.",                                      \
      "지금은 이 공연의 대기열에 들어갈 수 없습니다.")                                             \
    X(SOLD_OUT, 409, "SOLD_OUT", "Sold out", "매진", "Nothing is left to sell.",                   \
      "남은 좌석이 없습니다.")                                                                     \
    X(AMBIGUOUS_DATE, 409, "AMBIGUOUS_DATE", "Ambiguous date", "하루에 여러 회차",                 \
      "There is more than one show on that day: name the schedule.",                               \
      "그날 회차가 둘 이상입니다. 회차를 지정하세요.")                                             \
    X(IDEMPOTENCY_IN_PROGRESS, 409, "IDEMPOTENCY_IN_PROGRESS", "Still in progress",                \
      "처리 중인 요청", "A request with this Idempotency-Key is still running.",                   \
      "같은 Idempotency-Key의 요청이 아직 처리 중입니다.")                                         \
    X(QUEUE_TOKEN_EXPIRED, 410, "QUEUE_TOKEN_EXPIRED", "Queue token expired", "대기열 토큰 만료",  \
      "The queue token is over: join again.",                                                      \
      "대기열 토큰이 만료되었습니다. 다시 대기열에 들어오세요.")                                   \
    X(HOLD_EXPIRED, 410, "HOLD_EXPIRED", "Hold expired", "선점 만료",                              \
      "The seats are no longer held for this reservation.",                                        \
      "이 예약의 좌석 선점 시간이 끝났습니다.")                                                    \
    X(BODY_TOO_LARGE, 413, "BODY_TOO_LARGE", "Body too large", "본문이 너무 큼",                   \
      "The body is larger than 64 KiB.", "본문이 64 KiB보다 큽니다.")                              \
    X(URI_TOO_LONG, 414, "URI_TOO_LONG", "URI too long", "너무 긴 주소",                           \
      "The address of the request is too long.", "요청 주소가 너무 깁니다.")                       \
    X(UNSUPPORTED_MEDIA_TYPE, 415, "UNSUPPORTED_MEDIA_TYPE", "Unsupported media type",             \
      "지원하지 않는 형식", "The body must be application/json.",                                  \
      "본문은 application/json이어야 합니다.")                                                     \
    X(SEAT_LIMIT, 422, "SEAT_LIMIT", "Seat limit", "좌석 수 제한",                                 \
      "More seats than one user may have in this schedule.",                                       \
      "한 사람이 이 회차에서 가질 수 있는 좌석 수를 넘었습니다.")                                  \
    X(IDEMPOTENCY_MISMATCH, 422, "IDEMPOTENCY_MISMATCH", "Idempotency mismatch",                   \
      "다른 요청에 쓰인 키", "This Idempotency-Key was used for another request.",                 \
      "이 Idempotency-Key는 이미 다른 요청에 사용되었습니다.")                                     \
    X(BALANCE_LIMIT, 422, "BALANCE_LIMIT", "Balance limit", "잔액 한도",                           \
      "The balance would exceed its limit.", "잔액 한도를 넘게 됩니다.")                           \
    X(RATE_LIMITED, 429, "RATE_LIMITED", "Too many requests", "요청이 너무 많음",                  \
      "Too many requests: slow down.", "요청이 너무 많습니다. 잠시 후 다시 시도하세요.")           \
    X(INTERNAL, 500, "INTERNAL", "Internal error", "내부 오류",                                    \
      "Something went wrong on the server.", "서버에서 오류가 발생했습니다.")                      \
    X(BUSY, 503, "BUSY", "Busy", "일시적인 과부하",                                                \
      "The service is busy or a part of it is down: try again shortly.",                           \
      "서비스가 혼잡하거나 일부가 멈췄습니다. 잠시 후 다시 시도하세요.")                           \
    /* Not for clients: these stay inside. */                                                      \
    X(DB_LOST, 503, "INTERNAL", "", "", "", "")         /* connection refused, cut or timed out */ \
    X(DB_RETRY, 503, "INTERNAL", "", "", "", "")        /* deadlock or conflict: run again */      \
    X(DB_LOCK_TIMEOUT, 503, "INTERNAL", "", "", "", "") /* waited too long for a row */            \
    X(DB_DUPLICATE, 500, "INTERNAL", "", "", "", "")    /* a unique key is taken */                \
    X(DB_CONSTRAINT, 500, "INTERNAL", "", "", "", "")   /* CHECK or foreign key */                 \
    X(NO_ROW, 500, "INTERNAL", "", "", "", "")          /* a query that found nothing */           \
    X(REPLAY, 200, "INTERNAL", "", "", "", "")          /* a stored idempotent answer applies */

enum err {
#define ERR_ENUM(name, ...) ERR_##name,
    ERR_LIST(ERR_ENUM)
#undef ERR_ENUM
        ERR_COUNT
};

struct err_info {
    const char *name; /* the enumerator without its prefix, for logs */
    int status;       /* HTTP status */
    const char *code; /* the contract's code, "INTERNAL" for what stays inside */
    const char *title_en, *title_ko;
    const char *detail_en, *detail_ko;
};

/* The row of `e`; never NULL, an unknown value gives INTERNAL's. Static storage. */
const struct err_info *err_info(enum err e);

/* The enumerator's name, for logs. Static storage. */
const char *err_name(enum err e);

#endif
