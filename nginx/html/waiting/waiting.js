/*
 * The waiting page: joins the queue of ?concert=ID, shows the place in it, and goes to &return=…
 * when it is the visitor's turn.
 *
 * The place is in a cookie that this script cannot read; the server is asked for what to show, never
 * sooner than it allows. The queue's public state comes by itself (server-sent events) where that
 * works, and is asked for with each poll where it does not.
 */
'use strict';

const words = {
    en: {
        kind: 'Waiting room', starting: 'One moment …', startingText: 'Asking for your place.',
        waiting: 'You are in the queue', early: 'You are here early', turn: 'It is your turn',
        turnText: 'Taking you there …', turnAgain: 'It is your turn, but you have been sent back here. Does your browser keep cookies?',
        enter: 'Go on', label: 'Your place', next: 'You are next.', ticket: n => `Your number: ${n}.`,
        estimate: t => `Estimated wait: ${t}.`, unknown: 'How long it will take is not known yet.',
        soon: 'less than a minute', minutes: n => `about ${n} min`,
        hours: (h, m) => m ? `about ${h} h ${m} min` : `about ${h} h`,
        stay: 'You can leave this page open: it goes on by itself when it is your turn.',
        earlyText: 'Until it opens nobody has a number. All who are here by then are put in order by a draw, so it does not matter who came first.',
        opens: 'Opens in', opensAt: t => `Opens at ${t}`, leave: 'Leave the queue', again: 'Queue again',
        leaveSure: 'Give up your place in the queue?', left: 'You have left the queue', leftText: 'Your place has been given up.',
        over: 'Your place is over', overText: 'Your time is over, or you did not come when it was your turn. You can queue again.',
        login: 'Please log in first', loginText: 'This queue is for those who are logged in. Log in, then come back here.',
        toLogin: 'Log in', missing: 'There is no such queue', missingText: 'The address of this page is not right.',
        closed: 'The queue is closed', closedText: 'Nobody can join it now. This page tries by itself when it opens.',
        soldOut: 'Sold out', soldOutText: 'Nothing is left at the moment. If something comes free, this page tries by itself.',
        cookies: 'Your browser keeps no cookies', cookiesText: 'Your place in the queue is kept in a cookie. Allow them for this site, clear those it has, and load the page again.',
        trouble: n => `No answer at the moment. Your place is kept. Next try in ${n} s.`,
        states: {
            OPEN: 'The queue is open.', PAUSED: 'Admission has paused. You keep your place.', DRAINING: 'The queue takes nobody new; those who wait are still let in.',
            CLOSED: 'The queue is closed: nobody is let in now.', SOLD_OUT: 'Sold out. If something comes free, it goes on by itself.', PREQUEUE: 'The queue has not opened yet.',
        },
        counts: (w, a) => `${w} waiting, ${a} inside.`, heard: t => `Last heard of at ${t}.`,
        lottery: 'The draw', hash: 'SHA-256 of the secret seed', seed: 'Seed',
        before: 'The order will follow from a secret number, the seed. It has been chosen already: this is its fingerprint, so it cannot be changed any more.',
        after: 'The draw has taken place: the order follows from this seed, and its fingerprint is the one that was shown before, so anyone can check it.',
        place: n => `Your place: ${n}.`,
    },
    ko: {
        kind: '대기실', starting: '잠시만 기다려 주세요', startingText: '대기 순서를 확인하고 있습니다.',
        waiting: '대기 중입니다', early: '일찍 오셨습니다', turn: '입장할 차례입니다',
        turnText: '이동하고 있습니다…', turnAgain: '입장할 차례이지만 이 페이지로 되돌아왔습니다. 브라우저가 쿠키를 저장하는지 확인해 주세요.',
        enter: '입장하기', label: '나의 대기 순서', next: '다음이 입장 차례입니다.', ticket: n => `대기 번호: ${n}번.`,
        estimate: t => `예상 대기 시간: ${t}.`, unknown: '예상 대기 시간을 아직 알 수 없습니다.',
        soon: '1분 미만', minutes: n => `약 ${n}분`, hours: (h, m) => m ? `약 ${h}시간 ${m}분` : `약 ${h}시간`,
        stay: '이 페이지를 열어 두시면 차례가 되었을 때 자동으로 입장합니다.',
        earlyText: '대기열이 열리기 전에는 번호가 없습니다. 그때까지 들어온 모든 분의 순서를 추첨으로 정하므로 먼저 왔는지는 상관없습니다.',
        opens: '시작까지', opensAt: t => `${t}에 시작합니다`, leave: '대기열에서 나가기', again: '다시 줄서기',
        leaveSure: '대기 순서를 포기하시겠습니까?', left: '대기열에서 나왔습니다', leftText: '대기 순서를 포기했습니다.',
        over: '대기 순서가 끝났습니다', overText: '이용 시간이 끝났거나, 차례가 되었을 때 입장하지 않았습니다. 다시 줄을 설 수 있습니다.',
        login: '먼저 로그인해 주세요', loginText: '로그인한 분만 대기할 수 있습니다. 로그인한 다음 이 페이지로 돌아와 주세요.',
        toLogin: '로그인', missing: '대기열이 없습니다', missingText: '페이지 주소가 올바르지 않습니다.',
        closed: '대기열이 닫혀 있습니다', closedText: '지금은 들어갈 수 없습니다. 다시 열리면 이 페이지가 자동으로 시도합니다.',
        soldOut: '매진되었습니다', soldOutText: '지금은 남은 수량이 없습니다. 다시 생기면 이 페이지가 자동으로 시도합니다.',
        cookies: '쿠키를 저장할 수 없습니다', cookiesText: '대기 순서는 쿠키에 저장됩니다. 이 사이트의 쿠키를 허용하고 기존 쿠키를 지운 다음 페이지를 새로 고쳐 주세요.',
        trouble: n => `지금은 응답이 없습니다. 대기 순서는 유지됩니다. ${n}초 후에 다시 시도합니다.`,
        states: {
            OPEN: '대기열이 열려 있습니다.', PAUSED: '입장이 잠시 멈췄습니다. 대기 순서는 유지됩니다.', DRAINING: '새로운 대기는 받지 않으며, 기다리는 분은 계속 입장합니다.',
            CLOSED: '대기열이 닫혀 있어 지금은 입장할 수 없습니다.', SOLD_OUT: '매진되었습니다. 다시 생기면 자동으로 계속됩니다.', PREQUEUE: '아직 열리지 않았습니다.',
        },
        counts: (w, a) => `대기 ${w}명, 입장 ${a}명.`, heard: t => `마지막 확인: ${t}.`,
        lottery: '추첨', hash: '비밀 시드의 SHA-256', seed: '시드',
        before: '순서는 비밀 숫자인 시드로 정해집니다. 시드는 이미 정해졌고 아래는 그 지문이므로 이제 바꿀 수 없습니다.',
        after: '추첨이 끝났습니다. 순서는 이 시드로 정해졌으며, 그 지문이 미리 공개한 값과 같으므로 누구나 확인할 수 있습니다.',
        place: n => `대기 순서 ${n}번.`,
    },
};

