/* TLS without blocking, see load/tls.h. */
#include "load/tls.h"

#include <arpa/inet.h>
#include <errno.h>
#include <limits.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>
#include <stdlib.h>

struct tls {
    SSL_CTX *ctx;
};

struct tls *tls_new(void)
{
    struct tls *t = malloc(sizeof *t);

    if (!t)
        return NULL;
    t->ctx = SSL_CTX_new(TLS_client_method());
    if (!t->ctx || SSL_CTX_set_default_verify_paths(t->ctx) != 1 ||
        SSL_CTX_set_min_proto_version(t->ctx, TLS1_2_VERSION) != 1) {
        tls_free(t);
        return NULL;
    }
    SSL_CTX_set_verify(t->ctx, SSL_VERIFY_PEER, NULL);
    SSL_CTX_set_mode(t->ctx, SSL_MODE_RELEASE_BUFFERS);
    return t;
}

void tls_free(struct tls *t)
{
    if (!t)
        return;
    SSL_CTX_free(t->ctx);
    free(t);
}

/* An address is checked against the addresses of the certificate and sends no name (RFC 6066,
 * section 3). */
static bool expect(SSL *ssl, const char *name)
{
    unsigned char address[sizeof(struct in6_addr)];

    if (inet_pton(AF_INET, name, address) == 1 || inet_pton(AF_INET6, name, address) == 1)
        return X509_VERIFY_PARAM_set1_ip_asc(SSL_get0_param(ssl), name) == 1;
    return SSL_set1_host(ssl, name) == 1 && SSL_set_tlsext_host_name(ssl, name) == 1;
}

tls_conn *tls_open(struct tls *t, int fd, const char *name)
{
    SSL *ssl = SSL_new(t->ctx);

    if (ssl && SSL_set_fd(ssl, fd) == 1 && expect(ssl, name))
        return ssl;
    SSL_free(ssl);
    return NULL;
}

void tls_close(tls_conn *c)
{
    SSL_free(c);
}

/* What a call that did not succeed means. */
static int outcome(SSL *ssl, int result, bool *write)
{
    int why = SSL_get_error(ssl, result);

    *write = why == SSL_ERROR_WANT_WRITE;
    if (why == SSL_ERROR_ZERO_RETURN)
        return 0;
    errno = why == SSL_ERROR_WANT_READ || why == SSL_ERROR_WANT_WRITE ? EAGAIN
            : why == SSL_ERROR_SYSCALL && errno != 0                  ? errno
                                                                      : EPROTO;
    ERR_clear_error();
    return -1;
}

int tls_shake(tls_conn *c, bool *write)
{
    int result = SSL_connect(c);

    if (result == 1)
        return 0;
    outcome(c, result, write);
    return -1;
}

ssize_t tls_send(tls_conn *c, const void *data, size_t len, bool *write)
{
    int result = SSL_write(c, data, len < INT_MAX ? (int)len : INT_MAX);

    return result > 0 ? result : outcome(c, result, write);
}

ssize_t tls_recv(tls_conn *c, void *data, size_t size, bool *write)
{
    int result = SSL_read(c, data, size < INT_MAX ? (int)size : INT_MAX);

    return result > 0 ? result : outcome(c, result, write);
}

bool tls_has_more(const tls_conn *c)
{
    return SSL_pending(c) > 0;
}
