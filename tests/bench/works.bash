# shellcheck shell=bash
# The works that scripts/bench measures, and what bounds each of them. Sourced after bench.bash by a
# script that has set raw (the file for the figures), seconds, round and binlog.
#
# shellcheck disable=SC2154 # of variables that bench.bash and that script have set
#
# A load is of the product, or of its limit: constant answers through the same nginx, or the same
# functions called without HTTP by as many processes as the product has workers for them.

seat_price=1000   # as the loads know
extra={}          # more members of each line of figures
seats_per_date=50 # of the dates that are bought

# ---- Loads.

# joined COMMAND...: its lines, divided by commas.
joined() { "$@" | paste -sd ,; }

# look_up: finds the product's processes, once after each start.
look_up() {
    local name
    main_workers=$(processes frontrow-main | wc -l)
    queue_workers=$(processes frontrow-queue | wc -l)
    groups=("--watch" "database=$(<"$state/run/database.pid")"
        "--watch" "nginx=$(joined pgrep -P "$(<"$state/run/nginx.pid")")")
    workers=$(for name in main queue joins looks holds pays charge; do processes "frontrow-$name"; done | paste -sd ,)
}

# asked: how many statements the database was asked.
asked() { sql "SHOW GLOBAL STATUS LIKE 'Questions'" | cut -f 2; }

# measure WORK SIDE ARGUMENT...: one load, whose figures become a line of the raw data.
measure() {
    local work=$1 side=$2 before after watched=$workers
    shift 2
    [[ $side != constant ]] || watched=$(joined processes bench-constant)
    [[ $side != direct && $side != nginx ]] || watched=
    before=$(asked)
    "$BUILD/bench-load" --config "$state/frontrow.conf" --seconds "$seconds" "${groups[@]}" \
        ${watched:+--watch "workers=$watched"} "$@" >"$folder/result" 2>"$folder/load.log" &
    load=$!
    wait "$load" || load=failed
    if [[ $load == failed ]]; then
        load=
        cat -- "$folder/load.log" >&2
        grep -h ' status=[45]' "$state/log/workers.log" | tail -n 3 >&2 || true
        die 1 "the load failed: $work, $side"
    fi
    load=
    after=$(asked)
    jq -c --arg work "$work" --arg side "$side" --argjson round "$round" --arg binlog "$binlog" \
        --argjson asked $((after - before)) \
        --argjson extra "$extra" \
        '{round: $round, work: $work, side: $side, binlog: $binlog} + . + $extra
         + {statements: ($asked / .all * 100 | round / 100)}' "$folder/result" >>"$raw"
}

# through WORK SIDE KIND ROWS [ARGUMENT...]: over HTTP.
through() {
    local work=$1 side=$2 kind=$3 rows=$4
    shift 4
    measure "$work" "$side" --port "$port" --connections "$connections" --work "$kind" \
        ${rows:+--rows "$rows"} "$@"
}

# order LIMIT: the product and that limit, the product first in odd rounds.
order() {
    if ((round % 2)); then
        printf 'product\n%s\n' "$1"
    else
        printf '%s\nproduct\n' "$1"
    fi
}

# ---- Rows.

# person CONCERT NUMBER: the user with this ticket, as SQL; the same as bench.bash's fill makes.
person() { printf "UNHEX(LEFT(SHA2(CONCAT('%s:', %s), 256), 32))" "$1" "$2"; }

# dates CONCERT FIRST COUNT SEATS: shows of so many seats each, whose ids count from FIRST on.
dates() {
    sql "INSERT INTO schedule (schedule_id, concert_id, starts_at, local_date, booking_opens_at,
            booking_closes_at, refund_closes_at, capacity, min_price, max_price, created_at)
         SELECT $2 + n.i, $1, '2037-01-01' + INTERVAL n.i HOUR, '2037-01-01' + INTERVAL n.i HOUR,
            NOW(3), '2036-01-01', '2036-01-01', $4, $seat_price, $seat_price, NOW(3)
         FROM $(spread "$3")"
    sql "INSERT INTO seat (schedule_id, seat_number, section, row_label, price, status)
         SELECT $2 + n.i DIV $4, n.i % $4 + 1, 'Stalls', n.i % $4 DIV 10 + 1, $seat_price,
            'AVAILABLE' FROM $(spread $(($3 * $4)))"
}

