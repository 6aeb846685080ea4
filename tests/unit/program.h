/*
 * Running the programs of $FRONTROW_BUILD without a database: a folder with a configuration of the
 * test's own, and what a program said.
 */
#ifndef FRONTROW_TESTS_PROGRAM_H
#define FRONTROW_TESTS_PROGRAM_H

#include <stdbool.h>

#define PROGRAM_USER "0190f8a2-5b1c-7def-8abc-0123456789ab"

/* The folder at hand, its configuration file, and what the last program printed. */
extern char program_folder[64], program_config_path[96], program_output[65536];

/* The folder of the programs. */
const char *program_build(void);

/* Makes the folder, with a configuration of three workers, and removes it with its log: anything
 * else that is left in it is a failure. */
void program_folder_make(void);
void program_folder_remove(void);

/* Writes the configuration, with further lines at its end. */
void program_config(const char *more);

/* Runs `program arguments` through the shell; its exit status, what it said in program_output. */
int program_run(const char *program, const char *arguments);

/* The same for frontrow with the test's configuration. */
int program_tool(const char *arguments);

/* Whether the last program said these words. */
bool program_said(const char *words);

#endif
