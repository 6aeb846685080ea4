/*
 * A hold: the seats are set aside for a while, in which they are paid from the wallet.
 *
 * A payment has one Idempotency-Key for as long as its reservation is unpaid, kept over a reload: a
 * lost answer, a second tab or an impatient finger never pays twice. What counts in the end is the
 * reservation as the server tells it.
 */
import {newKey, serverNow} from '../common/api.js';
import {ask, fill, h, say, toast} from '../common/dom.js';
import {countdown, day, money, timeOnly} from '../common/words.js';
import {here, kept, onBeat} from './browser.js';
import {chargeOnce, giveBack, insist, takeHold, tellTabs} from './calls.js';
import {seatName} from './hall.js';
import {needInside, placeProblem, sessionOver} from './parts.js';
import {placeOf, user} from './visitor.js';
import {text} from './words.js';

/** The key of the payment of that reservation, the same until it is forgotten. */
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

export async function show(page, concertId, reservationId) {
    const visitor = user();
    if (!visitor) {
        page.replace(`/concerts/${concertId}`);
        return;
    }
    const place = placeOf(visitor.id, concertId);
    const fetchIt = async () => (await insist('GET', `/reservations/${reservationId}`, {token: visitor.token, signal: page.signal})).body;
    const done = () => {
        kept.set(`pay:${reservationId}`, null);
        place.end(null);
        page.replace(`/reservations/${reservationId}`);
    };
    let reservation = await fetchIt();
    if (reservation.status === 'CONFIRMED' || reservation.status === 'REFUNDED') {
        done();
        return;
    }
    const {body: concert} = await insist('GET', `/concerts/${concertId}`, {signal: page.signal});
    const over = new AbortController(); // no more clock or wallet
    page.signal.addEventListener('abort', () => over.abort());

    /* The hold is gone, by time or by hand: what was chosen can be tried again. */
    const showGone = status => {
        over.abort();
        place.setHold(null);
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
        const expired = status !== 'CANCELED';
        const heading = h('h1', {tabindex: '-1'}, expired ? text.holdOver : text.holdGiven);
        here.set(`choice:${reservation.scheduleId}`, expired ? reservation.seats.map(seat => seat.seatNumber) : null);
        fill(page.node, heading, h('p', null, expired ? text.holdOverText : text.holdGivenText),
            h('div', {class: 'buttons'}, expired && again, h('a', {class: 'button plain', href: `#/concerts/${concertId}/dates/${reservation.scheduleId}`}, text.backToSeats)));
        heading.focus();
        say(heading.textContent, {assertive: true});
    };

    /* Asks the server how the reservation stands. True if it waits for its payment. */
    const settle = async () => {
        reservation = await fetchIt();
        if (reservation.status === 'CONFIRMED')
            done();
        else if (reservation.status !== 'PENDING')
            showGone(reservation.status);
        return reservation.status === 'PENDING';
    };
    const onOver = async () => {
        if (!over.signal.aborted && (await settle()))
            sessionOver(page, place, visitor);
        else if (reservation.status !== 'CONFIRMED')
            sessionOver(page, place, visitor);
    };
    if (reservation.status === 'PENDING') {
        if (!needInside(page, concertId, onOver))
            return;
    }
    page.title = `${text.pay} · ${concert.title}`;
    page.width = 'narrow';
    if (reservation.status !== 'PENDING') {
        showGone(reservation.status);
        return;
    }

    const parts = {
        clock: h('strong', {class: 'clock number', role: 'timer'}), seats: h('div'), wallet: h('dl', {class: 'facts'}),
        charge: h('button', {type: 'button', class: 'big', hidden: true}), pay: h('button', {type: 'button', class: 'big'}),
        extend: h('button', {type: 'button', class: 'plain', hidden: Boolean(kept.get(`extended:${reservationId}`))}, text.extend),
        give: h('button', {type: 'button', class: 'plain'}, text.giveBack), note: h('p', {class: 'note warn', hidden: true}), hint: h('p', {class: 'quiet', role: 'status'}),
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
    const look = async () => {
        balance = (await insist('GET', '/users/me/balance', {token: visitor.token, signal: over.signal})).body.balance;
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
        over.abort();
        done();
    }));
    parts.extend.addEventListener('click', doing('extend', async () => {
        reservation = (await insist('POST', `/reservations/${reservationId}/extend`, {token: place.token, key: newKey(), signal: page.signal})).body;
        place.setHold(reservation);
        kept.set(`extended:${reservationId}`, true);
        parts.extend.hidden = true;
        say(text.extended);
        parts.pay.focus();
    }));
    parts.give.addEventListener('click', doing('give', async () => {
        if (!await ask({title: text.giveTitle, text: text.giveText, yes: text.giveBack, no: text.stay, danger: true}))
            return;
        await giveBack(place.token, reservationId, page.signal);
        showGone('CANCELED');
    }));

    fill(page.node, h('p', {class: 'kind'}, concert.title), h('h1', null, text.payTitle),
        h('p', null, `${day(reservation.startsAt, concert.timeZone)} ${timeOnly(reservation.startsAt, concert.timeZone)}`),
        h('p', {class: 'note'}, text.heldFor, ' ', parts.clock, ' ', parts.extend),
        h('section', {class: 'panel'}, parts.seats, parts.wallet, parts.note, h('div', {class: 'buttons'}, parts.charge, parts.pay), parts.hint),
        h('div', {class: 'buttons'}, parts.give));
    fill(parts.seats, seatTable(reservation));
    draw();
    let told = false;
    const tick = () => {
        const left = (Date.parse(reservation.holdExpiresAt) - serverNow()) / 1000;
        parts.clock.textContent = countdown(left);
        if (left < 60 && !told) {
            told = true;
            say(text.holdShort);
        }
        if (left < -0.5 && busy !== 'pay' && busy !== 'settle') {
            busy = 'settle';
            settle().catch(() => null).finally(() => { busy = ''; });
        }
    };
    tick();
    onBeat(tick, over.signal);
    await look();
}
