/* The dates of a concert, for who is inside: how many seats are left, for how much, and since when. */
import {serverNow} from '../common/api.js';
import {fill, h} from '../common/dom.js';
import {dateTime, day, money, timeOnly} from '../common/words.js';
import {onBeat} from './beat.js';
import {insist} from './insist.js';
import {needInside, placeProblem} from './inside.js';
import {text} from './words.js';

const AGAIN = 10000; // ms between two looks at what is left

/* What can be done with a date now. */
function standing(schedule) {
    const now = serverNow();
    if (Date.parse(schedule.bookingOpensAt) > now)
        return ['soon', text.bookingOpens(dateTime(schedule.bookingOpensAt))];
    if (Date.parse(schedule.bookingClosesAt) <= now)
        return ['closed', text.bookingClosed];
    if (schedule.availableSeats === 0)
        return ['soldOut', text.badges.SOLD_OUT];
    return ['open', text.seatsLeft(schedule.availableSeats, schedule.capacity)];
}

const prices = s => s.minPrice === s.maxPrice ? money(s.minPrice) : `${money(s.minPrice)} – ${money(s.maxPrice)}`;

function card(schedule, concert) {
    const [kind, words] = standing(schedule);
    const meter = h('meter', {min: 0, max: schedule.capacity, value: schedule.availableSeats, low: schedule.capacity / 10, 'aria-hidden': 'true'});
    const content = [
        h('span', {class: 'card-text'}, h('strong', {class: 'card-title'}, day(schedule.startsAt, concert.timeZone)),
            h('span', {class: 'card-time'}, timeOnly(schedule.startsAt, concert.timeZone)), h('span', {class: 'quiet'}, prices(schedule))),
        h('span', {class: 'card-state'}, h('span', {class: `badge ${kind === 'open' ? 'good' : 'off'}`}, words), kind === 'open' && meter)];
    return h('li', null, kind === 'open'
        ? h('a', {class: 'panel card', href: `#/concerts/${concert.concertId}/dates/${schedule.scheduleId}`}, content)
        : h('div', {class: 'panel card off'}, content));
}

export async function show(page, concertId) {
    const inside = needInside(page, concertId);
    if (!inside)
        return;
    const {place} = inside;
    const list = h('ul', {class: 'cards'});
    const {body: concert} = await insist('GET', `/concerts/${concertId}`, {signal: page.signal});
    let seen = '';
    let due = 0;
    const load = async () => {
        due = Infinity;
        try {
            const {body} = await insist('GET', `/concerts/${concertId}/schedules?include=all`, {token: place.token, signal: page.signal});
            const state = JSON.stringify([body, body.schedules.map(standing)]);
            if (state !== seen) {
                const focused = list.contains(document.activeElement) ? document.activeElement.getAttribute('href') : null;
                fill(list, body.schedules.map(schedule => card(schedule, concert)));
                if (focused)
                    list.querySelector(`[href="${focused}"]`)?.focus();
            }
            seen = state;
        } catch (problem) {
            if (page.signal.aborted || placeProblem(page, place, problem))
                return;
            throw problem;
        } finally {
            due = Date.now() + AGAIN;
        }
    };
    await load();
    if (place.phase !== 'inside')
        return; // the page says so already
    page.title = `${text.dates} · ${concert.title}`;
    page.width = 'narrow';
    fill(page.node, h('p', {class: 'kind'}, h('a', {href: `#/concerts/${concertId}`}, concert.title)), h('h1', null, text.dates),
        h('p', {class: 'quiet'}, text.timesIn(concert.timeZone)), list.firstChild ? list : h('p', null, text.noDates));
    onBeat(() => {
        if (!document.hidden && Date.now() >= due)
            load().catch(() => null);
    }, page.signal);
}
