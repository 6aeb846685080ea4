# shellcheck shell=bash
# The tables and plots of scripts/bench, from the figures in $out. Sourced by it.
#
# shellcheck disable=SC2154 # of variables that scripts/bench has set

# report COMMAND: writes and prints what was measured, or all that there are figures for; also into
# the README, if that was asked for.
report() {
    local found=''
    if [[ $1 != growth && -s $out/raw.jsonl && -s $out/machine.json ]]; then
        found=yes
        report_ratios
        into_readme bench "$out/table.md"
    fi
    if [[ $1 != ratios && -s $out/growth.jsonl && -s $out/growth-machine.json ]]; then
        found=yes
        report_growth
        into_readme growth "$out/growth.md"
    fi
    [[ -n $found ]] || die 1 "$out holds no figures: measure first"
}

# tables NAME FIGURES MACHINE: what tests/bench/NAME.jq makes of them.
tables() {
    jq -r -s --argjson meta "$(<"$3")" -L "$FRONTROW_ROOT/tests/bench" \
        -f "$FRONTROW_ROOT/tests/bench/$1.jq" "$2"
}

# into_readme NAME FILE: between the marks of that name, if it was asked for.
into_readme() {
    local marked=$FRONTROW_ROOT/README.md
    cat -- "$2"
    echo
    [[ -n $readme ]] || return 0
    [[ $(grep -cxE "<!-- (end of )?$1 -->" "$marked") == 2 ]] ||
        die 1 "README.md has no marks for the table of $1"
    TABLE=$(<"$2") awk -v name="$1" '$0 == "<!-- end of " name " -->" { inside = 0 }
        !inside { print }
        $0 == "<!-- " name " -->" { inside = 1; print ENVIRON["TABLE"] }' "$marked" >"$out/README.md"
    cat -- "$out/README.md" >"$marked"
    rm -f -- "$out/README.md"
}

report_ratios() {
    tables report "$out/raw.jsonl" "$out/machine.json" >"$out/table.md" ||
        die 1 "no table can be made of $out/raw.jsonl"
    {
        echo round,work,side,binlog,requests,seconds,rate,p50_us,p99_us,max_us,stolen_ms,idle_ms,statements,database_us,workers_us,nginx_us,load_us
        jq -r 'select(.cpu) | [.round, .work, .side, .binlog, .requests, .seconds, .rate, .p50, .p99,
            .max, .stolen, .idle, .statements, .cpu.database, .cpu.workers, .cpu.nginx, .cpu.load]
            | @csv' "$out/raw.jsonl"
    } >"$out/raw.csv"
    [[ -z $(jq -r 'select(.cpu and .round > 0 and .work != "map")' "$out/raw.jsonl") ]] || plot_ratios
}

# The processor time of each work by its parts, the product's bar beside its limit's.
plot_ratios() {
    jq -r -s 'def median: sort | .[(length - 1) / 2 | floor];
        ["document", "poll", "seats", "join", "charge", "hold", "pay"] as $order
        | map(select(.cpu and .round > 0 and (.work | IN($order[]))))
        | group_by([(.work as $w | $order | index($w)), .binlog, .side != "product"])[]
        | [(.[0].work + (if .[0].binlog == "on" then ", log" else "" end)
            + (if .[0].side == "product" then "" else " (limit)" end)),
           (("database", "workers", "nginx", "load") as $k | map(.cpu[$k] // 0) | median)]
        | @tsv' "$out/raw.jsonl" >"$out/ratios.tsv"
    gnuplot <<END
set terminal svg size 960,540 font "sans-serif,13" background "white"
set output "$out/ratios.svg"
set title "Processor time of a request"
set ylabel "microseconds"
set style data histograms
set style histogram rowstacked
set style fill solid 0.9 border -1
set boxwidth 0.75
set xtics rotate by -40
set rmargin 12
set grid ytics
set key top left
set datafile separator "\t"
set yrange [0:*]
plot "$out/ratios.tsv" using 2:xtic(1) title "database", "" using 3 title "workers", \
    "" using 4 title "nginx", "" using 5 title "load (of limits without HTTP: the processes)"
END
    rm -f -- "$out/ratios.tsv"
}

report_growth() {
    local what
    tables growth "$out/growth.jsonl" "$out/growth-machine.json" >"$out/growth.md" ||
        die 1 "no table can be made of $out/growth.jsonl"
    {
        echo growth,size,round,work,side,requests,rate,p50_us,p99_us,stolen_ms,statements,database_us,workers_us,nginx_us
        jq -r '[.growth, .size, .round, .work, .side, .requests, .rate, .p50, .p99, .stolen,
            .statements, .cpu.database, .cpu.workers, .cpu.nginx] | @csv' "$out/growth.jsonl"
    } >"$out/growth.csv"
    for what in $(jq -r .growth "$out/growth.jsonl" | sort -u); do
        plot_growth "$what"
    done
}

# One line for each work: the ratio of its cost to that of the small product, over the size.
plot_growth() {
    local work plots=''
    for work in $(jq -r --arg g "$1" 'select(.growth == $g).work' "$out/growth.jsonl" | sort -u); do
        jq -r -s --arg growth "$1" --arg work "$work" 'include "growth_figures";
            figures | select(.growth == $growth and .work == $work)
            | [.size, .median, .least, .greatest] | @tsv' -L "$FRONTROW_ROOT/tests/bench" \
            "$out/growth.jsonl" >"$out/growth-$1-$work.tsv"
        plots+="${plots:+, }\"$out/growth-$1-$work.tsv\" using 1:2:3:4 with yerrorlines title \"$work\""
    done
    gnuplot 2>/dev/null <<END
set terminal svg size 760,440 font "sans-serif,13" background "white"
set output "$out/growth-$1.svg"
set title "Cost of a request, compared with the smallest: $1"
set xlabel "$1"
set ylabel "times"
set logscale x
set logscale y 2
set format x "10^{%T}"
set yrange [0.5:]
set grid
set key outside right
set style rect fc rgb "#eeeeee" fs solid noborder
set object rectangle from graph 0, first 0.8 to graph 1, first 1.2 behind
plot $plots
END
    rm -f -- "$out/growth-$1"-*.tsv
}
