/* Memory that a master shares with the workers it forks. */
#ifndef FRONTROW_BASE_SHARED_H
#define FRONTROW_BASE_SHARED_H

#include <stddef.h>

/*
 * `bytes` of zeroed memory that stays the same for this process and all it forks from now on.
 * Pages count only once they are written. It is never given back. NULL when there is none.
 */
void *shared_alloc(size_t bytes);

#endif
