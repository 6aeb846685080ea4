/*
 * Who the visitor is: whose user token the page holds.
 *
 * The operator's own site gives it in the fragment of the address (`#token=JWT&to=/concerts/5`), which
 * is no part of a request; it stays in this tab. The demo makes a user, who is kept for all tabs.
 */
import {call, Problem, serverNow} from '../common/api.js';
import {here, insist, kept, onBeat, onKept} from './calls.js';

const login = document.querySelector('meta[name="frontrow-login"]').content;

function payload(token) {
    try {
        const text = atob(token.split('.')[1].replace(/-/g, '+').replace(/_/g, '/'));
        return JSON.parse(new TextDecoder().decode(Uint8Array.from(text, c => c.charCodeAt(0))));
    } catch {
        return null;
    }
}

/* Only to show the right buttons: the server decides. */
function read(token, demo) {
    const claims = token && payload(token);
    if (!claims || typeof claims.sub !== 'string')
        return null;
    return {
        id: claims.sub.toLowerCase(), token, demo, expires: claims.exp * 1000,
        mayCharge: / (wallet:charge|service|admin) /.test(` ${claims.scope || ''} `),
    };
}

/** The visitor, {id, token, demo, mayCharge}, or null: nobody, or a token that is over. */
export function user() {
    const found = read(here.get('user'), false) || read(kept.get('demo-user'), true);
    return found && found.expires > serverNow() ? found : null;
}

/** Whether the site's own login has given a token here, which is over. */
export const signedOut = () => !user() && here.get('user') !== null;

/** Takes the token out of the address, if there is one. */
export function takeToken() {
    if (!location.hash.startsWith('#token='))
        return false;
    const given = new URLSearchParams(location.hash.slice(1));
    const to = given.get('to') || here.get('back') || '/';
    history.replaceState(null, '', `${location.pathname}${location.search}#${to.startsWith('/') ? to : '/'}`);
    if (read(given.get('token'), false))
        here.set('user', given.get('token'));
    here.set('back', null);
    return true;
}

/** The visitor has to come from the site's own login. */
export class LoginNeeded extends Error {}

/** The visitor, made if this is the demo. Throws LoginNeeded or a Problem. */
export async function needUser(signal) {
    const known = user();
    if (known)
        return known;
    if (here.get('user') !== null)
        throw new LoginNeeded();
    try {
        const {body} = await insist('POST', '/demo/users', {body: {}, signal});
        kept.set('demo-user', body.token);
        return user();
    } catch (problem) {
        if (problem instanceof Problem && (problem.status === 404 || problem.status === 405))
            throw new LoginNeeded();
        throw problem;
    }
}

/** Whether this is the demo, where that address is known. */
export const inDemo = signal => call('GET', '/demo/users', {signal}).then(() => true, problem => problem.status === 405);

/** The server no longer takes the visitor's token. */
export function forgetUser() {
    if (here.get('user') !== null)
        here.set('user', '');
    else
        kept.set('demo-user', '');
}

/** Where to sign in, or ''; the visitor will come back to here. */
export function loginAddress() {
    if (!login)
        return '';
    here.set('back', location.hash.slice(1) || '/');
    return `${login}${login.includes('?') ? '&' : '?'}return=${encodeURIComponent(location.origin + location.pathname)}`;
}

/*
 * The visitor's places in queues, one per concert and user: kept over a reload and shared by all tabs,
 * of which the first that may polls.
 */

/* While inside only the end of the session can be news. */
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
        onBeat(() => this.beat());
    }

    /* What is kept: token, the last answer (`doc`), when it came (`at`) and how old it was then
     * (`age`, s), when to ask again (`due`), the first position, whether it was `drawn`, the hold;
     * instead of all that `over`: why there is no token any more. */
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
            hold: this.data.hold, drawn: this.data.drawn || body.status === 'PREQUEUE', age: Number(headers && headers.get('Age')) || 0, first: Math.max(this.data.first || 0, body.position || 0),
        });
        this.tell();
    }

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

    /** The network is back. */
    online() {
        this.retryAt = Math.min(this.retryAt, this.earliest || 0);
        this.beat();
    }

    /** The hold that waits to be paid, {id, until, seats}, or null. */
    get hold() {
        const {hold} = this.data;
        return this.phase === 'inside' && hold && Date.parse(hold.until) > serverNow() ? hold : null;
    }

    /** The visitor has taken or extended a hold, which lengthens the session, or has none (null). */
    setHold(reservation) {
        if (this.phase !== 'inside')
            return;
        const hold = reservation && {id: reservation.reservationId, until: reservation.holdExpiresAt, seats: reservation.seats};
        const {doc} = this.data;
        const longer = hold && Date.parse(hold.until) > Date.parse(doc.sessionExpiresAt);
        this.save({...this.data, hold, doc: longer ? {...doc, sessionExpiresAt: hold.until} : doc});
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

/** The same object each time. */
export function placeOf(userId, concertId) {
    const key = `${userId}:${concertId}`;
    if (!places.has(key))
        places.set(key, new Place(userId, concertId));
    return places.get(key);
}

export const placesOf = userId => kept.keys(`place:${userId}:`).map(key => placeOf(userId, Number(key.split(':')[2])));

addEventListener('online', () => places.forEach(place => place.online()));
onKept(key => {
    for (const place of places.values())
        if (place.key === key) {
            place.load();
            place.tell();
        }
});

/*
 * The public state of a queue: by server-sent events, or polled where they do not come. A page that
 * nobody sees does not listen: a browser has few connections to one host.
 */

/* ms without an event: the connection has died unnoticed. */
const SILENCE = 20000;

/** Calls listener(document) with the state at once and with each change, until the signal. */
export function watchQueue(concertId, listener, signal) {
    const path = `/queue/concerts/${concertId}`;
    let source = null;
    let heard = 0;
    let due = 0;
    let connect = 0; // when to try again to listen
    let tries = 0;
    let busy = false;

    const take = body => {
        if (!body || !body.state || signal.aborted)
            return;
        due = Date.now() + 1000 * (body.pollAfterSeconds || 2);
        listener(body);
    };
    const close = () => {
        if (source)
            source.close();
        source = null;
        heard = 0;
    };
    const listen = () => {
        source = new EventSource(`/api/v1${path}/events`);
        source.onmessage = event => {
            heard = Date.now();
            tries = 0;
            try {
                take(JSON.parse(event.data));
            } catch { /* not ours: then it is polled */ }
        };
        source.onerror = () => {
            close();
            connect = Date.now() + 1000 * Math.min(120, 2 ** tries++) * (1 + Math.random());
        };
    };
    const poll = async () => {
        busy = true;
        try {
            const {body} = await call('GET', path, {signal});
            take(body);
        } catch (problem) {
            due = Date.now() + 1000 * Math.max(problem.retryAfter || 0, 4) * (1 + Math.random());
        }
        busy = false;
    };
    const beat = () => {
        const now = Date.now();
        if (document.hidden)
            close();
        else if (!source && window.EventSource && now >= connect)
            listen();
        if (!busy && now >= due && now - heard > SILENCE && !document.hidden)
            poll();
    };
    signal.addEventListener('abort', close, {once: true});
    onBeat(beat, signal);
    beat();
}
