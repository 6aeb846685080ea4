/* Choosing Korean or English by Accept-Language (RFC 9110, section 12.5.4; RFC 4647 lookup). */
#ifndef FRONTROW_HTTP_LANGUAGE_H
#define FRONTROW_HTTP_LANGUAGE_H

#include "base/config.h"

enum language { LANGUAGE_EN, LANGUAGE_KO };

/* The language with the best q in `accept_language` (NULL: none); a tie goes to the one named
 * first, and to a named one before one that only `*` covers; no preference or neither acceptable
 * to `preset`, unless that alone is excluded by q=0. Malformed parts are skipped. */
enum language language_choose(const char *accept_language, enum language preset);

/* The same with the configuration's default for a preset. */
enum language language_for(const struct config *cfg, const char *accept_language);

/* "en" or "ko". */
const char *language_tag(enum language language);

#endif
