/*
 * The accounts of the workers and of the job: what they may do and what not, on a schema and with
 * accounts of the test's own.
 */
#include "base/clock.h"
#include "db/grants.h"
#include "db/migrate.h"
#include "db_scratch.h"
#include "program.h"
#include "suite.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#define SCHEMA   "frontrow_rights"
#define WORKERS  "'frontrow_rights_w'@'localhost'"
#define JOB      "'frontrow_rights_j'@'localhost'"
#define MIGRATE  "'frontrow_rights_m'@'localhost'"
#define SECRET_W "the-workers-word-1d0c9f"
#define SECRET_J "the-jobs-word-77ab20"
#define SECRET_M "the-migrations-word-5e31c4"

enum { FIRST_ROOM = 64 * 1024, DEADLINE_MS = 15000 };

static struct db *admin; /* the scratch account, which may do all in the schema */
static struct config cfg;
static char *said;
static char why[1024];

/* Refusals that are wanted fill no log. */
static void hush(bool on)
{
    static int heard = -1;
    fflush(stderr);
    if (on && heard < 0) {
        heard = dup(STDERR_FILENO);
        int nowhere = open("/dev/null", O_WRONLY | O_CLOEXEC);
        dup2(nowhere, STDERR_FILENO);
        close(nowhere);
    } else if (!on && heard >= 0) {
        dup2(heard, STDERR_FILENO);
        close(heard);
        heard = -1;
    }
}

static void set(char *member, const char *value)
{
    snprintf(member, CONFIG_STR_MAX, "%s", value);
}

/* The schema, once, and no account. The scratch account is that of migrations. */
static void open_schema(void)
{
    static bool migrated;
    const struct config *scratch = scratch_config();
    struct config own = *scratch;

    admin = scratch_open();
    scratch_sql(admin, "DROP USER IF EXISTS " WORKERS ", " JOB ", " MIGRATE);
    set(own.database_name, SCHEMA);
    if (!migrated) {
        scratch_sql(admin, "DROP DATABASE IF EXISTS " SCHEMA);
        scratch_sql(admin, "CREATE DATABASE " SCHEMA " CHARACTER SET utf8mb4 "
                           "COLLATE utf8mb4_unicode_520_ci");
        CU_ASSERT_EQUAL_FATAL(migrate_run(&own, NULL), ERR_OK);
        migrated = true;
    }
    cfg = own;
    set(cfg.database_user, "frontrow_rights_w");
    set(cfg.database_password, SECRET_W);
    set(cfg.database_job_user, "frontrow_rights_j");
    set(cfg.database_job_password, SECRET_J);
    set(cfg.database_migrate_user, scratch->database_user);
    set(cfg.database_migrate_password, scratch->database_password);
}

static void close_schema(void)
{
    scratch_sql(admin, "DROP USER IF EXISTS " WORKERS ", " JOB ", " MIGRATE);
    db_free(admin);
    admin = NULL;
    free(said);
    said = NULL;
}

/* Gives the rights; what was told is in `said`, the reason for a failure in `why`. */
static enum err give(void)
{
    size_t length = 0;
    free(said);
    said = NULL;
    FILE *progress = open_memstream(&said, &length);
    enum err e = grants_run(&cfg, "localhost", progress, why, sizeof why);
    fclose(progress);
    if (e != ERR_OK && !why[0])
        fprintf(stderr, "%s\n", err_name(e));
    return e;
}

static void give_well(void)
{
    enum err e = give();
    if (e != ERR_OK)
        fprintf(stderr, "%s: %s\n", err_name(e), why);
    CU_ASSERT_EQUAL_FATAL(e, ERR_OK);
}

/* Gives them, in vain: the reason has these words. */
static bool fails(const char *words)
{
    hush(true);
    enum err e = give();
    hush(false);
    if (e == ERR_INTERNAL && strstr(why, words))
        return true;
    fprintf(stderr, "said: %s\n", why);
    return false;
}

/* A connection of one of the accounts. */
struct as {
    struct config cfg;
    struct db *db;
};

static void log_in(struct as *as, enum config_account which)
{
    as->cfg = cfg;
    config_keep_account(&as->cfg, which);
    as->db = db_new(&as->cfg);
    CU_ASSERT_EQUAL_FATAL(db_open(as->db), ERR_OK);
}

static bool may(struct as *as, const char *sql)
{
    return db_command(as->db, sql, NULL) == ERR_OK;
}

