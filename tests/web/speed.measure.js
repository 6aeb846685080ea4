/*
 * How fast the pages are: printed, not judged, since it depends on the machine. A slow phone is
 * chromium's own throttling: a processor four times as slow, 1.6 Mbit/s and 150 ms for each request.
 */
import * as buyer from './lib/buyer.js';
import {expect} from './lib/expect.js';
import * as site from './lib/site.js';
import {test} from './lib/test.js';

async function slowDown(page, network = true) {
    const devtools = await page.context().newCDPSession(page);
    await devtools.send('Emulation.setCPUThrottlingRate', {rate: 4});
    if (network)
        await devtools.send('Network.emulateNetworkConditions', {offline: false, latency: 150, downloadThroughput: 1.6e6 / 8, uploadThroughput: 750e3 / 8});
}

/* The time since the page was asked for at which something can be touched. */
async function usable(page, go) {
    await go();
    await page.waitForFunction(() => window.usableAt);
    return page.evaluate(() => Math.round(window.usableAt));
}

test('the first view on a slow phone', async t => {
    const {concert} = await site.sale();
    for (const [name, path] of [['the concerts', '/'], ['a concert', `/#/concerts/${concert.concertId}`]]) {
        const page = await t.visitor({width: 390, height: 844, isMobile: true, hasTouch: true});
        await page.addInitScript(() => {
            new MutationObserver((changes, observer) => {
                if (!document.querySelector('main a[href], main button:not(:disabled)'))
                    return;
                observer.disconnect();
                requestAnimationFrame(() => setTimeout(() => { window.usableAt = performance.now(); }));
            }).observe(document, {childList: true, subtree: true, attributes: true});
        });
        await slowDown(page);
        const cold = await usable(page, () => page.goto(path));
        const warm = await usable(page, () => page.reload());
        t.figure(`${name} on a slow phone: usable after ${cold} ms, ${warm} ms when it was there before`);
    }
});

/* The times between frames while something moves, ms: half and 95% of them within. */
async function frames(page, move) {
    await page.evaluate(() => {
        window.frameTimes = [];
        let last = 0;
        const frame = now => {
            if (last)
                window.frameTimes.push(now - last);
            last = now;
            window.frameHandle = requestAnimationFrame(frame);
        };
        window.frameHandle = requestAnimationFrame(frame);
    });
    await move();
    const times = await page.evaluate(() => {
        cancelAnimationFrame(window.frameHandle);
        return window.frameTimes.sort((a, b) => a - b);
    });
    const at = part => Math.round(times[Math.min(times.length - 1, Math.floor(part * times.length))]);
    return `${at(0.5)} ms, 95% within ${at(0.95)} ms`;
}

async function pan(page, box) {
    const [x, y] = [box.x + box.width / 2, box.y + box.height / 2];
    await page.mouse.move(x, y);
    await page.mouse.down();
    for (let i = 0; i < 60; i++)
        await page.mouse.move(x + 80 * Math.sin(i / 6), y + 60 * Math.cos(i / 6));
    await page.mouse.up();
}

async function zoom(page, box) {
    await page.mouse.move(box.x + box.width / 2, box.y + box.height / 2);
    for (let i = 0; i < 40; i++)
        await page.mouse.wheel(0, i < 20 ? -120 : 120);
}

const hall = Array.from({length: 10}, (_, i) => ({name: `Block ${i + 1}`, rows: 50, seatsPerRow: 100, price: 50000 + 10000 * i}));

test('a hall of 50,000 seats', async t => {
    const {concert, show} = await site.sale({sections: hall});
    for (const [name, options, slow] of [['desk', {}, false], ['slow phone', {width: 390, height: 844}, true]]) {
        const page = await t.visitor(options);
        const who = await site.user();
        await buyer.goInside(page, who, concert.concertId);
        if (slow)
            await slowDown(page, false);
        const begun = Date.now();
        await page.goto(`/#/concerts/${concert.concertId}/dates/${show.scheduleId}`);
        await expect(page.getByText(/^[\d,]+ free$/).first(), 'the legend').toShow(60000);
        const opened = Date.now() - begun;
        const box = await page.locator('canvas').first().boundingBox();
        t.figure(`50,000 seats, ${name}: shown after ${opened} ms; a frame of panning takes ${await frames(page, () => pan(page, box))}, ` +
            `of zooming ${await frames(page, () => zoom(page, box))}`);
    }
});
