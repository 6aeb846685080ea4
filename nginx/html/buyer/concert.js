/*
 * One concert: what it is, how its queue stands, and one button, which joins or goes on to where the
 * visitor was.
 */
import {fill, h, say} from '../common/dom.js';
import {dateTime, duration, number} from '../common/words.js';
import {stateBadge} from './concerts.js';
import {insist} from './insist.js';
import {countdownTo, leaveQueue, lottery, operatorMessage, opensIn} from './parts.js';
import {placeOf} from './place.js';
import {watchQueue} from './queue.js';
import {here, onKept} from './store.js';
import {needUser, user} from './user.js';
import {text} from './words.js';

/** The reservation of this concert that waits to be paid, or null. */
async function pendingHold(visitor, concertId, signal) {
    const {body} = await insist('GET', '/users/me/reservations?limit=20', {token: visitor.token, signal});
    return body.reservations.find(r => r.status === 'PENDING' && r.concertId === concertId) || null;
}

function queueFacts(queue) {
    const rate = queue.admitPerMinute;
    return h('dl', {class: 'facts'},
        h('div', null, h('dt', null, text.waitingNow), h('dd', null, number(queue.waiting))),
        h('div', null, h('dt', null, text.insideNow), h('dd', null, number(queue.active))),
        rate > 0 && h('div', null, h('dt', null, text.rate), h('dd', null, text.perMinute(rate))),
        rate > 0 && queue.state === 'OPEN' && h('div', null, h('dt', null, text.newcomer), h('dd', null, queue.waiting ? duration(60 * queue.waiting / rate) : text.noWait)));
}

export async function show(page, concertId) {
    const {body: concert} = await insist('GET', `/concerts/${concertId}`, {signal: page.signal});
    let visitor = user();
    let place = visitor && placeOf(visitor.id, concertId);
    let hold = null;
    let queue = null;
    let joining = false;

    const state = h('div', {class: 'stack'});
    const button = h('button', {type: 'button', class: 'big'});
    const leave = h('button', {type: 'button', class: 'plain'}, text.leave);
    const why = h('p', {class: 'quiet', id: 'join-why'});
    const note = h('div');

    const follow = () => {
        place.addEventListener('change', draw, {signal: page.signal});
        place.follow(page.signal);
    };
    const on = () => {
        const phase = place ? place.phase : 'none';
        if (phase === 'inside')
            return hold ? [text.goOnPay, `/concerts/${concertId}/hold/${hold.reservationId}`] : [text.goOnSeats, `/concerts/${concertId}/dates`];
        if (phase === 'waiting' || phase === 'prequeue')
            return [text.goOnWait, `/concerts/${concertId}/wait`];
        return null;
    };
    let drawn = '';
    const drawQueue = () => {
        const now = JSON.stringify({...queue, asOf: 0});
        if (now === drawn)
            return;
        drawn = now;
        fill(state, queue && [
            h('div', {class: 'row'}, stateBadge(queue.state), h('span', null, text.states[queue.state] || '')),
            queue.state === 'PREQUEUE' && queue.opensAt && opensIn(queue.opensAt),
            operatorMessage(queue.message), queue.state !== 'PREQUEUE' && queueFacts(queue), lottery(queue.lottery)]);
    };
    const drawButton = () => {
        const onward = on();
        const shut = queue && ['CLOSED', 'DRAINING', 'SOLD_OUT'].includes(queue.state);
        button.textContent = joining ? text.joining : onward ? onward[0] : queue && queue.state === 'PREQUEUE' ? text.joinEarly : text.join;
        button.disabled = joining || !queue || (!onward && shut);
        why.textContent = onward ? '' : shut ? text.shut[queue.state] : text.joinWhy;
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
            follow();
            await place.join(visitor.token, page.signal);
            here.set('trip', null);
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
        follow();
        if (place.phase === 'inside')
            pendingHold(visitor, concertId, page.signal).then(found => { hold = found; draw(); }, () => null);
    }
    onKept(() => draw(), page.signal);
}
