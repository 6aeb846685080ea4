/* The rows of the error list, see base/err.h. */
#include "base/err.h"

static const struct err_info infos[ERR_COUNT] = {
#define ERR_ROW(name, status, code, ten, tko, den, dko)                                            \
    [ERR_##name] = {#name, status, code, ten, tko, den, dko},
    ERR_LIST(ERR_ROW)
#undef ERR_ROW
};

const struct err_info *err_info(enum err e)
{
    if ((int)e < 0 || e >= ERR_COUNT)
        return &infos[ERR_INTERNAL];
    return &infos[e];
}

const char *err_name(enum err e)
{
    return err_info(e)->name;
}
