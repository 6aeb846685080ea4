/*
 * The live charts of a control room: the history of its figures, drawn by Chart.js, and the same in
 * words and as a table for who does not see charts.
 */
import {pause, Problem, serverNow} from '/common/api.js';
import {fill, h} from '/common/dom.js';
import {clockTime, money, number, pick} from '/common/words.js';
import {drawing} from './chart.js';
import {concertFigures, historyOf, push, server, span} from './history.js';
import {between, readMetrics} from './metrics.js';
import {api} from './session.js';

const words = pick({
    en: {
        title: 'Live, since this page was opened, at most 15 minutes', none: 'Nothing yet.', table: 'As a table', time: 'Time', noCharts: 'The charts could not be loaded; the tables below have the same figures.',
        people: 'People', waiting: 'Waiting', active: 'Inside', flow: 'Each minute', admitted: 'Admitted', sold: 'Seats sold', money: 'Revenue', revenue: 'Revenue',
        latency: 'Time to answer, ms', p50: 'Half within', p95: '95% within', p99: '99% within', requests: 'Answers a second', good: 'Fine', refused: 'Refused (4xx)', turned: 'Turned away (429, 503)', failed: 'Failed (5xx)',
        server: 'Of the buyers’ calls to the one host that answers this page, over ten seconds; without what nginx answers by itself.', now: 'now', from: (a, b) => `from ${a} to ${b}`,
    },
    ko: {
        title: '실시간(이 페이지를 연 뒤부터, 최대 15분)', none: '아직 없습니다.', table: '표로 보기', time: '시각', noCharts: '차트를 불러올 수 없습니다. 아래 표에서 같은 값을 볼 수 있습니다.',
        people: '인원', waiting: '대기', active: '입장', flow: '1분 동안', admitted: '입장', sold: '판매 좌석', money: '매출', revenue: '매출',
        latency: '응답 시간(ms)', p50: '절반 이내', p95: '95% 이내', p99: '99% 이내', requests: '초당 응답', good: '정상', refused: '거절(4xx)', turned: '돌려보냄(429, 503)', failed: '실패(5xx)',
        server: '이 페이지에 응답하는 호스트가 받은 구매자 요청의 10초 동안 값이며, nginx가 직접 응답한 것은 빠져 있습니다.', now: '현재', from: (a, b) => `${a}~${b}`,
    },
});

const window_ = 10e3;  // over which the counters are compared
const every = 2000;
const away = 20000;

const whole = value => value === null || value === undefined ? '–' : number(Math.round(value));
const tenths = value => value === null || value === undefined ? '–' : number(Math.round(value * 10) / 10);

/* What is drawn: which figures of a point, how they are written. */
const charts = [
    {name: 'people', of: 'points', lines: [['waiting', words.waiting], ['active', words.active]], show: whole},
    {name: 'flow', of: 'points', lines: [['admittedLastMinute', words.admitted], ['soldLastMinute', words.sold]], show: whole},
    {name: 'money', of: 'points', lines: [['revenue', words.revenue]], show: value => value === null || value === undefined ? '–' : money(value)},
    {name: 'latency', of: 'server', lines: [['p50', words.p50], ['p95', words.p95], ['p99', words.p99]], show: tenths},
    {name: 'requests', of: 'server', lines: [['good', words.good], ['refused', words.refused], ['turned', words.turned], ['failed', words.failed]], show: tenths},
];

let readings = [];

/* --- In words and as a table --- */

/* The latest point, and the least and the most of each line. */
function sentence(chart, list) {
    const said = chart.lines.map(([key, label]) => {
        const values = list.map(point => point[key]).filter(value => value !== null && value !== undefined);
        return values.length ? `${label}: ${words.now} ${chart.show(values[values.length - 1])}, ${words.from(chart.show(Math.min(...values)), chart.show(Math.max(...values)))}` : `${label}: –`;
    });
    return list.length ? said.join('. ') : words.none;
}

