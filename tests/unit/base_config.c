/* The configuration: what is read, what is refused and with which words. */
#include "base/config.h"
#include "base/config_print.h"
#include "base/text.h"
#include "suite.h"

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define SECRET_A "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
#define SECRET_B "bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb"
#define SECRET_C "cccccccccccccccccccccccccccccccc"
/* The least that a file must have. */
#define AUTH "[auth]\nuser_secret = " SECRET_A "\nqueue_secret = " SECRET_B "\n"

static struct config cfg;
static char why[512];

/* Loads `text` from a file of its own, of that mode. */
static enum err load_mode(const char *text, size_t len, mode_t mode)
{
    char path[] = "/tmp/frontrow-config-XXXXXX";
    int fd = mkstemp(path);
    enum err e;

    why[0] = '\0';
    CU_ASSERT_EQUAL_FATAL(write(fd, text, len), (ssize_t)len);
    fchmod(fd, mode);
    close(fd);
    e = config_load(path, &cfg, why, sizeof why);
    unlink(path);
    return e;
}

static enum err load(const char *text)
{
    return load_mode(text, strlen(text), 0600);
}

/* Whether the text is refused with a reason that has `words` in it. */
static bool refused(const char *text, const char *words)
{
    bool ok = load(text) == ERR_INTERNAL && strstr(why, words) != NULL;

    if (!ok)
        printf("     reason was: %s\n", why);
    return ok;
}

static void test_the_defaults_need_secrets_alone(void)
{
    CU_ASSERT_EQUAL(load(AUTH), ERR_OK);
    CU_ASSERT_STRING_EQUAL(cfg.auth_user_secret, SECRET_A);
    CU_ASSERT_STRING_EQUAL(cfg.auth_user_kid, "u1");
    CU_ASSERT_STRING_EQUAL(cfg.server_listen, "/run/frontrow/main.sock");
    CU_ASSERT_STRING_EQUAL(cfg.server_default_time_zone, "Asia/Seoul");
    CU_ASSERT_STRING_EQUAL(cfg.server_default_language, "en");
    CU_ASSERT_EQUAL(cfg.server_workers, 0);
    CU_ASSERT_FALSE(cfg.server_demo);
    CU_ASSERT_EQUAL(cfg.wallet_charge_max, 10000000);
    CU_ASSERT_EQUAL(cfg.queue_retention_days, 7);
}

static void test_the_default_limits_keep_the_contract(void)
{
    CU_ASSERT_EQUAL_FATAL(load(AUTH), ERR_OK);
    CU_ASSERT(cfg.limits_joins >= 60);
    CU_ASSERT(cfg.limits_polls >= 100);
    CU_ASSERT(cfg.limits_charges >= 200);
    CU_ASSERT(cfg.limits_holds >= 200);
    CU_ASSERT(cfg.limits_payments >= 200);
}

static void test_values_replace_defaults(void)
{
    CU_ASSERT_EQUAL(load(AUTH "[server]\nworkers=3\n  demo =\ton \nlisten = 127.0.0.1:9000\n"
                              "listen_queue = [::1]:9001\r\n[log]\nlevel = debug"),
                    ERR_OK);
    CU_ASSERT_EQUAL(cfg.server_workers, 3);
    CU_ASSERT_TRUE(cfg.server_demo);
    CU_ASSERT_STRING_EQUAL(cfg.server_listen, "127.0.0.1:9000");
    CU_ASSERT_STRING_EQUAL(cfg.server_listen_queue, "[::1]:9001");
    CU_ASSERT_STRING_EQUAL(cfg.log_level, "debug");
}

static void test_a_load_forgets_the_one_before(void)
{
    CU_ASSERT_EQUAL(load(AUTH "[server]\nworkers = 3\n"), ERR_OK);
    CU_ASSERT_EQUAL(load(AUTH), ERR_OK);
    CU_ASSERT_EQUAL(cfg.server_workers, 0);
}

