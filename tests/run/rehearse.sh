# shellcheck shell=bash
# frontrow rehearse against a whole product: it sells everything and nothing twice, its report says
# what the site says, it refuses what it must, and Ctrl-C ends it with a report.
# shellcheck source=SCRIPTDIR/../check.bash
. "$(dirname -- "${BASH_SOURCE[0]}")/../check.bash"
# shellcheck source=SCRIPTDIR/product.bash
. tests/run/product.bash

state=$(realpath "$folder")/rehearse
FRONTROW_SET="queue.tick_milliseconds=200 queue.snapshot_milliseconds=100" start_anywhere "$state"
base=http://127.0.0.1:$port
admin=$("$BUILD/frontrow" --config "$state/frontrow.conf" token --scope admin \
    --user "$(</proc/sys/kernel/random/uuid)")

# rehearse OPTION...: sets code, report (of the JSON) and said_on_error.
rehearse() {
    code=0
    "$BUILD/frontrow" --config "$state/frontrow.conf" rehearse --url "$base" --save "$folder/report" \
        "$@" >"$folder/text" 2>"$folder/errors" || code=$?
    report=$(<"$folder/report") said_on_error=$(<"$folder/errors")
}
# of FILTER: what the report has there.
of() { jq -c "$1" <<<"$report" 2>&1; }
# api METHOD PATH [BODY]: as the operator.
api() {
    curl -fsS --max-time 20 -X "$1" -H "Authorization: Bearer $admin" \
        ${3:+-H 'Content-Type: application/json' -d "$3"} "$base/api/v1$2"
}
# site CONCERT: sold, held and free seats, and what they brought, as the site says.
site() {
    api GET "/admin/concerts/$1/stats" |
        jq -c '[.schedules[] | [.sold, .held, .available, .revenue]] | transpose | map(add)'
}

rehearse --buyers 400 --over 1 --profile sellout --dates 6 --seats 20 --price 500 --keys --seed 11 \
    --admit-count 200 --max-active 0 --watch public
same "a sale is played" 0 "$code"
same "all seats are sold, one to each buyer" '[120,120,0,0]' \
    "$(of '[.sale.seatsSold, .sale.buyers.bought, .sale.site.held, .sale.site.available]')"
same "what the site says adds up with it" '[120,0,0,60000]' "$(site "$(of .concertId)")"
same "and the report says so" true "$(of .sale.site.addsUp)"
same "the other buyers found everything sold" '[400,280]' \
    "$(of '[.sale.buyers.arrived, .sale.buyers.soldOut]')"
same "it is known when the last one was" true "$(of '.sale.soldOutAfterSeconds > 0')"
same "each purchase is a payment" '[120]' \
    "$(of '[.routes[] | select(.route == "POST /payments").good]')"
same "every buyer has joined once" '[400,400]' \
    "$(of '.routes[] | select(.route == "POST /queue/tokens") | [.requests, .us.count]')"
same "the wallets were filled before, and are counted apart" '[400,[]]' \
    "$(of '[.preparation.charges, [.routes[] | select(.route | test("charges"))]]')"
same "nothing failed" '[0,0]' "$(of '[[.routes[].unanswered], [.routes[].busy]] | map(add)')"
same "the seconds add up as well" '[400,120]' \
    "$(of '[.bySecond | (map(.arrived) | add), (map(.bought) | add)]')"
has "the text tells it too" "Sold out" "$(<"$folder/text")"
has "and a line a second" "arrived 400" "$said_on_error"
concert=$(of .concertId)
same "its queue is closed" '"CLOSED"' "$(api GET "/admin/concerts/$concert" | jq -c .queue.state)"

# Named seats of few dates, two to each, the best ones, the map, those who give up.
rehearse --buyers 120 --over 0.5 --dates 1 --seats 41 --seats-per-buyer 2 --map --abandon 25 \
    --seed 12 --admit-count 500 --max-active 0 --watch public --quiet
same "two seats each by the map, and an odd one out" '[0,41,true]' \
    "[$code,$(of .sale.seatsSold),$(of .sale.site.addsUp)]"
same "some leave and some give their hold back" '[true,true]' \
    "$(of '[.sale.buyers.left > 0, .sale.buyers.gaveBack > 0]')"
same "--quiet says nothing" '' "$said_on_error"
rehearse --buyers 40 --over 0.2 --dates 2 --seats 30 --best --seats-per-buyer 3 --seed 13 \
    --admit-count 500 --think 0.05 --quiet --json
same "the best seats, polled by each buyer's own place" '[0,60,true]' \
    "[$code,$(of .sale.seatsSold),$(of .sale.site.addsUp)]"
same "--json prints what --save writes" "$report" "$(<"$folder/text")"
closed=$(of .concertId)

# Concerts that are there.
demo=$(api GET /concerts | jq '[.concerts[] | select(.host == "Frontrow Demo")][0].concertId')
rehearse --concert "$demo" --buyers 3 --over 0 --charge 200000 --quiet --seed 14
same "a demo concert may be played on" '[0,3]' "[$code,$(of .sale.buyers.bought)]"
rehearse --concert "$demo" --buyers 3 --over 0 --charge 0 --quiet --seed 18
same "where nobody can pay, no sale was played" '[1,0,3]' \
    "[$code,$(of .sale.buyers.bought),$(of .sale.buyers.refused)]"
