/*
 * The views of the pages, each with the way to it: for the tests that look at all of them, and for the
 * pictures. `open(page)` goes there by the English names; the page is then loaded anew in a language
 * and a theme (see dress()), after which `after(page, word)` does what a load does not keep, such as
 * opening a dialog; word(en, ko) gives the name in the page's language.
 */
import * as buyer from './buyer.js';
import {expect} from './expect.js';
import * as operator from './operator.js';
import * as site from './site.js';

const sections = [
    {name: 'VIP', rows: 4, seatsPerRow: 12, price: 165000, blocked: [1, 2, 11, 12]},
    {name: 'R', rows: 6, seatsPerRow: 18, price: 132000},
    {name: 'S', rows: 8, seatsPerRow: 20, price: 99000},
];

const once = make => {
    let made;
    return () => made ||= make();
};

/* A concert with two dates, some seats of the first sold and held. */
const soldConcert = once(async () => {
    const concert = await site.concert({title: '봄밤의 콘서트 · Spring Night', artist: 'The Testers', host: 'Seoul Arts Hall', queue: {message: {ko: '입장은 30분 전부터입니다.', en: 'Doors open half an hour before.'}}});
    const show = await site.show(concert.concertId, {sections});
    await site.show(concert.concertId, {days: 8, sections, bookingOpensAt: new Date(Date.now() + 3 * 86400000).toISOString()});
    const who = await site.enter(await site.user(), concert.concertId);
    const reservation = await site.buy(who, show.scheduleId, [17, 18]);
    const other = await site.enter(await site.user(), concert.concertId);
    await site.buy(other, show.scheduleId, [20, 21, 60], {pay: false});
    return {concert, show, who, reservation};
});

/* A concert that lets nobody in any more: the one place inside is taken. */
const fullConcert = once(async () => {
    const concert = await site.concert({title: 'Northern Lights', artist: 'The Testers', queue: {maxActive: 1, claimSeconds: 0, sessionSeconds: 3600, message: {ko: '곧 시작합니다.', en: 'It starts soon.'}}});
    await site.show(concert.concertId);
    await site.enter(await site.user(), concert.concertId);
    for (let i = 0; i < 12; i++)
        await site.call('POST', '/queue/tokens', {token: (await site.user()).token, body: {concertId: concert.concertId}});
    return concert;
});

const soon = once(() => site.concert({title: 'First Night', artist: 'The Testers', queue: {opensAt: new Date(Date.now() + 5000000).toISOString()}})
    .then(async concert => { await site.show(concert.concertId); return concert; }));

async function inside(page) {
    const {concert} = await soldConcert();
    await buyer.goInside(page, await site.user(), concert.concertId);
}

async function atSeats(page) {
    await inside(page);
    await buyer.openSeats(page);
}

async function atHold(page) {
    await atSeats(page);
    await page.getByRole('button', {name: 'Hold the best seats'}).click();
    await expect(buyer.heading(page, 'Your seats are held'), 'the hold').toShow();
}

const arriveAt = async (page, path, pick) => buyer.arrive(page, (await soldConcert()).who, await pick());

const buyerViews = [
    {name: 'concerts', open: async page => { await soldConcert(); await page.goto('/'); }, ready: page => page.getByRole('main').getByRole('link').first()},
    {name: 'concert', open: async page => page.goto(`/#/concerts/${(await soldConcert()).concert.concertId}`), ready: page => page.getByRole('main').locator('dl')},
    {name: 'concert-soon', open: async page => page.goto(`/#/concerts/${(await soon()).concertId}`), ready: page => page.getByRole('main').getByRole('timer')},
    {name: 'waiting', open: async page => {
        await buyer.arrive(page, await site.user(), `/concerts/${(await fullConcert()).concertId}`);
        await buyer.join(page);
        await expect(buyer.heading(page, 'You are in the queue')).toShow();
    }, ready: page => page.getByRole('progressbar')},
    {name: 'waiting-leave', open: async page => {
        await buyer.arrive(page, await site.user(), `/concerts/${(await fullConcert()).concertId}`);
        await buyer.join(page);
        await expect(buyer.heading(page, 'You are in the queue')).toShow();
    }, ready: page => page.getByRole('progressbar'), after: async (page, word) => {
        await page.getByRole('button', {name: word('Leave the queue', '대기열에서 나가기')}).click();
        await expect(page.getByRole('dialog')).toShow();
    }},
    {name: 'prequeue', open: async page => {
        await buyer.arrive(page, await site.user(), `/concerts/${(await soon()).concertId}`);
        await buyer.join(page);
        await expect(buyer.heading(page, 'You are here early')).toShow();
    }, ready: page => page.getByRole('main').getByRole('timer')},
    {name: 'dates', open: inside, ready: page => page.getByRole('main').getByRole('list')},
    {name: 'seats', open: atSeats, ready: page => page.locator('canvas')},
    {name: 'seats-list', open: async page => {
        await atSeats(page);
        await buyer.choose(page, 3, 4);
    }, ready: page => page.getByRole('checkbox').first()},
    {name: 'hold', open: atHold, ready: page => page.getByRole('main').locator('dl')},
    {name: 'hold-give-back', open: atHold, ready: page => page.getByRole('main').locator('dl'), after: async (page, word) => {
        await page.getByRole('button', {name: word('Give the seats back', '좌석 반환하기')}).click();
        await expect(page.getByRole('dialog')).toShow();
    }},
    {name: 'ticket', open: page => arriveAt(page, '', async () => `/reservations/${(await soldConcert()).reservation.reservationId}`), ready: page => page.getByRole('main').getByRole('img')},
    {name: 'me', open: page => arriveAt(page, '', () => '/me'), ready: page => page.getByRole('main').getByRole('table')},
    {name: 'me-nobody', open: page => page.goto('/#/me'), ready: page => page.getByRole('main').getByRole('button')},
    {name: 'not-found', open: page => page.goto('/#/concerts/999999999'), ready: page => page.getByRole('heading', {level: 1})},
];