static void test_comments_and_blank_lines(void)
{
    CU_ASSERT_EQUAL(load("# one\n; two\n\n   \n  # three\n[database] ; four\n"
                         "user = who # five\nname = a;b#c\npassword = ; six\n" AUTH),
                    ERR_OK);
    CU_ASSERT_STRING_EQUAL(cfg.database_user, "who");
    CU_ASSERT_STRING_EQUAL(cfg.database_name, "a;b#c");
    CU_ASSERT_STRING_EQUAL(cfg.database_password, "");
}

static void test_quotes_keep_a_value_as_it_stands(void)
{
    CU_ASSERT_EQUAL(load(AUTH "[database]\npassword = \" a # b ; c \" # d\n"), ERR_OK);
    CU_ASSERT_STRING_EQUAL(cfg.database_password, " a # b ; c ");
    CU_ASSERT_EQUAL(load(AUTH "[database]\npassword = a\"b\n"), ERR_OK);
    CU_ASSERT_STRING_EQUAL(cfg.database_password, "a\"b");
    CU_ASSERT_TRUE(refused(AUTH "[database]\npassword = \"a\n", "quote"));
    CU_ASSERT_TRUE(refused(AUTH "[database]\npassword = \"a\"b\n", "quote"));
}

static void test_what_is_unknown_is_refused(void)
{
    CU_ASSERT_TRUE(refused(AUTH "[server]\nworker = 3\n", "no key worker in [server]"));
    CU_ASSERT_TRUE(refused(AUTH "[auth]\nworkers = 3\n", "no key workers in [auth]"));
    CU_ASSERT_TRUE(refused(AUTH "[sever]\n", "no section sever"));
    CU_ASSERT_TRUE(refused("workers = 3\n", "before the first [section]"));
    CU_ASSERT_TRUE(refused(AUTH "[server\n", "[name]"));
    CU_ASSERT_TRUE(refused(AUTH "[server] x\n", "[name]"));
    CU_ASSERT_TRUE(refused(AUTH "[server]\nworkers\n", "key = value"));
    CU_ASSERT_TRUE(refused(AUTH "[server]\nworkers = 1\nworkers = 2\n", "set twice"));
}

static void test_a_reason_names_file_and_line(void)
{
    CU_ASSERT_TRUE(refused("[server]\n\nworkers = x\n", ":3: workers must be a number from 0"));
    CU_ASSERT_NSTRING_EQUAL(why, "/tmp/frontrow-config-", 21);
}

static void test_numbers_must_be_numbers_within_bounds(void)
{
    CU_ASSERT_TRUE(refused(AUTH "[server]\nworkers = -1\n", "0 to 1024"));
    CU_ASSERT_TRUE(refused(AUTH "[server]\nworkers = 1025\n", "0 to 1024"));
    CU_ASSERT_TRUE(refused(AUTH "[server]\nworkers = 4x\n", "0 to 1024"));
    CU_ASSERT_TRUE(refused(AUTH "[server]\nworkers =\n", "0 to 1024"));
    CU_ASSERT_TRUE(refused(AUTH "[database]\nport = 0\n", "1 to 65535"));
    CU_ASSERT_TRUE(refused(AUTH "[wallet]\ncharge_max = 99999999999999999999\n", "charge_max"));
    CU_ASSERT_TRUE(refused(AUTH "[server]\ndemo = yes\n", "on or off"));
}

static void test_texts_must_fit_and_be_text(void)
{
    char text[1024];

    snprintf(text, sizeof text, AUTH "[database]\npassword = %0255d\n", 0);
    CU_ASSERT_EQUAL(load(text), ERR_OK);
    CU_ASSERT_EQUAL(strlen(cfg.database_password), 255);
    snprintf(text, sizeof text, AUTH "[database]\npassword = %0256d\n", 0);
    CU_ASSERT_TRUE(refused(text, "longer than 255 bytes"));
    CU_ASSERT_TRUE(refused(AUTH "[database]\npassword = a\xff\n", "UTF-8"));
    CU_ASSERT_TRUE(refused(AUTH "[database]\npassword = a\x01z\n", "control character"));
    CU_ASSERT_EQUAL(load_mode(AUTH "\0", sizeof AUTH, 0600), ERR_INTERNAL);
    CU_ASSERT_PTR_NOT_NULL(strstr(why, "zero byte"));
}

