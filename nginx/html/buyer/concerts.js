/* The list of concerts with a show to come. */
import {call} from '../common/api.js';
import {fill, h} from '../common/dom.js';
import {dateTime} from '../common/words.js';
import {insist} from './insist.js';
import {placeOf} from './place.js';
import {user} from './user.js';
import {text} from './words.js';

const kinds = {OPEN: 'good', PREQUEUE: 'warn', PAUSED: 'warn', DRAINING: 'off', CLOSED: 'off', SOLD_OUT: 'off'};

/** What the state of a queue is called in short. */
export const stateBadge = state => h('span', {class: `badge ${kinds[state] || ''}`}, text.badges[state] || state);

const phases = {waiting: 'good', prequeue: 'good', inside: 'good'};

function placeBadge(concertId) {
    const visitor = user();
    const phase = visitor && placeOf(visitor.id, concertId).phase;
    return phases[phase] && h('span', {class: 'badge'}, text.placeBadges[phase]);
}

function card(concert) {
    const opens = h('span', {class: 'quiet'});
    const node = h('li', null, h('a', {class: 'panel card', href: `#/concerts/${concert.concertId}`},
        h('span', {class: 'card-text'},
            h('strong', {class: 'card-title'}, concert.title),
            concert.artist && h('span', {class: 'quiet'}, concert.artist),
            h('span', null, dateTime(concert.nextStartsAt, concert.timeZone))),
        h('span', {class: 'card-state'}, placeBadge(concert.concertId), stateBadge(concert.queueState), opens)));
    if (concert.queueState === 'PREQUEUE')
        call('GET', `/queue/concerts/${concert.concertId}`).then(({body}) => {
            opens.textContent = body.opensAt ? text.opensAt(dateTime(body.opensAt)) : '';
        }, () => null);
    return node;
}

export async function show(page) {
    const list = h('ul', {class: 'cards'});
    const more = h('button', {type: 'button', class: 'plain', hidden: true}, text.more);
    let next = null;
    const load = async () => {
        const {body} = await insist('GET', `/concerts?limit=20${next ? `&cursor=${encodeURIComponent(next)}` : ''}`, {signal: page.signal});
        const cards = body.concerts.map(card);
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
