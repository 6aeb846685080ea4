# shellcheck shell=bash
# scripts/run and scripts/stop: what they refuse, what they keep, and what they bring back.
# shellcheck source=SCRIPTDIR/../check.bash
. "$(dirname -- "${BASH_SOURCE[0]}")/../check.bash"
# shellcheck source=SCRIPTDIR/product.bash
. tests/run/product.bash

# refuses TEXT STATUS ARGUMENT...: one line on stderr, that status, and no state folder. In time,
# should it start after all.
unused=$(free_port)
refuses() {
    local text=$1 expected=$2 seen status=0
    shift 2
    seen=$(timeout 60 scripts/run --state "$folder/refused" --port "$unused" "$@" 2>&1 >/dev/null) ||
        status=$?
    if [[ $status == "$expected" && -n $seen && $seen != *$'\n'* && ! -e $folder/refused ]]; then
        ok "$text is refused"
    else
        not_ok "$text is refused" "status $status: $seen"
    fi
    refusal=$seen
}
refuses "an unknown argument" 2 --nonsense
refuses "a port that is no number" 2 --port http
refuses "a port out of bounds" 2 --port 65536
refuses "an argument without its value" 2 --port
refuses "an address that is none" 2 --listen not-an-address
refuses "an address by name" 2 --listen localhost
has "and it is said what would do" numeric "$refusal"
refuses "an address of another machine" 1 --listen 192.0.2.254
refuses "the demo on an address that others can reach" 2 --listen 0.0.0.0
has "and it is said how to go on" "--public-demo" "$refusal"
has "both ways" "--bare" "$refusal"
FRONTROW_SET="server.demo=on" refuses "the demo by a setting on such an address" 2 --listen :: --bare
refuses "a state folder with a dollar sign" 2 --state "$folder/a\$b"
refuses "a state folder that is a file" 2 --state "$said"
FRONTROW_SET="nonsense" refuses "a setting that is none" 2
FRONTROW_ENGINE=sqlite refuses "an unknown database server" 2
mkdir -p "$folder/mysql/db"
touch "$folder/mysql/frontrow.conf" "$folder/mysql/db/mysql.ibd"
FRONTROW_ENGINE=mariadb refuses "the data of another database server" 1 --state "$folder/mysql"
has "and it is said whose they are" "FRONTROW_ENGINE=mysql" "$refusal"
if FRONTROW_SET="nonsense.key=1" scripts/run --state "$folder/set" --port "$unused" >"$said" 2>&1; then
    not_ok "a key that is none is refused" "$(cat "$said")"
    scripts/stop --state "$folder/set" >/dev/null
elif grep -q nonsense "$folder/set/frontrow.conf"; then
    not_ok "a key that is none is refused" "it is in frontrow.conf"
else
    ok "a key that is none is refused, and gets nowhere"
fi

status=0
seen=$(timeout 60 scripts/test --engine oracle structure 2>&1) || status=$?
same "scripts/test refuses an unknown database server by its option" \
    "2 scripts/test: --engine must be mariadb or mysql, not 'oracle'" "$status $seen"

# A folder of nginx's that only root can make, in a world where nobody has.
if ((EUID == 0)) && unshare --mount true 2>/dev/null; then
    same "scripts/deps makes the folder that Nchan's nginx wants, and calls it no package" \
        "Making /var/lib/nginx/body drwx------ www-data" \
        "$(unshare --mount bash -c 'mount -t tmpfs none /var/lib/nginx && scripts/deps &&
            stat -c "%A %U" /var/lib/nginx/body' 2>&1 | paste -s -d " ")"
fi
mkdir -p "$folder/other"
: >"$folder/other/file"
refuses "a folder with something else in it" 1 --state "$folder/other"
same "scripts/stop says that nothing runs" "Nothing runs in $folder/other." \
    "$(scripts/stop --state "$folder/other")"

# A path too long for unix sockets, with blanks.
state=$(realpath "$folder")/"state of a run $(printf 'x%.0s' {1..90})"
mkdir -p "$folder/tmp"
: >"$folder/tmp/#sql-temptable-1-2-3.MAD"
TMPDIR=$(realpath "$folder/tmp") start_anywhere "$state"
same "another database server's temporary tables are left alone" "#sql-temptable-1-2-3.MAD" \
    "$(ls "$folder/tmp")"
