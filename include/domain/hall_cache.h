/*
 * What a host remembers of its halls, in memory shared by all its workers: blocks of bytes by
 * schedule, the oldest forgotten first. A program without a master (a test, the operator's tool)
 * has none of it, and finds nothing.
 */
#ifndef FRONTROW_DOMAIN_HALL_CACHE_H
#define FRONTROW_DOMAIN_HALL_CACHE_H

#include "base/err.h"
#include "base/text.h"
#include <stdbool.h>
#include <stdint.h>

/* A larger block is not kept. */
#define HALL_CACHE_BLOCK_MAX ((size_t)1 << 20)

/* Makes the shared memory; once, in the master, before any fork. ERR_INTERNAL without memory. */
enum err hall_cache_init(void) MUSTCHECK;

/* Appends the schedule's block to `out`. False if there is none. */
bool hall_cache_get(int64_t schedule_id, struct text_buf *out);
void hall_cache_put(int64_t schedule_id, const struct text_buf *block);
void hall_cache_forget(int64_t schedule_id);

/* The letter of the state that most seats of a schedule had when that was last noted; 'A' if it
 * was not. Only a hint. */
char hall_cache_mostly(int64_t schedule_id);
void hall_cache_note_mostly(int64_t schedule_id, char letter);

/* One process of the host at a time reads a hall that is not there: the others wait a while for it.
 * Whoever has begun ends, whether or not it was let in alone. */
void hall_cache_begin(int64_t schedule_id, bool *alone);
void hall_cache_end(int64_t schedule_id, bool alone);

#endif
