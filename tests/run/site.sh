# shellcheck shell=bash
# nginx's own answers: its errors, its limits per address, the cached queue document, its headers.
# shellcheck source=SCRIPTDIR/../check.bash
. "$(dirname -- "${BASH_SOURCE[0]}")/../check.bash"
# shellcheck source=SCRIPTDIR/product.bash
. tests/run/product.bash

state=$(realpath "$folder")/site
start_anywhere "$state"
base=http://127.0.0.1:$port
headers=$folder/headers

# problem TEXT STATUS CODE CURL-ARGUMENT...: the answer is a problem of that status and code, whose
# requestId is the header's, and that nobody may keep.
problem() {
    local text=$1 status=$2 code=$3
    shift 3
    curl -s --max-time 20 -D "$headers" -o "$folder/body" "$@"
    seen_problem "$text" "$status" "$code"
}
# seen_problem TEXT STATUS CODE: the same of an answer in $headers and the file body.
seen_problem() {
    local text=$1 status=$2 code=$3 body seen id
    body=$(cat "$folder/body")
    id=$(sed -n 's/^X-Request-Id: \([0-9a-f]*\).*/\1/p' "$headers")
    seen=$(awk 'NR == 1 { print $2 }' "$headers")
    if [[ $seen == "$status" ]] && grep -qi '^Content-Type: application/problem+json' "$headers" &&
        grep -qi '^Cache-Control: no-store' "$headers" &&
        jq -e --arg code "$code" --arg id "$id" --argjson status "$status" '
            .code == $code and .status == $status and .requestId == $id and ($id | length) == 32
            and .type == "urn:problem-type:frontrow:" + ($code | ascii_downcase | gsub("_"; "-"))
            and (.title | length) > 0 and (.detail | length) > 0' <<<"$body" >/dev/null; then
        ok "$text: $status $code"
    else
        not_ok "$text: $status $code" "$(cat "$headers")"$'\n'"$body"
    fi
}
# raw TEXT: sends the bytes (as printf %b) on a connection and prints the answer.
raw() {
    local server
    exec {server}<>"/dev/tcp/127.0.0.1/$port" || return 1
    printf '%b' "$1" >&"$server"
    timeout 5 cat <&"$server"
    exec {server}>&-
}

problem "an unknown path" 404 NOT_FOUND "$base/nothing"
problem "an unknown path, whatever the method" 404 NOT_FOUND -X PUT "$base/nothing"
problem "the address of an error page" 404 NOT_FOUND "$base/.problem/busy"
problem "a POST to a page" 405 METHOD_NOT_ALLOWED -X POST "$base/buyer/buyer.css"
has "it says what is allowed" "Allow: GET, HEAD" "$(cat "$headers")"
head -c 65537 /dev/zero | tr '\0' ' ' >"$folder/large"
head -c 65536 "$folder/large" >"$folder/largest"
problem "a body over 64 KiB" 413 BODY_TOO_LARGE -H 'Expect:' --data-binary "@$folder/large" \
    "$base/api/v1/demo/users"
problem "a chunked one" 413 BODY_TOO_LARGE -H 'Expect:' -H 'Transfer-Encoding: chunked' \
    --data-binary "@$folder/large" "$base/api/v1/demo/users"
same "a body of 64 KiB gets to the application" 400 "$(status /api/v1/demo/users \
    -H 'Content-Type: application/json' --data-binary "@$folder/largest")"
long=$(printf 'a%.0s' {1..9000})
problem "a long address" 414 URI_TOO_LONG "$base/$long"
problem "a long header" 400 BAD_REQUEST -H "X-Long: $long" "$base/"
problem "two Authorization headers" 400 BAD_REQUEST -H 'Authorization: Bearer a' \
    -H 'Authorization: Bearer b' "$base/api/v1/users/me/balance"
problem "an unknown transfer coding" 400 BAD_REQUEST -H 'Transfer-Encoding: gzip' -d x \
    "$base/api/v1/payments"
for path in /api /api/ /api/v1/queue /api/v1/queue/; do
    problem "$path is the application's" 404 NOT_FOUND "$base$path"
done
has "no request at all: 400" '"code":"BAD_REQUEST"' "$(raw 'NONSENSE\r\n\r\n')"
has "no Host: 400" '"code":"BAD_REQUEST"' "$(raw 'GET / HTTP/1.1\r\n\r\n')"
seen=$(raw 'TRACE /api/v1/payments HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n')
has "TRACE is refused as the route says" "Allow: POST" "$seen"
has "with the code" '"code":"METHOD_NOT_ALLOWED"' "$seen"
problem "in Korean" 404 NOT_FOUND -H 'Accept-Language: ko-KR,ko;q=0.9,en;q=0.8' "$base/nothing"
has "the words are Korean" "찾을 수 없음" \
    "$(curl -s -H 'Accept-Language: ko-KR,ko;q=0.9,en;q=0.8' "$base/nothing")"