has "scripts/run prints the address when the site is ready" "http://127.0.0.1:$port/" "$(cat "$said")"
same "the site is ready then" 200 "$(status /readyz)"
same "frontrow.conf is for its owner alone" 600 "$(stat -c %a "$state/frontrow.conf")"
same "the demo is on" 201 "$(status /api/v1/demo/users -X POST -H 'Content-Type: application/json' -d '{}')"
sockets=$(cat "$state/run/sockets" 2>/dev/null)
same "its unix sockets have a private folder" 700 "$(stat -c %a "$sockets" 2>&1)"

# as KIND SQL: what the account of KIND (empty, job_ or migrate_) is answered.
as() {
    local config=$state/frontrow.conf
    MYSQL_PWD=$(conf_get "$config" database "$1password") mariadb --no-defaults --batch \
        --skip-column-names --socket="$(conf_get "$config" database socket)" \
        --user="$(conf_get "$config" database "$1user")" --execute="$2" frontrow 2>&1
}
is_connected() { (($(as "$1" "SELECT COUNT(*) FROM information_schema.processlist") > 1)); }
for kind in "" job_; do
    if within 20 is_connected "$kind"; then
        ok "who runs has an account of its own ($(conf_get "$state/frontrow.conf" database "${kind}user"))"
    else
        not_ok "who runs has an account of its own (${kind}user)" "$(as "$kind" "SHOW PROCESSLIST")"
    fi
    has "it may not change the ledger" denied "$(as "$kind" "UPDATE wallet_entry SET amount = 0")"
    has "nor drop a table" denied "$(as "$kind" "DROP TABLE outbox")"
done

refuses "a port in use" 1 --port "$port"
seen=$(scripts/run --port "$(free_port)" --state "$state" 2>&1) && seen="it started"
has "a state folder in use is refused" "in use by another run" "$seen"

# What is bought stays bought: a charge, before the parts die and the run is started anew.
user=00000000-0000-4000-8000-000000000001
token() { "$BUILD/frontrow" --config "$state/frontrow.conf" token --user "$user" --scope wallet:charge; }
balance() {
    curl -s --max-time 10 -H "Authorization: Bearer $(token)" \
        "http://127.0.0.1:$port/api/v1/users/$user/balance" | jq -r .balance
}
same "a charge is taken" 201 "$(status "/api/v1/users/$user/balance/charges" \
    -H "Authorization: Bearer $(token)" -H 'Content-Type: application/json' -d '{"amount":1234}')"

# process PART: prints the process of that part that its supervisor started.
process() {
    local pid command supervisor
    read -r supervisor _ <"$state/run/supervisor.pid"
    members "$state" | while read -r pid command; do
        [[ $command == *"$1"* ]] || continue
        [[ $(awk '{ print $2 }' <<<"$(sed 's/.*) //' "/proc/$pid/stat")") == "$supervisor" ]] ||
            continue
        printf '%s\n' "$pid"
    done
}
# killed PART: kills it; sets pid. The job gives way to the next minute's, and may just be gone.
killed() {
    pid=$(process "$1")
    [[ $pid =~ ^[0-9]+$ ]] && kill -KILL "$pid" 2>/dev/null
}
came_back() { # PART OLD
    local pid
    pid=$(process "$1")
    [[ -n $pid && $pid != "$2" ]] && is_ready
}
server=mariadbd
[[ ${FRONTROW_ENGINE:-} != mysql ]] || server=mysqld
for part in "$server" nginx frontrow-worker frontrow-cron; do
    if within 5 killed "$part" && within 30 came_back "$part" "$pid"; then
        ok "$part comes back after it was killed"
    else
        not_ok "$part comes back after it was killed" "was: $pid"$'\n'"$(members "$state")"
    fi
done
same "the charge is still there" 1234 "$(balance)"

gone() { [[ -z $(members "$state") ]]; }
read -r supervisor _ <"$state/run/supervisor.pid"
kill -KILL "$supervisor"
if within 20 gone; then
    ok "nothing is left when the run itself is killed"
else
    not_ok "nothing is left when the run itself is killed" "$(members "$state")"
fi

