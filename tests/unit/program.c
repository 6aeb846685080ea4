/* Running the programs, see program.h. */
#include "program.h"

#include "suite.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

char program_folder[64], program_config_path[96], program_output[65536];

const char *program_build(void)
{
    const char *named = getenv("FRONTROW_BUILD");

    return named && named[0] ? named : "build";
}

void program_config(const char *more)
{
    FILE *file;

    umask(077);
    file = fopen(program_config_path, "w");
    CU_ASSERT_PTR_NOT_NULL_FATAL(file);
    fprintf(file,
            "[server]\nlisten = %s/main.sock\nlisten_queue = %s/queue.sock\n"
            "[database]\nsocket = %s/none.sock\n"
            "[auth]\nuser_secret = aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa\n"
            "queue_secret = bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb\n"
            "[log]\nlevel = debug\n%s",
            program_folder, program_folder, program_folder, more);
    fclose(file);
}

void program_folder_make(void)
{
    snprintf(program_folder, sizeof program_folder, "/tmp/frontrow-programs-XXXXXX");
    CU_ASSERT_PTR_NOT_NULL_FATAL(mkdtemp(program_folder));
    snprintf(program_config_path, sizeof program_config_path, "%s/f.conf", program_folder);
    program_config("[server]\nworkers = 3\n");
}

void program_folder_remove(void)
{
    char log[96];

    snprintf(log, sizeof log, "%s/log", program_folder);
    unlink(log);
    unlink(program_config_path);
    CU_ASSERT_EQUAL(rmdir(program_folder), 0);
}

int program_run(const char *program, const char *arguments)
{
    char command[8192];
    FILE *pipe;
    size_t n;
    int status;

    snprintf(command, sizeof command, "'%s/%s' %s 2>&1", program_build(), program, arguments);
    pipe = popen(command, "r");
    CU_ASSERT_PTR_NOT_NULL_FATAL(pipe);
    n = fread(program_output, 1, sizeof program_output - 1, pipe);
    program_output[n] = '\0';
    status = pclose(pipe);
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

int program_tool(const char *arguments)
{
    char whole[8192];

    snprintf(whole, sizeof whole, "--config %s %s", program_config_path, arguments);
    return program_run("frontrow", whole);
}

bool program_said(const char *words)
{
    return strstr(program_output, words) != NULL;
}
