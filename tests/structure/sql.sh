# shellcheck shell=bash
# SQL runs unchanged on MariaDB and MySQL, and is built with the client library of either: what only
# one of them knows is found before it meets the other. MySQL 9 has MD5() and SHA1() no more, and
# no RETURNING; of sequences it knows nothing.
# shellcheck source=SCRIPTDIR/../check.bash
. "$(dirname -- "${BASH_SOURCE[0]}")/../check.bash"

none "no SQL that only one of the servers knows" "$(
    grep -rnE '\b(MD5|SHA1?|NEXTVAL|LASTVAL)\(|"[^"]*\b(RETURNING|NEXT VALUE FOR) ' \
        --include='*.c' --include='*.h' --include='*.sql' app include schema tests
)"

none "no error that MySQL's header names no more" \
    "$(grep -rnE '\bER_(DISK_FULL|NORMAL_SHUTDOWN)\b' app tests --include='*.c')"
