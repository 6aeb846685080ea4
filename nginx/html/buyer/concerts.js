/* The list of concerts with a show to come. */
import {call, serverNow} from '../common/api.js';
import {fill, h, say} from '../common/dom.js';
import {dateTime, day, duration, money, number, timeOnly} from '../common/words.js';
import {insist, onBeat, onKept} from './calls.js';
import {countdownTo, drawOf, leaveQueue, lottery, needInside, opensIn, operatorMessage, ownReservations, placeProblem} from './parts.js';
import {needUser, placeOf, user, watchQueue} from './visitor.js';
import {text} from './words.js';

const kinds = {OPEN: 'good', PREQUEUE: 'warn', PAUSED: 'warn', DRAINING: 'off', CLOSED: 'off', SOLD_OUT: 'off'};

/** What the state of a queue is called in short. */
const stateBadge = state => h('span', {class: `badge ${kinds[state] || ''}`}, text.badges[state] || state);

function placeBadge(concertId) {
    const visitor = user();
    const words = visitor && text.placeBadges[placeOf(visitor.id, concertId).phase];
    return words && h('span', {class: 'badge'}, words);
}

function concertCard(concert) {
    const opens = h('span', {class: 'quiet'});
    const node = h('li', null, h('a', {class: 'panel card', href: `#/concerts/${concert.concertId}`},
        h('span', {class: 'card-text'},
            h('strong', {class: 'card-title'}, concert.title),
            concert.artist && h('span', {class: 'quiet'}, concert.artist),
            h('span', null, dateTime(concert.nextStartsAt, concert.timeZone))),
        h('span', {class: 'card-state'}, placeBadge(concert.concertId), stateBadge(concert.queueState), opens)));
    if (concert.queueState === 'PREQUEUE')
        call('GET', `/queue/concerts/${concert.concertId}`).then(({body}) => {
            opens.textContent = body.opensAt ? text.opensAt(dateTime(body.opensAt, concert.timeZone)) : '';
        }, () => null);
    return node;
}

export async function showConcerts(page) {
    const list = h('ul', {class: 'cards'});
    const more = h('button', {type: 'button', class: 'plain', hidden: true}, text.more);
    let next = null;
    const load = async () => {
        const {body} = await insist('GET', `/concerts?limit=20${next ? `&cursor=${encodeURIComponent(next)}` : ''}`, {signal: page.signal});
        const cards = body.concerts.map(concertCard);
        list.append(...cards);
        next = body.next;
        more.hidden = !next;
        return cards[0];
    };
    more.addEventListener('click', async () => {
        more.disabled = true;
        const first = await load().finally(() => { more.disabled = false; });
        if (first)
            first.querySelector('a').focus();
    });
    await load();
    page.title = text.concerts;
    fill(page.node, h('h1', null, text.concerts), list.firstChild ? list : h('p', null, text.noConcerts), more);
}

/*
 * One concert, with one button, which joins or goes on to where the visitor was.
 */

/** The reservation that waits to be paid, or null. */
async function pendingHold(visitor, concertId, signal) {
    return (await ownReservations(visitor, signal)).find(r => r.status === 'PENDING' && r.concertId === concertId) || null;
}

function queueFacts(queue) {
    const rate = queue.admitPerMinute;
    return h('dl', {class: 'facts'},
        h('div', null, h('dt', null, text.waitingNow), h('dd', null, number(queue.waiting))),
        h('div', null, h('dt', null, text.insideNow), h('dd', null, number(queue.active))),
        rate > 0 && h('div', null, h('dt', null, text.rate), h('dd', null, text.perMinute(rate))),
        rate > 0 && queue.state === 'OPEN' && h('div', null, h('dt', null, text.newcomer), h('dd', null, queue.waiting ? duration(60 * queue.waiting / rate) : text.noWait)));
}

