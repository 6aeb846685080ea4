/*
 * The map of a hall on a canvas. For a screen reader it is one control whose focus goes from seat to
 * seat, each read out; the list (seats.js) has ordinary checkboxes.
 *
 * `canvas.seatAt(n)` gives the client coordinates of a seat, `canvas.reveal(n)` brings it into sight.
 */
import {fill, h} from '../common/dom.js';
import {describe} from './hall.js';
import {Overlay, Painter} from './paint.js';
import {text} from './words.js';

const LARGEST = 64; // pixels from seat to seat
const EDGE = 20; // pixels around the hall
const BUTTONS = 60; // and beside it, for the buttons that lie over the map
const calm = matchMedia('(prefers-reduced-motion: reduce)');

class SeatMap {
    constructor(choice, onToggle) {
        Object.assign(this, {choice, onToggle, hall: null, focused: 0, hovered: 0, view: {x: 0, y: 0, scale: 1}, width: 0, height: 0, frame: 0, moved: false});
        this.painter = new Painter();
        this.overlay = new Overlay();
        this.live = h('p', {class: 'unseen', role: 'status'});
        this.line = h('p', {class: 'map-line', 'aria-hidden': 'true'});
        this.canvas = h('canvas', {tabindex: '0', role: 'application', 'aria-roledescription': text.map, 'aria-label': text.map, 'aria-describedby': 'map-help'});
        const button = (label, words, action) => h('button', {type: 'button', class: 'bare', 'aria-label': label, title: label, on: {click: action}}, words);
        this.node = h('div', {class: 'map'}, this.canvas, this.line, this.live, h('p', {class: 'unseen', id: 'map-help'}, text.mapHelp),
            h('div', {class: 'map-buttons'}, button(text.zoomIn, '+', () => this.glide(1.6)), button(text.zoomOut, '−', () => this.glide(1 / 1.6)), button(text.fit, '⤢', () => this.fit(true))));
        this.canvas.seatAt = n => this.seatAt(n);
        this.canvas.reveal = n => this.reveal(n);
        moves(this);
        new ResizeObserver(() => this.resize()).observe(this.node);
        this.canvas.addEventListener('focus', () => {
            if (!this.pointed && this.canvas.matches(':focus-visible')) {
                this.focusFirst();
                this.tellFocus();
            }
        });
        this.canvas.addEventListener('blur', () => {
            this.pointed = false;
            this.redraw();
        });
        this.onTheme = () => {
            this.painter.reset();
            this.redraw();
        };
        addEventListener('themechange', this.onTheme);
    }

    stop() { removeEventListener('themechange', this.onTheme); }

    resize() {
        const {width, height} = this.node.getBoundingClientRect();
        if (!width || (width === this.width && height === this.height))
            return;
        Object.assign(this, {width, height});
        const ratio = devicePixelRatio || 1;
        this.canvas.width = Math.round(width * ratio);
        this.canvas.height = Math.round(height * ratio);
        if (this.moved)
            this.look(this.view);
        else
            this.fit();
        this.paint();
    }

    aspect() {
        const {width, height} = this.node.getBoundingClientRect();
        return width && height ? Math.max(1, width - BUTTONS) / height : 1.3;
    }

    /** `changed`: the seats, null: all. */
    update(hall, changed) {
        if (hall !== this.hall) {
            this.hall = hall;
            this.painter.reset(hall);
            this.moved = false;
            this.fit();
        } else if (changed && changed.length) {
            this.painter.change(changed);
        }
        this.redraw();
    }

    redraw() {
        this.frame = this.frame || requestAnimationFrame(() => {
            this.frame = 0;
            this.paint();
        });
    }

    paint() {
        if (!this.hall || !this.width)
            return;
        const ctx = this.canvas.getContext('2d', {alpha: false});
        const ratio = this.canvas.width / this.width;
        ctx.setTransform(1, 0, 0, 1, 0, 0);
        ctx.fillStyle = this.painter.colours.panel;
        ctx.fillRect(0, 0, this.canvas.width, this.canvas.height);
        const {x, y, scale} = this.view;
        if (!this.painter.paint(ctx, {x: x * ratio, y: y * ratio, scale: scale * ratio}, this.canvas.width, this.canvas.height))
            this.redraw();
        ctx.setTransform(ratio, 0, 0, ratio, 0, 0);
        this.overlay.paint(ctx, this);
    }

    /* What nothing lies over. */
    get room() {
        const wide = this.width > 600;
        return {x: EDGE, y: EDGE, width: this.width - 2 * EDGE - (wide ? BUTTONS : 0), height: this.height - 2 * EDGE - (wide ? 0 : BUTTONS)};
    }

    get fitScale() {
        return Math.min(40, this.room.width / this.hall.width, this.room.height / this.hall.height);
    }

