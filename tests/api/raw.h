/*
 * Requests byte by byte, for what no HTTP library sends: on a connection of one's own to nginx.
 * Connections belong to the running test and are closed when it ends.
 */
#ifndef FRONTROW_TESTS_RAW_H
#define FRONTROW_TESTS_RAW_H

#include "api.h"

/* A new connection to FRONTROW_URL; ends the test if there is none. Never more than RAW_MOST. */
#define RAW_MOST 1000
int raw_open(void);

/* The same with hardly any room in the kernel for what is sent to us: small segments, and a small
 * buffer. Else a loopback connection takes megabytes that nobody reads. */
int raw_open_narrow(void);

/* Closes it early: with a FIN, or with a RST if `hard`. */
void raw_close(int fd, bool hard);

/* Sends what can be sent at once; false if the other side has closed. */
bool raw_send(int fd, const char *bytes, size_t len);
#define RAW_PUTS(fd, text) raw_send(fd, text, strlen(text))

/* Reads one answer to its end: as its Content-Length says, or until the other side closes. At most
 * `seconds`; status 0 if there was none. Never NULL. */
const struct api_res *raw_answer(int fd, const char *what, double seconds);

/* Both on a new connection; the bytes ask for it to be closed, or are wrong. */
const struct api_res *raw_ask(const char *what, const char *bytes, size_t len);

/* Whether the other side has closed the connection, or sent something. */
bool raw_is_over(int fd);

#endif
