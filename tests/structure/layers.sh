# shellcheck shell=bash
# Who may include what: base, db, domain, http and the mains each know the layers before them, http
# does not know db, and each foreign library is met in one place.
# shellcheck source=SCRIPTDIR/../check.bash
. "$(dirname -- "${BASH_SOURCE[0]}")/../check.bash"

# in_layer LAYER: its sources and headers.
in_layer() { find "app/$1" "include/$1" -name '*.[ch]' | sort; }

# foreign LAYER ALLOWED: the layer's includes of anything but the allowed layers.
foreign() {
    local file
    for file in $(in_layer "$1"); do
        grep -nE '^[[:space:]]*#[[:space:]]*include[[:space:]]*"' "$file" |
            grep -vE "\"($2)/" | sed "s|^|$file:|"
    done
}

none "base includes nothing of the rest" "$(foreign base 'base')"
none "db includes only base and db" "$(foreign db 'base|db')"
none "domain includes only base, db and domain" "$(foreign domain 'base|db|domain')"
none "http includes only base, domain and http" "$(foreign http 'base|domain|http')"
none "load includes only base, domain, http and load" "$(foreign load 'base|domain|http|load')"
none "nothing but the operator's tool includes load" "$(grep -rnE '^#include "load/' app include |
    grep -vE '^(app|include)/load/|^app/ctl_rehearse\.c:')"

# only TEXT HEADERS FILES: who includes such a header without being one of these files.
only() {
    none "$1" "$(grep -rnE "^[[:space:]]*#[[:space:]]*include[[:space:]]*[<\"]($2)[>\"]" app include |
        grep -vE "^($3):")"
}

only "only app/db/db.c includes the database's client library" \
    '(mysql|mariadb)[^>"]*' 'app/db/db\.c'
only "only app/http/fcgi.c includes libfcgi" '([^>"]*/)?fcgi(app|_stdio|misc|os|_config)[^>"]*' 'app/http/fcgi\.c'
only "only app/http/auth.c includes libjwt" '([^>"]*/)?jwt\.h' 'app/http/auth\.c'
only "only app/http/publisher.c includes libcurl" 'curl/[^>"]*' 'app/http/publisher\.c'
only "only the answers that a rehearsal reads are parsed by http-parser" \
    'http_parser[^>"]*' 'include/load/answer\.h'
only "only app/load/tls.c includes libssl" 'openssl/ssl[^>"]*' 'app/load/tls\.c'
only "only the binding of input, the tokens and the tickets include json-c" \
    '(json-c/[^>"]*|json(_[a-z]+)?\.h)' 'app/http/(bind|json)[a-z_]*\.c|app/http/(auth|jws|ticket|ticket_keys)\.c'
only "only app/http/qr.c includes libqrencode" 'qrencode[^>"]*' 'app/http/qr\.c'

# Nor by way of another header.
flags=$(pkg-config --cflags libmariadb json-c libjwt uuid)
seen=
for file in $(find app/http -name '*.c' | sort); do
    # shellcheck disable=SC2086 # flags are words
    seen+=$(cc -std=c11 -D_GNU_SOURCE -Iinclude $flags -MM "$file" 2>&1 |
        grep -oE '(include/db/|mysql\.h)[^ ]*' | sed "s|^|$file: |")
done
none "nothing in http sees a header of db through another" "$seen"
