/*
 * Painting the seats of a hall of any size as a finger moves it: far away one picture (`base`), scaled;
 * nearer tiles of four sizes, a few in each frame, the base until they are there. A seat that changes
 * takes its tiles with it.
 *
 * A price is told by colour and by pattern, a state by shape: a filled square can be had, a ring is
 * held by somebody, with a dot by the visitor, a cross is sold, a dash is not for sale.
 */
import {money} from '../common/words.js';
import {AVAILABLE, HELD, MINE, SOLD} from './hall.js';
import {text} from './words.js';

const TILE = 256; // pixels
const LEVELS = [8, 16, 32, 64]; // pixels from seat to seat
const BASE = 4;
const BUDGET = 5; // ms for new tiles in one frame

/* Also for those who do not see red and green alike; each at 3:1 on its ground. */
const TIERS = {
    light: ['#7a1f3d', '#0a6c9c', '#b05a00', '#3f7a2b', '#6a4fa3', '#00726b', '#9c4a86', '#5f5a4a'],
    dark: ['#f09ab4', '#6cc4ee', '#f0b060', '#9ad07e', '#c2aaf4', '#5fd2c2', '#eda2da', '#cfc6ae'],
};

export function readColours() {
    const style = getComputedStyle(document.documentElement);
    const colour = name => style.getPropertyValue(name).trim();
    const dark = style.colorScheme === 'dark';
    return {
        tiers: dark ? TIERS.dark : TIERS.light, ink: colour('--ink'), soft: colour('--soft'), line: colour('--line'), panel: colour('--panel'),
        accent: colour('--accent'), bad: colour('--bad'), held: dark ? '#7c7c88' : '#94909a', sold: dark ? '#4c4c57' : '#c9c5bd',
    };
}

const tierColour = (colours, tier) => colours.tiers[tier % colours.tiers.length];

/* Lines over a square of side s at (x, y), another way for each price. */
function stripe(ctx, x, y, s, tier) {
    const kind = (tier + Math.floor(tier / 8)) % 8;
    const step = s / 3;
    const lines = {
        1: i => [i - s, s, i, 0], 2: i => [0, i - step / 2, s, i - step / 2], 3: i => [i - s, 0, i, s], 4: i => [i - step / 2, 0, i - step / 2, s],
    };
    ctx.beginPath();
    const add = make => {
        for (let i = step; i < 2 * s; i += step) {
            const [x0, y0, x1, y1] = make(i);
            ctx.moveTo(x + x0, y + y0);
            ctx.lineTo(x + x1, y + y1);
        }
    };
    if (kind === 5 || kind === 6)
        [[1, 3], [2, 4]][kind - 5].forEach(k => add(lines[k]));
    else if (kind === 7)
        ctx.rect(x + s * 0.3, y + s * 0.3, s * 0.4, s * 0.4);
    else if (lines[kind])
        add(lines[kind]);
    ctx.stroke();
}

/** One seat of side p in the square at (x, y). */
export function paintSeat(ctx, x, y, p, state, tier, colours) {
    const margin = p * 0.1;
    const s = p - 2 * margin;
    if (state === AVAILABLE) {
        ctx.save();
        ctx.beginPath();
        ctx.roundRect(x + margin, y + margin, s, s, s * 0.25);
        ctx.fillStyle = tierColour(colours, tier);
        ctx.fill();
        ctx.clip();
        ctx.strokeStyle = colours.panel;
        ctx.globalAlpha = 0.55;
        ctx.lineWidth = Math.max(1, p * 0.07);
        stripe(ctx, x + margin, y + margin, s, tier);
        ctx.restore();
        return;
    }
    ctx.beginPath();
    ctx.lineWidth = Math.max(1, p * 0.08);
    ctx.strokeStyle = colours.held;
    if (state === HELD || state === MINE) {
        ctx.arc(x + p / 2, y + p / 2, s * 0.4, 0, 7);
        if (state === MINE) {
            ctx.strokeStyle = ctx.fillStyle = colours.ink;
            ctx.stroke();
            ctx.beginPath();
            ctx.arc(x + p / 2, y + p / 2, s * 0.2, 0, 7);
            ctx.fill();
        }
    } else if (state === SOLD) {
        ctx.moveTo(x + p * 0.32, y + p * 0.32);
        ctx.lineTo(x + p * 0.68, y + p * 0.68);
        ctx.moveTo(x + p * 0.68, y + p * 0.32);
        ctx.lineTo(x + p * 0.32, y + p * 0.68);
    } else {
        ctx.moveTo(x + p * 0.36, y + p / 2);
        ctx.lineTo(x + p * 0.64, y + p / 2);
    }
    ctx.stroke();
}

