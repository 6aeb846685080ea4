/*
 * The frame of the buyer's pages: the header, and which view the address shows.
 *
 * A view is a module with `show(page, ...parts of the address)`, which fills page.node and returns
 * when it has something to show; page.title and page.width ('narrow', 'wide') are the view's to set.
 * Whatever it starts ends with page.signal.
 */
import {Problem} from '../common/api.js';
import {byId, fill, h, languageButton, say, themeButton, toast} from '../common/dom.js';
import {sessionClock} from './session.js';
import {onKept} from './store.js';
import {text} from './words.js';
import {LoginNeeded, forgetUser, loginAddress, signedOut, takeToken} from './user.js';

const routes = [
    [/^\/?$/, () => import('./concerts.js')],
    [/^\/concerts\/(\d+)$/, () => import('./concert.js')],
    [/^\/concerts\/(\d+)\/wait$/, () => import('./wait.js')],
    [/^\/concerts\/(\d+)\/dates$/, () => import('./dates.js')],
    [/^\/concerts\/(\d+)\/dates\/(\d+)$/, () => import('./seats.js')],
    [/^\/concerts\/(\d+)\/hold\/(\d+)$/, () => import('./hold.js')],
    [/^\/reservations\/(\d+)$/, () => import('./reservation.js')],
    [/^\/me$/, () => import('./me.js')],
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
        sessionClock.node,
        h('nav', {'aria-label': text.menu},
            h('a', {href: '#/', dataset: {route: '/'}}, text.concerts), h('a', {href: '#/me', dataset: {route: '/me'}}, text.myPage),
            languageButton(), themeButton()));
}

function markMenu(path) {
    for (const link of byId('bar').querySelectorAll('nav a'))
        if (link.dataset.route === path)
            link.setAttribute('aria-current', 'page');
        else
            link.removeAttribute('aria-current');
}

/* What a view could not do, with what can be done about it. */
function showFailure(page, problem) {
    if (problem.status === 401)
        forgetUser();
    if (problem instanceof LoginNeeded || problem.status === 401) {
        const address = loginAddress();
        fill(page.node, h('h1', null, text.login), signedOut() && h('p', {class: 'note warn'}, text.signInOver), h('p', null, address ? text.loginText : text.loginElsewhere),
            h('div', {class: 'buttons'}, address && h('a', {class: 'button', href: address}, text.toLogin),
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
    const [pattern, load] = routes.find(([candidate]) => candidate.test(path)) || [null, null];
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
        byId('main').className = page.width;
        fill(byId('main'), page.node);
        scrollTo(0, 0);
    };
    const slow = setTimeout(() => {
        if (!page.node.firstChild)
            fill(page.node, h('p', {class: 'loading', role: 'status'}, text.loading));
        place();
    }, 400);
    markMenu(path);
    sessionClock.watch(/^\/concerts\/(\d+)\/(dates|hold)/.exec(path)?.[1]);
    try {
        if (!load)
            throw new Problem(404, {detail: text.missingText}, 0);
        const view = await load();
        await view.show(page, ...pattern.exec(path).slice(1).map(Number));
    } catch (problem) {
        if (page.signal.aborted)
            return;
        page.title = showFailure(page, problem);
    } finally {
        clearTimeout(slow);
    }
    place();
    if (number === shown)
        titled(page.node, page.title);
}

takeToken();
frame();
addEventListener('hashchange', () => {
    if (takeToken())
        say(text.signedIn);
    route();
});
onKept(key => {
    if (key === 'language' || key === 'demo-user')
        route();
});
addEventListener('unhandledrejection', event => {
    if (event.reason && event.reason.name === 'AbortError')
        event.preventDefault();
    else if (event.reason instanceof Problem)
        toast(event.reason.detail || text.failedText, 'bad');
});
route();
