/* Small parts that several views show. */
import {serverNow} from '../common/api.js';
import {ask, h} from '../common/dom.js';
import {countdown, dateTime, language} from '../common/words.js';
import {onBeat} from './beat.js';
import {text} from './words.js';

/** What the operator has to say, in the visitor's language if it is there. */
export function operatorMessage(message) {
    const words = message && (message[language] || message.ko || message.en);
    return words ? h('p', {class: 'note operator'}, h('span', {class: 'unseen'}, text.operatorSays), words) : null;
}

/** "Opens in 0:04:59", kept going by countdownTo(). */
export function opensIn(moment) {
    return h('p', {class: 'opens'}, text.opensAt(dateTime(moment)), h('br'), text.opensIn, ' ',
        h('strong', {class: 'clock number', role: 'timer', dataset: {until: moment}}, countdown((Date.parse(moment) - serverNow()) / 1000)));
}

/** Keeps the clocks of the page's opensIn() going. */
export function countdownTo(page) {
    onBeat(() => {
        for (const clock of page.node.querySelectorAll('[data-until]'))
            clock.textContent = countdown((Date.parse(clock.dataset.until) - serverNow()) / 1000);
    }, page.signal);
}

/** How the draw decides the order, and what anyone can check it with. */
export function lottery(draw) {
    if (!draw)
        return null;
    return h('section', {class: 'lottery'}, h('h2', null, text.lottery), h('p', null, draw.seed ? text.lotteryAfter : text.lotteryBefore),
        h('dl', null, h('dt', null, text.seedHash), h('dd', null, h('code', null, draw.seedHash)),
            draw.seed && [h('dt', null, text.seed), h('dd', null, h('code', null, draw.seed))]));
}

/** Gives up the place, asking once. True if it is given up. */
export async function leaveQueue(place) {
    const inside = place.phase === 'inside';
    if (!await ask({title: inside ? text.leaveInsideTitle : text.leaveTitle, text: inside ? text.leaveInsideText : text.leaveText, yes: text.leaveYes, no: text.stay, danger: true}))
        return false;
    await place.leave();
    return true;
}
