/* Small parts that several views show. */
import {Problem, serverNow} from '../common/api.js';
import {ask, fill, h, say} from '../common/dom.js';
import {countdown, dateTime, language} from '../common/words.js';
import {onBeat} from './calls.js';
import {placeOf, user} from './visitor.js';
import {text} from './words.js';

/** What the operator has to say, in the visitor's language if it is there. */
export function operatorMessage(message) {
    const words = message && (message[language] || message.ko || message.en);
    return words ? h('p', {class: 'note operator'}, h('span', {class: 'unseen'}, text.operatorSays), words) : null;
}

/** "Opens in 0:04:59", with the time of the concert's zone, kept going by countdownTo(). */
export function opensIn(moment, timeZone) {
    return h('p', {class: 'opens'}, text.opensAt(dateTime(moment, timeZone)), h('br'), text.opensIn, ' ',
        h('strong', {class: 'clock number', role: 'timer', dataset: {until: moment}}, countdown((Date.parse(moment) - serverNow()) / 1000)));
}

/** Keeps the clocks of the page's opensIn() going. */
export function countdownTo(page) {
    onBeat(() => {
        for (const clock of page.node.querySelectorAll('[data-until]'))
            clock.textContent = countdown((Date.parse(clock.dataset.until) - serverNow()) / 1000);
    }, page.signal);
}

/** How the draw decides the order, and what anyone can check it with. */
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

/*
 * What every view of somebody inside needs: the visitor, the place, and what happens when the session
 * ends or was never there.
 */

/** Shows that the session is over, and how to queue again. */
export function sessionOver(page, place, visitor) {
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
    fill(page.node, heading, h('p', null, text.over[place.over] || text.over.session),
        h('div', {class: 'buttons'}, again, h('a', {class: 'button plain', href: '#/me'}, text.myPage)));
    page.title = text.overTitle;
    document.title = `${text.overTitle} · Frontrow`;
    heading.focus();
    say(text.overTitle, {assertive: true});
}

/**
 * The place of who is inside, kept up to date; or null after the page has gone elsewhere: to the
 * concert without a place, to the waiting room before one's turn. When the session ends `onOver` is
 * called, by default sessionOver().
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
        if (place.phase === 'over')
            onOver(page, place, visitor);
        else if (place.phase !== 'inside')
            page.replace(`/concerts/${concertId}`);
    }, {signal: page.signal});
    return {place, visitor};
}

/** Deals with a refusal that concerns the place and not the request. True if it did. */
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
