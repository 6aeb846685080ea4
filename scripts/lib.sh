# shellcheck shell=bash
# What the scripts share. Sourced, never run; the sourcing script has set -euo pipefail.

FRONTROW_ROOT=$(cd -- "$(dirname -- "${BASH_SOURCE[0]}")/.." && pwd -P)

# Where Debian has nginx and mariadbd, which is not on an ordinary user's path.
PATH=$PATH:/usr/sbin:/sbin

# Where the programs are. A folder named by FRONTROW_BUILD is taken as it is when it holds them.
BUILD=$(realpath -ms -- "${FRONTROW_BUILD:-$FRONTROW_ROOT/build}")

# say TEXT...: progress, for a person.
say() { printf '%s\n' "$*"; }

# die STATUS TEXT...: one clear line, then the end.
die() {
    local status=$1
    shift
    local name
    name=$(realpath -m -- "$0")
    printf '%s: %s\n' "${name#"$FRONTROW_ROOT/"}" "$*" >&2
    exit "$status"
}

# free_port: prints a TCP port of 127.0.0.1 that nobody listens on. Below the range that the
# kernel hands to outgoing connections, so that none of those takes it before it is used.
free_port() {
    local port i
    for ((i = 0; i < 200; i++)); do
        port=$((20000 + RANDOM % 12000))
        if bind_error 127.0.0.1 "$port" >/dev/null; then
            printf '%s\n' "$port"
            return 0
        fi
    done
    return 1
}

# bind_error ADDRESS PORT: whether one could listen there; if not, prints why. The address must be
# numeric. Perl's base package is on every Debian system.
bind_error() {
    perl -MSocket=:all -e '
        my ($failed, @found) = getaddrinfo($ARGV[0], $ARGV[1],
            { flags => AI_NUMERICHOST | AI_PASSIVE, socktype => SOCK_STREAM });
        if ($failed) { print "not an address"; exit 2 }
        my $at = $found[0];
        socket(my $s, $at->{family}, SOCK_STREAM, 0) or do { print "$!"; exit 1 };
        setsockopt($s, SOL_SOCKET, SO_REUSEADDR, 1);
        setsockopt($s, IPPROTO_IPV6, IPV6_V6ONLY, 1) if $at->{family} == AF_INET6;
        bind($s, $at->{addr}) && listen($s, 1) or do { print "$!"; exit 1 };
    ' "$1" "$2"
}

# http_status ADDRESS PORT PATH: prints the status of a GET, nothing if there is no answer. Without
# curl, since it may run before anything is installed.
http_status() (
    exec 2>/dev/null
    exec {server}<>"/dev/tcp/$1/$2" || exit 1
    printf 'GET %s HTTP/1.0\r\nHost: localhost\r\nConnection: close\r\n\r\n' "$3" >&"$server"
    read -r -t 5 -u "$server" _ status _ || exit 1
    printf '%s\n' "$status"
)

# random_hex BYTES
random_hex() { od -An -v -tx1 -N "$1" /dev/urandom | tr -d ' \n'; }

# conf_create FILE: a new frontrow.conf with random secrets, for its owner's eyes only.
conf_create() {
    (
        umask 077
        cat >"$1.new" <<END
# Made by scripts/run. "frontrow config sample" prints every key with its default and meaning.
# [server] listen, listen_queue, push, demo and demo_public, and [database] socket are set anew at
# each start.

[server]

[database]
name = frontrow
user = frontrow
password = $(random_hex 24)

[auth]
user_secret = $(random_hex 32)
queue_secret = $(random_hex 32)
ticket_secret = $(random_hex 32)
END
    )
    mv -- "$1.new" "$1"
}

# conf_accounts FILE: gives the job and the migrations accounts of their own, where it has none yet.
conf_accounts() {
    local kind
    for kind in job migrate; do
        [[ -z $(conf_get "$1" database "${kind}_user") ]] || continue
        conf_set "$1" database "${kind}_user" "frontrow_$kind"
        conf_set "$1" database "${kind}_password" "$(random_hex 24)"
    done
}

# conf_ticket FILE: gives tickets a secret of their own, where there is none from before. Those that
# queue_secret has signed until then still count.
conf_ticket() {
    [[ -z $(conf_get "$1" auth ticket_secret) ]] || return 0
    [[ -n $(conf_get "$1" auth ticket_secret_previous) ]] ||
        conf_set "$1" auth ticket_secret_previous "$(conf_get "$1" auth queue_secret)"
    conf_set "$1" auth ticket_secret "$(random_hex 32)"
}

