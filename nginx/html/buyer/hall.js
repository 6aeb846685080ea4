/*
 * A hall as the pages draw it, from the compact list of seats. The list has no places, so this is a
 * plan: each section a block of its rows, each row centred, as many blocks side by side as fit the
 * window best. The unit is the distance of two seats.
 */
import {call, Problem, serverNow} from '../common/api.js';
import {money} from '../common/words.js';
import {here, onBeat} from './calls.js';
import {seatName} from './parts.js';
import {text} from './words.js';

const LONGEST = 200; // seats in one line; a longer row goes on in the next

/** The states, as in the list; MINE is held by the visitor. */
export const AVAILABLE = 65, HELD = 72, SOLD = 83, BLOCKED = 66, MINE = 77;

/* A price may change in a row. */
function gather(sections) {
    const blocks = [];
    for (const run of sections) {
        let block = blocks[blocks.length - 1];
        if (!block || block.name !== (run.name || ''))
            blocks.push(block = {name: run.name || '', rows: []});
        const row = block.rows[block.rows.length - 1];
        if (row && row.row === run.row && row.first + row.count === run.first)
            row.count += run.count;
        else
            block.rows.push({row: run.row, first: run.first, count: run.count});
    }
    return blocks;
}

/* Seats without rows get lines of a handy length. */
function toLines(block) {
    const lines = [];
    for (const {row, first, count} of block.rows) {
        const length = row === null ? Math.min(LONGEST, Math.max(10, 5 * Math.ceil(Math.sqrt(count * 1.5) / 5))) : LONGEST;
        for (let at = 0; at < count; at += length)
            lines.push({row, first: first + at, count: Math.min(length, count - at), x: 0, y: 0});
    }
    return lines;
}

/* So much that the names can be read when the whole hall is seen. */
const spacing = count => ({label: Math.max(2, Math.sqrt(count) / 38), gap: Math.max(2.5, Math.sqrt(count) / 70), stage: Math.max(3.4, Math.sqrt(count) / 16)});

/* Side by side up to a width, then the next tier; `apart`: also where the price changes. */
function flow(blocks, width, {gap, stage}, apart) {
    const tiers = [];
    let tier = null;
    for (const block of blocks) {
        if (!tier || tier.width + gap + block.width > width || (apart && tier.blocks[0].tier !== block.tier))
            tiers.push(tier = {blocks: [], width: -gap, height: 0});
        tier.blocks.push(block);
        tier.width += gap + block.width;
        tier.height = Math.max(tier.height, block.height);
    }
    return {tiers, width: Math.max(...tiers.map(t => t.width)), height: stage + tiers.reduce((sum, t) => sum + t.height + gap, -gap)};
}

/* The width at which the whole is seen largest, and looks most like a hall. */
function bestFlow(blocks, aspect, space) {
    const widest = Math.max(...blocks.map(block => block.width));
    const total = blocks.reduce((sum, block) => sum + block.width + space.gap, 0);
    let best = null;
    for (let width = widest; ; width *= 1.15) {
        for (const apart of [true, false]) {
            const plan = flow(blocks, width, space, apart);
            plan.score = Math.min(aspect / plan.width, 1 / plan.height) * (apart ? 1 : 0.65);
            if (!best || plan.score > best.score * 1.001)
                best = plan;
        }
        if (width > total)
            return best;
    }
}

function lay(hall, plan) {
    let y = hall.space.stage;
    for (const tier of plan.tiers) {
        let x = (plan.width - tier.width) / 2;
        for (const block of tier.blocks) {
            block.x = x;
            block.y = y;
            block.lines.forEach((line, n) => {
                line.x = x + (block.width - line.count) / 2;
                line.y = y + block.label + n;
                for (let i = 0; i < line.count; i++) {
                    hall.xs[line.first + i] = line.x + i + 0.5;
                    hall.ys[line.first + i] = line.y + 0.5;
                }
            });
            x += block.width + hall.space.gap;
        }
        y += tier.height + hall.space.gap;
    }
}