const language = (navigator.languages || [navigator.language])
    .map(tag => tag.slice(0, 2).toLowerCase()).find(tag => tag in words) || 'en';
const text = words[language];
const number = new Intl.NumberFormat(language);
const clock = new Intl.DateTimeFormat(language, {timeStyle: 'medium'});
const day = new Intl.DateTimeFormat(language, {dateStyle: 'long', timeStyle: 'short'});
const at = id => document.getElementById(id);

/* --- The address of this page --- */

/* `return` is the last parameter. nginx puts the path there as the client wrote it, with its own
 * query; a link may have it escaped. */
function readAddress() {
    const [, before, tail] = /^\??(.*?)(?:(?:^|[?&])return=(.*))?$/.exec(location.search);
    const concert = new URLSearchParams(before).get('concert') || '';
    return {
        concert: /^[1-9][0-9]{0,18}$/.test(concert) ? concert : null,
        back: localPath(tail || '/'),
    };
}

/* The address of a path of this very site, or of its start: never of anything that a browser could
 * take for another host, and not of this page. */
function localPath(given) {
    let path = given;
    try {
        if (/^%2f/i.test(path))
            path = decodeURIComponent(path);
        const url = new URL(path, location.origin);
        if (/^\/(?![/\\])/.test(path) && !/[\\\u0000-\u0020\u007f]/.test(path) &&
            url.origin === location.origin && !url.pathname.startsWith('/waiting/'))
            return url.href;
    } catch { /* not an address at all */ }
    return `${location.origin}/`;
}

