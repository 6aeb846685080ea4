/*
 * The waiting room; goes on to the dates when it is the visitor's turn.
 *
 * Between two polls the place is known from the public state: nobody is behind more people than there
 * are numbers between the last one served and one's own.
 */
import {fill, h, say} from '../common/dom.js';
import {clockTime, countdown, duration, number} from '../common/words.js';
import {insist, kept, onBeat} from './calls.js';
import {countdownTo, drawOf, leaveQueue, lottery, opensIn, operatorMessage} from './parts.js';
import {needUser, placeOf, watchQueue} from './visitor.js';
import {text} from './words.js';

/* How long "It is your turn" stands, ms; and how often the place is read out at the most. */
const LOOK = 3000;
const TELL = 30000;

function position(place, queue) {
    const doc = place.doc;
    if (!doc || !doc.position || !queue || !doc.ticket)
        return doc ? doc.position : null;
    return Math.min(doc.position, Math.max(1, doc.ticket - queue.nowServing));
}

/* What is left of the estimate, and when the server made it. */
function estimate(place) {
    const {doc, data} = place;
    if (doc.estimatedWaitSeconds === null)
        return [text.estimateUnknown, ''];
    const made = data.at - data.age * 1000;
    return [duration(Math.max(0, doc.estimatedWaitSeconds - (Date.now() - made) / 1000)), text.asOf(clockTime(made))];
}

function makeParts() {
    const parts = {
        headline: h('h1'), detail: h('p', {class: 'lead'}), place: h('strong', {class: 'place number'}), ahead: h('p'),
        bar: h('progress', {'aria-label': text.progress}), estimate: h('dd'), made: h('span', {class: 'quiet'}), ticket: h('dd', {class: 'number'}),
        state: h('p', {class: 'state'}), message: h('div'), opens: h('div'), draw: h('div'), trouble: h('p', {class: 'note warn', hidden: true}),
        on: h('button', {type: 'button', class: 'big', hidden: true}), leave: h('button', {type: 'button', class: 'plain'}, text.leave), heard: h('p', {class: 'quiet'}),
    };
    parts.position = h('section', {class: 'panel position', 'aria-label': text.yourPlace},
        h('p', {class: 'label'}, text.yourPlace), parts.place, parts.ahead, parts.bar,
        h('dl', {class: 'facts'}, h('div', null, h('dt', null, text.estimate), parts.estimate, parts.made),
            h('div', null, h('dt', null, text.ticketNumber), parts.ticket)));
    parts.turn = h('section', {class: 'panel turn', hidden: true}, h('p', {class: 'label'}, text.timeLeft), h('strong', {class: 'place number', role: 'timer'}), h('p', null, text.turnText));
    parts.signals = signalButtons();
    return parts;
}

/* Nothing is read out or loses the focus for nothing. */
function put(node, content) {
    if (node.textContent !== content)
        node.textContent = content;
    node.hidden = content === '';
}

function putOnce(node, value, make) {
    const key = JSON.stringify(value);
    if (node.dataset.key !== key)
        fill(node, make(value));
    node.dataset.key = key;
}