secret=$(grep -E 'secret|password' "$state/frontrow.conf")
start_anywhere "$state" --bare
ok "the next start goes on after that"
same "it keeps the secrets" "$secret" "$(grep -E 'secret|password' "$state/frontrow.conf")"
same "it keeps the data" 1234 "$(balance)"
same "with --bare the demo is off" 404 "$(status /api/v1/demo/users -X POST -H 'Content-Type: application/json' -d '{}')"

# Killed along with the masters of the parts, whose children nobody tells to stop then. And as an
# earlier version has left it, whose only account might do all, and whose tickets had no secret.
none "an account may be given more" "$(as migrate_ "GRANT ALL PRIVILEGES ON frontrow.* TO frontrow@localhost")"
read -r supervisor _ <"$state/run/supervisor.pid"
kill -KILL "$supervisor" "$(process nginx)" "$(process frontrow-worker)"
jwk() { curl -s "http://127.0.0.1:$port/api/v1/tickets/keys" | jq -c "$1"; }
sed -i -E '/^(job|migrate)_(user|password) =/d; /^ticket_/d' "$state/frontrow.conf"
old=$("$BUILD/frontrow" --config "$state/frontrow.conf" ticket keys | jq -c '.keys[0]')
if start "$state"; then
    ok "a start cleans up what a killed run has left"
else
    not_ok "a start cleans up what a killed run has left" "$(cat "$said")"
fi

has "tickets have a key of their own" ES256 "$(jwk '.keys[0].alg')"
same "and those from before still count" "$old" "$(jwk '.keys[1]')"
has "what was one account before is three" frontrow_migrate "$(as migrate_ "SELECT CURRENT_USER()")"
has "and the first is cut down" denied "$(as "" "DROP TABLE outbox")"
same "with all the data" 1234 "$(balance)"

sockets=$(cat "$state/run/sockets" 2>/dev/null)
same "scripts/stop says when all has ended" "Stopped." "$(scripts/stop --state "$state" 2>&1)"
none "nothing runs then" "$(members "$state")"
none "and the sockets' folder is gone" "$(ls -d "$sockets" 2>/dev/null)"

# Ctrl-C on a run in the foreground, which is the SIGINT that the terminal sends.
# In a folder that was there before, and that others may enter.
state=$(realpath "$folder")/foreground
states+=("$state")
mkdir -m 755 -- "$state"
port=$(free_port)
set -m # or the shell would have it ignore SIGINT, as whoever began the tests may have done
env --default-signal=INT scripts/run --port "$port" --state "$state" >"$said" 2>&1 &
pid=$!
set +m
says_ready() { grep -q "ready at" "$said"; }
if within 90 says_ready && is_ready; then
    ok "a run in the foreground becomes ready, and says so"
else
    not_ok "a run in the foreground becomes ready, and says so" "$(cat "$said")"
fi
none "what the preparation did is not among what it says" "$(grep -E '^(applied|frontrow)' "$said")"
has "but in a log" "applied 001" "$(cat "$state/log/setup.log")"
same "its sockets are for its owner alone" 700 "$(stat -c %a -- "$state/run")"
# interrupted: sends Ctrl-C's signal; sets ended, to the status.
has_ended() { ! kill -0 "$pid" 2>/dev/null; }
interrupted() {
    kill -INT -- "-$pid"
    ended="still running"
    if within 90 has_ended; then
        ended=0
        wait "$pid" || ended=$?
    fi
}
interrupted
same "Ctrl-C ends it in order" 0 "$ended"
none "and nothing of it is left" "$(members "$state")"

# The same before it is ready: with a tool that takes for ever to bring the schema up to date.
mkdir -- "$folder/slow"
ln -s -- "$BUILD"/frontrow-* "$folder/slow/"
printf '#!/bin/sh\nexec sleep 300\n' >"$folder/slow/frontrow"
chmod +x -- "$folder/slow/frontrow"
set -m
FRONTROW_BUILD=$folder/slow env --default-signal=INT \
    scripts/run --port "$port" --state "$state" >"$said" 2>&1 &
pid=$!
set +m
begins() { grep -q "bringing the schema" "$said"; }
within 60 begins
interrupted
same "Ctrl-C before it is ready ends it with another status" 130 "$ended"
has "in order as well" "stopped" "$(cat "$said")"
none "and nothing is left of that either" "$(members "$state")"
