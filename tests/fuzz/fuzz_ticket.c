/*
 * Any text as a ticket, any header and payload under a good signature, and any text as a set of
 * keys.
 *
 * Each input is tried as a ticket as it is; as the header and the payload (parted by a line end) of
 * one signed with our key and with a foreign one; and as a JWK Set.
 */
#include "base/ranges.h"
#include "domain/schedule.h"
#include "fuzz.h"
#include "http/ticket.h"
#include "unit/http_forge.h"

#include <stdlib.h>
#include <string.h>

static struct ticket_keys keys, foreign;

/* What must hold of any ticket that is taken. */
static void check_ticket(const char *text, bool ours)
{
    struct ticket t;

    if (ticket_check(&keys, text, strlen(text), &t) != TICKET_GENUINE)
        return;
    if (!ours || t.reservation_id < 1 || t.schedule_id < 1 || t.concert_id < 1 || t.starts_at < 0 ||
        t.paid_at < 0 || ranges_count(t.seats, APP_MAX_SEATS, SCHEDULE_MAX_SEATS) < 1)
        abort();
}

static void check_signed(const char *text, const struct ticket_keys *by)
{
    size_t header_len = strcspn(text, "\n");
    char *header = strndup(text, header_len);
    char *ticket =
        forge_es256(header, text + header_len + (text[header_len] == '\n'), by->key[0].pkey);

    check_ticket(ticket, by == &keys);
    free(header);
    free(ticket);
}

/* What is read can be written, and read again. */
static void check_set(const char *text, size_t len)
{
    struct ticket_keys set, again;
    struct text_buf out = {0};

    if (ticket_keys_read(text, len, &set) != ERR_OK)
        return;
    ticket_keys_put(&set, &out);
    if (out.failed || ticket_keys_read(out.data, out.len, &again) != ERR_OK ||
        again.count != set.count)
        abort();
    ticket_keys_clear(&set);
    ticket_keys_clear(&again);
    text_buf_free(&out);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const struct config config = {.auth_ticket_secret =
                                             "ticket-secret-current-0123456789abcdef"},
                               other = {.auth_ticket_secret = "foreign-secret-0123456789abcdef012"};
    char *text = strndup((const char *)data, size);

    if (keys.count == 0 && (ticket_keys_derive(&config, &keys) != ERR_OK ||
                            ticket_keys_derive(&other, &foreign) != ERR_OK))
        abort();
    /* Only the seed that was signed elsewhere is genuine as it is. */
    check_ticket(text, true);
    check_signed(text, &keys);
    check_signed(text, &foreign);
    check_set(text, strlen(text));
    free(text);
    return 0;
}
