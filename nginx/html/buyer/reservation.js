/* A reservation: its seats, its ticket once it is paid, and giving it back. */
import {Problem, call, newKey, serverNow} from '../common/api.js';
import {ask, fill, h, say, toast} from '../common/dom.js';
import {dateTime, day, money, timeOnly} from '../common/words.js';
import {insist} from './insist.js';
import {seatName} from './seat-words.js';
import {here} from './store.js';
import {LoginNeeded, user} from './user.js';
import {text} from './words.js';

const kinds = {PENDING: 'warn', CONFIRMED: 'good', REFUNDED: 'off', EXPIRED: 'off', CANCELED: 'off'};

/** What the state of a reservation is called in short. */
export const reservationBadge = status => h('span', {class: `badge ${kinds[status] || ''}`}, text.reservationStates[status] || status);

/** The concert of a reservation; one that is over is not told any more. */
export async function concertOf(reservation, signal) {
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

export async function show(page, reservationId) {
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
