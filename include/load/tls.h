/* TLS on a socket that never blocks: the only place with libssl. */
#ifndef FRONTROW_LOAD_TLS_H
#define FRONTROW_LOAD_TLS_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

struct tls; /* what all connections share */
typedef struct ssl_st tls_conn;

/* Trusts whom this host trusts, and what SSL_CERT_FILE and SSL_CERT_DIR name (OpenSSL's
 * SSL_CTX_set_default_verify_paths). NULL if that fails. */
struct tls *tls_new(void);
void tls_free(struct tls *t);

/* A connection, over a connected socket, to whom a certificate for `name` (a host's or an address)
 * must prove. NULL without memory. It does not close the socket. */
tls_conn *tls_open(struct tls *t, int fd, const char *name);
void tls_close(tls_conn *c);

/* The handshake, and what comes and goes then: as connect(2), send(2) and recv(2) do, with -1 and
 * EAGAIN when it has to wait; *write says whether for room to write. EPROTO when it is broken, or
 * the certificate is no good. */
int tls_shake(tls_conn *c, bool *write);
ssize_t tls_send(tls_conn *c, const void *data, size_t len, bool *write);
ssize_t tls_recv(tls_conn *c, void *data, size_t size, bool *write);

/* Whether there is more to be received that the socket will not tell of. */
bool tls_has_more(const tls_conn *c);

#endif
