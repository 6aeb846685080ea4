/*
 * The seats of a date that there is: its hall as it stands now, and blocking, freeing or pricing
 * those that are picked. Seats that somebody holds or has bought stay as they are.
 */
import {pause, Problem} from '/common/api.js';
import {fill, h, say} from '/common/dom.js';
import {money, number, pick} from '/common/words.js';
import {dateHead, getDate} from './date-head.js';
import {count, fromText, toRanges, toSet, toText} from './ranges.js';
import {tierName} from './seat-paint.js';
import {SeatPlan} from './seat-plan.js';
import {api} from './session.js';
import {act, atField, clearWrong, field, problemText, showWrong} from './ui.js';

const words = pick({
    en: {
        title: 'Seats', plan: 'Plan of the hall', picked: 'Picked seats', hint: 'Numbers as 1-40, 55. Or pick them in the plan.', ranges: n => `Numbers from 1 to ${number(n)}, such as 1-40, 55.`, none: 'Pick seats first.', all: 'All', nobody: 'None', free: 'All free ones', offOnes: 'All blocked ones',
        chosen: n => `${number(n)} picked`, block: 'Block', unblock: 'Free for sale', reprice: 'Change the price', price: 'New price, won', whole: 'A whole number from 0 to 1,000,000,000.',
        states: {A: 'free', H: 'held', S: 'sold', B: 'blocked'}, where: (section, row, n, state, price) => `${section ? `${section}, ` : ''}${row ? `row ${row}, ` : ''}seat ${number(n)}, ${state}, ${money(price)}`, isPicked: 'picked',
        legend: 'Legend', stateLegend: {H: 'Held', S: 'Sold', B: 'Blocked'}, freeAt: price => `Free at ${money(price)}`,
        blockAsk: n => `Block ${number(n)} ${n === 1 ? 'seat' : 'seats'}?`, blockText: 'Nobody can buy them until they are freed again.', unblockAsk: n => `Put ${number(n)} blocked ${n === 1 ? 'seat' : 'seats'} up for sale?`, unblockText: 'They can be bought at once.',
        priceAsk: (n, price) => `Sell ${number(n)} ${n === 1 ? 'seat' : 'seats'} at ${money(price)}?`, priceText: 'The price holds for who picks them from now on. What is held keeps the price at which it was taken.', which: text => `Seats ${text}`, left: n => `${number(n)} of the picked seats are not concerned, since they are held, sold or not in that state.`,
        nothing: 'None of the picked seats can be changed like this.', done: 'The seats are changed.', taken: text => `Somebody was faster: ${text} can no longer be changed. The others are still picked; try again with them.`, many: 'These are too many separate ranges to change at once: pick fewer, or whole rows.', late: 'The plan could not be brought up to date.',
    },
    ko: {
        title: '좌석', plan: '좌석 배치도', picked: '고른 좌석', hint: '1-40, 55처럼 번호를 쓰거나 배치도에서 고릅니다.', ranges: n => `1부터 ${number(n)}까지의 번호를 1-40, 55처럼 입력해 주세요.`, none: '먼저 좌석을 골라 주세요.', all: '전체', nobody: '해제', free: '남은 좌석 전체', offOnes: '제외한 좌석 전체',
        chosen: n => `${number(n)}석 선택`, block: '판매 제외', unblock: '판매에 넣기', reprice: '가격 변경', price: '새 가격(원)', whole: '0부터 1,000,000,000까지의 정수를 입력해 주세요.',
        states: {A: '남음', H: '선점 중', S: '판매됨', B: '제외됨'}, where: (section, row, n, state, price) => `${section ? `${section} ` : ''}${row ? `${row}열 ` : ''}${number(n)}번, ${state}, ${money(price)}`, isPicked: '선택함',
        legend: '범례', stateLegend: {H: '선점 중', S: '판매됨', B: '제외됨'}, freeAt: price => `남음 ${money(price)}`,
        blockAsk: n => `${number(n)}석을 판매에서 제외할까요?`, blockText: '다시 판매에 넣을 때까지 아무도 살 수 없습니다.', unblockAsk: n => `제외한 ${number(n)}석을 판매에 넣을까요?`, unblockText: '바로 살 수 있게 됩니다.',
        priceAsk: (n, price) => `${number(n)}석을 ${money(price)}에 판매할까요?`, priceText: '지금부터 고르는 사람에게 적용됩니다. 이미 선점한 좌석은 선점할 때의 가격을 유지합니다.', which: text => `좌석 ${text}`, left: n => `고른 좌석 가운데 ${number(n)}석은 선점 중이거나 판매되었거나 해당 상태가 아니어서 바뀌지 않습니다.`,
        nothing: '고른 좌석 가운데 이렇게 바꿀 수 있는 좌석이 없습니다.', done: '좌석을 변경했습니다.', taken: text => `그 사이에 다른 사람이 가져가 바꿀 수 없게 된 좌석이 있습니다: ${text}. 나머지는 그대로 골라 두었으니 다시 시도해 주세요.`, many: '한 번에 바꾸기에는 나뉜 범위가 너무 많습니다. 적게 고르거나 열 단위로 골라 주세요.', late: '배치도를 새로 고치지 못했습니다.',
    },
});