const adminView = (name, path, ready, others) => ({name: `admin-${name}`, ready, ...others,
    open: async page => operator.signIn(page, await (typeof path === 'function' ? path(await soldConcert()) : path))});
const main = role => page => page.getByRole('main').getByRole(role).first();

const adminViews = [
    {name: 'admin-sign-in', open: page => page.goto('/admin/'), ready: main('textbox')},
    {name: 'admin-sign-in-wrong', open: page => page.goto('/admin/'), ready: main('textbox'), after: async page => {
        await page.getByRole('textbox').fill('nonsense');
        await page.getByRole('textbox').press('Tab');
        await page.locator('form button[type=submit]').click();
        await expect(page.locator('[aria-invalid=true]')).toShow();
    }},
    adminView('concerts', '/concerts', main('list')),
    adminView('concert-new', '/concerts/new', main('textbox')),
    adminView('control', ({concert}) => `/concerts/${concert.concertId}`, main('table')),
    adminView('control-pause', ({concert}) => `/concerts/${concert.concertId}`, main('table'), {after: async (page, word) => {
        await page.getByRole('button', {name: word('Pause', '일시 정지'), exact: true}).click();
        await expect(page.getByRole('dialog')).toShow();
    }}),
    adminView('settings', ({concert}) => `/concerts/${concert.concertId}/settings`, main('textbox')),
    adminView('dates', ({concert}) => `/concerts/${concert.concertId}/dates`, main('table')),
    adminView('date-new', ({concert}) => `/concerts/${concert.concertId}/dates/new`, main('heading')),
    adminView('date', ({show}) => `/dates/${show.scheduleId}`, main('heading')),
    adminView('seats', ({show}) => `/dates/${show.scheduleId}/seats`, page => page.getByLabel('Picked seats').or(page.getByLabel('고른 좌석'))),
    adminView('sales', ({show}) => `/dates/${show.scheduleId}/sales`, main('table')),
    adminView('buyers', '/buyers', main('searchbox')),
    adminView('buyer', ({who}) => `/buyers/${who.userId}`, main('table')),
    adminView('reservation', ({reservation}) => `/reservations/${reservation.reservationId}`, main('list')),
    adminView('refund', ({reservation}) => `/reservations/${reservation.reservationId}`, main('list'), {after: async (page, word) => {
        await page.getByRole('button', {name: word(/^Refund/, /^환불/)}).click();
        await expect(page.getByRole('dialog')).toShow();
    }}),
    adminView('audit', '/audit', main('heading')),
];

const scanned = text => async page => {
    await page.locator('#ticket').fill(await text());
    await page.locator('#ticket').press('Enter');
    await expect(page.locator('#answer h2')).toShow();
};
const scanView = (name, others) => ({name: `scan${name}`, open: async page => page.goto(`/scan/#schedule=${(await soldConcert()).show.scheduleId}`),
    ready: page => page.locator('#keys:not(:empty)'), ...others});

const scanViews = [
    scanView(''),
    scanView('-wrong', {after: scanned(() => 'nonsense')}),
    scanView('-ticket', {after: scanned(async () => {
        const {who, reservation} = await soldConcert();
        return (await site.call('GET', `/reservations/${reservation.reservationId}/ticket`, {token: who.token})).ticket;
    })}),
];

export const views = {buyer: buyerViews, admin: adminViews, scan: scanViews};

/** Shows the view in a language ('ko', 'en') and a theme ('light', 'dark'), loaded anew. */
export async function dress(page, view, language, theme) {
    await page.emulateMedia({colorScheme: theme, reducedMotion: 'reduce'});
    await page.evaluate(chosen => localStorage.setItem('frontrow-language', chosen), language);
    await page.reload();
    await expect(page.locator(`html[lang=${language}]`), `${view.name} in ${language}`).toShow();
    await expect(view.ready(page), `${view.name} in ${language}`).toShow();
    if (view.after)
        await view.after(page, (en, ko) => language === 'ko' ? ko : en);
}
