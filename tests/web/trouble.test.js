/* What gets in the way of a purchase: others, time, the network, a busy server. There is always a way on. */
import assert from 'node:assert/strict';
import * as buyer from './lib/buyer.js';
import {expect} from './lib/expect.js';
import * as site from './lib/site.js';
import {test} from './lib/test.js';

const seat = (page, n) => page.getByRole('checkbox', {name: new RegExp(`(^|, )seat ${n}, `)});
const lost = page => page.getByRole('alert').filter({hasText: 'Somebody was faster.'});

test('two race for one seat: one has it, the other keeps the rest of the choice and goes on', async t => {
    const sale = await site.sale();
    const racers = await Promise.all([8, 9].map(async own => {
        const page = await t.visitor();
        const {who} = await buyer.atSeats(page, sale.concert, sale.show);
        await buyer.choose(page, 7, own);
        return {page, who, own};
    }));
    await Promise.all(racers.map(({page}) => buyer.button(page, /^Hold 2 seats ·/).click()));
    const results = await Promise.all(racers.map(async racer => {
        const held = buyer.heading(racer.page, 'Your seats are held');
        await expect(held.or(lost(racer.page)), 'the hold, or who was faster').toShow();
        return {...racer, won: await held.isVisible()};
    }));
    assert.equal(results.filter(({won}) => won).length, 1, 'exactly one has it');
    const {page, own} = results.find(({won}) => !won);
    await expect(lost(page)).toSay('seat 7');
    assert(await seat(page, 7).isDisabled(), 'the list shows that it is taken');
    assert(await seat(page, own).isChecked(), 'the other seat is still chosen');
    await buyer.button(page, 'Hold the other one').click();
    await expect(buyer.heading(page, 'Your seats are held')).toShow();
    await Promise.all(racers.map(racer => buyer.pay(racer.page)));
    const {sales} = await site.admin('GET', `/admin/schedules/${sale.show.scheduleId}/sales`);
    assert.equal(sales.filter(({seatNumber}) => seatNumber === 7).length, 1);
    assert.equal(sales.length, 3);
});

test('a seat that is taken while one looks is told, the choice is kept, and the nearest is offered', async t => {
    const sale = await site.sale();
    const page = await t.visitor();
    await buyer.atSeats(page, sale.concert, sale.show);
    await buyer.choose(page, 5, 6);
    await site.buy(await site.enter(await site.user(), sale.concert.concertId), sale.show.scheduleId, [5], {pay: false});
    await expect(lost(page), 'that it is taken').toSay('seat 5');
    assert(await seat(page, 6).isChecked() && !await seat(page, 5).isChecked());
    await buyer.button(page, 'Choose the nearest instead').click();
    await buyer.hold(page);
    assert.equal(await page.getByRole('main').getByRole('row').filter({hasText: /seat/}).count(), 2);
});

test('a choice outlives a reload', async t => {
    const sale = await site.sale();
    const page = await t.visitor();
    await buyer.atSeats(page, sale.concert, sale.show);
    await buyer.choose(page, 3, 4);
    await page.reload();
    await expect(buyer.button(page, /^Hold 2 seats ·/)).toShow();
    assert(await seat(page, 3).isChecked() && await seat(page, 4).isChecked());
});

test('a hold that runs out says so, and the same seats can be had again', async t => {
    const sale = await site.sale({concert: {holdSeconds: 6}});
    const page = await t.visitor();
    const {who} = await buyer.atSeats(page, sale.concert, sale.show);
    await buyer.choose(page, 2);
    await buyer.hold(page);
    await expect(buyer.heading(page, 'The hold has run out')).toShow(20000);
    await site.admin('PATCH', `/admin/concerts/${sale.concert.concertId}`, {holdSeconds: 300});
    await buyer.button(page, 'Try the same seats again').click();
    await buyer.pay(page);
    assert.equal((await site.ledger(who)).filter(entry => entry.startsWith('PAYMENT')).length, 1);
});

