/* What the operator watches: health, readiness, metrics; and the demo's users. */
#include "suite.h"
#include "world.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

static const struct api_res *root(const char *path)
{
    return api_send(&(struct api_req){.path = path, .root = true});
}

static void test_alive(void)
{
    const struct api_res *r = root("/healthz");
    EXPECT(r, 200);
    SHAPE(r, "", "status:s checks:o");
    CHECK_STR(STR(r, "status"), "ok");
}

static void test_ready(void)
{
    const struct api_res *r = root("/readyz");
    EXPECT(r, 200);
    SHAPE(r, "", "status:s checks:o");
    CHECK_STR(STR(r, "status"), "ok");
    CHECK(json_object_object_length(api_at(r, "checks")) >= 3, "%s", r->body);
}

static void test_health_is_not_under_the_base_path(void)
{
    EXPECT_ERROR(api_get(NULL, "/healthz"), 404, "NOT_FOUND");
    EXPECT_ERROR(api_get(NULL, "/metrics"), 404, "NOT_FOUND");
}

/* The sum of the samples whose line begins with `name` and has `label`; -1 if there is none. */
static double sample(const struct api_res *r, const char *name, const char *label)
{
    double sum = -1;
    for (const char *line = r->body; *line; line += strcspn(line, "\n"), line += *line == '\n') {
        size_t len = strcspn(line, "\n"), n = strlen(name);
        const char *text = F("%.*s", (int)len, line);
        if (strncmp(text, name, n) != 0 || (text[n] != '{' && text[n] != ' '))
            continue;
        if (strstr(text, label))
            sum = (sum < 0 ? 0 : sum) + strtod(strrchr(text, ' ') + 1, NULL);
    }
    return sum;
}

/* Whether a line is a comment or a sample: name, labels in braces, a number. */
static bool is_prometheus(const char *line)
{
    if (*line == '\0' || strncmp(line, "# HELP ", 7) == 0 || strncmp(line, "# TYPE ", 7) == 0)
        return true;
    size_t name = strspn(line, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_:");
    const char *at = line + name;
    if (name == 0 || isdigit((unsigned char)*line))
        return false;
    if (*at == '{') {
        at = strrchr(line, '}');
        if (!at)
            return false;
        at++;
    }
    char *end;
    if (*at != ' ')
        return false;
    strtod(at + 1, &end);
    return end != at + 1 && *end == '\0';
}

static void test_metrics_are_prometheus_text(void)
{
    const struct api_res *r = root("/metrics");
    EXPECT(r, 200);
    const char *type = api_header(r, "Content-Type");
    CHECK(type && strncmp(type, "text/plain", 10) == 0, "%s", type ? type : "none");
    CHECK(r->len > 200 && r->body[r->len - 1] == '\n', "%zu bytes", r->len);
    for (const char *line = r->body; *line; line += strcspn(line, "\n") + 1) {
        const char *text = F("%.*s", (int)strcspn(line, "\n"), line);
        CHECK(is_prometheus(text), "%s", text);
    }
    CHECK(strstr(r->body, "# TYPE ") != NULL, "no types");
    CHECK(strstr(r->body, "_bucket{") && strstr(r->body, "le=\"+Inf\""), "no histogram");
}

/* The name of the counter of requests, as its # TYPE line gives it. */
static const char *request_counter(const struct api_res *r)
{
    for (const char *at = r->body; (at = strstr(at, "# TYPE ")); at += 7) {
        size_t n = strcspn(at + 7, " \n");
        const char *name = F("%.*s", (int)n, at + 7);
        if (strstr(name, "requests_total") && strncmp(at + 7 + n, " counter", 8) == 0)
            return name;
    }
    return "";
}

static void test_requests_are_counted(void)
{
    enum { N = 5 };
    const struct api_res *before = root("/metrics");
    const char *name = request_counter(before);
    CHECK(*name, "no counter of requests");
    double seen = sample(before, name, "404");
    for (int i = 0; i < N; i++)
        EXPECT(api_get(NULL, "/concerts/999999999"), 404);
    double now = sample(root("/metrics"), name, "404");
    CHECK(now >= (seen < 0 ? 0 : seen) + N, "%g, then %g", seen, now);
}

static void test_metrics_have_no_tokens_or_ids(void)
{
    struct user u = world_user();
    world_charge(&u, 1);
    const struct api_res *r = root("/metrics");
    CHECK(!strstr(r->body, u.id), "a user's id is a label");
}

static void test_demo_users(void)
{
    const struct api_res *r = api_post(NULL, "/demo/users", J("{'name':'Guest'}"));
    if (!api_config.server_demo) {
        EXPECT_ERROR(r, 404, "NOT_FOUND");
        EXPECT_ERROR(api_get(NULL, "/demo/users"), 404, "NOT_FOUND");
        return;
    }
    EXPECT(r, 201);
    SHAPE(r, "", "userId:u token:s");
    const char *token = STR(r, "token");
    CHECK_STR(STR(token_part(token, 1), "sub"), STR(r, "userId"));
    EXPECT(api_post(token, "/users/me/balance/charges", J("{'amount':5}")), 201);
    EXPECT_ERROR(api_get(token, "/admin/audit"), 403, "FORBIDDEN");
    EXPECT(api_post(NULL, "/demo/users", "{}"), 201);
    EXPECT(
        api_send(&(struct api_req){.method = "POST", .path = "/demo/users", .type = "text/plain"}),
        201);
    EXPECT_FIELD(api_post(NULL, "/demo/users", J("{'scope':'admin'}")), 400, "UNKNOWN_FIELD",
                 "scope");
}

SUITE(ops, TEST(test_alive), TEST(test_ready), TEST(test_health_is_not_under_the_base_path),
      TEST(test_metrics_are_prometheus_text), TEST(test_requests_are_counted),
      TEST(test_metrics_have_no_tokens_or_ids), TEST(test_demo_users));
