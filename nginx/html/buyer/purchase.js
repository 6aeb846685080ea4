/*
 * From the hold to the ticket: paying, refunds, the visitor's own page.
 *
 * A payment keeps one Idempotency-Key while its reservation is unpaid: a lost answer, a second tab or an
 * impatient finger never pays twice. What counts is the reservation as the server tells it.
 */
import {call, newKey, Problem, serverNow} from '../common/api.js';
import {ask, fill, h, say, toast} from '../common/dom.js';
import {countdown, dateTime, day, language, money, timeOnly} from '../common/words.js';
import {chargeOnce, here, insist, kept, onBeat, takeHold, tellTabs} from './calls.js';
import {needInside, ownReservations, placeProblem, seatName, seatsName, sessionOver, zoned} from './parts.js';
import {loginAddress, LoginNeeded, needUser, placeOf, signedOut, user} from './visitor.js';
import {text} from './words.js';

/* How often the wallet is looked at while it does not hold enough, ms. */
const LOOK = 5000;

const showTime = ({startsAt}, {timeZone}) => zoned(`${day(startsAt, timeZone)} ${timeOnly(startsAt, timeZone)}`, timeZone);
const timeOf = (moment, {timeZone}) => moment && zoned(dateTime(moment, timeZone), timeZone);

function paymentKey(reservationId) {
    const slot = `pay:${reservationId}`;
    const key = kept.get(slot) || newKey();
    kept.set(slot, key);
    return key;
}

function seatTable(reservation) {
    return h('table', null, h('caption', {class: 'unseen'}, text.yourSeats),
        h('tbody', null, reservation.seats.map(seat => h('tr', null, h('td', null, seatName(seat)), h('td', {class: 'amount'}, money(seat.price)))),
            h('tr', {class: 'total'}, h('th', {scope: 'row'}, text.sum), h('td', {class: 'amount'}, money(reservation.amount)))));
}

