# shellcheck shell=bash
# The gate as an operator sets it up: the example of nginx/gate.conf.in in a second nginx, in front
# of a shop that is a few nginx locations.
# shellcheck source=SCRIPTDIR/../check.bash
. "$(dirname -- "${BASH_SOURCE[0]}")/../check.bash"
# shellcheck source=SCRIPTDIR/product.bash
. tests/run/product.bash

state=$(realpath "$folder")/gate-product
front=$(realpath "$folder")/gate
config=$state/frontrow.conf
start_anywhere "$state"
site=http://127.0.0.1:$port
mkdir -p "$front"/{cache,log,tmp,shop/assets,shop/pictures}
echo 'a style' >"$front/shop/assets/a.css"
echo 'a file' >"$front/shop/file.txt"
printf '%s' '{"a":1}' >"$front/body"

# Concerts whose queue lets one person in at a time.
admin=$("$BUILD/frontrow" --config "$config" token --user "$(</proc/sys/kernel/random/uuid)" \
    --scope admin)
make_concert() { # SESSION-SECONDS
    curl -s "$site/api/v1/admin/concerts" -H "Authorization: Bearer $admin" \
        -H 'Content-Type: application/json' -d "{\"title\":\"Gate\",\"queue\":{\"maxActive\":1,
            \"sessionSeconds\":$1,\"claimSeconds\":0}}" | jq .concertId
}
concert=$(make_concert 3600)
brief=$(make_concert 3)

# gate_settings CONCERT: the example with its names filled in.
gate_settings() {
    fill nginx/gate.conf.in CONCERT="$1" LISTEN="127.0.0.1:$gate" NAME="gate-$1.test" \
        QUEUE="unix:$state/run/queue.sock" SITE="127.0.0.1:$port" HTML="$root/nginx/html" \
        ROOT="$front/shop" SHOP="proxy_pass http://127.0.0.1:$shop" CACHE="$front/cache/$1" \
        LOGS="$front/log"
}
write_settings() {
    local user=
    ((EUID != 0)) || user='user root root;'
    gate_settings "$concert" >"$front/gate-1.conf"
    gate_settings "$brief" >"$front/gate-2.conf"
    cat >"$front/nginx.conf" <<END
$user
daemon off;
worker_processes 1;
pid "$front/nginx.pid";
error_log "$front/log/error.log";
events {}
http {
    client_body_temp_path "$front/tmp/body";
    fastcgi_temp_path "$front/tmp/fastcgi";
    proxy_temp_path "$front/tmp/proxy";
    scgi_temp_path "$front/tmp/scgi";
    uwsgi_temp_path "$front/tmp/uwsgi";
    types { text/html html; text/css css; text/javascript js; }
    include "$front/gate-1.conf";
    include "$front/gate-2.conf";
    server {
        listen 127.0.0.1:$shop;
        access_log off;
        default_type text/plain;
        absolute_redirect off;
        location / { return 200 "user=\$http_frontrow_user until=\$http_frontrow_session_expires \$request_method \$request_uri\n"; }
        location /buy { add_header X-Frontrow-Session end always; add_header Set-Cookie shop=1; return 303 /thanks; }
        location /bye { add_header X-Frontrow-Session end always; return 200 bye; }
        location /echo { add_header X-Frontrow-Session "\$http_x_frontrow_session" always; return 200 other; }
        location /forbidden { return 403 "the shop's own\n"; }
        location /broken { return 500 "the shop's own\n"; }
    }
}
END
}

