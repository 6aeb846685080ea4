/*
 * The worker's loop, the only place that knows FastCGI.
 *
 * Connections are accepted here and not by libfcgi: its own accept can miss a SIGTERM that comes
 * just before it sleeps, and it reads a request before anyone can set a timeout on the connection.
 * SIGTERM is blocked except while a worker waits for a connection, so that a request in flight is
 * always finished; its handler puts something that cannot be accepted from in the listening
 * socket's place, so that the wait ends also when the signal came a moment before it began.
 */
#include "http/fcgi.h"

#include "base/clock.h"
#include "base/log.h"
#include "base/metrics.h"
#include "http/dispatch.h"
#include "http/routes.h"
#include <errno.h>
#include <fcgiapp.h>
#include <fcntl.h>
#include <inttypes.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

/* How long a peer may keep silent, or not take its answer, before it is cut off. */
#define SILENCE_SECONDS 5

/* The pause after the system had no descriptor or memory for a connection. */
#define SHORTAGE_MS 100

/* Room for what the log says of a method; none of ours is longer. */
#define METHOD_LOGGED 64

static volatile sig_atomic_t stopping;
static int served_fd, unusable_fd;
static bool served_locally; /* on a unix socket */

/* One for each worker: what is needed from one request to the next. */
struct server {
    FCGX_Request fcgx;
    struct app *app;
    struct busy *busy; /* NULL: nobody wants to know how long requests wait */
    bool waited;       /* for a worker, as far as is known */
    struct request req;
    struct response res;
    struct text_buf head;
    char body[REQUEST_BODY_MAX + 2]; /* one byte too many tells that there are more, and a zero */
};

static void on_term(int number)
{
    int saved = errno;

    (void)number;
    stopping = 1;
    dup2(unusable_fd, served_fd);
    errno = saved;
}

static bool is_local(int fd)
{
    struct sockaddr_storage address = {.ss_family = AF_UNSPEC};
    socklen_t len = sizeof address;

    return getsockname(fd, (struct sockaddr *)&address, &len) == 0 && address.ss_family == AF_UNIX;
}

static bool take_signals(int listen_fd)
{
    struct sigaction term = {.sa_handler = on_term};
    struct sigaction ignore = {.sa_handler = SIG_IGN};
    sigset_t blocked;

    served_fd = listen_fd;
    served_locally = is_local(listen_fd);
    unusable_fd = open("/dev/null", O_RDWR | O_CLOEXEC);
    sigemptyset(&blocked);
    sigaddset(&blocked, SIGTERM);
    return unusable_fd >= 0 && sigprocmask(SIG_BLOCK, &blocked, NULL) == 0 &&
           sigaction(SIGTERM, &term, NULL) == 0 && sigaction(SIGPIPE, &ignore, NULL) == 0;
}

static void limit_silence(int fd)
{
    const struct timeval limit = {.tv_sec = SILENCE_SECONDS};
    const int on = 1;

    setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit);
    setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &limit, sizeof limit);
    if (!served_locally)
        setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
}

/*
 * As work in the background (sched(7)): a worker is not woken in the midst of nginx's work for each
 * request, and finds several when its turn comes, which is as long as anybody's. What somebody has
 * chosen for this service stays, and where the system refuses nothing is lost but that.
 */
static void take_turns(void)
{
    const struct sched_param none = {0};

    if (sched_getscheduler(0) == SCHED_OTHER)
        sched_setscheduler(0, SCHED_BATCH, &none);
}