# conf_get FILE SECTION KEY: prints the value, nothing if the key is not there.
conf_get() {
    awk -v section="$2" -v key="$3" '
        /^[ \t]*\[/ { at = $0; gsub(/^[ \t]*\[[ \t]*|[ \t]*\].*$/, "", at); next }
        at == section && match($0, /^[ \t]*[A-Za-z0-9_]+[ \t]*=/) {
            name = substr($0, 1, RLENGTH - 1); gsub(/[ \t]/, "", name)
            if (name == key) { value = substr($0, RLENGTH + 1)
                               gsub(/^[ \t]+|[ \t]+$/, "", value); print value; exit } }
    ' "$1"
}

# conf_set FILE SECTION KEY VALUE: sets the key, in its section, leaving all else as it is. The
# value goes through the environment, where awk takes no backslash for an escape.
conf_set() {
    local next
    next=$(mktemp -- "$1.XXXXXX")
    VALUE=$4 awk -v section="$2" -v key="$3" '
        function put() { print key " = " ENVIRON["VALUE"]; done = 1 }
        /^[ \t]*$/ { blank = blank "\n"; next } # a new key comes before the blank lines
        /^[ \t]*\[/ { if (at == section && !done) put()
                      at = $0; gsub(/^[ \t]*\[[ \t]*|[ \t]*\].*$/, "", at) }
        { printf "%s", blank; blank = "" }
        at == section && match($0, /^[ \t]*[A-Za-z0-9_]+[ \t]*=/) {
            name = substr($0, 1, RLENGTH - 1); gsub(/[ \t]/, "", name)
            if (name == key) { if (!done) put(); next } }
        { print }
        END { if (!done) { if (at != section) print "\n[" section "]"; put() }
              printf "%s", blank }
    ' "$1" >"$next"
    mv -f -- "$next" "$1"
}

# fill TEMPLATE NAME=VALUE...: prints the template with each @NAME@ replaced.
fill() {
    local text pair
    text=$(<"$1")
    shift
    for pair in "$@"; do
        text=${text//"@${pair%%=*}@"/"${pair#*=}"}
    done
    printf '%s\n' "$text"
}

# has_programs: whether the build folder holds the three programs.
has_programs() {
    [[ -x $BUILD/frontrow && -x $BUILD/frontrow-worker && -x $BUILD/frontrow-cron ]]
}

# build TARGET...: brings the build up to date, one at a time in a folder, and says so if it was not.
# A folder named by FRONTROW_BUILD may have been made with flags of its own (sanitizers): what is
# there is used.
build() {
    local target missing=
    if [[ -n ${FRONTROW_BUILD:-} ]]; then
        has_programs || missing=yes
        for target in "$@"; do
            [[ $target != tests || (-x $BUILD/test-unit && -x $BUILD/test-api && -x $BUILD/test-faults) ]] || missing=yes
            [[ $target != */* || -x $target ]] || missing=yes
        done
        [[ -n $missing ]] || return 0
    fi
    mkdir -p -- "$BUILD" 2>/dev/null || true
    if [[ -e $BUILD/.lock && ! -w $BUILD/.lock || ! -w $BUILD ]]; then
        die 1 "cannot write to $BUILD: set FRONTROW_BUILD to a folder of your own"
    fi
    (
        exec {lock}>>"$BUILD/.lock"
        flock "$lock"
        make=(make -C "$FRONTROW_ROOT" --no-print-directory -s BUILD="$BUILD" "$@")
        if "${make[@]}" --question >/dev/null 2>&1 {lock}>&-; then
            exit 0
        fi
        say "Building"
        "${make[@]}" -j "$(nproc)" {lock}>&-
    )
}

# kernel_start PID: prints when the process started, in the kernel's ticks: with the pid it names a
# process for good, as a pid alone does not.
kernel_start() {
    local stat
    read -r stat 2>/dev/null <"/proc/$1/stat" || return 1
    # shellcheck disable=SC2086 # the fields are split on purpose
    set -- ${stat##*) }
    printf '%s\n' "${20}"
}

# leftovers STATE: prints the processes of an earlier run's parts that are still there. Each part
# led a process group, whose number is in run/parts, and lives under the state folder; a number
# alone may have gone to someone else since.
leftovers() {
    local stat folder groups
    [[ -s $1/run/parts ]] || return 0
    groups=" $(tr '\n' ' ' <"$1/run/parts") "
    for folder in /proc/[0-9]*; do
        read -r stat 2>/dev/null <"$folder/stat" || continue
        # shellcheck disable=SC2086 # the fields are split on purpose
        set -- "$1" ${stat##*) }
        [[ $groups == *" $4 "* && $2 != Z ]] || continue
        case $(readlink "$folder/cwd" || true)/ in
        "$1"/*) printf '%s\n' "${folder#/proc/}" ;;
        esac
    done
}

# sweep STATE: ends what an earlier run that was killed has left; the database may need some time.
sweep() {
    local signal pids end
    for signal in TERM KILL; do
        pids=$(leftovers "$1")
        # shellcheck disable=SC2086 # a list of numbers
        [[ -z $pids ]] || kill "-$signal" $pids 2>/dev/null || true
        end=$((SECONDS + 15))
        while [[ -n $pids ]] && ((SECONDS < end)); do
            sleep 0.1
            pids=$(leftovers "$1")
        done
    done
}

# pack_pages FROM TO: a copy of the pages in which each text has a packed one beside it, for nginx's
# gzip_static: packing them anew for every visitor would cost more than anything else of a visit.
pack_pages() {
    rm -rf -- "$2" "$2.new"
    cp -a -- "$1" "$2.new"
    find "$2.new" -type f -size +1 -regex '.*\.\(html\|css\|js\|svg\)' -exec gzip -9 -k -n -- {} +
    mv -- "$2.new" "$2"
}