nginx_pid=
stop_gate() {
    [[ -z $nginx_pid ]] || kill -TERM "$nginx_pid" 2>/dev/null
    nginx_pid=
}
trap 'stop_gate; stop_products' EXIT
gate_is_up() { [[ $(curl -s -o /dev/null -w '%{http_code}' "$base/waiting/") == 200 ]]; }
start_gate() {
    local i
    for ((i = 0; i < 5; i++)); do
        gate=$(free_port) shop=$(free_port)
        base=http://127.0.0.1:$gate
        write_settings
        nginx -p "$front/" -c "$front/nginx.conf" -e "$front/log/error.log" 2>"$front/log/said" &
        nginx_pid=$!
        within 10 gate_is_up && return 0
        stop_gate
    done
    not_ok "nginx starts with the example" "$(cat "$front/log/said" "$front/log/error.log")"
    exit 1
}
start_gate
ok "nginx starts with the example, for two concerts at once"

# ask VISITOR CURL-ARGUMENT... PATH: as that visitor's browser, with a jar of cookies; the answer is
# in the files head and body, its status and Location printed.
ask() {
    local visitor=$1
    shift
    curl -s --max-time 10 -b "$front/$visitor" -c "$front/$visitor" -D "$front/head" \
        -o "$front/answer" -w '%{http_code} %header{location}' -H "Host: $host" \
        "${@:1:$#-1}" "$base${*: -1}"
}
head_has() { has "$1" "$2" "$(tr -d '\r' <"$front/head")"; }
new_user() { # VISITOR: with the cookie of the shop's own login
    printf '#HttpOnly_%s\tFALSE\t/\tFALSE\t0\tfrontrow_user\t%s\n' "$host" \
        "$("$BUILD/frontrow" --config "$config" token --user "$2")" >"$front/$1"
}
at_gate() { # CONCERT: which gate is asked from here on
    host=gate-$1.test place=/api/v1/gate/concerts/$1/place waiting="/waiting/?concert=$1&return="
}
join() { ask "$1" -X POST -H 'Frontrow-Gate: page' "$place"; }
lets_in() { [[ $(ask "$1" /) == "200 " ]]; }
keeps_out() { [[ $(ask "$1" /) == 302* ]]; }

# Somebody whose session will be over by its own time before long.
at_gate "$brief"
new_user dan "$(</proc/sys/kernel/random/uuid)"
same "with the cookie of the shop's login one joins" "201 " "$(join dan)"
if within 10 lets_in dan; then
    ok "and gets in"
else
    not_ok "and gets in" "$(ask dan "$place")"
fi
at_gate "$concert"

# Nobody has a place yet.
same "without a place: to the waiting page, with the way back" "302 ${waiting}/item?id=3&x=%2F" \
    "$(ask nobody '/item?id=3&x=%2F')"
head_has "which nobody keeps" "Cache-Control: no-store"
same "a form is not sent again" "303 ${waiting}/" "$(ask nobody -d a=b '/order?id=3')"
same "a file of the shop is behind the gate" "302 ${waiting}/file.txt" "$(ask nobody /file.txt)"
same "so is one of its programs" "302 ${waiting}/x.php" "$(ask nobody /x.php)"
same "what needs no gate has none" "200 " "$(ask nobody /assets/a.css)"
same "nor has the shop's login" "200 user=" "$(ask nobody /login)$(cut -d' ' -f1 "$front/answer")"
for path in /.env /assets/.git/config /a/.b; do
    same "$path is nobody's affair" "404 " "$(ask nobody "$path")"
done
same "a program among what needs no gate has one" "302 ${waiting}/assets/x.php" \
    "$(ask nobody /assets/x.php)"
for path in //elsewhere.example/ '/\elsewhere.example' /; do
    same "no way back to $path" "302 ${waiting}/" "$(ask nobody --path-as-is "$path")"
done
for path in verdict end unavailable; do
    same "the gate's own $path is nginx's alone" "404 " "$(ask nobody "/.frontrow/$path")"
done
same "the waiting page is there" "200 " "$(ask nobody "${waiting}/")"
head_has "with a policy for its script" "script-src 'self'; connect-src 'self'"
for file in waiting.js clock.js waiting.css waiting.svg; do
    same "and its $file" "200 " "$(ask nobody "/waiting/$file")"
