/*
 * What every view of somebody inside needs: the visitor, the place, and what happens when the session
 * ends or was never there.
 */
import {Problem} from '../common/api.js';
import {fill, h, say} from '../common/dom.js';
import {placeOf} from './place.js';
import {user} from './user.js';
import {text} from './words.js';

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
    place.follow(page.signal);
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