export async function showConcert(page, concertId) {
    const {body: concert} = await insist('GET', `/concerts/${concertId}`, {signal: page.signal});
    let visitor = user();
    let place = visitor && placeOf(visitor.id, concertId);
    let queue = null;
    let joining = false;

    const state = h('div', {class: 'stack'});
    const button = h('button', {type: 'button', class: 'big'});
    const leave = h('button', {type: 'button', class: 'plain'}, text.leave);
    const why = h('p', {class: 'quiet', id: 'join-why'});
    const note = h('div');

    const on = () => {
        const phase = place ? place.phase : 'none';
        if (phase === 'inside')
            return place.hold ? [text.goOnPay, `/concerts/${concertId}/hold/${place.hold.id}`] : [text.chooseSeats, `/concerts/${concertId}/dates`];
        if (phase === 'waiting' || phase === 'prequeue')
            return [text.goOnWait, `/concerts/${concertId}/wait`];
        return null;
    };
    let drawn = '';
    const drawQueue = () => {
        const now = JSON.stringify([{...queue, asOf: 0}, place && place.data.drawn]);
        if (now === drawn)
            return;
        drawn = now;
        fill(state, queue && [
            h('div', {class: 'row'}, stateBadge(queue.state), h('span', null, text.states[queue.state] || '')),
            queue.state === 'PREQUEUE' && queue.opensAt && opensIn(queue.opensAt, concert.timeZone),
            operatorMessage(queue.message), queue.state !== 'PREQUEUE' && queueFacts(queue), lottery(drawOf(queue, place))]);
    };
    const drawButton = () => {
        const onward = on();
        const shut = queue && ['CLOSED', 'DRAINING', 'SOLD_OUT'].includes(queue.state);
        button.textContent = joining ? text.joining : onward ? onward[0] : queue && queue.state === 'PREQUEUE' ? text.joinEarly : text.join;
        button.disabled = joining || !queue || (!onward && shut);
        why.textContent = onward || shut ? '' : text.joinWhy;
        leave.hidden = !onward || joining;
    };
    const drawNote = () => fill(note, place && place.phase === 'over' && h('p', {class: 'note warn'}, text.over[place.over]));
    const draw = () => {
        drawQueue();
        drawButton();
        drawNote();
    };
    const join = async () => {
        joining = true;
        drawButton();
        try {
            visitor = await needUser(page.signal);
            place = placeOf(visitor.id, concertId);
            place.addEventListener('change', draw, {signal: page.signal});
            await place.join(visitor.token, page.signal);
            page.go(place.phase === 'inside' ? `/concerts/${concertId}/dates` : `/concerts/${concertId}/wait`);
        } catch (problem) {
            if (page.signal.aborted)
                return;
            joining = false;
            if (problem.code !== 'QUEUE_CLOSED' && problem.code !== 'SOLD_OUT')
                throw problem;
            draw();
            why.textContent = problem.detail;
            say(problem.detail, {assertive: true});
        }
    };
    button.addEventListener('click', () => {
        const onward = on();
        if (onward)
            page.go(onward[1]);
        else
            join().catch(page.fail);
    });
    leave.addEventListener('click', async () => {
        if (await leaveQueue(place))
            draw();
    });

    page.title = concert.title;
    page.width = 'narrow';
    fill(page.node, h('p', {class: 'kind'}, concert.host || text.concert), h('h1', null, concert.title),
        concert.artist && h('p', {class: 'artist'}, concert.artist),
        h('p', null, text.nextShow(dateTime(concert.nextStartsAt, concert.timeZone)), ' ', h('span', {class: 'quiet'}, concert.timeZone)),
        note, h('section', {class: 'panel', 'aria-label': text.queue}, state,
            h('div', {class: 'buttons'}, button, leave), why));
    draw();
    watchQueue(concertId, body => { queue = body; draw(); }, page.signal);
    countdownTo(page);
    if (place) {
        place.addEventListener('change', draw, {signal: page.signal});
        if (place.phase === 'inside' && !place.hold)
            pendingHold(visitor, concertId, page.signal).then(found => place.setHold(found), () => null);
    }
    onKept(() => draw(), page.signal);
}

/* The dates of a concert, for who is inside. */

const AGAIN = 10000; // ms between two looks at what is left

/* What can be done with a date now. */
function standing(schedule, timeZone) {
    const now = serverNow();
    if (Date.parse(schedule.bookingOpensAt) > now)
        return ['soon', text.bookingOpens(dateTime(schedule.bookingOpensAt, timeZone))];
    if (Date.parse(schedule.bookingClosesAt) <= now)
        return ['closed', text.bookingClosed];
    if (schedule.availableSeats === 0)
        return ['soldOut', text.badges.SOLD_OUT];
    return ['open', text.seatsLeft(schedule.availableSeats, schedule.capacity)];
}

const prices = s => s.minPrice === s.maxPrice ? money(s.minPrice) : `${money(s.minPrice)} – ${money(s.maxPrice)}`;

function dateCard(schedule, concert) {
    const [kind, words] = standing(schedule, concert.timeZone);
    const meter = h('meter', {min: 0, max: schedule.capacity, value: schedule.availableSeats, low: schedule.capacity / 10, 'aria-hidden': 'true'});
    const content = [
        h('span', {class: 'card-text'}, h('strong', {class: 'card-title'}, day(schedule.startsAt, concert.timeZone)),
            h('span', {class: 'card-time'}, timeOnly(schedule.startsAt, concert.timeZone)), h('span', {class: 'quiet'}, prices(schedule))),
        h('span', {class: 'card-state'}, h('span', {class: `badge ${kind === 'open' ? 'good' : 'off'}`}, words), kind === 'open' && meter)];
    return h('li', null, kind === 'open'
        ? h('a', {class: 'panel card', href: `#/concerts/${concert.concertId}/dates/${schedule.scheduleId}`}, content)
        : h('div', {class: 'panel card off'}, content));
}

export async function showDates(page, concertId) {
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
            const state = JSON.stringify([body, body.schedules.map(schedule => standing(schedule)[0])]);
            if (state !== seen) {
                const focused = list.contains(document.activeElement) ? document.activeElement.getAttribute('href') : null;
                fill(list, body.schedules.map(schedule => dateCard(schedule, concert)));
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
    page.node.append(h('div', {class: 'buttons'}, h('button', {type: 'button', class: 'plain', on: {click: async () => {
        if (await leaveQueue(place))
            page.replace(`/concerts/${concertId}`);
    }}}, text.leave)));
    onBeat(() => {
        if (!document.hidden && Date.now() >= due)
            load().catch(() => null);
    }, page.signal);
}
