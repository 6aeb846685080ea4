/* Values go in and come out as they are. */
#include "base/clock.h"
#include "db_scratch.h"
#include "suite.h"
#include <stdio.h>
#include <string.h>

static struct db *db;

static void open_once(void)
{
    if (!db)
        db = scratch_open();
}

struct name {
    bool null;
    char text[1000];
};

static enum err read_name(const struct db_value *row, void *arg)
{
    struct name *out = arg;
    out->null = db_is_null(&row[1]);
    db_text(&row[1], out->text, sizeof out->text);
    return ERR_OK;
}

static void test_text_of_any_length_comes_back(void)
{
    struct uuid user;
    struct name got;
    char name[801];
    open_once();
    for (int characters = 1; characters <= 200; characters += 199) {
        uuid_random(&user);
        name[0] = '\0';
        for (int i = 0; i < characters; i++)
            strcat(name, "\U0001F3B5"); /* four bytes each */
        CU_ASSERT_EQUAL(db_exec(db, STMT_USER_INSERT, NULL, DB_P_UUID(&user), DB_P_STR(name)),
                        ERR_OK);
        CU_ASSERT_EQUAL(db_query_one(db, STMT_USER_GET, read_name, &got, DB_P_UUID(&user)), ERR_OK);
        CU_ASSERT_FALSE(got.null);
        CU_ASSERT_STRING_EQUAL(got.text, name);
    }
}

static void test_null_is_not_the_empty_text(void)
{
    struct uuid user;
    struct name got;
    open_once();
    uuid_random(&user);
    CU_ASSERT_EQUAL(db_exec(db, STMT_USER_INSERT, NULL, DB_P_UUID(&user), DB_P_NULL), ERR_OK);
    CU_ASSERT_EQUAL(db_query_one(db, STMT_USER_GET, read_name, &got, DB_P_UUID(&user)), ERR_OK);
    CU_ASSERT(got.null);
    CU_ASSERT_STRING_EQUAL(got.text, "");
    uuid_random(&user);
    CU_ASSERT_EQUAL(db_exec(db, STMT_USER_INSERT, NULL, DB_P_UUID(&user), DB_P_STR("")), ERR_OK);
    CU_ASSERT_EQUAL(db_query_one(db, STMT_USER_GET, read_name, &got, DB_P_UUID(&user)), ERR_OK);
    CU_ASSERT_FALSE(got.null);
}

static void test_no_row_is_told(void)
{
    struct uuid user;
    open_once();
    uuid_random(&user);
    CU_ASSERT_EQUAL(db_query_one(db, STMT_USER_GET, NULL, NULL, DB_P_UUID(&user)), ERR_NO_ROW);
    CU_ASSERT_EQUAL(db_query(db, STMT_USER_GET, NULL, NULL, DB_P_UUID(&user)), ERR_OK);
}

struct answer {
    unsigned char byte;
    size_t length, wrong;
    enum err result; /* what the row function says */
};

static enum err read_answer(const struct db_value *row, void *arg)
{
    struct answer *a = arg;
    a->length = row[2].n;
    a->wrong = 0;
    for (size_t i = 0; i < row[2].n; i++)
        a->wrong += (unsigned char)row[2].s[i] != a->byte;
    return a->result;
}

static void store_answer(const struct uuid *subject, const char *key, char byte, size_t length)
{
    static const char fingerprint[32];
    static char body[300000];
    CU_ASSERT_FATAL(length <= sizeof body);
    memset(body, byte, length);
    CU_ASSERT_EQUAL(db_exec(db, STMT_IDEM_INSERT, NULL, DB_P_UUID(subject), DB_P_STR(key),
                            DB_P_BYTES(fingerprint, sizeof fingerprint)),
                    ERR_OK);
    CU_ASSERT_EQUAL(db_exec(db, STMT_IDEM_STORE, NULL, DB_P_INT(201), DB_P_BYTES(body, length),
                            DB_P_UUID(subject), DB_P_STR(key)),
                    ERR_OK);
}

/* A row function that ends its query early must leave the statement usable, also when the row had
 * outgrown the buffers. */
static void test_bytes_outgrow_the_buffer_again_and_again(void)
{
    static const size_t lengths[] = {0, 255, 256, 257, 1000, 10, 100000, 300000, 1};
    struct uuid subject;
    char key[20];
    open_once();
    uuid_random(&subject);
    for (size_t i = 0; i < sizeof lengths / sizeof *lengths; i++) {
        struct answer got = {.byte = (unsigned char)(200 + i), .result = ERR_REPLAY};
        snprintf(key, sizeof key, "key-%zu", i);
        store_answer(&subject, key, (char)(200 + i), lengths[i]);
        CU_ASSERT_EQUAL(
            db_query_one(db, STMT_IDEM_GET, read_answer, &got, DB_P_UUID(&subject), DB_P_STR(key)),
            ERR_REPLAY);
        CU_ASSERT_EQUAL(got.length, lengths[i]);
        CU_ASSERT_EQUAL(got.wrong, 0);
    }
}

struct names {
    int rows;
    bool as_made;
};

