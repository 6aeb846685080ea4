/*
 * Logging: one line of key=value to stderr for each event.
 *
 *   ts=2026-01-02T03:04:05.678Z level=info event=start pid=12 workers="16 in all"
 *
 * Values with a space, a quote, an equals sign or a control character are quoted and escaped, so
 * that a line is always one line. Never give it a token, a secret or an amount.
 */
#ifndef FRONTROW_BASE_LOG_H
#define FRONTROW_BASE_LOG_H

#include <stdbool.h>

enum log_level { LOG_LEVEL_ERROR, LOG_LEVEL_WARN, LOG_LEVEL_INFO, LOG_LEVEL_DEBUG };

/* Whether `name` is "error", "warn", "info" or "debug". */
bool log_level_valid(const char *name);

/* Sets the level ("info" at first); false, and no change, for any other word. */
bool log_set_level(const char *name);

/*
 * Writes one line. `fields` is a printf format of further key=value pairs in which a `%s` value
 * must already be safe (numbers, names of our own); use log_value for anything else.
 */
void log_line(enum log_level level, const char *event, const char *fields, ...)
    __attribute__((format(printf, 3, 4)));

/* Escapes `value` into one of a few static buffers, quoted where needed; for use as a %s argument
 * of log_line (at most four in one call). Cut at 512 bytes. */
const char *log_value(const char *value);

#define log_error(event, ...) log_line(LOG_LEVEL_ERROR, event, __VA_ARGS__)
#define log_warn(event, ...)  log_line(LOG_LEVEL_WARN, event, __VA_ARGS__)
#define log_info(event, ...)  log_line(LOG_LEVEL_INFO, event, __VA_ARGS__)
#define log_debug(event, ...) log_line(LOG_LEVEL_DEBUG, event, __VA_ARGS__)

#endif
