/*
 * Any bytes as a configuration file: what is taken keeps every bound of the table and what must fit
 * together; what is refused is refused with one readable line, which repeats no secret.
 */
#include "base/config.h"
#include "base/text.h"
#include "fuzz.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

/* What stands for a secret wherever a file has these letters. */
#define MARK "sEcReT"

static void check_str(const char *s)
{
    MUST(memchr(s, '\0', CONFIG_STR_MAX));
    MUST(text_utf8_length(s, strlen(s)) >= 0);
    for (; *s; s++)
        MUST(!iscntrl((unsigned char)*s));
}

static void check_int(int64_t value, int64_t min, int64_t max)
{
    MUST(value >= min && value <= max);
}

#define CHECK_STR(member, min, max)  check_str(member);
#define CHECK_INT(member, min, max)  check_int(member, min, max);
#define CHECK_BOOL(member, min, max) MUST((member) || !(member));
#define CHECK_ROW(section, key, kind, member, fallback, min, max, help)                            \
    CHECK_##kind(c->member, min, max)

static void check_taken(const struct config *c)
{
    CONFIG_LIST(CHECK_ROW)
    MUST(strlen(c->auth_user_secret) >= 32 && strlen(c->auth_queue_secret) >= 32);
    MUST(strcmp(c->auth_user_secret, c->auth_queue_secret) != 0);
    MUST(!*c->auth_user_secret_previous || strlen(c->auth_user_secret_previous) >= 32);
    MUST(!*c->auth_queue_secret_previous || strlen(c->auth_queue_secret_previous) >= 32);
    MUST(strcmp(c->auth_user_kid, c->auth_user_kid_previous) != 0);
    MUST(strcmp(c->auth_queue_kid, c->auth_queue_kid_previous) != 0);
    MUST(strcmp(c->server_listen, c->server_listen_queue) != 0);
    MUST(c->wallet_charge_min <= c->wallet_charge_max);
}

/* Reasons that repeat the value of a key that is no secret. */
static bool repeats_value(const char *why)
{
    return strstr(why, "default_time_zone") || strstr(why, "others can reach");
}

/* It is shown on a terminal and written to logs. */
static void check_why(const char *why, size_t cap)
{
    MUST(*why && memchr(why, '\0', cap));
    MUST(text_utf8_length(why, strlen(why)) >= 0);
    for (const char *c = why; *c; c++)
        MUST(!iscntrl((unsigned char)*c));
    MUST(!strstr(why, MARK) || repeats_value(why));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static struct config config;
    static int fd = -1;
    char path[32], why[512];

    if (fd < 0)
        fd = memfd_create("config", 0);
    MUST(fd >= 0 && fchmod(fd, 0600) == 0 && ftruncate(fd, 0) == 0);
    MUST(pwrite(fd, data, size, 0) == (ssize_t)size);
    snprintf(path, sizeof path, "/proc/self/fd/%d", fd);
    if (config_load(path, &config, why, sizeof why) == ERR_OK)
        check_taken(&config);
    else
        check_why(why, sizeof why);
    return 0;
}
