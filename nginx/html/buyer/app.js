/*
 * The frame of the buyer's pages: the header, and which view the address shows.
 *
 * A view is a function of (page, ...numbers of the address), which fills page.node, sets page.title and
 * page.width ('narrow', 'wide'), and returns when it has something to show. What it starts ends with
 * page.signal.
 */
import {Problem, serverNow} from '../common/api.js';
import {byId, fill, h, languageButton, say, themeButton, toast} from '../common/dom.js';
import {countdown, number} from '../common/words.js';
import {here, onBeat, onKept} from './calls.js';
import {forgetUser, inDemo, loginAddress, LoginNeeded, needUser, placesOf, signedOut, takeToken, user} from './visitor.js';
import {seatsName} from './parts.js';
import {text} from './words.js';

const TOLD = [300, 120, 60, 30]; // seconds left of a session that are read out

const value = h('strong', {class: 'number'});
const clock = h('p', {class: 'session', hidden: true, role: 'timer'}, h('span', {class: 'session-label'}, text.timeLeft), ' ', value);
const strip = h('aside', {class: 'strip', hidden: true, 'aria-label': text.queue}, h('p'), h('a', {class: 'button'}));
const phases = new Map(); // when last looked at
let told = Infinity;

function showClock(place) {
    clock.hidden = !place || place.phase !== 'inside';
    if (clock.hidden) {
        told = Infinity;
        return;
    }
    const left = place.secondsLeft;
    value.textContent = countdown(left);
    clock.classList.toggle('short', left < 60);
    const mark = TOLD.filter(seconds => left <= seconds).pop() || Infinity;
    if (mark < told && left > 0)
        say(text.timeLeftSay(countdown(left)));
    told = mark;
}

/* News of a place that the view shown is not about: [words, link, address]. */
function newsOf(place, path) {
    const at = `/concerts/${place.concertId}`;
    const {hold} = place;
    if (hold && !path.startsWith(`${at}/hold/`))
        return [`${seatsName(hold.seats)} · ${text.heldFor} ${countdown((Date.parse(hold.until) - serverNow()) / 1000)}`, text.goOnPay, `${at}/hold/${hold.id}`];
    if (path.startsWith(at))
        return null;
    if (place.phase === 'inside')
        return [text.turn, text.chooseSeats, `${at}/dates`];
    return place.phase === 'waiting' && place.doc.position ? [text.placeSay(number(place.doc.position)), text.goOnWait, `${at}/wait`] : null;
}

async function noticeTurn(place, path) {
    const before = phases.get(place.key);
    phases.set(place.key, place.phase);
    if (place.phase !== 'inside' || !['waiting', 'prequeue'].includes(before) || path.startsWith(`/concerts/${place.concertId}/wait`))
        return;
    say(text.turn, {assertive: true});
    document.title = `★ ${text.turn} · Frontrow`;
    (await import('./wait.js')).signalTurn('');
}

function showPlaces() {
    const visitor = user();
    const path = location.hash.slice(1);
    const [, concertId] = /^\/concerts\/(\d+)\/(?:dates|hold)/.exec(path) || [];
    const places = visitor ? placesOf(visitor.id) : [];
    showClock(places.find(place => place.concertId === Number(concertId)));
    for (const place of places)
        noticeTurn(place, path).catch(() => null);
    const [news] = signedOut() ? path === '/me' ? [] : [[text.signInOver, text.toLogin]] : places.map(place => newsOf(place, path)).filter(Boolean);
    strip.hidden = !news;
    if (!news)
        return;
    const [words, link] = strip.children;
    words.textContent = news[0];
    link.textContent = news[1];
    link.href = news[2] ? `#${news[2]}` : loginAddress() || '#/me';
}

const routes = [
    [/^\/?$/, () => import('./concerts.js'), 'showConcerts'],
    [/^\/concerts\/(\d+)$/, () => import('./concerts.js'), 'showConcert'],
    [/^\/concerts\/(\d+)\/wait$/, () => import('./wait.js'), 'show'],
    [/^\/concerts\/(\d+)\/dates$/, () => import('./concerts.js'), 'showDates'],
    [/^\/concerts\/(\d+)\/dates\/(\d+)$/, () => import('./seats.js'), 'show'],
    [/^\/concerts\/(\d+)\/hold\/(\d+)$/, () => import('./purchase.js'), 'showHold'],
    [/^\/reservations\/(\d+)$/, () => import('./purchase.js'), 'showReservation'],
    [/^\/me$/, () => import('./purchase.js'), 'showMe'],
];

let leaving = null; // ends what the present view has started
let shown = 0;

const go = path => { location.hash = `#${path}`; };

