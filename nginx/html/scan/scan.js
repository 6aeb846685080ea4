/*
 * The page for the door: checks tickets without asking the site, with keys that it took along.
 *
 * The field for the text is where everything typed goes, since a hand-held scanner is a keyboard; the
 * camera is for devices that have one and can read codes with it.
 */
import {ask, byId, fill, h, languageButton, say, svg, themeButton, toast} from '/common/dom.js';
import {clockTime, dateTime} from '/common/words.js';
import {display, judge, nameShow} from './answer.js';
import {canRead, start} from './camera.js';
import {isOn, setOn} from './sound.js';
import {chooseShow, counts, fetchKeys, fetchShows, forgetAll, keeps, keys, keysAt, show, shows} from './store.js';
import {canCheck} from './ticket.js';
import {seatText, words} from './words.js';

const refreshEvery = 300000; // ms, as long as the keys may be cached
const oldAfter = 86400000;
const lastShown = 6;

let stopCamera = null;
const last = []; // the last answers, newest first: {answer, ticket, at}

/* --- The bar --- */

function soundButton() {
    const waves = svg('path', {d: 'M12.5 6.5a5 5 0 0 1 0 7M15 4a8.5 8.5 0 0 1 0 12'});
    const silence = svg('path', {d: 'M13 7.5l5 5M18 7.5l-5 5'});
    const button = h('button', {type: 'button', class: 'bare', 'aria-label': words.sound, title: words.sound, on: {click: () => {
        setOn(!isOn());
        draw();
    }}}, svg('svg', {viewBox: '0 0 20 20', width: 20, height: 20, 'aria-hidden': 'true', class: 'speaker'},
        svg('path', {d: 'M2 7.5h3.5L10 3.5v13l-4.5-4H2z', class: 'full'}), waves, silence));
    const draw = () => {
        button.setAttribute('aria-pressed', String(isOn()));
        waves.toggleAttribute('hidden', !isOn());
        silence.toggleAttribute('hidden', isOn());
    };
    draw();
    return button;
}

function drawBar() {
    document.title = `${words.title} · ${words.site}`;
    document.body.prepend(h('a', {class: 'skip', href: '#main'}, words.skip));
    fill(byId('bar'),
        h('h1', {class: 'brand'}, h('img', {src: '/frontrow.svg', alt: ''}), words.title),
        h('nav', {'aria-label': words.device}, soundButton(), languageButton(), themeButton()));
}

/* --- Which show --- */

const isSame = (a, b) => Boolean(a && b) && (a.sid || b.sid ? a.sid === b.sid : a.cid === b.cid && a.at === b.at);

async function askForNumber() {
    const values = await ask({title: words.numberTitle, text: words.numberText, yes: words.choose, fields: [
        h('p', {class: 'field'}, h('label', {for: 'number'}, words.number),
            h('input', {id: 'number', name: 'number', inputmode: 'numeric', pattern: '[1-9][0-9]{0,15}', required: true, autocomplete: 'off'}))]});
    if (values)
        chooseShow({sid: Number(values.number)});
    drawShows();
}

/* The time first: where there is little room the rest of a long title is cut off. */
function optionText(one) {
    const {name, when} = nameShow(one);
    return [when, name].filter(Boolean).join(' · ');
}

function drawShows() {
    const now = show();
    const list = shows();
    if (now && !list.some(one => isSame(one, now)))
        list.unshift(now);
    const select = byId('show');
    fill(select,
        h('option', {value: '', selected: !now}, words.noShow),
        list.map((one, i) => h('option', {value: String(i), selected: isSame(one, now)}, optionText(one))),
        h('option', {value: 'number'}, words.byNumber));
    select.onchange = () => {
        if (select.value === 'number')
            return askForNumber();
        chooseShow(select.value ? list[Number(select.value)] : null);
        return display(null);
    };
    select.classList.toggle('unset', !now);
}

/* --- This device --- */

function drawDevice() {
    const {tickets, people} = counts();
    const at = keysAt();
    const when = at && dateTime(at);
    fill(byId('counts'), tickets ? words.counts(tickets, people) : words.none);
    byId('forget').hidden = !tickets;
    const state = byId('keys');
    state.className = at && Date.now() - at < oldAfter ? 'quiet' : 'note warn';
    fill(state, !at ? words.noKeysHere : Date.now() - at < oldAfter ? words.keysOf(when) : words.oldKeys(when));
    byId('offline').hidden = navigator.onLine;
    byId('keeps').hidden = keeps;
    fill(byId('last'), last.map(({answer, ticket, at: seen}) => h('li', {class: 'row'},
        h('time', {class: 'quiet'}, clockTime(seen)), h('span', null, words.answers[answer]),
        ticket && h('span', {class: 'number'}, `${words.seats(ticket.count)} ${seatText(ticket.seats)}`))));
    byId('last-part').hidden = !last.length;
}

async function forget() {
    if (!await ask({title: words.forgetTitle, text: words.forgetText, yes: words.forget, danger: true}))
        return;
    forgetAll();
    last.length = 0;
    drawDevice();
    display(null);
    say(words.forgotten);
}

