/* From a request to its answer: match, authenticate, bind, call, answer. */
#ifndef FRONTROW_HTTP_DISPATCH_H
#define FRONTROW_HTTP_DISPATCH_H

#include "http/request.h"

/*
 * Answers `req`, of which everything "as received" is set and the rest is zero, into *res, whose
 * memory is reused. Never fails: whatever goes wrong is an answer, too. Sets req->route.
 */
void dispatch(struct app *app, struct request *req, struct response *res);

#endif
