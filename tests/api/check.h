/*
 * Expectations about answers, and ways into their JSON. Each failure says what was asked and what
 * came, so that a log alone tells the story.
 *
 * A path into JSON is dotted: "seats.0.price"; "" is the whole body.
 */
#ifndef FRONTROW_TESTS_CHECK_H
#define FRONTROW_TESTS_CHECK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct api_res;
struct json_object;

/* Fails the test at a place unless `ok`; `fatal` ends it there. `what` is the condition, the
 * format says what was seen. */
void check_at(const char *file, int line, bool ok, bool fatal, const char *what, const char *format,
              ...) __attribute__((format(printf, 6, 7)));

#define CHECK(cond, ...) check_at(__FILE__, __LINE__, (cond), false, #cond, ": " __VA_ARGS__)
#define NEED(cond, ...)  check_at(__FILE__, __LINE__, (cond), true, #cond, ": " __VA_ARGS__)

/* The status of an answer; the fatal form for what the rest of a test stands on. */
bool check_status(const char *file, int line, const struct api_res *r, long status, bool fatal);
#define EXPECT(r, status)      check_status(__FILE__, __LINE__, r, status, false)
#define EXPECT_NEED(r, status) (void)check_status(__FILE__, __LINE__, r, status, true)

/* An error in the contract's shape, with this status and code. With a field: names that field;
 * a member of an object may be named with or without what is around it. */
bool check_error(const char *file, int line, const struct api_res *r, long status, const char *code,
                 const char *field);
#define EXPECT_ERROR(r, status, code)        check_error(__FILE__, __LINE__, r, status, code, NULL)
#define EXPECT_FIELD(r, status, code, field) check_error(__FILE__, __LINE__, r, status, code, field)

/*
 * The members of the object at a path, all of them and no others, as "name:type …".
 * Types: i integer, s string, b boolean, a array, o object, n null, t time (RFC 3339, UTC,
 * milliseconds, Z), d day, u UUID in lower case, x anything. A `?` after the type allows null too.
 */
void check_shape(const char *file, int line, const struct api_res *r, const char *path,
                 const char *members);
#define SHAPE(r, path, members) check_shape(__FILE__, __LINE__, r, path, members)

/* Equality of integers and of strings (NULL equals NULL only). */
bool check_int(const char *file, int line, const char *what, int64_t got, int64_t want);
bool check_str(const char *file, int line, const char *what, const char *got, const char *want);
#define CHECK_INT(got, want) check_int(__FILE__, __LINE__, #got, got, want)
#define CHECK_STR(got, want) check_str(__FILE__, __LINE__, #got, got, want)

/* Ways into the JSON of an answer. A path that is not there, or has another type, fails the test
 * and gives -1, "" or 0. */
int64_t check_get_int(const char *file, int line, const struct api_res *r, const char *path);
const char *check_get_str(const char *file, int line, const struct api_res *r, const char *path);
int64_t check_get_time(const char *file, int line, const struct api_res *r, const char *path);
size_t check_get_len(const char *file, int line, const struct api_res *r, const char *path);
#define INT(r, path)  check_get_int(__FILE__, __LINE__, r, path)
#define STR(r, path)  check_get_str(__FILE__, __LINE__, r, path)
#define TIME(r, path) check_get_time(__FILE__, __LINE__, r, path)
#define LEN(r, path)  check_get_len(__FILE__, __LINE__, r, path)

/* Whether the path is there and null; whether it is there at all. */
bool api_is_null(const struct api_res *r, const char *path);
bool api_has(const struct api_res *r, const char *path);
/* The value at a path, or NULL if it is null or not there. */
struct json_object *api_at(const struct api_res *r, const char *path);
/* The string at a path, "" if there is none; without failing. */
const char *api_text(const struct api_res *r, const char *path);
/* The code of an error, "" if there is none; without failing. */
#define CODE(r) api_text(r, "code")

/* The moment of "2026-01-02T03:04:05.678Z", exactly in this form; -1 for anything else. */
int64_t api_parse_time(const char *text);
/* The other way round, in the same form. */
const char *api_time(int64_t wall_ms);

#endif
