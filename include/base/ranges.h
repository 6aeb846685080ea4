/* Sets of numbers as people write them: "1-4,7". */
#ifndef FRONTROW_BASE_RANGES_H
#define FRONTROW_BASE_RANGES_H

#include "base/text.h"
#include <stdint.h>

/* Appends the `count` numbers, which are positive and ascending. */
void ranges_put(struct text_buf *out, const int32_t *numbers, int count);

/* How many numbers `text` names, if it is what ranges_put writes for some set of at most
 * `count_max` numbers from 1 to `number_max`; otherwise 0. */
int ranges_count(const char *text, int count_max, int64_t number_max);

#endif
