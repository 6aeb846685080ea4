# shellcheck shell=bash
# What is written in two places says the same in both.
# shellcheck source=SCRIPTDIR/../check.bash
. "$(dirname -- "${BASH_SOURCE[0]}")/../check.bash"

# nginx's own errors: titles and details of the error list. Its 403 is about an address.
words=$(grep -oE '"(title|detail)":"[^"]*"' nginx/site.conf.in |
    sed -E 's/^"(title|detail)":"(.*)"$/\2/' | grep -vE 'from here|주소에서')
none "nginx's own errors have the words of the error list" "$(
    while IFS= read -r text; do
        grep -qF -- "\"$text\"" include/base/err.h || printf '%s\n' "$text"
    done <<<"$words"
)"

table=$("$BUILD/frontrow" config table 2>&1)
readme=$(cat README.md 2>&1)
if [[ -n $table && $readme == *"$table"* ]]; then
    ok "the README's table of settings is what frontrow config table prints"
else
    not_ok "the README's table of settings is what frontrow config table prints" \
        "$(diff <(printf '%s\n' "$table") <(printf '%s\n' "$readme" | grep '^|') 2>&1)"
fi

sample=$(mktemp)
"$BUILD/frontrow" config sample >"$sample" 2>&1
none "the sample configuration names every key" "$(
    "$BUILD/frontrow" config table | grep -oE '`[a-z_]+`' | tr -d '`' | sort -u |
        while IFS= read -r key; do grep -qE "\b$key\b" "$sample" || echo "$key"; done
)"
rm -f -- "$sample"

# One command a line in the help, indented by two blanks; one a row in the README's table.
same "the README's table of commands has those of frontrow --help" \
    "$("$BUILD/frontrow" --help 2>&1 | sed -nE 's/^  ([a-z].*)$/\1/p' | sort)" \
    "$(sed -nE 's/^\| `frontrow ([^`]*)`.*/\1/p' README.md | sort)"