static void test_weak_secrets_are_refused(void)
{
    CU_ASSERT_TRUE(refused("", "user_secret must have at least 32 bytes"));
    CU_ASSERT_TRUE(refused("[auth]\nuser_secret = " SECRET_A "\n", "queue_secret must have"));
    CU_ASSERT_TRUE(refused("[auth]\nuser_secret = aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa\n"
                           "queue_secret = " SECRET_B "\n",
                           "user_secret must have at least 32"));
    CU_ASSERT_TRUE(refused(AUTH "queue_secret_previous = short\nqueue_kid_previous = q0\n",
                           "queue_secret_previous must have at least 32"));
}

static void test_a_reason_never_shows_a_secret(void)
{
    CU_ASSERT_TRUE(refused("[auth]\nuser_secret = hunter2\n", "user_secret"));
    CU_ASSERT_PTR_NULL(strstr(why, "hunter2"));
    CU_ASSERT_TRUE(refused("[auth]\nuser_secret = \"hunter2\n", "quote"));
    CU_ASSERT_PTR_NULL(strstr(why, "hunter2"));
}

static void test_a_reason_repeats_no_name_that_may_be_a_secret(void)
{
    CU_ASSERT_TRUE(
        refused("[auth]\nuser_secret =\nc2VjcmV0IQ==\n", "no key of that name in [auth]"));
    CU_ASSERT_TRUE(refused("[auth]\n\x1b[31m = 1\n", "no key of that name in [auth]"));
    CU_ASSERT_TRUE(refused("[auth]\n = 1\n", "no key of that name in [auth]"));
    CU_ASSERT_TRUE(refused("[\xff\x07]\n", "no section of that name"));
}

static void test_tickets_share_no_secret_with_users(void)
{
    CU_ASSERT_EQUAL(
        load(AUTH "ticket_secret = " SECRET_C "\nticket_secret_previous = " SECRET_B "\n"), ERR_OK);
    CU_ASSERT_STRING_EQUAL(cfg.auth_ticket_secret, SECRET_C);
    CU_ASSERT_EQUAL(load(AUTH "ticket_secret = " SECRET_B "\n"), ERR_OK);
    CU_ASSERT_TRUE(refused(AUTH "ticket_secret = short\n", "ticket_secret must have at least 32"));
    CU_ASSERT_TRUE(refused(AUTH "ticket_secret_previous = short\n",
                           "ticket_secret_previous must have at least 32"));
    CU_ASSERT_TRUE(refused(AUTH "ticket_secret = " SECRET_A "\n", "different secrets"));
    CU_ASSERT_TRUE(refused(AUTH "ticket_secret_previous = " SECRET_A "\n", "different secrets"));
    CU_ASSERT_TRUE(refused(AUTH "ticket_secret = " SECRET_C "\nticket_secret_previous = " SECRET_C
                                "\n",
                           "signs already"));
    CU_ASSERT_TRUE(refused(AUTH "ticket_secret_previous = " SECRET_B "\n", "signs already"));
}

static void test_the_two_kinds_of_tokens_need_two_secrets(void)
{
    CU_ASSERT_TRUE(refused("[auth]\nuser_secret = " SECRET_A "\nqueue_secret = " SECRET_A "\n",
                           "different secrets"));
    CU_ASSERT_TRUE(
        refused(AUTH "user_secret_previous = " SECRET_B "\nuser_kid_previous = u0\n", "different"));
    CU_ASSERT_TRUE(refused(AUTH "queue_secret_previous = " SECRET_A "\nqueue_kid_previous = q0\n",
                           "different"));
}

static void test_previous_keys_come_with_their_kid(void)
{
    CU_ASSERT_EQUAL(load(AUTH "user_secret_previous = " SECRET_C "\nuser_kid_previous = u0\n"),
                    ERR_OK);
    CU_ASSERT_TRUE(refused(AUTH "user_secret_previous = " SECRET_C "\n", "user_kid_previous must"));
    CU_ASSERT_TRUE(refused(AUTH "user_kid_previous = u0\n", "without user_secret_previous"));
    CU_ASSERT_TRUE(refused(AUTH "queue_secret_previous = " SECRET_C "\nqueue_kid_previous = q1\n",
                           "must differ"));
    CU_ASSERT_TRUE(refused(AUTH "user_kid =\n", "user_kid must be"));
    CU_ASSERT_TRUE(refused(AUTH "user_kid = \"a b\"\n", "user_kid must be"));
}

