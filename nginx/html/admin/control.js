/*
 * A concert's control room: the state of its queue and the buttons that change it, how fast it
 * admits, the message, and what is going on, asked for every two seconds and less often while nobody
 * looks.
 */
import {pause, Problem, serverNow} from '/common/api.js';
import {fill, h, say} from '/common/dom.js';
import {clockTime, countdown, dateTime, money, number, pick} from '/common/words.js';
import {concertHead, getConcert, getDates} from './concerts.js';
import {datesTable} from './date-table.js';
import {liveCharts} from './live.js';
import {api} from './session.js';
import {settingName, settings, valueAt} from './settings.js';
import {act, atField, changeTable, clearWrong, field, showWrong, stateBadge, stateName} from './ui.js';

const words = pick({
    en: {
        title: 'Control room', now: 'Now', waiting: 'Waiting', inside: 'Inside', of: n => `of ${number(n)}`, noCap: 'no cap', admitted: 'Admitted, last minute', sold: 'Sold, last minute', seats: 'seats',
        revenue: 'Revenue', serving: 'Now serving', tickets: n => `of ${number(n)} numbers`, state: 'State of the queue',
        asOf: t => `As of ${t}`, stale: t => `No answer since ${t}. Trying again by itself.`, dates: 'Dates', toDates: 'New date, times and seats', noDates: 'No date yet: nobody can buy anything, and no buyer sees this concert.', addDate: 'Add the first date',
        open: 'Open', pause: 'Pause', drain: 'Drain', close: 'Close', openNow: 'Open now, before its time', change: 'Change', stateDone: s => `The queue is now: ${s}.`, stateSay: s => `State of the queue: ${s}`,
        about: {
            OPEN: 'People join and are admitted.', PAUSED: 'People join and keep their places; nobody is admitted.', DRAINING: 'Nobody joins; those who wait are still admitted.',
            CLOSED: 'Nobody joins and nobody is admitted; those inside finish.', SOLD_OUT: 'Nothing is free. It goes on by itself when something comes free.',
            PREQUEUE: 'Who comes now gets no number: at the opening a draw gives all of them their order.',
        },
        asks: {
            OPEN: ['Open the queue?', 'People may join, and those who wait are admitted from the next tick on.'],
            PAUSED: ['Pause admission?', 'Nobody is admitted until you open it again. Everybody keeps their place, people may still join, and those inside go on buying.'],
            DRAINING: ['Drain the queue?', 'Nobody can join any more. Those who wait are still admitted, and those inside go on buying.'],
            CLOSED: ['Close the queue?', 'Nobody can join and nobody is admitted. Those who wait keep their places; those inside can finish.'],
        },
        openNowAsk: ['Open now, before its time?', 'The draw takes place at once, and all who are here get their order.'], opening: 'The draw takes place now.',
        opensIn: t => `Opens in ${t}`, opensAt: t => `at ${t}`,
        rates: 'Admission', ratesHint: 'Holds from the next tick on. With a lower cap nobody is sent out.', apply: 'Apply', ratesAsk: 'Change the admission?', ratesDone: 'The admission is changed.', same: 'These are the values it has.',
        whole: (a, b) => `A whole number from ${number(a)} to ${number(b)}.`,
        message: 'Message to everybody in the queue', messageAsk: 'Show this message?', clearAsk: 'Take the message away?', clearText: 'Nobody in the queue sees a message any more.',
        messageText: 'Everybody who waits sees it within a few seconds.', show: 'Show it', clear: 'Take it away', messageDone: 'The message is shown.', cleared: 'The message is taken away.', empty: 'Write it in at least one language.',
    },
    ko: {
        title: '관제실', now: '현재', waiting: '대기', inside: '입장', of: n => `최대 ${number(n)}`, noCap: '제한 없음', admitted: '최근 1분 입장', sold: '최근 1분 판매', seats: '석',
        revenue: '매출', serving: '현재 입장 번호', tickets: n => `발급 ${number(n)}번까지`, state: '대기열 상태',
        asOf: t => `${t} 기준`, stale: t => `${t} 이후 응답이 없습니다. 자동으로 다시 시도합니다.`, dates: '회차', toDates: '회차 추가, 시간과 좌석', noDates: '아직 회차가 없습니다. 구매자에게 보이지 않고 아무것도 살 수 없습니다.', addDate: '첫 회차 추가',
        open: '열기', pause: '일시 정지', drain: '마감', close: '닫기', openNow: '예정보다 먼저 지금 열기', change: '변경', stateDone: s => `대기열 상태: ${s}`, stateSay: s => `대기열 상태: ${s}`,
        about: {
            OPEN: '줄을 설 수 있고 차례대로 입장합니다.', PAUSED: '줄을 설 수 있고 순서도 유지되지만 아무도 입장하지 않습니다.', DRAINING: '새로 줄을 설 수 없고, 기다리는 분은 계속 입장합니다.',
            CLOSED: '줄을 설 수 없고 아무도 입장하지 않습니다. 안에 있는 분은 마칠 수 있습니다.', SOLD_OUT: '남은 좌석이 없습니다. 좌석이 생기면 자동으로 계속됩니다.',
            PREQUEUE: '지금 온 분은 번호를 받지 않고, 시작할 때 추첨으로 순서를 정합니다.',
        },
        asks: {
            OPEN: ['대기열을 열까요?', '줄을 설 수 있고, 기다리는 분이 다음 차례부터 입장합니다.'],
            PAUSED: ['입장을 멈출까요?', '다시 열 때까지 아무도 입장하지 않습니다. 순서는 모두 유지되고, 새로 줄을 설 수 있으며, 안에 있는 분은 계속 구매합니다.'],
            DRAINING: ['대기열을 마감할까요?', '더 이상 줄을 설 수 없습니다. 기다리는 분은 계속 입장하고, 안에 있는 분은 계속 구매합니다.'],
            CLOSED: ['대기열을 닫을까요?', '줄을 설 수 없고 아무도 입장하지 않습니다. 기다리는 분의 순서는 유지되고, 안에 있는 분은 마칠 수 있습니다.'],
        },
        openNowAsk: ['예정보다 먼저 지금 열까요?', '바로 추첨하여 지금까지 온 모든 분의 순서를 정합니다.'], opening: '지금 추첨합니다.',
        opensIn: t => `시작까지 ${t}`, opensAt: t => `${t} 시작`,
        rates: '입장 속도', ratesHint: '다음 차례부터 적용됩니다. 최대 인원을 줄여도 안에 있는 분을 내보내지는 않습니다.', apply: '적용', ratesAsk: '입장 속도를 변경할까요?', ratesDone: '입장 속도를 변경했습니다.', same: '지금과 같은 값입니다.',
        whole: (a, b) => `${number(a)}부터 ${number(b)}까지의 정수를 입력해 주세요.`,
        message: '대기 중인 모든 분께 보이는 안내', messageAsk: '이 안내를 표시할까요?', clearAsk: '안내를 지울까요?', clearText: '대기 중인 분께 안내가 더 이상 보이지 않습니다.',
        messageText: '대기 중인 모든 분께 몇 초 안에 보입니다.', show: '표시', clear: '지우기', messageDone: '안내를 표시했습니다.', cleared: '안내를 지웠습니다.', empty: '한 언어 이상으로 작성해 주세요.',
    },
});

