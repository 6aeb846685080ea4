/*
 * The configuration: one table of keys, one const struct.
 *
 * The file is `key = value` in [sections]; `#` and `;` begin comments. An unknown key, a value
 * of the wrong kind or out of bounds is refused. Rows: X(section, key, kind, member, default,
 * minimum, maximum, help). Kinds: STR (a string of at most CONFIG_STR_MAX - 1 bytes), INT, BOOL
 * (on or off).
 */
#ifndef FRONTROW_BASE_CONFIG_H
#define FRONTROW_BASE_CONFIG_H

#include "base/err.h"
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define CONFIG_STR_MAX 256

/* What stands between the words of a STR that is a list. */
#define CONFIG_LIST_SEPARATORS " ,"

/* Where a program looks without --config. */
#define CONFIG_DEFAULT_PATH "/etc/frontrow/frontrow.conf"

/* clang-format off */
#define CONFIG_LIST(X)                                                                             \
    X(server, listen, STR, server_listen, "/run/frontrow/main.sock", 0, 0,                         \
      "Where the workers of the shop listen: a unix socket's path or address:port.")               \
    X(server, listen_queue, STR, server_listen_queue, "/run/frontrow/queue.sock", 0, 0,            \
      "Where the workers of the waiting room listen.")                                             \
    X(server, push, STR, server_push, "/run/frontrow/push.sock", 0, 0,                             \
      "The unix socket on which this host's nginx takes the queues' state for its listeners; "     \
      "empty: none are served.")                                                                   \
    X(server, workers, INT, server_workers, "0", 0, 1024,                                          \
      "Worker processes in all; 0: 60 for each core up to 120, but at least 8 for each core."        \
      " An eighth serves the waiting room.")                                                       \
    X(server, max_requests, INT, server_max_requests, "100000", 1, 1000000000,                     \
      "A worker is replaced after about so many requests.")                                        \
    X(server, backlog, INT, server_backlog, "4096", 1, 65535,                                      \
      "Connections that may wait to be accepted; net.core.somaxconn bounds it.")                   \
    X(server, demo, BOOL, server_demo, "off", 0, 0,                                                \
      "Whether POST /demo/users hands out user tokens to anyone.")                                 \
    X(server, demo_public, BOOL, server_demo_public, "off", 0, 0,                                  \
      "Whether demo may be on while listen or listen_queue is an address that others can reach. "  \
      "Where nginx listens is not known here: scripts/run asks for --public-demo itself.")         \
    X(server, default_language, STR, server_default_language, "en", 0, 0,                          \
      "Language of messages when the client prefers none: en or ko.")                              \
    X(server, default_time_zone, STR, server_default_time_zone, "Asia/Seoul", 0, 0,                \
      "Time zone (IANA name) of a concert that names none.")                                       \
    X(database, host, STR, database_host, "localhost", 0, 0,                                       \
      "The database server's host; localhost means the unix socket.")                              \
    X(database, port, INT, database_port, "3306", 1, 65535,                                        \
      "The database server's TCP port.")                                                           \
    X(database, socket, STR, database_socket, "/run/mysqld/mysqld.sock", 0, 0,                     \
      "The database server's unix socket.")                                                        \
    X(database, name, STR, database_name, "frontrow", 0, 0, "The database.")                       \
    X(database, user, STR, database_user, "frontrow", 0, 0,                                        \
      "The database account of the workers and of the operator's tool.")                           \
    X(database, password, STR, database_password, "", 0, 0, "Its password.")                       \
    X(database, job_user, STR, database_job_user, "", 0, 0,                                        \
      "The database account of frontrow-cron; empty: the same as user.")                           \
    X(database, job_password, STR, database_job_password, "", 0, 0, "Its password.")               \
    X(database, migrate_user, STR, database_migrate_user, "", 0, 0,                                \
      "The database account of frontrow migrate; empty: the same as user. A host that never "      \
      "migrates needs none.")                                                                      \
    X(database, migrate_password, STR, database_migrate_password, "", 0, 0, "Its password.")       \
    X(auth, user_secret, STR, auth_user_secret, "", 0, 0,                                          \
      "Key of user tokens (HS256), at least 32 bytes; shared with the site's own login.")          \
    X(auth, user_kid, STR, auth_user_kid, "u1", 0, 0, "The kid of user_secret.")                   \
    X(auth, user_secret_previous, STR, auth_user_secret_previous, "", 0, 0,                        \
      "The key before it, still accepted; empty: none.")                                           \
    X(auth, user_kid_previous, STR, auth_user_kid_previous, "", 0, 0,                              \
      "The kid of user_secret_previous.")                                                          \
    X(auth, queue_secret, STR, auth_queue_secret, "", 0, 0,                                        \
      "Key of queue tokens (HS256), at least 32 bytes; Frontrow's own.")                           \
    X(auth, queue_kid, STR, auth_queue_kid, "q1", 0, 0, "The kid of queue_secret.")                \
    X(auth, queue_secret_previous, STR, auth_queue_secret_previous, "", 0, 0,                      \
      "The key before it, still accepted; empty: none.")                                           \
    X(auth, queue_kid_previous, STR, auth_queue_kid_previous, "", 0, 0,                            \
      "The kid of queue_secret_previous.")                                                         \
    X(auth, ticket_secret, STR, auth_ticket_secret, "", 0, 0,                                      \
      "What the key that signs tickets (ES256) is derived from, at least 32 bytes; Frontrow's "    \
      "own. Empty: queue_secret.")                                                                 \
    X(auth, ticket_secret_previous, STR, auth_ticket_secret_previous, "", 0, 0,                    \
      "The one before it, whose tickets still count; empty: none, or queue_secret_previous where " \
      "ticket_secret is empty.")                                                                   \
    X(auth, leeway_seconds, INT, auth_leeway_seconds, "5", 0, 300,                                 \
      "Tolerance for exp and nbf of user tokens, in seconds.")                                     \
    X(queue, tick_milliseconds, INT, queue_tick_ms, "1000", 100, 60000,                            \
      "How often the job works, in milliseconds.")                                                 \
    X(queue, snapshot_milliseconds, INT, queue_snapshot_ms, "500", 50, 10000,                      \
      "How often a host reads the queue's state, in milliseconds.")                                \
    X(queue, ticket_block, INT, queue_ticket_block, "64", 1, 10000,                                \
      "Ticket numbers a host leases at once at the most; 1: strict order on several hosts.")       \
    X(queue, retention_days, INT, queue_retention_days, "7", 1, 3650,                              \
      "Days for which finished and expired queue rows are kept.")                                  \
    X(gate, anonymous_concerts, STR, gate_anonymous_concerts, "", 0, 0,                            \
      "Ids of concerts whose queue the gate lets anyone join without a user token. Leave out those " \
      "that sell seats here: a place in the queue can hold them.")                                 \
    X(wallet, charge_min, INT, wallet_charge_min, "1", 1, 1000000000,                              \
      "Smallest charge, in the currency's minor unit.")                                            \
    X(wallet, charge_max, INT, wallet_charge_max, "10000000", 1, 1000000000000,                    \
      "Largest charge, in the currency's minor unit.")                                             \
    X(limits, joins, INT, limits_joins, "120", 1, 1000000,                                         \
      "Joins per user in ten seconds; beyond: 429.")                                               \
    X(limits, polls, INT, limits_polls, "300", 1, 1000000,                                         \
      "Polls and departures per user in ten seconds.")                                             \
    X(limits, charges, INT, limits_charges, "400", 1, 1000000,                                     \
      "Charges per user in ten seconds.")                                                          \
    X(limits, holds, INT, limits_holds, "400", 1, 1000000,                                         \
      "Holds and releases per user in ten seconds.")                                               \
    X(limits, payments, INT, limits_payments, "400", 1, 1000000,                                   \
      "Payments per user in ten seconds.")                                                         \
    X(log, level, STR, log_level, "info", 0, 0, "error, warn, info or debug.")
