/* The options of the command line, see ctl.h. */
#include "ctl.h"
#include <getopt.h>

/* What getopt returns for an option of the list, counted from here. */
enum { FIRST_OPTION = 256 };

bool ctl_read_options(struct ctl *ctl, int argc, char **argv)
{
    static const struct option options[] = {
#define CTL_ROW(option, name, has_value)                                                           \
    {name, (has_value) ? required_argument : no_argument, NULL, FIRST_OPTION + CTL_##option},
        CTL_OPTION_LIST(CTL_ROW)
#undef CTL_ROW
            {"config", required_argument, NULL, 'c'},
        {"help", no_argument, NULL, 'h'},
        {"version", no_argument, NULL, 'v'},
        {NULL, 0, NULL, 0}};
    int c;

    while ((c = getopt_long(argc, argv, "", options, NULL)) != -1) {
        if (c >= FIRST_OPTION)
            ctl->value[c - FIRST_OPTION] = optarg ? optarg : "";
        else if (c == 'c')
            ctl->config = optarg;
        else if (c == 'h')
            ctl->help = true;
        else if (c == 'v')
            ctl->version = true;
        else
            return false;
    }
    return true;
}

uint64_t ctl_given(const struct ctl *ctl)
{
    uint64_t given = 0;

    for (int i = 0; i < CTL_OPTION_COUNT; i++)
        given |= ctl->value[i] ? UINT64_C(1) << i : 0;
    return given;
}

const char *ctl_option_name(enum ctl_option option)
{
    static const char *const names[] = {
#define CTL_NAME(option, name, ...) name,
        CTL_OPTION_LIST(CTL_NAME)
#undef CTL_NAME
    };

    return names[option];
}
