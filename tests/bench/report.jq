# The tables of scripts/bench, in Markdown, from the lines of its raw.jsonl (slurped) and $meta.

def median: sort | .[(length - 1) / 2 | floor];
def whole: round | tostring | [while(length > 0; .[:-3]) | .[-3:]] | reverse | join(",");
def places($n): . * pow(10; $n) | round | . / pow(10; $n);
def fixed: places(2) * 100 | round | tostring | ("00" + .)[-([length, 3] | max):] | .[:-2] + "." + .[-2:];
def spread: "**\(median | fixed)** (\(min | fixed) to \(max | fixed))";
def total: [.cpu[]] | add;

# What a work is called, the least ratio that is wanted, and what another implementation reached.
def works: [
    {work: "document", name: "public queue document", limit: "nginx, the same bytes", goal: 0.70},
    {work: "poll", name: "poll of a waiting visitor", limit: "constant answer", goal: 0.85, other: 9800, times: 1.5},
    {work: "join", name: "join", limit: "the same without HTTP", goal: 0.45, other: 8000, times: 1},
    {work: "seats", name: "free seats of 50", limit: "constant answer", goal: 0.45, other: 1750, times: 2},
    {work: "hold", name: "hold", limit: "the same without HTTP", goal: 0.55, other: 950, times: 2},
    {work: "pay", name: "pay", limit: "the same without HTTP", goal: 0.55, other: 480, times: 2},
    {work: "charge", name: "charge", limit: "the same without HTTP", goal: 0.55, other: 1500, times: 2},
    {work: "buy", name: "hold and pay", limit: "the same without HTTP"}
];

def of($w; $binlog): map(select(.work == $w and .binlog == $binlog and .round > 0));
def pairs: group_by(.round) | map({p: (map(select(.side == "product"))[0]),
                                   l: (map(select(.side != "product"))[0])}
                                  | select(.p and .l));
def figure($f): map($f) | median;
def micros($k): map(.p.cpu[$k] // 0) | median | round | tostring;

def ratio_row($w; $binlog): (of($w.work; $binlog) | pairs) as $p | select($p | length > 0) |
    "| \($w.name) | \($binlog) | \($p | map(.p.rate) | median | whole) | \($p | map(.l.rate) | median | whole), \($w.limit) | " +
    "\($p | map(.p.rate / .l.rate) | spread) | \($p | map((.l | total) / (.p | total)) | spread) | " +
    "\($w.goal // "" | if . == "" then "1,000/s" else "\(.)" end) | " +
    "\($p | micros("database")) + \($p | micros("workers")) + \($p | micros("nginx")) + \($p | micros("load")) | " +
    "\($p | map(.p.p50 / 1000) | median | places(1)) / \($p | map(.p.p99 / 1000) | median | places(1)) | " +
    (if $w.limit == "the same without HTTP" then "\($p | map(.p.statements) | median | places(1)) / \($p | map(.l.statements) | median | places(1))" else "" end) + " |";

def other_row($w; $binlog): (of($w.work; $binlog) | map(select(.side == "product"))) as $p |
    select($w.other and ($p | length > 0)) |
    "| \($w.name) | \($binlog) | \($p | map(.rate) | median | whole) | \($w.other | whole) | " +
    "**\($p | map(.rate / $w.other) | median | fixed)** | \($w.times) |";

def between: "\(median | places(1)) ms (\(min | places(1)) to \(max | places(1)))";
def map_rows: (map(select(.work == "map" and .alone_ms and .round > 0))) as $m | select($m | length > 0) |
    "", "| hall of 50,000 seats | | goal |", "| --- | --- | --- |",
    "| compact map, asked three times a second: median (least to greatest of the rounds) | \($m | map(.alone_ms) | between) | 25 ms |",
    "| one after the other without a pause | \($m | map(.still_ms) | between) | 25 ms |",
    "| the same while \($m | map(.holds) | median | round) seats a second are held | \($m | map(.changing_ms) | between) | 25 ms |",
    "| its size, as it is and compressed by nginx | \($m[0].bytes / 1024 | places(1)) KiB, \($m[0].zipped / 1024 | places(1)) KiB | 100 KB |",
    "| asked again with its `ETag` | \($m[0].again), \($m | map(.again_ms) | median | places(1)) ms | 304 |",
    "| the whole list | \($m[0].list_bytes / 1048576 | places(1)) MiB in \($m | map(.list_ms) | median | places(0)) ms | |",
    "| what a worker grew by at its peak | \($m | map(.peak_kb) | max | . / 1024 | places(1)) MiB | |";

def table($head; $rows): if $rows | length == 0 then empty
    else "", $head, ($head | gsub("[^|]+"; " --- ")), $rows[] end;

# How much of the processors had neither the load nor the product, nor nobody, in percent.
def of_others($cores):
    (.seconds * 1000 * $cores) as $all
    | ($all - .idle - total * .requests / 1000) / $all * 100 | [., 0] | max;

# Over 6,000 joins a second are wanted where the constant answer reaches 17,000.
def join_share:
    (of("join"; "off") | map(select(.side == "product") | .rate)) as $joins
    | (of("poll"; "off") | map(select(.side == "constant") | .rate)) as $constants
    | select(($joins | length > 0) and ($constants | length > 0))
    | "", "For each constant answer to a poll there are **\(($joins | median) / ($constants | median) | fixed)** joins; the goal is 0.35, that is 6,000 a second where the constant answer reaches 17,000.";

. as $all |
"Measured on \($meta.date): \($meta.cores) × \($meta.cpu), \($meta.memory) GiB, \($meta.kernel), \($meta.server), \($meta.nginx). \($meta.rounds) rounds of \($meta.seconds) s, \($meta.connections) connections, \($meta.main_workers) workers of the shop and \($meta.queue_workers) of the waiting room, the load on the same processors. Of their time, \([.[] | select(.round > 0 and .cpu) | of_others($meta.cores)] | if length > 0 then median else 0 end | round)% went to other programs and machines (median of the loads).",
table("| work | binary log | a second | limit beside it, a second | ratio of the rates | ratio of the processor time | goal | µs of database + workers + nginx + load | ms, p50 / p99 | statements, product / limit |";
      [("off", "on") as $b | works[] as $w | $all | ratio_row($w; $b)]),
join_share,
map_rows,
([("off", "on") as $b | works[] as $w | $all | other_row($w; $b)] as $rows
 | select($rows | length > 0)
 | "", "Beside another implementation of the same API (NestJS, Prisma, PostgreSQL and Redis; its joins are in Redis, not durable), as measured on such a machine with all of it busy:",
   table("| work | binary log | a second | the other | times as many | goal |"; $rows))
