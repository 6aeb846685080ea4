/* What the views of one date have in common: its head, and reading it with its concert. */
import {h} from '/common/dom.js';
import {pick} from '/common/words.js';
import {getConcert} from './concerts.js';
import {bookingBadge, whenOf} from './date-table.js';
import {api} from './session.js';
import {crumbs, tabs} from './ui.js';

const words = pick({
    en: {up: 'Up', concerts: 'Concerts', dates: 'Dates', date: 'Times', seats: 'Seats', sales: 'Sales', views: 'Views of this date'},
    ko: {up: '상위', concerts: '공연', dates: '회차', date: '시간', seats: '좌석', sales: '판매 내역', views: '이 회차의 화면'},
});

/** Resolves to {date, concert}. */
export async function getDate(id, signal) {
    const date = (await api('GET', `/admin/schedules/${id}`, {signal})).body;
    return {date, concert: await getConcert(date.concertId, signal)};
}

/** `here` is one of '', 'seats', 'sales'. */
export function dateHead(concert, date, here) {
    const at = `#/dates/${date.scheduleId}`;
    return [crumbs(words.up, [[words.concerts, '#/concerts'], [concert.title, `#/concerts/${concert.concertId}`], [words.dates, `#/concerts/${concert.concertId}/dates`]]),
        h('div', {class: 'row head'}, h('h1', {class: 'grow'}, whenOf(date, concert.timeZone)), bookingBadge(date, concert)),
        tabs(words.views, [[words.date, at], [words.seats, `${at}/seats`], [words.sales, `${at}/sales`]], here ? `${at}/${here}` : at)];
}
