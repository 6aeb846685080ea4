# shellcheck shell=bash
# What lies where, and what must not be left in the text.
# shellcheck source=SCRIPTDIR/../check.bash
. "$(dirname -- "${BASH_SOURCE[0]}")/../check.bash"

none "the top level holds only what belongs there" "$(find . -mindepth 1 -maxdepth 1 \
    ! -name '.*' -printf '%f\n' |
    grep -vxE 'app|include|nginx|schema|scripts|tests|Makefile|README\.md|build|var')"

files=$(find app include nginx schema scripts tests Makefile README.md -type f 2>/dev/null)

# shellcheck disable=SC2086 # our file names have no blanks, as is checked here
none "no file name has a blank" "$(find app include nginx schema scripts tests -name '* *')"
# The words are put together, so that this file does not find itself.
# shellcheck disable=SC2086
none "nothing is left for later" "$(grep -nE "\b(TO""DO|FIX""ME|XX""X)\b" $files)"
# shellcheck disable=SC2086
none "no line ends in blanks" "$(grep -nIE '[[:blank:]]+$' $files)"
none "every source opens with its purpose" "$(
    for file in $(find app include tests -name '*.[ch]'); do
        [[ $(head -c 2 "$file") == '/*' ]] || echo "$file"
    done
)"
none "every script can be run" "$(
    for file in $(grep -rlE -m1 '^#!' scripts tests .ci 2>/dev/null); do
        [[ -x $file ]] || echo "$file"
    done
)"