done
same "also on Frontrow's own site" 200 "$(status "/waiting/?concert=1&return=/")"
has "with the same policy" "script-src 'self'; connect-src 'self'" \
    "$(curl -s -o /dev/null -D - "$site/waiting/")"
none "and for the API no scripts" "$(curl -s -o /dev/null -D - "$site/api/v1/concerts" | grep -F script-src)"
same "the concert's name" Gate "$(ask nobody "/api/v1/concerts/$concert" >/dev/null
    jq -r .title "$front/answer")"
same "and the state of its queue" OPEN "$(ask nobody "/api/v1/queue/concerts/$concert" >/dev/null
    jq -r .state "$front/answer")"
has "and each change of it, as it comes" "\"concertId\":$concert,\"state\":\"OPEN\"" "$(grep -m 1 '^data: ' \
    < <(curl -sN --max-time 5 -H "Host: $host" "$base/api/v1/queue/concerts/$concert/events"))"
same "not of another's" "302 ${waiting}/api/v1/queue/concerts/$brief" \
    "$(ask nobody "/api/v1/queue/concerts/$brief")"

# Joining: with the shop's login; without one where the configuration says so.
same "without a login nobody joins" "401 " "$(join nobody)"
ann=$(</proc/sys/kernel/random/uuid) ben=$(</proc/sys/kernel/random/uuid)
new_user ann "$ann"
new_user ben "$ben"
same "with the login's cookie one does" "201 " "$(join ann)"
head_has "and has the place in a cookie" "HttpOnly; SameSite=Lax"
within 10 lets_in ann
same "who is admitted gets to the shop" "200 " "$(ask ann '/item?id=3')"
has "which is told who it is" "user=$ann until=20" "$(cat "$front/answer")"
has "and gets the request as it was" "GET /item?id=3" "$(cat "$front/answer")"
ask ann -d @"$front/body" -H 'Frontrow-User: somebody' /order >/dev/null
has "a form as well, whatever the client calls itself" "user=$ann until=20" "$(cat "$front/answer")"
same "a file of the shop" "200 a file" "$(ask ann /file.txt)$(cat "$front/answer")"
same "a folder without an index" "200 user=$ann" \
    "$(ask ann /pictures/)$(cut -d' ' -f1 "$front/answer")"
same "a refusal of the shop's is no matter of the gate" "403 the shop's own" \
    "$(ask ann /forbidden)$(cat "$front/answer")"
same "nor an error of the shop's" "500 the shop's own" "$(ask ann /broken)$(cat "$front/answer")"
same "the next one waits" "201 " "$(join ben)"
same "and is kept out" "302 ${waiting}/" "$(ask ben /)"
same "with the place" "200 1" "$(ask ben "$place")$(jq .position "$front/answer")"

# What is no place of this concert's.
jar_of() { # VISITOR NAME VALUE
    printf '%s\tFALSE\t/\tFALSE\t0\t%s\t%s\n' "$host" "$2" "$3" >"$front/$1"
}
token=$(awk -v name="frontrow_queue_$concert" '$6 == name { print $7 }' "$front/ann")
jar_of forged "frontrow_queue_$concert" "${token%?????}AAAAA"
same "a forged cookie is none" "302 ${waiting}/" "$(ask forged /)"
jar_of other "frontrow_queue_$brief" "$token"
same "nor is one of another concert's name" "302 ${waiting}/" "$(ask other /)"
at_gate "$brief"
same "nor this one at another gate" "302 ${waiting}/" \
    "$(ask nobody -H "Cookie: frontrow_queue_$brief=$token" /)"
at_gate "$concert"

