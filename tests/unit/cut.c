/* Cutting a connection at its COMMIT, see cut.h. */
#include "cut.h"

#include "base/text.h"
#include "db_scratch.h"
#include "suite.h"

#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

static struct sockaddr_un address(const char *path)
{
    struct sockaddr_un at = {.sun_family = AF_UNIX};

    (void)text_copy(at.sun_path, sizeof at.sun_path, path, strlen(path));
    return at;
}

static int connect_to(const char *path)
{
    const struct sockaddr_un at = address(path);
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

    if (fd < 0 || connect(fd, (const struct sockaddr *)&at, sizeof at) != 0)
        _exit(1);
    return fd;
}

/* Whether the bytes are one packet with the command COM_QUERY and this text, before which MySQL's
 * client says that it has no attributes, of one set. */
static bool is_commit(const char *bytes, ssize_t n)
{
    static const char mariadb[] = "\x07\0\0\0\x03"
                                  "COMMIT",
                      mysql[] = "\x09\0\0\0\x03\0\x01"
                                "COMMIT";

    return (n == (ssize_t)sizeof mariadb - 1 && memcmp(bytes, mariadb, (size_t)n) == 0) ||
           (n == (ssize_t)sizeof mysql - 1 && memcmp(bytes, mysql, (size_t)n) == 0);
}

/* Copies what has come on one side to the other; what was copied in `bytes`. */
static ssize_t copy(int from, int to, char *bytes, size_t cap, const bool *hold_commit)
{
    ssize_t n = read(from, bytes, cap);

    if (n <= 0 || (*hold_commit && is_commit(bytes, n)))
        return n;
    return write(to, bytes, (size_t)n) == n ? n : -1;
}

/* Goes between until one side ends, or the cut; whether it was the cut. */
static bool go_between(int client, int server, const enum cut_when *when)
{
    const bool before = when && *when == CUT_BEFORE, never = false;
    struct pollfd p[] = {{.fd = client, .events = POLLIN}, {.fd = server, .events = POLLIN}};
    char bytes[65536];
    bool committing = false;

    while (poll(p, 2, -1) > 0) {
        if (p[1].revents) {
            if (committing)
                return read(server, bytes, sizeof bytes) > 0; /* its answer, for nobody */
            if (copy(server, client, bytes, sizeof bytes, &never) <= 0)
                return false;
        }
        if (p[0].revents) {
            ssize_t n = copy(client, server, bytes, sizeof bytes, &before);

            if (n <= 0)
                return false;
            committing = when && is_commit(bytes, n);
            if (committing && before)
                return true;
        }
    }
    return false;
}

static void serve(int listener, const char *server_path, enum cut_when when)
{
    bool cut = false;

    for (;;) {
        int client = accept(listener, NULL, NULL);
        int server = connect_to(server_path);

        cut = go_between(client, server, cut ? NULL : &when) || cut;
        close(client);
        close(server);
    }
}

void cut_start(struct cut *cut, enum cut_when when)
{
    struct sockaddr_un at;
    int listener = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

    cut->cfg = *scratch_config();
    snprintf(cut->cfg.database_socket, sizeof cut->cfg.database_socket,
             "/tmp/frontrow-cut-%ld.sock", (long)getpid());
    at = address(cut->cfg.database_socket);
    unlink(at.sun_path);
    CU_ASSERT_FATAL(bind(listener, (const struct sockaddr *)&at, sizeof at) == 0);
    CU_ASSERT_FATAL(listen(listener, 4) == 0);
    cut->pid = fork();
    if (cut->pid == 0) {
        prctl(PR_SET_PDEATHSIG, SIGKILL);
        serve(listener, scratch_config()->database_socket, when);
    }
    close(listener);
    CU_ASSERT_FATAL(cut->pid > 0);
}

void cut_stop(struct cut *cut)
{
    kill(cut->pid, SIGKILL);
    waitpid(cut->pid, NULL, 0);
    unlink(cut->cfg.database_socket);
}
