/* A reservation: its seats, its ticket once it is paid, and giving it back. */
import {call, newKey, Problem, serverNow} from '../common/api.js';
import {ask, fill, h, say, toast} from '../common/dom.js';
import {dateTime, day, language, money, timeOnly} from '../common/words.js';
import {here} from './browser.js';
import {chargeOnce, insist, tellTabs} from './calls.js';
import {seatName} from './hall.js';
import {loginAddress, LoginNeeded, needUser, signedOut, user} from './visitor.js';
import {text} from './words.js';

const kinds = {PENDING: 'warn', CONFIRMED: 'good', REFUNDED: 'off', EXPIRED: 'off', CANCELED: 'off'};

/** What the state of a reservation is called in short. */
const reservationBadge = status => h('span', {class: `badge ${kinds[status] || ''}`}, text.reservationStates[status] || status);

/** The concert of a reservation; one that is over is not told any more. */
async function concertOf(reservation, signal) {
    try {
        return (await insist('GET', `/concerts/${reservation.concertId}`, {signal})).body;
    } catch (problem) {
        if (!(problem instanceof Problem) || problem.status !== 404)
            throw problem;
        return {title: text.concertNumber(reservation.concertId), artist: null, timeZone: undefined};
    }
}

/* The ticket as a picture: nothing in it can run, whatever it is. Null where there is none. */
async function ticketPicture(visitor, reservationId, signal) {
    try {
        const {body} = await call('GET', `/reservations/${reservationId}/ticket`, {token: visitor.token, accept: 'image/svg+xml', signal, retry: 3});
        const url = URL.createObjectURL(new Blob([body], {type: 'image/svg+xml'}));
        signal.addEventListener('abort', () => URL.revokeObjectURL(url));
        return url;
    } catch (problem) {
        if (!(problem instanceof Problem))
            throw problem;
        return null;
    }
}

function facts(reservation, concert) {
    const row = (name, ...value) => value[0] && h('div', null, h('dt', null, name), h('dd', null, value));
    return h('dl', {class: 'facts wide'},
        row(text.date, `${day(reservation.startsAt, concert.timeZone)} ${timeOnly(reservation.startsAt, concert.timeZone)}`),
        row(text.yourSeats, h('ul', {class: 'plain-list'}, reservation.seats.map(seat => h('li', null, seatName(seat))))),
        row(text.sum, money(reservation.amount)), row(text.paidAt, reservation.paidAt && dateTime(reservation.paidAt)),
        row(text.reservationNumber, String(reservation.reservationId)));
}

async function refund(page, visitor, reservation) {
    if (!await ask({title: text.refundTitle, text: text.refundText(money(reservation.amount)), yes: text.refund, no: text.keep, danger: true}))
        return;
    try {
        const {body} = await insist('POST', `/reservations/${reservation.reservationId}/refund`, {token: visitor.token, key: newKey(), signal: page.signal});
        tellTabs();
        toast(text.refunded(money(body.balance)));
        page.again();
    } catch (problem) {
        if (page.signal.aborted)
            return;
        if (!(problem instanceof Problem))
            throw problem;
        toast(problem.detail || text.failedText, 'bad');
    }
}

export async function showReservation(page, reservationId) {
    const visitor = user();
    if (!visitor)
        throw new LoginNeeded();
    const {body: reservation} = await insist('GET', `/reservations/${reservationId}`, {token: visitor.token, signal: page.signal});
    const concert = await concertOf(reservation, page.signal);
    const confirmed = reservation.status === 'CONFIRMED';
    const justPaid = here.get('just-paid') === reservationId;
    here.set('just-paid', null);
    const ticket = h('div', {class: 'ticket'});
    const links = h('div', {class: 'buttons'});

    page.title = `${confirmed ? text.ticket : text.reservation} · ${concert.title}`;
    page.width = 'narrow';
    fill(page.node, justPaid && h('p', {class: 'note good'}, text.paid),
        h('p', {class: 'kind'}, confirmed ? text.ticket : text.reservation), h('h1', null, concert.title), concert.artist && h('p', {class: 'artist'}, concert.artist),
        h('section', {class: 'panel ticket-panel'}, h('div', {class: 'row'}, reservationBadge(reservation.status)), ticket, facts(reservation, concert)),
        links);
    const open = reservation.status === 'PENDING' && h('a', {class: 'button', href: `#/concerts/${reservation.concertId}/hold/${reservationId}`}, text.goOnPay);
    const refundable = confirmed && Date.parse(reservation.startsAt) > serverNow();
    const giveBack = refundable && h('button', {type: 'button', class: 'plain danger', on: {click: () => refund(page, visitor, reservation)}}, text.refund);
    const others = h('a', {class: 'button plain', href: '#/me'}, text.myPage);
    fill(links, open, others, giveBack);
    if (justPaid)
        say(text.paid, {assertive: true});
    if (!confirmed)
        return;
    ticketPicture(visitor, reservationId, page.signal).then(url => {
        if (!url || page.signal.aborted)
            return;
        fill(ticket, h('img', {src: url, alt: text.ticketAlt(reservationId), class: 'ticket-image'}));
        fill(links, h('button', {type: 'button', on: {click: () => print()}}, text.print),
            h('a', {class: 'button plain', href: url, download: `frontrow-${reservationId}.svg`}, text.download), others, giveBack);
    }).catch(() => null);
}