export async function showHold(page, concertId, reservationId) {
    const visitor = user();
    if (!visitor) {
        page.replace(`/concerts/${concertId}`);
        return;
    }
    const place = placeOf(visitor.id, concertId);
    const fetchIt = async () => (await insist('GET', `/reservations/${reservationId}`, {token: visitor.token, signal: page.signal})).body;
    const done = () => {
        over.abort();
        kept.set(`pay:${reservationId}`, null);
        place.end(null);
        page.replace(`/reservations/${reservationId}`);
    };
    const over = new AbortController(); // no more clock or wallet
    page.signal.addEventListener('abort', () => over.abort());
    let reservation = await fetchIt();
    if (reservation.status === 'CONFIRMED' || reservation.status === 'REFUNDED') {
        done();
        return;
    }
    const {body: concert} = await insist('GET', `/concerts/${concertId}`, {signal: page.signal});
    let others = []; // of the concert
    const lookForOthers = async () => {
        others = (await ownReservations(visitor, page.signal)).filter(r => r.concertId === concertId && r.reservationId !== reservationId);
    };
    const otherHolds = () => others.filter(r => r.status === 'PENDING' && Date.parse(r.holdExpiresAt) > serverNow());
    const holdLink = (props, r, words) => h('a', {href: `#/concerts/${concertId}/hold/${r.reservationId}`, ...props}, words);

    /* The hold is gone: by time, by hand (`given`), or with the turn. */
    const showGone = async (status, given) => {
        over.abort();
        await lookForOthers().catch(() => null);
        if (page.signal.aborted)
            return;
        const expired = status !== 'CANCELED';
        const inside = place.phase === 'inside';
        const [other] = otherHolds();
        const paid = !expired && !given && others.find(r => r.paidAt >= reservation.createdAt && r.paidAt <= reservation.holdExpiresAt);
        place.setHold(other || null);
        const again = h('button', {type: 'button'}, text.trySame);
        again.addEventListener('click', async () => {
            again.disabled = true;
            try {
                const made = await takeHold(place, {scheduleId: reservation.scheduleId, seatNumbers: reservation.seats.map(seat => seat.seatNumber)}, page.signal);
                page.replace(`/concerts/${concertId}/hold/${made.reservationId}`);
            } catch (problem) {
                if (page.signal.aborted || placeProblem(page, place, problem))
                    return;
                here.set(`choice:${reservation.scheduleId}`, reservation.seats.map(seat => seat.seatNumber));
                toast(problem.detail, 'bad');
                page.replace(`/concerts/${concertId}/dates/${reservation.scheduleId}`);
            }
        });
        const heading = h('h1', {tabindex: '-1'}, expired ? text.holdOver : given ? text.holdGiven : text.goneTitle);
        here.set(`choice:${reservation.scheduleId}`, expired ? reservation.seats.map(seat => seat.seatNumber) : null);
        fill(page.node, heading, h('p', null, expired ? text.holdOverText : paid ? text.gonePaid : inside && text.holdGivenText),
            h('div', {class: 'buttons'}, expired && inside && again, paid && h('a', {class: 'button', href: `#/reservations/${paid.reservationId}`}, text.ticket),
                other && holdLink({class: 'button'}, other, text.goOnPay),
                inside ? h('a', {class: 'button plain', href: `#/concerts/${concertId}/dates/${reservation.scheduleId}`}, text.backToSeats)
                    : h('a', {class: 'button plain', href: `#/concerts/${concertId}`}, text.queueAgain)));
        heading.focus();
        say(heading.textContent, {assertive: true});
    };

    /* Asks the server how the reservation stands. True if it waits for its payment. */
    const settle = async () => {
        reservation = await fetchIt();
        if (reservation.status === 'CONFIRMED')
            done();
        else if (reservation.status !== 'PENDING')
            await showGone(reservation.status);
        return reservation.status === 'PENDING';
    };
    const onOver = async () => {
        if (!over.signal.aborted)
            await settle();
        if (place.over && !['CONFIRMED', 'CANCELED'].includes(reservation.status))
            sessionOver(page, place, visitor);
    };
    if (reservation.status === 'PENDING') {
        if (!needInside(page, concertId, onOver))
            return;
    }
    page.title = `${text.pay} · ${concert.title}`;
    page.width = 'narrow';
    if (reservation.status !== 'PENDING') {
        await showGone(reservation.status);
        return;
    }

    const parts = {
        clock: h('strong', {class: 'clock number', role: 'timer'}), seats: h('div'), wallet: h('dl', {class: 'facts'}),
        charge: h('button', {type: 'button', class: 'big', hidden: true}), pay: h('button', {type: 'button', class: 'big', 'aria-describedby': 'pay-ends'}),
        extend: h('button', {type: 'button', class: 'plain', hidden: Boolean(kept.get(`extended:${reservationId}`))}, text.extend),
        give: h('button', {type: 'button', class: 'plain'}, text.giveBack), others: h('p', {class: 'note warn', id: 'pay-ends', role: 'status', hidden: true}), note: h('p', {class: 'note warn', hidden: true}), hint: h('p', {class: 'quiet', role: 'status'}),
    };
    let balance = null;
    let busy = '';

    const draw = () => {
        const missing = balance === null ? 0 : Math.max(0, reservation.amount - balance);
        fill(parts.wallet, balance !== null && [
            h('div', null, h('dt', null, text.balance), h('dd', {class: 'number'}, money(balance))),
            missing > 0 ? h('div', null, h('dt', null, text.missingAmount), h('dd', {class: 'number lack'}, money(missing)))
                : h('div', null, h('dt', null, text.balanceAfter), h('dd', {class: 'number'}, money(balance - reservation.amount)))]);
        parts.charge.hidden = !(missing > 0 && visitor.mayCharge);
        parts.charge.textContent = busy === 'charge' ? text.charging : text.chargeMissing(money(missing));
        parts.pay.textContent = busy === 'pay' ? text.paying : text.payNow(money(reservation.amount));
        parts.pay.disabled = Boolean(busy) || missing > 0;
        parts.pay.classList.toggle('plain', missing > 0);
        parts.hint.textContent = missing > 0 ? visitor.mayCharge ? text.chargeFirst : text.chargeElsewhere : '';
        for (const button of [parts.charge, parts.extend, parts.give])
            button.disabled = Boolean(busy);
    };
    /* Paying ends the turn, and with it what else is held. */
    const drawOthers = () => {
        const holds = otherHolds();
        const key = holds.map(r => r.reservationId).join();
        if (parts.others.dataset.key === key)
            return;
        parts.others.dataset.key = key;
        parts.others.hidden = !key;
        fill(parts.others, text.payEnds(holds.reduce((sum, r) => sum + r.seats.length, 0)), holds.map(r => [' ', holdLink(null, r, seatsName(r.seats))]));
    };
    let lastHold = '';
    const watchOthers = async () => {
        const {id} = place.hold || {};
        if (lastHold === id)
            return;
        lastHold = id;
        await lookForOthers();
        drawOthers();
    };
    /* What another tab or the site's own page has charged counts here too. */
    let lookAt = Infinity;
    const look = async () => {
        const before = balance;
        lookAt = Infinity;
        balance = (await insist('GET', '/users/me/balance', {token: visitor.token, signal: over.signal})).body.balance;
        lookAt = Date.now() + LOOK;
        if (balance !== before)
            draw();
    };
    /* One thing at a time, and what went wrong said. */
    const doing = (what, action) => async () => {
        if (busy)
            return;
        const pressed = document.activeElement;
        busy = what;
        parts.note.hidden = true;
        draw();
        try {
            await action();
        } catch (problem) {
            if (!page.signal.aborted && !over.signal.aborted)
                await refused(problem);
        }
        busy = '';
        if (over.signal.aborted)
            return;
        draw();
        if (document.activeElement === document.body && pressed && !pressed.hidden)
            pressed.focus();
    };
    const refused = async problem => {
        if (problem.code === 'INSUFFICIENT_BALANCE')
            balance = problem.body.balance;
        else if (['ALREADY_PAID', 'HOLD_EXPIRED', 'QUEUE_TOKEN_EXPIRED'].includes(problem.code)) {
            if (await settle())
                placeProblem(page, place, problem);
            return;
        } else if (problem.code === 'NOT_EXTENDABLE') {
            parts.extend.hidden = true;
            kept.set(`extended:${reservationId}`, true);
        }
        parts.note.textContent = problem.detail || text.failedText;
        parts.note.hidden = false;
        say(parts.note.textContent, {assertive: true});
    };
    parts.charge.addEventListener('click', doing('charge', async () => {
        balance = await chargeOnce(visitor, reservation.amount - balance, `reservation:${reservationId}`, page.signal);
        say(text.charged(money(balance)));
        setTimeout(() => parts.pay.focus());
    }));
    parts.pay.addEventListener('click', doing('pay', async () => {
        say(text.paying);
        await insist('POST', '/payments', {token: place.token, body: {reservationId}, key: paymentKey(reservationId), signal: page.signal});
        here.set(`choice:${reservation.scheduleId}`, null);
        here.set('just-paid', reservationId);
        tellTabs();
        done();
    }));
    parts.extend.addEventListener('click', doing('extend', async () => {
        reservation = (await insist('POST', `/reservations/${reservationId}/extend`, {token: place.token, key: newKey(), signal: page.signal})).body;
        place.setHold(reservation);
        tick();
        kept.set(`extended:${reservationId}`, true);
        parts.extend.hidden = true;
        say(text.extended);
        parts.pay.focus();
    }));
    parts.give.addEventListener('click', doing('give', async () => {
        if (!await ask({title: text.giveTitle, text: text.giveText, yes: text.giveBack, no: text.stay, danger: true}))
            return;
        await insist('DELETE', `/reservations/${reservationId}`, {token: place.token, key: newKey(), signal: page.signal});
        await showGone('CANCELED', true);
    }));

    fill(page.node, h('p', {class: 'kind'}, concert.title), h('h1', null, text.payTitle),
        h('p', null, showTime(reservation, concert)),
        h('p', {class: 'note'}, text.heldFor, ' ', parts.clock, ' ', parts.extend),
        h('section', {class: 'panel'}, parts.seats, parts.wallet, parts.others, parts.note, h('div', {class: 'buttons'}, parts.charge, parts.pay), parts.hint),
        h('div', {class: 'buttons'}, parts.give));
    fill(parts.seats, seatTable(reservation));
    draw();
    let told = false;
    const tick = () => {
        const left = (Date.parse(reservation.holdExpiresAt) - serverNow()) / 1000;
        drawOthers();
        parts.clock.textContent = countdown(left);
        if (left < 60 && !told) {
            told = true;
            say(text.holdShort);
        }
        if (balance < reservation.amount && !busy && !document.hidden && Date.now() >= lookAt)
            look().catch(() => null);
        if (left < -0.5 && busy !== 'pay' && busy !== 'settle') {
            busy = 'settle';
            settle().catch(() => null).finally(() => { busy = ''; });
        }
    };
    tick();
    onBeat(tick, over.signal);
    place.addEventListener('change', () => watchOthers().catch(() => null), {signal: over.signal});
    watchOthers().catch(() => null);
    await look();
}

