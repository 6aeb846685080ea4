# shellcheck shell=bash
# A private MariaDB in a folder of its own. Sourced after lib.sh.

# mariadb_memory: prints the buffer pool's size in MiB: an eighth of the memory this process may
# use, from 64 to 1024.
mariadb_memory() {
    local mib limit file
    mib=$(awk '/^MemTotal:/ { print int($2 / 1024) }' /proc/meminfo)
    for file in /sys/fs/cgroup/memory.max /sys/fs/cgroup/memory/memory.limit_in_bytes; do
        if [[ -r $file ]] && limit=$(<"$file") && [[ $limit =~ ^[0-9]{1,15}$ ]]; then
            ((limit / 1048576 < mib)) && mib=$((limit / 1048576))
        fi
    done
    mib=$((mib / 8))
    ((mib >= 64)) || mib=64
    ((mib <= 1024)) || mib=1024
    printf '%s\n' "$mib"
}

# mariadb_settings FILE CONNECTIONS: writes the server's options. Paths are on its command line,
# where they need no quoting.
mariadb_settings() {
    local memory
    memory=$(mariadb_memory)
    cat >"$1" <<END
# Written at each start.
[mariadbd]
skip-networking
skip-name-resolve
skip-log-bin
character-set-server = utf8mb4
collation-server = utf8mb4_unicode_520_ci
max_connections = $2
max_prepared_stmt_count = $(($2 * 512 < 1048576 ? $2 * 512 : 1048576))
thread_cache_size = $(($2 < 256 ? $2 : 256))
table_open_cache = 2000
performance_schema = OFF
innodb_buffer_pool_size = ${memory}M
innodb_log_file_size = $((memory < 256 ? 64 : 256))M
innodb_flush_log_at_trx_commit = 1
innodb_doublewrite = ON
END
}

# mariadb_accounts FILE PASSWORD PATTERN: writes the statements that the server runs at each start:
# the database, and the account, which may do all in the databases that match PATTERN.
mariadb_accounts() {
    (
        umask 077
        cat >"$1" <<END
CREATE DATABASE IF NOT EXISTS frontrow CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_520_ci;
CREATE USER IF NOT EXISTS 'frontrow'@'localhost' IDENTIFIED BY '$2';
ALTER USER 'frontrow'@'localhost' IDENTIFIED BY '$2';
GRANT ALL PRIVILEGES ON \`$3\`.* TO 'frontrow'@'localhost';
END
    )
}

# mariadb_create FOLDER: makes the data folder if there is none yet. The caller's own system
# account is the server's administrator, through the socket. Made aside and moved into place, so
# that an interrupted start leaves no half of one. With a folder of its own for temporary tables: a
# server begins with removing all that it finds there, another server's too.
mariadb_create() {
    local folder=$1 said
    [[ ! -d $folder/mysql ]] || return 0
    rm -rf -- "$folder.new"
    mkdir -m 700 -- "$folder.new"
    if ! said=$(cd -- "$folder.new" && mariadb-install-db --no-defaults --datadir=. --tmpdir=. \
        --user="$(id -un)" --skip-test-db --skip-name-resolve --force \
        --auth-root-authentication-method=socket --auth-root-socket-user="$(id -un)" 2>&1); then
        printf '%s\n' "$said" >&2
        return 1
    fi
    mv -- "$folder.new" "$folder"
}

# mariadb_exec FOLDER SETTINGS ACCOUNTS SOCKET PIDFILE: becomes the server, which ends with the
# process that started it. As root it stays root: the folder is the caller's, wherever it lies.
mariadb_exec() {
    exec setsid setpriv --pdeathsig TERM -- mariadbd "--defaults-file=$2" "--datadir=$1" \
        "--init-file=$3" "--socket=$4" "--pid-file=$5" "--user=$(id -un)" --basedir=/usr \
        "--tmpdir=$1"
}

# mariadb_answers SOCKET PASSWORD: whether the account can log in.
mariadb_answers() {
    MYSQL_PWD=$2 mariadb --no-defaults --socket="$1" --user=frontrow --connect-timeout=2 \
        --execute='SELECT 1' frontrow >/dev/null 2>&1
}