# wallets CONCERT FROM COUNT: users with a million each, as one charge would have left it.
wallets() {
    local user moment="'2026-05-01 19:00:00.123'"
    user=$(person "$1" "$2 + n.i + 1")
    sql "INSERT INTO user (user_id, created_at) SELECT $user, $moment FROM $(spread "$3");
    INSERT INTO wallet_entry (user_id, seq, type, amount, balance_after, created_at, hash)
        SELECT $user, 1, 'CHARGE', 1000000, 1000000, $moment,
        UNHEX(SHA2(CONCAT(REPEAT('0', 64), '|', LOWER(HEX($user)),
            '|1|CHARGE|1000000|1000000||2026-05-01 19:00:00.123000'), 256)) FROM $(spread "$3");
    INSERT INTO wallet (user_id, balance, entries, entry_hash, entry_at)
        SELECT e.user_id, e.balance_after, e.seq, e.hash, e.created_at
        FROM (SELECT n.i FROM $(spread "$3")) u
        JOIN wallet_entry e ON e.user_id = ${user//n.i/u.i} AND e.seq = 1"
}

# insiders CONCERT FROM COUNT: queue tokens of people inside, for a day.
insiders() {
    sql "INSERT INTO queue_token (token_id, concert_id, user_id, ticket, status, created_at,
            expires_at, admitted_at, claimed_at, session_ends_at)
         SELECT $(($1 * id_step + 1 + $2)) + n.i, $1, $(person "$1" "$2 + n.i + 1"),
            $2 + n.i + 1, 'ACTIVE', NOW(3), NOW(3) + INTERVAL 1 DAY, NOW(3), NOW(3),
            NOW(3) + INTERVAL 1 DAY FROM $(spread "$3")"
}

# buyers COUNT: makes a concert with that many people inside and a seat for each, sets `made` to its
# id, and writes to $folder/buyers.ID who wants which seat. Neighbours want different dates.
buyers() {
    local from chunk=20000 count shows=$((($1 + seats_per_date - 1) / seats_per_date)) first
    made=$(api POST /admin/concerts '{"title":"Bench","holdSeconds":86400,
        "queue":{"maxActive":0,"claimSeconds":0,"sessionSeconds":86400}}' | jq .concertId)
    settings "$made" '"state":"PAUSED"'
    first=$((made * 1000000))
    sql "UPDATE queue_counter SET next_ticket = $(($1 + 1)) WHERE concert_id = $made;
         UPDATE queue_state SET now_serving = $1, last_ticket = $1 WHERE concert_id = $made"
    dates "$made" "$first" "$shows" "$seats_per_date"
    for ((from = 0; from < $1; from += chunk)); do
        count=$(($1 - from < chunk ? $1 - from : chunk))
        wallets "$made" "$from" "$count"
        insiders "$made" "$from" "$count"
    done
    sql "SELECT LOWER(HEX(user_id)), concert_id, token_id, ticket, $first + (ticket - 1) % $shows,
            (ticket - 1) DIV $shows + 1
         FROM queue_token WHERE concert_id = $made ORDER BY ticket" >"$folder/buyers.$made"
}

# some FILE FROM COUNT: so many rows of it from that one on, in a file whose name it prints.
some() {
    tail -n "+$2" -- "$1" | head -n "$3" >"$1.$2" || true
    printf '%s\n' "$1.$2"
}

# held CONCERT: its reservations that can be paid, as rows.
held() {
    sql "SELECT LOWER(HEX(r.user_id)), r.concert_id, t.token_id, t.ticket, r.schedule_id,
            r.reservation_id
         FROM reservation r JOIN queue_token t ON t.concert_id = r.concert_id
            AND t.user_id = r.user_id AND t.status = 'ACTIVE'
         WHERE r.concert_id = $1 AND r.status = 'PENDING' ORDER BY r.reservation_id"
}

# ---- What is there before the rounds: a queue to poll, dates to look at, the limits' site.

prepare() {
    step "Preparing a queue, dates and constant answers"
    look_up
    hall=''
    queue 20000
    waiting_room=$made
    sql "SELECT LOWER(HEX(user_id)), concert_id, token_id, ticket, 0, 0 FROM queue_token
         WHERE concert_id = $made AND ticket > 2000 ORDER BY token_id * 7919 % 20011
         LIMIT 5000" >"$folder/pollers"
    made=$(api POST /admin/concerts '{"title":"Bench"}' | jq .concertId)
    settings "$made" '"state":"PAUSED"'
    lobby=$made
    buyers 10000
    lookers=$folder/buyers.$made
    constant poll "$queue_workers" /queue/tokens/me "$folder/pollers"
    constant seats "$main_workers" "/schedules/$(head -n 1 "$lookers" | cut -f 5)/seats" "$lookers"
    limits_site
}

# bearer ROWS: the header with the queue token of the first of them, whom the operator asks for.
bearer() {
    local user concert
    read -r user concert _ <"$1"
    user=$(sed -E 's/(.{8})(.{4})(.{4})(.{4})/\1-\2-\3-\4-/' <<<"$user")
    api POST /queue/tokens "{\"concertId\":$concert,\"userId\":\"$user\"}" |
        jq -r '"Authorization: Bearer " + .token'
}