const address = readAddress();
const api = '/api/v1';
const urls = {
    place: `${api}/gate/concerts/${address.concert}/place`,
    queue: `${api}/queue/concerts/${address.concert}`,
    concert: `${api}/concerts/${address.concert}`,
};

/* --- What is known --- */

let phase = 'starting';   // a key of `shows` below
let place = null;         // the last document of the place
let queue = null;         // and of the queue
let first = null;         // the first position that was seen, for the bar
let heard = null;         // when the server last answered
let skew = 0;             // the server's clock less this one's, ms
let joined = false;       // this page has just joined: the next time there must be a cookie
let failures = 0;         // in a row
let due = 0;              // when to ask again; 0: not by itself
let busy = false;
let pushed = 0;           // when the queue's state came by itself last
let announced = {text: '', at: 0};

/* --- Asking --- */

async function ask(url, method) {
    const abort = new AbortController();
    const timer = setTimeout(() => abort.abort(), 20000);
    try {
        const answer = await fetch(url, {
            method, signal: abort.signal, cache: 'no-store', redirect: 'error',
            headers: method === 'GET' ? {} : {'Frontrow-Gate': 'page'},
        });
        const body = /json/.test(answer.headers.get('Content-Type') || '') ? await answer.json() : null;
        const date = Date.parse(answer.headers.get('Date') || '');
        if (date)
            skew = date - Date.now();
        if (answer.ok && answer.status !== 204 && !body)
            throw new TypeError('not an answer of Frontrow, but of something on the way');
        return {status: answer.status, body, wait: Number(answer.headers.get('Retry-After')) || 0};
    } catch {
        return {status: 0, body: null, wait: 0};
    } finally {
        clearTimeout(timer);
    }
}

const later = seconds => Date.now() + seconds * 1000;
const spread = seconds => seconds * (1 + Math.random() / 2);

/* No answer, too many requests, or a part that is down: less and less often, each at its own time. */
function backOff(wait) {
    failures++;
    due = later(spread(Math.max(wait, Math.min(60, 2 ** Math.min(failures, 6)))));
}

function settle(next, seconds) {
    phase = next;
    failures = 0;
    place = next === 'in' ? place : null;
    due = seconds ? later(seconds) : 0;
}

function takePlace(answer) {
    place = answer.body;
    if (place.status === 'ACTIVE') {
        settle('turn', 0);
        enter();
        return;
    }
    phase = 'in';
    failures = 0;
    if (place.position !== null)
        first = Math.max(first || 0, place.position);
    due = later(Math.max(place.pollAfterSeconds, answer.wait, 1));
}

function takeRefusal(answer) {
    const code = answer.body && answer.body.code;
    if (answer.status === 401)
        settle(joined ? 'cookies' : 'login', 0);
    else if (answer.status === 400)
        settle('cookies', 0);
    else if (answer.status === 404)
        settle('missing', 0);
    else if (answer.status === 409)
        settle(code === 'SOLD_OUT' ? 'soldOut' : 'closed', spread(20));
    else
        backOff(answer.wait);
}

async function join() {
    const answer = await ask(urls.place, 'POST');
    if (answer.status === 200 || answer.status === 201) {
        joined = true;
        takePlace(answer);
    } else {
        takeRefusal(answer);
    }
    return answer.status;
}

/* A place that ended while it was looked at is not taken anew by itself. */
async function look() {
    const answer = await ask(urls.place, 'GET');
    if (answer.status === 200) {
        joined = false;
        takePlace(answer);
    } else if (answer.status === 401 && joined)
        settle('cookies', 0);
    else if ((answer.status === 401 || answer.status === 410) && phase === 'in')
        settle('over', 0);
    else if (answer.status === 401 || answer.status === 410)
        return join();
    else
        takeRefusal(answer);
    return answer.status;
}