static bool may_not(struct as *as, const char *sql)
{
    if (db_command(as->db, sql, NULL) == ERR_INTERNAL && db_denied(as->db))
        return true;
    printf("%s\n", sql); /* not on stderr, which may be hushed */
    return false;
}

/* Whether the account can prepare all that its program runs. */
static bool prepares(enum config_account which, enum stmt_user who)
{
    struct as as;
    log_in(&as, which);
    db_serve(as.db, who);
    enum err e = db_check_statements(as.db, why, sizeof why);
    if (e != ERR_OK)
        fprintf(stderr, "%s\n", why);
    db_free(as.db);
    return e == ERR_OK;
}

static void expect_enough(void)
{
    CU_ASSERT(prepares(CONFIG_WORKERS, STMT_OF_CLERKS));
    CU_ASSERT(prepares(CONFIG_WORKERS, STMT_OF_TOOL));
    CU_ASSERT(prepares(CONFIG_WORKERS, STMT_OF_VERIFY));
    CU_ASSERT(prepares(CONFIG_JOB, STMT_OF_JOB));
}

static void test_each_account_may_run_its_statements(void)
{
    open_schema();
    give_well();
    expect_enough();
    close_schema();
}

static void test_each_table_has_its_rights(void)
{
    int tables = 0;
    open_schema();
    for (const struct grants_row *row = grants_table; row->table; row++) {
        char columns[300];
        int commas = 0;
        tables += row->columns == NULL;
        CU_ASSERT_EQUAL(scratch_int(admin,
                                    "SELECT COUNT(*) FROM information_schema.tables "
                                    "WHERE table_schema = '" SCHEMA "' AND table_name = '%s'",
                                    row->table),
                        1);
        snprintf(columns, sizeof columns, "%s", row->columns ? row->columns : "");
        for (char *c = columns; *c; c++)
            commas += *c == ',';
        CU_ASSERT_EQUAL(scratch_int(admin,
                                    "SELECT COUNT(*) FROM information_schema.columns WHERE "
                                    "table_schema = '" SCHEMA "' AND table_name = '%s' "
                                    "AND FIND_IN_SET(column_name, '%s')",
                                    row->table, columns),
                        columns[0] ? commas + 1 : 0);
    }
    CU_ASSERT_EQUAL(scratch_int(admin, "SELECT COUNT(*) FROM information_schema.tables "
                                       "WHERE table_schema = '" SCHEMA "'"),
                    tables);
    close_schema();
}

/* What neither may do, whatever else it may. */
static void expect_no_more(struct as *as)
{
    static const char *const sql[] = {
        "UPDATE wallet_entry SET amount = 0 WHERE FALSE",
        "DELETE FROM wallet_entry WHERE FALSE",
        "TRUNCATE TABLE wallet_entry",
        "REPLACE INTO wallet_entry SELECT * FROM wallet_entry WHERE FALSE",
        "INSERT INTO wallet_entry (entry_id) VALUES (1) ON DUPLICATE KEY UPDATE amount = 0",
        "UPDATE audit SET action = '' WHERE FALSE",
        "DELETE FROM audit WHERE FALSE",
        "UPDATE payment SET amount = 0 WHERE FALSE",
        "DROP TABLE audit",
        "ALTER TABLE wallet ADD COLUMN more INT",
        "CREATE TABLE more (n INT)",
        "CREATE TEMPORARY TABLE more (n INT)",
        "CREATE INDEX more ON seat (price)",
        "CREATE VIEW more AS SELECT 1",
        "CREATE TRIGGER more BEFORE UPDATE ON wallet FOR EACH ROW SET NEW.balance = 0",
        "CREATE PROCEDURE more() SELECT 1",
        "LOCK TABLES wallet WRITE",
        "CREATE DATABASE frontrow_more",
        "CREATE USER frontrow_rights_x@localhost",
        /* not to an account that is missing: that would be another refusal */
        "GRANT SELECT ON seat TO CURRENT_USER()",
        "INSERT INTO schema_migration VALUES (99, 'x', NOW(3))",
        "SELECT * FROM schema_lock",
        "SELECT * FROM mysql.user",
    };
    for (size_t i = 0; i < sizeof sql / sizeof *sql; i++)
        CU_ASSERT(may_not(as, sql[i]));
}