# constant NAME WORKERS PATH ROWS: workers that answer what the product answers to its first row.
constant() {
    bearer "$4" >"$folder/bearer"
    as=$folder/bearer api GET "$3" >"$folder/answer.$1"
    "$BUILD/bench-constant" "$state/frontrow.conf" "$folder/$1.sock" "$2" "$folder/answer.$1" \
        >>"$folder/constant.log" 2>&1 &
    constants+=("$!")
}

# limits_site: another server of the same nginx, on the same port and with all that the site has
# before its locations, so that a request there costs the same log line, maps and limits.
limits_site() {
    local site=$state/sites/limits.conf
    {
        echo 'server {'
        awk '/^server \{/ { at = 0 } /server_name _;/ { at = 1; print "server_name limits;"; next }
             /^    location / { at = 0 } at' "$state/run/site.conf"
        printf 'listen 127.0.0.1:%s;\n' "$port"
        printf "location = /document { default_type application/json; return 200 '%s'; }\n" \
            "$(curl -fsS "$url/api/v1/queue/concerts/$waiting_room")"
        printf 'location = /poll { fastcgi_pass "unix:%s/poll.sock"; }\n' "$folder"
        printf 'location = /seats { fastcgi_pass "unix:%s/seats.sock"; }\n' "$folder"
        echo '}'
    } >"$site"
    nginx -t -q -p "$state/" -c "$state/run/nginx.conf" -e "$state/log/nginx-error.log"
    kill -HUP "$(<"$state/run/nginx.pid")"
    until_true 10 has_limits
    until_true 10 nginx_is_new
    look_up
}
has_limits() { curl -fsS -o /dev/null -H 'Host: limits' "$url/document" 2>/dev/null; }
nginx_is_new() { ! pgrep -P "$(<"$state/run/nginx.pid")" -f 'shutting down' >/dev/null; }

# ---- The works.

# beside_constant WORK ROWS: and constant answers at the path of that name.
beside_constant() {
    local side
    for side in $(order constant); do
        if [[ $side == product ]]; then
            through "$1" product "$1" "$2"
        else
            through "$1" constant "$1" "$2" --host limits --path "/$1"
        fi
    done
}

# beside_direct WORK PROCESSES ROWS ROWS: over HTTP the first rows, directly the others.
beside_direct() {
    local side
    for side in $(order direct); do
        if [[ $side == product ]]; then
            through "$1" product "$1" "$3"
        else
            measure "$1" direct --work "$1" --rows "$4" --direct "$2"
        fi
    done
}

work_document() {
    local side
    for side in $(order nginx); do
        if [[ $side == product ]]; then
            through document product get '' --path "/api/v1/queue/concerts/$waiting_room"
        else
            through document nginx get '' --host limits --path /document
        fi
    done
}
work_poll() { beside_constant poll "$folder/pollers"; }
work_seats() { beside_constant seats "$lookers"; }
work_join() {
    local rows=$folder/joiners
    awk -v c="$lobby" -v n=$((seconds * 12000)) \
        'BEGIN { while (n-- > 0) print "-", c, 0, 0, 0, 0 }' >"$rows"
    beside_direct join "$queue_workers" "$rows" "$rows"
}

# Holds, payments and charges use up their rows: fresh people for each round.
most=5000 # of one of them in a second
work_buying() {
    local all=$folder/buyers one=$((seconds * most)) half=$((seconds * most / 2))
    step "  round $round: people who buy"
    buyers $((2 * one + 2 * half))
    all=$folder/buyers.$made
    beside_direct hold "$main_workers" "$(some "$all" 1 "$one")" "$(some "$all" $((one + 1)) "$one")"
    held "$made" | awk -v a="$folder/pay.1" -v b="$folder/pay.2" '{ print >(NR % 2 ? a : b) }'
    beside_direct pay "$main_workers" "$folder/pay.1" "$folder/pay.2"
    beside_direct buy "$main_workers" "$(some "$all" $((2 * one + 1)) "$half")" \
        "$(some "$all" $((2 * one + half + 1)) "$half")"
    beside_direct charge "$main_workers" "$(some "$all" 1 "$one")" \
        "$(some "$all" $((one + 1)) "$one")"
    rm -f -- "$folder/buyers.$made"* "$folder"/pay.?
    settings "$made" '"state":"CLOSED"'
}

