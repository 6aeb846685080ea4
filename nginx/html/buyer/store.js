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
