/* The dates of a concert in a table: when, how full, how much, and whether they can be booked. */
import {serverNow} from '/common/api.js';
import {fill, h} from '/common/dom.js';
import {day, language, money, number, pick, timeOnly} from '/common/words.js';
import {table} from './ui.js';

const words = pick({
    en: {
        caption: 'Dates of this concert', date: 'Date', seats: 'Seats', available: 'Free', held: 'Held', sold: 'Sold', blocked: 'Blocked', revenue: 'Revenue', booking: 'Booking',
        states: {canceled: 'Canceled', over: 'Over', closed: 'Booking closed', early: 'Booking not open yet', open: 'Booking open'}, queue: t => `Queue opens ${t}`,
        bar: s => `${number(s.sold)} sold, ${number(s.held)} held, ${number(s.available)} free, ${number(s.blocked)} blocked`,
    },
    ko: {
        caption: '이 공연의 회차', date: '일시', seats: '좌석', available: '남음', held: '선점', sold: '판매', blocked: '제외', revenue: '매출', booking: '예매',
        states: {canceled: '취소됨', over: '종료', closed: '예매 마감', early: '예매 시작 전', open: '예매 중'}, queue: t => `대기열 시작 ${t}`,
        bar: s => `판매 ${number(s.sold)}, 선점 ${number(s.held)}, 남음 ${number(s.available)}, 제외 ${number(s.blocked)}`,
    },
});

/** What can be done with a date now: 'canceled', 'over', 'closed', 'early' or 'open'. */
export function bookingState(date, now = serverNow()) {
    if (date.canceledAt)
        return 'canceled';
    if (Date.parse(date.startsAt) <= now)
        return 'over';
    if (Date.parse(date.bookingClosesAt) <= now)
        return 'closed';
    return Date.parse(date.bookingOpensAt) > now ? 'early' : 'open';
}

const kinds = {canceled: 'bad', over: 'off', closed: 'off', early: '', open: 'good'};

/* Short, for a badge. */
const moment = (at, zone) => new Intl.DateTimeFormat(language, {dateStyle: 'medium', timeStyle: 'short', timeZone: zone}).format(new Date(at));

/** That in words. Nobody comes to book while the queue of the concert is still to open. */
export function bookingBadge(date, {queue, timeZone}) {
    const state = bookingState(date);
    const opens = Date.parse(queue.opensAt);
    if (state === 'open' && opens > serverNow())
        return h('span', {class: 'badge'}, words.queue(moment(opens, timeZone)));
    return h('span', {class: `badge ${kinds[state]}`}, words.states[state]);
}

/* A bar of how many seats are in which state. */
function seatBar(stats) {
    const total = stats.sold + stats.held + stats.available + stats.blocked || 1;
    const part = name => {
        const node = h('span', {class: name});
        node.style.width = `${100 * stats[name] / total}%`;
        return node;
    };
    return h('div', {class: 'seatbar', role: 'img', 'aria-label': words.bar(stats)}, ['sold', 'held', 'available', 'blocked'].map(part));
}

export const whenOf = (date, zone) => `${day(date.startsAt, zone)} ${timeOnly(date.startsAt, zone)}`;

const columns = [[words.date], [words.booking], [words.seats, 'barcell'],
    [words.sold, 'amount'], [words.held, 'amount'], [words.available, 'amount'], [words.blocked, 'amount'], [words.revenue, 'amount']];

const cellsOf = (date, concert, s) => [bookingBadge(date, concert), ...s ? [seatBar(s), number(s.sold), number(s.held), number(s.available), number(s.blocked), money(s.revenue)] : ['', '', '', '', '', '']];

/** The table, as {node, update(stats, concert)}: the figures by date change in place, so that the
 * focus stays where it is. Of a date without figures they are left out. */
export function datesTable(concert, dates) {
    const rows = new Map();
    const node = table(words.caption, columns, dates.map(date => [h('a', {href: `#/dates/${date.scheduleId}`}, whenOf(date, concert.timeZone)), ...cellsOf(date, concert, null)]));
    node.querySelectorAll('tbody tr').forEach((row, i) => rows.set(dates[i].scheduleId, row));
    const update = (stats, now = concert) => {
        const byId = new Map(stats.map(s => [s.scheduleId, s]));
        for (const date of dates)
            cellsOf(date, now, byId.get(date.scheduleId)).forEach((cell, i) => fill(rows.get(date.scheduleId).cells[i + 1], cell));
    };
    return {node, update};
}