static void test_nobody_changes_the_books(void)
{
    struct as workers, job;
    open_schema();
    give_well();
    log_in(&workers, CONFIG_WORKERS);
    log_in(&job, CONFIG_JOB);
    hush(true);
    expect_no_more(&workers);
    expect_no_more(&job);
    for (const struct grants_row *row = grants_table; row->table; row++) {
        char sql[200];
        snprintf(sql, sizeof sql, "DELETE FROM %s WHERE FALSE", row->table);
        if (!row->columns) {
            CU_ASSERT((row->workers & GRANTS_DELETE ? may : may_not)(&workers, sql));
            CU_ASSERT((row->job & GRANTS_DELETE ? may : may_not)(&job, sql));
        }
    }
    CU_ASSERT(may(&workers, "SELECT * FROM audit LIMIT 1"));
    CU_ASSERT(may_not(&job, "SELECT name FROM user"));
    CU_ASSERT(may_not(&job, "SELECT after_json FROM audit"));
    CU_ASSERT(may_not(&job, "INSERT INTO audit (at, actor, action, target) "
                            "VALUES (NOW(3), '', '', '')"));
    CU_ASSERT(may_not(&job, "SELECT body FROM idempotency"));
    CU_ASSERT(may(&job, "SELECT created_at FROM idempotency LIMIT 1"));
    CU_ASSERT(may_not(&job, "SELECT seat_id FROM reservation_seat"));
    CU_ASSERT(may_not(&job, "UPDATE concert SET title = 'x' WHERE FALSE"));
    hush(false);
    db_free(workers.db);
    db_free(job.db);
    close_schema();
}

static void test_a_second_run_changes_nothing(void)
{
    open_schema();
    give_well();
    CU_ASSERT_PTR_NOT_NULL(strstr(said, "made frontrow_rights_w@localhost"));
    CU_ASSERT_PTR_NOT_NULL(strstr(said, "frontrow_rights_w@localhost may SELECT, INSERT on audit"));
    give_well();
    CU_ASSERT_STRING_EQUAL(said, "frontrow_rights_w@localhost has its rights and no other\n"
                                 "frontrow_rights_j@localhost has its rights and no other\n");
    close_schema();
}

static void expect_exact(void)
{
    struct as workers, job;
    give_well();
    CU_ASSERT_PTR_NULL(strstr(said, " may "));
    log_in(&workers, CONFIG_WORKERS);
    log_in(&job, CONFIG_JOB);
    hush(true);
    expect_no_more(&workers);
    expect_no_more(&job);
    hush(false);
    db_free(workers.db);
    db_free(job.db);
    expect_enough();
}

/* As earlier versions did, and as people do when something does not work. */
static void test_what_is_too_much_is_taken(void)
{
    open_schema();
    give_well();
    scratch_sql(admin, "GRANT ALL PRIVILEGES ON " SCHEMA ".* TO " WORKERS " WITH GRANT OPTION");
    scratch_sql(admin, "GRANT UPDATE, DELETE, ALTER, DROP ON " SCHEMA ".wallet_entry TO " WORKERS);
    scratch_sql(admin, "GRANT UPDATE (amount) ON " SCHEMA ".payment TO " WORKERS);
    scratch_sql(admin, "GRANT SELECT ON " SCHEMA ".idempotency TO " JOB " WITH GRANT OPTION");
    scratch_sql(admin, "GRANT INSERT ON " SCHEMA ".audit TO " JOB);
    scratch_sql(admin, "REVOKE UPDATE ON " SCHEMA ".seat FROM " JOB);
    give_well();
    CU_ASSERT_PTR_NOT_NULL(strstr(said, "may no longer DELETE on " SCHEMA ".wallet_entry"));
    CU_ASSERT_PTR_NOT_NULL(strstr(said, "may no longer DROP on " SCHEMA ".*"));
    CU_ASSERT_PTR_NOT_NULL(strstr(said, "may no longer GRANT OPTION on " SCHEMA ".idempotency"));
    CU_ASSERT_PTR_NOT_NULL(strstr(said, "may UPDATE on seat"));
    expect_exact();
    close_schema();
}

static void test_rights_elsewhere_are_taken(void)
{
    open_schema();
    give_well();
    scratch_sql(admin, "GRANT SELECT ON `frontrow%%`.* TO " JOB);
    scratch_sql(admin, "GRANT SELECT ON frontrow.user TO " WORKERS);
    give_well();
    CU_ASSERT_PTR_NOT_NULL(strstr(said, "frontrow_rights_j@localhost has lost all rights"));
    CU_ASSERT_PTR_NOT_NULL(strstr(said, "frontrow_rights_w@localhost has lost all rights"));
    expect_exact();
    close_schema();
}

