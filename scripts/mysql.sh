# shellcheck shell=bash
# MySQL's server. Debian has it in unstable alone, so it is no package of this system: it is unpacked
# into a folder of the caller's, once, with the libraries that it was built with, and runs from
# there through their own loader. Sourced by database.sh.

# Shared by all checkouts; removing it makes the next one who needs it fetch what is current then.
mysql_home=${XDG_CACHE_HOME:-${HOME:-/root}/.cache}/frontrow/mysql

# mysql_get: makes sure that the server is there; prints why if it cannot be had.
mysql_get() {
    local made status=0
    if [[ ! -x $mysql_home/usr/sbin/mysqld ]]; then
        mkdir -p -- "${mysql_home%/*}" || return 1
        (
            exec {lock}>>"$mysql_home.lock"
            flock "$lock"
            [[ ! -x $mysql_home/usr/sbin/mysqld ]] || exit 0
            made=$(mktemp -d -- "$mysql_home.XXXXXX")
            mysql_fetch "$made" >"$made/log" 2>&1 {lock}>&- || status=$?
            if ((status == 0)); then
                rm -rf -- "$mysql_home"
                mv -- "$made/tree" "$mysql_home"
            else
                grep -E '^(E:|Err:)|rror' "$made/log" || tail -n 3 -- "$made/log"
            fi
            rm -rf -- "$made"
            exit "$status"
        )
    fi
}

# mysql_mirror: prints where this system gets its own release's packages.
mysql_mirror() {
    local release
    # shellcheck source=/dev/null
    release=$(. /etc/os-release && printf '%s\n' "${VERSION_CODENAME:-}")
    # shellcheck disable=SC2016 # apt's own names
    apt-get indextargets --format '$(RELEASE) $(COMPONENT) $(REPO_URI)' 'Created-By: Packages' |
        awk -v release="$release" '$2 == "main" && !found &&
            ($1 == release || $1 ~ /^((old)?stable|testing|unstable|sid)$/) { print $3; found = 1 }'
}

# mysql_fetch FOLDER: downloads the server and all that it needs, and unpacks it into FOLDER/tree.
# apt does it with folders and sources of its own, as anyone, and with this system's ways to the
# mirror and trust in it; nothing of this system's packages is touched.
mysql_fetch() {
    local mirror apt package
    mirror=$(mysql_mirror)
    [[ -n $mirror ]] || { echo "Error: this is no Debian, or it has no mirror"; return 1; }
    mkdir -p -- "$1"/{apt,lists/partial,archives/partial,tree}
    : >"$1/status"
    printf 'deb [signed-by=/usr/share/keyrings/debian-archive-keyring.gpg] %s unstable main\n' \
        "$mirror" >"$1/sources.list"
    { # in this file, since apt reads it first: what follows the others cannot undo their hooks
        apt-config dump | grep '^Acquire::' | grep -v '^Acquire::Languages'
        cat <<END
Dir::Etc::main "/dev/null";
Dir::Etc::parts "$1/apt";
Dir::Etc::sourcelist "$1/sources.list";
Dir::Etc::sourceparts "$1/apt";
Dir::Etc::preferences "/dev/null";
Dir::Etc::preferencesparts "$1/apt";
Dir::State "$1";
Dir::State::status "$1/status";
Dir::Cache "$1";
APT::Sandbox::User "root";
APT::Install-Recommends "false";
Acquire::Languages "none";
Acquire::Retries "3";
Acquire::http::Timeout "30";
END
    } >"$1/apt.conf"
    apt=(env "APT_CONFIG=$1/apt.conf" apt-get)
    "${apt[@]}" update --error-on=any &&
        "${apt[@]}" install --download-only -y mysql-server-core || return 1
    for package in "$1"/archives/*.deb; do
        dpkg-deb --fsys-tarfile "$package" | tar -x -C "$1/tree" --no-same-owner \
            --exclude='./usr/share/doc' --exclude='./usr/share/man' --exclude='./usr/*/perl*' \
            --exclude='./usr/lib/*/perl*' || return 1
    done
    # The loader goes by the server's name, which is then its process's.
    (cd -- "$1/tree" && ln -s -- usr/lib*/ld-linux*.so.* mysqld) &&
        mysql_home=$1/tree mysql_run --no-defaults --version
}

# mysql_program: prints the command, a word a line.
mysql_program() {
    local libraries
    libraries=("$mysql_home"/usr/lib/*-linux-gnu*)
    printf '%s\n' "$mysql_home/mysqld" --library-path "${libraries[0]}" \
        "$mysql_home/usr/sbin/mysqld"
}

# mysql_base: prints where its plugins and texts are.
mysql_base() {
    printf '%s\n' "$mysql_home/usr"
}

# mysql_run ARGUMENT...: runs the server's program.
mysql_run() {
    local program
    mapfile -t program < <(mysql_program)
    "${program[@]}" "$@"
}

# mysql_settings MIB: prints options of its own; the size of its log. Whoever reaches the socket
# needs no encryption. What runs at the moment is told by performance_schema alone.
mysql_settings() {
    cat <<END
innodb_redo_log_capacity = $1M
loose_innodb_log_writer_threads = OFF
mysqlx = OFF
performance_schema = ON
secure_file_priv = NULL
auto_generate_certs = OFF
caching_sha2_password_auto_generate_rsa_keys = OFF
END
}

# mysql_create FOLDER SETTINGS: fills a new data folder. A server without data yet loads no plugins,
# so its tables are told about the one that knows the caller.
mysql_create() {
    cat >"$1.sql" <<END
INSERT INTO mysql.plugin VALUES ('auth_socket', 'auth_socket.so');
UPDATE mysql.user SET plugin = 'auth_socket', authentication_string = '$(id -un)' WHERE user = 'root';
END
    mysql_run "--defaults-file=$2" --initialize-insecure "--datadir=$1" \
        "--basedir=$(mysql_base)" "--init-file=$1.sql" "--tmpdir=$1" "--user=$(id -un)" &&
        rm -f -- "$1.sql"
}