has "which is said" "nobody could buy" "$said_on_error"
rehearse --concert "$closed" --buyers 3 --over 0 --charge 0 --quiet
same "nothing is left of a rehearsal that was sold out" 1 "$code"
has "which is said" "has no free seat" "$said_on_error"
real=$(api POST /admin/concerts '{"title":"Real","host":"Somebody"}' | jq .concertId)
api POST "/admin/concerts/$real/schedules" \
    '{"startsAt":"2031-01-01T19:00:00+09:00","seats":{"count":5,"price":0}}' >/dev/null
rehearse --concert "$real" --buyers 5 --over 0 --charge 0 --quiet --seed 15
same "a real concert is refused" 2 "$code"
has "and it is said how to do it all the same" "--any-concert" "$said_on_error"
same "none of its seats was sold" '[0,0,5,0]' "$(site "$real")"
rehearse --concert "$real" --buyers 5 --over 0 --charge 0 --quiet --seed 15 --any-concert
same "with the word it is played" '[0,5]' "[$code,$(of .sale.seatsSold)]"
rehearse --concert 999999 --buyers 1 --charge 0 --quiet
has "a concert that is not there is said" "CONCERT_NOT_FOUND" "$said_on_error"

# Cut short. The line of the second second says that it is under way.
"$BUILD/frontrow" --config "$state/frontrow.conf" rehearse --url "$base" --save "$folder/report" \
    --buyers 100 --over 60 --dates 2 --seats 50 --seed 16 >"$folder/text" 2>"$folder/errors" &
player=$!
under_way() { grep -q '^ *2 s ' "$folder/errors"; }
within 30 under_way || not_ok "the sale is under way" "$(<"$folder/errors")"
kill -INT "$player"
code=0
wait "$player" || code=$?
report=$(<"$folder/report")
same "Ctrl-C ends it with a status of its own" 130 "$code"
same "with a report that adds up" '[true,true,true]' \
    "$(of '[.sale.buyers.arrived < 100, .sale.site.addsUp, .sale.site.held == 0]')"
same "and closes the queue" '"CLOSED"' \
    "$(api GET "/admin/concerts/$(of .concertId)" | jq -c .queue.state)"
rehearse --buyers 50 --over 30 --dates 1 --seats 50 --duration 1 --seed 17 --quiet
same "so does the end of its time, with 0" '[0,true]' "[$code,$(of .sale.outOfTime)]"

# While it is prepared: a million tokens take longer than it takes to see that the concert is there.
# newest: the newest concert that a rehearsal made.
newest() {
    api GET '/concerts?limit=100' |
        jq '[.concerts[] | select(.host == "Frontrow Rehearsal").concertId] | max'
}
before=$(newest)
"$BUILD/frontrow" --config "$state/frontrow.conf" rehearse --url "$base" --buyers 1000000 --dates 1 \
    --seats 5 >"$folder/text" 2>"$folder/errors" &
player=$!
is_made() { [[ $(newest) -gt $before ]]; }
within 10 is_made || not_ok "the concert is made" "$(<"$folder/errors")"
kill -INT "$player"
code=0
wait "$player" || code=$?
same "Ctrl-C during the preparation says what stays" \
    "130 frontrow: interrupted before the opening; concert $(newest) stays, closed" \
    "$code $(<"$folder/errors")"
same "which is so" '"CLOSED"' "$(api GET "/admin/concerts/$(newest)" | jq -c .queue.state)"

# A site that takes connections and says nothing: nobody has to wait for it.
mapfile -t mute < <(pgrep -P "$(<"$state/run/nginx.pid")")
kill -STOP "${mute[@]}"
"$BUILD/frontrow" --config "$state/frontrow.conf" rehearse --url "$base" --buyers 1 \
    >"$folder/text" 2>"$folder/errors" &
player=$!
is_asking() { [[ -n $(find "/proc/$player/fd" -lname 'socket:*' 2>/dev/null) ]]; }
has_ended() { [[ ! -e /proc/$player || $(<"/proc/$player/stat") == *") Z "* ]]; }
within 10 is_asking || not_ok "it asks" "$(<"$folder/errors")"
kill -INT "$player"
if within 10 has_ended; then
    ok "Ctrl-C does not wait for a site that is silent"
else
    not_ok "Ctrl-C does not wait for a site that is silent" "$(<"$folder/errors")"
    kill -KILL "$player"
fi
kill -CONT "${mute[@]}"
wait "$player"
same "and is told as such" 130 "$?"

if "$BUILD/frontrow" --config "$state/frontrow.conf" verify >"$said" 2>&1; then
    ok "the books are right after all of it"
else
    not_ok "the books are right after all of it" "$(<"$said")"
fi

# A site that ends in the midst of it: the concert cannot be closed.
"$BUILD/frontrow" --config "$state/frontrow.conf" rehearse --url "$base" --buyers 1000 --over 60 \
    --seed 19 >"$folder/text" 2>"$folder/errors" &
player=$!
within 30 under_way || not_ok "the sale is under way" "$(<"$folder/errors")"
scripts/stop --state "$state" >"$said" 2>&1 || not_ok "the site stops" "$(<"$said")"
kill -INT "$player"
code=0
wait "$player" || code=$?
has "what could not be closed is told to be open" "stays, OPEN: closing it failed" \
    "$(tail -n 4 "$folder/text")"
same "with the status of what was cut short" 130 "$code"
same "and nothing is made of such figures" 0 "$(grep -c 'it can do more' "$folder/text")"
same "no token is in a log" '' "$(grep -rlE 'eyJ[A-Za-z0-9_-]{20}' "$state/log" "$folder/text" "$folder/report")"
