/*
 * The public state of a queue: it comes by itself (server-sent events) where that works, and is
 * polled where it does not. A page that nobody sees does not listen: a browser has few connections to
 * one host, and every tab would hold one.
 */
import {call} from '../common/api.js';
import {onBeat} from './beat.js';

/* It is renewed every few seconds, changed or not: silence is a connection that died unnoticed. */
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

    const take = (body, wait) => {
        if (!body || !body.state || signal.aborted)
            return;
        due = Date.now() + 1000 * Math.max(wait || 0, body.pollAfterSeconds || 2);
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