export async function show(page, concertId) {
    const visitor = await needUser(page.signal);
    const place = placeOf(visitor.id, concertId);
    if (place.phase === 'none') {
        page.replace(`/concerts/${concertId}`);
        return;
    }
    const {body: concert} = await insist('GET', `/concerts/${concertId}`, {signal: page.signal});
    const parts = makeParts();
    let queue = null;
    let turnAt = 0; // when "It is your turn" was first seen
    let told = {text: '', words: '', at: 0};

    const headlines = {waiting: [text.waiting, text.waitingText], prequeue: [text.early, text.earlyText], inside: [text.turn, ''], over: [text.overTitle, text.over[place.over]]};

    const tell = (headline, state) => {
        const what = `${headline}. ${state}`;
        const now = Date.now();
        if (told.text === what && now - told.at < TELL)
            return;
        const at = position(place, queue);
        const more = place.phase === 'waiting' && at ? ` ${text.placeSay(number(at))} ${text.estimate}: ${estimate(place)[0]}.` : '';
        if (told.words !== what + more)
            say(what + more, {assertive: place.phase === 'inside'});
        told = {text: what, words: what + more, at: now};
    };
    const drawPosition = () => {
        const at = place.phase === 'waiting' ? position(place, queue) : null;
        parts.position.hidden = !at;
        if (!at)
            return;
        const first = place.data.first;
        put(parts.place, number(at));
        put(parts.ahead, at === 1 ? text.next : text.ahead(at - 1));
        parts.bar.hidden = first < 2;
        parts.bar.max = Math.max(1, first);
        parts.bar.value = first - at + 1;
        put(parts.ticket, number(place.doc.ticket));
        const [left, made] = estimate(place);
        put(parts.estimate, left);
        put(parts.made, made);
    };
    const drawTurn = () => {
        const inside = place.phase === 'inside';
        parts.turn.hidden = !inside;
        if (!inside) {
            turnAt = 0;
            return;
        }
        parts.turn.querySelector('strong').textContent = countdown(place.secondsLeft);
        if (!turnAt)
            signalTurn(concert.title);
        /* Seen: from when the page could be looked at. */
        if (!turnAt || document.hidden)
            turnAt = Date.now();
        if (!document.hidden && Date.now() - turnAt >= LOOK)
            page.replace(`/concerts/${concertId}/dates`);
    };
    const drawQueue = () => {
        const live = place.phase === 'waiting' || place.phase === 'prequeue';
        put(parts.state, queue && live && queue.state !== 'OPEN' ? text.states[queue.state] || '' : '');
        putOnce(parts.message, queue && queue.message, operatorMessage);
        putOnce(parts.opens, queue && queue.state === 'PREQUEUE' && live ? queue.opensAt : null, opens => opens && opensIn(opens, concert.timeZone));
        putOnce(parts.draw, queue && live ? drawOf(queue, place) : null, lottery);
    };
    const draw = () => {
        if (page.signal.aborted)
            return;
        if (place.phase === 'none') {
            page.replace(`/concerts/${concertId}`);
            return;
        }
        const [headline, detail] = headlines[place.phase];
        put(parts.headline, headline);
        put(parts.detail, place.phase === 'over' ? text.over[place.over] : detail);
        drawPosition();
        drawTurn();
        drawQueue();
        const over = place.phase === 'over';
        put(parts.on, place.phase === 'inside' ? text.chooseSeats : over ? text.queueAgain : '');
        parts.leave.hidden = over;
        parts.signals.hidden = over || place.phase === 'inside';
        put(parts.trouble, place.failures > 0 && !over ? text.placeKept(Math.max(1, Math.ceil((place.due - Date.now()) / 1000))) : '');
        put(parts.heard, place.data.at && !over ? text.heard(clockTime(place.data.at)) : '');
        if (turnAt === 0 || place.phase === 'inside')
            tell(headline, parts.state.textContent);
        const at = place.phase === 'waiting' ? position(place, queue) : null;
        document.title = `${at ? `(${number(at)}) ` : place.phase === 'inside' ? '★ ' : ''}${headline} · ${concert.title}`;
    };
    parts.on.addEventListener('click', async () => {
        if (place.phase === 'inside') {
            page.go(`/concerts/${concertId}/dates`);
            return;
        }
        parts.on.disabled = true;
        await place.join(visitor.token, page.signal).catch(page.fail);
        parts.on.disabled = false;
        draw();
    });
    parts.leave.addEventListener('click', () => leaveQueue(place).catch(page.fail));

    page.title = text.waiting;
    page.width = 'narrow';
    fill(page.node, h('p', {class: 'kind'}, h('a', {href: `#/concerts/${concertId}`}, concert.title)), parts.headline, parts.detail, parts.trouble,
        parts.message, parts.state, parts.opens, parts.position, parts.turn, h('div', {class: 'buttons'}, parts.on), parts.signals, parts.draw,
        h('div', {class: 'buttons'}, parts.leave), parts.heard);
    draw();
    place.addEventListener('change', draw, {signal: page.signal});
    watchQueue(concertId, body => { queue = body; draw(); }, page.signal);
    onBeat(draw, page.signal);
    countdownTo(page);
}

/*
 * Telling somebody who looks elsewhere that it is their turn, if they said so by a button.
 */

let audio = null;

/* A browser lets a page sound only after a touch or a key. */
async function ring() {
    audio = audio || new AudioContext();
    await audio.resume();
    [523, 659, 784].forEach((pitch, n) => {
        const tone = audio.createOscillator();
        const volume = audio.createGain();
        const start = audio.currentTime + n * 0.22;
        tone.frequency.value = pitch;
        volume.gain.setValueAtTime(0.0001, start);
        volume.gain.exponentialRampToValueAtTime(0.3, start + 0.02);
        volume.gain.exponentialRampToValueAtTime(0.0001, start + 0.4);
        tone.connect(volume).connect(audio.destination);
        tone.start(start);
        tone.stop(start + 0.45);
    });
}

function soundButton() {
    const button = h('button', {type: 'button', class: 'plain', 'aria-pressed': String(Boolean(kept.get('sound')))}, text.sound);
    button.addEventListener('click', () => {
        const on = !kept.get('sound');
        kept.set('sound', on);
        button.setAttribute('aria-pressed', String(on));
        if (on)
            ring().catch(() => null);
    });
    /* After a reload, the first of anything. */
    if (kept.get('sound'))
        addEventListener('pointerdown', () => {
            audio = audio || new AudioContext();
            audio.resume();
        }, {once: true});
    return button;
}

function noticeButton() {
    if (!('Notification' in window) || Notification.permission === 'denied')
        return null;
    const wanted = () => Notification.permission === 'granted' && Boolean(kept.get('notice'));
    const button = h('button', {type: 'button', class: 'plain', 'aria-pressed': String(wanted())}, text.notice);
    button.addEventListener('click', async () => {
        const on = !wanted() && await Notification.requestPermission() === 'granted';
        kept.set('notice', on);
        button.setAttribute('aria-pressed', String(on));
        if (Notification.permission === 'denied')
            button.hidden = true;
    });
    return button;
}

const signalButtons = () => h('div', {class: 'buttons'}, 'AudioContext' in window && soundButton(), noticeButton());

/** It is the visitor's turn for `title`. */
export function signalTurn(title) {
    if (kept.get('sound') && 'AudioContext' in window)
        ring().catch(() => null);
    if (!kept.get('notice') || !document.hidden || !('Notification' in window) || Notification.permission !== 'granted')
        return;
    try {
        const notice = new Notification(text.turn, {body: title, tag: 'frontrow-turn', icon: '/frontrow.svg'});
        notice.onclick = () => {
            focus();
            notice.close();
        };
    } catch { /* a phone's browser wants a service worker for it */ }
}
