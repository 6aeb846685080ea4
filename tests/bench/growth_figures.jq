# The figures of a growth: for each growth, size and work how many times as much processor time of
# database, workers and nginx a request cost as with the small product, from the lines of
# growth.jsonl (slurped). The database is left out where it is not asked.

def median: sort | .[(length - 1) / 2 | floor];
def cost: (if .work == "poll" or .work == "document" then 0 else .cpu.database // 0 end)
          + (.cpu.workers // 0) + (.cpu.nginx // 0);
def order: ["waiting", "users", "ledger", "hall", "concerts"];

def figures:
    group_by([(.growth as $g | order | index($g)), .work, .size])[]
    | (group_by(.round) | map({s: map(select(.side == "small"))[0],
                               g: map(select(.side == "grown"))[0]} | select(.s and .g))) as $pairs
    | select($pairs | length > 0)
    | ($pairs | map((.g | cost) / (.s | cost))) as $ratios
    | {growth: .[0].growth, work: .[0].work, size: .[0].size, median: ($ratios | median),
       least: ($ratios | min), greatest: ($ratios | max),
       small: ($pairs | map(.s | cost) | median), grown: ($pairs | map(.g | cost) | median)};
