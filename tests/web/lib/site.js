/*
 * The site under test, over its API: concerts, shows and visitors of a test's own, so that no test
 * depends on another's.
 */
import assert from 'node:assert/strict';
import {execFileSync} from 'node:child_process';
import {randomUUID} from 'node:crypto';

export const url = process.env.FRONTROW_URL;
assert(url, 'FRONTROW_URL names the site (scripts/test web sets it)');

const tokens = {};

/** A user token of the operator's tool, for so many seconds. */
export function mint(user, scope, seconds = 3600) {
    return execFileSync(`${process.env.FRONTROW_BUILD}/frontrow`, ['--config', `${process.env.FRONTROW_STATE}/frontrow.conf`,
        'token', '--user', user, '--ttl', seconds, ...scope ? ['--scope', scope] : []], {encoding: 'utf8'}).trim();
}

export const adminToken = () => tokens.admin ||= mint(randomUUID(), 'admin');

/** Calls METHOD path of the API; the answer must have one of the statuses. Returns its body. */
export async function call(method, path, {token, body, expect = [200, 201, 202, 204]} = {}) {
    const answer = await fetch(`${url}/api/v1${path}`, {
        method,
        headers: {
            ...token && {Authorization: `Bearer ${token}`},
            ...body !== undefined && {'Content-Type': 'application/json'},
            ...method !== 'GET' && {'Idempotency-Key': randomUUID()},
        },
        body: body === undefined ? undefined : JSON.stringify(body),
    });
    const text = await answer.text();
    assert([].concat(expect).includes(answer.status), `${method} ${path}: ${answer.status} ${text.slice(0, 300)}`);
    return text && /json/.test(answer.headers.get('Content-Type')) ? JSON.parse(text) : text;
}

export const admin = (method, path, body) => call(method, path, {token: adminToken(), body});

let made = 0;

/** A concert whose title no other has. */
export function concert(settings = {}) {
    made++;
    return admin('POST', '/admin/concerts', {title: `Test ${process.pid}-${made}`, artist: 'The Testers', host: 'Test Hall', ...settings});
}

/** A show of it, in some days; sections or seats as the API takes them. */
export function show(concertId, settings = {}) {
    const {days = 7, ...others} = settings;
    const startsAt = new Date(Date.now() + days * 86400000).toISOString();
    const layout = others.seats || others.sections ? {} : {seats: {count: 50, price: 50000}};
    return admin('POST', `/admin/concerts/${concertId}/schedules`, {startsAt, ...layout, ...others});
}

/** A concert with one show, as {concert, show}. */
export async function sale({concert: settings, ...others} = {}) {
    const made = await concert(settings);
    return {concert: made, show: await show(made.concertId, others)};
}

/** A demo visitor: {userId, token}. */
export const user = () => call('POST', '/demo/users', {body: {}});

export const charge = (who, amount) => call('POST', '/users/me/balance/charges', {token: who.token, body: {amount}});

/** Waits until look() gives something, at most so many seconds. */
export async function until(look, what, seconds = 15) {
    const end = Date.now() + seconds * 1000;
    for (;;) {
        const seen = await look();
        if (seen)
            return seen;
        assert(Date.now() < end, `${what}: not within ${seconds} s`);
        await new Promise(resolve => setTimeout(resolve, 100));
    }
}

/** Joins a concert's queue and waits until inside: adds the queue token to the visitor. */
export async function enter(who, concertId) {
    const place = await call('POST', '/queue/tokens', {token: who.token, body: {concertId}});
    who.queue = place.token;
    await until(async () => (await call('GET', '/queue/tokens/me', {token: who.queue})).status === 'ACTIVE', 'admission');
    return who;
}

/** Holds these seats, and pays for them unless told otherwise. */
export async function buy(who, scheduleId, seatNumbers, {pay = true} = {}) {
    const held = await call('POST', '/reservations', {token: who.queue, body: {scheduleId, seatNumbers}});
    if (!pay)
        return held;
    await charge(who, Math.max(held.amount, 1));
    await call('POST', '/payments', {token: who.queue, body: {reservationId: held.reservationId}});
    return call('GET', `/reservations/${held.reservationId}`, {token: who.token});
}

/** What a wallet's ledger says, newest first: "PAYMENT -50000". */
export async function ledger(who) {
    const {entries} = await call('GET', '/users/me/balance/entries', {token: who.token});
    return entries.map(({type, amount}) => `${type} ${amount}`);
}