/* Waits for a connection. -1: look at `stopping` and try again; -2: it cannot work. */
static int take_connection(struct server *s)
{
    sigset_t term;
    int fd, error;

    s->waited = !s->busy || busy_anyone_waiting(s->busy, served_fd);

    sigemptyset(&term);
    sigaddset(&term, SIGTERM);
    sigprocmask(SIG_UNBLOCK, &term, NULL);
    fd = accept4(served_fd, NULL, NULL, SOCK_CLOEXEC);
    error = errno;
    sigprocmask(SIG_BLOCK, &term, NULL);
    if (fd >= 0) {
        limit_silence(fd);
        return fd;
    }
    if (stopping)
        return -1;
    switch (error) {
    case EBADF:
    case EFAULT:
    case EINVAL:
    case ENOTSOCK:
    case EOPNOTSUPP:
        log_error("accept", "errno=%d", error);
        return -2;
    case EMFILE:
    case ENFILE:
    case ENOBUFS:
    case ENOMEM:
        log_error("accept", "errno=%d", error);
        poll(NULL, 0, SHORTAGE_MS);
    }
    return -1;
}

/* Only what cannot break a log line or a header: the gateway's own, or a fresh one. */
static void take_id(struct request *req, const char *given)
{
    static const char allowed[] = "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ-";
    size_t len = given ? strlen(given) : 0;
    struct uuid fresh;

    if (len > 0 && len < sizeof req->id && strspn(given, allowed) == len) {
        memcpy(req->id, given, len + 1);
        return;
    }
    uuid_random(&fresh);
    uuid_to_text(&fresh, req->id);
}

struct variables {
    const char *id, *content_length, *https, *arrived;
};

/* A name as it begins a variable, and how long that is. */
#define VARIABLE(name) name "=", sizeof name

/* Looks at one variable, "NAME=value". Of a header that comes twice libfcgi keeps both. */
static void take_variable(struct request *req, struct variables *v, const char *variable)
{
    const struct {
        const char *name;
        size_t len;
        const char **value;
        bool *twice; /* of a header that must be single */
    } wanted[] = {
        {VARIABLE("REQUEST_METHOD"), &req->method, NULL},
        {VARIABLE("DOCUMENT_URI"), &req->path, NULL},
        {VARIABLE("QUERY_STRING"), &req->query, NULL},
        {VARIABLE("CONTENT_TYPE"), &req->content_type, NULL},
        {VARIABLE("CONTENT_LENGTH"), &v->content_length, NULL},
        {VARIABLE("HTTP_AUTHORIZATION"), &req->authorization, &req->malformed},
        {VARIABLE("HTTP_IDEMPOTENCY_KEY"), &req->idempotency_key, &req->malformed},
        {VARIABLE("HTTP_ACCEPT"), &req->accept, NULL},
        {VARIABLE("HTTP_ACCEPT_LANGUAGE"), &req->accept_language, NULL},
        {VARIABLE("HTTP_IF_NONE_MATCH"), &req->if_none_match, NULL},
        {VARIABLE("HTTP_COOKIE"), &req->cookie, &req->cookie_twice},
        {VARIABLE("HTTP_FRONTROW_GATE"), &req->gate, NULL},
        {VARIABLE("HTTP_UPGRADE"), &req->upgrade, NULL},
        {VARIABLE("REQUEST_ID"), &v->id, NULL},
        {VARIABLE("HTTPS"), &v->https, NULL},
        {VARIABLE("ARRIVED"), &v->arrived, NULL},
    };

    for (size_t i = 0; i < sizeof wanted / sizeof wanted[0]; i++) {
        if (variable[0] != wanted[i].name[0] ||
            strncmp(variable, wanted[i].name, wanted[i].len) != 0)
            continue;
        if (wanted[i].twice && *wanted[i].value)
            *wanted[i].twice = true;
        *wanted[i].value = variable + wanted[i].len;
        return;
    }
}

/* Reads what there is of the body, whether or not its length was announced. */
static void take_body(struct server *s, const char *content_length)
{
    struct request *req = &s->req;
    int len = FCGX_GetStr(s->body, REQUEST_BODY_MAX + 1, s->fcgx.in);
    int64_t announced;

    req->body = s->body;
    req->body_len = len > 0 ? (size_t)len : 0;
    s->body[req->body_len] = '\0';
    if (req->body_len > REQUEST_BODY_MAX || !content_length || !content_length[0])
        return;
    if (!text_parse_int(content_length, strlen(content_length), &announced) ||
        announced != (int64_t)req->body_len)
        req->malformed = true;
}

