/*
 * What a buyer does on the pages, by the names that they show in English.
 */
import {expect} from './expect.js';
import * as site from './site.js';

export const heading = (page, name) => page.getByRole('heading', {level: 1, name});
export const button = (page, name) => page.getByRole('button', {name});
export const link = (page, name) => page.getByRole('link', {name});

/** Comes from the site's own login, as this visitor of site.user(), to an address of the pages. */
export const arrive = (page, who, path = '/') => page.goto(`/#token=${who.token}&to=${path}`);

/** The link to that concert in the list, which `more` makes longer until it is there. */
export async function findConcert(page, title, more = shown => shown.click()) {
    const found = page.getByRole('main').getByRole('link').filter({hasText: title});
    await expect(page.getByRole('main').getByRole('link').first(), 'the concerts').toShow();
    while (!await found.isVisible()) {
        const before = await page.getByRole('main').getByRole('link').count();
        await more(button(page, 'Show more'));
        await expect(page.getByRole('main').getByRole('link').nth(before), 'more concerts').toShow();
    }
    return found;
}

/** From a concert's page into its queue. */
export async function join(page) {
    await button(page, /^(Join the queue|Enter the waiting room)$/).click();
}

/** To the dates of that concert, as a visitor whose turn it is. */
export async function goInside(page, who, concertId) {
    await site.enter(who, concertId);
    await arrive(page, who, `/concerts/${concertId}`);
    await join(page);
    await expect(heading(page, 'Choose a date'), 'the dates').toShow();
}

/** From the dates to the seats of the first one. */
export async function openSeats(page) {
    await page.getByRole('main').getByRole('link').filter({hasText: /seats left/}).first().click();
    await expect(button(page, 'Hold the best seats'), 'the seats').toShow();
}

/** Ticks these seats in the list, of the row that it shows first. */
export async function choose(page, ...seats) {
    const asList = button(page, 'Show as a list');
    if (await asList.getAttribute('aria-pressed') !== 'true')
        await asList.click();
    for (const seat of seats)
        await page.getByRole('checkbox', {name: new RegExp(`(^|, )seat ${seat}, `)}).check();
}

/** Holds what is chosen. */
export async function hold(page) {
    await button(page, /^Hold \d+ seats? ·/).click();
    await expect(heading(page, 'Your seats are held'), 'the hold').toShow();
}

/** The wallet has been looked at. */
export const seeWallet = page => expect(page.getByText('Balance', {exact: true}), 'the wallet').toShow();

export const paid = page => expect(page.getByRole('main').getByText('Paid. The seats are yours.'), 'the ticket').toShow();

/** Tops up what is missing, if it is, and pays. */
export async function pay(page) {
    const topUp = button(page, /^Top up /);
    await seeWallet(page);
    if (await topUp.isVisible())
        await topUp.click();
    await button(page, /^Pay /).click();
    await paid(page);
}

/** A visitor of the API's, inside a concert of its own with one show, at the seats. */
export async function atSeats(page, concert, show) {
    const who = await site.user();
    await goInside(page, who, concert.concertId);
    await openSeats(page);
    return {who, concert, show};
}
