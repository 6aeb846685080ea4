/* What axe-core finds wrong with a view: the rules of WCAG 2.2 AA and its own good practice. */
import {readFileSync} from 'node:fs';
import {axePath} from './browser.js';
import {expect} from './expect.js';
import {test} from './test.js';

const source = readFileSync(axePath, 'utf8');
const tags = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'];

/* Lines about each violation, the element and why. */
async function violations(page, only) {
    if (!await page.evaluate(() => 'axe' in globalThis))
        await page.evaluate(source);
    const found = await page.evaluate(runOnly => globalThis.axe.run(document, {runOnly, resultTypes: ['violations']}), only || tags);
    return found.violations.flatMap(({id, impact, nodes}) => nodes.map(node =>
        `${impact} ${id}: ${node.html.slice(0, 160)} — ${node.failureSummary.split('\n').slice(1, 3).join(' ').trim()}`));
}

/* Fails if axe-core finds anything; `rules`, if given, are all that it looks for. */
async function accessible(page, where, rules) {
    const found = await violations(page, rules);
    if (found.length)
        throw new Error(`${where}:\n${found.join('\n')}`);
}

async function look(page, view) {
    await page.goto('about:blank');
    await page.setViewportSize({width: 1280, height: 800});
    await page.emulateMedia({colorScheme: 'light', reducedMotion: 'reduce'});
    await view.open(page);
    await expect(view.ready(page), view.name).toShow();
    if (view.after)
        await view.after(page, en => en);
    await accessible(page, 'light');
    await page.emulateMedia({colorScheme: 'dark', reducedMotion: 'reduce'});
    await accessible(page, 'dark', ['color-contrast']);
    await page.setViewportSize({width: 360, height: 740});
    await page.waitForFunction(() => document.documentElement.scrollWidth <= 360, null, {timeout: 3000})
        .catch(async () => { throw new Error(`wider than a phone of 360 px: ${(await page.evaluate(tooWide)).join(', ')}`); });
}

/* In the page: what sticks out. */
const tooWide = () => [...document.querySelectorAll('body *')].filter(node => node.getBoundingClientRect().right > innerWidth + 1 && !node.closest('.scroll'))
    .slice(0, 5).map(node => `${node.tagName.toLowerCase()}.${node.className}`);

/** The test that axe-core finds nothing on these views, all its rules in light and the contrast in dark,
 * and that none is wider than a small phone. */
export function axeTest(name, views) {
    test(`axe-core finds nothing on ${name}`, async t => {
        const page = await t.visitor();
        const faults = [];
        for (const view of views)
            await look(page, view).catch(error => faults.push(`${view.name}: ${error.message}`));
        if (faults.length)
            throw new Error(faults.join('\n'));
        t.figure(`${views.length} views`);
    }, {timeout: 240000});
}