/* The latest point of each minute, newest first. */
function tableRows(chart, list) {
    const minutes = new Map();
    for (const point of list)
        if (point[chart.lines[0][0]] !== undefined)
            minutes.set(Math.floor(point.at / 60e3), point);
    return [...minutes.values()].reverse().map(point => h('tr', null, h('th', {scope: 'row'}, clockTime(point.at)),
        chart.lines.map(([key]) => h('td', {class: 'amount'}, chart.show(point[key])))));
}

function figure(chart) {
    const body = h('tbody');
    const canvas = h('canvas', {role: 'img'});
    const legend = h('ul', {class: 'legend'});
    const table = h('details', null, h('summary', null, words.table), h('div', {class: 'scroll', tabindex: '0', role: 'region', 'aria-label': words[chart.name]}, h('table', null,
        h('caption', {class: 'unseen'}, words[chart.name]), h('thead', null, h('tr', null, [words.time, ...chart.lines.map(([, label]) => label)].map((label, i) =>
            h('th', {scope: 'col', class: i ? 'amount' : null}, label)))), body)));
    const node = h('figure', {class: 'panel chart'}, h('figcaption', null, h('h3', null, words[chart.name])), h('div', {class: 'canvas'}, canvas), legend, table);
    const update = list => {
        canvas.setAttribute('aria-label', `${words[chart.name]}. ${sentence(chart, list)}`);
        if (table.open)
            fill(body, tableRows(chart, list));
    };
    table.addEventListener('toggle', () => chart.update());
    return {node, canvas, legend, update};
}

/* --- The counters --- */

async function readServer(signal) {
    const {body} = await api('GET', '/admin/metrics', {signal, accept: 'text/plain', retry: 0});
    const reading = readMetrics(body, serverNow());
    readings = readings.filter(old => old.at > reading.at - 2 * window_ && old.at < reading.at);
    const before = readings.find(old => old.at >= reading.at - window_ - 1000) || null;
    const found = before && between(before, reading);
    if (before && !found)
        readings = [];
    readings.push(reading);
    if (found)
        push(server, {at: reading.at, ...found});
}

async function watchServer(update, signal) {
    while (!signal.aborted) {
        let wait = document.hidden ? away : every;
        try {
            await readServer(signal);
            update();
        } catch (problem) {
            if (signal.aborted || !(problem instanceof Problem))
                return;
            wait = Math.max(5000, problem.retryAfter * 1000);
        }
        await pause(wait, signal);
    }
}

/** The charts of a concert: {node, add(figures)}, at work until the signal says stop. */
export function liveCharts(concertId, signal) {
    const points = historyOf(concertId);
    const listOf = chart => chart.of === 'points' ? points : server;
    const trouble = h('p', {class: 'note warn', hidden: true}, words.noCharts);
    const parts = charts.map(chart => ({...chart, figure: figure(chart), drawn: null}));
    parts.forEach((part, i) => {
        charts[i].update = () => part.figure.update(listOf(part));
    });
    const update = kind => parts.filter(part => part.of === kind).forEach(part => {
        part.figure.update(listOf(part));
        if (part.drawn && !document.hidden)
            part.drawn.update(listOf(part));
    });
    const node = h('section', {class: 'charts', 'aria-labelledby': 'charts'}, h('h2', {id: 'charts'}, words.title), trouble,
        h('div', {class: 'figures-grid'}, parts.map(part => part.figure.node)), h('p', {class: 'quiet'}, words.server));
    drawing(signal).then(draw => parts.forEach(part => {
        part.drawn = draw(part.figure.canvas, part.figure.legend, {lines: part.lines, show: part.show, span, name: part.name});
        update(part.of);
    }), () => { trouble.hidden = signal.aborted; });
    watchServer(() => update('server'), signal);
    return {node, add: figures => {
        push(points, {at: serverNow(), ...Object.fromEntries(concertFigures.map(name => [name, figures[name]]))});
        update('points');
    }};
}