/* As after a migration that drops or renames a table: a new one of that name would be open. */
static void test_rights_in_a_table_that_is_gone_are_taken(void)
{
    open_schema();
    give_well();
    scratch_sql(admin, "CREATE TABLE " SCHEMA ".gone (n INT)");
    scratch_sql(admin, "GRANT SELECT, UPDATE ON " SCHEMA ".gone TO " WORKERS);
    scratch_sql(admin, "DROP TABLE " SCHEMA ".gone");
    give_well();
    CU_ASSERT_PTR_NOT_NULL(strstr(said, "may no longer UPDATE on " SCHEMA ".gone"));
    expect_exact();
    close_schema();
}

/* As an import may have named it; what is in the name is no statement. */
static void test_a_name_that_needs_quoting_is_quoted(void)
{
    const char *odd = SCHEMA ".`a``b, seat`";
    open_schema();
    give_well();
    scratch_sql(admin, "CREATE TABLE %s (`c``d` INT)", odd);
    scratch_sql(admin, "GRANT SELECT ON %s TO " WORKERS, odd);
    scratch_sql(admin, "GRANT UPDATE (`c``d`) ON %s TO " WORKERS, odd);
    give_well();
    expect_exact();
    scratch_sql(admin, "DROP TABLE %s", odd);
    close_schema();
}

static void test_one_account_may_do_for_both(void)
{
    open_schema();
    set(cfg.database_job_user, "");
    set(cfg.database_job_password, "");
    give_well();
    CU_ASSERT(prepares(CONFIG_WORKERS, STMT_OF_CLERKS));
    CU_ASSERT(prepares(CONFIG_JOB, STMT_OF_JOB));
    give_well();
    CU_ASSERT_STRING_EQUAL(said, "frontrow_rights_w@localhost has its rights and no other\n");
    close_schema();
}

/* Makes the test's own account for migrations, with less than the scratch one's rights. */
static void migrate_with(const char *grant)
{
    scratch_sql(admin, "CREATE USER " MIGRATE " IDENTIFIED BY '" SECRET_M "'");
    scratch_sql(admin, "GRANT ALL PRIVILEGES ON " SCHEMA ".* TO " MIGRATE " %s", grant);
    set(cfg.database_migrate_user, "frontrow_rights_m");
    set(cfg.database_migrate_password, SECRET_M);
}

static void test_all_on_the_database_is_enough_for_accounts_that_are_there(void)
{
    open_schema();
    migrate_with("WITH GRANT OPTION");
    CU_ASSERT(fails("CREATE USER"));
    scratch_sql(admin, "CREATE USER " WORKERS " IDENTIFIED BY '" SECRET_W "'");
    scratch_sql(admin, "CREATE USER " JOB " IDENTIFIED BY '" SECRET_J "'");
    give_well();
    scratch_sql(admin, "GRANT ALL PRIVILEGES ON " SCHEMA ".* TO " WORKERS " WITH GRANT OPTION");
    give_well();
    expect_exact();
    close_schema();
}

static void test_what_is_missing_is_told(void)
{
    open_schema();
    give_well();
    scratch_sql(admin, "REVOKE SELECT ON " SCHEMA ".seat FROM " WORKERS);
    migrate_with("");
    CU_ASSERT(fails("WITH GRANT OPTION"));
    set(cfg.database_migrate_password, "another");
    hush(true);
    CU_ASSERT_NOT_EQUAL(give(), ERR_OK);
    hush(false);
    set(cfg.database_migrate_user, "");
    CU_ASSERT(fails("migrate_user"));
    set(cfg.database_migrate_user, "frontrow_rights_w");
    CU_ASSERT(fails("migrate_user"));
    close_schema();
}

static void test_another_password_is_told(void)
{
    open_schema();
    give_well();
    set(cfg.database_job_password, "another");
    CU_ASSERT(fails("frontrow_rights_j@localhost is there"));
    CU_ASSERT_PTR_NULL(strstr(why, "another"));
    close_schema();
}

static void test_what_needs_quoting_is_refused(void)
{
    open_schema();
    set(cfg.database_password, "a'b");
    CU_ASSERT(fails("without quotes"));
    CU_ASSERT_PTR_NULL(strstr(why, "a'b"));
    set(cfg.database_password, "a\\b");
    CU_ASSERT(fails("without quotes"));
    set(cfg.database_password, SECRET_W);
    set(cfg.database_user, "x'@'%");
    CU_ASSERT(fails("its name must be"));
    set(cfg.database_user, "root");
    CU_ASSERT(fails("its name must be"));
    set(cfg.database_user, "frontrow_rights_w");
    set(cfg.database_name, "a`b");
    CU_ASSERT(fails("database's name"));
    set(cfg.database_name, SCHEMA);
    CU_ASSERT_EQUAL(grants_run(&cfg, "a'b", stderr, why, sizeof why), ERR_INTERNAL);
    CU_ASSERT_PTR_NOT_NULL(strstr(why, "host of an account"));
    close_schema();
}

