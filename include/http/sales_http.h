/* What has been sold of a schedule. */
#ifndef FRONTROW_HTTP_SALES_HTTP_H
#define FRONTROW_HTTP_SALES_HTTP_H

#include "http/request.h"

/* GET /admin/schedules/{scheduleId}/sales */
enum err sales_http_list(struct request *req, struct response *res) MUSTCHECK;

#endif
