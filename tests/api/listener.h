/*
 * Those who listen to a queue: a connection that stays open, as an event stream or a WebSocket, and
 * what came over it. Its memory goes with the test; its connection with listener_close.
 */
#ifndef FRONTROW_TESTS_LISTENER_H
#define FRONTROW_TESTS_LISTENER_H

#include "api.h"

/* The header line of one who asks by name, and those of a WebSocket (RFC 6455, section 4.1), whose
 * answer must have LISTENER_ACCEPT. */
#define LISTENER_SSE "Accept: text/event-stream\r\n"
#define LISTENER_WS                                                                                \
    "Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n"                   \
    "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"
#define LISTENER_ACCEPT "s3pPLMBiTxaQ9kYGzzhZRbK+xOo="

struct listener {
    int fd;
    bool websocket;
    bool closed; /* by the other side */
    char *data;  /* all that came, zero-terminated */
    size_t len;
};

/* Connects and sends the request; `lines` are further header lines. Ends the test if it cannot
 * connect. */
struct listener *listener_open(int64_t concert, const char *lines);
void listener_close(struct listener *l);

/* The same of one who gets what is pushed, and has the state: right after nginx began anew the
 * application may still answer itself. Ends the test if it goes on to. */
struct listener *listener_pushed(int64_t concert, const char *lines);

/* The status of the answer, for which it waits at most 5 s; 0: none. */
long listener_status(struct listener *l);

/* The document of the last whole event or frame so far, without waiting; NULL: none yet. */
const struct api_res *listener_latest(struct listener *l);

/* How many there were. */
int listener_count(struct listener *l);

/* Whether the other side has closed the connection by now. */
bool listener_is_closed(struct listener *l);

#endif
