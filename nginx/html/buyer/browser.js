/*
 * What the pages keep in the browser, as JSON: for all tabs (`kept`) or for this one (`here`). Where
 * the browser keeps nothing, it lasts until the page is left.
 */
function store(name) {
    const memory = new Map();
    const area = () => window[name]; // the mere mention throws where it is forbidden
    return {
        get(key) {
            try {
                return JSON.parse(area().getItem(`frontrow-${key}`) ?? memory.get(key) ?? 'null');
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

/** Calls listener each second, until the signal if there is one. */
export function onBeat(listener, signal) {
    if (!started)
        start();
    listeners.add(listener);
    if (signal)
        signal.addEventListener('abort', () => listeners.delete(listener), {once: true});
}