static void test_what_must_fit_together(void)
{
    CU_ASSERT_TRUE(refused(AUTH "[wallet]\ncharge_min = 5\ncharge_max = 4\n", "charge_min"));
    CU_ASSERT_EQUAL(load(AUTH "[wallet]\ncharge_min = 5\ncharge_max = 5\n"), ERR_OK);
    CU_ASSERT_TRUE(refused(AUTH "[server]\nlisten = /x\nlisten_queue = /x\n", "must differ"));
    CU_ASSERT_TRUE(refused(AUTH "[server]\nlisten = x.sock\n", "absolute path or address:port"));
    CU_ASSERT_TRUE(refused(AUTH "[server]\nlisten = 127.0.0.1:0\n", "address:port"));
    CU_ASSERT_TRUE(refused(AUTH "[server]\nlisten = 127.0.0.1:99999\n", "address:port"));
    CU_ASSERT_TRUE(refused(AUTH "[server]\nlisten = :80\n", "address:port"));
    CU_ASSERT_TRUE(
        refused(AUTH "[server]\npush = 127.0.0.1:80\n", "push must be an absolute path"));
    CU_ASSERT_EQUAL(load(AUTH "[server]\npush =\n"), ERR_OK);
    CU_ASSERT_TRUE(refused(AUTH "[server]\nlisten = /x\npush = /x\n", "push must differ"));
    CU_ASSERT_TRUE(refused(AUTH "[server]\nlisten_queue = /x\npush = /x\n", "push must differ"));
    CU_ASSERT_TRUE(refused(AUTH "[server]\ndefault_language = de\n", "en or ko"));
    CU_ASSERT_TRUE(refused(AUTH "[server]\ndefault_time_zone = Asia/Nowhere\n", "Asia/Nowhere"));
    CU_ASSERT_TRUE(refused(AUTH "[log]\nlevel = loud\n", "error, warn, info or debug"));
    CU_ASSERT_TRUE(refused(AUTH "[database]\nname =\n", "must not be empty"));
}

static void test_the_demo_is_not_for_everybody(void)
{
    static const char *const ours[] = {"/x",       "127.0.0.1:80", "127.9.9.9:80",
                                       "[::1]:80", "localhost:80", "[::ffff:127.0.0.1]:80"};
    static const char *const public[] = {
        "0.0.0.0:80", "192.0.2.1:80",          "[::]:80",      "[2001:db8::1]:80", "www.example:80",
        "*:80",       "[::ffff:192.0.2.1]:80", "1270.0.0.1:80"};
    char text[512];

    for (size_t i = 0; i < sizeof ours / sizeof *ours; i++) {
        snprintf(text, sizeof text, AUTH "[server]\ndemo = on\nlisten = %s\n", ours[i]);
        CU_ASSERT_EQUAL(load(text), ERR_OK);
    }
    for (size_t i = 0; i < sizeof public / sizeof *public; i++) {
        snprintf(text, sizeof text, AUTH "[server]\ndemo = on\nlisten = %s\n", public[i]);
        CU_ASSERT_TRUE(refused(text, "others can reach"));
        snprintf(text, sizeof text, AUTH "[server]\ndemo = on\nlisten_queue = %s\n", public[i]);
        CU_ASSERT_TRUE(refused(text, public[i]));
        snprintf(text, sizeof text, AUTH "[server]\nlisten = %s\n", public[i]);
        CU_ASSERT_EQUAL(load(text), ERR_OK);
        snprintf(text, sizeof text, AUTH "[server]\ndemo = on\ndemo_public = on\nlisten = %s\n",
                 public[i]);
        CU_ASSERT_EQUAL(load(text), ERR_OK);
    }
}

