/*
 * A buyer as the operator helps one: found by the number of a reservation or the user's UUID, with
 * the wallet, its ledger and the reservations. Charging and refunding carry an Idempotency-Key, so
 * that a lost answer costs nobody twice.
 */
import {newKey} from '/common/api.js';
import {h} from '/common/dom.js';
import {dateTime, money, number, pick} from '/common/words.js';
import {getConcert} from './concerts.js';
import {api} from './session.js';
import {act, atField, clearWrong, crumbs, cursorParam, facts, field, pagedTable, problemText, showWrong, statusBadge} from './ui.js';

const words = pick({
    en: {
        title: 'Buyers', lead: 'Find a buyer by what they can tell you.', search: 'Reservation number or user UUID', hint: 'The number is on the ticket and in the list of sales.', find: 'Find', wrong: 'This is neither a number nor a UUID.', noReservation: n => `There is no reservation ${n}.`, noUser: 'Frontrow knows no user with this UUID.',
        up: 'Up', buyer: 'Buyer', balance: 'Balance', reservations: 'Reservations', ledger: 'Ledger', reservation: n => `Reservation ${n}`, number: 'Number', status: 'Status', seats: 'Seats', amount: 'Amount', made: 'Made', concert: 'Concert', show: 'Date', paid: 'Paid', until: 'Held until', payment: 'Payment',
        entry: 'Entry', type: 'Type', after: 'Balance after', at: 'At', refund: 'Refund', charge: 'Charge the wallet', how: 'Amount in won', howHint: 'It is given to the buyer at once and stands in the ledger.', user: 'User',
        chargeAsk: 'Charge this wallet?', charged: balance => `Charged. The balance is ${money(balance)}.`, positive: 'A whole number of won, at least 1.',
        refundAsk: n => `Refund reservation ${n}?`, refundText: r => `${money(r.amount)} goes back to the buyer's wallet and ${r.seats.length === 1 ? 'the seat is' : `the ${r.seats.length} seats are`} free for others at once. This cannot be taken back.`,
        refunded: r => `Refunded. The buyer's balance is ${money(r.balance)}.`, action: 'Action', all: 'All of this buyer', seat: s => [s.section, s.row && `row ${s.row}`, `no. ${number(s.seatNumber)}`].filter(Boolean).join(', '),
        types: {CHARGE: 'Charge', PAYMENT: 'Payment', REFUND: 'Refund'}, price: 'Price',
    },
    ko: {
        title: '구매자', lead: '구매자가 알려 줄 수 있는 것으로 찾습니다.', search: '예매 번호 또는 사용자 UUID', hint: '예매 번호는 티켓과 판매 내역에 있습니다.', find: '찾기', wrong: '번호도 UUID도 아닙니다.', noReservation: n => `예매 ${n}번이 없습니다.`, noUser: '이 UUID의 사용자가 없습니다.',
        up: '상위', buyer: '구매자', balance: '잔액', reservations: '예매', ledger: '거래 내역', reservation: n => `예매 ${n}번`, number: '번호', status: '상태', seats: '좌석', amount: '금액', made: '생성', concert: '공연', show: '회차', paid: '결제', until: '선점 기한', payment: '결제 번호',
        entry: '번호', type: '종류', after: '거래 후 잔액', at: '시각', refund: '환불', charge: '지갑 충전', how: '금액(원)', howHint: '구매자에게 바로 지급되고 거래 내역에 남습니다.', user: '사용자',
        chargeAsk: '이 지갑을 충전할까요?', charged: balance => `충전했습니다. 잔액은 ${money(balance)}입니다.`, positive: '1 이상의 정수를 입력해 주세요.',
        refundAsk: n => `예매 ${n}번을 환불할까요?`, refundText: r => `${money(r.amount)}이 구매자의 지갑으로 돌아가고 ${r.seats.length}석은 바로 다른 사람이 살 수 있습니다. 되돌릴 수 없습니다.`,
        refunded: r => `환불했습니다. 구매자의 잔액은 ${money(r.balance)}입니다.`, action: '작업', all: '이 구매자의 모든 내역', seat: s => [s.section, s.row && `${s.row}열`, `${number(s.seatNumber)}번`].filter(Boolean).join(' '),
        types: {CHARGE: '충전', PAYMENT: '결제', REFUND: '환불'}, price: '가격',
    },
});

const uuid = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

/* What may be meant: {hash of its page, path to ask for, none: what to say if there is none}. */
function meant(text) {
    if (/^[1-9][0-9]{0,18}$/.test(text))
        return {hash: `#/reservations/${text}`, path: `/admin/reservations/${text}`, none: words.noReservation(text)};
    const user = text.toLowerCase();
    return uuid.test(text) ? {hash: `#/buyers/${user}`, path: `/users/${user}/balance`, none: words.noUser} : null;
}

/* Goes there if there is one; what is typed stays where it can be mended if not. */
async function find(form, text, signal) {
    const wanted = meant(text);
    clearWrong(form);
    if (!wanted) {
        showWrong(form, {who: words.wrong});
        return;
    }
    try {
        await api('GET', wanted.path, {signal});
        location.hash = wanted.hash;
    } catch (problem) {
        if (!signal.aborted && problem.status !== 401)
            showWrong(form, {who: problem.status === 404 ? wanted.none : problemText(problem)});
    }
}