/* What can be had of the site, if it is there. */
async function refresh(loud) {
    const [gotKeys] = await Promise.allSettled([fetchKeys(), fetchShows()]);
    drawShows();
    drawDevice();
    if (loud && gotKeys.status === 'rejected')
        toast(words.fetchFailed, 'bad');
    else if (loud)
        toast(words.fetched);
}

/* --- Scanning --- */

let turn = Promise.resolve();

function settle(result) {
    if (result) {
        last.unshift({answer: result.answer, ticket: result.ticket, at: Date.now()});
        last.length = Math.min(last.length, lastShown);
    }
    display(result, settle);
    drawShows();
    drawDevice();
    byId('ticket').focus({preventScroll: true});
}

/* One after the other, so that two scans of one ticket are told apart. */
function scan(text) {
    turn = turn.then(async () => settle(await judge(text))).catch(() => settle({answer: 'none'}));
    return turn;
}

function submit(event) {
    const input = byId('ticket');
    const text = input.value.trim();
    event.preventDefault();
    input.value = '';
    byId('hangul').hidden = !/[\u3130-\u318f\uac00-\ud7a3]/.test(text);
    if (text)
        scan(text);
}

async function toggleCamera() {
    const button = byId('camera');
    const video = byId('video');
    if (stopCamera) {
        stopCamera();
        stopCamera = null;
    } else {
        button.disabled = true;
        try {
            stopCamera = await start(video, scan);
        } catch (error) {
            toast(words.cameraErrors[error.name] || words.cameraFailed, 'bad');
        }
        button.disabled = false;
    }
    video.hidden = !stopCamera;
    fill(button, stopCamera ? words.stop : words.camera);
}

/* A scanner types wherever the focus is: what is typed at nothing in particular goes to the field. */
function catchTyping(event) {
    const typed = event.key.length === 1 && !event.ctrlKey && !event.metaKey && !event.altKey && event.key !== ' ';
    if (typed && (document.activeElement === document.body || document.activeElement === byId('main')))
        byId('ticket').focus({preventScroll: true});
}

/* --- The page --- */

function build() {
    const input = h('input', {id: 'ticket', autocomplete: 'off', autocapitalize: 'off', autocorrect: 'off', spellcheck: 'false', maxlength: 5000,
        enterkeyhint: 'done', 'aria-describedby': 'hint'});
    fill(byId('main'),
        h('p', {class: 'note warn', hidden: canCheck()}, words.insecure),
        h('p', {class: 'field'}, h('label', {for: 'show'}, words.show), h('select', {id: 'show'})),
        h('video', {id: 'video', hidden: true, muted: true, playsinline: true, 'aria-label': words.video}),
        h('section', {id: 'answer', class: 'answer ready'}),
        h('form', {class: 'entry', on: {submit}},
            h('div', {class: 'field'}, h('label', {for: 'ticket'}, words.field),
                h('div', {class: 'row'}, input, h('button', {type: 'submit'}, words.check)),
                h('span', {id: 'hint', class: 'hint'}, words.fieldHint),
                h('span', {id: 'hangul', class: 'wrong', role: 'alert', hidden: true}, words.hangul))),
        h('div', {id: 'camera-part'}),
        h('section', {id: 'last-part', hidden: true, 'aria-labelledby': 'last-title'},
            h('h2', {id: 'last-title'}, words.last), h('ul', {id: 'last', class: 'last'})),
        h('section', {class: 'device', 'aria-labelledby': 'device-title'},
            h('h2', {id: 'device-title'}, words.device),
            h('div', {class: 'row'}, h('p', {id: 'counts', class: 'grow'}), h('button', {id: 'forget', type: 'button', class: 'plain danger', hidden: true, on: {click: forget}}, words.forget)),
            h('div', {class: 'row'}, h('p', {id: 'keys', class: 'quiet'}), h('button', {type: 'button', class: 'plain', on: {click: () => refresh(true)}}, words.fetchKeys)),
            h('p', {id: 'offline', class: 'note', hidden: true}, words.offline),
            h('p', {id: 'keeps', class: 'note warn', hidden: true}, words.keepsNothing)));
}

async function offerCamera() {
    fill(byId('camera-part'), await canRead()
        ? h('button', {id: 'camera', type: 'button', class: 'plain', on: {click: toggleCamera}}, words.camera)
        : h('p', {class: 'quiet'}, words.noCamera));
}

/* #schedule=11, as the operator's pages may link here. */
function takeAddress() {
    const [, sid] = /^#schedule=([1-9][0-9]{0,15})$/.exec(location.hash) || [];
    if (sid)
        chooseShow({sid: Number(sid)});
}

drawBar();
build();
takeAddress();
drawShows();
drawDevice();
display(null);
offerCamera();
byId('ticket').focus({preventScroll: true});
refresh();
setInterval(() => navigator.onLine && refresh(), refreshEvery);
document.addEventListener('keydown', catchTyping);
for (const event of ['online', 'offline', 'storage'])
    addEventListener(event, () => (event === 'online' ? refresh() : drawDevice()));
addEventListener('hashchange', () => { takeAddress(); drawShows(); });
if ('serviceWorker' in navigator)
    navigator.serviceWorker.register('/scan/sw.js', {scope: '/scan/'}).catch(() => {});
