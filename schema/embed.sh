#!/bin/sh
# Turns migrations (NNN_name.sql, in the order given) into a C source with the table `migrations`.
set -eu

echo '/* Made from schema/NNN_name.sql; see db/migrate.h. */'
echo '#include "db/migrate.h"'
echo 'const struct migration migrations[] = {'
for file in "$@"; do
    base=$(basename "$file" .sql)
    number=$(echo "$base" | sed 's/_.*//; s/^0*//')
    echo "{$number, \"$base\","
    sed 's/\\/\\\\/g; s/"/\\"/g; s/.*/"&\\n"/' "$file"
    echo '},'
done
echo '{0, 0, 0}};'