/* What [database] says of one account, and what is left when a program keeps it. */
static bool keeps(enum config_account which, const char *user, const char *password)
{
    struct config kept;

    CU_ASSERT_EQUAL(load(AUTH "[database]\nuser = w\npassword = of-w\njob_user = j\n"
                              "job_password = of-j\nmigrate_user = m\nmigrate_password = of-m\n"),
                    ERR_OK);
    kept = cfg;
    config_keep_account(&kept, which);
    for (const char *other = "wjm"; *other; other++) {
        char text[] = {'o', 'f', '-', *other, '\0'};

        if (strcmp(text, password) != 0 && memmem(&kept, sizeof kept, text, sizeof text))
            return false;
    }
    return strcmp(kept.database_user, user) == 0 && strcmp(kept.database_password, password) == 0;
}

static void test_a_program_keeps_its_own_account_alone(void)
{
    CU_ASSERT_TRUE(keeps(CONFIG_WORKERS, "w", "of-w"));
    CU_ASSERT_TRUE(keeps(CONFIG_JOB, "j", "of-j"));
    CU_ASSERT_TRUE(keeps(CONFIG_MIGRATE, "m", "of-m"));
    CU_ASSERT_EQUAL(load(AUTH "[database]\nuser = w\npassword = of-w\n"), ERR_OK);
    config_keep_account(&cfg, CONFIG_MIGRATE);
    CU_ASSERT_STRING_EQUAL(cfg.database_user, "w");
    CU_ASSERT_STRING_EQUAL(cfg.database_password, "of-w");
    CU_ASSERT_TRUE(refused(AUTH "[database]\njob_password = x\n", "without job_user"));
    CU_ASSERT_TRUE(refused(AUTH "[database]\nmigrate_password = x\n", "without migrate_user"));
}

static void test_a_unix_path_must_fit_its_address(void)
{
    char text[512];

    snprintf(text, sizeof text, AUTH "[server]\nlisten = /%0106d\n", 0);
    CU_ASSERT_EQUAL(load(text), ERR_OK);
    snprintf(text, sizeof text, AUTH "[server]\nlisten = /%0107d\n", 0);
    CU_ASSERT_TRUE(refused(text, "too long"));
}

static void test_a_file_open_to_everybody_is_refused(void)
{
    CU_ASSERT_EQUAL(load_mode(AUTH, strlen(AUTH), 0640), ERR_OK);
    CU_ASSERT_EQUAL(load_mode(AUTH, strlen(AUTH), 0644), ERR_INTERNAL);
    CU_ASSERT_PTR_NOT_NULL(strstr(why, "open to everybody"));
    CU_ASSERT_EQUAL(load_mode(AUTH, strlen(AUTH), 0602), ERR_INTERNAL);
}

static void test_a_list_of_ids_has_ids_alone(void)
{
    CU_ASSERT_EQUAL(load(AUTH "[gate]\nanonymous_concerts = 1 22,  333\n"), ERR_OK);
    CU_ASSERT_STRING_EQUAL(cfg.gate_anonymous_concerts, "1 22,  333");
    CU_ASSERT_TRUE(refused(AUTH "[gate]\nanonymous_concerts = 1 x\n", "must be ids"));
    CU_ASSERT_TRUE(refused(AUTH "[gate]\nanonymous_concerts = 0\n", "must be ids"));
    CU_ASSERT_TRUE(refused(AUTH "[gate]\nanonymous_concerts = ,1\n", "must be ids"));
    CU_ASSERT_TRUE(refused(AUTH "[gate]\nanonymous_concerts = all\n", "must be ids"));
}

static void test_a_missing_file_is_named(void)
{
    CU_ASSERT_EQUAL(config_load("/nonexistent/x.conf", &cfg, why, sizeof why), ERR_INTERNAL);
    CU_ASSERT_STRING_EQUAL(why, "/nonexistent/x.conf: No such file or directory");
    CU_ASSERT_EQUAL(config_load("/tmp", &cfg, why, sizeof why), ERR_INTERNAL);
    CU_ASSERT_STRING_EQUAL(why, "/tmp: is a directory");
}