static enum err read_audit(const struct db_value *row, void *arg)
{
    struct names *n = arg;
    size_t length = (size_t)db_int(&row[0]) % 7 * 100 + 1;
    n->as_made =
        n->as_made && row[5].n == length && row[5].s[length - 1] == 'b' && db_is_null(&row[6]);
    n->rows++;
    return ERR_OK;
}

static void test_rows_of_different_lengths_in_one_query(void)
{
    struct names n = {.as_made = true};
    open_once();
    scratch_sql(db, "DELETE FROM audit");
    for (int i = 0; i < 30; i++)
        scratch_sql(db,
                    "INSERT INTO audit (audit_id, at, actor, action, target, before_json) "
                    "VALUES (%d, NOW(3), 0x%032d, 'test', 'test', REPEAT('b', %d))",
                    i + 1, 0, (i + 1) % 7 * 100 + 1);
    CU_ASSERT_EQUAL(
        db_query(db, STMT_AUDIT_LIST, read_audit, &n, DB_P_INT(INT64_MAX), DB_P_INT(100)), ERR_OK);
    CU_ASSERT_EQUAL(n.rows, 30);
    CU_ASSERT(n.as_made);
    scratch_sql(db, "DELETE FROM audit");
}

static enum err read_moments(const struct db_value *row, void *arg)
{
    int64_t *out = arg;
    for (int i = 0; i < 4; i++)
        out[i] = db_time(&row[3 + i]);
    out[4] = db_time(&row[8]); /* canceled_at, NULL */
    return ERR_OK;
}

static void test_moments_keep_their_milliseconds(void)
{
    static const int64_t moments[4] = {INT64_C(1767225599999), 0, INT64_C(4102444800001),
                                       INT64_C(253402300799999)};
    int64_t got[5];
    open_once();
    int64_t concert = scratch_concert(db);
    CU_ASSERT_EQUAL(db_exec(db, STMT_SCHEDULE_INSERT, NULL, DB_P_INT(concert),
                            DB_P_TIME(moments[0]), DB_P_STR("2025-12-31"), DB_P_TIME(moments[1]),
                            DB_P_TIME(moments[2]), DB_P_TIME(moments[3]), DB_P_INT(1), DB_P_INT(0),
                            DB_P_INT(0)),
                    ERR_OK);
    int64_t id = db_insert_id(db);
    CU_ASSERT_EQUAL(db_query_one(db, STMT_SCHEDULE_GET, read_moments, got, DB_P_INT(id)), ERR_OK);
    for (int i = 0; i < 4; i++)
        CU_ASSERT_EQUAL(got[i], moments[i]);
    CU_ASSERT_EQUAL(got[4], -1);
    scratch_sql(db, "DELETE FROM schedule WHERE schedule_id = %lld", (long long)id);
}

static void test_a_moment_beyond_the_last_one_is_the_last_one(void)
{
    static const int64_t beyond[] = {INT64_C(253402300800000), INT64_C(9000000000000000000),
                                     INT64_MAX};
    open_once();
    for (size_t i = 0; i < sizeof beyond / sizeof *beyond; i++) {
        int64_t got[5];
        CU_ASSERT_EQUAL(db_exec(db, STMT_SCHEDULE_INSERT, NULL, DB_P_INT(scratch_concert(db)),
                                DB_P_TIME(beyond[i]), DB_P_STR("2025-12-31"), DB_P_TIME(0),
                                DB_P_TIME(0), DB_P_TIME(0), DB_P_INT(1), DB_P_INT(0), DB_P_INT(0)),
                        ERR_OK);
        int64_t id = db_insert_id(db);
        CU_ASSERT_EQUAL(db_query_one(db, STMT_SCHEDULE_GET, read_moments, got, DB_P_INT(id)),
                        ERR_OK);
        CU_ASSERT_EQUAL(got[0], CLOCK_MAX_MS);
        scratch_sql(db, "DELETE FROM schedule WHERE schedule_id = %lld", (long long)id);
    }
}

static void test_the_clock_can_be_moved_and_is_read_in_milliseconds(void)
{
    int64_t now = 0;
    open_once();
    scratch_set_clock(db, INT64_C(1900000000123));
    CU_ASSERT_EQUAL(db_now(db, &now), ERR_OK);
    CU_ASSERT_EQUAL(now, INT64_C(1900000000123));
    scratch_set_clock(db, 0);
    CU_ASSERT_EQUAL(db_now(db, &now), ERR_OK);
    CU_ASSERT_NOT_EQUAL(now, INT64_C(1900000000123));
}

/* Adds to a wallet; how many rows that changed. */
static int64_t move(const struct uuid *user, int64_t amount)
{
    int64_t affected = -1;
    CU_ASSERT_EQUAL(db_exec(db, STMT_WALLET_MOVE, &affected, DB_P_INT(amount), DB_P_STR("CHARGE"),
                            DB_P_INT(amount), DB_P_STR(""), DB_P_UUID(user), DB_P_INT(amount),
                            DB_P_INT(INT64_C(1000000000000))),
                    ERR_OK);
    return affected;
}

