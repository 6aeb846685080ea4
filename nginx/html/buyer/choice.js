/*
 * The seats that the visitor has chosen on one date, before any is held: kept over a reload, and told
 * apart from those that somebody else took meanwhile (`lost`).
 */
import {here} from './store.js';

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

    /** These are somebody else's now. */
    lose(seats) {
        const gone = seats.filter(n => this.has(n));
        if (!gone.length)
            return;
        this.seats = this.seats.filter(n => !gone.includes(n));
        this.lost = [...new Set([...this.lost, ...gone])];
        this.tell();
    }

    /** In place of those that were lost: the nearest free ones, or none. */
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
