/*
 * A hall on a canvas in which seats are picked: one by one, whole rows and sections by their labels,
 * rectangles by dragging, with the keyboard as with a mouse. Of a hundred thousand seats only those
 * in sight are drawn: the canvas stays in place while the box that it is in scrolls.
 *
 * Whoever cannot use it has the same as text: the owner keeps a field of ranges beside it.
 */
import {fill, h} from '/common/dom.js';
import {pick} from '/common/words.js';
import {arrange, bandAt, eachInRectangle, indexOf} from './plan.js';
import {drawSeats, readColours} from './seat-paint.js';

const words = pick({
    en: {help: 'Click a seat, a row’s label or a section’s name to pick it, or drag over seats. Keys: arrows move, Shift and arrows pick a rectangle, Space picks, R the row, Escape none.',
        larger: 'Larger', smaller: 'Smaller', role: 'seat plan'},
    ko: {help: '좌석, 열 이름, 구역 이름을 누르거나 좌석 위로 끌어서 고릅니다. 키: 화살표로 이동, Shift+화살표로 사각형 선택, 스페이스로 선택, R로 한 열, Esc로 해제.',
        larger: '크게', smaller: '작게', role: '좌석 배치도'},
});

const pitches = [8, 11, 15, 20, 26, 34];
const margin = 44;

/**
 * Makes a plan. Options: label; describe(number) gives a seat's words; changed(picked) is called
 * after the operator picked something; blocking: what is picked is drawn as blocked, not as chosen.
 * Gives {node, show(runs, states, tiers), picked(), pick(set)}: states has one letter for each seat (A, H, S,
 * B), tiers the number of its price.
 */