test('a hold can be made longer once, and given back', async t => {
    const sale = await site.sale({concert: {holdSeconds: 100, holdExtendSeconds: 100}});
    const page = await t.visitor();
    await buyer.atSeats(page, sale.concert, sale.show);
    await buyer.choose(page, 1);
    await buyer.hold(page);
    const clock = page.getByRole('main').getByRole('timer');
    await expect(clock).toSay(/^1:[34]\d$/);
    await buyer.button(page, 'More time').click();
    await expect(clock).toSay(/^3:[12]\d$/);
    await expect(buyer.button(page, 'More time')).toGo();
    await buyer.button(page, 'Give the seats back').click();
    await page.getByRole('dialog').getByRole('button', {name: 'Give the seats back'}).click();
    await expect(buyer.heading(page, 'You have given the seats back')).toShow();
    const {schedules: [figures]} = await site.admin('GET', `/admin/concerts/${sale.concert.concertId}/stats`);
    assert.equal(figures.available, 50);
});

test('a session that ends says so, and one can queue again', async t => {
    const sale = await site.sale({concert: {queue: {sessionSeconds: 12}}});
    const page = await t.visitor();
    await buyer.goInside(page, await site.user(), sale.concert.concertId);
    await buyer.openSeats(page);
    await expect(buyer.heading(page, 'Your turn is over')).toShow(25000);
    await site.admin('PATCH', `/admin/concerts/${sale.concert.concertId}`, {queue: {sessionSeconds: 600}});
    await buyer.button(page, 'Queue again').click();
    await expect(buyer.heading(page, 'Choose a date')).toShow(15000);
});

test('a session that ends just as a view is opened is told as well', async t => {
    const sale = await site.sale();
    for (const view of ['dates', `dates/${sale.show.scheduleId}`]) {
        const page = await t.visitor();
        const who = await site.user();
        await buyer.goInside(page, who, sale.concert.concertId);
        await page.goto('/#/me');
        await site.call('DELETE', '/queue/tokens/me', {token: who.queue});
        await page.goto(`/#/concerts/${sale.concert.concertId}/${view}`);
        await expect(buyer.heading(page, 'Your turn is over'), view).toShow();
    }
});

const busy = {status: 503, headers: {'Retry-After': '1', 'Content-Type': 'application/problem+json'},
    body: JSON.stringify({type: 'urn:problem-type:frontrow:busy', title: 'Busy', status: 503, detail: 'Busy.', code: 'BUSY', requestId: '0'.repeat(32)})};

/* Answers the first such requests in another way. */
async function first(page, method, path, times, handle) {
    let left = times;
    const seen = [];
    await page.route(`**/api/v1${path}`, async route => {
        if (route.request().method() !== method)
            return route.fallback();
        seen.push({key: route.request().headers()['idempotency-key'], at: Date.now()});
        return left-- > 0 ? handle(route) : route.fallback();
    });
    return seen;
}

test('a busy server is said, waited for as long as it asks, and nothing is done twice', async t => {
    const sale = await site.sale({seats: {count: 10, price: 30000}});
    const page = await t.visitor();
    const {who} = await buyer.atSeats(page, sale.concert, sale.show);
    const holds = await first(page, 'POST', '/reservations', 2, route => route.fulfill(busy));
    await buyer.choose(page, 1);
    await buyer.button(page, /^Hold 1 seat ·/).click();
    await expect(page.getByRole('status').filter({hasText: 'The server is busy.'}), 'that the server is busy').toShow();
    await expect(buyer.heading(page, 'Your seats are held')).toShow(15000);
    assert.equal(new Set(holds.map(({key}) => key)).size, 1, 'one Idempotency-Key for one attempt');
    assert(holds.every(({at}, i) => i === 0 || at - holds[i - 1].at >= 1000), 'Retry-After is kept');
    await first(page, 'POST', '/payments', 1, route => route.fulfill(busy));
    await buyer.pay(page);
    assert.equal((await site.ledger(who)).filter(entry => entry.startsWith('PAYMENT')).length, 1);
});