static void test_the_value_of_last_insert_id_comes_back(void)
{
    open_once();
    struct uuid user = scratch_user(db, 70);
    CU_ASSERT_EQUAL(move(&user, -30), 1);
    CU_ASSERT_EQUAL(db_insert_id(db), 40);
    CU_ASSERT_EQUAL(move(&user, -40), 1);
    CU_ASSERT_EQUAL(db_insert_id(db), 0);
    CU_ASSERT_EQUAL(move(&user, -1), 0);
    CU_ASSERT_EQUAL(move(&user, INT64_C(1000000000000)), 1);
    CU_ASSERT_EQUAL(db_insert_id(db), INT64_C(1000000000000));
    CU_ASSERT_EQUAL(move(&user, 1), 0);
    scratch_sql(db, "DELETE FROM wallet WHERE user_id = %s", scratch_hex(&user));
}

static void test_affected_counts_the_rows_that_matched(void)
{
    int64_t affected = -1;
    open_once();
    struct uuid user = scratch_user(db, 0);
    CU_ASSERT_EQUAL(db_exec(db, STMT_WALLET_INSERT, &affected, DB_P_UUID(&user)), ERR_OK);
    CU_ASSERT_EQUAL(affected, 1); /* unchanged, but matched */
}

static void test_refusals_have_names(void)
{
    open_once();
    struct uuid user = scratch_user(db, 5), nobody;
    uuid_random(&nobody);
    CU_ASSERT_EQUAL(move(&user, -5), 1);
    CU_ASSERT_EQUAL(db_exec(db, STMT_WALLET_ENTRY_INSERT, NULL, DB_P_UUID(&user), DB_P_UUID(&user),
                            DB_P_STR("CHARGE"), DB_P_INT(-5), DB_P_INT(0), DB_P_NULL,
                            DB_P_UUID(&user), DB_P_UUID(&user)),
                    ERR_DB_CONSTRAINT);
    CU_ASSERT_EQUAL(db_exec(db, STMT_WALLET_INSERT, NULL, DB_P_UUID(&nobody)), ERR_DB_CONSTRAINT);
    struct uuid subject;
    uuid_random(&subject);
    store_answer(&subject, "k", 'x', 1);
    CU_ASSERT_EQUAL(db_exec(db, STMT_IDEM_INSERT, NULL, DB_P_UUID(&subject), DB_P_STR("k"),
                            DB_P_BYTES("01234567890123456789012345678901", 32)),
                    ERR_DB_DUPLICATE);
}

static void test_a_wrong_number_of_parameters_is_refused(void)
{
    open_once();
    CU_ASSERT_EQUAL(db_query(db, STMT_USER_GET, NULL, NULL, DB_P_INT(1), DB_P_INT(2)),
                    ERR_INTERNAL);
}

static void test_every_statement_has_the_shape_that_the_table_says(void)
{
    char why[300];
    open_once();
    CU_ASSERT_EQUAL(db_check_statements(db, why, sizeof why), ERR_OK);
}

static void test_limits_of_the_server_are_checked(void)
{
    char why[300] = "";
    CU_ASSERT_EQUAL(db_check_limits(scratch_config(), 1, why, sizeof why), ERR_OK);
    CU_ASSERT_EQUAL(db_check_limits(scratch_config(), 10000000, why, sizeof why), ERR_INTERNAL);
    CU_ASSERT_PTR_NOT_NULL(strstr(why, "max_connections"));
}

/* A server that nobody has set up allows so much; the worker's master asks for nine connections
 * besides its workers'. */
static void test_the_default_workers_fit_a_server_left_as_it_is(void)
{
    enum { MAX_CONNECTIONS = 151, MAX_PREPARED_STMT_COUNT = 16382, OTHER_CONNECTIONS = 9 };
    int connections = config_default_workers(2) + OTHER_CONNECTIONS;
    CU_ASSERT(connections <= MAX_CONNECTIONS);
    CU_ASSERT(stmt_count_at(connections) <= MAX_PREPARED_STMT_COUNT);
    CU_ASSERT(stmt_count_at(connections) > (int64_t)connections * stmt_count_of(STMT_OF_WORKERS));
}

SUITE(db_values, TEST(test_text_of_any_length_comes_back), TEST(test_null_is_not_the_empty_text),
      TEST(test_no_row_is_told), TEST(test_bytes_outgrow_the_buffer_again_and_again),
      TEST(test_rows_of_different_lengths_in_one_query), TEST(test_moments_keep_their_milliseconds),
      TEST(test_a_moment_beyond_the_last_one_is_the_last_one),
      TEST(test_the_clock_can_be_moved_and_is_read_in_milliseconds),
      TEST(test_the_value_of_last_insert_id_comes_back),
      TEST(test_affected_counts_the_rows_that_matched), TEST(test_refusals_have_names),
      TEST(test_a_wrong_number_of_parameters_is_refused),
      TEST(test_every_statement_has_the_shape_that_the_table_says),
      TEST(test_limits_of_the_server_are_checked),
      TEST(test_the_default_workers_fit_a_server_left_as_it_is));
