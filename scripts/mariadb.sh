# shellcheck shell=bash
# MariaDB's server, from Debian's packages. Sourced by database.sh.

# mariadb_settings MIB: prints options of its own; the size of its log.
mariadb_settings() {
    cat <<END
innodb_log_file_size = $1M
performance_schema = OFF
loose_query_cache_type = OFF
loose_query_cache_size = 0
END
}

# mariadb_program: prints the command, a word a line.
mariadb_program() {
    echo mariadbd
}

# mariadb_base: prints where its plugins and texts are.
mariadb_base() {
    echo /usr
}

# mariadb_create FOLDER SETTINGS: fills a new data folder.
mariadb_create() {
    cd -- "$1" && mariadb-install-db --no-defaults --datadir=. --tmpdir=. \
        --user="$(id -un)" --skip-test-db --skip-name-resolve --force \
        --auth-root-authentication-method=socket --auth-root-socket-user="$(id -un)"
}