for path in / /nothing /api/v1/concerts /api/nothing; do
    seen=$(curl -s -o /dev/null -D - "$base$path")
    missing=
    for header in 'X-Content-Type-Options: nosniff' "Content-Security-Policy: default-src 'none'" \
        "frame-ancestors 'none'" 'Referrer-Policy: no-referrer' 'X-Request-Id: '; do
        [[ $seen == *"$header"* ]] || missing+="$header"$'\n'
    done
    none "$path has the security headers" "$missing"
    none "$path tells no version" "$(grep -iE '^Server: nginx/' <<<"$seen")"
    none "$path has no header twice" "$(cut -d: -f1 <<<"$seen" | grep -viE '^(HTTP/|vary)' |
        tr -d '\r' | grep . | sort | uniq -d)"
done
same "the page is there" 200 "$(status /)"

# header PATH NAME [CURL ARGUMENT]...: prints the value of that header of the answer.
header() {
    local path=$1 name=$2
    shift 2
    curl -s -o /dev/null -D - "$@" "$base$path" | tr -d '\r' | sed -n "s/^$name: //Ip"
}
nothing="default-src 'none';"
rest="base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
scripts=" script-src 'self'; connect-src 'self'; worker-src 'self'; manifest-src 'self';"
for path in / /waiting/ /common/dom.js; do
    same "$path may run this site's scripts" \
        "$nothing$scripts style-src 'self'; img-src 'self' data: blob:; $rest" \
        "$(header "$path" Content-Security-Policy)"
    has "$path may not use the camera" "camera=()," "$(header "$path" Permissions-Policy)"
done
for path in /api/v1/concerts /api /healthz /nothing; do
    same "$path runs nothing" "$nothing style-src 'self'; img-src 'self'; $rest" \
        "$(header "$path" Content-Security-Policy)"
done
for path in / /common/dom.js /common/base.css /frontrow.svg /lib/chart.js/chart.min.js; do
    same "$path is asked for again each time" no-cache "$(header "$path" Cache-Control)"
    tag=$(header "$path" ETag --compressed)
    same "$path has not changed since" 304 "$(status "$path" --compressed -H "If-None-Match: $tag")"
    [[ $path == *.svg ]] || same "$path comes packed" gzip "$(header "$path" Content-Encoding --compressed)"
done
has "the door's page may" "camera=(self)," "$(header /scan/ Permissions-Policy)"
same "a module is a script" text/javascript "$(header /common/dom.js Content-Type)"
same "the libraries' folders are not listed" 404404 \
    "$(status /lib/)$(status /lib/chart.js/)"

# The queue document: the same answer for the rest of its second, for HEAD and GET alike.
concert=$(curl -s "$base/api/v1/concerts" | jq -r '.concerts[0].concertId')
document=/api/v1/queue/concerts/$concert
next_second
same "HEAD of the queue document" 200 "$(status "$document" -I)"
first=$(curl -s "$base$document?one" -H 'Accept-Language: ko')
second=$(curl -s "$base$document?two" -H 'Authorization: Bearer x')
same "its answer serves everyone for its second" "$first" "$second"
same "and is whole" "$concert" "$(jq -r .concertId <<<"$first")"
has "the cache gave it" '"cache":"HIT"' \
    "$(access_log "$state" | grep -F "\"path\":\"$document\"" | tail -n 1)"
old=
for _ in 1 2 3 4; do
    next_second
    as_of=$(curl -s "$base$document" | jq -r '.asOf | sub("\\.[0-9]+Z$"; "Z") | fromdate')
    ((EPOCHSECONDS - as_of <= 3)) || old+="$as_of at $EPOCHSECONDS"$'\n'
done
none "it is never older than two seconds and a tick" "$old"
same "POST to it: 405" 405 "$(status "$document" -X POST -d '{}')"
has "it is offered to GET" "GET" "$(curl -s -o /dev/null -D - -X POST "$base$document" | grep -i '^Allow:')"
problem "a precondition of its, which has no ETag" 400 BAD_REQUEST -H 'If-Match: "x"' "$base$document"
for path in "$document" "$document/events" /api/v1/queue/concerts/999999999/events; do
    problem "a chunked body over 64 KiB to $path" 413 BODY_TOO_LARGE -X GET -H 'Expect:' \
        -H 'Transfer-Encoding: chunked' --data-binary "@$folder/large" "$base$path"
    has "a broken one: 400" '"code":"BAD_REQUEST"' "$(raw \
        "GET $path HTTP/1.1\\r\\nHost: x\\r\\nTransfer-Encoding: chunked\\r\\n\\r\\nzzz\\r\\n")"
