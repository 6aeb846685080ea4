/*
 * Telling somebody who looks elsewhere that it is their turn: by a sound and by a notification, each
 * only if they said so by a button.
 */
import {h} from '../common/dom.js';
import {kept} from './store.js';
import {text} from './words.js';

let audio = null;

/* Three rising tones. A browser lets a page sound only after a touch or a key. */
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
    /* After a reload the first touch of anything makes it possible again. */
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

export const signalButtons = () => h('div', {class: 'buttons'}, 'AudioContext' in window && soundButton(), noticeButton());

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
