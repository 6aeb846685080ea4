/*
 * Calls that are made until they are answered: when the server is busy (429, 503) or the network is
 * lost, the page says so, waits as long as the server asks, each visitor at another time, and goes on
 * by itself.
 *
 * Only for what may be repeated without harm: reading, what carries an Idempotency-Key, and what says
 * the same thing twice (joining, giving back).
 */
import {call, newKey, pause, Problem} from '../common/api.js';
import {byId, fill, h, say} from '../common/dom.js';
import {here, kept} from './browser.js';
import {text} from './words.js';

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

/* Until the time has come, or the network is back. */
async function wait(problem, seconds, signal) {
    const entry = {problem, until: Date.now() + seconds * 1000};
    const early = new AbortController();
    const stop = () => early.abort();
    if (signal)
        signal.addEventListener('abort', stop, {once: true});
    if (problem.status === 0)
        addEventListener('online', stop, {once: true});
    waits.add(entry);
    show();
    await pause(seconds * 1000, early.signal);
    waits.delete(entry);
    removeEventListener('online', stop);
    show();
    if (signal)
        signal.throwIfAborted();
}

/** As call(), until there is an answer that repeating would not change; throws that as a Problem. */
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
 * Taking a hold, so that a lost answer costs nothing: the attempt is kept with its Idempotency-Key
 * until it is answered, and made again with it.
 */

/** Holds what `body` names; the reservation, or a Problem is thrown. */
export async function takeHold(place, body, signal) {
    const slot = `hold-try:${place.concertId}`;
    const before = here.get(slot);
    const same = before && JSON.stringify(before.body) === JSON.stringify(body) && before.token === place.token.slice(-20);
    const attempt = same ? before : {key: newKey(), body, token: place.token.slice(-20)};
    here.set(slot, attempt);
    try {
        const answer = await insist('POST', '/reservations', {token: place.token, body, key: attempt.key, signal});
        here.set(slot, null);
        place.setHold(answer.body);
        return answer.body;
    } catch (problem) {
        if (!signal.aborted)
            here.set(slot, null);
        throw problem;
    }
}

/** Gives a hold back. */
export async function giveBack(token, reservationId, signal) {
    await insist('DELETE', `/reservations/${reservationId}`, {token, key: newKey(), signal});
}

/** Has the other tabs look at wallet and reservations again. */
export const tellTabs = () => kept.set('changed', Date.now());

/* The wallet: charging it, once for each decision to do so, however often the answer is lost. */

/** The most that one charge may be, unless the operator has set it otherwise. */
const MOST = 10000000;

/**
 * Charges the amount, in several charges if it is more than one may be; the balance afterwards. `what`
 * names the decision: its Idempotency-Key is kept until it is answered, also over a reload.
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
