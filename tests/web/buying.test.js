/* A purchase from beginning to end, by finger, by keyboard, and with too little in the wallet. */
import assert from 'node:assert/strict';
import {randomUUID} from 'node:crypto';
import * as buyer from './lib/buyer.js';
import {expect} from './lib/expect.js';
import * as site from './lib/site.js';
import {test} from './lib/test.js';

test('a new visitor of the demo has a ticket in under a minute and a few touches', async t => {
    await site.sale({days: 0.05, seats: {count: 500, price: 45000}}); // the first of the list, whatever others sell
    const page = await t.visitor({width: 390, height: 844, hasTouch: true, isMobile: true});
    let touches = 0;
    const tap = async locator => {
        touches++;
        await locator.tap();
    };
    const begun = Date.now();
    await page.goto('/');
    await tap(page.getByRole('main').getByRole('link').filter({hasText: 'Open'}).first());
    await tap(buyer.button(page, 'Join the queue'));
    await tap(page.getByRole('link').filter({hasText: /seats left/}).first());
    await tap(buyer.button(page, 'Hold the best seats'));
    await tap(buyer.button(page, /^Top up /));
    await tap(buyer.button(page, /^Pay /));
    await expect(page.getByRole('img', {name: /^Ticket/}), 'the ticket with its code').toShow();
    const seconds = (Date.now() - begun) / 1000;
    t.figure(`from / to the ticket: ${touches} touches, ${seconds.toFixed(1)} s without reading`);
    assert(touches <= 7 && seconds < 60, `${touches} touches, ${seconds} s`);
});

/* Tab until it has the focus; the focus must never get lost on the way. */
async function tabTo(page, locator, key = 'Tab') {
    await expect(locator).toShow();
    for (let i = 0; i < 200; i++) {
        if (await locator.evaluate(node => node === document.activeElement))
            return;
        await page.keyboard.press(key);
        assert.notEqual(await page.evaluate(() => document.activeElement), null);
    }
    throw new Error(`${locator} is not reached by ${key}`);
}

async function pressOn(page, locator) {
    await tabTo(page, locator);
    await page.keyboard.press('Enter');
}

const headed = async (page, name) => {
    await expect(buyer.heading(page, name)).toShow();
    assert.equal(await page.evaluate(() => document.activeElement.tagName), 'H1', `${name}: the heading has the focus`);
};

test('a whole purchase with the keyboard alone', async t => {
    const {concert} = await site.sale({days: 1, seats: {count: 30, price: 40000}});
    const page = await t.visitor();
    await buyer.arrive(page, await site.user());
    await headed(page, 'Concerts');
    await pressOn(page, await buyer.findConcert(page, concert.title, more => pressOn(page, more)));
    await headed(page, concert.title);
    await pressOn(page, buyer.button(page, 'Join the queue'));
    await headed(page, 'Choose a date');
    await pressOn(page, page.getByRole('link').filter({hasText: /seats left/}));
    const map = page.locator('[tabindex="0"]').filter({has: page.locator('canvas')}).or(page.locator('canvas[tabindex="0"]')).first();
    await tabTo(page, map);
    await page.keyboard.press('ArrowRight');
    await page.keyboard.press('Space');
    await page.keyboard.press('ArrowRight');
    await page.keyboard.press('Space');
    await pressOn(page, buyer.button(page, /^Hold 2 seats ·/));
    await headed(page, 'Your seats are held');
    await pressOn(page, buyer.button(page, /^Top up /));
    await pressOn(page, buyer.button(page, /^Pay /));
    await buyer.paid(page);
    await headed(page, concert.title);
});

test('what the wallet lacks is said, topped up and paid, and the history tells it', async t => {
    const sale = await site.sale({seats: {count: 10, price: 30000}});
    const page = await t.visitor();
    const {who} = await buyer.atSeats(page, sale.concert, sale.show);
    await site.charge(who, 10000);
    await buyer.choose(page, 3, 4);
    await buyer.hold(page);
    await buyer.seeWallet(page);
    assert(await buyer.button(page, /^Pay /).isDisabled(), 'nobody can pay what they do not have');
    await buyer.button(page, 'Top up ₩50,000').click();
    await buyer.button(page, 'Pay ₩60,000').click();
    await buyer.paid(page);
    assert.deepEqual(await site.ledger(who), ['PAYMENT -60000', 'CHARGE 50000', 'CHARGE 10000']);
    await buyer.link(page, 'My page').first().click();
    await expect(page.getByRole('row').filter({hasText: 'Payment'}), 'the payment in the history').toSay('-₩60,000');
});