/* --- A reservation: its seats, its ticket, giving it back --- */

const kinds = {PENDING: 'warn', CONFIRMED: 'good', REFUNDED: 'off', EXPIRED: 'off', CANCELED: 'off'};

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

/* As a picture: nothing in it can run. Null where there is none. */
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

/** When the money went back, as far as the newest entries of the wallet tell. */
async function refundTime(visitor, reservationId, signal) {
    const {body} = await insist('GET', '/users/me/balance/entries?limit=100', {token: visitor.token, signal});
    const [entry] = body.entries.filter(one => one.type === 'REFUND' && one.reservationId === reservationId);
    return entry && entry.createdAt;
}

function facts(reservation, concert, refundedAt) {
    const row = (name, ...value) => value[0] && h('div', null, h('dt', null, name), h('dd', null, value));
    return h('dl', {class: 'facts wide'},
        row(text.date, showTime(reservation, concert)),
        row(text.yourSeats, h('ul', {class: 'plain-list'}, reservation.seats.map(seat => h('li', null, seatName(seat))))),
        row(text.sum, money(reservation.amount)), row(text.paidAt, timeOf(reservation.paidAt, concert)), row(text.refundedAt, timeOf(refundedAt, concert)),
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
    const refundedAt = reservation.status === 'REFUNDED' && await refundTime(visitor, reservationId, page.signal);
    const justPaid = here.get('just-paid') === reservationId;
    here.set('just-paid', null);
    const ticket = h('div', {class: 'ticket'});
    const links = h('div', {class: 'buttons'});

    page.title = `${confirmed ? text.ticket : text.reservation} · ${concert.title}`;
    page.width = 'narrow';
    fill(page.node, justPaid && h('p', {class: 'note good'}, text.paid),
        h('p', {class: 'kind'}, confirmed ? text.ticket : text.reservation), h('h1', null, concert.title), concert.artist && h('p', {class: 'artist'}, concert.artist),
        h('section', {class: 'panel ticket-panel'}, h('div', {class: 'row'}, reservationBadge(reservation.status)), ticket, facts(reservation, concert, refundedAt)),
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

/* --- The visitor's own page --- */

const shortTime = new Intl.DateTimeFormat(language, {dateStyle: 'medium', timeStyle: 'short'});
const CHARGES = [50000, 100000, 300000];

/* A list that the server gives in pages. */
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
        return h('li', null, h('a', {class: 'panel card', href: `#/reservations/${reservation.reservationId}`},
            h('span', {class: 'card-text'}, h('strong', {class: 'card-title'}, concert.title),
                h('span', null, showTime(reservation, concert)), h('span', {class: 'quiet'}, seatsName(reservation.seats))),
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
    }}}, h('label', {for: 'charge-amount'}, text.amount), amount, button);
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