done
same "no such concert: 404" 404 "$(status /api/v1/queue/concerts/999999999)"
has "in the language asked for" "공연 없음" \
    "$(curl -s -H 'Accept-Language: en;q=0.1, ko' "$base/api/v1/queue/concerts/999999999")"
has "also when it was just said in the other" "Concert not found" \
    "$(curl -s -H 'Accept-Language: en' "$base/api/v1/queue/concerts/999999999")"

# No token and no query gets into the access log.
curl -s -o /dev/null -H 'Authorization: Bearer not-for-the-log' "$base/api/v1/concerts?not-for-the-log"
access_log "$state" >"$folder/log"
has "the access log has it" '"path":"/api/v1/concerts"' "$(cat "$folder/log")"
none "the access log has neither tokens nor queries" "$(grep -F not-for-the-log "$folder/log")"
none "each of its lines is JSON" "$(jq -e . "$folder/log" 2>&1 >/dev/null)"

# A dead backend: the workers' processes are stopped for good by taking away their sockets.
for name in main queue; do mv -- "$state/run/$name.sock" "$state/run/$name.gone"; done
problem "without workers" 503 BUSY "$base/api/v1/concerts"
has "it says when to come again" "Retry-After: " "$(cat "$headers")"
next_second
problem "without the waiting room's" 503 BUSY "$base$document"
for name in main queue; do mv -- "$state/run/$name.gone" "$state/run/$name.sock"; done
same "and when they are back" 200 "$(status /api/v1/concerts)"

# Limits per address: this host is exempt unless it is told otherwise.
flood() { # PATH COUNT [METHOD]: how many of so many requests at once are answered 429
    local i
    for ((i = 0; i < $2; i++)); do
        printf 'url = "%s%s"\noutput = /dev/null\n' "$base" "$1"
    done >"$folder/flood"
    curl -s -Z --parallel-max 20 -K "$folder/flood" -X "${3:-POST}" -w '%{http_code}\n' 2>/dev/null |
        grep -c '^429$'
}
same "this host has no limit per address" 0 "$(flood /api/v1/payments 700)"
scripts/stop --state "$state" >/dev/null
FRONTROW_LIMIT_EXEMPT=none start_anywhere "$state"
base=http://127.0.0.1:$port
same "any other may join 60 times at once" 0 "$(flood /api/v1/queue/tokens 60)"
same "and pay 200 times" 0 "$(flood /api/v1/payments 200)"
same "and two hundred behind one address load a page of twenty files" 0 "$(flood /frontrow.svg 4000 GET)"
flood /api/v1/queue/tokens 3000 >"$folder/limited" &
is_limited() {
    [[ $(curl -s -D "$headers" -o "$folder/body" -w '%{http_code}' -X POST \
        "$base/api/v1/queue/tokens") == 429 ]]
}
within 20 is_limited
seen_problem "a flood is refused" 429 RATE_LIMITED
has "with the time to wait" "Retry-After: 1" "$(cat "$headers")"
same "while polls go on" 200 "$(status "$document")"
wait $!
if (($(<"$folder/limited") > 2000)); then
    ok "most of it"
else
    not_ok "most of it" "$(cat "$folder/limited") of 3000"
fi

# Which routes share a limit: when one of them has used it up, 40 to another do not all fit.
share() { # TEXT "METHOD PATH"...
    local text=$1 route method path refused few=
    shift
    read -r method path <<<"$1"
    flood "$path" 1000 "$method" >/dev/null
    for route in "$@"; do
        read -r method path <<<"$1"
        flood "$path" 100 "$method" >/dev/null
        read -r method path <<<"$route"
        refused=$(flood "$path" 40 "$method")
        ((refused > 0)) || few+="$route: none of 40 were refused"$'\n'
    done
    none "$text" "$few"
}
api=/api/v1
share "charges, holds, payments and what undoes them have one limit per address" \
    "POST $api/users/me/balance/charges" "POST $api/reservations" "POST $api/payments" \
    "DELETE $api/reservations/1" "POST $api/reservations/1/extend" "POST $api/reservations/1/refund"
share "polls and departures as well" "GET $api/queue/tokens/me" "DELETE $api/queue/tokens/me" \
    "GET $api/gate/concerts/1/place" "DELETE $api/gate/concerts/1/place"
share "joins through the gate are joins" "POST $api/gate/concerts/1/place" "POST $api/queue/tokens"
share "and so has all the rest" "GET $api/concerts" "GET $api/schedules/1/seats" "GET $api/admin/audit"