static void take_request(struct server *s)
{
    struct variables v = {NULL, NULL, NULL, NULL};

    memset(&s->req, 0, sizeof s->req);
    s->req.method = "";
    s->req.path = "";
    for (char **p = s->fcgx.envp; *p; p++)
        take_variable(&s->req, &v, *p);
    s->req.secure = v.https && strcmp(v.https, "on") == 0;
    if (s->busy)
        busy_taken(s->busy, v.arrived, s->waited);
    take_id(&s->req, v.id);
    take_body(s, v.content_length);
}

/* nginx passes the phrase on, and leaves out even the space before it where there is none, which
 * RFC 9112 (section 4) asks for. */
static const char *reason_of(int status)
{
    static const struct {
        int status;
        const char *reason;
    } reasons[] = {
        {200, "OK"},
        {201, "Created"},
        {202, "Accepted"},
        {204, "No Content"},
        {304, "Not Modified"},
        {400, "Bad Request"},
        {401, "Unauthorized"},
        {402, "Payment Required"},
        {403, "Forbidden"},
        {404, "Not Found"},
        {405, "Method Not Allowed"},
        {409, "Conflict"},
        {410, "Gone"},
        {413, "Content Too Large"},
        {414, "URI Too Long"},
        {415, "Unsupported Media Type"},
        {422, "Unprocessable Content"},
        {429, "Too Many Requests"},
        {500, "Internal Server Error"},
        {503, "Service Unavailable"},
    };

    for (size_t i = 0; i < sizeof reasons / sizeof reasons[0]; i++)
        if (reasons[i].status == status)
            return reasons[i].reason;
    return "Unknown";
}

/* Whether the status says that no body follows. */
static bool is_empty(const struct response *res)
{
    return res->status == 204 || res->status == 304;
}

/* An answer that is sent in parts has no length: how long it is nobody knows yet. */
static bool send_head(struct server *s, bool whole)
{
    const struct response *res = &s->res;
    struct text_buf *head = &s->head;

    text_buf_reset(head);
    text_buf_printf(head, "Status: %d %s\r\n", res->status, reason_of(res->status));
    if (!is_empty(res))
        text_buf_printf(head, "Content-Type: %s\r\n", res->content_type);
    if (whole && !is_empty(res))
        text_buf_printf(head, "Content-Length: %zu\r\n", res->body.len);
    if (res->headers.len > 0)
        text_buf_append(head, res->headers.data, res->headers.len);
    text_buf_puts(head, "\r\n");
    return !head->failed && FCGX_PutStr(head->data, (int)head->len, s->fcgx.out) >= 0;
}

static bool send_body(struct server *s)
{
    const struct response *res = &s->res;
    bool bodiless = strcmp(s->req.method, "HEAD") == 0 || is_empty(res);

    return bodiless || res->body.len == 0 ||
           FCGX_PutStr(res->body.data, (int)res->body.len, s->fcgx.out) >= 0;
}

/* A part of a long answer, see struct response. */
static bool send_part(struct response *res)
{
    struct server *s = res->peer;

    if (!res->begun && !send_head(s, false))
        return false;
    res->begun = true;
    if (!send_body(s))
        return false;
    text_buf_reset(&res->body);
    return true;
}

/* The whole answer, or what is left of it. */
static void send_response(struct server *s)
{
    if (s->res.begun || send_head(s, true))
        send_body(s);
}

/* Whether the answer broke off after a part of it had been sent. */
static bool is_cut(const struct response *res)
{
    return res->begun && res->err != ERR_OK;
}

