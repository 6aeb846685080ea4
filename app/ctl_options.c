/*
 * The options of the command line, see ctl.h. They are given in full: getopt would take the
 * beginning of a name for the whole, and a word such as --any for a leave that nobody gave.
 */
#include "ctl.h"
#include <getopt.h>
#include <string.h>

/* What getopt returns for an option of the list, counted from here, and for the others. No
 * character of a short option, of which there is none, is as large. */
enum {
    FIRST_OPTION = 256,
    OPTION_CONFIG = FIRST_OPTION + CTL_OPTION_COUNT,
    OPTION_HELP,
    OPTION_VERSION
};

/* The word that was just read, before its value where that is a word of its own. */
static const char *last_word(char **argv)
{
    return argv[optind - (optarg && optarg == argv[optind - 1] ? 2 : 1)];
}

/* Whether a word names the option in full. */
static bool in_full(const char *word, const char *name)
{
    size_t len = strlen(name);

    return strncmp(word, "--", 2) == 0 && strncmp(word + 2, name, len) == 0 &&
           (word[2 + len] == '\0' || word[2 + len] == '=');
}

/* Says what is wrong with the word that was just read, or with its value. */
static bool complain(int c, const char *word)
{
    int len = (int)strcspn(word, "=");

    if (c == ':')
        ctl_complain(0, "%.*s needs a value; see frontrow --help", len, word);
    else if (c == '?' && optopt >= FIRST_OPTION)
        ctl_complain(0, "%.*s takes no value; see frontrow --help", len, word);
    else if (c == '?' && optopt > 0)
        ctl_complain(0, "there is no option -%c; see frontrow --help", optopt);
    else
        ctl_complain(0, "there is no option %.*s; see frontrow --help", len, word);
    return false;
}

static void take(struct ctl *ctl, int c)
{
    if (c == OPTION_CONFIG)
        ctl->config = optarg;
    else if (c == OPTION_HELP)
        ctl->help = true;
    else if (c == OPTION_VERSION)
        ctl->version = true;
    else
        ctl->value[c - FIRST_OPTION] = optarg ? optarg : "";
}

bool ctl_read_options(struct ctl *ctl, int argc, char **argv)
{
    static const struct option options[] = {
#define CTL_ROW(option, name, has_value)                                                           \
    {name, (has_value) ? required_argument : no_argument, NULL, FIRST_OPTION + CTL_##option},
        CTL_OPTION_LIST(CTL_ROW)
#undef CTL_ROW
            {"config", required_argument, NULL, OPTION_CONFIG},
        {"help", no_argument, NULL, OPTION_HELP},
        {"version", no_argument, NULL, OPTION_VERSION},
        {NULL, 0, NULL, 0}};
    int c, at = 0;

    opterr = 0;
    while ((c = getopt_long(argc, argv, ":", options, &at)) != -1) {
        if (c < FIRST_OPTION)
            return complain(c, argv[optind - 1]);
        if (!in_full(last_word(argv), options[at].name))
            return complain(c, last_word(argv));
        take(ctl, c);
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
