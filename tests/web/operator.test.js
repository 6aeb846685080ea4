/* The operator's pages: signing in, and a day from making a concert to canceling its show. */
import assert from 'node:assert/strict';
import {randomUUID} from 'node:crypto';
import * as buyer from './lib/buyer.js';
import {expect} from './lib/expect.js';
import * as operator from './lib/operator.js';
import * as site from './lib/site.js';
import {test} from './lib/test.js';

async function trySignIn(page, token) {
    await page.getByLabel('Operator token').fill(token);
    await page.getByLabel('Operator token').press('Enter');
}

test('signing in says what is wrong with a token, and ends with it', async t => {
    const page = await t.visitor();
    await page.goto('/admin/#/audit');
    const wrong = page.locator('form .wrong');
    await trySignIn(page, 'nonsense');
    await expect(wrong).toSay('This is not a token.');
    assert.equal(await page.getByLabel('Operator token').getAttribute('aria-invalid'), 'true');
    await trySignIn(page, (await site.user()).token);
    await expect(wrong).toSay('it lacks the scope admin');
    await trySignIn(page, site.adminToken().replace(/.{6}$/, 'AAAAAA'));
    await expect(wrong).toSay('The server does not accept this token.');
    await trySignIn(page, site.mint(randomUUID(), 'admin', 6).replace(/.{40}/g, '$&\n'));
    await expect(page.getByRole('heading', {name: 'Audit log', level: 1}), 'where it was wanted to').toShow();
    await expect(page.getByRole('main').getByText('Your token has ended.'), 'the end of the token').toShow(15000);
});

async function makeConcert(page, title) {
    await operator.signIn(page);
    await page.getByRole('link', {name: 'New concert'}).click();
    await page.getByLabel('Title').fill(title);
    await page.getByLabel('Most people inside').fill('1');
    await page.getByLabel('Time to turn up, seconds').fill('0');
    await operator.decide(page, 'New concert');
    await expect(page.getByRole('heading', {name: title, level: 1}), 'the concert').toShow();
    return Number(/concerts\/(\d+)/.exec(page.url())[1]);
}

