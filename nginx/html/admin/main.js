/*
 * The frame of the operator's pages: the bar, signing in and out, and which view an address shows.
 *
 * A view is a function that gets {params, query, signal, refresh} and resolves to {title, content}.
 * The signal stops what a view has going when it is left; refresh shows it anew.
 */
import {serverNow} from '/common/api.js';
import {byId, fill, h, languageButton, themeButton, toast} from '/common/dom.js';
import {pick, timeOnly} from '/common/words.js';
import {auditLog} from './audit.js';
import {buyer, buyers, reservation} from './buyers.js';
import {concertList} from './concerts.js';
import {concertCreate, concertEdit} from './concert-form.js';
import {controlRoom} from './control.js';
import {dateCreate, dateList, dateShow} from './dates.js';
import {forget} from './history.js';
import {sales} from './sales.js';
import {seatEditor} from './seats.js';
import {onSession, resume, session} from './session.js';
import {renew, signInView} from './signin.js';
import {mayLeave, settled} from './unsaved.js';
import {problemNote} from './ui.js';

const words = pick({
    en: {
        site: 'Frontrow operator', skip: 'Skip to the content', nav: 'Main', concerts: 'Concerts', buyers: 'Buyers', audit: 'Audit log',
        session: t => `Signed in until ${t}`, left: t => `${t} left`, hours: h => `${h} h`, hoursMinutes: (h, m) => `${h} h ${m} min`, minutes: m => `${m} min`, seconds: s => `${s} s`, loading: 'Loading …', noPage: 'There is no such page', noPageText: 'The address of this page is not right.',
        toConcerts: 'To the concerts', trouble: 'This page could not be shown', ending: 'Your token ends in five minutes. Choose the time in the bar to go on with a new one.',
    },
    ko: {
        site: 'Frontrow 운영자', skip: '본문으로 건너뛰기', nav: '주 메뉴', concerts: '공연', buyers: '구매자', audit: '감사 기록',
        session: t => `${t}까지 로그인됨`, left: t => `${t} 남음`, hours: h => `${h}시간`, hoursMinutes: (h, m) => `${h}시간 ${m}분`, minutes: m => `${m}분`, seconds: s => `${s}초`, loading: '불러오고 있습니다…', noPage: '없는 페이지입니다', noPageText: '페이지 주소가 올바르지 않습니다.',
        toConcerts: '공연 목록으로', trouble: '페이지를 표시할 수 없습니다', ending: '토큰이 5분 후에 끝납니다. 계속하려면 상단의 시간을 눌러 새 토큰을 넣어 주세요.',
    },
});

const id = '([1-9][0-9]{0,18})';
const routes = [
    [/^\/?$/, concertList, 'concerts'],
    [/^\/concerts$/, concertList, 'concerts'],
    [/^\/concerts\/new$/, concertCreate, 'concerts'],
    [new RegExp(`^/concerts/${id}$`), controlRoom, 'concerts'],
    [new RegExp(`^/concerts/${id}/settings$`), concertEdit, 'concerts'],
    [new RegExp(`^/concerts/${id}/dates$`), dateList, 'concerts'],
    [new RegExp(`^/concerts/${id}/dates/new$`), dateCreate, 'concerts'],
    [new RegExp(`^/dates/${id}$`), dateShow, 'concerts'],
    [new RegExp(`^/dates/${id}/seats$`), seatEditor, 'concerts'],
    [new RegExp(`^/dates/${id}/sales$`), sales, 'concerts'],
    [/^\/buyers$/, buyers, 'buyers'],
    [/^\/buyers\/([0-9a-f-]{36})$/i, buyer, 'buyers'],
    [new RegExp(`^/reservations/${id}$`), reservation, 'buyers'],
    [/^\/audit$/, auditLog, 'audit'],
];

/* --- The bar --- */

const bar = byId('bar');
const main = byId('main');
main.tabIndex = -1;
let clock = null;

/* Whole minutes while there is time: a clock that ticks draws the eye. {time, short} for a bar that
 * has little room. */
function timeLeft(seconds) {
    const minutes = Math.floor(seconds / 60);
    const hours = Math.floor(minutes / 60);
    if (hours)
        return {time: words.hoursMinutes(hours, minutes % 60), short: words.hours(hours)};
    const time = minutes ? words.minutes(minutes) : words.seconds(Math.max(0, Math.floor(seconds)));
    return {time, short: time};
}

