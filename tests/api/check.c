/* Expectations and ways into JSON; see check.h. */
#include "check.h"
#include "api.h"

#include <ctype.h>
#include <CUnit/CUnit.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

static void fail(const char *file, int line, bool fatal, const char *message)
{
    CU_assertImplementation(CU_FALSE, (unsigned)line, message, file, "",
                            fatal ? CU_TRUE : CU_FALSE);
}

static void pass(const char *file, int line)
{
    CU_assertImplementation(CU_TRUE, (unsigned)line, "", file, "", CU_FALSE);
}

void check_at(const char *file, int line, bool ok, bool fatal, const char *what, const char *format,
              ...)
{
    if (ok) {
        pass(file, line);
        return;
    }
    va_list args;
    va_start(args, format);
    const char *seen = api_vfmt(format, args);
    va_end(args);
    fail(file, line, fatal, api_fmt("%s%s", what, seen));
}

/* "POST /x: 409 {…}": an answer in one line. */
static const char *describe(const struct api_res *r)
{
    return api_fmt("%s: %ld %.400s", r->what, r->status, r->body);
}

bool check_status(const char *file, int line, const struct api_res *r, long status, bool fatal)
{
    if (r->status == status) {
        pass(file, line);
        return true;
    }
    fail(file, line, fatal, api_fmt("want %ld, got %s", status, describe(r)));
    return false;
}

/* Whether `got` is the name, perhaps with what is around it: "queue.admitCount". */
static bool names_field(const char *got, const char *want)
{
    size_t g = strlen(got), w = strlen(want);
    if (g < w || strcmp(got + g - w, want) != 0)
        return false;
    return g == w || got[g - w - 1] == '.';
}

/* What is wrong with an error's shape, or NULL. */
static const char *problem_fault(const struct api_res *r)
{
    const char *type = api_header(r, "Content-Type");
    if (!type || strncmp(type, "application/problem+json", 24) != 0)
        return "Content-Type is not application/problem+json";
    static const char *const texts[] = {"type", "title", "detail", "code", "requestId"};
    for (size_t i = 0; i < COUNT(texts); i++)
        if (!*api_text(r, texts[i]))
            return api_fmt("no %s", texts[i]);
    json_object *status = api_at(r, "status");
    if (!json_object_is_type(status, json_type_int) || json_object_get_int64(status) != r->status)
        return "status is not the status";
    if (r->status == 401 && !api_header(r, "WWW-Authenticate"))
        return "no WWW-Authenticate";
    if ((r->status == 429 || r->status == 503) && !api_header(r, "Retry-After"))
        return "no Retry-After";
    return NULL;
}

bool check_error(const char *file, int line, const struct api_res *r, long status, const char *code,
                 const char *field)
{
    const char *fault = NULL;
    if (r->status != status || strcmp(CODE(r), code) != 0)
        fault = "";
    else if (field && !names_field(api_text(r, "field"), field))
        fault = api_fmt(" field %s", field);
    else if ((fault = problem_fault(r)))
        fault = api_fmt(" (%s)", fault);
    if (!fault) {
        pass(file, line);
        return true;
    }
    fail(file, line, false, api_fmt("want %ld %s%s, got %s", status, code, fault, describe(r)));
    return false;
}

bool check_int(const char *file, int line, const char *what, int64_t got, int64_t want)
{
    check_at(file, line, got == want, false, what, " is %lld, want %lld", (long long)got,
             (long long)want);
    return got == want;
}

bool check_str(const char *file, int line, const char *what, const char *got, const char *want)
{
    bool same = got && want ? strcmp(got, want) == 0 : got == want;
    check_at(file, line, same, false, what, " is %s, want %s", got ? got : "(none)",
             want ? want : "(none)");
    return same;
}

/* Walks to a path; false if it is not there. */
static bool walk(const struct api_res *r, const char *path, json_object **out)
{
    json_object *at = r->json;
    if (!at)
        return false;
    while (*path) {
        char name[64];
        size_t n = strcspn(path, ".");
        snprintf(name, sizeof name, "%.*s", (int)n, path);
        path += n + (path[n] == '.');
        if (json_object_is_type(at, json_type_array)) {
            size_t i = strtoul(name, NULL, 10);
            if (!isdigit((unsigned char)*name) || i >= json_object_array_length(at))
                return false;
            at = json_object_array_get_idx(at, i);
        } else if (!json_object_is_type(at, json_type_object) ||
                   !json_object_object_get_ex(at, name, &at)) {
            return false;
        }
    }
    *out = at;
    return true;
}

json_object *api_at(const struct api_res *r, const char *path)
{
    json_object *at = NULL;
    return walk(r, path, &at) ? at : NULL;
}

bool api_has(const struct api_res *r, const char *path)
{
    json_object *at;
    return walk(r, path, &at);
}

bool api_is_null(const struct api_res *r, const char *path)
{
    json_object *at;
    return walk(r, path, &at) && !at;
}

const char *api_text(const struct api_res *r, const char *path)
{
    json_object *at = api_at(r, path);
    return json_object_is_type(at, json_type_string) ? json_object_get_string(at) : "";
}

