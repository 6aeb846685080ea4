/* How the pages are served, as a browser sees it, and what they must not let in. */
import assert from 'node:assert/strict';
import {readdirSync} from 'node:fs';
import {fileURLToPath} from 'node:url';
import {expect} from './lib/expect.js';
import * as operator from './lib/operator.js';
import * as site from './lib/site.js';
import {test} from './lib/test.js';

/* What came over the network: of an answer 304 the browser counts 300 bytes of head, and no body. */
const transfers = page => page.evaluate(() => performance.getEntries().filter(entry => 'transferSize' in entry)
    .map(entry => ({name: new URL(entry.name).pathname, bytes: entry.transferSize, status: entry.responseStatus})));

test('a page that is loaded again asks for each of its files and gets none twice', async t => {
    const page = await t.visitor();
    const asked = [];
    page.on('request', request => asked.push(new URL(request.url()).pathname));
    await page.goto('/waiting/', {waitUntil: 'load'});
    const files = (await transfers(page)).filter(one => !one.name.startsWith('/api/'));
    assert(files.length >= 3 && files.every(one => one.bytes > 300), JSON.stringify(files));
    asked.length = 0;
    await page.reload({waitUntil: 'load'});
    const again = (await transfers(page)).filter(one => !one.name.startsWith('/api/'));
    assert.deepEqual(files.map(one => one.name).filter(name => !asked.includes(name)), [], 'was not asked for');
    assert.deepEqual(again.filter(one => one.bytes > 300), []);
});

const html = fileURLToPath(new URL('../../nginx/html', import.meta.url));

test('the buyer\'s scripts and styles are under 60 KiB in all, packed', async t => {
    const page = await t.visitor();
    await page.goto('/');
    await expect(page.getByRole('main').getByRole('link').first(), 'the concerts').toShow();
    const weigh = () => page.evaluate(() => performance.getEntriesByType('resource').filter(({name}) => /\.(js|css)$/.test(name))
        .reduce((sum, {encodedBodySize}) => sum + encodedBodySize, 0));
    const first = await weigh();
    for (const name of readdirSync(`${html}/buyer`, {recursive: true}).filter(file => /\.js$/.test(file)))
        await page.evaluate(path => import(path), `/buyer/${name}`);
    const all = await weigh();
    t.figure(`${(all / 1024).toFixed(1)} KiB of script and style, ${(first / 1024).toFixed(1)} of them for the first view`);
    assert(first > 1024 && all < 60 * 1024, `${all} bytes`);
});

/* Whatever somebody called a concert, it is text. */
test('what others typed never becomes markup', async t => {
    const title = '<img src=x onerror="document.title=1">';
    const {concert} = await site.sale({days: 1, concert: {title, artist: '<script>1</script>', queue: {message: {en: '<b>bold</b>'}}}});
    const page = await t.visitor();
    await page.goto(`/#/concerts/${concert.concertId}`);
    await expect(page.getByRole('heading', {name: title, level: 1})).toShow();
    await expect(page.getByText('<b>bold</b>')).toShow();
    await operator.signIn(page, `/concerts/${concert.concertId}`);
    await expect(page.getByRole('heading', {name: title, level: 1})).toShow();
});

test('theme and language are kept', async t => {
    const page = await t.visitor();
    await page.goto('/');
    await page.getByRole('button', {name: 'Dark colours'}).click();
    await page.getByRole('button', {name: '한국어'}).click();
    await expect(page.getByRole('heading', {name: '공연', level: 1})).toShow();
    await page.reload();
    await expect(page.locator('html[lang=ko][data-theme=dark]')).toShow();
    await expect(page.getByRole('button', {name: '어두운 화면', pressed: true})).toShow();
    await page.goto('/admin/');
    await expect(page.locator('html[lang=ko][data-theme=dark]'), 'also on the operator\'s pages').toShow();
});