function showClock() {
    if (!clock || !session())
        return;
    const left = (session().endsAt - serverNow()) / 1000;
    const {time, short} = timeLeft(left);
    const text = words.left(time);
    if (clock.dataset.time !== time)
        fill(clock, h('span', {class: 'short'}, short), h('span', {class: 'long'}, text));
    clock.dataset.time = time;
    clock.classList.toggle('warn', left < 300);
    clock.setAttribute('aria-label', `${words.session(timeOnly(session().endsAt))}. ${text}`);
}

function showBar(section) {
    const link = (key, href) => h('a', {href, 'aria-current': section === key ? 'page' : null}, words[key]);
    clock = session() && h('button', {type: 'button', class: 'bare clock', title: words.session(timeOnly(session().endsAt)), on: {click: renew}});
    fill(bar,
        h('a', {class: 'brand', href: '#/concerts'}, h('img', {src: '/frontrow.svg', alt: ''}), words.site),
        session() && h('nav', {'aria-label': words.nav}, link('concerts', '#/concerts'), link('buyers', '#/buyers'), link('audit', '#/audit')),
        h('div', {class: 'tools'}, clock, languageButton(), themeButton()));
    showClock();
}

/* --- Views --- */

let leaving = new AbortController();
let shownHash = null;
let opening = 0;

function split() {
    const [path, query] = location.hash.replace(/^#/, '').split('?');
    return {path, query: new URLSearchParams(query || '')};
}

function put({title, content}) {
    fill(main, content);
    document.title = title ? `${title} · ${words.site}` : words.site;
}

/* The heading gets the focus, so that a screen reader begins with it, as on a page that was loaded. */
function focusHeading() {
    const heading = main.querySelector('h1');
    if (!heading)
        return;
    heading.tabIndex = -1;
    heading.focus({preventScroll: true});
}

const nowhere = () => ({title: words.noPage, content: [h('h1', null, words.noPage), h('p', null, words.noPageText),
    h('p', null, h('a', {href: '#/concerts'}, words.toConcerts))]});

async function build(view, params, query, signal) {
    try {
        return await view({params, query, signal, refresh: () => open(true)});
    } catch (problem) {
        if (signal.aborted)
            return null;
        return {title: words.trouble, content: [h('h1', null, words.trouble), problemNote(problem, () => open(true))]};
    }
}

async function open(same = false) {
    const turn = ++opening;
    leaving.abort();
    leaving = new AbortController();
    settled();
    shownHash = location.hash;
    if (!session()) {
        showBar(null);
        put(signInView());
        return;
    }
    const {path, query} = split();
    const [pattern, view, section] = routes.find(([p]) => p.test(path)) || [/$/, nowhere, null];
    if (!same)
        showBar(section);
    const waiting = setTimeout(() => fill(main, h('p', {class: 'quiet', role: 'status'}, words.loading)), 400);
    const made = await build(view, pattern.exec(path).slice(1), query, leaving.signal);
    clearTimeout(waiting);
    if (turn !== opening || !made || !session())
        return;
    put(made);
    if (!same)
        scrollTo(0, 0);
    if (!same || document.activeElement === document.body)
        focusHeading();
}

/* What was typed and not sent is not lost by a slip of the finger. */
addEventListener('hashchange', async () => {
    if (location.hash === shownHash)
        return;
    const wanted = location.hash;
    if (!await mayLeave(() => history.replaceState(null, '', shownHash || '#/'))) {
        return;
    }
    if (location.hash !== wanted)
        history.replaceState(null, '', wanted);
    open();
});

onSession({
    changed: showClock,
    ending: () => toast(words.ending),
    over: reason => {
        document.querySelectorAll('dialog[open]').forEach(dialog => dialog.close('no'));
        leaving.abort();
        opening++;
        settled();
        if (reason === 'left')
            forget();
        showBar(null);
        put(signInView(reason));
        scrollTo(0, 0);
        focusHeading();
    },
});
addEventListener('signedin', () => open());

document.body.prepend(h('a', {class: 'skip', href: '#main', on: {click: event => {
    event.preventDefault();
    main.focus();
}}}, words.skip));
resume();
open();
