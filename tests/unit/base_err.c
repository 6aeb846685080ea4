/* The error list: complete, and in both languages. */
#include "base/err.h"
#include "suite.h"

#include <stdio.h>
#include <string.h>

static void test_every_row_is_complete(void)
{
    for (int e = ERR_INVALID_JSON; e <= ERR_BUSY; e++) {
        const struct err_info *info = err_info((enum err)e);

        CU_ASSERT(info->status >= 400 && info->status <= 599);
        CU_ASSERT_STRING_EQUAL(info->name, info->code);
        CU_ASSERT(info->title_en[0] && info->title_ko[0]);
        CU_ASSERT(info->detail_en[0] && info->detail_ko[0]);
    }
}

static void test_inner_errors_have_no_code_of_their_own(void)
{
    for (int e = ERR_BUSY + 1; e < ERR_COUNT; e++)
        CU_ASSERT_STRING_EQUAL(err_info((enum err)e)->code, "INTERNAL");
}

static void test_an_unknown_value_is_internal(void)
{
    CU_ASSERT_PTR_EQUAL(err_info((enum err)ERR_COUNT), err_info(ERR_INTERNAL));
    CU_ASSERT_PTR_EQUAL(err_info((enum err) - 1), err_info(ERR_INTERNAL));
    CU_ASSERT_STRING_EQUAL(err_name((enum err)9999), "INTERNAL");
}

static void test_the_list_is_the_contract(void)
{
    static const struct {
        int status;
        const char *codes;
    } contract[] = {
        {400, "INVALID_JSON INVALID_FIELD MISSING_FIELD UNKNOWN_FIELD INVALID_PARAMETER "
              "BAD_REQUEST"},
        {401, "TOKEN_MISSING TOKEN_INVALID"},
        {402, "INSUFFICIENT_BALANCE"},
        {403, "NOT_ADMITTED WRONG_CONCERT FORBIDDEN"},
        {404, "NOT_FOUND CONCERT_NOT_FOUND SCHEDULE_NOT_FOUND SEAT_NOT_FOUND "
              "RESERVATION_NOT_FOUND USER_NOT_FOUND"},
        {405, "METHOD_NOT_ALLOWED"},
        {409,
         "SEAT_TAKEN ALREADY_PAID NOT_EXTENDABLE NOT_REFUNDABLE NOT_CONFIRMED BOOKING_NOT_OPEN "
         "BOOKING_CLOSED QUEUE_CLOSED SOLD_OUT AMBIGUOUS_DATE IDEMPOTENCY_IN_PROGRESS"},
        {410, "QUEUE_TOKEN_EXPIRED HOLD_EXPIRED"},
        {413, "BODY_TOO_LARGE"},
        {414, "URI_TOO_LONG"},
        {415, "UNSUPPORTED_MEDIA_TYPE"},
        {422, "SEAT_LIMIT IDEMPOTENCY_MISMATCH BALANCE_LIMIT"},
        {429, "RATE_LIMITED"},
        {503, "BUSY"},
    };
    int listed = 0;

    for (size_t i = 0; i < sizeof contract / sizeof *contract; i++) {
        char codes[256];

        snprintf(codes, sizeof codes, "%s", contract[i].codes);
        for (char *code = strtok(codes, " "); code; code = strtok(NULL, " "), listed++) {
            int e = 0;

            while (e < ERR_COUNT && strcmp(err_name((enum err)e), code) != 0)
                e++;
            CU_ASSERT_EQUAL_FATAL(e < ERR_COUNT, 1);
            CU_ASSERT_EQUAL(err_info((enum err)e)->status, contract[i].status);
        }
    }
    /* OK and INTERNAL beside them, and nothing else. */
    CU_ASSERT_EQUAL(listed + 2, ERR_BUSY + 1);
}

SUITE(base_err, TEST(test_every_row_is_complete), TEST(test_inner_errors_have_no_code_of_their_own),
      TEST(test_an_unknown_value_is_internal), TEST(test_the_list_is_the_contract));