    bounded(scale) {
        return Math.min(Math.max(LARGEST, this.fitScale), Math.max(this.fitScale * 0.8, scale));
    }

    /* The hall never leaves the window. */
    look({x, y, scale}) {
        if (!this.hall || !this.width)
            return;
        const s = this.bounded(scale);
        const {room} = this;
        const bound = (at, size, start, length) => size <= length + 1 ? start + (length - size) / 2 : Math.min(start + EDGE, Math.max(start + length - size - EDGE, at));
        this.view = {x: bound(x, this.hall.width * s, room.x, room.width), y: bound(y, this.hall.height * s, room.y, room.height), scale: s};
        this.redraw();
    }

    fit(byHand) {
        if (!this.hall || !this.width)
            return;
        this.moved = this.moved && !byHand;
        this.look({x: 0, y: 0, scale: this.fitScale});
    }

    pan(dx, dy) {
        this.moved = true;
        this.look({...this.view, x: this.view.x + dx, y: this.view.y + dy});
    }

    /** Zooms; what is at (x, y) stays there. */
    zoom(factor, x = this.width / 2, y = this.height / 2) {
        const {view} = this;
        const scale = this.bounded(view.scale * factor);
        const real = scale / view.scale;
        this.moved = true;
        this.look({x: x - (x - view.x) * real, y: y - (y - view.y) * real, scale});
    }

    glide(factor, x, y) {
        const steps = calm.matches ? 1 : 8;
        let n = 0;
        const step = () => {
            this.zoom(factor ** (1 / steps), x, y);
            if (++n < steps)
                requestAnimationFrame(step);
        };
        step();
    }

    /** Brings a seat into sight, large enough to be chosen. */
    reveal(n) {
        const scale = Math.max(this.view.scale, Math.min(28, LARGEST));
        this.moved = true;
        this.look({x: this.width / 2 - this.hall.xs[n] * scale, y: this.height / 2 - this.hall.ys[n] * scale, scale});
        return this.seatAt(n);
    }

    seatAt(n) {
        const box = this.canvas.getBoundingClientRect();
        return {x: box.left + this.view.x + this.hall.xs[n] * this.view.scale, y: box.top + this.view.y + this.hall.ys[n] * this.view.scale};
    }

    seatUnder(x, y) {
        return this.hall ? this.hall.at((x - this.view.x) / this.view.scale, (y - this.view.y) / this.view.scale) : 0;
    }

    firstFree() {
        for (let n = 1; this.hall && n <= this.hall.count; n++)
            if (this.hall.isFree(n))
                return n;
        return 1;
    }

    focusFirst() { this.focused = this.focused || this.choice.seats[0] || this.firstFree(); }

    toggle(n) {
        const done = this.onToggle(n);
        this.tell(n);
        return done;
    }

    tell(n) { fill(this.line, n ? describe(this.hall, n, this.choice) : ''); }

    hover(n) {
        if (n === this.hovered)
            return;
        this.hovered = n;
        this.canvas.classList.toggle('over', n > 0 && (this.hall.isFree(n) || this.choice.has(n)));
        this.tell(n);
        this.redraw();
    }

    focusSeat(n) {
        if (!n)
            return;
        this.focused = n;
        const x = this.view.x + this.hall.xs[n] * this.view.scale;
        const y = this.view.y + this.hall.ys[n] * this.view.scale;
        if (this.view.scale < 8)
            this.reveal(n);
        else
            this.pan(Math.max(0, 40 - x) + Math.min(0, this.width - 40 - x), Math.max(0, 40 - y) + Math.min(0, this.height - 60 - y));
        this.tellFocus();
    }

    tellFocus() {
        if (!this.hall || !this.focused)
            return;
        const words = describe(this.hall, this.focused, this.choice);
        this.live.textContent = words;
        this.line.textContent = words;
        this.redraw();
    }
}

/** A map whose seats are chosen by onToggle(n). */
export const seatMap = (choice, onToggle) => new SeatMap(choice, onToggle);

const TAP = 8; // px that a tap may slip
const FINGER = 14; // px a seat must measure to be meant by a finger, MOUSE by a mouse
const MOUSE = 7;
const NEAR = 28; // px a seat measures after a tap that was too far away
const PAN = 80; // px by a key

