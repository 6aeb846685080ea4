/* The page for the door: what it says of a ticket, with a network and without, typed and by camera. */
import assert from 'node:assert/strict';
import {readFileSync} from 'node:fs';
import {axePath} from './lib/browser.js';
import {buy, call, concert, enter, show, until, user} from './lib/site.js';
import {test} from './lib/test.js';

const ticketOf = async (who, reservation) => (await call('GET', `/reservations/${reservation.reservationId}/ticket`, {token: who.token})).ticket;

/* Two shows of a concert, and who has bought: seats 1 and 2 of the first, seat 5 of the second. */
async function sold() {
    const {concertId} = await concert();
    const [first, second] = [await show(concertId), await show(concertId, {days: 8})];
    const who = await enter(await user(), concertId);
    const one = await buy(who, first.scheduleId, [1, 2]);
    await enter(who, concertId);
    const two = await buy(who, second.scheduleId, [5]);
    return {first, second, who, ticket: await ticketOf(who, one), again: await ticketOf(who, one), other: await ticketOf(who, two)};
}

const open = async (page, scheduleId) => {
    await page.goto(`/scan/${scheduleId ? `#schedule=${scheduleId}` : ''}`);
    await page.locator('#keys', {hasText: 'Keys from'}).waitFor();
};

/* As a hand-held scanner does it: the letters, then Enter. */
async function scan(page, text, headline) {
    await page.fill('#ticket', text);
    await page.press('#ticket', 'Enter');
    await page.locator('#answer h2', {hasText: headline}).waitFor();
}

test('a ticket is let in once, and others are told apart', async t => {
    const {first, who, ticket, again, other} = await sold();
    const page = await t.visitor();
    await open(page, first.scheduleId);
    await scan(page, ticket, 'Let in');
    assert.match(await page.locator('#answer').innerText(), /Seats\s+1–2\s+2 people/);
    await scan(page, again, 'Already scanned');
    assert.match(await page.locator('#answer').innerText(), /scanned here at .*just now/);
    await scan(page, other, 'Another show');
    assert.equal(await page.locator('#answer').getAttribute('class'), 'answer warn');
    const [header, payload, signature] = ticket.split('.');
    await scan(page, `${header}.${payload}.${signature.slice(0, -6)}AAAAAA`, 'Not genuine');
    await scan(page, who.token, 'Not a ticket');
    await scan(page, `${btoa('{"alg":"none"}')}.${payload}.`, 'Not a ticket');
    assert.match(await page.locator('#counts').innerText(), /^1 ticket .* 2 people/);
    await page.reload();
    await scan(page, ticket, 'Already scanned');
    await page.click('#forget');
    await page.click('dialog [value=yes]');
    await scan(page, ticket, 'Let in');
    await page.click('#answer button'); // take back
    await page.locator('#answer.ready').waitFor();
    await scan(page, ticket, 'Let in');
});

test('nobody is let in before a show is chosen, which the first ticket can do', async t => {
    const {ticket, other} = await sold();
    const page = await t.visitor({language: 'ko', width: 390, height: 844});
    await page.goto('/scan/');
    await scan(page, ticket, '진짜 입장권');
    await page.click('#answer button');
    await page.locator('#answer.good').waitFor();
    await scan(page, ticket, '이미 스캔됨');
    await scan(page, other, '다른 회차');
});

test('the door opens and lets in without a network', async t => {
    const {first, ticket, again} = await sold();
    const page = await t.visitor();
    await open(page, first.scheduleId);
    await page.evaluate(() => navigator.serviceWorker.ready);
    const kept = await page.evaluate(async () => (await (await caches.open('frontrow-scan')).keys()).map(one => new URL(one.url).pathname));
    assert(kept.includes('/scan/scan.js') && !kept.some(path => path.startsWith('/api')), String(kept));
    await page.context().setOffline(true);
    await page.goto('about:blank');
    await page.goto('/scan/');
    await page.locator('#offline:visible').waitFor();
    await scan(page, ticket, 'Let in');
    await page.reload();
    await scan(page, again, 'Already scanned');
    await page.context().setOffline(false);
});

/* Debian's chromium has no BarcodeDetector: this one sees what the test puts before it. */
test('a code that stays before the camera is one scan', async t => {
    const {first, ticket, other} = await sold();
    const page = await t.visitor({permissions: ['camera']});
    await page.addInitScript(() => {
        window.looks = 0;
        window.BarcodeDetector = class {
            static getSupportedFormats() { return Promise.resolve(['qr_code']); }
            detect() { window.looks++; return Promise.resolve(window.code ? [{rawValue: window.code}] : []); }
        };
    });
    await open(page, first.scheduleId);
    await page.click('#camera');
    await page.evaluate(code => { window.code = code; }, ticket);
    await page.locator('#answer h2', {hasText: 'Let in'}).waitFor();
    const before = await page.evaluate(() => window.looks);
    await until(async () => await page.evaluate(() => window.looks) > before + 5, 'more looks');
    assert.equal(await page.locator('#answer h2').innerText(), 'Let in');
    await page.evaluate(code => { window.code = code; }, other);
    await page.locator('#answer h2', {hasText: 'Another show'}).waitFor();
    await page.click('#camera');
    assert.equal(await page.locator('#video').isVisible(), false);
});

test('the page for the door is accessible', async t => {
    const {first, ticket} = await sold();
    for (const [language, theme, width] of [['en', 'light', 1280], ['ko', 'dark', 390]]) {
        const page = await t.visitor({language, theme, width});
        await page.goto(`/scan/#schedule=${first.scheduleId}`);
        for (const text of ['x', ticket, ticket]) {
            await page.fill('#ticket', text);
            await page.press('#ticket', 'Enter');
            await page.locator(`#answer.${text === 'x' ? 'bad' : 'good, #answer.bad'}`).waitFor();
            await page.evaluate(readFileSync(axePath, 'utf8'));
            const {violations} = await page.evaluate(() => window.axe.run());
            assert.deepEqual(violations.map(one => `${one.id}: ${one.nodes.map(node => node.html).join(' ')}`), []);
        }
        assert.equal(await page.evaluate(() => document.documentElement.scrollWidth > innerWidth), false, 'wider than the screen');
    }
});
