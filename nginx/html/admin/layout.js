/*
 * The seats of a new date: so many of one price, or sections of rows, with a preview in which seats
 * are blocked by clicking. What is blocked stands as ranges of positions in each section's field,
 * and either of the two may be used.
 */
import {fill, h, say} from '/common/dom.js';
import {money, number, pick} from '/common/words.js';
import {count, fromText, toRanges, toSet, toText} from './ranges.js';
import {seatPlan} from './seat-plan.js';
import {field} from './ui.js';

const words = pick({
    en: {
        seats: 'Seats', kind: 'How are the seats arranged?', plain: 'One price, no rows', sections: 'Sections and rows', count: 'Number of seats', price: 'Price, won', name: 'Name', rows: 'Rows', perRow: 'Seats in a row',
        blocked: 'Not for sale', blockedHint: 'Positions within the section, counted row by row: 1-4, 17. Or click them in the preview.', section: n => `Section ${n}`, add: 'Add a section', copy: 'Duplicate', remove: 'Remove', first: 'Stalls', next: n => `Section ${n}`,
        preview: 'Preview', totals: (seats, blocked, sum) => `${number(seats)} seats${blocked ? `, ${number(blocked)} of them not for sale` : ''}. ${money(sum)} if all ${blocked ? 'others ' : ''}are sold.`, tooMany: 'Together more than 100,000 seats: the preview is not drawn.',
        whole: (a, b) => `A whole number from ${number(a)} to ${number(b)}.`, must: 'This cannot be empty.', ranges: n => `Positions from 1 to ${number(n)}, such as 1-4, 17.`, most: 'At most 100,000 seats together.', body: 'Too many single seats are blocked to send at once. Make the date, then block them in its seats.',
        where: (section, row, n, price) => `${section ? `${section}, ` : ''}${row ? `row ${row}, ` : ''}seat ${number(n)}, ${money(price)}`, off: 'not for sale', removed: 'Removed.', added: 'Added.',
    },
    ko: {
        seats: '좌석', kind: '좌석을 어떻게 나눌까요?', plain: '한 가지 가격, 열 없음', sections: '구역과 열', count: '좌석 수', price: '가격(원)', name: '이름', rows: '열 수', perRow: '한 열의 좌석 수',
        blocked: '판매하지 않는 좌석', blockedHint: '구역 안에서 열 순서대로 센 위치입니다. 예: 1-4, 17. 미리 보기에서 눌러도 됩니다.', section: n => `구역 ${n}`, add: '구역 추가', copy: '복제', remove: '삭제', first: '1층', next: n => `${n}구역`,
        preview: '미리 보기', totals: (seats, blocked, sum) => `${number(seats)}석${blocked ? `, 그중 ${number(blocked)}석은 판매하지 않음` : ''}. ${blocked ? '나머지를 ' : ''}모두 판매하면 ${money(sum)}입니다.`, tooMany: '모두 합해 100,000석을 넘어 미리 보기를 그리지 않습니다.',
        whole: (a, b) => `${number(a)}부터 ${number(b)}까지의 정수를 입력해 주세요.`, must: '비워 둘 수 없습니다.', ranges: n => `1부터 ${number(n)}까지의 위치를 1-4, 17처럼 입력해 주세요.`, most: '모두 합해 100,000석까지 만들 수 있습니다.', body: '한 번에 보내기에는 제외한 좌석이 너무 많습니다. 회차를 만든 다음 좌석 화면에서 제외해 주세요.',
        where: (section, row, n, price) => `${section ? `${section} ` : ''}${row ? `${row}열 ` : ''}${number(n)}번, ${money(price)}`, off: '판매하지 않음', removed: '삭제했습니다.', added: '추가했습니다.',
    },
});

const mostSeats = 100000;
const mostPrice = 1e9;
const mostSections = 200;
const bodyLimit = 60000; // bytes; the server takes 64 KiB

const isWhole = (text, least, most) => /^\d{1,10}$/.test(text) && Number(text) >= least && Number(text) <= most;
const sizeOf = s => Number(s.rows) * Number(s.seatsPerRow);
const usable = s => isWhole(s.rows, 1, mostSeats) && isWhole(s.seatsPerRow, 1, mostSeats) && sizeOf(s) <= mostSeats;
const priceOf = s => isWhole(s.price, 0, mostPrice) ? Number(s.price) : 0;

/* --- From the model to a hall --- */

