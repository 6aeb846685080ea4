/* The configuration explained, see base/config_print.h. */
#include "base/config_print.h"

#include "base/config.h"
#include <inttypes.h>
#include <string.h>

enum kind { KIND_STR, KIND_INT, KIND_BOOL };

static const struct row {
    const char *section, *key;
    enum kind kind;
    const char *fallback;
    int64_t min, max;
    const char *help;
} rows[] = {
#define CONFIG_ROW(section, key, kind, member, fallback, min, max, help)                           \
    {#section, #key, KIND_##kind, fallback, min, max, help},
    CONFIG_LIST(CONFIG_ROW)
#undef CONFIG_ROW
};
#define N_ROWS (sizeof rows / sizeof *rows)

static void print_bounds(FILE *to, const struct row *row)
{
    if (row->kind == KIND_INT)
        fprintf(to, " (%" PRId64 " to %" PRId64 ")", row->min, row->max);
    else if (row->kind == KIND_BOOL)
        fputs(" (on or off)", to);
}

static void print_markdown(FILE *to)
{
    fputs("| section | key | default | meaning |\n| --- | --- | --- | --- |\n", to);
    for (size_t i = 0; i < N_ROWS; i++) {
        const char *tick = rows[i].fallback[0] ? "`" : "";

        fprintf(to, "| `%s` | `%s` | %s%s%s | %s", rows[i].section, rows[i].key, tick,
                rows[i].fallback, tick, rows[i].help);
        print_bounds(to, &rows[i]);
        fputs(" |\n", to);
    }
}

static void print_sample(FILE *to)
{
    const char *section = "";

    fputs("# Frontrow's configuration: every key with its default. The secrets must be set, for\n"
          "# instance with `openssl rand -hex 32`; nobody but Frontrow may read this file.\n",
          to);
    for (size_t i = 0; i < N_ROWS; i++) {
        if (strcmp(section, rows[i].section) != 0) {
            section = rows[i].section;
            fprintf(to, "\n[%s]\n", section);
        }
        fprintf(to, "# %s", rows[i].help);
        print_bounds(to, &rows[i]);
        fprintf(to, "\n%s =%s%s\n", rows[i].key, rows[i].fallback[0] ? " " : "", rows[i].fallback);
    }
}

void config_print(FILE *to, bool markdown)
{
    if (markdown)
        print_markdown(to);
    else
        print_sample(to);
}
