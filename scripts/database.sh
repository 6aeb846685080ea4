# shellcheck shell=bash
# A private database server in a folder of its own: MariaDB's or MySQL's, which mariadb.sh and
# mysql.sh know. Sourced after lib.sh.

# Which of the two; a data folder goes on with the one that made it.
engine=${FRONTROW_ENGINE:-mariadb}

# shellcheck source-path=SCRIPTDIR
. "$FRONTROW_ROOT/scripts/mariadb.sh"
# shellcheck source-path=SCRIPTDIR
. "$FRONTROW_ROOT/scripts/mysql.sh"

# Whether it keeps a binary log.
binlog=${FRONTROW_BINLOG:-off}

# database_made_by FOLDER: prints the engine of that data folder, nothing if there is none yet.
database_made_by() {
    if [[ -e $1/mysql.ibd ]]; then
        echo mysql
    elif [[ -d $1/mysql ]]; then
        echo mariadb
    fi
}

# database_choose FOLDER: settles the engine for that data folder; dies if it is another's.
database_choose() {
    local made_by
    [[ $engine == mariadb || $engine == mysql ]] ||
        die 2 "FRONTROW_ENGINE must be mariadb or mysql, not '$engine'"
    [[ $binlog == on || $binlog == off ]] ||
        die 2 "FRONTROW_BINLOG must be on or off, not '$binlog'"
    made_by=$(database_made_by "$1")
    [[ -n $made_by ]] || return 0
    [[ -z ${FRONTROW_ENGINE:-} || $made_by == "$engine" ]] ||
        die 1 "$1 was made by $made_by: run it with FRONTROW_ENGINE=$made_by, or choose another folder"
    engine=$made_by
}

# database_get: makes sure that the engine's server is there; prints why if it cannot be had. The
# one of MariaDB is among the packages that scripts/deps installs.
database_get() {
    [[ $engine != mysql ]] || mysql_get
}

# database_memory: prints the buffer pool's size in MiB: a quarter of the memory this process may
# use, from 64 to 2048, since others share the machine. It takes that only as its tables grow.
database_memory() {
    local mib limit file
    mib=$(awk '/^MemTotal:/ { print int($2 / 1024) }' /proc/meminfo)
    for file in /sys/fs/cgroup/memory.max /sys/fs/cgroup/memory/memory.limit_in_bytes; do
        if [[ -r $file ]] && limit=$(<"$file") && [[ $limit =~ ^[0-9]{1,15}$ ]]; then
            ((limit / 1048576 < mib)) && mib=$((limit / 1048576))
        fi
    done
    mib=$((mib / 4))
    ((mib >= 64)) || mib=64
    ((mib <= 2048)) || mib=2048
    printf '%s\n' "$mib"
}

# database_settings FILE CONNECTIONS: writes the server's options. Paths are on its command line,
# where they need no quoting. The README's table of settings tells what each is for, and what a host
# of one's own should have.
database_settings() {
    local memory
    memory=$(database_memory)
    cat >"$1" <<END
# Written at each start.
[mysqld]
skip-networking
skip-name-resolve
character-set-server = utf8mb4
collation-server = utf8mb4_unicode_520_ci
max_connections = $2
max_prepared_stmt_count = $(($2 * 512 < 1048576 ? $2 * 512 : 1048576))
thread_cache_size = $(($2 < 256 ? $2 : 256))
table_open_cache = $(($2 * 16 > 2000 ? $2 * 16 : 2000))
innodb_buffer_pool_size = ${memory}M
innodb_flush_log_at_trx_commit = 1
innodb_doublewrite = ON
innodb_flush_method = O_DIRECT
innodb_flush_neighbors = 0
innodb_io_capacity = 1000
innodb_adaptive_hash_index = OFF
loose_innodb_autoinc_lock_mode = 2
END
    database_binlog >>"$1"
    "${engine}_settings" $((memory < 256 ? 96 : memory < 1024 ? 256 : 512)) >>"$1"
}

# database_binlog: prints the options of the binary log.
database_binlog() {
    if [[ $binlog == off ]]; then
        echo skip-log-bin
        return
    fi
    cat <<END
log-bin = binlog
server-id = 1
loose_binlog_format = ROW
sync_binlog = 1
max_binlog_size = 256M
binlog_expire_logs_seconds = 86400
END
}

# database_create FOLDER SETTINGS: makes the data folder if there is none yet. The caller's own
# system account is the server's administrator, through the socket. Made aside and moved into place,
# so that an interrupted start leaves no half of one.
database_create() {
    local said
    [[ -z $(database_made_by "$1") ]] || return 0
    rm -rf -- "$1.new"
    mkdir -m 700 -- "$1.new"
    if ! said=$("${engine}_create" "$1.new" "$2" 2>&1); then
        printf '%s\n' "$said" >&2
        return 1
    fi
    mv -- "$1.new" "$1"
}

# database_exec FOLDER SETTINGS ACCOUNTS SOCKET PIDFILE: becomes the server, which ends with the
# process that started it. As root it stays root: the folder is the caller's, wherever it lies. With
# a folder of its own for temporary tables: a server begins with removing all that it finds there,
# another server's too.
database_exec() {
    local program
    mapfile -t program < <("${engine}_program")
    exec setsid setpriv --pdeathsig TERM -- "${program[@]}" "--defaults-file=$2" "--datadir=$1" \
        "--init-file=$3" "--socket=$4" "--pid-file=$5" "--user=$(id -un)" "--tmpdir=$1" \
        "--basedir=$("${engine}_base")"
}

# database_answers SOCKET CONFIG: whether the account for migrations, or the only one, can log in.
database_answers() {
    local kind=migrate_
    [[ -n $(conf_get "$2" database migrate_user) ]] || kind=''
    MYSQL_PWD=$(conf_get "$2" database "${kind}password") mariadb --no-defaults --socket="$1" \
        --user="$(conf_get "$2" database "${kind}user")" --connect-timeout=2 \
        --execute='SELECT 1' frontrow >/dev/null 2>&1
}
