/*
 * The seats of a new date: so many of one price, or sections of rows, with a preview in which seats
 * are blocked by clicking. What is blocked stands as ranges of positions in each section's field,
 * and either of the two may be used.
 */
import {fill, h, say} from '/common/dom.js';
import {money, number, pick} from '/common/words.js';
import {blockedOf, bodyOf, errorsOf, hallOf, mostPrice, mostSeats, mostSections, priceOf, sectionsIn, sizeOf, totals} from './layout-model.js';
import {toRanges, toText} from './ranges.js';
import {SeatPlan} from './seat-plan.js';
import {field} from './ui.js';

const words = pick({
    en: {
        seats: 'Seats', kind: 'How are the seats arranged?', plain: 'One price, no rows', sections: 'Sections and rows', count: 'Number of seats', price: 'Price, won', name: 'Name', rows: 'Rows', perRow: 'Seats in a row',
        blocked: 'Not for sale', blockedHint: 'Positions within the section, counted row by row: 1-4, 17. Or click them in the preview.', section: n => `Section ${n}`, add: 'Add a section', copy: 'Duplicate', remove: 'Remove', first: 'Stalls',
        preview: 'Preview', totals: (seats, blocked, sum) => `${number(seats)} seats${blocked ? `, ${number(blocked)} of them not for sale` : ''}. ${money(sum)} if all ${blocked ? 'others ' : ''}are sold.`, tooMany: 'Together more than 100,000 seats: no date can have so many.',
        where: (section, row, n, price) => `${section ? `${section}, ` : ''}${row ? `row ${row}, ` : ''}seat ${number(n)}, ${money(price)}`, off: 'not for sale', removed: 'Removed.', added: 'Added.',
    },
    ko: {
        seats: '좌석', kind: '좌석을 어떻게 나눌까요?', plain: '한 가지 가격, 열 없음', sections: '구역과 열', count: '좌석 수', price: '가격(원)', name: '이름', rows: '열 수', perRow: '한 열의 좌석 수',
        blocked: '판매하지 않는 좌석', blockedHint: '구역 안에서 열 순서대로 센 위치입니다. 예: 1-4, 17. 미리 보기에서 눌러도 됩니다.', section: n => `구역 ${n}`, add: '구역 추가', copy: '복제', remove: '삭제', first: '1층',
        preview: '미리 보기', totals: (seats, blocked, sum) => `${number(seats)}석${blocked ? `, 그중 ${number(blocked)}석은 판매하지 않음` : ''}. ${blocked ? '나머지를 ' : ''}모두 판매하면 ${money(sum)}입니다.`, tooMany: '모두 합해 100,000석을 넘습니다. 한 회차에 이렇게 많은 좌석을 만들 수 없습니다.',
        where: (section, row, n, price) => `${section ? `${section} ` : ''}${row ? `${row}열 ` : ''}${number(n)}번, ${money(price)}`, off: '판매하지 않음', removed: '삭제했습니다.', added: '추가했습니다.',
    },
});

const numberInput = (name, value, least, most, input) => h('input', {type: 'number', inputmode: 'numeric', name, value, min: least, max: most, step: 1, required: true, on: {input}});

