/* What the programs answer to --version. */
#ifndef FRONTROW_BASE_VERSION_H
#define FRONTROW_BASE_VERSION_H

#define FRONTROW_VERSION "0.1.0"

#endif
