# shellcheck shell=bash
# What the shell tests share: one line for each thing they check, "ok ..." or "not ok ...".
# scripts/test counts the lines. Sourced first; sets root, and the folder of the programs.
set -uo pipefail

root=$(cd -- "$(dirname -- "${BASH_SOURCE[0]}")/.." && pwd -P)
cd -- "$root" || exit 1
# shellcheck source=SCRIPTDIR/../scripts/lib.sh
. scripts/lib.sh

ok() { printf 'ok     %s\n' "$*"; }

# not_ok TEXT [MORE]: what is wrong, and what was seen, indented.
not_ok() {
    printf 'not ok %s\n' "$1"
    [[ -z ${2:-} ]] || printf '%s\n' "$2" | head -n 40 | while IFS= read -r line; do
        printf '         %s\n' "$line"
    done
}

# none TEXT SEEN: ok if nothing was seen.
none() {
    if [[ -z $2 ]]; then ok "$1"; else not_ok "$1" "$2"; fi
}

# same TEXT EXPECTED SEEN
same() {
    if [[ $2 == "$3" ]]; then ok "$1"; else not_ok "$1" "expected: $2"$'\n'"seen:     $3"; fi
}

# has TEXT PART WHOLE: ok if the whole contains the part.
has() {
    if [[ $3 == *"$2"* ]]; then ok "$1"; else not_ok "$1" "missing: $2"$'\n'"in:      $3"; fi
}

# within SECONDS COMMAND...: waits until the command succeeds, at most so long.
within() {
    local end=$((SECONDS + $1))
    shift
    until "$@"; do
        ((SECONDS < end)) || return 1
        sleep 0.1
    done
}
