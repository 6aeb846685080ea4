/* The client of a rehearsal over TLS, against a server with a certificate made for the test. */
#include "base/clock.h"
#include "load/client.h"
#include "suite.h"

#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

/* A body that no record of TLS and no single read holds. */
#define BODY_SIZE 200000

static struct target target;
static pid_t server;
static char authorities[] = "/tmp/frontrow-tls.XXXXXX";

/* A certificate for 127.0.0.1 that signs itself. */
static X509 *make_certificate(EVP_PKEY *key)
{
    X509 *x = X509_new();
    X509_NAME *name = X509_get_subject_name(x);
    X509_EXTENSION *san =
        X509V3_EXT_conf_nid(NULL, NULL, NID_subject_alt_name, "IP:127.0.0.1,DNS:test.invalid");

    X509_set_version(x, 2);
    ASN1_INTEGER_set(X509_get_serialNumber(x), 1);
    X509_gmtime_adj(X509_getm_notBefore(x), -3600);
    X509_gmtime_adj(X509_getm_notAfter(x), 3600);
    X509_set_pubkey(x, key);
    X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_ASC, (const unsigned char *)"test", -1, -1, 0);
    X509_set_issuer_name(x, name);
    X509_add_ext(x, san, -1);
    X509_EXTENSION_free(san);
    CU_ASSERT_FATAL(X509_sign(x, key, EVP_sha256()) > 0);
    return x;
}

/* Answers each request on a connection with a long body. */
static void serve_connection(SSL_CTX *ctx, int fd)
{
    static char in[4096], body[BODY_SIZE];
    SSL *ssl = SSL_new(ctx);
    char head[100];
    int len;

    memset(body, 'x', sizeof body);
    len = snprintf(head, sizeof head, "HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n", BODY_SIZE);
    SSL_set_fd(ssl, fd);
    if (SSL_accept(ssl) == 1) {
        while (SSL_read(ssl, in, sizeof in) > 0 && SSL_write(ssl, head, len) > 0 &&
               SSL_write(ssl, body, BODY_SIZE) > 0)
            ;
    }
    SSL_free(ssl);
    close(fd);
}

static void serve(int listener, EVP_PKEY *key, X509 *certificate)
{
    SSL_CTX *ctx = SSL_CTX_new(TLS_server_method());
    int fd;

    signal(SIGPIPE, SIG_IGN);
    SSL_CTX_use_PrivateKey(ctx, key);
    SSL_CTX_use_certificate(ctx, certificate);
    while ((fd = accept(listener, NULL, NULL)) >= 0)
        serve_connection(ctx, fd);
    _exit(0);
}

/* Starts the server, and writes its certificate to where OpenSSL may look. */
static void start_server(void)
{
    struct sockaddr_in a = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t len = sizeof a;
    int listener = socket(AF_INET, SOCK_STREAM, 0), fd;
    EVP_PKEY *key = EVP_PKEY_Q_keygen(NULL, NULL, "EC", "P-256");
    X509 *certificate = make_certificate(key);
    FILE *f;

    strcpy(authorities + strlen(authorities) - 6, "XXXXXX");
    fd = mkstemp(authorities);
    f = fdopen(fd, "w");
    CU_ASSERT_FATAL(f && PEM_write_X509(f, certificate) == 1 && fclose(f) == 0);
    CU_ASSERT_FATAL(bind(listener, (struct sockaddr *)&a, sizeof a) == 0 &&
                    listen(listener, 16) == 0 &&
                    getsockname(listener, (struct sockaddr *)&a, &len) == 0);
    memset(&target, 0, sizeof target);
    memcpy(&target.address, &a, sizeof a);
    target.address_len = sizeof a;
    target.tls = true;
    server = fork();
    CU_ASSERT_FATAL(server >= 0);
    if (server == 0) {
        alarm(60);
        serve(listener, key, certificate);
    }
    close(listener);
    EVP_PKEY_free(key);
    X509_free(certificate);
}

static void stop_server(void)
{
    kill(server, SIGKILL);
    waitpid(server, NULL, 0);
    unlink(authorities);
    unsetenv("SSL_CERT_FILE");
}

static int good, bad;

static size_t write_request(void *arg, uint32_t id, char *out, size_t size)
{
    (void)arg;
    (void)id;
    return (size_t)snprintf(out, size, "GET / HTTP/1.1\r\nHost: test\r\n\r\n");
}

static void hear(void *arg, uint32_t id, const struct client_result *r)
{
    (void)arg;
    (void)id;
    if (r->answer && r->answer->len == BODY_SIZE && r->answer->body[BODY_SIZE - 1] == 'x')
        good++;
    else
        bad++;
}

/* Asks some times over one connection, of a server with that name. */
static void ask(const char *name, int times)
{
    static const struct client_user user = {write_request, hear, NULL};
    int64_t end = clock_monotonic_ms() + 20000;
    struct client *c;

    good = bad = 0;
    snprintf(target.name, sizeof target.name, "%s", name);
    c = client_new(&target, 1);
    CU_ASSERT_PTR_NOT_NULL_FATAL(c);
    client_use(c, &user);
    for (uint32_t i = 0; i < (uint32_t)times; i++)
        CU_ASSERT_EQUAL(client_ask(c, i, LANE_SHOP), ERR_OK);
    while (good + bad < times && clock_monotonic_ms() < end)
        client_run(c, 50);
    if (good > 0)
        CU_ASSERT_EQUAL(client_opened(c), 1);
    client_free(c);
}

static void test_a_certificate_that_is_trusted_is_taken(void)
{
    start_server();
    setenv("SSL_CERT_FILE", authorities, 1);
    ask("127.0.0.1", 5);
    CU_ASSERT(good == 5 && bad == 0);
    ask("test.invalid", 2);
    CU_ASSERT(good == 2 && bad == 0);
    stop_server();
}

static void test_any_other_is_refused(void)
{
    start_server();
    ask("127.0.0.1", 1);
    CU_ASSERT(good == 0 && bad == 1);
    setenv("SSL_CERT_FILE", authorities, 1);
    ask("127.0.0.2", 1);
    CU_ASSERT(good == 0 && bad == 1);
    ask("other.invalid", 1);
    CU_ASSERT(good == 0 && bad == 1);
    stop_server();
}

SUITE(load_tls, TEST(test_a_certificate_that_is_trusted_is_taken), TEST(test_any_other_is_refused));