const every = 2000;  // ms between two looks
const soon = 1000;   // while a draw takes place
const away = 15000;  // while the page is hidden
const reread = 6000; // how often the settings are read again: others may change them too

/* --- State --- */

const buttons = [['OPEN', words.open, ''], ['PAUSED', words.pause, 'plain'], ['DRAINING', words.drain, 'plain'], ['CLOSED', words.close, 'plain danger']];

function stateBox(room) {
    const heading = h('h2', {class: 'grow', tabindex: '-1'}, words.state);
    const badge = h('span');
    const about = h('p');
    const opening = h('p', {class: 'countdown'});
    const early = h('button', {type: 'button', class: 'big', on: {click: () => {
        const [title, text] = words.openNowAsk;
        room.patch({opensAt: null}, {title, text, yes: words.openNow, done: words.opening});
    }}}, words.openNow);
    const row = h('div', {class: 'row states'}, early, buttons.map(([state, text, kind]) => h('button', {type: 'button', class: `big ${kind}`, dataset: {state},
        on: {click: () => room.change({state}, ...words.asks[state], text, state === 'CLOSED')}}, text)));
    let last = null;
    room.shows.push(() => {
        const {state, opensAt} = room.concert.queue;
        const before = state === 'PREQUEUE';
        const focused = row.contains(document.activeElement);
        fill(badge, stateBadge(state));
        about.textContent = before && !opensAt ? words.opening : words.about[state];
        row.querySelectorAll('[data-state]').forEach(button => {
            button.disabled = button.dataset.state === state;
            button.setAttribute('aria-pressed', String(button.dataset.state === state));
            button.hidden = before && button.dataset.state === 'OPEN';
        });
        early.hidden = !before;
        early.disabled = !opensAt;
        opening.hidden = !before || !opensAt;
        if (focused && document.activeElement.matches(':disabled, [hidden], body'))
            heading.focus();
        opening.textContent = opensAt ? `${words.opensIn(countdown((Date.parse(opensAt) - serverNow()) / 1000))}, ${words.opensAt(dateTime(opensAt, room.concert.timeZone))}` : '';
        if (last !== null && last !== state)
            say(words.stateSay(stateName(state)));
        last = state;
    });
    return h('section', {class: 'panel state'}, h('div', {class: 'row'}, heading, badge), about, opening, row);
}