async function poll() {
    if (busy)
        return;
    busy = true;
    due = 0;
    const status = await look();
    if (status > 0 && status < 500 && status !== 429)
        heard = new Date();
    if (!comesByItself() && status !== 0 && phase !== 'turn')
        takeQueue((await ask(urls.queue, 'GET')).body);
    busy = false;
    show();
}

function takeQueue(body) {
    if (!body || !body.state)
        return;
    const opened = queue && queue.state !== body.state &&
        ['OPEN', 'PAUSED', 'PREQUEUE'].includes(body.state);
    queue = body;
    if (opened && (phase === 'closed' || phase === 'soldOut'))
        due = later(Math.random() * 5);
}

async function leave() {
    if (busy || !confirm(text.leaveSure))
        return;
    busy = true;
    const answer = await ask(urls.place, 'DELETE');
    if (answer.status === 204 || answer.status === 401)
        settle('left', 0);
    busy = false;
    joined = false;
    show();
}

function again() {
    joined = false;
    first = null;
    phase = 'starting';
    show();
    poll();
}

/* --- Listening --- */

/* It is renewed every few seconds, changed or not: silence is a connection that died unnoticed. */
const comesByItself = () => Date.now() - pushed < 20000;

function listen(tries) {
    if (!window.EventSource)
        return;
    const source = new EventSource(`${urls.queue}/events`);
    source.onmessage = event => {
        try {
            takeQueue(JSON.parse(event.data));
        } catch {
            return;
        }
        pushed = Date.now();
        tries = 0;
        show();
    };
    source.onerror = () => {
        source.close();
        pushed = 0;
        setTimeout(listen, spread(Math.min(120, 5 * 2 ** tries)) * 1000, tries + 1);
    };
}

/* --- Going back --- */

/* Three times in a row within a minute: something sends the visitor back here, and a link is better
 * than a circle. */
function enter() {
    let trips = [];
    try {
        trips = JSON.parse(sessionStorage.getItem('frontrow-trips') || '[]')
            .filter(time => Date.now() - time < 60000);
        sessionStorage.setItem('frontrow-trips', JSON.stringify([...trips, Date.now()]));
    } catch { /* no storage */ }
    if (trips.length >= 3)
        phase = 'turnAgain';
    show();
    if (phase === 'turn')
        location.replace(address.back);
}

/* --- Showing --- */

function put(id, content) {
    const element = at(id);
    if (element.textContent !== content)
        element.textContent = content;
    element.hidden = content === '';
}

const shows = {
    starting: () => [text.starting, text.startingText],
    in: () => place.status === 'PREQUEUE' ? [text.early, text.earlyText]
        : [text.waiting, `${place.position === 1 ? `${text.next} ` : ''}${text.ticket(number.format(place.ticket))} ${text.stay}`],
    turn: () => [text.turn, text.turnText],
    turnAgain: () => [text.turn, text.turnAgain],
    left: () => [text.left, text.leftText],
    over: () => [text.over, text.overText],
    login: () => [text.login, text.loginText],
    missing: () => [text.missing, text.missingText],
    closed: () => [text.closed, text.closedText],
    soldOut: () => [text.soldOut, text.soldOutText],
    cookies: () => [text.cookies, text.cookiesText],
};

function duration(seconds) {
    const minutes = Math.ceil(seconds / 60);
    if (seconds < 60)
        return text.soon;
    return minutes < 60 ? text.minutes(minutes) : text.hours(Math.floor(minutes / 60), minutes % 60);
}

function estimate() {
    if (phase !== 'in' || place.status !== 'WAITING')
        return '';
    return place.estimatedWaitSeconds === null ? text.unknown
        : text.estimate(duration(place.estimatedWaitSeconds));
}

/* Onward, or to the login, which comes back here. */
function showLink() {
    const login = document.body.dataset.login;
    if (phase === 'login' && login) {
        at('enter').href = `${login}?return=${encodeURIComponent(location.pathname + location.search)}`;
        put('enter', text.toLogin);
    } else {
        put('enter', phase === 'turn' || phase === 'turnAgain' ? text.enter : '');
    }
}

