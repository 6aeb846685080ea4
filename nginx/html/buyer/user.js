/*
 * Who the visitor is: whose user token the page holds.
 *
 * The operator's own site gives it, in the fragment of the address (`#token=JWT`, and `&to=/concerts/5`
 * to say where to begin), which is no part of a request and is removed at once; it stays in this tab.
 * In the demo the first need of a user makes one, who is kept for all tabs.
 */
import {Problem, serverNow} from '../common/api.js';
import {insist} from './insist.js';
import {here, kept} from './store.js';

const login = document.querySelector('meta[name="frontrow-login"]').content;

function payload(token) {
    try {
        const text = atob(token.split('.')[1].replace(/-/g, '+').replace(/_/g, '/'));
        return JSON.parse(new TextDecoder().decode(Uint8Array.from(text, c => c.charCodeAt(0))));
    } catch {
        return null;
    }
}

/* What the token says is only used to show the right buttons: the server decides. */
function read(token, demo) {
    const claims = token && payload(token);
    if (!claims || typeof claims.sub !== 'string')
        return null;
    return {
        id: claims.sub.toLowerCase(), token, demo, expires: claims.exp * 1000,
        mayCharge: / (wallet:charge|service|admin) /.test(` ${claims.scope || ''} `),
    };
}

/** The visitor, {id, token, demo, mayCharge}, or null: nobody, or a token that is over. */
export function user() {
    const found = read(here.get('user'), false) || read(kept.get('demo-user'), true);
    return found && found.expires > serverNow() ? found : null;
}

/** Whether the site's own login has given a token here, which is over. */
export const signedOut = () => !user() && here.get('user') !== null;

/** Takes the token out of the address. True if there was one; the address is then where to begin. */
export function takeToken() {
    if (!location.hash.startsWith('#token='))
        return false;
    const given = new URLSearchParams(location.hash.slice(1));
    const to = given.get('to') || here.get('back') || '/';
    history.replaceState(null, '', `${location.pathname}${location.search}#${to.startsWith('/') ? to : '/'}`);
    if (read(given.get('token'), false))
        here.set('user', given.get('token'));
    here.set('back', null);
    return true;
}

/** Nobody is known, and none can be made: the visitor has to come from the site's own login. */
export class LoginNeeded extends Error {}

/** The visitor, made if this is the demo. Throws LoginNeeded or a Problem. */
export async function needUser(signal) {
    const known = user();
    if (known)
        return known;
    if (here.get('user') !== null)
        throw new LoginNeeded();
    try {
        const {body} = await insist('POST', '/demo/users', {body: {}, signal});
        kept.set('demo-user', body.token);
        return user();
    } catch (problem) {
        if (problem instanceof Problem && (problem.status === 404 || problem.status === 405))
            throw new LoginNeeded();
        throw problem;
    }
}

/** Forgets a visitor whose token the server no longer takes. */
export function forgetUser() {
    if (here.get('user') !== null)
        here.set('user', '');
    else
        kept.set('demo-user', '');
}

/** Where to sign in, or ''. Leaves a note of where the visitor was, to go on there. */
export function loginAddress() {
    if (!login)
        return '';
    here.set('back', location.hash.slice(1) || '/');
    return `${login}${login.includes('?') ? '&' : '?'}return=${encodeURIComponent(location.origin + location.pathname)}`;
}
