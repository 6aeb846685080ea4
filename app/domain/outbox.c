/* Events for the outside, see domain/outbox.h. */
#include "domain/outbox.h"

#include "db/db.h"

enum err outbox_write(struct app *app, const char *type, int64_t concert_id, int64_t reservation_id)
{
    return db_exec(app->db, STMT_OUTBOX_INSERT, NULL, DB_P_STR(type), DB_P_INT(concert_id),
                   DB_P_INT(reservation_id));
}
