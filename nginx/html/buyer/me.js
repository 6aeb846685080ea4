/* The visitor's own page: the wallet with its history, and the reservations. */
import {Problem} from '../common/api.js';
import {fill, h, toast} from '../common/dom.js';
import {day, language, money, timeOnly} from '../common/words.js';
import {insist} from './insist.js';
import {concertOf, reservationBadge} from './reservation.js';
import {seatName} from './seat-words.js';
import {LoginNeeded, loginAddress, needUser, signedOut, user} from './user.js';
import {chargeOnce} from './wallet.js';
import {text} from './words.js';

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

export async function show(page) {
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
