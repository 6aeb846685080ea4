/*
 * Checks a ticket to a show with the public keys alone: a JWS in compact form, ES256, as the README's
 * "At the door" describes it. The check is the browser's WebCrypto; nothing that a ticket says counts
 * before its signature is found good.
 */

/** Why a text is no ticket; the same as frontrow ticket check tells apart. */
export const faults = {none: 'none', unknownKey: 'unknownKey', forged: 'forged'};

/** Whether this browser can check: WebCrypto is there by https and on the device itself alone. */
export const canCheck = () => Boolean(globalThis.crypto && crypto.subtle);

const longest = 4096;
const mostSeats = 100;
const highestSeat = 100000;
const lastMoment = 253402300799;

/* Base64url without padding; null if it is anything else, or not the only way to write its bytes. */
function decode(text) {
    if (!/^[A-Za-z0-9_-]*$/.test(text) || text.length % 4 === 1)
        return null;
    const bytes = Uint8Array.from(atob(text.replace(/-/g, '+').replace(/_/g, '/')), c => c.charCodeAt(0));
    return encode(bytes) === text ? bytes : null;
}

const encode = bytes => btoa(String.fromCharCode(...bytes)).replace(/\+/g, '-').replace(/\//g, '_').replace(/=+$/, '');

function readObject(segment) {
    try {
        const value = JSON.parse(new TextDecoder('utf-8', {fatal: true, ignoreBOM: true}).decode(decode(segment)));
        return value && typeof value === 'object' && !Array.isArray(value) ? value : null;
    } catch {
        return null;
    }
}

const isNumber = (value, least, most) => Number.isSafeInteger(value) && value >= least && value <= most;

/** How many seats "1-4,7" names; 0 if it is no such text. */
export function countSeats(text) {
    let count = 0;
    let before = -1;
    if (typeof text !== 'string' || !/^[1-9]\d{0,5}(-[1-9]\d{0,5})?(,[1-9]\d{0,5}(-[1-9]\d{0,5})?)*$/.test(text))
        return 0;
    for (const range of text.split(',')) {
        const [first, last = first] = range.split('-').map(Number);
        if (first <= before + 1 || last < first || (range.includes('-') && last === first) || last > highestSeat)
            return 0;
        count += last - first + 1;
        before = last;
    }
    return count <= mostSeats ? count : 0;
}

function readClaims(claims) {
    const {aud, rid, sid, cid, at, iat, seats} = claims || {};
    const count = countSeats(seats);
    if (aud !== 'frontrow:ticket' || !count || ![rid, sid, cid].every(id => isNumber(id, 1, Number.MAX_SAFE_INTEGER)) ||
        !isNumber(at, 0, lastMoment) || !isNumber(iat, 0, lastMoment))
        return null;
    return {rid, sid, cid, at, iat, seats, count};
}

const imported = new Map(); // a key's x and y -> its CryptoKey

async function importKey({kty, crv, x, y}) {
    const name = `${x}.${y}`;
    if (!imported.has(name))
        imported.set(name, await crypto.subtle.importKey('jwk', {kty, crv, x, y, ext: true}, {name: 'ECDSA', namedCurve: 'P-256'}, false, ['verify']));
    return imported.get(name);
}

/** The keys of a JWK Set that can have signed a ticket. */
export const usable = set => (Array.isArray(set && set.keys) ? set.keys : []).filter(key =>
    key && key.kty === 'EC' && key.crv === 'P-256' && typeof key.kid === 'string' && key.kid &&
    (key.use === undefined || key.use === 'sig') && (key.alg === undefined || key.alg === 'ES256')).slice(0, 16);

/**
 * Checks the text with these keys. Resolves to {ticket: {rid, sid, cid, at, iat, seats, count}}, at
 * and iat in seconds, or to {fault}.
 */
export async function check(text, keys) {
    const parts = text.length <= longest ? text.split('.') : [];
    const header = parts.length === 3 ? readObject(parts[0]) : null;
    const signature = parts.length === 3 ? decode(parts[2]) : null;
    if (!header || header.alg !== 'ES256' || 'crit' in header || typeof header.kid !== 'string' || !signature || signature.length !== 64 ||
        ('typ' in header && String(header.typ).toUpperCase() !== 'JWT'))
        return {fault: faults.none};
    const jwk = keys.find(key => key.kid === header.kid);
    if (!jwk)
        return {fault: faults.unknownKey};
    const signed = new TextEncoder().encode(`${parts[0]}.${parts[1]}`);
    let good = false;
    try {
        good = await crypto.subtle.verify({name: 'ECDSA', hash: 'SHA-256'}, await importKey(jwk), signature, signed);
    } catch { /* a key that is none checks nothing */ }
    if (!good)
        return {fault: faults.forged};
    const ticket = readClaims(readObject(parts[1]));
    return ticket ? {ticket} : {fault: faults.none};
}