/* --- Rates and message --- */

const quick = ['queue.admitCount', 'queue.admitIntervalSeconds', 'queue.maxActive'].map(name => settings.find(s => s.name === name));

function wrongRates(form) {
    const errors = {};
    for (const setting of quick) {
        const input = form.elements[setting.name];
        const value = Number(input.value);
        if (input.value === '' || !Number.isInteger(value) || value < setting.least || value > setting.most)
            errors[setting.name] = words.whole(setting.least, setting.most);
    }
    return errors;
}

async function changeRates(room, form) {
    clearWrong(form);
    if (showWrong(form, wrongRates(form)))
        return;
    const changed = quick.filter(s => Number(form.elements[s.name].value) !== valueAt(room.concert, s.name));
    if (changed.length === 0) {
        say(words.same);
        return;
    }
    const queue = Object.fromEntries(changed.map(s => [s.name.split('.')[1], Number(form.elements[s.name].value)]));
    const text = changeTable(changed.map(s => [s.label, valueAt(room.concert, s.name), Number(form.elements[s.name].value)]));
    await room.patch(queue, {title: words.ratesAsk, text, yes: words.apply, done: words.ratesDone, wrong: atField(form)});
}

function ratesBox(room) {
    const inputs = quick.map(s => h('input', {type: 'number', inputmode: 'numeric', name: s.name, min: s.least, max: s.most, step: 1}));
    const form = h('form', {novalidate: true, class: 'stack', on: {submit: event => {
        event.preventDefault();
        changeRates(room, form);
    }}}, h('div', {class: 'grid rates'}, quick.map((s, i) => field(s.label, inputs[i]))), h('p', {class: 'quiet'}, words.ratesHint), h('div', null, h('button', {type: 'submit'}, words.apply)));
    /* What is being typed is left alone; what others change is shown. */
    const was = new Map();
    room.shows.push(() => inputs.forEach(input => {
        const value = String(valueAt(room.concert, input.name));
        if (was.get(input.name) !== value && (was.get(input.name) === undefined || input.value === was.get(input.name)))
            input.value = value;
        was.set(input.name, value);
    }));
    return h('section', {class: 'panel'}, h('h2', null, words.rates), form);
}

async function changeMessage(room, form) {
    const texts = Object.fromEntries(['ko', 'en'].map(lang => [lang, form.elements[`queue.message.${lang}`].value.trim()]).filter(([, text]) => text));
    clearWrong(form);
    if (Object.keys(texts).length === 0) {
        showWrong(form, {'queue.message.ko': words.empty});
        return;
    }
    await room.patch({message: texts}, {title: words.messageAsk, yes: words.show, done: words.messageDone, wrong: atField(form),
        text: h('div', {class: 'stack'}, Object.entries(texts).map(([lang, text]) => h('p', {class: 'note', lang}, text)), h('p', null, words.messageText))});
}

function messageBox(room) {
    const inputs = ['ko', 'en'].map(lang => h('textarea', {name: `queue.message.${lang}`, rows: 2, lang}));
    const clear = h('button', {type: 'button', class: 'plain', on: {click: () =>
        room.patch({message: null}, {title: words.clearAsk, text: words.clearText, yes: words.clear, done: words.cleared})}}, words.clear);
    const form = h('form', {novalidate: true, class: 'stack', on: {submit: event => {
        event.preventDefault();
        changeMessage(room, form);
    }}}, h('div', {class: 'grid'}, inputs.map(input => field(settingName(input.name), input))), h('div', {class: 'row'}, h('button', {type: 'submit'}, words.show), clear));
    let was = null;
    room.shows.push(() => {
        const now = JSON.stringify(room.concert.queue.message);
        clear.hidden = !room.concert.queue.message;
        if (now === was)
            return;
        was = now;
        inputs.forEach(input => { input.value = valueAt(room.concert, input.name) || ''; });
    });
    return h('section', {class: 'panel'}, h('h2', null, words.message), form);
}

