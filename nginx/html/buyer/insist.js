/*
 * Calls that are made until they are answered: when the server is busy (429, 503) or the network is
 * lost, the page says so, waits as long as the server asks, each visitor at another time, and goes on
 * by itself.
 *
 * Only for what may be repeated without harm: reading, what carries an Idempotency-Key, and what says
 * the same thing twice (joining, giving back).
 */
import {call, pause, Problem} from '../common/api.js';
import {byId, fill, h, say} from '../common/dom.js';
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
