# shellcheck shell=bash
# The accounts of a private database server, as statements that it runs at each start with all
# rights; nobody else has these. Sourced after lib.sh.

# account_made CONFIG KIND: prints the statements that make the account of frontrow.conf's keys KINDuser
# and KINDpassword (KIND is empty, job_ or migrate_), or give it that password. MySQL's server wants
# a line for each.
account_made() {
    local name password
    name=$(conf_get "$1" database "$2user") password=$(conf_get "$1" database "$2password")
    cat <<END
CREATE USER IF NOT EXISTS '$name'@'localhost' IDENTIFIED BY '$password';
ALTER USER '$name'@'localhost' IDENTIFIED BY '$password';
END
}

# accounts_product FILE CONFIG: the database and its three accounts. That of migrations may do all in
# it; the others get their rights from "frontrow migrate --grants".
accounts_product() {
    (
        umask 077
        {
            echo "CREATE DATABASE IF NOT EXISTS frontrow CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_520_ci;"
            account_made "$2" ""
            account_made "$2" job_
            account_made "$2" migrate_
            echo "GRANT ALL PRIVILEGES ON frontrow.* TO '$(conf_get "$2" database migrate_user)'@'localhost' WITH GRANT OPTION;"
        } >"$1"
    )
}

# accounts_scratch FILE CONFIG: for the unit tests, one account for all: it may make databases whose
# names begin with frontrow, and accounts.
accounts_scratch() {
    local name
    name=$(conf_get "$2" database user)
    (
        umask 077
        {
            echo "CREATE DATABASE IF NOT EXISTS frontrow CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_520_ci;"
            account_made "$2" ""
            echo "GRANT ALL PRIVILEGES ON \`frontrow%\`.* TO '$name'@'localhost' WITH GRANT OPTION;"
            echo "GRANT CREATE USER ON *.* TO '$name'@'localhost' WITH GRANT OPTION;"
        } >"$1"
    )
}