/* What config_print says. */
static char *printed(bool markdown)
{
    static char text[32768];
    FILE *file = tmpfile();
    size_t n;

    config_print(file, markdown);
    rewind(file);
    n = fread(text, 1, sizeof text - 1, file);
    text[n] = '\0';
    fclose(file);
    return text;
}

static void test_the_sample_is_a_file_that_lacks_secrets_alone(void)
{
    char *sample = printed(false);
    struct text_buf whole = {0};
    struct config plain;
    char *user = strstr(sample, "\nuser_secret =\n");
    char *queue = strstr(sample, "\nqueue_secret =\n");

    CU_ASSERT_TRUE(refused(sample, "user_secret must have"));
    CU_ASSERT_FATAL(user != NULL && queue != NULL && user < queue);
    text_buf_append(&whole, sample, (size_t)(user - sample));
    text_buf_puts(&whole, "\nuser_secret = " SECRET_A "\n");
    user += strlen("\nuser_secret =\n");
    text_buf_append(&whole, user, (size_t)(queue - user));
    text_buf_puts(&whole, "\nqueue_secret = " SECRET_B "\n");
    text_buf_puts(&whole, queue + strlen("\nqueue_secret =\n"));
    CU_ASSERT_EQUAL(load(AUTH), ERR_OK);
    plain = cfg;
    CU_ASSERT_EQUAL(load(whole.data), ERR_OK);
#define IS_SAME(section, key, kind, member, ...)                                                   \
    CU_ASSERT_EQUAL(memcmp(&plain.member, &cfg.member, sizeof cfg.member), 0);
    CONFIG_LIST(IS_SAME)
#undef IS_SAME
    text_buf_free(&whole);
}

static void test_the_table_has_a_row_for_each_key(void)
{
    char *table = printed(true);

    CU_ASSERT_PTR_EQUAL(strstr(table, "| section | key | default | meaning |\n| --- |"), table);
#define HAS_ROW(section, key, ...)                                                                 \
    CU_ASSERT_PTR_NOT_NULL(strstr(table, "\n| `" #section "` | `" #key "` | "));
    CONFIG_LIST(HAS_ROW)
#undef HAS_ROW
    CU_ASSERT_PTR_NOT_NULL(
        strstr(table, "| `3306` | The database server's TCP port. (1 to 65535)"));
}

static void test_workers_by_default(void)
{
    CU_ASSERT_EQUAL(config_default_workers(1), 60);
    CU_ASSERT_EQUAL(config_default_workers(2), 120);
    CU_ASSERT_EQUAL(config_default_workers(15), 120);
    CU_ASSERT_EQUAL(config_default_workers(16), 128);
}

SUITE(base_config, TEST(test_the_defaults_need_secrets_alone),
      TEST(test_the_default_limits_keep_the_contract), TEST(test_values_replace_defaults),
      TEST(test_a_load_forgets_the_one_before), TEST(test_comments_and_blank_lines),
      TEST(test_quotes_keep_a_value_as_it_stands), TEST(test_what_is_unknown_is_refused),
      TEST(test_a_reason_names_file_and_line), TEST(test_numbers_must_be_numbers_within_bounds),
      TEST(test_texts_must_fit_and_be_text), TEST(test_weak_secrets_are_refused),
      TEST(test_a_reason_never_shows_a_secret),
      TEST(test_a_reason_repeats_no_name_that_may_be_a_secret),
      TEST(test_tickets_share_no_secret_with_users),
      TEST(test_the_two_kinds_of_tokens_need_two_secrets),
      TEST(test_previous_keys_come_with_their_kid), TEST(test_what_must_fit_together),
      TEST(test_the_demo_is_not_for_everybody), TEST(test_a_program_keeps_its_own_account_alone),
      TEST(test_a_unix_path_must_fit_its_address), TEST(test_a_file_open_to_everybody_is_refused),
      TEST(test_a_list_of_ids_has_ids_alone), TEST(test_a_missing_file_is_named),
      TEST(test_the_sample_is_a_file_that_lacks_secrets_alone),
      TEST(test_the_table_has_a_row_for_each_key), TEST(test_workers_by_default));
