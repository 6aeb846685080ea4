/*
 * The processes of the product under test, and programs run beside it.
 *
 * Only processes that belong to FRONTROW_STATE (their command line names it) are ever found, and
 * only those found or started here are ever signalled.
 */
#ifndef FRONTROW_TESTS_PROC_H
#define FRONTROW_TESTS_PROC_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

/* Starts a program of FRONTROW_BUILD with --config and the state's configuration, then `args`
 * (NULL-terminated; may be NULL), its output to a file. The process id; ends the test if it
 * cannot. */
pid_t proc_start(const char *program, const char *const *args, const char *output);

/* Waits at most `seconds` for a process of proc_start; its exit status, or -1 (it is killed). */
int proc_wait(pid_t pid, double seconds);

/* Asks a process of proc_start to stop, and waits for it. */
void proc_stop(pid_t pid);

/* Runs such a program to its end; the exit status, and what it printed in *output. */
int proc_run(const char *program, const char *const *args, const char **output);

/* The program of the database server that serves this state: "mariadbd" or "mysqld". */
const char *proc_database(void);

/* A running program of the product that serves this state, such as "nginx", and is no child of
 * another of the same name; 0 if there is none. */
pid_t proc_find(const char *program);

/* Whether a process stands still: SIGSTOP takes effect a little after it was sent. */
bool proc_is_stopped(pid_t pid);

/* The children of a process, the first PROC_LIST of them. */
#define PROC_LIST 512
struct proc_list {
    pid_t pid[PROC_LIST];
    size_t n;
};
struct proc_list proc_children(pid_t parent);

/* Those of them that go by this name, such as "frontrow-queue". */
struct proc_list proc_children_named(pid_t parent, const char *name);

/* Whether a process is among them. */
bool proc_is_child(pid_t pid, pid_t parent);

#endif