test('a hold whose answer is lost is found again by a reload, and going back to the map takes none for lost', async t => {
    const sale = await site.sale();
    const page = await t.visitor();
    await buyer.atSeats(page, sale.concert, sale.show);
    await buyer.choose(page, 5, 6);
    const tries = await first(page, 'POST', '/reservations', 1, async route => {
        await route.fetch();
        await route.abort();
    });
    await buyer.button(page, /^Hold 2 seats ·/).click();
    await expect(page.getByRole('status').filter({hasText: 'No connection.'}), 'that no answer came').toShow();
    await page.reload();
    await expect(buyer.heading(page, 'Your seats are held')).toShow();
    assert(tries.length >= 2 && new Set(tries.map(({key}) => key)).size === 1, JSON.stringify(tries));
    await page.goBack();
    await expect(seat(page, 5)).toShow();
    assert.equal(await lost(page).count(), 0, 'the seats are one\'s own');
});

test('a browser that keeps nothing can buy', async t => {
    const sale = await site.sale();
    const page = await t.visitor();
    await page.addInitScript(() => ['localStorage', 'sessionStorage'].forEach(name => Object.defineProperty(window, name, {get() {
        throw new DOMException('forbidden', 'SecurityError');
    }})));
    await page.goto(`/#/concerts/${sale.concert.concertId}`);
    await buyer.join(page);
    await buyer.openSeats(page);
    await buyer.choose(page, 1);
    await buyer.hold(page);
    await buyer.pay(page);
});

test('a payment whose answer is lost is paid once', async t => {
    const sale = await site.sale({seats: {count: 10, price: 30000}});
    const page = await t.visitor();
    const {who} = await buyer.atSeats(page, sale.concert, sale.show);
    await buyer.choose(page, 1);
    await buyer.hold(page);
    const tries = await first(page, 'POST', '/payments', 1, async route => {
        await route.fetch();
        await route.abort();
    });
    await buyer.pay(page);
    assert(tries.length >= 2 && new Set(tries.map(({key}) => key)).size === 1, JSON.stringify(tries));
    assert.deepEqual(await site.ledger(who), ['PAYMENT -30000', 'CHARGE 30000']);
});

test('a lost network is said, and the payment goes on when it is back', async t => {
    const sale = await site.sale({seats: {count: 10, price: 30000}});
    const page = await t.visitor();
    const {who} = await buyer.atSeats(page, sale.concert, sale.show);
    await site.charge(who, 30000);
    await buyer.choose(page, 1);
    await buyer.hold(page);
    await expect(buyer.button(page, /^Pay /)).toShow();
    await buyer.seeWallet(page);
    await page.context().setOffline(true);
    await buyer.button(page, /^Pay /).click();
    await expect(page.getByRole('status').filter({hasText: 'No connection.'}), 'that there is no network').toShow();
    await page.context().setOffline(false);
    await buyer.paid(page);
    assert.deepEqual(await site.ledger(who), ['PAYMENT -30000', 'CHARGE 30000']);
});

test('a reload in the middle of paying finds the hold again', async t => {
    const sale = await site.sale();
    const page = await t.visitor();
    await buyer.atSeats(page, sale.concert, sale.show);
    await buyer.choose(page, 6, 7);
    await buyer.hold(page);
    await page.reload();
    await expect(buyer.heading(page, 'Your seats are held')).toShow();
    await page.goto(`/#/concerts/${sale.concert.concertId}`);
    await buyer.button(page, 'Go on to payment').click();
    await buyer.pay(page);
    await page.goBack();
    await expect(page.getByRole('main').getByRole('heading', {level: 1})).toShow();
    assert.equal(await buyer.button(page, /^Pay /).count(), 0, 'going back does not offer to pay again');
});