function makeCanvas(width, height) {
    const canvas = document.createElement('canvas');
    canvas.width = width;
    canvas.height = height;
    return canvas;
}

export class Painter {
    constructor() {
        this.hall = null;
        this.reset();
    }

    reset(hall = this.hall) {
        this.hall = hall;
        this.colours = readColours();
        this.tiles = new Map(); // canvas, or null where no seat is
        this.sprites = new Map();
        this.base = hall && this.paintBase();
    }

    paintBase() {
        const base = makeCanvas(Math.ceil(this.hall.width * BASE) + 1, Math.ceil(this.hall.height * BASE) + 1);
        const ctx = base.getContext('2d');
        let last = ''; // changing it costs more than the dot
        for (let n = 1; n <= this.hall.count; n++) {
            const colour = this.dotColour(n);
            if (colour !== last)
                ctx.fillStyle = last = colour;
            this.dot(ctx, n);
        }
        return base;
    }

    dotColour(n) {
        const state = this.hall.states[n];
        return state === AVAILABLE ? tierColour(this.colours, this.hall.tiers[n]) : state === MINE ? this.colours.ink : state === HELD ? this.colours.held : this.colours.sold;
    }

    /* Gaps of less than a pixel would shimmer. */
    dot(ctx, n) {
        const x = Math.round((this.hall.xs[n] - 0.5) * BASE);
        const y = Math.round((this.hall.ys[n] - 0.5) * BASE);
        if (this.hall.states[n] === AVAILABLE)
            ctx.fillRect(x, y, BASE, BASE);
        else
            ctx.fillRect(x + 1, y + 1, 2, 2);
    }

    change(seats) {
        const ctx = this.base.getContext('2d');
        for (const n of seats) {
            const x = this.hall.xs[n];
            const y = this.hall.ys[n];
            ctx.clearRect(Math.round((x - 0.5) * BASE), Math.round((y - 0.5) * BASE), BASE, BASE);
            ctx.fillStyle = this.dotColour(n);
            this.dot(ctx, n);
            for (const level of LEVELS) {
                const span = TILE / level;
                for (const tx of new Set([Math.floor((x - 0.5) / span), Math.floor((x + 0.5) / span)]))
                    for (const ty of new Set([Math.floor((y - 0.5) / span), Math.floor((y + 0.5) / span)]))
                        this.tiles.delete(`${level}:${tx}:${ty}`);
            }
        }
    }

    sprite(level, state, tier) {
        const key = `${level}:${state}:${state === AVAILABLE ? tier : 0}`;
        let sprite = this.sprites.get(key);
        if (!sprite) {
            sprite = makeCanvas(level, level);
            paintSeat(sprite.getContext('2d'), 0, 0, level, state, tier, this.colours);
            this.sprites.set(key, sprite);
        }
        return sprite;
    }

    paintTile(level, tx, ty) {
        const {hall} = this;
        const span = TILE / level;
        let tile = null;
        let ctx = null;
        hall.within(tx * span, ty * span, (tx + 1) * span, (ty + 1) * span, (first, last) => {
            if (!tile) {
                tile = makeCanvas(TILE, TILE);
                ctx = tile.getContext('2d');
                ctx.textAlign = 'center';
                ctx.textBaseline = 'middle';
                ctx.lineJoin = 'round';
            }
            for (let n = first; n <= last; n++) {
                const x = (hall.xs[n] - 0.5 - tx * span) * level;
                const y = (hall.ys[n] - 0.5 - ty * span) * level;
                ctx.drawImage(this.sprite(level, hall.states[n], hall.tiers[n]), x, y);
                if (level >= (n < 1000 ? 32 : 64) && hall.states[n] === AVAILABLE)
                    this.paintNumber(ctx, x + level / 2, y + level / 2, level, n);
            }
        });
        return tile;
    }