# A hall of 50,000 in eight blocks; a tenth of the seats are not for sale, at random. Its people:
# $hall_people only look, those in $hall_buyers hold a seat each.
hall_of() {
    local i sections='' people=$(((rounds + 1) * seconds * 1000))
    for ((i = 1; i <= 8; i++)); do
        sections+="${sections:+,}{\"name\":\"Block $i\",\"rows\":125,\"seatsPerRow\":50,\"price\":$seat_price}"
    done
    buyers $((people + 50))
    hall_people=$folder/lookers
    head -n 50 -- "$folder/buyers.$made" >"$hall_people"
    hall=$(api POST "/admin/concerts/$made/schedules" \
        "{\"startsAt\":\"2037-05-01T19:00:00Z\",\"sections\":[$sections]}" | jq .scheduleId)
    sql "UPDATE seat SET status = 'BLOCKED' WHERE schedule_id = $hall AND CRC32(seat_id) % 10 = 0"
    hall_buyers=$folder/hall
    sql "SELECT seat_number FROM seat WHERE schedule_id = $hall AND status = 'AVAILABLE'
         ORDER BY CRC32(seat_number) LIMIT $people" |
        paste -d ' ' <(tail -n "+51" -- "$folder/buyers.$made") - |
        awk -v hall="$hall" '{ print $1, $2, $3, $4, hall, $7 }' >"$hall_buyers"
    hall_next=1
    bearer "$hall_people" >"$folder/bearer.hall"
}

# get_hall QUERY FORMAT [HEADER]: what curl says about an answer, whose head goes to $folder/head.
get_hall() {
    curl -fsS --max-time 30 -H "@$folder/bearer.hall" ${3:+-H "$3"} -o "$folder/body" \
        -D "$folder/head" -w "$2\n" "$url/api/v1/schedules/$hall/seats?$1"
}
milliseconds() { awk '{ printf "%.1f", $1 * 1000 }'; }

# peaks: the largest memory that any worker of the shop has had since it was asked to forget.
forget_peaks() {
    local id
    for id in $(processes frontrow-main); do
        echo 5 >"/proc/$id/clear_refs"
    done
}
peaks() {
    local id
    for id in $(processes frontrow-main); do
        awk -v id="$id" '$1 == "VmHWM:" { print id, $2 }' "/proc/$id/status"
    done
}

# map_changing: the map, while somebody holds one seat after the other.
map_changing() {
    local holder part=$((seconds * 1000))
    "$BUILD/bench-load" --config "$state/frontrow.conf" --seconds "$seconds" --work hold \
        --direct 1 --rows "$(some "$hall_buyers" "$hall_next" "$part")" \
        >"$folder/holds" 2>>"$folder/load.log" &
    holder=$!
    constants+=("$holder")
    hall_next=$((hall_next + part))
    map_still changing
    wait "$holder" || die 1 "the holds in the hall failed"
}
map_still() {
    through map "$1" seats "$hall_people" --path "/api/v1/schedules/$hall/seats?format=compact" \
        --connections 1
}

# map_alone: the same, asked a few times a second, of which none is answered from another's.
map_alone() {
    local i
    for ((i = 0; i < 7; i++)); do
        sleep 0.3
        get_hall format=compact '%{time_total}'
    done | awk '{ printf "%d\n", $1 * 1000000 }' | median
}

work_map() {
    local alone still changing bytes zipped again again_ms list_ms list_bytes peak
    [[ -n $hall ]] || hall_of
    alone=$(map_alone)
    map_still still
    still=$(jq .p50 "$folder/result")
    map_changing
    changing=$(jq .p50 "$folder/result")
    zipped=$(get_hall format=compact '%{size_download}' 'Accept-Encoding: gzip')
    bytes=$(get_hall format=compact '%{size_download}')
    read -r again again_ms < <(get_hall format=compact '%{http_code} %{time_total}' \
        "If-None-Match: $(sed -n 's/\r$//; s/^[Ee][Tt]ag: //p' "$folder/head")")
    forget_peaks
    peaks >"$folder/peaks"
    read -r list_bytes list_ms < <(get_hall status=all '%{size_download} %{time_total}')
    peak=$(peaks | paste -d ' ' "$folder/peaks" - |
        awk '$4 - $2 > m { m = $4 - $2 } END { print m + 0 }')
    jq -nc --argjson round "$round" --arg binlog "$binlog" --argjson still "$still" \
        --argjson alone "$alone" --argjson changing "$changing" --argjson bytes "$bytes" --argjson zipped "$zipped" \
        --arg again "$again" --argjson again_ms "$(milliseconds <<<"$again_ms")" \
        --argjson list_bytes "$list_bytes" --argjson list_ms "$(milliseconds <<<"$list_ms")" \
        --argjson peak "$peak" --argjson holds "$(jq .rate "$folder/holds")" \
        '{round: $round, work: "map", side: "product", binlog: $binlog, alone_ms: ($alone / 1000),
          still_ms: ($still / 1000), changing_ms: ($changing / 1000), holds: $holds, bytes: $bytes, zipped: $zipped,
          again: $again, again_ms: $again_ms, list_bytes: $list_bytes, list_ms: $list_ms,
          peak_kb: $peak}' >>"$raw"
}
