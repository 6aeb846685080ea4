/* What an operator does on the pages, by the names that they show in English. */
import {expect} from './expect.js';
import {adminToken} from './site.js';

/** Signs in with a token of the admin's, if need be, on the way to an address of the pages. */
export async function signIn(page, path = '/concerts') {
    await page.goto(`/admin/#${path}`);
    const menu = page.getByRole('navigation', {name: 'Main'});
    const token = page.getByLabel('Operator token');
    await expect(menu.or(token), 'the operator\'s pages').toShow();
    if (await menu.isVisible())
        return; // this tab has a token
    await token.fill(adminToken());
    await page.getByRole('button', {name: 'Sign in', exact: true}).click();
    await expect(menu, 'the menu of who is signed in').toShow();
}

/** Presses the button, and the one of the question that it asks. */
export async function decide(page, button, yes = button) {
    await page.getByRole('main').getByRole('button', {name: button, exact: true}).click();
    const question = page.getByRole('dialog');
    await question.getByRole('button', {name: yes, exact: true}).click();
    await expect(question, 'the question, once answered').toGo();
}

/** The value that the control room shows under this name. */
export const figure = (page, name) => page.getByRole('main').locator('dl > div').filter({has: page.locator('dt', {hasText: new RegExp(`^${name}$`)})}).locator('dd').first();
