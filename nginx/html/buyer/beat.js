/*
 * A beat each second that goes on while the page is in the background, where a browser slows a page's
 * own timers down to one a minute; a worker's it leaves alone. And one at once when the page may have
 * slept: a lid was opened, a tab was looked at, the network is back.
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

/** Calls listener each second until the signal says stop. */
export function onBeat(listener, signal) {
    if (!started)
        start();
    listeners.add(listener);
    signal.addEventListener('abort', () => listeners.delete(listener), {once: true});
}
