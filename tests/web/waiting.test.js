/* The waiting room: the place in it, through to admission, whatever happens to the page meanwhile. */
import assert from 'node:assert/strict';
import * as buyer from './lib/buyer.js';
import {expect} from './lib/expect.js';
import * as site from './lib/site.js';
import {test} from './lib/test.js';

/* A queue that one at a time gets through: who is inside, who waits before the page, and the page. */
async function line(t, {ahead = 1, language = 'en'} = {}) {
    const {concert} = await site.sale({days: 1, concert: {queue: {maxActive: 1, claimSeconds: 0}}});
    const inside = await site.enter(await site.user(), concert.concertId);
    const before = [];
    for (let i = 0; i < ahead; i++) {
        const who = await site.user();
        who.queue = (await site.call('POST', '/queue/tokens', {token: who.token, body: {concertId: concert.concertId}})).token;
        before.push(who);
    }
    const page = await t.visitor({language});
    const who = await site.user();
    await buyer.arrive(page, who, `/concerts/${concert.concertId}`);
    await buyer.join(page);
    await expect(buyer.heading(page, 'You are in the queue')).toShow();
    return {concert, page, who, inside, before};
}

const leave = who => site.call('DELETE', '/queue/tokens/me', {token: who.queue});
const place = page => page.getByRole('region', {name: 'Your place'});
const titled = (page, pattern) => site.until(async () => pattern.test(await page.title()), `the title ${pattern}`);

test('the place is shown, falls, and becomes a turn', async t => {
    const {concert, page, inside, before} = await line(t);
    await expect(place(page)).toSay('1 person ahead of you');
    await titled(page, /^\(2\) /);
    await leave(inside);
    await expect(place(page)).toSay('You are next.');
    await titled(page, /^\(1\) /);
    await site.until(async () => (await site.call('GET', '/queue/tokens/me', {token: before[0].queue})).status === 'ACTIVE', 'the one before');
    await leave(before[0]);
    await expect(buyer.heading(page, 'It is your turn'), 'the turn').toShow(15000);
    assert.match(await page.title(), /★.*It is your turn/);
    await expect(buyer.heading(page, 'Choose a date'), 'the dates').toShow();
    assert(page.url().endsWith(`#/concerts/${concert.concertId}/dates`));
});

test('a reload, a second tab and a way back keep the place', async t => {
    const {concert, page, who} = await line(t, {ahead: 2});
    const number = await place(page).locator('dd').last().innerText();
    await page.reload();
    await expect(place(page)).toSay('2 people ahead of you');
    assert.equal(await place(page).locator('dd').last().innerText(), number);
    await page.goto('/#/');
    await expect(buyer.heading(page, 'Concerts')).toShow();
    await (await buyer.findConcert(page, concert.title)).click();
    await buyer.button(page, 'Back to your place').click();
    await expect(place(page)).toSay('2 people ahead of you');
    const other = await t.visitor();
    await buyer.arrive(other, who, `/concerts/${concert.concertId}`);
    await buyer.join(other);
    await expect(place(other)).toSay('2 people ahead of you');
    const {lastTicket} = await site.call('GET', `/queue/concerts/${concert.concertId}`);
    assert.equal(lastTicket, Number(number.replace(/\D/g, '')), 'nobody joined twice');
});

test('a lost network keeps the place, and the turn comes when it is back', async t => {
    const {page, inside} = await line(t, {ahead: 0});
    await page.context().setOffline(true);
    await expect(page.getByText(/Your place is kept/), 'that the place is kept').toShow(20000);
    await leave(inside);
    await page.context().setOffline(false);
    await expect(buyer.heading(page, 'Choose a date'), 'the dates').toShow(20000);
});

const message = (concert, en) => site.admin('PATCH', `/admin/concerts/${concert.concertId}`, {queue: {message: {en, ko: '안내'}}});

test('news is pushed: nobody polls the public state while the stream is there', async t => {
    const {concert, page} = await line(t);
    const polls = [];
    let streams = 0;
    page.on('request', request => {
        const {pathname} = new URL(request.url());
        if (pathname.endsWith(`/queue/concerts/${concert.concertId}`))
            polls.push(pathname);
        streams += pathname.endsWith('/events') ? 1 : 0;
    });
    await page.reload();
    await expect(place(page)).toShow();
    await message(concert, 'The doors open at seven.');
    await expect(page.getByText('The doors open at seven.'), 'the message').toShow();
    assert.equal(streams, 1);
    assert(polls.length <= 1, `polled ${polls.length} times`);
});

test('where the stream is blocked the same news is polled', async t => {
    const {concert, page} = await line(t);
    await page.route('**/events', route => route.abort());
    await page.reload();
    await expect(place(page)).toShow();
    await message(concert, 'The doors open at eight.');
    await expect(page.getByText('The doors open at eight.'), 'the message').toShow(15000);
});

test('leaving is asked once and gives the place up', async t => {
    const {concert, page} = await line(t);
    await buyer.button(page, 'Leave the queue').click();
    await page.getByRole('dialog').getByRole('button', {name: 'Cancel'}).click();
    await expect(place(page)).toShow();
    await buyer.button(page, 'Leave the queue').click();
    await page.getByRole('dialog').getByRole('button', {name: 'Leave', exact: true}).click();
    await expect(buyer.button(page, 'Join the queue')).toShow();
    await site.until(async () => (await site.call('GET', `/queue/concerts/${concert.concertId}`)).waiting === 1, 'one less waits');
});

test('who comes before the opening waits for the draw, and gets in by it', async t => {
    const opensAt = new Date(Date.now() + 6000).toISOString();
    const {concert} = await site.sale({concert: {queue: {opensAt}}});
    const page = await t.visitor();
    await buyer.arrive(page, await site.user(), `/concerts/${concert.concertId}`);
    await buyer.join(page);
    await expect(buyer.heading(page, 'You are here early')).toShow();
    await expect(page.getByText('SHA-256 of the seed'), 'the fingerprint of the draw').toShow();
    await expect(buyer.heading(page, 'Choose a date'), 'the dates').toShow(25000);
});