# The shop ends the session.
lets_in ann
same "only the shop ends a session: not a client" "200 " "$(ask ann -H 'X-Frontrow-Session: end' /)"
same "nor one that says something else" "200 " "$(ask ann -H 'X-Frontrow-Session: ending' /echo)"
next_second # a verdict serves for the rest of its second
same "it goes on" "200 " "$(ask ann /)"
cp "$front/ann" "$front/copy"
same "the shop's answer gets through" "303 /thanks" "$(ask ann -d pay=1 /buy)"
none "without the header" "$(grep -i x-frontrow-session "$front/head")"
head_has "its own cookies too" "Set-Cookie: shop=1"
head_has "the place's cookie is taken away" "Set-Cookie: frontrow_queue_$concert=; Path=/; Max-Age=0"
same "the next request is sent to the waiting page" "302 ${waiting}/" "$(ask ann /)"
if within 3 keeps_out copy; then
    ok "also with a copy of the cookie"
else
    not_ok "also with a copy of the cookie"
fi
if within 10 lets_in ben; then
    ok "the slot is free: the next one is admitted"
else
    not_ok "the slot is free: the next one is admitted" "$(ask ben "$place"; cat "$front/answer")"
fi
grep -F '"path":"/buy"' "$front/log/frontrow-gate-$concert.log" >"$front/buy"
has "the log has the shop's status" '"status":303' "$(cat "$front/buy")"
none "and neither queries nor tokens" "$(grep -E 'id=3|eyJ' "$front/log/frontrow-gate-$concert.log")"
none "each line of it is JSON" "$(jq -e . "$front/log/frontrow-gate-$concert.log" 2>&1 >/dev/null)"

# A client that goes away in the middle of the answer, or keeps its connection.
new_user cat "$(</proc/sys/kernel/random/uuid)"
join cat >/dev/null
cookies=$(awk '/frontrow_/ { printf "%s%s=%s", sep, $6, $7; sep = "; " }' "$front/ben")
seen=$(curl -s -o "$front/answer" -w '%{http_code} ' -H "Host: gate-$concert.test" \
    -H "Cookie: $cookies" "$base/bye" -o "$front/answer" "$base/other")
if [[ $seen == "200 "* ]] && within 10 lets_in cat; then
    ok "an end on a connection that is kept"
else
    not_ok "an end on a connection that is kept" "$seen"
fi

# A session that is over by its own time.
at_gate "$brief"
if within 10 keeps_out dan; then
    ok "who is over is sent to the waiting page"
else
    not_ok "who is over is sent to the waiting page"
fi
same "and gets a new place there" "201 " "$(join dan)"
at_gate "$concert"

# Without a login, where the configuration says so.
conf_set "$config" gate anonymous_concerts "$concert"
worker=$(members "$state" | awk '/frontrow-worker/ { print $1; exit }')
kill -HUP "$worker"
may_join() { [[ $(join eve) == 201* ]]; }
if within 10 may_join; then
    ok "anyone joins where the configuration says so"
else
    not_ok "anyone joins where the configuration says so" "$(cat "$front/answer")"
fi
# The workers are replaced one after the other.
joins_too() { [[ $(join fay) == 201* ]]; }
if within 10 joins_too; then
    ok "each as somebody new"
else
    not_ok "each as somebody new" "$(cat "$front/answer")"
