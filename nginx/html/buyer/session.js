/*
 * The session's clock in the header: how long the visitor who is inside has to choose and pay. Read
 * out when it gets short, not each second.
 */
import {h, say} from '../common/dom.js';
import {countdown} from '../common/words.js';
import {onBeat} from './beat.js';
import {placeOf} from './place.js';
import {user} from './user.js';
import {text} from './words.js';

const TOLD = [300, 120, 60, 30]; // seconds left

const value = h('strong', {class: 'number'});
const node = h('p', {class: 'session', hidden: true, role: 'timer'}, h('span', {class: 'session-label'}, text.timeLeft), ' ', value);
let leaving = null;

/* Shows the clock of that concert's session from now on; of none without a concert. */
function watch(concertId) {
    if (leaving)
        leaving.abort();
    leaving = new AbortController();
    node.hidden = true;
    const visitor = user();
    if (!concertId || !visitor)
        return;
    const place = placeOf(visitor.id, Number(concertId));
    let told = Infinity;
    const show = () => {
        const left = place.secondsLeft;
        node.hidden = place.phase !== 'inside';
        value.textContent = countdown(left);
        node.classList.toggle('short', left < 60);
        const mark = TOLD.filter(seconds => left <= seconds).pop() || Infinity;
        if (mark < told && left > 0 && !node.hidden)
            say(text.timeLeftSay(countdown(left)));
        told = mark;
    };
    place.addEventListener('change', show, {signal: leaving.signal});
    onBeat(show, leaving.signal);
    show();
}

export const sessionClock = {node, watch};
