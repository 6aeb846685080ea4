# shellcheck shell=bash
# A shop that does not keep up: what nginx refuses then, and what not. One worker serves it; a locked
# wallet holds that up, so that what comes next waits too long, and a second one for as long as the
# test looks.
# shellcheck source=SCRIPTDIR/../check.bash
. "$(dirname -- "${BASH_SOURCE[0]}")/../check.bash"
# shellcheck source=SCRIPTDIR/product.bash
. tests/run/product.bash

state=$(realpath "$folder")/overload
FRONTROW_WORKERS=2 start_anywhere "$state"
api=http://127.0.0.1:$port/api/v1
config=$state/frontrow.conf
json='Content-Type: application/json'

token() { "$BUILD/frontrow" --config "$config" token --user "$1" --scope wallet:charge; }
one=$(</proc/sys/kernel/random/uuid) two=$(</proc/sys/kernel/random/uuid)
one_token=$(token "$one") two_token=$(token "$two")
charge() { # TOKEN FILE: its status goes there, and what was said on the way to FILE.sent
    curl -sv --max-time 20 -o /dev/null -w '%{http_code}' "$api/users/me/balance/charges" \
        -H "Authorization: Bearer $1" -H "$json" -d '{"amount":1}' >"$2" 2>"$2.sent"
}
charge "$one_token" "$folder/one"
charge "$two_token" "$folder/two"
same "both have a wallet" "201 201" "$(cat "$folder/one") $(cat "$folder/two")"

# lock NAME UUID: begins a transaction that has the user's wallet; `unlock NAME` ends it.
lock() {
    mkfifo "$folder/$1.in"
    mariadb --no-defaults --socket="$state/run/database.sock" --unbuffered --skip-column-names \
        frontrow <"$folder/$1.in" >"$folder/$1.out" 2>&1 &
    exec {writer}>"$folder/$1.in"
    declare -g "$1_writer=$writer"
    printf "BEGIN; SELECT 'locked' FROM wallet WHERE user_id = %s FOR UPDATE;\n" \
        "UNHEX(REPLACE('$2', '-', ''))" >&"$writer"
    within 10 grep -qs locked "$folder/$1.out" || not_ok "a lock" "$(cat "$folder/$1.out")"
}
unlock() {
    local name=$1_writer
    printf 'ROLLBACK;\n' >&"${!name}"
    eval "exec ${!name}>&-"
}
is_held_up() {
    [[ $(mariadb --no-defaults --socket="$state/run/database.sock" --skip-column-names \
        --execute="SHOW GLOBAL STATUS LIKE 'Innodb_row_lock_current_waits'") == *1 ]]
}
is_busy() { [[ -e $state/run/main.sock.busy ]]; }
is_idle() { [[ ! -e $state/run/main.sock.busy ]]; }

lock one "$one"
lock two "$two"
charge "$one_token" "$folder/one" &
waiting=($!)
within 5 is_held_up || not_ok "the worker is held up"
rm -f -- "$folder/two.sent"
charge "$two_token" "$folder/two" &
waiting+=($!)
within 5 grep -qs '^> POST' "$folder/two.sent" || not_ok "the second is sent"
sleep 1.3 # so long the second waits for the worker that the first one holds up
none "who waits for the database alone makes nobody busy" "$(ls "$state/run/"*.busy 2>/dev/null)"
unlock one
if within 5 is_busy; then ok "a request that waited for a second: busy"; else not_ok "busy"; fi

curl -s --max-time 20 -o "$folder/body" -D "$folder/headers" \
    -w '%{http_code} %{time_total}' "$api/concerts" >"$folder/refused"
read -r code seconds <"$folder/refused"
same "who looks around is refused" "503 BUSY" "$code $(jq -r .code "$folder/body")"
same "and told when to come again" 1 "$(grep -ciE '^Retry-After: [1-5]\s*$' "$folder/headers")"
printf '       after %s s\n' "$seconds"
same "who has something to buy waits for the worker" 000 \
    "$(status /api/v1/users/me/balance --max-time 0.3 -H "Authorization: Bearer $one_token")"
concert=$(mariadb --no-defaults --socket="$state/run/database.sock" --skip-column-names \
    --execute='SELECT MIN(concert_id) FROM concert' frontrow)
same "the waiting room has workers of its own" 201 "$(status /api/v1/queue/tokens \
    -H "Authorization: Bearer $one_token" -H "$json" -d "{\"concertId\":$concert}")"
if is_busy; then ok "it was busy all the time"; else not_ok "it was busy all the time"; fi

unlock two
wait "${waiting[@]}"
same "those who were taken have their answers" "201 201" "$(cat "$folder/one") $(cat "$folder/two")"
if within 5 is_idle; then ok "no longer busy"; else not_ok "no longer busy"; fi
same "who looks around is let in again" 200 "$(status /api/v1/concerts)"
has "the log tells of it" "event=busy" "$(cat "$state/log/workers.log")"

: >"$state/run/main.sock.busy"
same "a file that somebody left there refuses, too" 503 "$(status /api/v1/concerts)"
scripts/stop --state "$state" >/dev/null
none "nothing is left by those who stop" "$(ls "$state/run/"*.{busy,full} 2>/dev/null)"