/* --- The programs --- */

/* Writes the configuration of the three accounts to the programs' folder. */
static void write_config(void)
{
    FILE *file;
    program_folder_make();
    file = fopen(program_config_path, "w");
    CU_ASSERT_PTR_NOT_NULL_FATAL(file);
    fprintf(file,
            "[server]\nlisten = %s/main.sock\nlisten_queue = %s/queue.sock\npush =\nworkers = 2\n"
            "[database]\nname = " SCHEMA "\nsocket = %s\nhost = %s\nport = %lld\n"
            "user = %s\npassword = %s\njob_user = %s\njob_password = %s\n"
            "migrate_user = %s\nmigrate_password = %s\n"
            "[auth]\nuser_secret = aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa\n"
            "queue_secret = bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb\n",
            program_folder, program_folder, cfg.database_socket, cfg.database_host,
            (long long)cfg.database_port, cfg.database_user, cfg.database_password,
            cfg.database_job_user, cfg.database_job_password, cfg.database_migrate_user,
            cfg.database_migrate_password);
    fclose(file);
}

static int run_program(const char *program, const char *more)
{
    char arguments[200];
    snprintf(arguments, sizeof arguments, "--config %s %s", program_config_path, more);
    return program_run(program, arguments);
}

static void test_the_tool_makes_accounts_and_tells_no_password(void)
{
    open_schema();
    migrate_with("WITH GRANT OPTION");
    write_config();
    CU_ASSERT_EQUAL(program_tool("migrate --grants"), 1);
    CU_ASSERT_TRUE(program_said("CREATE USER"));
    CU_ASSERT_FALSE(program_said(SECRET_W));
    CU_ASSERT_EQUAL(program_tool("migrate --host localhost"), 2);
    scratch_sql(admin, "GRANT CREATE USER ON *.* TO " MIGRATE);
    CU_ASSERT_EQUAL(program_tool("migrate --grants --host localhost"), 0);
    CU_ASSERT_TRUE(program_said("made frontrow_rights_j@localhost"));
    CU_ASSERT_FALSE(program_said(SECRET_W) || program_said(SECRET_J) || program_said(SECRET_M));
    CU_ASSERT_EQUAL(program_tool("verify"), 0);
    CU_ASSERT_EQUAL(run_program("frontrow-cron", "--once"), 0);
    program_folder_remove();
    close_schema();
}

static void test_a_missing_right_is_told_at_the_start(void)
{
    open_schema();
    give_well();
    write_config();
    scratch_sql(admin, "REVOKE UPDATE ON " SCHEMA ".seat FROM " WORKERS);
    scratch_sql(admin, "REVOKE DELETE ON " SCHEMA ".outbox FROM " JOB);
    CU_ASSERT_EQUAL(run_program("frontrow-worker", ""), 1);
    CU_ASSERT_TRUE(program_said("UPDATE command denied"));
    CU_ASSERT_TRUE(program_said("what=SEATS_SELL"));
    CU_ASSERT_TRUE(program_said("frontrow migrate --grants"));
    CU_ASSERT_EQUAL(run_program("frontrow-cron", "--once"), 1);
    CU_ASSERT_TRUE(program_said("(statement JOB_DELETE_OUTBOX); 1 in all: `frontrow migrate"));
    scratch_sql(admin, "REVOKE ALL PRIVILEGES, GRANT OPTION FROM " JOB);
    scratch_sql(admin, "GRANT SELECT ON " SCHEMA ".seat TO " JOB);
    CU_ASSERT_EQUAL(run_program("frontrow-cron", "--once"), 1);
    CU_ASSERT_TRUE(program_said("may not read the schema: run `frontrow migrate --grants`"));
    set(cfg.database_migrate_user, "frontrow_rights_w");
    set(cfg.database_migrate_password, SECRET_W);
    unlink(program_config_path);
    CU_ASSERT_EQUAL(rmdir(program_folder), 0);
    write_config();
    CU_ASSERT_EQUAL(program_tool("migrate"), 1);
    CU_ASSERT_TRUE(program_said("migrate_user"));
    program_folder_remove();
    close_schema();
}

