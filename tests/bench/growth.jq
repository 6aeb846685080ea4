# The table of scripts/bench growth, in Markdown, from the lines of growth.jsonl (slurped) and $meta.
include "growth_figures";

def fixed: . * 100 | round | tostring | ("00" + .)[-([length, 3] | max):] | .[:-2] + "." + .[-2:];
def power: if . < 1000 then tostring else log10 | round | "10^\(.)" end;

. as $all |
"Measured on \($meta.date): \($meta.cores) × \($meta.cpu), \($meta.memory) GiB, \($meta.server); \($meta.rounds) rounds of \($meta.seconds) s, \($meta.connections) connections.",
"",
"| what grows | work | µs with the smallest | times as much with each size: median (least to greatest) |",
"| --- | --- | --- | --- |",
([$all | figures] | group_by([(.growth as $g | order | index($g)), .work])[]
 | "| \(.[0].growth) | \(.[0].work) | \(map(.small) | median | round) | " +
   (map("\(.size | power): **\(.median | fixed)** (\(.least | fixed) to \(.greatest | fixed))") | join("; ")) + " |")