    paintNumber(ctx, x, y, level, n) {
        ctx.font = `600 ${level * Math.min(0.3, 1.1 / String(n).length)}px system-ui, sans-serif`;
        ctx.strokeStyle = tierColour(this.colours, this.hall.tiers[n]);
        ctx.lineWidth = level * 0.1;
        ctx.strokeText(n, x, y);
        ctx.fillStyle = this.colours.panel;
        ctx.fillText(n, x, y);
    }

    /* The tile, painted if there is time for it; undefined if there is not. */
    tile(level, tx, ty, until) {
        const key = `${level}:${tx}:${ty}`;
        let tile = this.tiles.get(key);
        if (tile === undefined) {
            if (performance.now() > until)
                return undefined;
            tile = this.paintTile(level, tx, ty);
        } else {
            this.tiles.delete(key);
        }
        this.tiles.set(key, tile); // the last used at the end
        return tile;
    }

    /**
     * Paints what is seen: `view` {x, y, scale} is where the hall's corner is and how large a seat, in
     * pixels of the canvas. False if there was not the time for all of it.
     */
    paint(ctx, view, width, height) {
        ctx.imageSmoothingQuality = 'low';
        if (view.scale < 6) {
            ctx.drawImage(this.base, view.x, view.y, this.base.width / BASE * view.scale, this.base.height / BASE * view.scale);
            return true;
        }
        const level = LEVELS.find(size => size >= view.scale * 0.8) || LEVELS[LEVELS.length - 1];
        const span = TILE / level;
        const size = span * view.scale;
        const until = performance.now() + BUDGET;
        const [left, right] = [Math.max(0, Math.floor(-view.x / size)), Math.min(Math.floor(this.hall.width / span), Math.floor((width - view.x) / size))];
        const [top, bottom] = [Math.max(0, Math.floor(-view.y / size)), Math.min(Math.floor(this.hall.height / span), Math.floor((height - view.y) / size))];
        let whole = true;
        for (let ty = top; ty <= bottom; ty++)
            for (let tx = left; tx <= right; tx++) {
                const [x, y] = [Math.round(view.x + tx * size), Math.round(view.y + ty * size)];
                const [w, h] = [Math.round(view.x + (tx + 1) * size) - x, Math.round(view.y + (ty + 1) * size) - y];
                const tile = this.tile(level, tx, ty, until);
                if (tile)
                    ctx.drawImage(tile, x, y, w, h);
                else if (tile === undefined) {
                    whole = false;
                    ctx.drawImage(this.base, tx * span * BASE, ty * span * BASE, span * BASE, span * BASE, x, y, w, h);
                }
            }
        const keep = Math.max(192, 2 * (right - left + 1) * (bottom - top + 1));
        for (const key of this.tiles.keys()) {
            if (this.tiles.size <= keep)
                break;
            this.tiles.delete(key);
        }
        return whole;
    }
}

/* What lies over the seats. */

const FONT = 'system-ui, "Noto Sans CJK KR", sans-serif';

export class Overlay {
    /** On a context in CSS pixels; `map` is the SeatMap. */
    paint(ctx, map) {
        this.ctx = ctx;
        this.map = map;
        this.colours = map.painter.colours;
        ctx.textAlign = 'center';
        ctx.textBaseline = 'middle';
        this.stage();
        for (const block of map.hall.blocks)
            this.names(block);
        for (const n of map.choice.lost)
            this.lost(n);
        for (const n of map.choice.seats)
            this.chosen(n);
        if (map.hovered && !map.choice.has(map.hovered))
            this.ring(map.hovered, this.colours.ink, 1.5);
        if (map.focused && map.canvas.matches(':focus-visible'))
            this.ring(map.focused, this.colours.accent, 3);
    }

