/* The list of all concerts, and what the views of one concert have in common. */
import {h} from '/common/dom.js';
import {day, pick, timeOnly} from '/common/words.js';
import {api} from './session.js';
import {crumbs, cursorParam, moreButton, stateBadge, tabs} from './ui.js';

const words = pick({
    en: {
        title: 'Concerts', create: 'New concert', none: 'No concert yet', noneText: 'Make the first one: a title is enough to begin with.',
        next: 'Next show', noNext: 'no show to come', up: 'Up', control: 'Control room', dates: 'Dates', settings: 'Settings', views: 'Views of this concert',
    },
    ko: {
        title: '공연', create: '새 공연', none: '아직 공연이 없습니다', noneText: '첫 공연을 만들어 보세요. 제목만 있으면 시작할 수 있습니다.',
        next: '다음 회차', noNext: '예정된 회차 없음', up: '상위', control: '관제실', dates: '회차', settings: '설정', views: '이 공연의 화면',
    },
});

const card = concert => h('li', {class: 'card'}, h('a', {href: `#/concerts/${concert.concertId}`},
    h('span', {class: 'row'}, h('strong', {class: 'grow'}, concert.title), stateBadge(concert.queue.state)),
    concert.artist && h('span', null, concert.artist),
    h('span', {class: 'quiet'}, concert.nextStartsAt
        ? `${words.next}: ${day(concert.nextStartsAt, concert.timeZone)} ${timeOnly(concert.nextStartsAt, concert.timeZone)}` : words.noNext)));

export async function concertList({signal}) {
    const page = async cursor => {
        const {body} = await api('GET', `/admin/concerts?limit=30${cursorParam(cursor)}`, {signal});
        return {items: body.concerts, next: body.next};
    };
    const first = await page(null);
    const list = h('ul', {class: 'cards'}, first.items.map(card));
    const more = moreButton(first.next, page, items => {
        const cards = items.map(card);
        list.append(...cards);
        return cards[0] && cards[0].querySelector('a');
    });
    return {title: words.title, content: [
        h('div', {class: 'row head'}, h('h1', {class: 'grow'}, words.title), h('a', {class: 'button', href: '#/concerts/new'}, words.create)),
        first.items.length ? list : h('div', {class: 'panel'}, h('h2', null, words.none), h('p', null, words.noneText)), more,
    ]};
}

/** The head of each view of a concert: the way up, its title, and its other views. `here` is one of
 * '', 'dates', 'settings'. */
export function concertHead(concert, here, badge) {
    const at = `#/concerts/${concert.concertId}`;
    const links = [['', words.control], ['/dates', words.dates], ['/settings', words.settings]].map(([path, text]) => [text, at + path]);
    return [crumbs(words.up, [[words.title, '#/concerts']]),
        h('div', {class: 'row head'}, h('h1', {class: 'grow'}, concert.title), badge),
        tabs(words.views, links, here === null ? null : here ? `${at}/${here}` : at)];
}

export const getConcert = async (id, signal) => (await api('GET', `/admin/concerts/${id}`, {signal})).body;

/** All dates of a concert, by time. */
export async function getDates(concertId, signal) {
    const dates = [];
    let cursor = null;
    do {
        const {body} = await api('GET', `/admin/concerts/${concertId}/schedules?limit=100${cursorParam(cursor)}`, {signal});
        dates.push(...body.schedules);
        cursor = body.next;
    } while (cursor !== null && dates.length < 1000);
    return dates;
}
