/*
 * The seats of a date, kept up to date: the compact list is asked for again every few seconds, and
 * the server answers 304 as long as nothing has changed.
 */
import {call, Problem} from '../common/api.js';
import {onBeat} from './beat.js';

const SEEN = 2000; // ms between two questions while the page is looked at
const HIDDEN = 15000;

/**
 * Calls onList(list) with the first list and each that differs from the one before, and
 * onProblem(problem, wait) with each failure, wait the ms until the next try. Returns {ask}, which
 * asks at once.
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
        if (Date.now() >= due + (document.hidden && !failures ? HIDDEN - SEEN : 0) - 250)
            ask();
    }, signal);
    ask();
    return {ask: () => { due = 0; ask(); }};
}