export class LayoutEditor {
    /** `node` is what to show. */
    constructor() {
        this.model = {plain: false, count: '50', price: '50000', sections: [{name: words.first, rows: '10', seatsPerRow: '20', price: '90000', blocked: ''}]};
        this.list = h('div', {class: 'stack'});
        this.sum = h('p', {class: 'note'});
        this.plan = new SeatPlan({label: words.preview, blocking: true, describe: (seat, off) => this.#describeSeat(seat, off), changed: picked => this.#takePicked(picked)});
        this.preview = h('div', null, h('h3', null, words.preview), this.plan.node);
        this.kinds = h('div', {class: 'row', role: 'radiogroup', 'aria-label': words.kind}, this.#choice(false, words.sections), this.#choice(true, words.plain));
        this.node = h('fieldset', null, h('legend', null, words.seats), this.kinds, this.list, this.sum, this.preview);
        this.#fillList();
    }

    /** What is wrong, by field. */
    errors() {
        return errorsOf(this.model);
    }

    /** `seats` or `sections` as the API takes them. */
    body() {
        return bodyOf(this.model);
    }

    /** How many seats there are and what they bring, in words. */
    describe() {
        const t = totals(sectionsIn(this.model));
        return t.seats > mostSeats ? words.tooMany : words.totals(t.seats, t.blocked, t.sum);
    }

    /** Takes these sections in place of those that are there. */
    take(sections) {
        Object.assign(this.model, {plain: false, sections});
        this.kinds.querySelector('input').checked = true;
        this.#fillList();
    }

    /* --- The fields --- */

    #choice(plain, text) {
        return h('label', {class: 'choice'}, h('input', {type: 'radio', name: 'layout-kind', checked: this.model.plain === plain, on: {change: () => {
            this.model.plain = plain;
            this.#fillList();
        }}}), text);
    }

    /* A listener that keeps what is typed. */
    #bind(object, key) {
        return event => {
            object[key] = event.target.value;
            this.#showHall();
        };
    }

    #fillList() {
        fill(this.list, this.model.plain ? this.#plainFields() : [this.model.sections.map((s, i) => this.#sectionFields(s, i)), h('div', null, this.#button(words.add, '', null, () => {
            const last = this.model.sections[this.model.sections.length - 1];
            this.#insert(this.model.sections.length, {...last, blocked: ''});
        }))]);
        this.#showHall();
    }

    #plainFields() {
        const {model} = this;
        return h('div', {class: 'grid narrowgrid'}, field(words.count, numberInput('seats.count', model.count, 1, mostSeats, this.#bind(model, 'count'))),
            field(words.price, numberInput('seats.price', model.price, 0, mostPrice, this.#bind(model, 'price'))));
    }

    #sectionFields(s, i) {
        const at = `sections[${i}]`;
        s.input = h('input', {type: 'text', name: `${at}.blocked`, value: s.blocked, autocomplete: 'off', on: {input: this.#bind(s, 'blocked')}});
        return h('fieldset', {class: 'section'}, h('legend', null, words.section(i + 1)), h('div', {class: 'grid narrowgrid'},
            field(words.name, h('input', {type: 'text', name: `${at}.name`, value: s.name, required: true, maxlength: 200, autocomplete: 'off', on: {input: this.#bind(s, 'name')}})),
            field(words.rows, numberInput(`${at}.rows`, s.rows, 1, mostSeats, this.#bind(s, 'rows'))),
            field(words.perRow, numberInput(`${at}.seatsPerRow`, s.seatsPerRow, 1, mostSeats, this.#bind(s, 'seatsPerRow'))),
            field(words.price, numberInput(`${at}.price`, s.price, 0, mostPrice, this.#bind(s, 'price')))), field(words.blocked, s.input, words.blockedHint),
        h('div', {class: 'row'}, this.#button(words.copy, '', i, () => this.#insert(i + 1, {...s})), this.#button(words.remove, 'danger', i, () => this.#remove(i))));
    }

    #button(text, kind, i, click) {
        const {length} = this.model.sections;
        return h('button', {type: 'button', class: `plain small ${kind}`, disabled: kind === 'danger' ? length === 1 : length >= mostSections,
            'aria-label': i === null ? null : `${text}: ${words.section(i + 1)}`, on: {click}}, text);
    }

    #insert(at, section) {
        this.model.sections.splice(at, 0, {...section, name: words.section(this.model.sections.length + 1)});
        this.#moved(at, words.added);
    }

    #remove(i) {
        this.model.sections.splice(i, 1);
        this.#moved(Math.max(0, i - 1), words.removed);
    }

    #moved(focus, text) {
        this.#fillList();
        this.list.querySelector(`[name="sections[${focus}].name"]`).focus();
        say(text);
    }

    /* --- The preview --- */

    #showHall() {
        const sections = this.shown = sectionsIn(this.model);
        this.sum.textContent = this.describe();
        const {seats} = totals(sections);
        this.preview.hidden = seats === 0 || seats > mostSeats;
        if (this.preview.hidden)
            return;
        const hall = hallOf(sections);
        const off = new Uint8Array(hall.seats);
        for (const s of sections)
            for (const [first, last] of blockedOf(s))
                off.fill(1, s.first - 2 + first, s.first - 1 + last);
        this.plan.show(hall.runs, 'A'.repeat(hall.seats), hall.tiers);
        this.plan.pick(off);
    }

    #describeSeat(seat, off) {
        const s = this.shown.findLast(one => one.first <= seat);
        const row = s.plain ? '' : String(Math.floor((seat - s.first) / Number(s.seatsPerRow)) + 1);
        return `${words.where(s.name, row, seat, priceOf(s))}${off ? `, ${words.off}` : ''}`;
    }

    /* From the preview into the fields. Seats without sections cannot be blocked here. */
    #takePicked(picked) {
        for (const s of this.shown) {
            if (s.plain) {
                picked.fill(0);
                continue;
            }
            s.blocked = toText(toRanges(picked.subarray(s.first - 1, s.first - 1 + sizeOf(s))));
            s.input.value = s.blocked;
        }
        this.sum.textContent = this.describe();
    }
}