/* --- Figures --- */

function figures(room) {
    const list = h('dl', {class: 'figures'});
    const cell = (name, value, note) => h('div', null, h('dt', null, name), h('dd', null, h('strong', null, value), note && h('span', {class: 'quiet'}, ` ${note}`)));
    room.shows.push(() => {
        const s = room.stats;
        const cap = room.concert.queue.maxActive;
        fill(list, cell(words.waiting, number(s.waiting)), cell(words.inside, number(s.active), cap ? words.of(cap) : words.noCap),
            cell(words.admitted, number(s.admittedLastMinute)), cell(words.sold, number(s.soldLastMinute), words.seats),
            cell(words.revenue, money(revenue(s))), cell(words.serving, number(s.nowServing), words.tickets(s.lastTicket)));
    });
    return list;
}

const revenue = stats => stats.schedules.reduce((sum, s) => sum + s.revenue, 0);

function datesBox(room) {
    const at = `#/concerts/${room.concert.concertId}/dates`;
    if (room.dates.length === 0)
        return h('section', {class: 'panel'}, h('h2', null, words.dates), h('p', null, words.noDates), h('a', {class: 'button', href: `${at}/new`}, words.addDate));
    const {node, update} = datesTable(room.concert, room.dates);
    room.shows.push(() => update(room.stats.schedules, room.concert));
    return h('section', {class: 'panel'}, h('div', {class: 'row'}, h('h2', {class: 'grow'}, words.dates), h('a', {href: at}, words.toDates)), node);
}

/* --- The room --- */

/* Whether its time has come and the draw is still to take place, which is a matter of a moment. */
const drawing = ({concert: {queue}}) => queue.state === 'PREQUEUE' && !(Date.parse(queue.opensAt) > serverNow());

async function look(room, signal) {
    const {body} = await api('GET', `/admin/concerts/${room.concert.concertId}/stats`, {signal, retry: 0});
    room.stats = body;
    if (Date.now() - room.readAt > reread || drawing(room)) {
        room.concert = await getConcert(room.concert.concertId, signal);
        room.readAt = Date.now();
    }
}

/* Until the view is left. A server that takes long is asked less often. */
async function run(room, status, charts, signal) {
    let wake = new AbortController();
    room.wake = () => wake.abort();
    signal.addEventListener('abort', room.wake, {once: true});
    let heard = Date.now();
    while (!signal.aborted) {
        const began = Date.now();
        let wait = document.hidden ? away : every;
        try {
            await look(room, signal);
            heard = Date.now();
            room.show();
            charts.add({...room.stats, revenue: revenue(room.stats)});
            status.textContent = words.asOf(clockTime(serverNow()));
            status.classList.remove('late');
            wait = drawing(room) ? soon : wait;
        } catch (problem) {
            if (signal.aborted || !(problem instanceof Problem))
                return;
            status.textContent = words.stale(clockTime(heard));
            status.classList.add('late');
            wait = Math.max(wait, problem.retryAfter * 1000, 4000);
        }
        wake = new AbortController();
        await pause(Math.max(wait - (Date.now() - began), 4 * (Date.now() - began)), wake.signal);
    }
}

export async function controlRoom({params, signal}) {
    const concert = await getConcert(params[0], signal);
    const [dates, stats] = await Promise.all([getDates(params[0], signal), api('GET', `/admin/concerts/${params[0]}/stats`, {signal})]);
    const room = {concert, dates, stats: stats.body, readAt: Date.now(), shows: [], show: () => room.shows.forEach(show => show())};
    room.patch = async (queue, question) => {
        const changed = await act({...question, run: async () => (await api('PATCH', `/admin/concerts/${concert.concertId}`, {body: {queue}})).body});
        if (changed) {
            room.concert = changed;
            room.readAt = Date.now();
            room.show();
            room.wake();
        }
    };
    room.change = (queue, title, text, yes, danger) => room.patch(queue, {title, text, yes, danger, done: changed => words.stateDone(stateName(changed.queue.state))});
    const status = h('p', {class: 'quiet asof'}, words.asOf(clockTime(serverNow())));
    const charts = liveCharts(concert.concertId, signal);
    const content = [concertHead(concert, ''), h('section', {'aria-label': words.now}, figures(room), status), stateBox(room),
        h('div', {class: 'beside'}, ratesBox(room), messageBox(room)), charts.node, datesBox(room)];
    room.show();
    run(room, status, charts, signal);
    return {title: `${words.title} · ${concert.title}`, content};
}
