/*
 * What a client of MySQL's protocol sends, followed just far enough to know where in a transaction
 * it is. Packets are as on the wire: three bytes of length, one of sequence, the payload; a command
 * has sequence 0 ("MySQL Packets" and "Command Phase" in MySQL's source documentation).
 */
#ifndef FRONTROW_TESTS_SOAK_TAP_H
#define FRONTROW_TESTS_SOAK_TAP_H

#include <stdbool.h>
#include <stddef.h>

enum tap_kind {
    TAP_OTHER,     /* the handshake, pings, preparations, anything without an effect */
    TAP_STATEMENT, /* what reads or changes data */
    TAP_BEGIN,
    TAP_COMMIT,
    TAP_ROLLBACK
};

struct tap {
    bool in_transaction;
    int statements; /* of the transaction so far, the last one counted */
};

/* The length of the first packet of `len` bytes, its head counted; 0 if it is not all there. */
size_t tap_packet(const unsigned char *data, size_t len);

/* Takes note of one whole packet that the client sent, and says what it is. */
enum tap_kind tap_see(struct tap *t, const unsigned char *packet, size_t len);

#endif