export async function buyers({signal}) {
    const input = h('input', {type: 'search', name: 'who', autocomplete: 'off', spellcheck: 'false', required: true, class: 'code'});
    const form = h('form', {class: 'panel stack', novalidate: true, on: {submit: async event => {
        event.preventDefault();
        if (button.disabled)
            return;
        button.disabled = true;
        await find(form, input.value.trim(), signal);
        button.disabled = false;
    }}}, field(words.search, input, words.hint));
    const button = h('button', {type: 'submit'}, words.find);
    form.append(h('div', null, button));
    return {title: words.title, content: h('div', {class: 'narrow'}, h('h1', null, words.title), h('p', null, words.lead), form)};
}

/* --- Reservations --- */

const seatList = seats => seats.map(words.seat).join('; ');

function refundButton(found, refresh) {
    const key = newKey();
    return found.status === 'CONFIRMED' && h('button', {type: 'button', class: 'plain danger small', 'aria-label': `${words.refund}: ${words.reservation(found.reservationId)}`,
        on: {click: async () => {
            const done = await act({title: words.refundAsk(found.reservationId), yes: words.refund, danger: true, done: words.refunded,
                text: h('div', null, h('p', null, seatList(found.seats)), h('p', null, words.refundText(found))),
                run: async () => (await api('POST', `/reservations/${found.reservationId}/refund`, {key, retry: 3})).body});
            if (done)
                refresh();
        }}}, words.refund);
}

export async function reservation({params, signal, refresh}) {
    const found = (await api('GET', `/admin/reservations/${params[0]}`, {signal})).body;
    const concert = await getConcert(found.concertId, signal);
    const zone = concert.timeZone;
    const pairs = [[words.status, statusBadge(found.status)], [words.user, h('a', {class: 'code', href: `#/buyers/${found.userId}`}, found.userId)],
        [words.concert, h('a', {href: `#/concerts/${concert.concertId}`}, concert.title)], [words.show, h('a', {href: `#/dates/${found.scheduleId}`}, dateTime(found.startsAt, zone))], [words.amount, money(found.amount)], [words.made, dateTime(found.createdAt, zone)],
        found.paidAt && [words.paid, dateTime(found.paidAt, zone)], found.paymentId && [words.payment, found.paymentId],
        found.status === 'PENDING' && [words.until, dateTime(found.holdExpiresAt, zone)]];
    return {title: words.reservation(params[0]), content: [crumbs(words.up, [[words.title, '#/buyers']]), h('h1', null, words.reservation(found.reservationId)),
        h('div', {class: 'panel'}, facts(pairs), h('h2', null, words.seats), h('ul', {class: 'seatlist'}, found.seats.map(seat => h('li', null, `${words.seat(seat)} — ${money(seat.price)}`))),
            h('div', {class: 'row'}, h('a', {class: 'button plain small', href: `#/buyers/${found.userId}`}, words.all), refundButton(found, refresh)))]};
}

const pages = (path, member, signal) => async cursor => {
    const {body} = await api('GET', `${path}?limit=20${cursorParam(cursor)}`, {signal});
    return {items: body[member], next: body.next};
};

/* --- A buyer --- */

function chargeForm(user, refresh) {
    const key = newKey();
    const input = h('input', {type: 'number', inputmode: 'numeric', name: 'amount', min: 1, step: 1, required: true});
    const form = h('form', {class: 'stack', novalidate: true, on: {submit: async event => {
        event.preventDefault();
        const amount = Number(input.value);
        if (!Number.isSafeInteger(amount) || amount < 1) {
            showWrong(form, {amount: words.positive});
            return;
        }
        const done = await act({title: words.chargeAsk, yes: words.charge, done: got => words.charged(got.balance),
            text: h('div', null, h('p', null, h('code', null, user)), h('p', {class: 'sum'}, money(amount))),
            wrong: problem => atField(form)(problem) || (problem.status === 422 && showWrong(form, {amount: problemText(problem)})),
            run: async () => (await api('POST', `/users/${user}/balance/charges`, {body: {amount}, key: `${key}-${amount}`, retry: 3})).body});
        if (done)
            refresh();
    }}}, field(words.how, input, words.howHint), h('div', null, h('button', {type: 'submit', class: 'plain'}, words.charge)));
    return form;
}

export async function buyer({params, signal, refresh}) {
    const user = params[0].toLowerCase();
    const {body} = await api('GET', `/users/${user}/balance`, {signal});
    const reservations = await pagedTable(words.reservations, [[words.number], [words.status], [words.seats], [words.amount, 'amount'], [words.made], [words.action]],
        pages(`/users/${user}/reservations`, 'reservations', signal),
        r => [h('a', {href: `#/reservations/${r.reservationId}`}, r.reservationId), statusBadge(r.status), seatList(r.seats), money(r.amount),
            dateTime(r.createdAt), refundButton(r, refresh)]);
    const ledger = await pagedTable(words.ledger, [[words.entry], [words.type], [words.amount, 'amount'], [words.after, 'amount'], [words.number], [words.at]],
        pages(`/users/${user}/balance/entries`, 'entries', signal), e => [e.entryId, words.types[e.type] || e.type, money(e.amount), money(e.balanceAfter),
            e.reservationId ? h('a', {href: `#/reservations/${e.reservationId}`}, e.reservationId) : '', dateTime(e.createdAt)]);
    return {title: words.buyer, content: [crumbs(words.up, [[words.title, '#/buyers']]), h('h1', null, words.buyer), h('p', null, h('code', null, user)),
        h('div', {class: 'beside'}, h('section', {class: 'panel'}, h('h2', null, words.balance), h('p', {class: 'sum'}, money(body.balance))), h('section', {class: 'panel'}, h('h2', null, words.charge), chargeForm(user, refresh))),
        h('section', {class: 'panel'}, h('h2', null, words.reservations), reservations), h('section', {class: 'panel'}, h('h2', null, words.ledger), ledger)]};
}
