/* What the harnesses share: libFuzzer's entry, and a check that is there in every build. */
#ifndef FRONTROW_TESTS_FUZZ_H
#define FRONTROW_TESTS_FUZZ_H

#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

/* Tries one input; 0 always. What is found ends the program. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define MUST(x)                                                                                    \
    do {                                                                                           \
        if (!(x))                                                                                  \
            abort();                                                                               \
    } while (0)

#endif
