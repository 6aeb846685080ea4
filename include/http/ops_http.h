/* For the operator's monitoring. */
#ifndef FRONTROW_HTTP_OPS_HTTP_H
#define FRONTROW_HTTP_OPS_HTTP_H

#include "http/request.h"

/* GET /healthz: this process answers. */
enum err ops_http_healthz(struct request *req, struct response *res) MUSTCHECK;
/* GET /readyz: 200 if all is well, otherwise 503. */
enum err ops_http_readyz(struct request *req, struct response *res) MUSTCHECK;
/* GET /metrics, GET /admin/metrics: the same of this host. */
enum err ops_http_metrics(struct request *req, struct response *res) MUSTCHECK;

#endif