    x(at) { return this.map.view.x + at * this.map.view.scale; }
    y(at) { return this.map.view.y + at * this.map.view.scale; }

    stage() {
        const {ctx, map} = this;
        const middle = map.hall.width / 2;
        const deep = map.hall.space.stage;
        const half = Math.max(deep * 0.9, Math.min(map.hall.width * 0.36, deep * 6));
        ctx.beginPath();
        ctx.moveTo(this.x(middle - half), this.y(0));
        ctx.lineTo(this.x(middle + half), this.y(0));
        ctx.lineTo(this.x(middle + half * 0.86), this.y(deep * 0.55));
        ctx.quadraticCurveTo(this.x(middle), this.y(deep * 0.8), this.x(middle - half * 0.86), this.y(deep * 0.55));
        ctx.closePath();
        ctx.fillStyle = this.colours.line;
        ctx.fill();
        ctx.font = `600 ${Math.max(11, Math.min(20, map.view.scale * 1.2))}px ${FONT}`;
        ctx.fillStyle = this.colours.ink;
        ctx.fillText(text.stage, this.x(middle), this.y(deep * 0.34));
    }

    names(block) {
        const {ctx, map} = this;
        const {scale} = map.view;
        if (this.x(block.x + block.width) < 0 || this.x(block.x) > map.width || this.y(block.y + block.height) < 0 || this.y(block.y) > map.height)
            return;
        if (block.name) {
            ctx.font = `700 ${Math.max(11, Math.min(18, scale * 1.1))}px ${FONT}`;
            ctx.fillStyle = this.colours.ink;
            const words = [`${block.name} · ${money(map.hall.prices[block.tier])}`, block.name].find(name => ctx.measureText(name).width < block.width * scale + 8);
            if (words)
                this.name(words, block);
        }
        if (scale < 11)
            return;
        ctx.font = `${Math.min(12, scale * 0.7)}px ${FONT}`;
        ctx.fillStyle = this.colours.soft;
        for (const line of block.lines) {
            const y = this.y(line.y + 0.5);
            if (line.row && y > 0 && y < map.height)
                ctx.fillText(line.row, this.x(line.x - 0.6), y);
        }
    }

    /* Above the seats, or over them where that is too small. */
    name(words, block) {
        const {ctx, map} = this;
        const x = this.x(block.x + block.width / 2);
        const above = block.label * map.view.scale >= 11;
        const y = this.y(above ? block.y + block.label / 2 : block.y + block.height / 2);
        if (!above) {
            const half = ctx.measureText(words).width / 2 + 4;
            ctx.fillStyle = this.colours.panel;
            ctx.fillRect(x - half, y - 8, 2 * half, 16);
            ctx.fillStyle = this.colours.ink;
        }
        ctx.fillText(words, x, y);
    }

    size() { return Math.max(5, this.map.view.scale * 0.42); }

    chosen(n) {
        const {ctx} = this;
        const [x, y, r] = [this.x(this.map.hall.xs[n]), this.y(this.map.hall.ys[n]), this.size()];
        ctx.beginPath();
        ctx.arc(x, y, r, 0, 7);
        ctx.fillStyle = this.colours.ink;
        ctx.fill();
        ctx.lineWidth = Math.max(1.5, r * 0.22);
        ctx.strokeStyle = this.colours.panel;
        ctx.stroke();
        ctx.beginPath();
        ctx.moveTo(x - r * 0.42, y);
        ctx.lineTo(x - r * 0.1, y + r * 0.36);
        ctx.lineTo(x + r * 0.45, y - r * 0.36);
        ctx.stroke();
    }

    lost(n) {
        this.ring(n, this.colours.bad, 3);
    }

    ring(n, colour, width) {
        const {ctx} = this;
        const r = this.size() + width;
        ctx.beginPath();
        ctx.roundRect(this.x(this.map.hall.xs[n]) - r, this.y(this.map.hall.ys[n]) - r, 2 * r, 2 * r, r * 0.35);
        ctx.lineWidth = width;
        ctx.strokeStyle = colour;
        ctx.stroke();
    }
}