static void log_request(const struct server *s, const char *method, int64_t us)
{
    static const struct uuid nobody;
    const struct request *req = &s->req;
    const struct response *res = &s->res;
    char user[UUID_TEXT_SIZE] = "-";

    if (!uuid_equal(&req->user, &nobody))
        uuid_to_text(&req->user, user);
    log_info("request", "req=%s route=%s method=%s status=%d us=%" PRId64 " user=%s%s%s", req->id,
             req->route ? req->route->pattern : "-", log_value(method), res->status, us, user,
             res->err != ERR_OK ? " code=" : "",
             res->err != ERR_OK ? err_info(res->err)->code : "");
}

/*
 * Ends a request and its connection: whoever wants to keep it would keep the worker from everyone
 * else. libfcgi first waits until the peer has closed its side, since over TCP a close with
 * something left unread takes back the answer on its way; so it does on a unix socket, but there
 * all of the request that is read leaves nothing to come, and the worker is free at once. An answer
 * that broke off is not ended: the stream's end without that tells the peer that something is
 * missing.
 */
static void hang_up(struct server *s, bool all_read)
{
    int fd;

    s->fcgx.keepConnection = 1; /* the close is ours */
    if (is_cut(&s->res)) {
        FCGX_Free(&s->fcgx, 1);
        return;
    }
    FCGX_Finish_r(&s->fcgx);
    fd = s->fcgx.ipcFd;
    if (fd < 0 || !served_locally || !all_read) {
        FCGX_Free(&s->fcgx, 1);
        return;
    }
    FCGX_Free(&s->fcgx, 0);
    s->fcgx.ipcFd = -1;
    close(fd);
}

/* One request of a connection that libfcgi has read the beginning of. The log has it once the peer
 * has its answer; its variables are gone then. */
static void serve_request(struct server *s)
{
    int64_t start = clock_monotonic_us(), us;
    char method[METHOD_LOGGED];

    take_request(s);
    dispatch(s->app, &s->req, &s->res);
    if (!is_cut(&s->res))
        send_response(s);
    us = clock_monotonic_us() - start;
    metrics_request(routes_index(s->req.route), s->res.status, us);
    text_copy(method, sizeof method, s->req.method, strlen(s->req.method));
    hang_up(s, s->req.body_len <= REQUEST_BODY_MAX);
    log_request(s, method, us);
    response_reset(&s->res); /* a large answer's memory is not kept until somebody comes */
}

/*
 * Hands an accepted connection to libfcgi. A request that owns a connection and asks to keep it is
 * not accepted anew by FCGX_Accept_r, which then only reads; there is no other door to that.
 */
static bool serve_connection(struct server *s, int fd)
{
    bool served;

    s->fcgx.ipcFd = fd;
    s->fcgx.keepConnection = 1;
    served = FCGX_Accept_r(&s->fcgx) == 0;
    if (served)
        serve_request(s);
    else
        FCGX_Free(&s->fcgx, 1);
    return served;
}

static int serve_all(struct server *s, int64_t max_requests)
{
    for (int64_t served = 0; !stopping && served < max_requests;) {
        int fd = take_connection(s);

        if (fd == -2)
            return 1;
        if (fd >= 0)
            served += serve_connection(s, fd);
    }
    return 0;
}

int fcgi_serve(int listen_fd, const struct config *cfg, int64_t max_requests, struct busy *busy)
{
    struct server *s = calloc(1, sizeof *s);
    int result = 1;

    take_turns();
    /* libfcgi is given no socket to accept from: after a connection that it drops it would. */
    if (s && take_signals(listen_fd) && FCGX_Init() == 0 &&
        FCGX_InitRequest(&s->fcgx, -1, FCGI_FAIL_ACCEPT_ON_INTR) == 0)
        s->app = app_new(cfg);
    if (s) {
        s->res.send = send_part;
        s->res.peer = s;
    }
    if (s && s->app && busy) {
        s->busy = busy;
        busy_begin(busy);
    }
    if (s && s->app)
        result = serve_all(s, max_requests);
    else
        log_error("worker", "reason=%s", log_value("cannot start"));
    if (s) {
        app_free(s->app);
        response_free(&s->res);
        text_buf_free(&s->head);
    }
    free(s);
    return result;
}