function showPosition() {
    const waiting = phase === 'in' && place.position > 0;
    at('position').hidden = !waiting;
    at('progress').hidden = !waiting || first < 2;
    if (!waiting)
        return;
    at('position-label').textContent = text.label;
    at('position-number').textContent = number.format(place.position);
    at('progress').max = first;
    at('progress').value = first - place.position + 1;
}

function showCountdown() {
    const opens = queue && queue.state === 'PREQUEUE' ? Date.parse(queue.opensAt) : NaN;
    const left = Math.max(0, Math.ceil((opens - Date.now() - skew) / 1000));
    at('countdown').hidden = !(left > 0);
    if (!(left > 0))
        return;
    const two = n => String(n).padStart(2, '0');
    at('countdown-label').textContent = `${text.opensAt(day.format(opens))}. ${text.opens}`;
    at('countdown-time').textContent =
        `${two(Math.floor(left / 3600))}:${two(Math.floor(left / 60) % 60)}:${two(left % 60)}`;
}

function showLottery() {
    const lottery = queue && queue.lottery;
    at('lottery').hidden = !lottery;
    if (!lottery)
        return;
    put('lottery-title', text.lottery);
    put('lottery-text', lottery.seed ? text.after : text.before);
    put('lottery-hash-label', text.hash);
    put('lottery-hash', lottery.seedHash);
    put('lottery-seed-label', text.seed);
    put('lottery-seed', lottery.seed || '');
    at('lottery-seed-row').hidden = !lottery.seed;
}

const state = () => queue && phase === 'in' ? text.states[queue.state] || '' : '';

function showQueue() {
    const message = queue && queue.message;
    put('operator', message ? message[language] || message.ko || message.en || '' : '');
    put('state', state());
    put('queue', queue ? text.counts(number.format(queue.waiting), number.format(queue.active)) : '');
}

/* Read out when what it says has changed, the place alone at most twice a minute. */
function announce(headline) {
    const what = `${headline}. ${state()}`;
    const now = Date.now();
    if (announced.text === what && now - announced.at < 30000)
        return;
    announced = {text: what, at: now};
    const position = phase === 'in' && place.position > 0 ? text.place(number.format(place.position)) : '';
    const full = [what, position, estimate()].join(' ');
    if (at('live').textContent !== full)
        at('live').textContent = full;
}

function show() {
    const [headline, detail] = shows[phase]();
    const waits = Math.max(1, Math.ceil((due - Date.now()) / 1000));
    const position = phase === 'in' && place.position > 0 ? `(${number.format(place.position)}) ` : '';
    put('headline', headline);
    put('detail', failures > 0 && due > 0 ? text.trouble(waits) : detail);
    put('estimate', estimate());
    showLink();
    put('again', phase === 'over' || phase === 'left' ? text.again : '');
    put('leave', phase === 'in' ? text.leave : '');
    put('heard', heard ? text.heard(clock.format(heard)) : '');
    showPosition();
    showCountdown();
    showLottery();
    showQueue();
    announce(headline);
    document.title = `${position}${headline}`;
}

async function showConcert() {
    const {body} = await ask(urls.concert, 'GET');
    put('title', body && body.title ? body.title : text.kind);
    put('artist', body && body.artist ? body.artist : '');
}

/* --- Beginning --- */

function beat() {
    if (due > 0 && Date.now() >= due && !busy)
        poll();
    show();
}

function begin() {
    document.documentElement.lang = language;
    put('kind', text.kind);
    put('title', text.kind);
    at('enter').href = address.back;
    at('again').addEventListener('click', again);
    at('leave').addEventListener('click', leave);
    if (!address.concert) {
        settle('missing', 0);
        show();
        return;
    }
    show();
    showConcert();
    poll();
    listen(0);
    setInterval(beat, 1000);
    try {
        new Worker('/waiting/clock.js').onmessage = beat;
    } catch { /* the timer alone, then */ }
}

begin();
