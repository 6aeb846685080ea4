/* The configuration explained to people: the sample file, and the README's table. */
#ifndef FRONTROW_BASE_CONFIG_PRINT_H
#define FRONTROW_BASE_CONFIG_PRINT_H

#include <stdbool.h>
#include <stdio.h>

/* Prints every key with default and help, as the sample file (markdown false) or as the README's
 * table (markdown true). */
void config_print(FILE *to, bool markdown);

#endif