async function makeDate(page) {
    await page.getByRole('main').getByRole('link', {name: 'New date'}).click();
    const sections = page.getByRole('radio', {name: 'Sections and rows'});
    await expect(sections).toShow();
    await sections.check();
    await page.getByLabel('Name').fill('Stalls');
    await page.getByLabel('Rows', {exact: true}).or(page.getByLabel('Rows *')).first().fill('4');
    await page.getByLabel(/^Seats in a row/).fill('5');
    await page.getByLabel(/^Price, won/).fill('70000');
    await page.getByLabel('Not for sale').fill('1-2');
    await expect(page.getByRole('main').getByText('20 seats, 2 of them not for sale. ₩1,260,000 if all others are sold.')).toShow();
    await operator.decide(page, 'Make the date');
    await page.waitForURL(/#\/dates\/\d+$/);
    return Number(/dates\/(\d+)/.exec(page.url())[1]);
}

async function blockSeat(page, scheduleId, number) {
    await page.getByRole('navigation', {name: 'Views of this date'}).getByRole('link', {name: 'Seats'}).click();
    await page.getByLabel('Picked seats').fill(String(number));
    await page.getByLabel('Picked seats').press('Tab');
    await operator.decide(page, 'Block');
    const hall = async () => (await site.admin('GET', `/admin/schedules/${scheduleId}/seats?format=compact`)).states;
    await site.until(async () => await hall() === 'BBAAAAAAABAAAAAAAAAA', 'the seat is blocked');
}

/* Pauses and says so, which a buyer who waits sees without doing anything. */
async function pauseAndTell(page, waiting) {
    await operator.decide(page, 'Pause');
    await expect(page.getByRole('main').getByText('Paused', {exact: true}), 'the state').toShow();
    await page.getByLabel('Message in English').fill('Back in ten minutes.');
    await page.getByLabel('Message in Korean').fill('10분 뒤에 계속합니다.');
    await operator.decide(page, 'Show it');
    await expect(waiting.getByText('10분 뒤에 계속합니다.'), 'the message where one waits').toShow();
    await expect(waiting.getByRole('main').getByText(/멈|중지|정지/).first(), 'that admission has paused').toShow();
}

async function downloadCsv(page) {
    const [download] = await Promise.all([page.waitForEvent('download'), page.getByRole('button', {name: 'Download as CSV'}).click()]);
    let text = '';
    for await (const part of await download.createReadStream())
        text += part;
    return text;
}

async function auditSays(page, target, actions) {
    await page.getByRole('navigation', {name: 'Main'}).getByRole('link', {name: 'Audit log'}).click();
    await page.getByLabel('Show only').fill(target);
    const entries = page.getByRole('list', {name: 'Entries'}).getByRole('heading');
    await expect(entries.first(), `what was done to ${target}`).toShow();
    assert.deepEqual(await entries.allInnerTexts(), actions, target);
}

test('an operator\'s day: make, sell, pause, tell, refund, cancel; the audit log has all of it', async t => {
    const page = await t.visitor();
    const title = `Day ${randomUUID().slice(0, 8)}`;
    const concertId = await makeConcert(page, title);
    const scheduleId = await makeDate(page);
    await blockSeat(page, scheduleId, 10);

    await page.goto(`/admin/#/concerts/${concertId}`);
    await expect(operator.figure(page, 'Revenue')).toSay('₩0');
    const first = await site.enter(await site.user(), concertId);
    const sold = await site.buy(first, scheduleId, [3, 4]);
    const second = await site.enter(await site.user(), concertId);
    await site.buy(second, scheduleId, [5]);
    await expect(operator.figure(page, 'Revenue'), 'the revenue').toSay('₩210,000');
    await expect(operator.figure(page, 'Sold, last minute')).toSay('3');
    await site.until(() => page.getByRole('img', {name: /^Revenue\. Revenue: now ₩210,000/}).count(), 'the chart of the revenue');
    await page.reload();
    await site.until(() => page.getByRole('img', {name: /now ₩210,000, from ₩0 to ₩210,000/}).count(), 'the chart as it was before the reload');

    await site.enter(await site.user(), concertId);
    const waiting = await t.visitor({language: 'ko'});
    const third = await site.user();
    await site.call('POST', '/queue/tokens', {token: third.token, body: {concertId}});
    await buyer.arrive(waiting, third, `/concerts/${concertId}`);
    await waiting.getByRole('main').getByRole('button').first().click();
    await expect(buyer.heading(waiting, '대기 중입니다'), 'the waiting room').toShow();
    await expect(operator.figure(page, 'Waiting'), 'that one waits').toSay('1');
    await pauseAndTell(page, waiting);
    await operator.decide(page, 'Open');

    await page.goto(`/admin/#/dates/${scheduleId}/sales`);
    assert.equal((await downloadCsv(page)).trim().split('\r\n').length, 4, 'a header and three seats');
    await page.getByRole('link', {name: String(sold.reservationId), exact: true}).first().click();
    await operator.decide(page, `Refund: Reservation ${sold.reservationId}`, 'Refund');
    await expect(page.getByRole('main').getByText('Refunded', {exact: true})).toShow();
    assert.deepEqual(await site.ledger(first), ['REFUND 140000', 'PAYMENT -140000', 'CHARGE 140000']);

    await page.goto(`/admin/#/dates/${scheduleId}`);
    await operator.decide(page, 'Cancel this show', 'Cancel the show');
    await expect(page.getByRole('main').getByText('All reservations are settled.'), 'the end of the cancellation').toShow(15000);
    assert.deepEqual(await site.ledger(second), ['REFUND 70000', 'PAYMENT -70000', 'CHARGE 70000']);

    await auditSays(page, `schedule/${scheduleId}`, ['Date canceled', 'Seats changed', 'Date made']);
    await auditSays(page, `concert/${concertId}`, ['Concert changed', 'Concert changed', 'Concert changed', 'Concert made']);
    await auditSays(page, `reservation/${sold.reservationId}`, ['Reservation refunded']);
    assert.match(await downloadCsv(page), new RegExp(`,schedule.cancel,schedule/${scheduleId},`), 'the log as a file');
});

test('what is asked and turned down changes nothing, and typing is not lost by a slip', async t => {
    const {concert} = await site.sale();
    const page = await t.visitor();
    await operator.signIn(page, `/concerts/${concert.concertId}`);
    await page.getByRole('button', {name: 'Close', exact: true}).click();
    await page.getByRole('dialog').getByRole('button', {name: 'Cancel'}).click();
    assert.equal((await site.admin('GET', `/admin/concerts/${concert.concertId}`)).queue.state, 'OPEN');
    await page.goto(`/admin/#/concerts/${concert.concertId}/settings`);
    await page.getByLabel('Title').fill('Something else');
    await page.getByRole('navigation', {name: 'Main'}).getByRole('link', {name: 'Buyers'}).click();
    await page.getByRole('dialog').getByRole('button').last().click();
    assert.equal(await page.getByLabel('Title').inputValue(), 'Something else');
    for (const view of ['Buyers', 'Audit log'])
        await page.getByRole('link', {name: view}).evaluate(link => link.click());
    await expect(page.getByRole('dialog'), 'one question at a time').toShow();
    await page.getByRole('dialog').getByRole('button', {name: 'Leave'}).click();
    await expect(page.getByRole('heading', {name: 'Buyers', level: 1}), 'where it was wanted to first').toShow();
});

test('a draw is brought forward with one button, and the page follows', async t => {
    const concert = await site.concert({queue: {opensAt: new Date(Date.now() + 5 * 86400000).toISOString()}});
    const {scheduleId} = await site.show(concert.concertId);
    const page = await t.visitor();
    await operator.signIn(page, `/concerts/${concert.concertId}`);
    await expect(page.getByRole('row').getByText('Queue opens'), 'that nobody can book yet').toShow();
    assert.equal(await page.getByRole('button', {name: 'Open', exact: true}).count(), 0);
    await operator.decide(page, 'Open now, before its time');
    await expect(page.getByRole('button', {name: 'Open', exact: true, disabled: true}), 'that it is open').toShow();
    await page.getByRole('row').getByRole('link').click();
    assert.equal(await page.getByRole('link', {name: 'Door page for this show'}).getAttribute('href'), `/scan/#schedule=${scheduleId}`);
});

test('who looks up what there is none of is told at the field', async t => {
    const page = await t.visitor();
    await operator.signIn(page, '/buyers');
    const input = page.getByLabel('Reservation number or user UUID');
    for (const [text, said] of [['987654321', 'There is no reservation 987654321.'], [randomUUID(), 'Frontrow knows no user with this UUID.']]) {
        await input.fill(text);
        await input.press('Enter');
        await expect(page.locator('form .wrong')).toSay(said);
        assert.equal(await input.inputValue(), text);
    }
});