function readPrices(hall, sections) {
    hall.prices = [...new Set(sections.map(run => run.price))].sort((a, b) => b - a);
    const tiers = new Map(hall.prices.map((price, tier) => [price, tier]));
    for (const run of sections)
        hall.tiers.fill(tiers.get(run.price), run.first, run.first + run.count);
}

export class Hall {
    /** From the compact list, for a window `aspect` times as wide as high; `mine`: until when (ms) the
     * visitor holds which seats. */
    constructor(list, aspect, mine) {
        this.count = list.states.length;
        this.xs = new Float32Array(this.count + 1);
        this.ys = new Float32Array(this.count + 1);
        this.tiers = new Uint16Array(this.count + 1); // the index of each seat's price in `prices`
        this.states = new Uint8Array(this.count + 1);
        this.mine = mine;
        this.layoutKey = JSON.stringify(list.sections);
        readPrices(this, list.sections);
        this.space = spacing(this.count);
        this.blocks = gather(list.sections);
        for (const block of this.blocks) {
            block.lines = toLines(block);
            block.label = block.name ? this.space.label : 0.5;
            block.width = Math.max(...block.lines.map(line => line.count));
            block.height = block.label + block.lines.length;
            block.tier = this.tiers[block.lines[0].first];
        }
        const plan = bestFlow(this.blocks, aspect, this.space);
        this.width = plan.width;
        this.height = plan.height;
        lay(this, plan);
        this.update(list.states);
    }

    /** Returns the numbers of the seats that changed. */
    update(states = this.given, mine = this.mine) {
        const changed = [];
        const now = serverNow();
        Object.assign(this, {given: states, mine});
        for (let n = 1; n <= this.count; n++) {
            let state = states.charCodeAt(n - 1);
            if (state === HELD && mine.get(n) > now)
                state = MINE;
            if (this.states[n] !== state) {
                this.states[n] = state;
                changed.push(n);
            }
        }
        return changed;
    }

    price(n) { return this.prices[this.tiers[n]]; }
    isFree(n) { return this.states[n] === AVAILABLE; }

    where(n) {
        for (const block of this.blocks) {
            const last = block.lines[block.lines.length - 1];
            if (n >= block.lines[0].first && n < last.first + last.count) {
                const line = block.lines.find(l => n >= l.first && n < l.first + l.count);
                return {block, row: block.rows.find(r => n >= r.first && n < r.first + r.count), line};
            }
        }
        return null;
    }

    /** The seat at a point, or 0. */
    at(x, y) {
        for (const block of this.blocks) {
            const line = block.lines[Math.floor(y - block.y - block.label)];
            if (!line || x < block.x || x >= block.x + block.width)
                continue;
            const i = Math.floor(x - line.x);
            if (i >= 0 && i < line.count)
                return line.first + i;
        }
        return 0;
    }

    /** Calls visit(first, last) for each run within a rectangle. */
    within(x0, y0, x1, y1, visit) {
        for (const block of this.blocks) {
            if (block.x > x1 || block.x + block.width < x0 || block.y > y1 || block.y + block.height < y0)
                continue;
            const top = block.y + block.label;
            const end = Math.min(block.lines.length, Math.ceil(y1 - top));
            for (let i = Math.max(0, Math.floor(y0 - top)); i < end; i++) {
                const line = block.lines[i];
                const from = Math.max(0, Math.floor(x0 - line.x));
                const to = Math.min(line.count, Math.ceil(x1 - line.x));
                if (from < to)
                    visit(line.first + from, line.first + to - 1);
            }
        }
    }

