# shellcheck shell=bash
# What requests cost as the data grows. Sourced after works.bash by scripts/bench, which has set out,
# works (the growths), max (the largest size), rounds and seconds.
#
# Two products run side by side: `small` stays as it is, `grown` grows, and each load goes to both in
# turns. What is compared is the processor time of database, workers and nginx for each request. What
# the database does anyway, for the job's tick and the snapshot, is in it, and measured for itself as
# well; it is left out for polls and the public document, which ask the database nothing.
#
# shellcheck disable=SC2034,SC2154 # variables that bench.bash, works.bash and that script share

grown_raw=$out/growth.jsonl

# What grows, and the sizes; at the first one the two are alike, which shows how much is chance.
sizes_of() {
    case $1 in
    waiting) echo 1000 100000 1000000 ;;
    users) echo 10000 100000 1000000 ;;
    ledger) echo 10000 1000000 10000000 ;;
    hall) echo 50 10000 100000 ;;
    concerts) echo 1 100 1000 ;;
    esac
}
# Rows of which each unit is made, and their bytes with indexes and the log that they leave.
bytes_of() {
    case $1 in
    waiting) echo 500 ;;
    users) echo 900 ;;
    ledger) echo 600 ;;
    hall) echo 400 ;;
    concerts) echo 20000 ;;
    esac
}

# growth_room: kB that the largest of the chosen sizes needs, one growth after the other.
growth_room() {
    local what size need=0
    for what in "${works[@]}"; do
        for size in $(sizes_of "$what"); do
            ((size > max || size * $(bytes_of "$what") / 1024 <= need)) ||
                need=$((size * $(bytes_of "$what") / 1024))
        done
    done
    echo $((need + 2500000))
}

