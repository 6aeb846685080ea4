/*
 * The browser: Debian's chromium, driven by playwright-core. It speaks to the site alone; whatever it
 * would tell others by itself is turned off.
 */
import {createRequire} from 'node:module';

const require = createRequire(`${process.env.FRONTROW_MODULES}/`);
export const {chromium} = require('playwright-core');
export const axePath = require.resolve('axe-core/axe.min.js');

const options = {
    executablePath: process.env.FRONTROW_CHROMIUM || '/usr/bin/chromium',
    args: ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking',
        '--disable-component-update', '--disable-sync', '--disable-dev-shm-usage',
        '--use-fake-ui-for-media-stream', '--use-fake-device-for-media-stream'],
};

/** A browser that several processes share: server.wsEndpoint() goes to FRONTROW_BROWSER. */
export const launch = () => chromium.launchServer(options);

let browser;

/** The shared browser, or one of this process's own. */
export async function theBrowser() {
    browser ||= process.env.FRONTROW_BROWSER ? chromium.connect(process.env.FRONTROW_BROWSER) : chromium.launch(options);
    return browser;
}

export async function leaveBrowser() {
    if (browser)
        await (await browser).close();
    browser = undefined;
}
