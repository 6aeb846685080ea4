/* The parts of a signed text, see http/jws.h. */
#include "http/jws.h"

#include "base/text.h"
#include "http/json_read.h"

#include <json-c/json.h>
#include <string.h>
#include <strings.h>

bool jws_split(const char *text, size_t len, size_t signature_len, struct jws_segments *out)
{
    const char *end = text + len;
    const char *dot = memchr(text, '.', len);
    const char *second = dot ? memchr(dot + 1, '.', (size_t)(end - dot - 1)) : NULL;

    if (!second)
        return false;
    out->header = (struct jws_span){text, (size_t)(dot - text)};
    out->payload = (struct jws_span){dot + 1, (size_t)(second - dot - 1)};
    out->signature = (struct jws_span){second + 1, (size_t)(end - second - 1)};
    return out->header.len > 0 && out->signature.len == signature_len &&
           !memchr(out->signature.p, '.', out->signature.len);
}

struct json_object *jws_read(struct jws_span segment)
{
    unsigned char text[JWS_MAX];
    size_t len;

    if (!text_base64url_decode(segment.p, segment.len, text, sizeof text, &len))
        return NULL;
    return json_read_object((const char *)text, len);
}

struct jws_span jws_string(struct json_object *value)
{
    struct jws_span text = {NULL, 0};

    if (!json_object_is_type(value, json_type_string))
        return text;
    text.p = json_object_get_string(value);
    text.len = (size_t)json_object_get_string_len(value);
    return strlen(text.p) == text.len ? text : (struct jws_span){NULL, 0};
}

struct jws_span jws_member(struct json_object *object, const char *name)
{
    struct json_object *value;

    json_object_object_get_ex(object, name, &value);
    return jws_string(value);
}

bool jws_has(struct json_object *object, const char *name)
{
    return json_object_object_get_ex(object, name, NULL);
}

bool jws_header(struct json_object *object, const char *alg, struct jws_span *kid)
{
    struct jws_span said = jws_member(object, "alg");
    struct jws_span typ = jws_member(object, "typ");

    *kid = jws_member(object, "kid");
    if (!said.p || strcmp(said.p, alg) != 0 || jws_has(object, "crit"))
        return false;
    if (jws_has(object, "typ") && (!typ.p || strcasecmp(typ.p, "JWT") != 0))
        return false;
    return kid->p || !jws_has(object, "kid");
}
