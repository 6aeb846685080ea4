/*
 * Lines over time with Chart.js, which nginx serves from Debian's libjs-chart.js: loaded when the
 * first chart is shown. Colours are the page's own, taken anew when its theme changes, and each line
 * has a dash of its own, so that colour is not all that tells them apart.
 */
import {fill, h, svg} from '/common/dom.js';
import {clockTime} from '/common/words.js';

const colours = {
    people: ['--accent', '--good'], flow: ['--accent', '--good'], money: ['--accent'],
    latency: ['--good', '--warn', '--bad'], requests: ['--good', '--warn', '--accent', '--bad'],
};
const least = 2 * 60e3; // how much time is shown at the least, ms
const dashes = [[], [7, 4], [2, 3], [9, 3, 2, 3]];

const colour = name => getComputedStyle(document.documentElement).getPropertyValue(name).trim();

/* A mark as the line is drawn, beside its name and its latest value. */
function legendOf(node, {lines, show, name}, list) {
    const last = list[list.length - 1] || {};
    fill(node, lines.map(([key, label], i) => h('li', null,
        svg('svg', {viewBox: '0 0 28 8', width: 28, height: 8, 'aria-hidden': 'true'}, svg('line', {x1: 0, y1: 4, x2: 28, y2: 4, stroke: `var(${colours[name][i]})`,
            'stroke-width': 2.5, 'stroke-dasharray': dashes[i].join(' ') || null})),
        `${label} `, h('strong', null, show(last[key])))));
}

/* The time that is shown: all there is, of the last `span` ms. */
function rangeOf(list, span) {
    const end = list.length ? list[list.length - 1].at : Date.now();
    const begin = list.length ? list[0].at : end;
    return {min: Math.max(end - span, Math.min(begin, end - least)), max: end};
}

function options(show, range) {
    const line = colour('--line');
    const soft = colour('--soft');
    const ticks = {color: soft, font: {family: 'system-ui', size: 12}, maxRotation: 0};
    return {
        animation: false, parsing: false, normalized: true, maintainAspectRatio: false, responsive: true, events: ['mousemove', 'mouseout', 'touchstart'],
        interaction: {mode: 'index', intersect: false, axis: 'x'},
        elements: {point: {radius: 0, hitRadius: 6, hoverRadius: 4}, line: {borderWidth: 2, tension: 0}},
        scales: {
            x: {type: 'linear', ...range, grid: {display: false}, border: {color: line}, ticks: {...ticks, maxTicksLimit: 4, callback: at => clockTime(at)}},
            y: {beginAtZero: true, suggestedMax: 5, grid: {color: line, drawBorder: false}, ticks: {...ticks, maxTicksLimit: 5, precision: 0, callback: value => show(value)}},
        },
        plugins: {legend: {display: false}, tooltip: {callbacks: {title: items => clockTime(items[0].parsed.x), label: item => ` ${item.dataset.label}: ${show(item.parsed.y)}`}}},
    };
}

function chartOn(Chart, canvas, legend, what, signal) {
    const {lines, show, span, name} = what;
    const paint = dataset => {
        const value = colour(colours[name][dataset.index]);
        Object.assign(dataset, {borderColor: value, backgroundColor: value});
    };
    const datasets = lines.map(([, label], index) => ({index, label, data: [], borderDash: dashes[index], spanGaps: false, stepped: name === 'money'}));
    datasets.forEach(paint);
    const chart = new Chart(canvas, {type: 'line', data: {datasets}, options: options(show, rangeOf([], span))});
    let shown = [];
    const update = list => {
        shown = list;
        lines.forEach(([key], i) => { datasets[i].data = list.map(point => ({x: point.at, y: point[key] === undefined ? null : point[key]})); });
        Object.assign(chart.options.scales.x, rangeOf(list, span));
        chart.update('none');
        legendOf(legend, what, list);
    };
    addEventListener('themechange', () => {
        datasets.forEach(paint);
        chart.options = options(show, rangeOf(shown, span));
        chart.update('none');
    }, {signal});
    signal.addEventListener('abort', () => chart.destroy(), {once: true});
    return {update};
}

/** Loads Chart.js; resolves to draw(canvas, legend, {lines, show, span, name}), which makes a chart
 * with update(list). Rejects if it cannot be loaded. */
export async function drawing(signal) {
    await import('/lib/chart.js/chart.min.js');
    signal.throwIfAborted();
    return (canvas, legend, what) => chartOn(globalThis.Chart, canvas, legend, what, signal);
}