/* The sections as runs and prices by seat; those that are not filled in yet are left out. */
function hallOf(sections) {
    const runs = [], tiers = [], prices = [];
    let first = 1;
    for (const s of sections.filter(usable)) {
        const price = priceOf(s);
        if (!prices.includes(price))
            prices.push(price);
        s.first = first;
        const rows = s.plain ? 1 : Number(s.rows);
        for (let row = 1; row <= rows; row++) {
            const seats = s.plain ? sizeOf(s) : Number(s.seatsPerRow);
            runs.push({name: s.plain ? '' : s.name, row: s.plain ? '' : String(row), first, count: seats, price});
            first += seats;
        }
        tiers.push([prices.indexOf(price), sizeOf(s)]);
    }
    return {runs, seats: first - 1, tiers: Uint8Array.from(tiers.flatMap(([tier, n]) => Array(n).fill(tier)))};
}

const rangesOf = s => fromText(s.blocked, sizeOf(s)) || [];

function totals(sections) {
    let seats = 0, blocked = 0, sum = 0;
    for (const s of sections.filter(usable)) {
        const off = s.plain ? 0 : count(toSet(rangesOf(s), sizeOf(s)));
        seats += sizeOf(s);
        blocked += off;
        sum += (sizeOf(s) - off) * priceOf(s);
    }
    return {seats, blocked, sum};
}

/* --- What it says --- */

function sectionErrors(s, i, errors) {
    const at = `sections[${i}]`;
    if (!s.name.trim())
        errors[`${at}.name`] = words.must;
    for (const key of ['rows', 'seatsPerRow'])
        if (!isWhole(s[key], 1, mostSeats))
            errors[`${at}.${key}`] = words.whole(1, mostSeats);
    if (!isWhole(s.price, 0, mostPrice))
        errors[`${at}.price`] = words.whole(0, mostPrice);
    if (usable(s) && !fromText(s.blocked, sizeOf(s)))
        errors[`${at}.blocked`] = words.ranges(sizeOf(s));
}

function bodyOf(model) {
    if (model.plain)
        return {seats: {count: Number(model.count), price: Number(model.price)}};
    return {sections: model.sections.map(s => {
        const blocked = rangesOf(s).flatMap(([first, last]) => Array.from({length: last - first + 1}, (_, i) => first + i));
        return {name: s.name.trim(), rows: Number(s.rows), seatsPerRow: Number(s.seatsPerRow), price: Number(s.price), ...blocked.length ? {blocked: [...new Set(blocked)]} : {}};
    })};
}

function errorsOf(model) {
    const errors = {};
    if (model.plain) {
        if (!isWhole(model.count, 1, mostSeats))
            errors['seats.count'] = words.whole(1, mostSeats);
        if (!isWhole(model.price, 0, mostPrice))
            errors['seats.price'] = words.whole(0, mostPrice);
        return errors;
    }
    model.sections.forEach((s, i) => sectionErrors(s, i, errors));
    if (Object.keys(errors).length === 0 && totals(model.sections).seats > mostSeats)
        errors['sections[0].rows'] = words.most;
    if (Object.keys(errors).length === 0 && JSON.stringify(bodyOf(model)).length > bodyLimit)
        errors['sections[0].blocked'] = words.body;
    return errors;
}

/* --- The editor --- */

const numberInput = (name, value, least, most, input) => h('input', {type: 'number', inputmode: 'numeric', name, value, min: least, max: most, step: 1, required: true, on: {input}});

function sectionNode(model, s, i, {changed, redraw}) {
    const at = `sections[${i}]`;
    const bind = key => event => {
        s[key] = event.target.value;
        changed();
    };
    s.input = h('input', {type: 'text', name: `${at}.blocked`, value: s.blocked, autocomplete: 'off', on: {input: bind('blocked')}});
    const button = (text, kind, disabled, click) => h('button', {type: 'button', class: `plain small ${kind}`, disabled, 'aria-label': `${text}: ${words.section(i + 1)}`, on: {click}}, text);
    return h('fieldset', {class: 'section'}, h('legend', null, words.section(i + 1)), h('div', {class: 'grid narrowgrid'},
        field(words.name, h('input', {type: 'text', name: `${at}.name`, value: s.name, required: true, maxlength: 200, autocomplete: 'off', on: {input: bind('name')}})),
        field(words.rows, numberInput(`${at}.rows`, s.rows, 1, mostSeats, bind('rows'))), field(words.perRow, numberInput(`${at}.seatsPerRow`, s.seatsPerRow, 1, mostSeats, bind('seatsPerRow'))),
        field(words.price, numberInput(`${at}.price`, s.price, 0, mostPrice, bind('price')))), field(words.blocked, s.input, words.blockedHint),
    h('div', {class: 'row'}, button(words.copy, '', model.sections.length >= mostSections, () => {
        model.sections.splice(i + 1, 0, {...s, name: words.next(model.sections.length + 1)});
        redraw(i + 1, words.added);
    }), button(words.remove, 'danger', model.sections.length === 1, () => {
        model.sections.splice(i, 1);
        redraw(Math.max(0, i - 1), words.removed);
    })));
}

