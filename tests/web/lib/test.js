/*
 * A test in the browser: `test(name, async t => …)`. t.visitor() opens a page in a browser context of
 * its own. Whatever a visitor's page must never do fails the test by itself: break the Content Security
 * Policy, ask another host for anything, throw, write an error on the console. When a test fails, a
 * picture of each page is left in FRONTROW_PICTURES.
 */
import assert from 'node:assert/strict';
import {mkdirSync} from 'node:fs';
import {after, test as nodeTest} from 'node:test';
import {leaveBrowser, theBrowser} from './browser.js';
import {url} from './site.js';

const host = new URL(url).host;

after(leaveBrowser);

/* Chromium writes an error for each answer of 400 and above, and for each request without one. */
const isNetwork = text => /Failed to load resource|net::ERR_/.test(text);

function guard(page, problems) {
    page.on('pageerror', error => problems.push(`threw: ${error.stack || error}`));
    page.on('console', message => {
        if (message.type() === 'error' && !isNetwork(message.text()) || /Content Security Policy/.test(message.text()))
            problems.push(`console: ${message.text()}`);
    });
    page.on('request', request => {
        const target = new URL(request.url());
        if (/^(https?|wss?):$/.test(target.protocol) && target.host !== host)
            problems.push(`asked another host: ${request.url()}`);
    });
}

async function openVisitor(opened, {language = 'en', theme = 'light', width = 1280, height = 800, ...options} = {}) {
    const context = await (await theBrowser()).newContext({
        baseURL: url, locale: language === 'ko' ? 'ko-KR' : 'en-GB', colorScheme: theme, viewport: {width, height},
        reducedMotion: 'reduce', ...options,
    });
    context.setDefaultTimeout(10000);
    const problems = [];
    const page = await context.newPage();
    guard(page, problems);
    opened.push({context, page, problems});
    return page;
}

async function picture({page}, name, number) {
    const folder = process.env.FRONTROW_PICTURES;
    if (!folder)
        return;
    mkdirSync(folder, {recursive: true});
    const file = `${folder}/${name.replace(/[^A-Za-z0-9]+/g, '-').slice(0, 80)}-${number}.png`;
    await page.screenshot({path: file, timeout: 5000}).catch(() => {});
    console.log(`       see ${file}`);
}

/** A test; t.visitor(options) opens a page, t.figure(text) prints what was measured. */
export function test(name, body, {timeout = 90000} = {}) {
    nodeTest(name, {timeout}, async t => {
        const opened = [];
        try {
            await body({
                visitor: options => openVisitor(opened, options),
                figure: text => t.diagnostic(`figure ${text}`),
            });
            const problems = opened.flatMap(one => one.problems);
            assert.equal(problems.length, 0, `what a page must never do:\n${problems.join('\n')}`);
        } catch (error) {
            await Promise.all(opened.map((one, i) => picture(one, name, i + 1)));
            throw error;
        } finally {
            await Promise.all(opened.map(({context}) => context.close()));
        }
    });
}