const atOnce = 100;     // ranges in one request
const mostRanges = 2000;
const every = 4000;     // ms between two looks at the hall
const mostPrice = 1e9;

/* --- The hall --- */

/* The compact map, with the price of each seat as the number of one of `prices`. */
function read(map) {
    const prices = [...new Set(map.sections.map(s => s.price))].sort((a, b) => b - a);
    const tiers = new Uint16Array(map.states.length);
    for (const s of map.sections)
        tiers.fill(prices.indexOf(s.price), s.first - 1, s.first - 1 + s.count);
    return {version: map.version, sections: map.sections, states: map.states, prices, tiers};
}

const fetchHall = async (id, signal) => read((await api('GET', `/admin/schedules/${id}/seats?format=compact`, {signal})).body);

function sectionAt(hall, seat) {
    let low = 0, high = hall.sections.length - 1;
    while (low < high) {
        const middle = (low + high + 1) >> 1;
        if (hall.sections[middle].first <= seat)
            low = middle;
        else
            high = middle - 1;
    }
    return hall.sections[low];
}

function swatch(kind, colour) {
    const node = h('span', {class: `swatch ${kind}`, 'aria-hidden': 'true'});
    if (colour)
        node.style.background = `var(${colour})`;
    return node;
}

const legend = hall => h('ul', {class: 'legend', 'aria-label': words.legend}, hall.prices.slice(0, 12).map((price, i) => h('li', null, swatch('', tierName(i)), words.freeAt(price))),
    Object.entries(words.stateLegend).map(([state, text]) => h('li', null, swatch(`s${state}`), text)));

/* --- Changing --- */

/* What of the picked seats a change is about: a set. */
function concerned(hall, picked, states) {
    const set = picked.slice();
    for (let i = 0; i < set.length; i++)
        if (set[i] && !states.includes(hall.states[i]))
            set[i] = 0;
    return set;
}

/* Ranges with little between them become one where the change leaves what is between as it is: a
 * few of them say much. `idle(number)` tells that of a seat. */
function joined(ranges, idle) {
    const out = [];
    for (const [first, last] of ranges) {
        const before = out[out.length - 1];
        let i = before ? before[1] + 1 : first;
        while (before && i < first && idle(i))
            i++;
        if (before && i === first)
            before[1] = last;
        else
            out.push([first, last]);
    }
    return out;
}

function idleFor(hall, change) {
    if (change.price !== undefined)
        return number => hall.prices[hall.tiers[number - 1]] === change.price;
    return number => (hall.states[number - 1] === 'B') === change.blocked;
}

/* All of one request or none. What came after the first may meet a buyer. */
async function sendAll(id, ranges, change) {
    for (let i = 0; i < ranges.length; i += atOnce) {
        const changes = ranges.slice(i, i + atOnce).map(([first, last]) => ({first, last, ...change}));
        await api('PATCH', `/admin/schedules/${id}/seats`, {body: {changes}, timeout: 60000});
    }
    return true;
}

/* Somebody took some of them meanwhile: these are picked no more, the others still are. */
function taken(view, problem) {
    if (problem.code !== 'SEAT_TAKEN')
        return atField(view.form)(problem);
    const numbers = problem.body.seatNumbers || [];
    const left = view.plan.picked.slice();
    numbers.forEach(number => { left[number - 1] = 0; });
    view.setPicked(left);
    view.update().catch(() => {}); // it is looked at again anyway
    return showWrong(view.form, {picked: words.taken(toText(numbers.slice(0, 12).map(number => [number, number])))});
}

const short = ranges => {
    const text = toText(ranges.slice(0, 12));
    return ranges.length > 12 ? `${text}, …` : text;
};

/** Asks and sends `change` ({blocked} or {price}) for those of the picked seats in these states. */
async function send(view, change, states, title, text, yes, danger) {
    const set = concerned(view.hall, view.plan.picked, states);
    const n = count(set);
    const left = count(view.plan.picked) - n;
    const ranges = joined(toRanges(set), idleFor(view.hall, change));
    clearWrong(view.form);
    const wrong = n + left === 0 ? words.none : n === 0 ? words.nothing : ranges.length > mostRanges ? words.many : null;
    if (wrong) {
        showWrong(view.form, {picked: wrong});
        return;
    }
    const done = await act({title: title(n), yes, danger, done: words.done, wrong: problem => taken(view, problem), run: () => sendAll(view.id, ranges, change),
        text: h('div', null, h('p', null, words.which(short(toRanges(set)))), left > 0 && h('p', null, words.left(left)), h('p', null, text))});
    if (done) {
        view.setPicked(new Uint8Array(view.hall.states.length));
        await view.update();
    }
}