/** The editor: {node, errors(), body(), totals()}; `start` are sections to begin with, or null. */
export function layoutEditor(start) {
    const model = {plain: false, count: '50', price: '50000', sections: start || [{name: words.first, rows: '10', seatsPerRow: '20', price: '90000', blocked: ''}]};
    const list = h('div', {class: 'stack'});
    const sum = h('p', {class: 'note', role: 'status'});
    const previewBox = h('div');
    const shown = () => model.plain ? [{plain: true, rows: '1', seatsPerRow: model.count, price: model.price, blocked: ''}] : model.sections;
    let hall = hallOf(shown());
    const sectionAt = seat => shown().filter(usable).findLast(s => s.first <= seat);
    const plan = seatPlan({label: words.preview, blocking: true,
        describe: (seat, off) => {
            const s = sectionAt(seat);
            const i = seat - s.first;
            const row = s.plain ? '' : String(Math.floor(i / Number(s.seatsPerRow)) + 1);
            return `${words.where(s.plain ? '' : s.name, row, seat, priceOf(s))}${off ? `, ${words.off}` : ''}`;
        },
        /* From the preview into the fields. Seats without sections cannot be blocked here. */
        changed: picked => {
            for (const s of shown().filter(usable)) {
                if (s.plain) {
                    picked.fill(0);
                    continue;
                }
                s.blocked = toText(toRanges(picked.subarray(s.first - 1, s.first - 1 + sizeOf(s))));
                s.input.value = s.blocked;
            }
            tellTotals();
        }});
    const tellTotals = () => {
        const t = totals(shown());
        sum.textContent = t.seats > mostSeats ? words.tooMany : words.totals(t.seats, t.blocked, t.sum);
    };
    const changed = () => {
        hall = hallOf(shown());
        tellTotals();
        previewBox.hidden = hall.seats > mostSeats || hall.seats === 0;
        if (previewBox.hidden)
            return;
        plan.show(hall.runs, 'A'.repeat(hall.seats), hall.tiers);
        const off = new Uint8Array(hall.seats);
        for (const s of shown().filter(usable))
            for (const [first, last] of s.plain ? [] : rangesOf(s))
                off.fill(1, s.first - 2 + first, s.first - 1 + last);
        plan.pick(off);
    };
    const redraw = (focus, text) => {
        fill(list, model.plain ? h('div', {class: 'grid narrowgrid'}, field(words.count, numberInput('seats.count', model.count, 1, mostSeats, event => { model.count = event.target.value; changed(); })),
            field(words.price, numberInput('seats.price', model.price, 0, mostPrice, event => { model.price = event.target.value; changed(); })))
            : [model.sections.map((s, i) => sectionNode(model, s, i, {changed, redraw})), h('div', null, h('button', {type: 'button', class: 'plain', disabled: model.sections.length >= mostSections, on: {click: () => {
                const last = model.sections[model.sections.length - 1];
                model.sections.push({...last, name: words.next(model.sections.length + 1), blocked: ''});
                redraw(model.sections.length - 1, words.added);
            }}}, words.add))]);
        changed();
        if (focus !== undefined)
            list.querySelector(`[name="sections[${focus}].name"]`).focus();
        if (text)
            say(text);
    };
    const choice = (plain, text) => h('label', {class: 'choice'}, h('input', {type: 'radio', name: 'layout-kind', checked: model.plain === plain, on: {change: () => {
        model.plain = plain;
        redraw();
    }}}), text);
    fill(previewBox, h('h3', null, words.preview), plan.node);
    redraw();
    return {node: h('fieldset', null, h('legend', null, words.seats), h('div', {class: 'row', role: 'radiogroup', 'aria-label': words.kind}, choice(false, words.sections), choice(true, words.plain)), list, sum, previewBox),
        errors: () => errorsOf(model), body: () => bodyOf(model), totals: () => totals(shown()), describe: () => { const t = totals(shown()); return words.totals(t.seats, t.blocked, t.sum); }};
}
