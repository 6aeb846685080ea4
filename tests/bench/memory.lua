-- A mixture of requests for wrk: what queue.lua knows, and what a buyer, an operator and somebody
-- who sends large bodies ask. tests/bench/memory starts it and says in the environment, besides what
-- queue.lua reads:
--   BENCH_FOLDER    of queue.lua
--   BENCH_PLACE     a queue token of somebody inside
--   BENCH_USER      a user token that may charge
--   BENCH_ADMIN     an operator's token
--   BENCH_SMALL, BENCH_HALL   a schedule of a few seats, and one of many

local env = os.getenv
dofile(env("BENCH_FOLDER") .. "/queue.lua")
local begin = init

function init()
    begin()
    local api = "/api/v1"
    local place = { ["Host"] = "localhost", ["Authorization"] = "Bearer " .. env("BENCH_PLACE") }
    local user = { ["Host"] = "localhost", ["Authorization"] = "Bearer " .. env("BENCH_USER") }
    local admin = { ["Host"] = "localhost", ["Authorization"] = "Bearer " .. env("BENCH_ADMIN") }
    local csv = { ["Host"] = "localhost", ["Authorization"] = admin.Authorization,
        ["Accept"] = "text/csv" }
    local send = { ["Host"] = "localhost", ["Authorization"] = user.Authorization,
        ["Content-Type"] = "application/json" }
    local small, hall = env("BENCH_SMALL"), env("BENCH_HALL")

    local function get(path, headers) return wrk.format("GET", api .. path, headers) end
    local often = {
        get("/schedules/" .. small .. "/seats", place),
        get("/schedules/" .. small .. "/seats?status=all", place),
        get("/concerts", user),
        get("/users/me/balance", user),
        get("/users/me/balance/entries", user),
        get("/users/me/reservations", user),
        get("/reservations/1", user), -- somebody else's: 404
        wrk.format("POST", api .. "/users/me/balance/charges", send, '{"amount":1}'),
    }
    local seldom = {
        get("/schedules/" .. hall .. "/seats?status=all", place),
        get("/schedules/" .. hall .. "/seats", place),
        get("/admin/schedules/" .. hall .. "/sales", csv),
        wrk.format("POST", api .. "/users/me/balance/charges", send,
            '{"amount":' .. string.rep(" ", 65000) .. '1}'),
    }

    function request()
        local dice = math.random(20000)
        if dice <= 6 then return seldom[math.random(#seldom)] end
        if dice <= 8000 then return poll() end
        if dice <= 10000 then return join() end
        return often[math.random(#often)]
    end
end