/* clang-format on */

#define CONFIG_TYPE_STR  char
#define CONFIG_TYPE_INT  int64_t
#define CONFIG_TYPE_BOOL bool
#define CONFIG_DIM_STR   [CONFIG_STR_MAX]
#define CONFIG_DIM_INT
#define CONFIG_DIM_BOOL

struct config {
#define CONFIG_MEMBER(section, key, kind, member, ...) CONFIG_TYPE_##kind member CONFIG_DIM_##kind;
    CONFIG_LIST(CONFIG_MEMBER)
#undef CONFIG_MEMBER
};

/*
 * Reads `path` over the defaults into *out.
 *
 * On failure writes one line that names file, line and reason to `why` (of `why_len` bytes;
 * never a secret's value) and returns ERR_INTERNAL. Secrets shorter than 32 bytes are refused,
 * as is a file that others may read (RFC 8725, section 3.5, on weak keys).
 */
enum err config_load(const char *path, struct config *out, char *why, size_t why_len) MUSTCHECK;

/* How many workers a host with so many cores has where the setting is 0. */
int config_default_workers(int cores);

/* Whose database account: the workers' and the operator's tool's, the job's, that of migrations. */
enum config_account { CONFIG_WORKERS, CONFIG_JOB, CONFIG_MIGRATE };

/*
 * Makes `user` and `password` of [database] those of one account, and wipes the others' from
 * memory. Every program does so right after loading: who breaks into a worker or the job finds no
 * credentials but its own there. (config_load leaves none in buffers of its own.)
 */
void config_keep_account(struct config *cfg, enum config_account which);

#endif
