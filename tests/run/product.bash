# shellcheck shell=bash
# A product of a test's own, for the tests of scripts/run and of nginx. Sourced after check.bash;
# scripts/test gives FRONTROW_TEST_FOLDER.

folder=${FRONTROW_TEST_FOLDER:-$(mktemp -d)}
states=()
said=$folder/said
: >"$said"

# next_second: waits until this one is over, and with it what nginx keeps for a second.
next_second() { local now=$EPOCHSECONDS; while ((EPOCHSECONDS == now)); do sleep 0.02; done; }

stop_products() {
    local state
    for state in "${states[@]}"; do
        scripts/stop --state "$state" >/dev/null 2>&1 || true
    done
}
trap stop_products EXIT
trap 'exit 130' INT
trap 'exit 143' TERM

# start STATE [ARGUMENT]...: starts detached on $port; what it prints is in $said.
start() {
    local state=$1
    shift
    states+=("$state")
    scripts/run --detach --port "$port" --state "$state" "$@" >"$said" 2>&1
}

# start_anywhere STATE [ARGUMENT]...: the same on a free port, which is then $port; ends the tests if
# it cannot.
start_anywhere() {
    local i
    for ((i = 0; i < 5; i++)); do
        port=$(free_port)
        start "$@" && return 0
        grep -q 'already in use' "$said" || break
    done
    not_ok "the product starts" "$(cat "$said")"
    exit 1
}

# status PATH [CURL ARGUMENT]...: prints the status of the answer.
status() {
    local path=$1
    shift
    curl -s -o /dev/null --max-time 10 -w '%{http_code}' "$@" "http://127.0.0.1:$port$path"
}

is_ready() { [[ $(status /readyz) == 200 ]]; }

# members STATE: the processes of that run, each with its command: the supervisor, the parts and
# their children, all of which name the state folder or descend from one that does.
members() {
    local folder stat
    find /proc/[0-9]*/cwd -maxdepth 0 \( -lname "$1" -o -lname "$1/*" \) -printf '%h\n' 2>/dev/null |
        while read -r folder; do
            read -r stat 2>/dev/null <"$folder/stat" || continue
            # shellcheck disable=SC2086 # the fields are split on purpose
            set -- ${stat##*) }
            [[ $1 == Z ]] ||
                printf '%s %s\n' "${folder#/proc/}" "$(tr '\0' ' ' 2>/dev/null <"$folder/cmdline")"
        done
}

# let_go STATE FILE: whether no part of that run has the file open any more.
let_go() {
    local pid _
    while read -r pid _; do
        [[ -z $(find -L "/proc/$pid/fd" -samefile "$2" 2>/dev/null) ]] || return 1
    done < <(members "$1")
}

# access_log STATE: prints nginx's access log since the last time, with the lines that its workers
# have kept so far: they write them before they turn to a new file.
access_log() {
    local file=$1/log/frontrow-access.log
    mv -- "$file" "$file.turned"
    kill -USR1 "$(<"$1/run/nginx.pid")"
    within 10 let_go "$1" "$file.turned" || return 1
    cat -- "$file.turned"
}
