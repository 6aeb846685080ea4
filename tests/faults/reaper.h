/* A process of the tests that kills parts of the product while requests are under way. */
#ifndef FRONTROW_TESTS_REAPER_H
#define FRONTROW_TESTS_REAPER_H

/* Calls `strike` again and again, with random pauses of about `pause_ms`, until reaper_end. It has
 * no checks to make: it is in a process of its own. */
void reaper_begin(void (*strike)(void), int pause_ms);
void reaper_end(void);

/* Kills the part (SIGKILL), if it runs. */
void reaper_kill(const char *program);

/* Kills one of the workers of this name, any of them; NULL: whatever its name. */
void reaper_kill_worker(const char *name);

#endif
