/*
 * A hall on a canvas in which seats are picked: one by one, whole rows and sections by their labels,
 * rectangles by dragging, with the keyboard as with a mouse (seat-hands.js). Of a hundred thousand
 * seats only those in sight are drawn: the canvas stays in place while the box that it is in scrolls.
 *
 * Whoever cannot use it has the same as text: the owner keeps a field of ranges beside it.
 */
import {fill, h} from '/common/dom.js';
import {pick} from '/common/words.js';
import {arrange, bandAt, eachInRectangle, indexOf} from './plan.js';
import {byKeys, byPointer} from './seat-hands.js';
import {drawSeats, readColours} from './seat-paint.js';

const words = pick({
    en: {touch: 'Tap a seat, a row’s label or a section’s name to pick it.', help: 'Click a seat, a row’s label or a section’s name to pick it, or drag over seats; Shift and a click picks up to there. Keys: arrows move, Shift and arrows pick a rectangle, Space picks, R the row, Escape none.',
        larger: 'Larger', smaller: 'Smaller', role: 'seat plan'},
    ko: {touch: '좌석, 열 이름, 구역 이름을 눌러서 고릅니다.', help: '좌석, 열 이름, 구역 이름을 누르거나 좌석 위로 끌어서 고릅니다. Shift를 누르고 클릭하면 그 좌석까지 고릅니다. 키: 화살표로 이동, Shift+화살표로 사각형 선택, 스페이스로 선택, R로 한 열, Esc로 해제.',
        larger: '크게', smaller: '작게', role: '좌석 배치도'},
});

const pitches = [8, 11, 15, 20, 26, 34]; // px from seat to seat
const margin = 44;                       // px for the rows' labels

export class SeatPlan {
    /** Options: label; describe(number, picked) gives a seat's words; changed(picked) is called after
     * the operator picked something; blocking: what is picked is drawn as blocked, not as chosen.
     * `node` is what to show. */
    constructor({label, describe, changed, blocking = false}) {
        Object.assign(this, {describe, changed, blocking, runs: [], states: '', tiers: null, picked: new Uint8Array(0), pitch: 20, cursor: 1, focused: false, colours: null, due: 0});
        this.plan = arrange([], this.pitch, margin);
        this.canvas = h('canvas', {'aria-hidden': 'true'});
        this.spacer = h('div', {class: 'plan-space'}, this.canvas);
        this.box = h('div', {class: 'plan', tabindex: '0', role: 'application', 'aria-roledescription': words.role, 'aria-label': label}, this.spacer);
        this.said = h('p', {class: 'plan-said', role: 'status'});
        const zoom = (sign, name, step) => h('button', {type: 'button', class: 'plain small', 'aria-label': name, on: {click: () => this.zoom(step)}}, sign);
        this.node = h('div', {class: 'plan-box'}, h('div', {class: 'row'}, h('p', {class: 'quiet grow'}, h('span', {class: 'by-touch'}, words.touch), h('span', {class: 'by-mouse'}, words.help)), zoom('−', words.smaller, -1), zoom('+', words.larger, 1)), this.box, this.said);
        this.#listen();
        byPointer(this);
        byKeys(this);
    }

    #listen() {
        new ResizeObserver(() => this.draw()).observe(this.box);
        this.box.addEventListener('scroll', () => this.draw(), {passive: true});
        const repaint = () => {
            this.colours = null;
            this.draw();
            if (!this.box.isConnected)
                removeEventListener('themechange', repaint);
        };
        addEventListener('themechange', repaint);
    }

    /** Shows a hall: states has one letter for each seat (A, H, S, B), tiers the number of its price.
     * What is picked stays so while the hall has as many seats. */
    show(runs, states, tiers) {
        if (this.picked.length !== states.length)
            this.picked = new Uint8Array(states.length);
        Object.assign(this, {runs, states, tiers, cursor: Math.min(this.cursor, Math.max(states.length, 1))});
        this.#arrange();
    }

    /** Picks these and no others, without telling the owner. */
    pick(picked) {
        this.picked.set(picked.subarray(0, this.picked.length));
        this.draw();
    }

    zoom(step) {
        const pitch = pitches[pitches.indexOf(this.pitch) + step];
        if (!pitch)
            return;
        this.pitch = pitch;
        this.#arrange();
        this.reveal();
    }

    #arrange() {
        this.plan = arrange(this.runs, this.pitch, margin);
        this.spacer.style.width = `${this.plan.width}px`;
        this.spacer.style.height = `${this.plan.height}px`;
        this.draw();
    }

    /** Draws before the next frame. */
    draw() {
        this.due = this.due || requestAnimationFrame(() => {
            this.due = 0;
            if (!this.box.isConnected)
                return;
            this.colours = this.colours || readColours();
            drawSeats(this.canvas, this.box, this, margin);
        });
    }

    /* --- For the hands --- */

    get size() {
        return this.states.length;
    }

    /** Where a seat is: {band (its place among the plan's), column}. */
    placeOf(number) {
        const band = indexOf(this.plan, number);
        return {band, column: number - this.plan.bands[band].first};
    }

    /** What is at a point of the box: a seat {number, band, column}, or the seats of a label {first,
     * last}, or null. */
    at(clientX, clientY) {
        const frame = this.box.getBoundingClientRect();
        const x = clientX - frame.left - this.box.clientLeft + this.box.scrollLeft;
        const y = clientY - frame.top - this.box.clientTop + this.box.scrollTop;
        const band = bandAt(this.plan, y);
        if (!band || y > this.plan.height || x < 0)
            return null;
        const {first, count} = band.heading ? band.section : band;
        if (band.heading || x < margin)
            return {first, last: first + count - 1};
        const column = Math.floor((x - margin) / this.pitch);
        return column < count ? {number: first + column, band: this.plan.bands.indexOf(band), column} : null;
    }

    set(first, last, on) {
        this.picked.fill(on ? 1 : 0, first - 1, last);
    }

    /** All of them, or none of them if all are. */
    toggle(first, last) {
        this.set(first, last, this.picked.subarray(first - 1, last).includes(0));
    }

    /** The rectangle between two places, on top of what was picked before the gesture. */
    rectangle(before, from, to, on) {
        this.picked.set(before);
        eachInRectangle(this.plan, from.band, to.band, from.column, to.column, (first, last) => this.set(first, last, on));
    }

    /** Says what a seat is. */
    tell(number) {
        fill(this.said, this.describe(number, Boolean(this.picked[number - 1])));
    }

    /** The operator has picked something. */
    done() {
        this.draw();
        this.changed(this.picked);
    }

    /** Scrolls to the cursor. */
    reveal() {
        if (!this.size)
            return;
        const {band, column} = this.placeOf(this.cursor);
        const [box, x, y] = [this.box, margin + column * this.pitch, this.plan.bands[band].y];
        if (y < box.scrollTop)
            box.scrollTop = y - this.pitch;
        else if (y + 2 * this.pitch > box.scrollTop + box.clientHeight)
            box.scrollTop = y + 2 * this.pitch - box.clientHeight;
        if (x - margin < box.scrollLeft)
            box.scrollLeft = x - margin;
        else if (x + this.pitch > box.scrollLeft + box.clientWidth)
            box.scrollLeft = x + 2 * this.pitch - box.clientWidth;
        this.draw();
    }
}