# use NAME: what follows is about that product.
use() {
    side=$1 folder=$base/$1 state=$base/$1/state
    [[ ! -s $folder/url ]] || url=$(<"$folder/url")
    port=${url##*:}
}

# start_as NAME: a new product.
start_as() {
    use "$1"
    mkdir -- "$folder"
    start 'server.max_requests=1000000000 limits.polls=1000000' # few poll a small queue
    printf '%s\n' "$url" >"$folder/url"
    port=${url##*:}
    look_up
    made=$(api POST /admin/concerts '{"title":"Bench"}' | jq .concertId)
    settings "$made" '"state":"PAUSED"'
    lobby=$made
}

stop_as() {
    use "$1"
    "$FRONTROW_ROOT/scripts/stop" --state "$state" >/dev/null 2>&1 || true
    rm -rf -- "$folder"
}

cleanup_growth() {
    trap '' INT TERM HUP
    [[ -z $load ]] || kill "$load" 2>/dev/null || true
    stop_as grown
    stop_as small
    rm -rf -- "$base"
}

# asked_work WORK KIND ROWS [ARGUMENT...]: a load of the product in use.
asked_work() {
    local work=$1 kind=$2 rows=$3
    shift 3
    through "$work" "$side" "$kind" "$rows" "$@"
}

# fresh CONCERT...: joiners for these queues, in a file.
fresh() {
    awk -v n=$((seconds * 8000)) -v list="$*" 'BEGIN { k = split(list, c, " ")
        while (n-- > 0) print "-", c[n % k + 1], 0, 0, 0, 0 }' >"$folder/joiners"
    printf '%s\n' "$folder/joiners"
}

# pollers CONCERT...: people who wait in them, behind the first ones, in a file.
pollers() {
    local list=$*
    sql "SELECT LOWER(HEX(user_id)), concert_id, token_id, ticket, 0, 0 FROM queue_token
         WHERE concert_id IN (${list// /,}) AND status = 'WAITING' AND ticket > 5
         ORDER BY token_id * 7919 % 20011 LIMIT 5000" >"$folder/pollers"
}

# tick: how much processor time of the database, and of the reader of the snapshot, goes by while
# nobody asks, for each second, in which the job has one tick and the snapshot is read twice.
tick() {
    local n=$((seconds * 3)) database snap
    database=$(cpu "$(<"$state/run/database.pid")") snap=$(cpu "$(processes frontrow-snap)")
    sleep "$n"
    database=$(($(cpu "$(<"$state/run/database.pid")") - database))
    snap=$(($(cpu "$(processes frontrow-snap)") - snap))
    jq -nc --argjson round "$round" --arg side "$side" --argjson extra "$extra" \
        --argjson n "$n" --argjson database "$database" --argjson snap "$snap" \
        '{round: $round, work: "tick", side: $side, requests: $n,
          cpu: {database: ($database * 1000 / $n), workers: ($snap * 1000 / $n)}} + $extra' >>"$raw"
}

# ---- Each growth: grow_X SIZE makes the product in use that large, works_X loads it.

grow_waiting() {
    queue "$1"
    printf '%s\n' "$made" >"$folder/room"
    pollers "$made"
}
works_waiting() {
    local room
    room=$(<"$folder/room")
    asked_work join join "$(fresh "$room")"
    asked_work poll poll "$folder/pollers"
    asked_work document get '' --path "/api/v1/queue/concerts/$room"
}

# more_buyers: people who buy, as many as the rounds of a size may need, and some who only look.
lookers=500
more_buyers() {
    buyers $((rounds * seconds * 1500 + lookers))
    tail -n "$lookers" -- "$folder/buyers.$made" >"$folder/lookers"
    printf '%s\n' "$made" >"$folder/shop"
    printf '1\n' >"$folder/next"
}

# hold_and_pay: with the next of them.
hold_and_pay() {
    local shop next part=$((seconds * 1500))
    shop=$(<"$folder/shop") next=$(<"$folder/next")
    asked_work hold hold "$(some "$folder/buyers.$shop" "$next" "$part")"
    held "$shop" >"$folder/pay"
    asked_work pay pay "$folder/pay"
    printf '%s\n' $((next + part)) >"$folder/next"
}

grow_users() {
    local from chunk=20000 has
    has=$(sql 'SELECT COUNT(*) FROM user')
    for ((from = has; from < $1; from += chunk)); do
        wallets "$lobby" "$from" "$(($1 - from < chunk ? $1 - from : chunk))"
        (((from + chunk) % 200000 != 0)) || step "  $((from + chunk)) of $1 users"
    done
    more_buyers
}
works_users() {
    hold_and_pay
    asked_work charge charge "$(some "$folder/buyers.$(<"$folder/shop")" 1 $((seconds * 4000)))"
    asked_work join join "$(fresh "$lobby")"
}

# savers FROM COUNT: users with a hundred charges each.
chain=100
savers() {
    local user hash moment="'2026-05-01 19:00:00.123'"
    user=$(person ledger n.i)
    hash="UNHEX(SHA2(CONCAT(%s, '|', LOWER(HEX(%s)), '|', %s, '|CHARGE|10|', %s, '||2026-05-01 19:00:00.123000'), 256))"
    # shellcheck disable=SC2059 # a format on purpose
    sql "SET foreign_key_checks = 0, unique_checks = 0;
    INSERT INTO user (user_id, created_at) SELECT ${user//n.i/$1 + n.i}, $moment
        FROM $(spread "$2");
    INSERT INTO wallet_entry (user_id, seq, type, amount, balance_after, created_at, hash)
        WITH RECURSIVE chain (id, seq, hash) AS (
        SELECT ${user//n.i/u.i}, 1, CAST($(printf "$hash" "REPEAT('0', 64)" "${user//n.i/u.i}" 1 10)
            AS BINARY(32)) FROM (SELECT $1 + n.i AS i FROM $(spread "$2")) u
        UNION ALL
        SELECT c.id, c.seq + 1,
            $(printf "$hash" 'LOWER(HEX(c.hash))' c.id 'c.seq + 1' '(c.seq + 1) * 10')
            FROM chain c WHERE c.seq < $chain)
        SELECT id, seq, 'CHARGE', 10, seq * 10, $moment, hash FROM chain ORDER BY id, seq;
    INSERT INTO wallet (user_id, balance, entries, entry_hash, entry_at)
        SELECT e.user_id, e.balance_after, e.seq, e.hash, e.created_at
        FROM (SELECT $1 + n.i AS i FROM $(spread "$2")) u
        JOIN wallet_entry e ON e.user_id = ${user//n.i/u.i} AND e.seq = $chain"
}

grow_ledger() {
    local from chunk=1000 has people=$(($1 / chain))
    has=$(sql "SELECT COUNT(*) FROM wallet WHERE entries >= $chain")
    for ((from = has; from < people; from += chunk)); do
        savers "$from" "$((people - from < chunk ? people - from : chunk))"
        (((from + chunk) % 10000 != 0)) || step "  $(((from + chunk) * chain)) of $1 entries"
    done
    sql "SELECT LOWER(HEX(user_id)), 0, 0, 0, 0, 0 FROM wallet WHERE entries >= $chain
         ORDER BY CRC32(user_id) LIMIT 5000" >"$folder/few"
    awk -v n=$((seconds * 4000)) '{ row[NR] = $0 } END { for (i = 0; i < n; i++)
        print row[i % NR + 1] }' "$folder/few" >"$folder/savers"
    more_buyers
}
works_ledger() {
    asked_work charge charge "$folder/savers"
    asked_work entries entries "$folder/savers"
    hold_and_pay
}

grow_hall() {
    seats_per_date=$1
    more_buyers
    seats_per_date=50
}
works_hall() {
    hold_and_pay
    asked_work seats seats "$folder/lookers"
}

# Each concert has a show and twenty people who wait.
grow_concerts() {
    local has i
    has=$(sql "SELECT COUNT(*) FROM concert WHERE title = 'One of many'")
    for ((i = has; i < $1; i++)); do
        api POST /admin/concerts '{"title":"One of many","queue":{"maxActive":1}}' >/dev/null
    done
    sql "UPDATE queue_state SET state = 'PAUSED';
    INSERT INTO queue_token (token_id, concert_id, user_id, ticket, status, created_at, expires_at)
        SELECT c.concert_id * $id_step + p.i, c.concert_id,
            UNHEX(LEFT(SHA2(CONCAT(c.concert_id, ':', p.i), 256), 32)), p.i, 'WAITING', NOW(3),
            NOW(3) + INTERVAL 1 DAY
        FROM concert c JOIN (SELECT a.d * 10 + b.d + 1 AS i FROM digit a JOIN digit b WHERE a.d < 2) p
        WHERE c.title = 'One of many' AND NOT EXISTS
            (SELECT 1 FROM queue_token t WHERE t.concert_id = c.concert_id);
    UPDATE queue_counter q JOIN concert c USING (concert_id) SET q.next_ticket = 21
        WHERE c.title = 'One of many' AND q.next_ticket = 1;
    UPDATE queue_state q JOIN concert c USING (concert_id) SET q.state = 'OPEN'
        WHERE c.title = 'One of many'"
    sql "SELECT concert_id FROM concert WHERE title = 'One of many'" >"$folder/many"
    # shellcheck disable=SC2046 # a list of numbers
    pollers $(<"$folder/many")
    more_buyers
}
works_concerts() {
    # shellcheck disable=SC2046 # a list of numbers
    asked_work join join "$(fresh $(<"$folder/many"))"
    asked_work poll poll "$folder/pollers"
    asked_work document get '' --path "/api/v1/queue/concerts/$(head -n 1 "$folder/many")"
    hold_and_pay
}

# grow WHAT: from size to size.
grow() {
    local what=$1 size first=yes
    for size in $(sizes_of "$what"); do
        ((size <= max)) || continue
        step "$what: $size"
        extra=$(jq -nc --arg growth "$what" --argjson size "$size" '$ARGS.named')
        if [[ -n $first ]]; then
            start_as small
            "grow_$what" "$size"
            start_as grown
            note_machine "$out/growth-machine.json"
        elif declare -F "again_$what" >/dev/null; then
            use small
            "again_$what"
        fi
        first=
        use grown
        "grow_$what" "$size"
        for ((round = 1; round <= rounds; round++)); do
            for side in $(order grown | sed s/product/small/); do
                use "$side"
                look_up
                "works_$what"
                tick
            done
        done
    done
    stop_as grown
    stop_as small
}
# The small product needs people who buy for each size, too.
again_users() { more_buyers; }
again_ledger() { more_buyers; }
again_hall() { more_buyers; }
again_concerts() { more_buyers; }

growth() {
    local what
    base=$folder url='' binlog=off raw=$grown_raw
    trap cleanup_growth EXIT
    : >"$raw"
    extra={}
    for what in "${works[@]}"; do
        grow "$what"
    done
}