function replace(path) {
    history.replaceState(null, '', `#${path}`);
    route();
}

function titled(node, title) {
    document.title = title ? `${title} · Frontrow` : 'Frontrow';
    const heading = node.querySelector('h1');
    if (heading) {
        heading.tabIndex = -1;
        heading.focus({preventScroll: true});
    }
}

function frame() {
    fill(byId('bar'),
        h('a', {class: 'skip', href: '#main', on: {click: event => {
            event.preventDefault();
            const heading = byId('main').querySelector('h1');
            (heading || byId('main')).focus();
        }}}, text.skip),
        h('a', {class: 'brand', href: '#/'}, h('img', {src: '/frontrow.svg', alt: '', width: 28, height: 28}), h('span', null, 'Frontrow')),
        clock,
        h('nav', {'aria-label': text.menu},
            h('a', {href: '#/', dataset: {route: '/'}}, text.concerts), h('a', {href: '#/me', dataset: {route: '/me'}}, text.myPage),
            languageButton(), themeButton()));
    byId('bar').after(strip);
}

function greet() {
    if (takeToken())
        setTimeout(() => say(signedOut() ? text.signInOver : text.signedIn), 500); // after the heading
}

function markMenu(path) {
    for (const link of byId('bar').querySelectorAll('nav a'))
        if (link.dataset.route === path)
            link.setAttribute('aria-current', 'page');
        else
            link.removeAttribute('aria-current');
}

function showFailure(page, problem) {
    if (problem.status === 401)
        forgetUser();
    if (problem instanceof LoginNeeded || problem.status === 401) {
        const address = loginAddress();
        const anew = h('button', {type: 'button', hidden: true, on: {click: () => {
            here.set('user', null);
            needUser(page.signal).then(page.again, page.fail);
        }}}, text.newVisitor);
        if (!address)
            inDemo(page.signal).then(demo => { anew.hidden = !demo; });
        fill(page.node, h('h1', null, text.login), signedOut() && h('p', {class: 'note warn'}, text.signInOver), h('p', null, address ? text.loginText : text.loginElsewhere),
            h('div', {class: 'buttons'}, address ? h('a', {class: 'button', href: address}, text.toLogin) : anew,
                h('a', {class: 'button plain', href: '#/'}, text.toConcerts)));
        return text.login;
    }
    const known = problem instanceof Problem;
    const missing = known && problem.status === 404;
    fill(page.node, h('h1', null, missing ? text.missing : text.failed),
        h('p', null, known && problem.detail ? problem.detail : text.failedText),
        h('div', {class: 'buttons'}, !missing && h('button', {type: 'button', on: {click: route}}, text.tryAgain),
            h('a', {class: 'button plain', href: '#/'}, text.toConcerts)));
    if (!known)
        console.error(problem);
    return missing ? text.missing : text.failed;
}

async function route() {
    const path = location.hash.slice(1) || '/';
    const [pattern, load, name] = routes.find(([candidate]) => candidate.test(path)) || [];
    const number = ++shown;
    if (leaving)
        leaving.abort();
    leaving = new AbortController();
    const page = {
        node: h('div', {class: 'view'}), signal: leaving.signal, go, replace, again: route, title: '', width: '',
        fail: problem => { titled(page.node, showFailure(page, problem)); },
    };
    let placed = false;
    const place = () => {
        if (placed || number !== shown)
            return;
        placed = true;
        fill(byId('main'), page.node);
        scrollTo(0, 0);
    };
    const slow = setTimeout(() => {
        if (!page.node.firstChild)
            fill(page.node, h('p', {class: 'loading', role: 'status'}, text.loading));
        place();
    }, 400);
    markMenu(path);
    showPlaces();
    try {
        if (!load)
            throw new Problem(404, {detail: text.missingText}, 0);
        const view = await load();
        await view[name](page, ...pattern.exec(path).slice(1).map(Number));
    } catch (problem) {
        if (page.signal.aborted)
            return;
        page.title = showFailure(page, problem);
    } finally {
        clearTimeout(slow);
    }
    place();
    if (number !== shown)
        return;
    byId('main').className = page.width;
    titled(page.node, page.title);
}

frame();
greet();
onBeat(showPlaces);
addEventListener('hashchange', () => {
    greet();
    route();
});
onKept(key => {
    if (key === 'demo-user' || (key === 'changed' && /^#\/(me|reservations)/.test(location.hash)))
        route();
});
addEventListener('unhandledrejection', event => {
    if (event.reason && event.reason.name === 'AbortError')
        event.preventDefault();
    else if (event.reason instanceof Problem)
        toast(event.reason.detail || text.failedText, 'bad');
});
route();
