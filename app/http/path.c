/* Matching paths, see http/path.h. */
#include "http/path.h"

#include <string.h>

bool path_match(const char *pattern, const char *path, struct path_param *param)
{
    struct path_param found = {"", 0};

    while (*pattern && *path) {
        if (*pattern == '{') {
            found.s = path;
            found.len = strcspn(path, "/");
            if (found.len == 0)
                return false;
            path += found.len;
            pattern = strchr(pattern, '}') + 1;
        } else if (*pattern++ != *path++) {
            return false;
        }
    }
    if (*pattern || *path)
        return false;
    *param = found;
    return true;
}
