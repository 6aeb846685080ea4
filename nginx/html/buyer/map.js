/*
 * The map of a hall on a canvas: moving and zooming it by touch, mouse and keyboard, and choosing
 * seats on it. For a screen reader it is one control whose focus goes from seat to seat, each read
 * out; the list (list.js) does the same with ordinary checkboxes.
 *
 * The element says where a seat is: `canvas.seatAt(n)` gives the client coordinates of its middle,
 * `canvas.reveal(n)` brings it into sight.
 */
import {fill, h} from '../common/dom.js';
import {moves} from './map-input.js';
import {Overlay} from './overlay.js';
import {Painter} from './paint.js';
import {describe} from './seat-words.js';
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
            this.focused = this.focused || this.choice.seats[0] || this.firstFree();
            this.tellFocus();
        });
        this.canvas.addEventListener('blur', () => this.redraw());
        this.onTheme = () => {
            this.painter.reset();
            this.redraw();
        };
        addEventListener('themechange', this.onTheme);
    }

    stop() { removeEventListener('themechange', this.onTheme); }

    /* --- What is shown --- */

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

    /** How many times as wide as high the map is. */
    aspect() {
        const {width, height} = this.node.getBoundingClientRect();
        return width && height ? Math.max(1, width - BUTTONS) / height : 1.3;
    }

    /** Takes a hall, or the seats of it that changed; null: everything. */
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

    /* --- Where one looks --- */

    /* The part of the map that nothing lies over. */
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

    /* The hall never leaves the window: centred where it is smaller, else up to its edges. */
    look({x, y, scale}) {
        if (!this.hall || !this.width)
            return;
        const s = this.bounded(scale);
        const {room} = this;
        const bound = (at, size, start, length) => size <= length + 1 ? start + (length - size) / 2 : Math.min(start + EDGE, Math.max(start + length - size - EDGE, at));
        this.view = {x: bound(x, this.hall.width * s, room.x, room.width), y: bound(y, this.hall.height * s, room.y, room.height), scale: s};
        this.redraw();
    }

    /** Shows the whole hall. */
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

    /** Zooms by a factor, with what is at (x, y) of the map staying there. */
    zoom(factor, x = this.width / 2, y = this.height / 2) {
        const {view} = this;
        const scale = this.bounded(view.scale * factor);
        const real = scale / view.scale;
        this.moved = true;
        this.look({x: x - (x - view.x) * real, y: y - (y - view.y) * real, scale});
    }

    /* The same in a few steps, unless the visitor wants no motion. */
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

    /* --- Choosing --- */

    firstFree() {
        for (let n = 1; this.hall && n <= this.hall.count; n++)
            if (this.hall.isFree(n))
                return n;
        return 1;
    }

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

    /** The focus goes to seat n, which is read out. */
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
