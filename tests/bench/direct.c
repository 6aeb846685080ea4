/*
 * The same work without HTTP, see bench/direct.h.
 *
 * What is shared with the processes lies in one mapping: which row is next, how long each took, and
 * how far each process is. They begin together when all of them are ready.
 */
#include "bench/direct.h"

#include "base/clock.h"
#include "domain/booking.h"
#include "domain/payment.h"
#include "domain/queue.h"
#include "domain/snapshot.h"
#include "domain/wallet.h"
#include <inttypes.h>
#include <poll.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

enum { PROCESSES = 256, READY_MS = 30000, DAY_SECONDS = 86400 };

struct shared {
    atomic_size_t next;
    atomic_int ready;
    atomic_bool go, failed;
    int64_t end_us, own_us[PROCESSES], last_us[PROCESSES];
    uint32_t took[]; /* of each row, plus one; 0: not done in time */
};

static volatile sig_atomic_t stop;

static void on_term(int number)
{
    (void)number;
    stop = 1;
}

static enum err join(struct app *app, const struct work_row *row)
{
    struct queue_ticket ticket;

    return queue_join(app, &row->user, row->concert_id, &ticket);
}

static struct caller bearer(const struct work_row *row)
{
    return (struct caller){.kind = TOKEN_QUEUE,
                           .user = row->user,
                           .concert_id = row->concert_id,
                           .token_id = row->token_id,
                           .ticket = row->ticket,
                           .exp = clock_wall_ms() / 1000 + DAY_SECONDS};
}

static enum err hold(struct app *app, const struct work_row *row, int64_t *id)
{
    struct hold_request req = {
        .schedule_id = row->schedule_id, .seats = {row->number}, .seat_count = 1};
    struct caller caller = bearer(row);
    struct reservation held = {0};
    struct idem idem = {0};
    enum err e = booking_hold(app, &caller, &req, &idem, &held);

    *id = held.reservation_id;
    reservation_clear(&held);
    return e;
}

static enum err pay(struct app *app, const struct work_row *row, int64_t id)
{
    struct caller caller = bearer(row);
    struct payment paid = {0};
    struct idem idem = {0};
    enum err e = payment_pay(app, &caller, id, &idem, &paid);

    reservation_clear(&paid.reservation);
    return e;
}

static enum err charge(struct app *app, const struct work_row *row)
{
    struct caller caller = {.kind = TOKEN_USER, .user = row->user, .may_charge = true};
    struct wallet_charge charged = {0};
    struct idem idem = {0};

    return wallet_charge(app, &caller, &row->user, WORK_AMOUNT, &idem, &charged);
}

static enum err work(struct app *app, enum work_kind kind, const struct work_row *row)
{
    int64_t id = 0;
    enum err e;

    app_problem_reset(app);
    switch (kind) {
    case WORK_JOIN:
        return join(app, row);
    case WORK_HOLD:
        return hold(app, row, &id);
    case WORK_PAY:
        return pay(app, row, row->number);
    case WORK_BUY:
        e = hold(app, row, &id);
        return e == ERR_OK ? pay(app, row, id) : e;
    case WORK_CHARGE:
        return charge(app, row);
    case WORK_GET:
    case WORK_POLL:
    case WORK_SEATS:
    case WORK_ENTRIES:
    case WORK_KINDS:
        break;
    }
    return ERR_INTERNAL;
}

static bool do_row(struct app *app, const struct direct_plan *plan, struct shared *s, bool timed)
{
    size_t i = atomic_fetch_add(&s->next, 1);
    int64_t start = clock_monotonic_us(), us;
    enum err e;

    if (i >= plan->count)
        return false;
    e = work(app, plan->kind, &plan->rows[i]);
    us = clock_monotonic_us() - start;
    if (timed)
        s->took[i] = us < UINT32_MAX - 1 ? (uint32_t)us + 1 : UINT32_MAX;
    if (e == ERR_OK)
        return true;
    fprintf(stderr, "row %zu: %s\n", i + 1, err_name(e));
    atomic_store(&s->failed, true);
    return false;
}