export function seatPlan({label, describe, changed, blocking = false}) {
    const s = {plan: arrange([], 20, margin), runs: [], states: '', tiers: null, picked: new Uint8Array(0), pitch: 20, cursor: 0, anchor: null, drag: null, blocking, focused: false, colours: null};
    const canvas = h('canvas', {'aria-hidden': 'true'});
    const spacer = h('div', {class: 'plan-space'}, canvas);
    const box = h('div', {class: 'plan', tabindex: '0', role: 'application', 'aria-roledescription': words.role, 'aria-label': label}, spacer);
    const said = h('p', {class: 'plan-said', role: 'status'});
    const zoom = step => () => {
        const at = pitches.indexOf(s.pitch) + step;
        if (pitches[at])
            setPitch(pitches[at]);
    };
    const node = h('div', {class: 'plan-box'}, h('div', {class: 'row'}, h('p', {class: 'quiet grow'}, words.help),
        h('button', {type: 'button', class: 'plain small', 'aria-label': words.smaller, on: {click: zoom(-1)}}, '−'), h('button', {type: 'button', class: 'plain small', 'aria-label': words.larger, on: {click: zoom(1)}}, '+')),
    box, said);

    /* --- Drawing --- */

    let due = 0;
    const draw = () => {
        due = due || requestAnimationFrame(() => {
            due = 0;
            if (!box.isConnected)
                return;
            s.colours = s.colours || readColours();
            drawSeats(canvas, box, s, margin);
        });
    };
    const repaint = () => {
        s.colours = null;
        draw();
    };
    const layOut = () => {
        s.plan = arrange(s.runs, s.pitch, margin);
        spacer.style.width = `${s.plan.width}px`;
        spacer.style.height = `${s.plan.height}px`;
        draw();
    };
    const setPitch = pitch => {
        s.pitch = pitch;
        layOut();
        reveal();
    };
    new ResizeObserver(draw).observe(box);
    box.addEventListener('scroll', draw, {passive: true});
    addEventListener('themechange', function hear() {
        if (box.isConnected)
            repaint();
        else
            removeEventListener('themechange', hear);
    });

    /* --- Picking --- */

    const tell = number => fill(said, describe(number, Boolean(s.picked[number - 1])));
    const set = (first, last, on) => s.picked.fill(on ? 1 : 0, first - 1, last);
    const toggle = (first, last) => set(first, last, s.picked.subarray(first - 1, last).includes(0));
    const done = () => {
        draw();
        changed(s.picked);
    };
    const placeOf = number => {
        const index = indexOf(s.plan, number);
        return {band: index, column: number - s.plan.bands[index].first};
    };
    /* Everything between the anchor and this seat, instead of what the same gesture picked before. */
    const rectangle = (from, to) => {
        s.picked.set(s.drag.before);
        eachInRectangle(s.plan, from.band, to.band, from.column, to.column, (first, last) => set(first, last, s.drag.on));
    };

    const reveal = () => {
        if (!s.plan.bands.length || !s.states.length)
            return;
        const {band, column} = placeOf(s.cursor + 1);
        const [x, y] = [margin + column * s.pitch, s.plan.bands[band].y];
        if (y < box.scrollTop)
            box.scrollTop = y - s.pitch;
        else if (y + 2 * s.pitch > box.scrollTop + box.clientHeight)
            box.scrollTop = y + 2 * s.pitch - box.clientHeight;
        if (x - margin < box.scrollLeft)
            box.scrollLeft = x - margin;
        else if (x + s.pitch > box.scrollLeft + box.clientWidth)
            box.scrollLeft = x + 2 * s.pitch - box.clientWidth;
        draw();
    };

    /* --- The pointer --- */

    /* What is there: a seat {number, band, column}, or the seats of a label {first, last}. */
    const hit = event => {
        const frame = box.getBoundingClientRect();
        const [x, y] = [event.clientX - frame.left - box.clientLeft + box.scrollLeft, event.clientY - frame.top - box.clientTop + box.scrollTop];
        const band = s.plan.bands.length ? bandAt(s.plan, y) : null;
        if (!band || y > s.plan.height || x < 0)
            return null;
        const {first, count} = band.heading ? band.section : band;
        if (band.heading || x < margin)
            return {first, last: first + count - 1};
        const column = Math.floor((x - margin) / s.pitch);
        return column < count ? {number: first + column, band: s.plan.bands.indexOf(band), column} : null;
    };
    box.addEventListener('pointerdown', event => {
        const at = event.button === 0 ? hit(event) : null;
        if (!at || (event.pointerType !== 'mouse' && !at.number && !at.first))
            return;
        s.drag = {at, before: s.picked.slice(), on: !s.picked[(at.number || at.first) - 1], moved: false, id: event.pointerId, mouse: event.pointerType === 'mouse', shift: event.shiftKey};
        if (s.drag.mouse && at.number)
            box.setPointerCapture(event.pointerId);
    });
    box.addEventListener('pointermove', event => {
        const at = hit(event);
        if (!s.drag && at && at.number && event.pointerType === 'mouse')
            tell(at.number);
        if (!s.drag || !s.drag.mouse || !s.drag.at.number || !at || !at.number || (at.number === s.drag.at.number && !s.drag.moved))
            return;
        s.drag.moved = true;
        rectangle(s.drag.at, at);
        s.cursor = at.number - 1;
        draw();
    });
    /* A finger that scrolls ends in pointercancel and picks nothing. */
    box.addEventListener('pointercancel', () => { s.drag = null; });
    box.addEventListener('pointerup', event => {
        if (!s.drag || s.drag.id !== event.pointerId)
            return;
        const {at, moved, shift} = s.drag;
        if (!moved && at.first)
            toggle(at.first, at.last);
        else if (!moved && shift && s.anchor !== null)
            set(Math.min(s.anchor, at.number), Math.max(s.anchor, at.number), true);
        else if (!moved)
            toggle(at.number, at.number);
        s.drag = null;
        if (at.number) {
            s.anchor = at.number;
            s.cursor = moved ? s.cursor : at.number - 1;
            tell(s.cursor + 1);
        }
        done();
    });

    /* --- The keyboard --- */

    const seatNear = (index, step, column) => {
        for (let i = index + step; i >= 0 && i < s.plan.bands.length; i += step)
            if (!s.plan.bands[i].heading)
                return s.plan.bands[i].first + Math.min(column, s.plan.bands[i].count - 1);
        return null;
    };
    const target = (key, number) => {
        const {band, column} = placeOf(number);
        const line = s.plan.bands[band];
        const page = Math.max(1, Math.floor(box.clientHeight / s.pitch) - 2);
        const far = (step, times) => {
            let to = number;
            for (let i = 0; i < times; i++)
                to = seatNear(indexOf(s.plan, to), step, column) ?? to;
            return to;
        };
        return {ArrowLeft: number - 1, ArrowRight: number + 1, ArrowUp: seatNear(band, -1, column), ArrowDown: seatNear(band, 1, column),
            Home: line.first, End: line.first + line.count - 1, PageUp: far(-1, page), PageDown: far(1, page)}[key];
    };
    const move = event => {
        const to = target(event.key, s.cursor + 1);
        if (to === undefined)
            return false;
        if (to === null || to < 1 || to > s.states.length)
            return true;
        if (event.shiftKey) {
            s.drag = s.keys = s.keys || {at: placeOf(s.cursor + 1), before: s.picked.slice(), on: true};
            rectangle(s.keys.at, placeOf(to));
            s.drag = null;
        } else {
            s.keys = null;
        }
        s.cursor = to - 1;
        reveal();
        tell(to);
        if (event.shiftKey)
            done();
        return true;
    };
    const press = event => {
        const number = s.cursor + 1;
        const line = s.plan.bands[placeOf(number).band];
        if (event.key === ' ' || event.key === 'Enter')
            toggle(number, number);
        else if (event.key === 'r' || event.key === 'R')
            toggle(line.first, line.first + line.count - 1);
        else if (event.key === 'Escape')
            s.picked.fill(0);
        else
            return false;
        s.keys = null;
        tell(number);
        done();
        return true;
    };
    box.addEventListener('keydown', event => {
        if (s.states.length && !event.ctrlKey && !event.metaKey && !event.altKey && (move(event) || press(event)))
            event.preventDefault();
    });
    const focus = on => () => {
        s.focused = on && box.matches(':focus-visible');
        if (s.focused && s.states.length)
            tell(s.cursor + 1);
        draw();
    };
    box.addEventListener('focus', focus(true));
    box.addEventListener('blur', focus(false));

    return {
        node,
        show(runs, states, tiers) {
            Object.assign(s, {runs, states, tiers, cursor: Math.min(s.cursor, Math.max(states.length - 1, 0))});
            if (s.picked.length !== states.length)
                s.picked = new Uint8Array(states.length);
            layOut();
        },
        pick(picked) {
            s.picked.set(picked.subarray(0, s.picked.length));
            draw();
        },
        picked: () => s.picked,
    };
}