/* The visitor's own page: the wallet with its history, and the reservations. */

const shortTime = new Intl.DateTimeFormat(language, {dateStyle: 'medium', timeStyle: 'short'});
const CHARGES = [50000, 100000, 300000];

/* A list that the server gives in pages: fetches them one by one and appends what `make` says. */
function paged(path, member, make, container, visitor, signal) {
    const more = h('button', {type: 'button', class: 'plain', hidden: true}, text.more);
    let next = null;
    const load = async () => {
        const {body} = await insist('GET', `${path}?limit=10${next ? `&cursor=${encodeURIComponent(next)}` : ''}`, {token: visitor.token, signal});
        const made = await Promise.all(body[member].map(make));
        container.append(...made);
        next = body.next;
        more.hidden = !next;
        return made[0];
    };
    more.addEventListener('click', async () => {
        more.disabled = true;
        const first = await load().finally(() => { more.disabled = false; });
        if (first) {
            first.tabIndex = -1;
            first.focus();
        }
    });
    return {more, load};
}

function ledgerRow(entry) {
    return h('tr', null, h('td', {class: 'when'}, shortTime.format(new Date(entry.createdAt))),
        h('td', null, text.entryTypes[entry.type] || entry.type, entry.reservationId && [' ', h('a', {href: `#/reservations/${entry.reservationId}`}, `#${entry.reservationId}`)]),
        h('td', {class: 'amount'}, `${entry.amount > 0 ? '+' : ''}${money(entry.amount)}`), h('td', {class: 'amount'}, money(entry.balanceAfter)));
}

function reservationCards(signal) {
    const concerts = new Map();
    return async reservation => {
        if (!concerts.has(reservation.concertId))
            concerts.set(reservation.concertId, concertOf(reservation, signal));
        const concert = await concerts.get(reservation.concertId);
        const [first] = reservation.seats;
        const seats = reservation.seats.length > 1 ? text.andMore(seatName(first), reservation.seats.length - 1) : seatName(first);
        return h('li', null, h('a', {class: 'panel card', href: `#/reservations/${reservation.reservationId}`},
            h('span', {class: 'card-text'}, h('strong', {class: 'card-title'}, concert.title),
                h('span', null, `${day(reservation.startsAt, concert.timeZone)} ${timeOnly(reservation.startsAt, concert.timeZone)}`), h('span', {class: 'quiet'}, seats)),
            h('span', {class: 'card-state'}, reservationBadge(reservation.status), h('span', {class: 'number'}, money(reservation.amount)))));
    };
}

function chargeForm(page, visitor, onCharged) {
    const amount = h('select', {id: 'charge-amount'}, CHARGES.map(n => h('option', {value: n}, money(n))));
    const button = h('button', {type: 'submit'}, text.charge);
    return h('form', {class: 'row', on: {submit: async event => {
        event.preventDefault();
        button.disabled = true;
        try {
            onCharged(await chargeOnce(visitor, Number(amount.value), 'wallet', page.signal));
        } catch (problem) {
            if (!(problem instanceof Problem))
                throw problem;
            toast(problem.detail || text.failedText, 'bad');
        } finally {
            button.disabled = false;
        }
    }}}, h('label', {for: 'charge-amount'}, text.chargeAmount), amount, button);
}

export async function showMe(page) {
    page.title = text.myPage;
    const visitor = user();
    if (!visitor) {
        if (signedOut() || loginAddress())
            throw new LoginNeeded();
        fill(page.node, h('h1', null, text.myPage), h('p', null, text.nobody), h('div', {class: 'buttons'},
            h('button', {type: 'button', on: {click: () => needUser(page.signal).then(page.again, page.fail)}}, text.demoStart), h('a', {class: 'button plain', href: '#/'}, text.toConcerts)));
        return;
    }
    const balance = h('strong', {class: 'place number'});
    const rows = h('tbody');
    const cards = h('ul', {class: 'cards'});
    const ledger = paged('/users/me/balance/entries', 'entries', ledgerRow, rows, visitor, page.signal);
    const reservations = paged('/users/me/reservations', 'reservations', reservationCards(page.signal), cards, visitor, page.signal);
    const {body} = await insist('GET', '/users/me/balance', {token: visitor.token, signal: page.signal});
    balance.textContent = money(body.balance);
    await Promise.all([ledger.load(), reservations.load()]);
    fill(page.node, h('h1', null, text.myPage),
        h('section', {'aria-labelledby': 'mine'}, h('h2', {id: 'mine'}, text.reservations), cards.firstChild ? cards : h('p', null, text.noReservations), reservations.more),
        h('section', {class: 'panel', 'aria-labelledby': 'wallet'}, h('h2', {id: 'wallet'}, text.wallet), h('p', {class: 'label'}, text.balance), balance,
            visitor.mayCharge && chargeForm(page, visitor, left => {
                toast(text.charged(money(left)));
                page.again();
            }),
            h('h3', null, text.history), rows.firstChild ? h('div', {class: 'scroll', tabindex: '0', role: 'region', 'aria-label': text.history}, h('table', null,
                h('thead', null, h('tr', null, h('th', {scope: 'col'}, text.when), h('th', {scope: 'col'}, text.what), h('th', {scope: 'col', class: 'amount'}, text.amount), h('th', {scope: 'col', class: 'amount'}, text.balance))), rows)) : h('p', {class: 'quiet'}, text.noHistory), ledger.more));
}
