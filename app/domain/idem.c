/* Idempotency keys, see domain/idem.h. */
#include "domain/idem.h"

#include "db/db.h"
#include "db/tx.h"

enum { SHA256_BYTES = 32 };

struct kept {
    struct idem *idem;
    bool same, old;
};

static enum err read_kept(const struct db_value *row, void *arg)
{
    struct kept *k = arg;
    k->same = row[0].n == SHA256_BYTES && memcmp(row[0].s, k->idem->fingerprint, SHA256_BYTES) == 0;
    k->old = db_int(&row[3]) != 0;
    k->idem->status = (int)db_int(&row[1]);
    text_buf_reset(&k->idem->body);
    text_buf_append(&k->idem->body, row[2].s, row[2].n);
    return k->idem->body.failed ? ERR_INTERNAL : ERR_OK;
}

static enum err insert(struct db *db, struct idem *idem)
{
    return db_exec(db, STMT_IDEM_INSERT, NULL, DB_P_UUID(&idem->subject),
                   DB_P_BYTES(idem->key, idem->key_len),
                   DB_P_BYTES(idem->fingerprint, SHA256_BYTES));
}

enum err idem_run(struct db *db, const struct idem *idem, tx_fn *fn, void *arg)
{
    return idem && idem->present ? tx_run_settling(db, fn, arg) : tx_run(db, fn, arg);
}

enum err idem_begin(struct db *db, struct idem *idem)
{
    struct kept kept = {.idem = idem};
    enum err e;
    if (!idem || !idem->present)
        return ERR_OK;
    e = insert(db, idem);
    if (e == ERR_DB_LOCK_TIMEOUT)
        return ERR_IDEMPOTENCY_IN_PROGRESS;
    if (e != ERR_DB_DUPLICATE)
        return e;
    e = db_query_one(db, STMT_IDEM_GET, read_kept, &kept, DB_P_UUID(&idem->subject),
                     DB_P_BYTES(idem->key, idem->key_len));
    if (e == ERR_NO_ROW)
        return ERR_DB_RETRY; /* deleted between the two statements: begin again */
    if (e != ERR_OK)
        return e;
    if (!kept.old)
        return kept.same ? ERR_REPLAY : ERR_IDEMPOTENCY_MISMATCH;
    e = db_exec(db, STMT_IDEM_DELETE_OLD, NULL, DB_P_UUID(&idem->subject),
                DB_P_BYTES(idem->key, idem->key_len));
    return e == ERR_OK ? insert(db, idem) : e;
}

enum err idem_answer(struct idem *idem)
{
    if (!idem || !idem->present)
        return ERR_OK;
    text_buf_reset(&idem->body);
    enum err e = idem->render(idem->render_arg, &idem->status, &idem->body);
    return e == ERR_OK && idem->body.failed ? ERR_INTERNAL : e;
}

enum err idem_finish(struct db *db, struct idem *idem)
{
    int64_t stored = 0;
    if (!idem || !idem->present)
        return ERR_OK;
    enum err e = idem_answer(idem);
    if (e != ERR_OK)
        return e;
    e = db_exec(db, STMT_IDEM_STORE, &stored, DB_P_INT(idem->status),
                DB_P_BYTES(idem->body.data ? idem->body.data : "", idem->body.len),
                DB_P_UUID(&idem->subject), DB_P_BYTES(idem->key, idem->key_len));
    return e == ERR_OK && stored != 1 ? ERR_INTERNAL : e;
}
