/*
 * What this device keeps: the keys, the concerts' names, which show is let in, and who came already.
 * All of it in localStorage, so that it is there after a reload and without a network, and shared by
 * the tabs; where the browser keeps nothing it lasts until the page is left.
 */
import {call} from '/common/api.js';
import {usable} from './ticket.js';

const prefix = 'frontrow-scan-';

/* Most reservations that are remembered, the oldest going first: more than one door lets in. */
const mostSeen = 20000;
/* A show is offered this long after it has begun; s. */
const afterStart = 86400;

function read(name) {
    try {
        return JSON.parse(localStorage.getItem(prefix + name));
    } catch {
        return null;
    }
}

/** Whether the device keeps what it is told; false after it once has not. */
export let keeps = true;

function write(name, value) {
    try {
        localStorage.setItem(prefix + name, JSON.stringify(value));
    } catch {
        keeps = false;
    }
}

/* --- Keys --- */

let held = read('keys') || {at: 0, list: []};

export const keys = () => held.list;
/** When the keys came, ms; 0: there are none. */
export const keysAt = () => held.list.length ? held.at : 0;

let fetching = null;

/** Fetches the keys; throws a Problem. */
export function fetchKeys() {
    fetching ||= call('GET', '/tickets/keys').then(({body}) => {
        const list = usable(body);
        if (list.length) {
            held = {at: Date.now(), list};
            write('keys', held);
        }
    }).finally(() => { fetching = null; });
    return fetching;
}

/* --- Shows --- */

let known = read('shows') || [];
let chosen = read('show');

const isOver = show => show.at && show.at + afterStart < Date.now() / 1000;

/** Shows to choose from, by time: {cid, at (s), title, timeZone}. */
export const shows = () => known.filter(show => !isOver(show));

/** Fetches which shows are to come; throws a Problem. */
export async function fetchShows() {
    const {body} = await call('GET', '/concerts?limit=100');
    const fresh = body.concerts.filter(c => c.nextStartsAt).map(c =>
        ({cid: c.concertId, at: Date.parse(c.nextStartsAt) / 1000, title: c.title, timeZone: c.timeZone}));
    const old = known.filter(show => !isOver(show) && !fresh.some(one => one.cid === show.cid && one.at === show.at));
    known = [...old, ...fresh].sort((a, b) => a.at - b.at);
    write('shows', known);
}

/** The concert's names as far as they are known: {title, timeZone}. */
export const concert = cid => known.find(show => show.cid === cid) || {};

/** The show that is let in: {sid} or {cid, at} and what else is known; null: none is chosen. */
export const show = () => chosen;

export function chooseShow(value) {
    chosen = value;
    write('show', chosen);
}

/** Whether the ticket is for the show that is let in. */
export const isForShow = ticket => Boolean(chosen) &&
    (chosen.sid ? ticket.sid === chosen.sid : ticket.cid === chosen.cid && ticket.at === chosen.at);

/* --- Who came --- */

const load = () => new Map((read('seen') || []).map(([rid, sid, count, at]) => [rid, {sid, count, at}]));
let seen = load();

addEventListener('storage', event => {
    if (event.key === `${prefix}seen` || event.key === null)
        seen = load();
});

const save = () => write('seen', [...seen].map(([rid, {sid, count, at}]) => [rid, sid, count, at]));

/** When that reservation came, ms; 0: it has not. */
export const seenAt = rid => seen.has(rid) ? seen.get(rid).at : 0;

/** Notes that a ticket's people are let in now. */
export function note({rid, sid, count}) {
    seen.set(rid, {sid, count, at: Date.now()});
    while (seen.size > mostSeen)
        seen.delete(seen.keys().next().value);
    save();
}

export function takeBack(rid) {
    seen.delete(rid);
    save();
}

export function forgetAll() {
    seen.clear();
    save();
}

/** How many tickets, and people with them, this device has let in. */
export function counts() {
    let people = 0;
    for (const {count} of seen.values())
        people += count;
    return {tickets: seen.size, people};
}
