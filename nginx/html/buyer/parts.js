/* Small parts that several views show. */
import {Problem, serverNow} from '../common/api.js';
import {ask, fill, h, say} from '../common/dom.js';
import {countdown, dateTime, language} from '../common/words.js';
import {insist, onBeat} from './calls.js';
import {placeOf, user} from './visitor.js';
import {text} from './words.js';

const ownZone = new Intl.DateTimeFormat().resolvedOptions().timeZone;
/** A time with its zone, if that is not the visitor's. */
export const zoned = (words, timeZone = ownZone) => timeZone === ownZone ? words : `${words} (${timeZone})`;

/** "Section VIP, row 3, seat 12" of a seat as a reservation has it. */
export const seatName = ({section, row, seatNumber}) => [section && text.section(section), row && text.row(row), text.seat(seatNumber)].filter(Boolean).join(', ');

/** The same of all seats of a reservation, in short. */
export const seatsName = ([first, ...more]) => more.length ? text.andMore(seatName(first), more.length) : seatName(first);

export const ownReservations = async (visitor, signal) => (await insist('GET', '/users/me/reservations?limit=20', {token: visitor.token, signal})).body.reservations;

/** What the operator has to say, if possible in the visitor's language. */
export function operatorMessage(message) {
    const words = message && (message[language] || message.ko || message.en);
    return words ? h('p', {class: 'note operator'}, h('span', {class: 'unseen'}, text.operatorSays), words) : null;
}

/** "Opens in 0:04:59", with the time of the concert's zone, kept going by countdownTo(). */
export function opensIn(moment, timeZone) {
    return h('p', {class: 'opens'}, text.opensAt(zoned(dateTime(moment, timeZone), timeZone)), h('br'), text.opensIn, ' ',
        h('strong', {class: 'clock number', role: 'timer', dataset: {until: moment}}, countdown((Date.parse(moment) - serverNow()) / 1000)));
}

/** Keeps the clocks of the page's opensIn() going. */
export function countdownTo(page) {
    onBeat(() => {
        for (const clock of page.node.querySelectorAll('[data-until]'))
            clock.textContent = countdown((Date.parse(clock.dataset.until) - serverNow()) / 1000);
    }, page.signal);
}

/** The draw, if it is still to come or gave out that place. */
export const drawOf = (queue, place) => queue.state === 'PREQUEUE' || (place && place.data.drawn) ? queue.lottery : null;

export function lottery(draw) {
    if (!draw)
        return null;
    return h('section', {class: 'lottery'}, h('h2', null, text.lottery), h('p', null, draw.seed ? text.lotteryAfter : text.lotteryBefore),
        h('dl', null, h('dt', null, text.seedHash), h('dd', null, h('code', null, draw.seedHash)),
            draw.seed && [h('dt', null, text.seed), h('dd', null, h('code', null, draw.seed))]));
}

/** Gives up the place, asking once. True if it is given up. */
export async function leaveQueue(place) {
    const inside = place.phase === 'inside';
    if (!await ask({title: inside ? text.leaveInsideTitle : text.leaveTitle, text: inside ? text.leaveInsideText : text.leaveText, yes: text.leaveYes, no: text.stay, danger: true}))
        return false;
    await place.leave();
    return true;
}

/** Shows that the session is over, unless the visitor has left by hand. */
export function sessionOver(page, place, visitor) {
    if (!place.over) {
        page.replace(`/concerts/${place.concertId}`);
        return;
    }
    const again = h('button', {type: 'button', on: {click: async () => {
        again.disabled = true;
        try {
            await place.join(visitor.token, page.signal);
            page.go(`/concerts/${place.concertId}/wait`);
        } catch (problem) {
            if (!page.signal.aborted)
                page.fail(problem);
        }
    }}}, text.queueAgain);
    const heading = h('h1', {tabindex: '-1'}, text.overTitle);
    fill(page.node, heading, h('p', null, text.over[place.over]),
        h('div', {class: 'buttons'}, again, h('a', {class: 'button plain', href: '#/me'}, text.myPage)));
    page.title = text.overTitle;
    document.title = `${text.overTitle} · Frontrow`;
    heading.focus();
    say(text.overTitle, {assertive: true});
}

/**
 * The visitor and the place of who is inside; or null after the page has gone elsewhere. When the
 * session ends or is left `onOver` is called.
 */
export function needInside(page, concertId, onOver = sessionOver) {
    const visitor = user();
    const place = visitor && placeOf(visitor.id, concertId);
    if (!place || place.phase === 'none' || place.phase === 'over') {
        page.replace(`/concerts/${concertId}`);
        return null;
    }
    if (place.phase !== 'inside') {
        page.replace(`/concerts/${concertId}/wait`);
        return null;
    }
    place.addEventListener('change', () => {
        if (place.phase !== 'inside')
            onOver(page, place, visitor);
    }, {signal: page.signal});
    return {place, visitor};
}

/** Deals with a refusal that concerns the place. True if it did. */
export function placeProblem(page, place, problem) {
    if (!(problem instanceof Problem))
        return false;
    if (problem.code === 'QUEUE_TOKEN_EXPIRED' || problem.status === 401) {
        place.end(problem.status === 401 ? 'token' : 'session');
        return true;
    }
    if (problem.code === 'NOT_ADMITTED') {
        page.replace(`/concerts/${place.concertId}/wait`);
        return true;
    }
    return false;
}
