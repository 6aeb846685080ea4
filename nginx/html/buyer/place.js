/*
 * The visitor's places in queues: one per concert and user, kept in the browser, so that it outlives
 * a reload, and shared by all tabs.
 *
 * The server is asked where the place is, never sooner than it allows. A tab that finds that another
 * has asked takes that answer for its own. What cannot be reached is tried again, less and less often,
 * each visitor at another time; the place is the server's and waits.
 */
import {call, Problem, serverNow} from '../common/api.js';
import {onBeat} from './beat.js';
import {insist} from './insist.js';
import {kept, onKept} from './store.js';

/* How often to ask while inside: only the end of the session and its cause can be news. */
const INSIDE_SECONDS = 15;

const places = new Map();

class Place extends EventTarget {
    constructor(userId, concertId) {
        super();
        this.concertId = concertId;
        this.key = `place:${userId}:${concertId}`;
        this.failures = 0;
        this.busy = false;
        this.retryAt = 0;
        this.load();
    }

    /* What is kept: token, the last answer (`doc`), when it came (`at`) and how old it was then
     * (`age`, s), when to ask again (`due`), the first position that was seen, and in place of all
     * that `over`: why there is no token any more. */
    load() {
        this.data = kept.get(this.key) || {};
    }

    save(data) {
        this.data = data;
        kept.set(this.key, Object.keys(data).length ? data : null);
    }

    get token() { return this.data.token || null; }
    get doc() { return this.token ? this.data.doc : null; }

    /** 'none', 'prequeue', 'waiting', 'inside' or 'over'. */
    get phase() {
        if (!this.token)
            return this.data.over ? 'over' : 'none';
        return {PREQUEUE: 'prequeue', WAITING: 'waiting', ACTIVE: 'inside'}[this.data.doc.status];
    }

    /** Why it is over: 'session', 'place' or 'token'. */
    get over() { return this.data.over || null; }

    /** Seconds until the session ends; 0 when not inside. */
    get secondsLeft() {
        const end = this.phase === 'inside' ? Date.parse(this.data.doc.sessionExpiresAt) : 0;
        return Math.max(0, (end - serverNow()) / 1000);
    }

    tell() { this.dispatchEvent(new Event('change')); }

    take(body, headers) {
        const wait = Math.max(body.pollAfterSeconds || 1, Number(headers && headers.get('Retry-After')) || 0, 1);
        const seconds = body.status === 'ACTIVE' ? Math.max(wait, INSIDE_SECONDS) : wait;
        this.failures = 0;
        this.retryAt = 0;
        this.save({
            token: body.token || this.token, doc: {...body, token: undefined}, at: Date.now(), due: Date.now() + seconds * 1000,
            age: Number(headers && headers.get('Age')) || 0, first: Math.max(this.data.first || 0, body.position || 0),
        });
        this.tell();
    }

    /** The token is of no use any more. */
    end(over) {
        if (!this.token)
            return;
        this.save(over ? {over} : {});
        this.tell();
    }

    /* Whether the server's answer ends the place, and how. */
    refuse(problem) {
        if (problem.status === 410)
            this.end(this.phase === 'inside' ? 'session' : 'place');
        else if (problem.status === 401 || problem.code === 'CONCERT_NOT_FOUND')
            this.end('token');
    }

    async poll() {
        if (this.busy || !this.token)
            return;
        this.busy = true;
        const asked = this.token;
        try {
            const {body, headers} = await call('GET', '/queue/tokens/me', {token: asked});
            if (asked === this.token)
                this.take(body, headers);
        } catch (problem) {
            this.failures++;
            const seconds = Math.max(problem.retryAfter || 0, Math.min(60, 2 ** Math.min(this.failures, 6)));
            this.retryAt = Date.now() + 1000 * seconds * (1 + Math.random() / 2);
            this.earliest = Date.now() + 1000 * (problem.retryAfter || 0);
            if (problem instanceof Problem && asked === this.token)
                this.refuse(problem);
            this.tell();
        }
        this.busy = false;
    }

    /** When the server is asked next, ms of this clock. */
    get due() {
        const end = this.phase === 'inside' ? Date.parse(this.data.doc.sessionExpiresAt) - serverNow() + Date.now() + 700 : Infinity;
        return Math.max(this.retryAt, Math.min(this.data.due || 0, end));
    }

    beat() {
        if (this.token && Date.now() >= this.due)
            this.poll();
    }

    /** Keeps it up to date until the signal. */
    follow(signal) {
        onBeat(() => this.beat(), signal);
        addEventListener('online', () => {
            this.retryAt = Math.min(this.retryAt, this.earliest || 0);
            this.beat();
        }, {signal});
        this.beat();
    }

    /** A new hold or an extension lengthens the session. */
    lengthen(until) {
        if (this.phase !== 'inside' || Date.parse(until) <= Date.parse(this.data.doc.sessionExpiresAt))
            return;
        this.save({...this.data, doc: {...this.data.doc, sessionExpiresAt: until}});
        this.tell();
    }

    /** Joins, or takes up the place that the user has already. */
    async join(userToken, signal) {
        const {body, headers} = await insist('POST', '/queue/tokens', {token: userToken, body: {concertId: this.concertId}, signal});
        this.data = {};
        this.take(body, headers);
    }

    async leave() {
        try {
            await insist('DELETE', '/queue/tokens/me', {token: this.token});
        } catch (problem) {
            if (problem.status !== 410 && problem.status !== 401)
                throw problem;
        }
        this.end(null);
    }
}

/** The place of that user in that concert's queue; the same object each time. */
export function placeOf(userId, concertId) {
    const key = `${userId}:${concertId}`;
    if (!places.has(key))
        places.set(key, new Place(userId, concertId));
    return places.get(key);
}

onKept(key => {
    for (const place of places.values())
        if (place.key === key) {
            place.load();
            place.tell();
        }
});
