/* Visitors who ask a clerk, see desk_crowd.h. */
#include "desk_crowd.h"

#include "forked.h"
#include "suite.h"
#include <unistd.h>

enum { VISITORS = 64 };

static pid_t clerk, beater, visitors[VISITORS];
static struct desk *desk;
static struct db *locker;
static int asked;

static bool is_open(void)
{
    return desk_attended(desk);
}

static bool are_asked(void)
{
    return desk_asked(desk) == asked;
}

void desk_crowd_start(desk_crowd_run_fn *run, struct desk *of)
{
    desk = of;
    clerk = forked_start(scratch_config(), run);
    CU_ASSERT(forked_comes(is_open));
}

void desk_crowd_kill(void)
{
    forked_end(&clerk);
}

void desk_crowd_stop(void)
{
    kill(clerk, SIGSTOP);
}

void desk_crowd_go_on(void)
{
    kill(clerk, SIGCONT);
    asked = 0;
    CU_ASSERT(forked_comes(is_open) && forked_comes(are_asked));
}

void desk_crowd_end(void)
{
    forked_end(&beater);
    forked_end(&clerk);
    for (int i = 0; i < VISITORS; i++)
        forked_end(&visitors[i]);
    db_free(locker);
    locker = NULL;
}

static void come(desk_crowd_fn *fn, int i)
{
    visitors[i] = forked();
    if (visitors[i] == 0) {
        struct app own = scratch_app();
        app_problem_reset(&own);
        fn(&own, i);
        _exit(0);
    }
}

void desk_crowd_come(desk_crowd_fn *fn, int from, int to)
{
    bool all = true;
    for (int i = from; all && i < to; i++) {
        asked = i - from + 1;
        come(fn, i);
        all = forked_comes(are_asked);
    }
    CU_ASSERT(all);
}

void desk_crowd_send(desk_crowd_fn *fn, int from, int to)
{
    for (int i = from; i < to; i++)
        come(fn, i);
}

void desk_crowd_gone(int from, int to)
{
    bool well = true;
    for (int i = from; well && i < to; i++)
        well = forked_gone(&visitors[i]);
    CU_ASSERT(well);
}

void desk_crowd_kill_visitor(int i)
{
    forked_end(&visitors[i]);
}

void desk_crowd_hold_up(struct app *app, desk_crowd_fn *fn, const struct uuid *user)
{
    locker = scratch_open();
    db_set_in_transaction(locker, true);
    scratch_sql(locker, "START TRANSACTION");
    scratch_sql(locker, "UPDATE user SET name = 'locked' WHERE user_id = %s", scratch_hex(user));
    come(fn, 0);
    CU_ASSERT(scratch_wait_statement(app->db, "INSERT INTO wallet%%"));
    asked = 0;
    CU_ASSERT(forked_comes(are_asked));
    beater = forked_beat(desk);
}

void desk_crowd_unlock(void)
{
    scratch_sql(locker, "COMMIT");
    db_set_in_transaction(locker, false);
    db_free(locker);
    locker = NULL;
}

void desk_crowd_let_go(void)
{
    desk_crowd_unlock();
    forked_end(&beater);
}

int64_t desk_crowd_inserts(struct app *app)
{
    if (scratch_int(app->db, "SELECT VERSION() LIKE '%%MariaDB%%'") != 1)
        return -1;
    return scratch_int(app->db, "SELECT CAST(SUM(variable_value) AS SIGNED) "
                                "FROM information_schema.global_status "
                                "WHERE variable_name IN ('Com_insert', 'Com_insert_select')");
}
