/*
 * What the views stand on: a memory, a beat, and calls that are made until they are answered.
 */
import {call, newKey, pause, Problem} from '../common/api.js';
import {byId, fill, h, say} from '../common/dom.js';
import {text} from './words.js';

/*
 * What is kept as JSON, for all tabs (`kept`) or for this one (`here`); where the browser keeps nothing,
 * until the page is left.
 */

function store(name) {
    const memory = new Map();
    const area = () => window[name]; // the mere mention throws where it is forbidden
    return {
        get(key) {
            try {
                return JSON.parse(memory.get(key) ?? area().getItem(`frontrow-${key}`) ?? 'null');
            } catch {
                return null;
            }
        },
        /** The keys that begin so. */
        keys(start) {
            const found = [...memory.keys()];
            try {
                found.push(...Object.keys(area()).filter(key => key.startsWith('frontrow-')).map(key => key.slice(9)));
            } catch { /* those in memory */ }
            return found.filter(key => key.startsWith(start));
        },
        /** null removes. */
        set(key, value) {
            memory.delete(key);
            try {
                if (value === null)
                    area().removeItem(`frontrow-${key}`);
                else
                    area().setItem(`frontrow-${key}`, JSON.stringify(value));
            } catch {
                if (value !== null)
                    memory.set(key, JSON.stringify(value));
            }
        },
    };
}

export const kept = store('localStorage');
export const here = store('sessionStorage');

/** Calls listener(key) when another tab has changed what is kept. */
export function onKept(listener, signal) {
    addEventListener('storage', event => {
        if (event.storageArea && event.key && event.key.startsWith('frontrow-'))
            listener(event.key.slice(9));
    }, {signal});
}

/*
 * A beat each second by a worker, since a browser slows down the timers of a page that nobody sees; and
 * one at once when the page may have slept.
 */
const listeners = new Set();
let started = false;

const beat = () => [...listeners].forEach(listener => listener());

function start() {
    started = true;
    try {
        const worker = new Worker('/waiting/clock.js');
        worker.onmessage = beat;
        worker.onerror = () => setInterval(beat, 1000);
    } catch {
        setInterval(beat, 1000);
    }
    document.addEventListener('visibilitychange', beat);
    addEventListener('pageshow', beat);
    addEventListener('online', beat);
}

/** Calls listener each second, until the signal if there is one. */
export function onBeat(listener, signal) {
    if (!started)
        start();
    listeners.add(listener);
    if (signal)
        signal.addEventListener('abort', () => listeners.delete(listener), {once: true});
}

/*
 * Calls that are made until they are answered: when the server is busy (429, 503) or the network is
 * lost, the page says so, waits, and goes on by itself. Only for what may be repeated without harm.
 */

const waits = new Set(); // {problem, until} of each call that waits
let timer = 0;

function show() {
    const bar = byId('trouble');
    const [first] = [...waits].sort((a, b) => a.until - b.until);
    if (!first) {
        fill(bar);
        clearInterval(timer);
        timer = 0;
        return;
    }
    const seconds = Math.max(1, Math.ceil((first.until - Date.now()) / 1000));
    const what = first.problem.status ? text.busy : text.offline;
    if (!bar.firstChild)
        fill(bar, h('p', null, h('strong', null, what), ' ', h('span', {'aria-hidden': 'true'})));
    bar.querySelector('strong').textContent = what;
    bar.querySelector('span').textContent = text.againIn(seconds);
    timer = timer || setInterval(show, 500);
}

async function wait(problem, seconds, signal) {
    const entry = {problem, until: Date.now() + seconds * 1000};
    const early = new AbortController();
    const stop = () => early.abort();
    signal?.addEventListener('abort', stop);
    if (problem.status === 0)
        addEventListener('online', stop, {once: true});
    waits.add(entry);
    show();
    await pause(seconds * 1000, early.signal);
    waits.delete(entry);
    removeEventListener('online', stop);
    signal?.removeEventListener('abort', stop);
    show();
    if (signal)
        signal.throwIfAborted();
}

/** As call(), until there is an answer that repeating would not change. */
export async function insist(method, path, options = {}) {
    for (let tries = 0; ; tries++) {
        try {
            const answer = await call(method, path, options);
            if (tries > 0)
                say(text.goesOn);
            return answer;
        } catch (problem) {
            if (!(problem instanceof Problem) || !problem.passing)
                throw problem;
            const seconds = Math.max(problem.retryAfter, Math.min(20, 1.5 ** tries));
            await wait(problem, seconds * (1 + Math.random() / 3), options.signal);
        }
    }
}

/*
 * Taking a hold: the attempt is kept with its Idempotency-Key until it is answered.
 */

const slotOf = place => `hold-try:${place.concertId}`;

/** The `body` of an attempt that was cut off before its answer, or null. */
export function unanswered(place) {
    const before = here.get(slotOf(place));
    return before && before.token === place.token?.slice(-20) ? before.body : null;
}

/** Holds what `body` names; the reservation, or a Problem is thrown. */
export async function takeHold(place, body, signal) {
    const slot = slotOf(place);
    const before = here.get(slot);
    const same = JSON.stringify(unanswered(place)) === JSON.stringify(body);
    const attempt = same ? before : {key: newKey(), body, token: place.token.slice(-20)};
    here.set(slot, attempt);
    try {
        const answer = await insist('POST', '/reservations', {token: place.token, body, key: attempt.key, signal});
        here.set(slot, null);
        here.set(`choice:${body.scheduleId}`, null);
        place.setHold(answer.body);
        return answer.body;
    } catch (problem) {
        if (!signal.aborted)
            here.set(slot, null);
        throw problem;
    }
}

/** Has the other tabs look at wallet and reservations again. */
export const tellTabs = () => kept.set('changed', Date.now());

/** The most that one charge may be, by default. */
const MOST = 10000000;

/**
 * Charges the wallet, in several charges if need be; the balance afterwards. `what` names the decision,
 * whose Idempotency-Key is kept until it is answered.
 */
export async function chargeOnce(visitor, amount, what, signal) {
    const slot = `charge:${visitor.id}:${what}`;
    let balance = 0;
    for (let left = amount; left > 0; left -= Math.min(left, MOST)) {
        const body = {amount: Math.min(left, MOST)};
        const before = kept.get(slot);
        const attempt = before && before.amount === body.amount ? before : {key: newKey(), amount: body.amount};
        kept.set(slot, attempt);
        try {
            balance = (await insist('POST', '/users/me/balance/charges', {token: visitor.token, body, key: attempt.key, signal})).body.balance;
        } catch (problem) {
            if (!signal.aborted)
                kept.set(slot, null);
            throw problem;
        }
        kept.set(slot, null);
    }
    tellTabs();
    return balance;
}
