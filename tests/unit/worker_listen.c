/* Listening sockets: what is taken over, what is left alone. */
#include "base/clock.h"
#include "base/listen.h"
#include "suite.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

static char folder[64], path[96], why[256];

static void make_folder(void)
{
    strcpy(folder, "/tmp/frontrow-listen-XXXXXX");
    CU_ASSERT_PTR_NOT_NULL_FATAL(mkdtemp(folder));
    snprintf(path, sizeof path, "%s/s.sock", folder);
}

static void remove_folder(void)
{
    unlink(path);
    rmdir(folder);
}

static enum err open_path(struct listener *l)
{
    return listen_open(path, 16, 0, l, why, sizeof why);
}

static bool can_connect(void)
{
    struct sockaddr_un to = {.sun_family = AF_UNIX};
    int fd = socket(AF_UNIX, SOCK_STREAM, 0);
    bool ok;

    snprintf(to.sun_path, sizeof to.sun_path, "%s", path);
    ok = connect(fd, (struct sockaddr *)&to, sizeof to) == 0;
    close(fd);
    return ok;
}

static void test_a_unix_socket_is_for_user_and_group(void)
{
    struct listener l;
    struct stat st;

    make_folder();
    CU_ASSERT_EQUAL_FATAL(open_path(&l), ERR_OK);
    CU_ASSERT_EQUAL(stat(path, &st), 0);
    CU_ASSERT_EQUAL(st.st_mode & 07777, 0660);
    CU_ASSERT_TRUE(can_connect());
    listen_close(&l);
    CU_ASSERT_NOT_EQUAL(stat(path, &st), 0);
    remove_folder();
}

static void test_a_stale_socket_is_replaced(void)
{
    struct listener l;

    make_folder();
    CU_ASSERT_EQUAL_FATAL(open_path(&l), ERR_OK);
    close(l.fd); /* as if the server had been killed */
    CU_ASSERT_FALSE(can_connect());
    CU_ASSERT_EQUAL_FATAL(open_path(&l), ERR_OK);
    CU_ASSERT_TRUE(can_connect());
    listen_close(&l);
    remove_folder();
}

static void test_a_live_socket_is_left_alone(void)
{
    struct listener l, other;

    make_folder();
    CU_ASSERT_EQUAL_FATAL(open_path(&l), ERR_OK);
    CU_ASSERT_EQUAL(open_path(&other), ERR_INTERNAL);
    CU_ASSERT_PTR_NOT_NULL(strstr(why, path));
    CU_ASSERT_PTR_NOT_NULL(strstr(why, "another process answers"));
    CU_ASSERT_TRUE(can_connect());
    listen_close(&l);
    remove_folder();
}

static void test_waits_for_those_on_their_way_out(void)
{
    struct listener l, next;
    int64_t before;

    make_folder();
    CU_ASSERT_EQUAL_FATAL(open_path(&l), ERR_OK);
    if (fork() == 0) { /* holds the socket for 300 ms more */
        poll(NULL, 0, 300);
        _exit(0);
    }
    close(l.fd);
    before = clock_monotonic_ms();
    CU_ASSERT_EQUAL_FATAL(listen_open(path, 16, 5000, &next, why, sizeof why), ERR_OK);
    CU_ASSERT(clock_monotonic_ms() - before >= 200);
    listen_close(&next);
    wait(NULL);
    remove_folder();
}

static void test_a_file_that_is_no_socket_is_left_alone(void)
{
    struct listener l;
    struct stat st;
    FILE *file;

    make_folder();
    file = fopen(path, "w");
    fclose(file);
    CU_ASSERT_EQUAL(open_path(&l), ERR_INTERNAL);
    CU_ASSERT_EQUAL(stat(path, &st), 0);
    CU_ASSERT_TRUE(S_ISREG(st.st_mode));
    remove_folder();
}

static void test_closing_leaves_a_successors_socket(void)
{
    struct listener l, next;

    make_folder();
    CU_ASSERT_EQUAL_FATAL(open_path(&l), ERR_OK);
    unlink(path);
    CU_ASSERT_EQUAL_FATAL(open_path(&next), ERR_OK);
    listen_close(&l);
    CU_ASSERT_TRUE(can_connect());
    listen_close(&next);
    remove_folder();
}

static void test_reasons_name_the_address(void)
{
    struct listener l;

    CU_ASSERT_EQUAL(listen_open("/nonexistent/s.sock", 16, 0, &l, why, sizeof why), ERR_INTERNAL);
    CU_ASSERT_STRING_EQUAL(why, "cannot listen on /nonexistent/s.sock: No such file or directory");
}

/* Listens on a port of `host` that is free; false if there is no such host here. */
static bool open_port(const char *host, struct listener *l, char *address, size_t cap)
{
    for (int port = 20000 + getpid() % 10000, n = 0; n < 100; n++) {
        snprintf(address, cap, "%s:%d", host, port + n);
        if (listen_open(address, 16, 0, l, why, sizeof why) == ERR_OK)
            return true;
    }
    return false;
}

static void test_listens_on_tcp(void)
{
    struct sockaddr_in at;
    socklen_t len = sizeof at;
    struct listener l, other;
    char address[64];

    CU_ASSERT_TRUE_FATAL(open_port("127.0.0.1", &l, address, sizeof address));
    CU_ASSERT_EQUAL(getsockname(l.fd, (struct sockaddr *)&at, &len), 0);
    CU_ASSERT_EQUAL(at.sin_addr.s_addr, htonl(INADDR_LOOPBACK));
    CU_ASSERT_EQUAL(ntohs(at.sin_port), strtol(strrchr(address, ':') + 1, NULL, 10));
    CU_ASSERT_EQUAL(listen_open(address, 16, 0, &other, why, sizeof why), ERR_INTERNAL);
    CU_ASSERT_PTR_NOT_NULL(strstr(why, "another process answers"));
    listen_close(&l);
}

SUITE(worker_listen, TEST(test_a_unix_socket_is_for_user_and_group),
      TEST(test_a_stale_socket_is_replaced), TEST(test_a_live_socket_is_left_alone),
      TEST(test_waits_for_those_on_their_way_out),
      TEST(test_a_file_that_is_no_socket_is_left_alone),
      TEST(test_closing_leaves_a_successors_socket), TEST(test_reasons_name_the_address),
      TEST(test_listens_on_tcp));
