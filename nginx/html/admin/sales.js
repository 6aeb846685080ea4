/* What has been sold of a date: in pages, or all of it as a CSV file. */
import {h, toast} from '/common/dom.js';
import {dateTime, money, number, pick} from '/common/words.js';
import {dateHead, getDate} from './date-head.js';
import {api} from './session.js';
import {cursorParam, pagedTable, problemText} from './ui.js';

const words = pick({
    en: {title: 'Sales', caption: 'Seats that are sold', reservation: 'Reservation', user: 'Buyer', seat: 'Seat', price: 'Price', paid: 'Paid', csv: 'Download as CSV', making: 'Downloading …', done: 'The file is downloaded.', none: 'Nothing is sold yet.'},
    ko: {title: '판매 내역', caption: '판매된 좌석', reservation: '예매', user: '구매자', seat: '좌석', price: '가격', paid: '결제', csv: 'CSV로 내려받기', making: '내려받고 있습니다…', done: '파일을 내려받았습니다.', none: '아직 판매된 좌석이 없습니다.'},
});

/* The token goes in a header, so the browser cannot fetch it by a link alone. */
async function download(id, button) {
    button.disabled = true;
    button.textContent = words.making;
    try {
        const {body} = await api('GET', `/admin/schedules/${id}/sales`, {accept: 'text/csv', timeout: 120000});
        const url = URL.createObjectURL(new Blob([body], {type: 'text/csv;charset=utf-8'}));
        h('a', {href: url, download: `sales-${id}.csv`}).click();
        setTimeout(() => URL.revokeObjectURL(url), 60000);
        toast(words.done);
    } catch (problem) {
        toast(problemText(problem), 'bad');
    }
    button.disabled = false;
    button.textContent = words.csv;
}

const seatName = sale => [sale.section, sale.row, number(sale.seatNumber)].filter(Boolean).join(' · ');

export async function sales({params, signal}) {
    const {date, concert} = await getDate(params[0], signal);
    const columns = [[words.reservation], [words.seat], [words.price, 'amount'], [words.paid], [words.user]];
    const list = await pagedTable(words.caption, columns, async cursor => {
        const {body} = await api('GET', `/admin/schedules/${params[0]}/sales?limit=50${cursorParam(cursor)}`, {signal});
        return {items: body.sales, next: body.next};
    }, sale => [h('a', {href: `#/reservations/${sale.reservationId}`}, sale.reservationId), seatName(sale), money(sale.price), dateTime(sale.paidAt, concert.timeZone),
        h('a', {class: 'code', href: `#/buyers/${sale.userId}`}, sale.userId)]);
    const button = h('button', {type: 'button', class: 'plain', on: {click: () => download(params[0], button)}}, words.csv);
    return {title: `${words.title} · ${concert.title}`, content: [dateHead(concert, date, 'sales'), h('div', {class: 'row head'}, h('h2', {class: 'grow'}, words.title), button), list]};
}
