# shellcheck shell=bash
# What a bench stands on: a product of its own, rows for it, load, and a table. Sourced, after
# lib.sh. `folder` and all in it goes when the script ends, however it does.

connections=16    # of a load
id_step=100000000 # token ids of a concert begin at its id times this, as queue.lua knows
loads=0           # how many there were; makes their users differ
load=''           # the process of the one that runs
constants=()      # further processes to end
table=()

# begin KILOBYTES: a folder with so much room.
begin() {
    local temporary=${TMPDIR:-/tmp} free
    ((${#temporary} <= 40)) || temporary=/tmp
    free=$(df --output=avail -k -- "$temporary" | tail -n 1)
    ((free > $1)) || die 1 "$temporary has too little room: $(($1 / 1024)) MB are needed"
    folder=$(mktemp -d -- "$temporary/frontrow-bench.XXXXXX")
    state=$folder/state
    trap cleanup EXIT
    trap 'exit 130' INT
    trap 'exit 143' TERM HUP
}

cleanup() {
    trap '' INT TERM HUP
    [[ -z $load ]] || kill "$load" 2>/dev/null || true
    ((${#constants[@]} == 0)) || kill "${constants[@]}" 2>/dev/null || true
    "$FRONTROW_ROOT/scripts/stop" --state "$state" >/dev/null 2>&1 || true
    rm -rf -- "$folder"
}

# step TEXT: what is being done, and since when.
step() { printf '%4d s  %s\n' "$SECONDS" "$*"; }

# row WHAT FIGURE [EXPECTED]: one line of the table, which print_table shows again at the end.
row() {
    local line
    line=$(printf '%-50s %-46s %s' "$1" "$2" "${3:-}")
    table+=("$line")
    printf '        %s\n' "$line"
}
print_table() { printf '%s\n' "${table[@]}"; }

# start [KEY=VALUE]: the product, on a free port, which somebody else may take first.
start() {
    local port i
    for ((i = 0; i < 5; i++)); do
        port=$(free_port)
        if FRONTROW_SET=${1:-} "$FRONTROW_ROOT/scripts/run" --detach --bare --port "$port" \
            --state "$state" >"$folder/start.log" 2>&1; then
            url=http://127.0.0.1:$port
            connect
            return 0
        fi
        grep -q 'already in use' "$folder/start.log" || break
    done
    cat -- "$folder/start.log" >&2
    die 1 "the product did not start"
}
stop() { "$FRONTROW_ROOT/scripts/stop" --state "$state" >/dev/null; }

# connect: writes what sql and api log in with, for its owner's eyes only.
connect() {
    local config=$state/frontrow.conf admin
    admin=$("$BUILD/frontrow" --config "$config" token --scope admin --ttl 86400 \
        --user "$(</proc/sys/kernel/random/uuid)")
    (
        umask 077
        printf 'Authorization: Bearer %s\n' "$admin" >"$folder/admin"
        {
            echo '[client]'
            echo "socket = $(conf_get "$config" database socket)"
            echo "user = $(conf_get "$config" database migrate_user)"
            echo "password = $(conf_get "$config" database migrate_password)"
        } >"$folder/client.cnf"
    )
}

# sql STATEMENT: prints its rows.
sql() {
    mariadb --defaults-file="$folder/client.cnf" --batch --skip-column-names --execute="$1" frontrow
}

# api METHOD PATH [BODY]: as the operator, or with the header in the file that `as` names.
api() {
    curl -fsS --max-time 30 -X "$1" -H "@${as:-$folder/admin}" \
        ${3:+-H 'Content-Type: application/json' -d "$3"} "$url/api/v1$2"
}

# settings CONCERT MEMBERS: changes the queue.
settings() { api PATCH "/admin/concerts/$1" "{\"queue\":{$2}}" >/dev/null; }

# document CONCERT FILTER: from the public state.
document() { curl -fsS --max-time 30 "$url/api/v1/queue/concerts/$1" | jq "$2"; }

# until_true SECONDS COMMAND...
until_true() {
    local end=$((SECONDS + $1))
    shift
    until "$@"; do
        ((SECONDS <= end)) || die 1 "this never came true: $*"
        sleep 0.1
    done
}

median() { sort -n | awk '{ v[NR] = $1 } END { print v[int((NR + 1) / 2)] }'; }
ratio() { awk -v a="$1" -v b="$2" 'BEGIN { printf "%.2f", b ? a / b : 0 }'; }
now_ms() { date +%s%3N; }

# spread COUNT: a table n of the numbers i from 0 to COUNT - 1, from the ten rows of digit.
spread() {
    local sum='d0.d' from='digit d0' power i
    for ((i = 1, power = 10; power < $1; i++, power *= 10)); do
        sum+=" + d$i.d * $power"
        from+=", digit d$i"
    done
    printf '(SELECT %s AS i FROM %s) n WHERE n.i < %d ORDER BY n.i' "$sum" "$from" "$1"
}

# fill CONCERT COUNT STATUS: rows numbered from 1 on, in chunks, since an INSERT ... SELECT keeps
# joins waiting until it has ended. Those of another status than WAITING were over a month ago.
fill() {
    local at=0 chunk=50000 from expires='NOW(3) + INTERVAL 1 DAY' ended=NULL
    if [[ $3 != WAITING ]]; then
        expires='NOW(3) - INTERVAL 30 DAY' ended=$expires
    fi
    for (( ; at < $2; at += chunk)); do
        ((chunk <= $2 - at)) || chunk=$(($2 - at))
        from=$((at + 1))
        sql "INSERT INTO queue_token (token_id, concert_id, user_id, ticket, status, created_at,
             expires_at, ended_at) SELECT $(($1 * id_step + from)) + n.i, $1,
             UNHEX(LEFT(SHA2(CONCAT('$1:', $from + n.i), 256), 32)), $from + n.i, '$3', NOW(3),
             $expires, $ended FROM $(spread "$chunk")"
        (((at + chunk) % 200000 != 0)) || step "  $((at + chunk)) of $2 rows"
    done
}

# queue COUNT: makes a concert with COUNT people, the first of them inside for good, and sets `made`
# to its id. The counter is ahead of the rows, so that nothing takes a number twice.
queue() {
    made=$(api POST /admin/concerts '{"title":"Bench","queue":{"maxActive":1,"claimSeconds":0,
        "sessionSeconds":86400}}' | jq .concertId)
    settings "$made" '"state":"PAUSED"'
    sql "UPDATE queue_counter SET next_ticket = $(($1 + 1)) WHERE concert_id = $made"
    fill "$made" "$1" WAITING
    settings "$made" '"state":"OPEN"'
    until_true 30 is_waiting "$made" "$(($1 - 1))"
}

# is_waiting CONCERT COUNT: whether the public state says so.
is_waiting() { (($(document "$1" .waiting) == $2)); }

# join_or_poll MODE CONCERT LAST SECONDS [COUNT [STEP]]: a load of joins by fresh users, or of polls
# by people with the numbers from LAST / 10 to LAST, whom no admission reaches (multiples of STEP).
# Sets requests, rate (a second), p50 and p99 (us). Ends the script when a request fails.
join_or_poll() {
    local length failures
    ((++loads))
    rm -f -- "$folder/result"
    BENCH_MODE=$1 BENCH_CONCERT=$2 BENCH_CONFIG=$state/frontrow.conf BENCH_SEED=$folder.$loads \
        BENCH_FIRST=$(($3 / 10)) BENCH_LAST=$3 BENCH_COUNT=${5:-0} BENCH_STEP=${6:-1} \
        BENCH_OUT=$folder/result \
        wrk -t 1 -c "$connections" -d "$4" -s "$FRONTROW_ROOT/tests/bench/queue.lua" "$url" \
        >"$folder/wrk.log" 2>&1 &
    load=$!
    wait "$load" || true
    load=
    if [[ ! -s $folder/result ]]; then
        cat -- "$folder/wrk.log" >&2
        die 1 "wrk failed"
    fi
    read -r requests length p50 p99 failures <"$folder/result"
    if ((failures > 0)); then
        grep -h ' status=[45]' "$state/log/workers.log" | tail -n 3 >&2 || true
        die 1 "$failures of $requests requests ($1) failed"
    fi
    rate=$(awk -v n="$requests" -v s="$length" 'BEGIN { printf "%.0f", n / s }')
}

# keep KIND NAME: notes the figures of the last load, one of that kind, under a name.
keep() { printf '%s %s %s\n' "$rate" "$p50" "$p99" >>"$folder/$1.$2"; }

# kept KIND NAME: rate, p50 and p99 of that name's loads, each the median.
kept() {
    local column
    for column in 1 2 3; do
        awk -v c="$column" '{ print $c }' "$folder/$1.$2" | median
    done | paste -sd ' '
}

# compared KIND NAME NAME [EXPECTED]: rows for two names and their ratio.
compared() {
    local a a50 a99 b b50 b99
    read -r a a50 a99 <<<"$(kept "$1" "$2")"
    read -r b b50 b99 <<<"$(kept "$1" "$3")"
    row "$1, $2" "$a/s, p50 $a50 us, p99 $a99 us"
    row "$1, $3" "$b/s, p50 $b50 us, p99 $b99 us"
    row "$1, $2 : $3" \
        "rate $(ratio "$a" "$b"), p50 $(ratio "$a50" "$b50"), p99 $(ratio "$a99" "$b99")" "${4:-}"
}

# The job's log: its length, its ticks from that length on that match a pattern, a field of them.
log_size() { stat -c %s -- "$state/log/cron.log"; }
ticks() {
    tail -c "+$(($1 + 1))" -- "$state/log/cron.log" | grep ' event=tick ' | grep -E "$2" || true
}
field() { sed -nE "s/.* $1=([0-9]+).*/\1/p"; }

# processes NAME: the ids of the product's processes of that name.
processes() {
    local process name
    for process in /proc/[0-9]*; do
        read -r name 2>/dev/null <"$process/comm" || continue
        [[ $name != "$1" ]] || ! grep -qsF -- "$state/" "$process/cmdline" || echo "${process#/proc/}"
    done
}

# cpu PID: the time it has used, in ms.
cpu() { awk -v hz="$(getconf CLK_TCK)" '{ print int(($14 + $15) * 1000 / hz) }' "/proc/$1/stat"; }

# memory NAME FIELD: kB, summed over the processes of that name; the fields of smaps_rollup.
memory() {
    local id
    for id in $(processes "$1"); do
        cat -- "/proc/$id/smaps_rollup"
    done | awk -v field="$2:" '$1 == field { sum += $2 } END { print sum + 0 }'
}