/* Pointers: one moves, two zoom; one that hardly moved means what is under it. */
function pointers(map) {
    const down = new Map();
    let slipped = 0;
    const at = event => {
        const box = map.canvas.getBoundingClientRect();
        return {x: event.clientX - box.left, y: event.clientY - box.top};
    };
    const spread = () => {
        const [a, b] = [...down.values()];
        return {x: (a.x + b.x) / 2, y: (a.y + b.y) / 2, far: Math.hypot(a.x - b.x, a.y - b.y)};
    };
    map.canvas.addEventListener('pointerdown', event => {
        if (event.button > 0)
            return;
        map.pointed = true; // the focus that comes now means no seat
        down.set(event.pointerId, at(event));
        slipped = down.size > 1 ? Infinity : 0;
        map.canvas.setPointerCapture(event.pointerId);
    });
    map.canvas.addEventListener('pointermove', event => {
        const to = at(event);
        if (!down.has(event.pointerId)) {
            map.hover(map.seatUnder(to.x, to.y));
            return;
        }
        const from = down.get(event.pointerId);
        if (down.size === 1) {
            slipped += Math.hypot(to.x - from.x, to.y - from.y);
            down.set(event.pointerId, to);
            if (slipped > TAP)
                map.pan(to.x - from.x, to.y - from.y);
        } else {
            const before = spread();
            down.set(event.pointerId, to);
            const after = spread();
            map.pan(after.x - before.x, after.y - before.y);
            if (before.far > 0)
                map.zoom(after.far / before.far, after.x, after.y);
        }
    });
    const up = event => {
        const was = down.get(event.pointerId);
        down.delete(event.pointerId);
        if (was && event.type === 'pointerup' && slipped <= TAP)
            tap(map, at(event), event.pointerType);
    };
    map.canvas.addEventListener('pointerup', up);
    map.canvas.addEventListener('pointercancel', up);
    map.canvas.addEventListener('pointerleave', () => map.hover(0));
}

function tap(map, {x, y}, pointerType) {
    if (map.view.scale < (pointerType === 'mouse' ? MOUSE : FINGER)) {
        map.glide(NEAR / map.view.scale, x, y);
        return;
    }
    const n = map.seatUnder(x, y);
    if (n) {
        map.focused = n;
        map.toggle(n);
    }
}

/* The nearest seat in a direction. */
function toward(hall, n, dx, dy) {
    let best = 0;
    let least = Infinity;
    for (let m = 1; m <= hall.count; m++) {
        const x = (hall.xs[m] - hall.xs[n]) * (dx || 1);
        const y = (hall.ys[m] - hall.ys[n]) * (dy || 1);
        const [along, aside] = dx ? [x, y] : [y, x];
        if (along < 0.3 || (dx && Math.abs(aside) > 0.5))
            continue;
        const far = dx ? along : along * 3 + Math.abs(aside);
        if (far < least) {
            least = far;
            best = m;
        }
    }
    return best;
}

function nextFree(hall, n) {
    for (let i = 1; i <= hall.count; i++) {
        const m = (n - 1 + i) % hall.count + 1;
        if (hall.isFree(m))
            return m;
    }
    return 0;
}

function otherSection(hall, n, by) {
    const here = hall.blocks.indexOf(hall.where(n).block);
    const block = hall.blocks[Math.min(hall.blocks.length - 1, Math.max(0, here + by))];
    return block.lines[0].first;
}

const arrows = {ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1]};

function keys(map) {
    const {hall, focused} = map;
    return {
        ' ': () => { map.toggle(focused); map.tellFocus(); }, Enter: () => { map.toggle(focused); map.tellFocus(); },
        '+': () => map.glide(1.4), '=': () => map.glide(1.4), '-': () => map.glide(1 / 1.4), 0: () => map.fit(true),
        Home: () => map.focusSeat(hall.where(focused).line.first),
        End: () => {
            const {line} = hall.where(focused);
            map.focusSeat(line.first + line.count - 1);
        },
        PageUp: () => map.focusSeat(otherSection(hall, focused, -1)), PageDown: () => map.focusSeat(otherSection(hall, focused, 1)),
        n: () => map.focusSeat(nextFree(hall, focused)),
    };
}

function moves(map) {
    pointers(map);
    map.canvas.addEventListener('wheel', event => {
        event.preventDefault();
        const box = map.canvas.getBoundingClientRect();
        if (!event.ctrlKey && Math.abs(event.deltaX) > Math.abs(event.deltaY))
            map.pan(-event.deltaX, -event.deltaY);
        else
            map.zoom(Math.exp(-Math.max(-120, Math.min(120, event.deltaY * (event.deltaMode ? 30 : 1))) * (event.ctrlKey ? 0.01 : 0.0022)), event.clientX - box.left, event.clientY - box.top);
    }, {passive: false});
    map.canvas.addEventListener('keydown', event => {
        if (!map.hall || event.ctrlKey || event.metaKey || event.altKey)
            return;
        map.focusFirst();
        const arrow = arrows[event.key];
        const action = arrow ? () => {
            if (event.shiftKey)
                map.pan(-arrow[0] * PAN, -arrow[1] * PAN);
            else
                map.focusSeat(toward(map.hall, map.focused, ...arrow));
        } : keys(map)[event.key];
        if (!action)
            return;
        event.preventDefault();
        action();
    });
}
