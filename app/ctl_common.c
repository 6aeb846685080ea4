/* How the commands speak, and how they come to the database; see ctl.h. */
#include "base/log.h"
#include "base/text.h"
#include "ctl.h"
#include "db/db.h"
#include "db/migrate.h"
#include "domain/app.h"
#include <inttypes.h>
#include <stdarg.h>
#include <string.h>

int ctl_complain(int status, const char *format, ...)
{
    va_list args;

    fputs("frontrow: ", stderr);
    va_start(args, format);
    vfprintf(stderr, format, args);
    va_end(args);
    fputc('\n', stderr);
    return status;
}

int ctl_complain_of(enum err e, const char *what)
{
    if (e == ERR_DB_LOST || e == ERR_BUSY)
        return ctl_complain(CTL_FAILED, "%s: the database is out of reach or too busy", what);
    return ctl_complain(CTL_FAILED, "%s failed: %s", what, err_name(e));
}

bool ctl_load(struct ctl *ctl, bool all_accounts)
{
    bool usual = strcmp(ctl->config, CONFIG_DEFAULT_PATH) == 0;
    char why[512];

    if (config_load(ctl->config, &ctl->cfg, why, sizeof why) != ERR_OK) {
        ctl_complain(0, "%s%s", why, usual ? " (--config FILE names another)" : "");
        return false;
    }
    if (!all_accounts)
        config_keep_account(&ctl->cfg, CONFIG_WORKERS);
    log_set_level(ctl->cfg.log_level);
    return true;
}

struct app *ctl_app(struct ctl *ctl, const char *what)
{
    char why[512];
    enum err e = migrate_check(&ctl->cfg, why, sizeof why);
    struct app *app = e == ERR_OK ? app_new(&ctl->cfg) : NULL;

    if (e != ERR_OK && why[0])
        ctl_complain(0, "%s", why);
    else if (!app)
        ctl_complain_of(e == ERR_OK ? ERR_INTERNAL : e, what);
    else
        db_serve(app->db, STMT_OF_TOOL);
    return app;
}

bool ctl_concert_id(const struct ctl *ctl, int64_t *concert_id)
{
    if (text_parse_int(ctl->operand, strlen(ctl->operand), concert_id) && *concert_id > 0)
        return true;
    ctl_complain(0, "CONCERT must be a concert's number, see frontrow queue list");
    return false;
}

int ctl_complain_of_concert(enum err e, const char *what, int64_t concert_id)
{
    if (e != ERR_CONCERT_NOT_FOUND)
        return ctl_complain_of(e, what);
    return ctl_complain(CTL_FAILED, "%s: there is no concert %" PRId64, what, concert_id);
}

void ctl_print_plain(FILE *to, const char *text)
{
    for (const unsigned char *p = (const unsigned char *)text; *p; p++) {
        if (*p < ' ' || *p == 0x7f) {
            fputc('?', to);
        } else if (*p == 0xc2 && p[1] >= 0x80 && p[1] < 0xa0) {
            fputc('?', to);
            p++;
        } else {
            fputc(*p, to);
        }
    }
}