/* --- What a program keeps in memory --- */

/* Whether the memory that a process may write has the text. */
static bool has_in_memory(pid_t pid, const char *text)
{
    static char part[FIRST_ROOM];
    char path[64], line[512];
    size_t len = strlen(text);
    bool found = false;

    snprintf(path, sizeof path, "/proc/%d/maps", (int)pid);
    FILE *maps = fopen(path, "r");
    snprintf(path, sizeof path, "/proc/%d/mem", (int)pid);
    int mem = open(path, O_RDONLY | O_CLOEXEC);
    CU_ASSERT_FATAL(maps && mem >= 0);
    while (!found && fgets(line, sizeof line, maps)) {
        char *rest;
        uint64_t from = strtoull(line, &rest, 16);
        uint64_t to = *rest == '-' ? strtoull(rest + 1, &rest, 16) : from;
        if (strncmp(rest, " rw", 3) != 0 || to - from > UINT64_C(256) << 20) /* a sanitizer's own */
            continue;
        for (uint64_t at = from; !found && at < to; at += sizeof part - len) {
            size_t room = to - at < sizeof part ? (size_t)(to - at) : sizeof part;
            ssize_t n = pread(mem, part, room, (off_t)at);
            found = n > 0 && memmem(part, (size_t)n, text, len);
        }
    }
    close(mem);
    fclose(maps);
    return found;
}

static pid_t start_worker(void)
{
    char program[512];
    snprintf(program, sizeof program, "%s/frontrow-worker", program_build());
    pid_t pid = fork();
    if (pid == 0) {
        char log[96];
        snprintf(log, sizeof log, "%s/log", program_folder);
        dup2(open(log, O_WRONLY | O_CREAT | O_APPEND, 0600), STDERR_FILENO);
        execl(program, program, "--config", program_config_path, (char *)NULL);
        _exit(127);
    }
    return pid;
}

static size_t children_of(pid_t pid, pid_t *out, size_t cap)
{
    char path[64], line[512] = "", *next = line;
    size_t n = 0;
    snprintf(path, sizeof path, "/proc/%d/task/%d/children", (int)pid, (int)pid);
    FILE *file = fopen(path, "r");
    if (!file)
        return 0;
    if (!fgets(line, sizeof line, file))
        line[0] = '\0';
    fclose(file);
    for (long child; n < cap && (child = strtol(next, &next, 10)) > 0;)
        out[n++] = (pid_t)child;
    return n;
}

static void test_a_worker_keeps_no_other_password(void)
{
    pid_t children[16];
    size_t n = 0;
    open_schema();
    give_well();
    migrate_with("WITH GRANT OPTION");
    write_config();
    pid_t master = start_worker();
    for (int64_t until = clock_monotonic_ms() + DEADLINE_MS;
         (n = children_of(master, children, 16)) < 3 && clock_monotonic_ms() < until;)
        poll(NULL, 0, 10);
    CU_ASSERT(n >= 3);
    children[n < 16 ? n++ : 15] = master;
    for (size_t i = 0; i < n; i++) {
        CU_ASSERT_TRUE(has_in_memory(children[i], SECRET_W));
        CU_ASSERT_FALSE(has_in_memory(children[i], SECRET_J));
        CU_ASSERT_FALSE(has_in_memory(children[i], SECRET_M));
    }
    kill(master, SIGTERM);
    CU_ASSERT_EQUAL(waitpid(master, NULL, 0), master);
    program_folder_remove();
    close_schema();
}

SUITE(db_grants, TEST(test_each_account_may_run_its_statements),
      TEST(test_each_table_has_its_rights), TEST(test_nobody_changes_the_books),
      TEST(test_a_second_run_changes_nothing), TEST(test_what_is_too_much_is_taken),
      TEST(test_rights_elsewhere_are_taken), TEST(test_rights_in_a_table_that_is_gone_are_taken),
      TEST(test_a_name_that_needs_quoting_is_quoted), TEST(test_one_account_may_do_for_both),
      TEST(test_all_on_the_database_is_enough_for_accounts_that_are_there),
      TEST(test_what_is_missing_is_told), TEST(test_another_password_is_told),
      TEST(test_what_needs_quoting_is_refused),
      TEST(test_the_tool_makes_accounts_and_tells_no_password),
      TEST(test_a_missing_right_is_told_at_the_start), TEST(test_a_worker_keeps_no_other_password));
