/* What has been sold of a date: in pages, or all of it as a CSV file. */
import {h} from '/common/dom.js';
import {dateTime, money, number, pick} from '/common/words.js';
import {dateHead, getDate} from './date-head.js';
import {csvButton} from './download.js';
import {api} from './session.js';
import {cursorParam, pagedTable} from './ui.js';

const words = pick({
    en: {title: 'Sales', caption: 'Seats that are sold', reservation: 'Reservation', user: 'Buyer', seat: 'Seat', price: 'Price', paid: 'Paid'},
    ko: {title: '판매 내역', caption: '판매된 좌석', reservation: '예매', user: '구매자', seat: '좌석', price: '가격', paid: '결제'},
});

const seatName = sale => [sale.section, sale.row, number(sale.seatNumber)].filter(Boolean).join(' · ');

export async function sales({params, signal}) {
    const {date, concert} = await getDate(params[0], signal);
    const columns = [[words.reservation], [words.seat], [words.price, 'amount'], [words.paid], [words.user]];
    const list = await pagedTable(words.caption, columns, async cursor => {
        const {body} = await api('GET', `/admin/schedules/${params[0]}/sales?limit=50${cursorParam(cursor)}`, {signal});
        return {items: body.sales, next: body.next};
    }, sale => [h('a', {href: `#/reservations/${sale.reservationId}`}, sale.reservationId), seatName(sale), money(sale.price), dateTime(sale.paidAt, concert.timeZone),
        h('a', {class: 'code', href: `#/buyers/${sale.userId}`}, sale.userId)]);
    return {title: `${words.title} · ${concert.title}`, content: [dateHead(concert, date, 'sales'), h('div', {class: 'row head'}, h('h2', {class: 'grow'}, words.title), csvButton(`/admin/schedules/${params[0]}/sales`, `sales-${params[0]}.csv`)), list]};
}