test('what was spent elsewhere meanwhile is told when it is paid, with a way on', async t => {
    const sale = await site.sale({seats: {count: 10, price: 30000}});
    const other = await site.sale({seats: {count: 10, price: 20000}});
    const page = await t.visitor();
    const {who} = await buyer.atSeats(page, sale.concert, sale.show);
    await site.charge(who, 30000);
    await site.enter(who, other.concert.concertId);
    const held = await site.buy(who, other.show.scheduleId, [1], {pay: false});
    await buyer.choose(page, 5);
    await buyer.hold(page);
    await buyer.seeWallet(page);
    await site.call('POST', '/payments', {token: who.queue, body: {reservationId: held.reservationId}});
    await buyer.button(page, 'Pay ₩30,000').click();
    await buyer.button(page, 'Top up ₩20,000').click();
    await buyer.button(page, 'Pay ₩30,000').click();
    await buyer.paid(page);
    assert.deepEqual(await site.ledger(who), ['PAYMENT -30000', 'CHARGE 20000', 'PAYMENT -20000', 'CHARGE 30000']);
});

test('who may not charge is told where to, and pays when it has been', async t => {
    const sale = await site.sale({seats: {count: 10, price: 30000}});
    const page = await t.visitor();
    const {userId} = await site.user();
    const who = {userId, token: site.mint(userId)};
    await buyer.goInside(page, who, sale.concert.concertId);
    await buyer.openSeats(page);
    await buyer.choose(page, 1);
    await buyer.hold(page);
    await expect(page.getByText('Your wallet does not hold enough. Charge it where you signed in')).toShow();
    assert.equal(await buyer.button(page, /^Top up /).count(), 0, 'no button that cannot work');
    await site.call('POST', `/users/${userId}/balance/charges`, {token: site.adminToken(), body: {amount: 30000}});
    await buyer.pay(page);
});

test('a ticket is given back: asked once, the money is in the wallet, the seat is free', async t => {
    const sale = await site.sale({seats: {count: 10, price: 30000}});
    const who = await site.enter(await site.user(), sale.concert.concertId);
    const {reservationId} = await site.buy(who, sale.show.scheduleId, [2]);
    const page = await t.visitor();
    await buyer.arrive(page, who, `/reservations/${reservationId}`);
    await buyer.button(page, 'Refund').click();
    await page.getByRole('dialog').getByRole('button', {name: 'Keep it'}).click();
    assert.deepEqual(await site.ledger(who), ['PAYMENT -30000', 'CHARGE 30000'], 'nothing happened yet');
    await buyer.button(page, 'Refund').click();
    await page.getByRole('dialog').getByRole('button', {name: 'Refund'}).click();
    await expect(page.getByRole('main').getByText('Refunded', {exact: true}), 'the state').toShow();
    assert.deepEqual(await site.ledger(who), ['REFUND 30000', 'PAYMENT -30000', 'CHARGE 30000']);
    const {schedules: [figures]} = await site.admin('GET', `/admin/concerts/${sale.concert.concertId}/stats`);
    assert.equal(figures.available, 10);
});

test('who pays one of two holds is warned before, and told afterwards what became of the other', async t => {
    const sale = await site.sale({seats: {count: 10, price: 30000}});
    const page = await t.visitor();
    const who = await site.user();
    await site.charge(who, 100000);
    await buyer.goInside(page, who, sale.concert.concertId);
    const other = await site.buy(await site.enter(who, sale.concert.concertId), sale.show.scheduleId, [1, 2], {pay: false});
    await buyer.openSeats(page);
    await buyer.choose(page, 5);
    await expect(page.getByRole('checkbox', {name: /seat 1, .*, held by you$/}), 'that the first hold is one\'s own').toShow();
    await buyer.hold(page);
    await expect(page.getByText('Paying ends your turn: your other 2 seats are given back.')).toShow();
    await buyer.pay(page);
    const ticket = page.url();
    await page.goto(`/#/concerts/${sale.concert.concertId}/hold/${other.reservationId}`);
    await expect(page.getByText('They were given back when you paid for others.')).toShow();
    await buyer.link(page, 'Ticket').click();
    await site.until(() => page.url() === ticket, 'the ticket that was paid');
});

test('a link whose sign-in is over says so at once, and the demo goes on with a new visitor', async t => {
    const {concert} = await site.sale();
    const page = await t.visitor();
    const over = Buffer.from(JSON.stringify({sub: randomUUID(), exp: 1})).toString('base64url');
    await buyer.arrive(page, {token: `e30.${over}.e30`}, `/concerts/${concert.concertId}`);
    await expect(page.getByText('Your sign-in has expired.').first()).toShow();
    await buyer.join(page);
    await buyer.button(page, 'Go on as a new visitor').click();
    await expect(buyer.heading(page, concert.title)).toShow();
    await buyer.join(page);
    await expect(buyer.heading(page, 'Choose a date')).toShow();
});