/* One process's life. */
static void process(const struct direct_plan *plan, struct shared *s, int number)
{
    struct app *app = app_new(plan->cfg);
    bool good = app && do_row(app, plan, s, false);

    if (!good)
        atomic_store(&s->failed, true);
    atomic_fetch_add(&s->ready, 1);
    while (!atomic_load(&s->go))
        poll(NULL, 0, 1);
    s->own_us[number] = -gauge_own_us();
    while (good && !atomic_load(&s->failed) && clock_monotonic_us() < s->end_us)
        good = do_row(app, plan, s, true);
    s->last_us[number] = clock_monotonic_us();
    s->own_us[number] += gauge_own_us();
    app_free(app);
}

static pid_t begin_process(const struct direct_plan *plan, struct shared *s, int number)
{
    pid_t parent = getpid(), pid = fork();

    if (pid != 0)
        return pid;
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (getppid() != parent)
        _exit(1);
    if (number >= 0)
        process(plan, s, number);
    else
        snapshot_run(plan->cfg, &stop);
    _exit(0);
}

/* The refresher of a host's snapshot, as workers have one; joins read no queue's row then. */
static pid_t begin_snapshot(const struct direct_plan *plan)
{
    struct sigaction action = {.sa_handler = on_term};
    int64_t end = clock_monotonic_ms() + READY_MS;
    pid_t pid;

    if (snapshot_init() != ERR_OK || sigaction(SIGTERM, &action, NULL) != 0)
        return -1;
    pid = begin_process(plan, NULL, -1);
    while (pid > 0 && snapshot_age_ms() < 0 && clock_monotonic_ms() < end)
        poll(NULL, 0, 5);
    return pid;
}

static bool wait_ready(const struct shared *s, int processes)
{
    int64_t end = clock_monotonic_ms() + READY_MS;

    while (atomic_load(&s->ready) < processes)
        if (poll(NULL, 0, 1) < 0 || clock_monotonic_ms() > end)
            return false;
    return true;
}

/* The stretch ends with the last process's last row. */
static bool collect(const struct direct_plan *plan, struct shared *s, struct gauge *g)
{
    int64_t last = g->start_us;
    bool good = true;

    g->own_us = 0;
    for (int i = 0; i < plan->processes; i++) {
        g->own_us += s->own_us[i];
        last = s->last_us[i] > last ? s->last_us[i] : last;
    }
    g->us = last - g->start_us;
    for (size_t i = 0; good && i < plan->count; i++)
        if (s->took[i] > 0)
            good = gauge_note(g, s->took[i] - 1);
    return good && !atomic_load(&s->failed);
}

static bool run(const struct direct_plan *plan, struct shared *s, struct gauge *g)
{
    pid_t pids[PROCESSES], snapshot = begin_snapshot(plan);
    bool good = snapshot > 0;
    int begun = 0;

    for (; good && begun < plan->processes; begun++)
        good = (pids[begun] = begin_process(plan, s, begun)) > 0;
    good = good && wait_ready(s, plan->processes) && !atomic_load(&s->failed);
    if (!good)
        atomic_store(&s->failed, true);
    gauge_begin(g);
    s->end_us = g->start_us + (int64_t)plan->seconds * 1000000;
    atomic_store(&s->go, true);
    for (int i = 0; i < begun; i++)
        if (pids[i] > 0)
            waitpid(pids[i], NULL, 0);
    gauge_end(g);
    if (snapshot > 0) {
        kill(snapshot, SIGTERM);
        waitpid(snapshot, NULL, 0);
    }
    return good && collect(plan, s, g);
}

bool direct_load(const struct direct_plan *plan, struct gauge *g, int64_t *all)
{
    size_t size = sizeof(struct shared) + plan->count * sizeof(uint32_t);
    struct shared *s = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    bool good;

    if (s == MAP_FAILED || plan->processes > PROCESSES) {
        fprintf(stderr, "too little memory, or too many processes\n");
        return false;
    }
    good = run(plan, s, g);
    *all = (int64_t)g->count + plan->processes;
    munmap(s, size);
    return good;
}
