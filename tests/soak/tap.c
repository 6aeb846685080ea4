/* Following a client's packets; see tap.h. */
#include "soak/tap.h"

#include <string.h>
#include <strings.h>

enum { HEAD = 4, COM_QUERY = 0x03, COM_STMT_EXECUTE = 0x17 };

size_t tap_packet(const unsigned char *data, size_t len)
{
    if (len < HEAD)
        return 0;
    size_t whole = HEAD + ((size_t)data[0] | (size_t)data[1] << 8 | (size_t)data[2] << 16);
    return len < whole ? 0 : whole;
}

static bool begins_with(const unsigned char *text, size_t len, const char *word)
{
    size_t n = strlen(word);

    return len >= n && strncasecmp((const char *)text, word, n) == 0;
}

static enum tap_kind see_query(struct tap *t, const unsigned char *text, size_t len)
{
    if (len > 2 && text[0] == 0) { /* MySQL's client: no attributes, of one set */
        text += 2;
        len -= 2;
    }
    if (begins_with(text, len, "START TRANSACTION")) {
        *t = (struct tap){.in_transaction = true};
        return TAP_BEGIN;
    }
    if (begins_with(text, len, "COMMIT")) {
        t->in_transaction = false;
        return TAP_COMMIT;
    }
    if (begins_with(text, len, "ROLLBACK")) {
        t->in_transaction = false;
        return TAP_ROLLBACK;
    }
    if (begins_with(text, len, "SET "))
        return TAP_OTHER;
    t->statements++;
    return TAP_STATEMENT;
}

enum tap_kind tap_see(struct tap *t, const unsigned char *packet, size_t len)
{
    if (len <= HEAD || packet[3] != 0)
        return TAP_OTHER;
    switch (packet[HEAD]) {
    case COM_QUERY:
        return see_query(t, packet + HEAD + 1, len - HEAD - 1);
    case COM_STMT_EXECUTE:
        t->statements++;
        return TAP_STATEMENT;
    default:
        return TAP_OTHER;
    }
}
