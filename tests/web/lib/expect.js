/* Waiting for what a page should show, and saying what it shows instead. */
async function seen(locator) {
    const page = locator.page();
    return `${page.url()}\n${await page.locator('body').innerText().catch(() => '')}`.slice(0, 1500);
}

async function waitFor(locator, state, timeout, what) {
    try {
        await locator.first().waitFor({state, timeout});
    } catch (error) {
        throw new Error(`${what || locator}: not ${state} within ${timeout / 1000} s. The page: ${await seen(locator)}`, {cause: error.name});
    }
}

/** expect(locator, what).toShow(), .toGo(), .toSay(text or pattern), each with a time in ms. */
export const expect = (locator, what) => ({
    toShow: (timeout = 10000) => waitFor(locator, 'visible', timeout, what),
    toGo: (timeout = 10000) => waitFor(locator, 'hidden', timeout, what),
    async toSay(wanted, timeout = 10000) {
        const end = Date.now() + timeout;
        let text = '';
        do {
            text = await locator.first().innerText({timeout}).catch(() => '');
            if (typeof wanted === 'string' ? text.includes(wanted) : wanted.test(text))
                return text;
            await new Promise(resolve => setTimeout(resolve, 50));
        } while (Date.now() < end);
        throw new Error(`${what || locator} says "${text}", not ${wanted}. The page: ${await seen(locator)}`);
    },
});