/* The value at a path if it has the type; else fails the test and gives NULL. */
static json_object *typed(const char *file, int line, const struct api_res *r, const char *path,
                          enum json_type type)
{
    json_object *at = api_at(r, path);
    if (at && json_object_is_type(at, type)) {
        pass(file, line);
        return at;
    }
    fail(file, line, false,
         api_fmt("no %s at %s in %s", json_type_to_name(type), path, describe(r)));
    return NULL;
}

int64_t check_get_int(const char *file, int line, const struct api_res *r, const char *path)
{
    json_object *at = typed(file, line, r, path, json_type_int);
    return at ? json_object_get_int64(at) : -1;
}

const char *check_get_str(const char *file, int line, const struct api_res *r, const char *path)
{
    json_object *at = typed(file, line, r, path, json_type_string);
    return at ? json_object_get_string(at) : "";
}

size_t check_get_len(const char *file, int line, const struct api_res *r, const char *path)
{
    json_object *at = typed(file, line, r, path, json_type_array);
    return at ? json_object_array_length(at) : 0;
}

int64_t api_parse_time(const char *text)
{
    static const char form[] = "dddd-dd-ddTdd:dd:dd.dddZ";
    for (size_t i = 0; i < sizeof form; i++)
        if (form[i] == 'd' ? !isdigit((unsigned char)text[i]) : text[i] != form[i])
            return -1;
    struct tm t = {0};
    if (!strptime(text, "%Y-%m-%dT%H:%M:%S", &t))
        return -1;
    return (int64_t)timegm(&t) * 1000 + strtol(text + 20, NULL, 10);
}

const char *api_time(int64_t wall_ms)
{
    time_t seconds = (time_t)(wall_ms / 1000);
    struct tm t;
    char text[32];
    gmtime_r(&seconds, &t);
    strftime(text, sizeof text, "%Y-%m-%dT%H:%M:%S", &t);
    return api_fmt("%s.%03dZ", text, (int)(wall_ms % 1000));
}

int64_t check_get_time(const char *file, int line, const struct api_res *r, const char *path)
{
    int64_t ms = api_parse_time(check_get_str(file, line, r, path));
    check_at(file, line, ms >= 0, false, path, " is no time in %s", describe(r));
    return ms;
}

/* Whether a value has a type of check_shape's list. */
static bool has_type(json_object *value, char type)
{
    const char *s =
        json_object_is_type(value, json_type_string) ? json_object_get_string(value) : NULL;
    switch (type) {
    case 'i':
        return json_object_is_type(value, json_type_int);
    case 'b':
        return json_object_is_type(value, json_type_boolean);
    case 'a':
        return json_object_is_type(value, json_type_array);
    case 'o':
        return json_object_is_type(value, json_type_object);
    case 'n':
        return value == NULL;
    case 's':
        return s != NULL;
    case 'x':
        return true;
    case 't':
        return s && api_parse_time(s) >= 0;
    case 'd':
        return s && strlen(s) == 10 && api_parse_time(api_fmt("%sT00:00:00.000Z", s)) >= 0;
    case 'u':
        return s && strlen(s) == 36 && strspn(s, "0123456789abcdef-") == 36;
    default:
        return false;
    }
}

/* Looks at one "name:type" of the object; the fault, or NULL. */
static const char *member_fault(json_object *object, const char *member, size_t len)
{
    char name[64];
    const char *colon = memchr(member, ':', len);
    bool nullable = member[len - 1] == '?';
    json_object *value;
    snprintf(name, sizeof name, "%.*s", (int)(colon - member), member);
    if (!json_object_object_get_ex(object, name, &value))
        return api_fmt("no %s", name);
    if (!(nullable && !value) && !has_type(value, colon[1]))
        return api_fmt("%s is %s, want %.*s", name, json_object_to_json_string(value),
                       (int)(member + len - colon - 1), colon + 1);
    return NULL;
}

/* Whether "name:" is among the members. */
static bool is_listed(const char *members, const char *name)
{
    size_t n = strlen(name);
    for (const char *m = members; *m; m += strcspn(m, " "), m += strspn(m, " "))
        if (strncmp(m, name, n) == 0 && m[n] == ':')
            return true;
    return false;
}

void check_shape(const char *file, int line, const struct api_res *r, const char *path,
                 const char *members)
{
    json_object *object = api_at(r, path);
    const char *fault = NULL;
    if (!json_object_is_type(object, json_type_object)) {
        fail(file, line, false, api_fmt("no object at '%s' in %s", path, describe(r)));
        return;
    }
    for (const char *m = members; *m && !fault; m += strspn(m, " ")) {
        size_t len = strcspn(m, " ");
        fault = member_fault(object, m, len);
        m += len;
    }
    json_object_object_foreach(object, name, value)
    {
        (void)value;
        if (!fault && !is_listed(members, name))
            fault = api_fmt("unexpected %s", name);
    }
    if (fault)
        fail(file, line, false, api_fmt("'%s': %s in %s", path, fault, describe(r)));
    else
        pass(file, line);
}
