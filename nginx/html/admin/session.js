/*
 * Who is signed in: an operator's token, for as long as this tab is open and the token lives.
 *
 * It is kept in sessionStorage and sent in a header, never put into an address. What is read from it
 * here (until when, for whom) is only shown: whether it is good is the server's word at every call.
 */
import {call, serverNow} from '/common/api.js';

const place = 'frontrow-admin';
const ending = 5 * 60e3; // how long before its end the operator is told, ms

let current = null;
let timer = 0;
let warned = false;
const listeners = {changed: () => {}, ending: () => {}, over: () => {}};

/** Sets what is called when the token changed, when it ends soon, and with a reason ('left',
 * 'expired', 'refused') when it is over. */
export const onSession = given => Object.assign(listeners, given);

/** The signed-in session, {token, user, endsAt in ms}, or null. */
export const session = () => current;

function decode(part) {
    const bytes = Uint8Array.from(atob(part.replace(/-/g, '+').replace(/_/g, '/')), c => c.charCodeAt(0));
    return JSON.parse(new TextDecoder().decode(bytes));
}

/* The claims of a token, or null if the text is none. */
function claims(token) {
    const parts = token.split('.');
    try {
        const found = parts.length === 3 ? decode(parts[1]) : null;
        return found && typeof found === 'object' && Number.isFinite(found.exp) ? found : null;
    } catch {
        return null;
    }
}

/* What is wrong with the claims, as far as can be told without the key; null if nothing is. */
function fault(found) {
    if (!found)
        return 'none';
    if (found.aud === 'frontrow:queue')
        return 'queue';
    if (found.exp * 1000 <= serverNow())
        return 'expired';
    return String(found.scope || '').split(' ').includes('admin') ? null : 'scope';
}

function store(token) {
    try {
        if (token)
            sessionStorage.setItem(place, token);
        else
            sessionStorage.removeItem(place);
    } catch { /* then it holds until the page is left */ }
}

/* The clock is looked at, since a closed lid stops timers. */
function watch() {
    clearInterval(timer);
    warned = false;
    timer = setInterval(() => {
        const left = current.endsAt - serverNow();
        if (left <= 0) {
            signOut('expired');
        } else if (left < ending && !warned) {
            warned = true;
            listeners.ending();
        } else {
            listeners.changed();
        }
    }, 1000);
}

function take(token, found) {
    current = {token, user: String(found.sub || ''), endsAt: found.exp * 1000};
    store(token);
    watch();
    listeners.changed();
}

/** Ends the session; `reason` is told to the listener. */
export function signOut(reason = 'left') {
    clearInterval(timer);
    current = null;
    store(null);
    listeners.over(reason);
}

/** Takes a pasted token. Resolves to null, or to what is wrong with it: 'none', 'queue', 'expired',
 * 'scope', 'refused'. Throws a Problem if the server could not be asked. */
export async function signIn(pasted) {
    const token = pasted.replace(/^\s*(authorization:)?\s*(bearer\s)?/i, '').replace(/\s+/g, '');
    const found = claims(token);
    const wrong = fault(found);
    if (wrong)
        return wrong;
    try {
        await call('GET', '/admin/audit?limit=1', {token, retry: 2});
    } catch (problem) {
        if (problem.status === 401 || problem.status === 403)
            return problem.status === 401 ? 'refused' : 'scope';
        throw problem;
    }
    take(token, found);
    return null;
}

/** Goes on with the token that this tab had before it was loaded again, if it still lives. */
export function resume() {
    let token = null;
    try {
        token = sessionStorage.getItem(place);
    } catch { /* no storage */ }
    const found = token && claims(token);
    if (token && fault(found))
        store(null);
    else if (token)
        take(token, found);
}

/** call() of common/api.js as the operator. A token that the server refuses ends the session. */
export async function api(method, path, options = {}) {
    const token = current && current.token;
    try {
        return await call(method, path, {retry: method === 'GET' ? 2 : 0, ...options, token});
    } catch (problem) {
        if (problem.status === 401 && current && current.token === token)
            signOut(current.endsAt <= serverNow() ? 'expired' : 'refused');
        throw problem;
    }
}
