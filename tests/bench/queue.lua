-- Load on the waiting room for wrk: joins by fresh users, or polls by people who wait.
--
-- tests/bench/million starts it and says what to do in the environment:
--   BENCH_MODE     join or poll
--   BENCH_CONFIG   the product's frontrow.conf, whose keys the tokens are signed with
--   BENCH_CONCERT  the concert's id
--   BENCH_SEED     join: makes the users differ from those of other runs
--   BENCH_FIRST, BENCH_LAST  poll: the numbers to poll with, drawn at random
--   BENCH_STEP     poll: only multiples of this
--   BENCH_COUNT    how many answers to stop after; 0: none, only the time counts
--   BENCH_OUT      the file for the result: requests, seconds, p50 and p99 in us, failures
--
-- wrk's Lua is LuaJIT, and libcrypto is linked into wrk.

local ffi = require "ffi"
ffi.cdef [[
const void *EVP_sha256(void);
unsigned char *HMAC(const void *md, const void *key, int key_len, const unsigned char *d, size_t n,
                    unsigned char *out, unsigned *out_len);
unsigned char *SHA256(const unsigned char *d, size_t n, unsigned char *out);
int EVP_EncodeBlock(unsigned char *out, const unsigned char *in, int n);
]]

local env = os.getenv
local threads = {}
local buffer = ffi.new("unsigned char[?]", 4096)
local digest = ffi.new("unsigned char[64]")
local digest_len = ffi.new("unsigned[1]")
local url_safe = { ["+"] = "-", ["/"] = "_", ["="] = "", ["\n"] = "" }

local function base64url(data, n)
    local len = ffi.C.EVP_EncodeBlock(buffer, ffi.cast("const unsigned char *", data), n)
    return (ffi.string(buffer, len):gsub("[+/=\n]", url_safe))
end

local function sign(head, payload, secret)
    local text = head .. "." .. base64url(payload, #payload)
    ffi.C.HMAC(ffi.C.EVP_sha256(), secret, #secret, text, #text, digest, digest_len)
    return text .. "." .. base64url(digest, digest_len[0])
end

-- The user whom tests/bench/million gives the text: the start of its SHA-256.
local function uuid(text)
    local out = {}
    ffi.C.SHA256(text, #text, digest)
    for i = 0, 15 do
        local dash = (i == 4 or i == 6 or i == 8 or i == 10) and "-" or ""
        out[#out + 1] = string.format("%s%02x", dash, digest[i])
    end
    return table.concat(out)
end

local function read_conf(path)
    local conf = {}
    for line in io.lines(path) do
        local key, value = line:match("^%s*([%w_]+)%s*=%s*(.-)%s*$")
        if key then conf[key] = value end
    end
    return conf
end

local function head(kid)
    local text = string.format('{"alg":"HS256","typ":"JWT","kid":"%s"}', kid)
    return base64url(text, #text)
end

function setup(thread)
    threads[#threads + 1] = thread
    thread:set("number", #threads)
end

function init()
    local conf = read_conf(env("BENCH_CONFIG"))
    local concert, now = tonumber(env("BENCH_CONCERT")), os.time()
    local user_head, queue_head = head(conf.user_kid or "u1"), head(conf.queue_kid or "q1")
    local first, last = tonumber(env("BENCH_FIRST") or 0), tonumber(env("BENCH_LAST") or 0)
    local step = tonumber(env("BENCH_STEP") or 1)
    local seed, made = env("BENCH_SEED") or "", 0
    local json = { ["Content-Type"] = "application/json", ["Host"] = "localhost" }
    local body = string.format('{"concertId":%d}', concert)
    math.randomseed(now + number)

    function join()
        made = made + 1
        local user = uuid(string.format("%s:%d:%d", seed, number, made))
        json.Authorization = "Bearer " .. sign(user_head, string.format(
            '{"aud":"frontrow:user","sub":"%s","exp":%d}', user, now + 3600), conf.user_secret)
        return wrk.format("POST", "/api/v1/queue/tokens", json, body)
    end

    function poll()
        local ticket = math.random(math.ceil(first / step), math.floor(last / step)) * step
        local payload = string.format(
            '{"aud":"frontrow:queue","sub":"%s","iat":%d,"exp":%d,"jti":"%.0f","cid":%d,"tkt":%d}',
            uuid(concert .. ":" .. ticket), now, now + 3600, concert * 1e8 + ticket, concert, ticket)
        json.Authorization = "Bearer " .. sign(queue_head, payload, conf.queue_secret)
        return wrk.format("GET", "/api/v1/queue/tokens/me", json)
    end

    request = env("BENCH_MODE") == "join" and join or poll

    local left = tonumber(env("BENCH_COUNT") or 0)
    if left > 0 then
        function response()
            left = left - 1
            if left <= 0 then wrk.thread:stop() end
        end
    end
end

function done(summary, latency)
    local e = summary.errors
    local out = assert(io.open(env("BENCH_OUT"), "w"))
    out:write(string.format("%d %.3f %d %d %d\n", summary.requests, summary.duration / 1e6,
        latency:percentile(50), latency:percentile(99),
        e.status + e.connect + e.read + e.write + e.timeout))
    out:close()
end
