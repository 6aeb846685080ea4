# shellcheck shell=bash
# Every header compiles alone, so that no source depends on the order of its includes.
# shellcheck source=SCRIPTDIR/../check.bash
. "$(dirname -- "${BASH_SOURCE[0]}")/../check.bash"

flags=$(pkg-config --cflags libmariadb json-c libjwt uuid)
seen=
for header in $(find include -name '*.h' | sort); do
    # shellcheck disable=SC2086 # flags are words
    seen+=$(cc -std=c11 -D_GNU_SOURCE -Wall -Wextra -Wshadow -Wstrict-prototypes -Werror \
        -Iinclude $flags -fsyntax-only -x c "$header" 2>&1 | head -n 5)
done
none "every header compiles alone" "$seen"

seen=$(for header in $(find include -name '*.h' | sort); do
    name=${header#include/}
    guard=FRONTROW_$(printf '%s' "${name%.h}" | tr 'a-z/' 'A-Z_')_H
    grep -qx "#ifndef $guard" "$header" || echo "$header: no #ifndef $guard"
done)
none "every header has the guard of its path" "$seen"
