# shellcheck shell=bash
# What the logs and the list of processes must not tell: tokens, secrets, keys, amounts, names. With
# the log level debug, through a whole purchase, and through refusals of every kind.
# shellcheck source=SCRIPTDIR/../check.bash
. "$(dirname -- "${BASH_SOURCE[0]}")/../check.bash"
# shellcheck source=SCRIPTDIR/product.bash
. tests/run/product.bash

state=$(realpath "$folder")/privacy
FRONTROW_SET="log.level=debug" start_anywhere "$state" --bare
base=http://127.0.0.1:$port
api=$base/api/v1

# What must be nowhere. Amounts that no id, pid or time is likely to have in it.
price=47110815 charge=8675309 name=Privacyname title=Privacytitle
secrets=()

token() { "$BUILD/frontrow" --config "$state/frontrow.conf" token "$@"; }
# call METHOD PATH TOKEN [BODY [CURL ARGUMENT]...]: prints the body of the answer.
call() {
    local method=$1 path=$2 token=$3 body=${4:-}
    shift 3
    (($# == 0)) || shift
    curl -s --max-time 20 -X "$method" -H "Authorization: Bearer $token" ${body:+-d "$body"} \
        -H 'Content-Type: application/json' "$@" "$api$path"
}
# expect FILTER ANSWER VALUE: what the rest of the test stands on; says something only if it is not so.
expect() {
    [[ $(jq -r "$1" <<<"$2" 2>/dev/null) == "$3" ]] || not_ok "a request of this test" "$2"
}

id=$(</proc/sys/kernel/random/uuid)
admin=$(token --scope admin --user "$(</proc/sys/kernel/random/uuid)")
user=$(token --scope wallet:charge --user "$id")
key=privacykey-$RANDOM$RANDOM
concert=$(call POST /admin/concerts "$admin" "{\"title\":\"$title\"}" | jq .concertId)
schedule=$(call POST "/admin/concerts/$concert/schedules" "$admin" \
    "{\"startsAt\":\"2031-01-01T19:00:00+09:00\",\"seats\":{\"count\":9,\"price\":$price}}" |
    jq .scheduleId)
call POST /users "$admin" "{\"userId\":\"$id\",\"name\":\"$name\"}" >/dev/null
place=$(call POST /queue/tokens "$user" "{\"concertId\":$concert}" | jq -r .token)
is_inside() { [[ $(call GET /queue/tokens/me "$place" | jq -r .status) == ACTIVE ]]; }
within 20 is_inside || not_ok "somebody gets in"
reservation=$(call POST /reservations "$place" "{\"scheduleId\":$schedule,\"seatNumbers\":[1]}" \
    -H "Idempotency-Key: $key-hold" | jq .reservationId)
pay="{\"reservationId\":$reservation}"
charges="/users/$id/balance/charges"

# Refusals: too little money, a wrong charge, wrong bodies, tokens that are bad, mislaid or twice.
expect .code "$(call POST /payments "$place" "$pay")" INSUFFICIENT_BALANCE
expect .code "$(call POST "$charges" "$user" "{\"amount\":\"$charge\"}")" INVALID_FIELD
expect .code "$(call POST "$charges" "$user" "{\"amount\":$charge")" INVALID_JSON
expect .code "$(call POST "$charges" "$user" "{\"$name\":$charge}")" UNKNOWN_FIELD
expect .code "$(call GET /users/me/balance "${user}x")" TOKEN_INVALID
expect .code "$(call GET "/users/$id/balance?token=$user" "$place")" TOKEN_INVALID
expect .code "$(call GET "/queue/tokens/$place" x)" NOT_FOUND
expect .code "$(call GET "/users/me/balance" "$user" '' -H "Authorization: Bearer $user")" BAD_REQUEST
expect .code "$(call GET "/users/$id/nothing" "$user")" NOT_FOUND
expect .code "$(call GET "//users/$id/balance" "$user")" NOT_FOUND

# The purchase, with a retry and another use of a key.
for _ in 1 2 3 4 5 6; do
    call POST "$charges" "$user" "{\"amount\":$charge}" >/dev/null
done
body="{\"amount\":$charge}"
expect .userId "$(call POST "$charges" "$user" "$body" -H "Idempotency-Key: $key")" "$id"
expect .userId "$(call POST "$charges" "$user" "$body" -H "Idempotency-Key: $key")" "$id"
expect .code "$(call POST "$charges" "$user" "{\"amount\":1}" -H "Idempotency-Key: $key")" IDEMPOTENCY_MISMATCH
expect .status "$(call POST /payments "$place" "$pay" -H "Idempotency-Key: $key-pay")" COMPLETED
expect .balance "$(call GET "/users/$id/balance" "$user")" "$((7 * charge - price))"
ticket=$(call GET "/reservations/$reservation/ticket" "$user" | jq -r .ticket)
same "the ticket is a signed text" 3 "$(tr . '\n' <<<"$ticket" | grep -c .)"

# The gate's cookies.
gate=/gate/concerts/$concert
cookie=$(curl -s -X POST -D - -o /dev/null -H 'Frontrow-Gate: 1' -b "frontrow_user=$user" \
    "$api$gate/place" | sed -n "s/^Set-Cookie: frontrow_queue_$concert=\([^;]*\);.*/\1/p")
same "the gate's cookie is a token" 3 "$(tr . '\n' <<<"$cookie" | grep -c .)"
curl -s -o /dev/null -b "frontrow_queue_$concert=$cookie" "$api$gate"
curl -s -o /dev/null -b "frontrow_queue_$concert=${cookie}x" "$api$gate/place"

# Errors of the server: no database in the middle of things, then no workers.
database=$(<"$state/run/database.pid")
kill -KILL "$database"
call POST "$charges" "$user" "$body" -H "Idempotency-Key: $key-dead" >/dev/null
call POST /queue/tokens "$user" "{\"concertId\":$concert}" >/dev/null
within 60 is_ready || not_ok "the database comes back"
mv -- "$state/run/main.sock" "$state/run/main.gone"
expect .code "$(call POST "$charges" "$user" "$body" -H "Idempotency-Key: $key")" BUSY
mv -- "$state/run/main.gone" "$state/run/main.sock"

# Whatever of a token is enough to know it by: its payload and its signature.
for text in "$admin" "$user" "$place" "$cookie" "$ticket"; do
    IFS=. read -r _ payload signature <<<"$text"
    secrets+=("$payload" "$signature")
done
for name_of in user_secret queue_secret ticket_secret; do
    secrets+=("$(conf_get "$state/frontrow.conf" auth "$name_of")")
done
for name_of in password job_password migrate_password; do
    secrets+=("$(conf_get "$state/frontrow.conf" database "$name_of")")
done
none "all of the secrets are known here" "$(printf '%s\n' "${secrets[@]}" | grep -nE '^.{0,15}$')"

# told WHAT...: the log lines that have one of them.
told() {
    printf '%s\n' "$@" >"$folder/words"
    grep -rnF -f "$folder/words" "$state/log"
}
has "the logs have all of this test" "route=/api/v1/payments" "$(cat "$state/log/workers.log")"
access_log "$state" >"$folder/log"
has "nginx's error log has its refusal" "$charges" "$(cat "$state/log/nginx-error.log")"
none "no log has a token or a secret" "$(told "${secrets[@]}")"
none "no log has an Idempotency-Key" "$(told privacykey)"
none "no log has an amount" "$(told "$price" "$charge" "$((charge * 6))" "$((charge * 7))" \
    "$((7 * charge - price))")"
none "no log has a name" "$(told "$name" "$title")"
none "nginx's access log names no user" "$(grep -F "$id" "$folder/log")"
has "it says which route it was" '"path":"/api/v1/users/{userId}/balance/charges"' \
    "$(cat "$folder/log")"

# The processes: neither their command lines nor what they were started with.
exposed() {
    local pid _
    while read -r pid _; do
        cat "/proc/$pid/cmdline" "/proc/$pid/environ" 2>/dev/null | tr '\0' '\n' |
            grep -F -f "$folder/words" | sed "s/^/$pid: /"
    done < <(members "$state")
}
printf '%s\n' "${secrets[@]}" >"$folder/words"
none "no process shows a secret" "$(exposed)"
others=$(stat -c '%A %n' "$state"/*.conf "$state"/run/*.sql "$state"/run/*.conf "$state"/log/* |
    grep -vE '^.{7}---')
none "no file with a secret, and no log, is open to others" "$others"
