/*
 * Calls of Frontrow's API. A failure is a Problem with what the server said of it (RFC 9457), or
 * with status 0 when no answer came.
 */
import {language} from './words.js';

export const base = '/api/v1';

/** What went wrong: status (0: no answer), code, detail in the page's language, retryAfter in s (0: not
 * said), the document in `body`. */
export class Problem extends Error {
    constructor(status, body, retryAfter) {
        super((body && body.detail) || (status ? `HTTP ${status}` : 'no answer'));
        this.name = 'Problem';
        this.status = status;
        this.body = body || {};
        this.code = this.body.code || (status ? '' : 'NO_ANSWER');
        this.detail = this.body.detail || '';
        this.retryAfter = retryAfter;
    }

    /** Whether the same may succeed later. */
    get passing() {
        return this.status === 0 || this.status === 429 || this.status === 503 || this.code === 'IDEMPOTENCY_IN_PROGRESS';
    }
}

let skew = 0; // the server's clock less this one's, ms

/** The server's time in ms, within a second or so. */
export const serverNow = () => Date.now() + skew;

/** A fresh Idempotency-Key. crypto.randomUUID is for https and loopback alone. */
export function newKey() {
    return Array.from(crypto.getRandomValues(new Uint8Array(16)), byte => byte.toString(16).padStart(2, '0')).join('');
}

/** Resolves after so many ms, or when the signal says stop. */
export const pause = (ms, signal) => new Promise(resolve => {
    const end = () => {
        clearTimeout(timer);
        signal?.removeEventListener('abort', end);
        resolve();
    };
    const timer = setTimeout(end, ms);
    signal?.addEventListener('abort', end);
});

/* The Date header counts whole seconds: what differs by less moves no clock that somebody watches. */
function setClock(answer, sentAt) {
    const date = Date.parse(answer.headers.get('Date') || '');
    const middle = (sentAt + Date.now()) / 2;
    if (date && !answer.headers.get('Age') && Math.abs(date + 500 - middle - skew) > 1000)
        skew = date + 500 - middle;
}

const isJson = answer => /[/+]json/.test(answer.headers.get('Content-Type') || '');

async function once(method, path, {token, body, key, accept, etag, signal, timeout = 20000}) {
    const abort = new AbortController();
    const stop = () => abort.abort();
    const timer = setTimeout(stop, timeout);
    const headers = {'Accept-Language': language};
    if (token)
        headers.Authorization = `Bearer ${token}`;
    if (body !== undefined)
        headers['Content-Type'] = 'application/json';
    if (key)
        headers['Idempotency-Key'] = key;
    if (accept)
        headers.Accept = accept;
    if (etag)
        headers['If-None-Match'] = etag;
    if (signal) {
        signal.throwIfAborted();
        signal.addEventListener('abort', stop, {once: true});
    }
    try {
        const sentAt = Date.now();
        const answer = await fetch(path.startsWith('/') && !path.startsWith(base) && !path.startsWith('//') ? base + path : path, {
            method, headers, body: body === undefined ? undefined : JSON.stringify(body), signal: abort.signal, cache: 'no-store', redirect: 'error',
        });
        const content = answer.status === 204 || answer.status === 304 ? null : isJson(answer) ? await answer.json() : await answer.text();
        setClock(answer, sentAt);
        if (!answer.ok && answer.status !== 304)
            throw new Problem(answer.status, isJson(answer) ? content : null, Number(answer.headers.get('Retry-After')) || 0);
        if (answer.ok && content !== null && !accept && !isJson(answer))
            throw new Problem(0, null, 0); // a hotel's login page, say
        return {status: answer.status, body: content, headers: answer.headers, etag: answer.headers.get('ETag')};
    } catch (error) {
        if (error instanceof Problem || (signal && signal.aborted))
            throw error;
        throw new Problem(0, null, 0);
    } finally {
        clearTimeout(timer);
        if (signal)
            signal.removeEventListener('abort', stop);
    }
}

/**
 * Calls METHOD path ("/concerts": below the base path). Options: token, body (an object), key
 * (Idempotency-Key), accept, etag (status 304 is no failure), signal, timeout in ms, retry: how often
 * to repeat, if it is a GET or has a key, what may pass. Throws a Problem, or the signal's reason.
 */
export async function call(method, path, options = {}) {
    const {retry = 0, key, signal} = options;
    for (let tries = 0; ; tries++) {
        try {
            return await once(method, path, options);
        } catch (problem) {
            if (!(problem instanceof Problem) || !problem.passing || tries >= retry || !(method === 'GET' || key))
                throw problem;
            await pause(1000 * Math.max(problem.retryAfter, Math.min(30, 2 ** tries)) * (1 + Math.random() / 3), signal);
            signal?.throwIfAborted();
        }
    }
}
