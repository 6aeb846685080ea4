/* How the pages are served, as a browser sees it. */
import assert from 'node:assert/strict';
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
