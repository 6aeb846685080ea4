/* What operators changed. */
#ifndef FRONTROW_HTTP_AUDIT_HTTP_H
#define FRONTROW_HTTP_AUDIT_HTTP_H

#include "http/request.h"

/* GET /admin/audit */
enum err audit_http_list(struct request *req, struct response *res) MUSTCHECK;

#endif