function changePrice(view) {
    const input = view.form.elements.price;
    clearWrong(view.form);
    if (!/^\d{1,10}$/.test(input.value) || Number(input.value) > mostPrice) {
        showWrong(view.form, {price: words.whole});
        return;
    }
    const price = Number(input.value);
    send(view, {price}, 'AB', n => words.priceAsk(n, price), words.priceText, words.reprice, false);
}

function toolbox(view) {
    const pickWhere = states => () => view.setPicked(Uint8Array.from(view.hall.states, state => states.includes(state) ? 1 : 0));
    const small = (text, click) => h('button', {type: 'button', class: 'plain small', on: {click}}, text);
    const ranges = h('input', {type: 'text', name: 'picked', autocomplete: 'off', class: 'code', on: {change: () => {
        const found = fromText(ranges.value, view.hall.states.length);
        clearWrong(view.form);
        if (found)
            view.setPicked(toSet(found, view.hall.states.length));
        else
            showWrong(view.form, {picked: words.ranges(view.hall.states.length)});
    }}});
    const chosen = h('p', {class: 'sum'});
    const price = h('input', {type: 'number', inputmode: 'numeric', name: 'price', min: 0, max: mostPrice, step: 1});
    const form = h('form', {class: 'panel stack tools', novalidate: true, on: {submit: event => { event.preventDefault(); changePrice(view); }}},
        chosen, field(words.picked, ranges, words.hint),
        h('div', {class: 'row'}, small(words.free, pickWhere('A')), small(words.offOnes, pickWhere('B')), small(words.all, pickWhere('AHSB')), small(words.nobody, pickWhere(''))),
        h('div', {class: 'row'}, h('button', {type: 'button', class: 'danger plain', on: {click: () => send(view, {blocked: true}, 'A', words.blockAsk, words.blockText, words.block, true)}}, words.block),
            h('button', {type: 'button', class: 'plain', on: {click: () => send(view, {blocked: false}, 'B', words.unblockAsk, words.unblockText, words.unblock, false)}}, words.unblock)),
        field(words.price, price), h('div', null, h('button', {type: 'submit', class: 'plain'}, words.reprice)));
    view.form = form;
    view.showPicked = () => {
        const now = toRanges(view.plan.picked);
        ranges.value = toText(now);
        chosen.textContent = words.chosen(count(view.plan.picked));
    };
    return form;
}

/* --- The view --- */

/* The hall changes while people buy. */
async function follow(view, note, signal) {
    let least = 0; // what the server asks for, ms
    while (!signal.aborted) {
        await pause(Math.max(least, document.hidden ? 5 * every : every), signal);
        least = 0;
        if (signal.aborted)
            return;
        try {
            await view.update();
            fill(note);
        } catch (problem) {
            if (signal.aborted || !(problem instanceof Problem))
                return;
            least = problem.retryAfter * 1000;
            fill(note, `${words.late} ${problemText(problem)}`);
        }
    }
}

export async function seatEditor({params, signal}) {
    const {date, concert} = await getDate(params[0], signal);
    const view = {id: params[0], hall: await fetchHall(params[0], signal)};
    const legendBox = h('div', null, legend(view.hall));
    const note = h('p', {class: 'quiet', role: 'status'});
    view.plan = new SeatPlan({label: words.plan, changed: () => view.showPicked(), describe: (seat, on) => {
        const s = sectionAt(view.hall, seat);
        return `${words.where(s.name, s.row, seat, words.states[view.hall.states[seat - 1]], s.price)}${on ? `, ${words.isPicked}` : ''}`;
    }});
    view.setPicked = set => {
        view.plan.pick(set);
        view.showPicked();
        say(words.chosen(count(set)));
    };
    view.update = async () => {
        const hall = await fetchHall(view.id, signal);
        if (hall.version === view.hall.version)
            return;
        view.hall = hall;
        fill(legendBox, legend(hall));
        view.plan.show(hall.sections, hall.states, hall.tiers);
    };
    const tools = toolbox(view);
    view.plan.show(view.hall.sections, view.hall.states, view.hall.tiers);
    view.showPicked();
    follow(view, note, signal);
    return {title: `${words.title} · ${concert.title}`, content: [dateHead(concert, date, 'seats'),
        h('div', {class: date.canceledAt ? '' : 'hall'}, h('div', null, legendBox, view.plan.node, note), !date.canceledAt && tools)]};
}