    /** The nearest free seat, best at the same price, that `taken` does not have; or 0. */
    near(n, taken) {
        let best = 0;
        let least = Infinity;
        for (let m = 1; m <= this.count; m++) {
            if (this.states[m] !== AVAILABLE || taken(m))
                continue;
            const far = Math.hypot(this.xs[m] - this.xs[n], 1.5 * (this.ys[m] - this.ys[n])) + (this.tiers[m] === this.tiers[n] ? 0 : 20);
            if (far < least) {
                least = far;
                best = m;
            }
        }
        return best;
    }
}

/*
 * The seats chosen on one date and not yet held, kept over a reload, and those that somebody else took
 * meanwhile (`lost`).
 */

export class Choice extends EventTarget {
    constructor(scheduleId) {
        super();
        this.key = `choice:${scheduleId}`;
        this.seats = here.get(this.key) || [];
        this.lost = [];
    }

    has(n) { return this.seats.includes(n); }

    tell() {
        here.set(this.key, this.seats.length ? this.seats : null);
        this.dispatchEvent(new Event('change'));
    }

    toggle(n) {
        if (this.has(n))
            this.seats = this.seats.filter(seat => seat !== n);
        else
            this.seats = [...this.seats, n].sort((a, b) => a - b);
        this.tell();
    }

    set(seats) {
        this.seats = [...seats].sort((a, b) => a - b);
        this.lost = [];
        this.tell();
    }

    lose(seats) {
        const gone = seats.filter(n => this.has(n));
        if (!gone.length)
            return;
        this.seats = this.seats.filter(n => !gone.includes(n));
        this.lost = [...new Set([...this.lost, ...gone])];
        this.tell();
    }

    replaceLost(hall) {
        const seats = [...this.seats];
        for (const n of this.lost) {
            const other = hall.near(n, m => seats.includes(m));
            if (other)
                seats.push(other);
        }
        this.set(seats);
    }

    forgetLost() {
        this.lost = [];
        this.tell();
    }
}

const SEEN = 2000; // ms between two questions while the page is looked at
const HIDDEN = 15000;

/**
 * Calls onList(list) with each new list, null if it is the same, and onProblem(problem, wait), wait the
 * ms until the next try. Returns {ask}, which asks at once, but not before a next try.
 */
export function watchSeats(scheduleId, place, {onList, onProblem, signal}) {
    let etag = null;
    let due = 0;
    let busy = false;
    let failures = 0;

    const ask = async () => {
        if (busy || !place.token)
            return;
        busy = true;
        try {
            const answer = await call('GET', `/schedules/${scheduleId}/seats?format=compact`, {token: place.token, etag, signal});
            failures = 0;
            due = Date.now() + SEEN;
            if (answer.status === 200) {
                etag = answer.etag;
                onList(answer.body);
            } else {
                onList(null);
            }
        } catch (problem) {
            if (signal.aborted)
                return;
            if (!(problem instanceof Problem))
                throw problem;
            const wait = 1000 * Math.max(problem.retryAfter, Math.min(30, 2 ** failures++)) * (1 + Math.random() / 3);
            due = Date.now() + wait;
            onProblem(problem, wait);
        } finally {
            busy = false;
        }
    };
    onBeat(() => {
        if (Date.now() >= due + (failures ? 0 : document.hidden ? HIDDEN - SEEN - 250 : -250))
            ask();
    }, signal);
    ask();
    return {ask: () => failures || ask()};
}

/** As seatName(), of a seat of a hall. */
export function hallSeatName(hall, n) {
    const {block, row} = hall.where(n);
    return seatName({section: block.name, row: row.row, seatNumber: n});
}

function stateName(hall, n, choice) {
    if (choice.has(n))
        return text.seatStates.chosen;
    return {[AVAILABLE]: text.seatStates.free, [HELD]: text.seatStates.held, [MINE]: text.seatStates.mine, [SOLD]: text.seatStates.sold, [BLOCKED]: text.seatStates.blocked}[hall.states[n]] || '';
}

export const describe = (hall, n, choice) => `${hallSeatName(hall, n)}, ${money(hall.price(n))}, ${stateName(hall, n, choice)}`;