fi
ask fay "$place" >/dev/null
fay=$(jq -r .userId "$front/answer")
ask eve "$place" >/dev/null
if [[ $(jq -r .userId "$front/answer") != "$fay" && ${#fay} == 36 ]]; then
    ok "with a place of their own"
else
    not_ok "with a place of their own" "$fay"
fi
same "and the same one when they join again" "200 $fay" \
    "$(join fay)$(jq -r .userId "$front/answer")"

# Limits per address, lowered so that few requests are a flood.
seen_429() { # PATH: of sixty requests
    local i
    for ((i = 0; i < 60; i++)); do
        printf 'url = "%s%s"\noutput = /dev/null\n' "$base" "$1"
    done >"$front/flood"
    curl -sN --max-time 10 -K "$front/flood" -H "Host: $host" -w '%{http_code}\n' | grep -c '^429$'
}
for path in / /file.txt /x.php "$place" "/api/v1/concerts/$concert" "/api/v1/queue/concerts/$concert"; do
    same "sixty requests at once for $path are no flood" 0 "$(seen_429 "$path")"
done
cp "$front/gate-1.conf" "$front/gate-1.kept"
sed -i -e 's|rate=[0-9]*r/s|rate=1r/s|' -e 's|burst=[0-9]*|burst=5|' \
    -e 's|_listeners [0-9]*;|_listeners 1;|' "$front/gate-1.conf"
kill -HUP "$nginx_pid"
limited() { (($(seen_429 "$1") > 0)); }
for path in / /file.txt /x.php "$place" "/api/v1/concerts/$concert" "/api/v1/queue/concerts/$concert"; do
    if within 10 limited "$path"; then
        ok "$path has a limit per address"
    else
        not_ok "$path has a limit per address"
    fi
done
sed 's|_listeners [0-9]*;|_listeners 1;|' "$front/gate-1.kept" >"$front/gate-1.conf"
kill -HUP "$nginx_pid"
unlimited() { ! limited /; }
within 10 unlimited
events=/api/v1/queue/concerts/$concert/events
listener=
# A worker that has not heard of the change yet may turn the listener away, or take it and end.
is_heard() {
    if [[ -z $listener ]] || ! kill -0 "$listener" 2>/dev/null; then
        curl -sfN --max-time 60 -o "$front/heard" -H "Host: $host" "$base$events" &
        listener=$!
    fi
    [[ -s $front/heard ]] && kill -0 "$listener" 2>/dev/null
}
is_full() {
    within 5 is_heard &&
        [[ $(curl -sN --max-time 1 -o /dev/null -w '%{http_code}' -H "Host: $host" \
            "$base$events") == 429 ]]
}
if within 20 is_full; then
    ok "so have listeners"
else
    not_ok "so have listeners"
fi
kill "$listener" 2>/dev/null
wait "$listener" 2>/dev/null
none "a flood does not fill the error log, nor bring its queries there" \
    "$(grep -F limiting "$front/log/error.log")"

# Frontrow's workers are away.
mv -- "$state/run/queue.sock" "$state/run/queue.gone"
# A verdict of a moment ago serves for the rest of its second.
is_refused() { [[ $(ask cat /) == "503 " ]]; }
within 5 is_refused || true
same "without Frontrow nobody gets in: 503" "503 " "$(ask cat /)"
head_has "with the time to come again" "Retry-After: 5"
has "and a page that says so" "tries again by" "$(cat "$front/answer")"
same "what needs no gate goes on" "200 " "$(ask cat /assets/a.css)"
sed -i -e 's/# fastcgi_intercept_errors on;/fastcgi_intercept_errors on;/' \
    -e 's/# error_page 500 502 503 504 = @frontrow_open;/error_page 500 502 503 504 = @frontrow_open;/' \
    -e '/DOCUMENT_URI \$uri;/,/}/s/HTTPS \$https if_not_empty;/HTTPS on;/' "$front/gate-1.conf"
kill -HUP "$nginx_pid"
if within 10 lets_in nobody; then
    ok "or everybody, if the operator says so"
else
    not_ok "or everybody, if the operator says so" "$(cat "$front/log/error.log")"
fi
mv -- "$state/run/queue.gone" "$state/run/queue.sock"
if within 10 keeps_out nobody; then
    ok "until it is back"
else
    not_ok "until it is back" "$(ask nobody /)"
fi
# A worker that has not heard of the change yet may be asked first.
tries=0
is_for_https() {
    join "gil$((tries += 1))" >/dev/null
    grep -q 'Secure' "$front/head"
}
within 10 is_for_https || true
head_has "where something before nginx speaks TLS the cookie is for https alone" \
    "HttpOnly; SameSite=Lax; Secure"
