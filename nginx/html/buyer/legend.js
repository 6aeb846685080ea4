/* What the colours, patterns and shapes of a map mean. */
import {h} from '../common/dom.js';
import {money, number} from '../common/words.js';
import {AVAILABLE, BLOCKED, HELD, SOLD} from './hall.js';
import {paintSeat, readColours} from './paint.js';
import {text} from './words.js';

const SIZE = 22;

function swatch(state, tier) {
    const ratio = devicePixelRatio || 1;
    const canvas = h('canvas', {class: 'swatch', width: SIZE * ratio, height: SIZE * ratio, 'aria-hidden': 'true'});
    const paint = () => {
        const ctx = canvas.getContext('2d');
        ctx.clearRect(0, 0, canvas.width, canvas.height);
        paintSeat(ctx, 0, 0, canvas.width, state, tier, readColours());
    };
    paint();
    canvas.repaint = paint;
    return canvas;
}

/** {node, update()} of a hall; update() counts anew what is free. */
export function legend(hall, signal) {
    const counts = hall.prices.map(() => h('span', {class: 'quiet number'}));
    const prices = hall.prices.map((price, tier) => h('li', null, swatch(AVAILABLE, tier), h('span', {class: 'number'}, money(price)), counts[tier]));
    const states = [[HELD, 'held'], [SOLD, 'sold'], [BLOCKED, 'blocked']].map(([state, name]) => h('li', null, swatch(state, 0), text.seatStates[name]));
    const node = h('section', {class: 'panel legend', 'aria-labelledby': 'legend-title'}, h('h2', {id: 'legend-title'}, text.prices), h('ul', null, prices), h('ul', {class: 'states', 'aria-hidden': 'true'}, states));
    addEventListener('themechange', () => node.querySelectorAll('canvas').forEach(canvas => canvas.repaint()), {signal});
    return {
        node,
        update() {
            const free = hall.prices.map(() => 0);
            for (let n = 1; n <= hall.count; n++)
                if (hall.isFree(n))
                    free[hall.tiers[n]]++;
            counts.forEach((count, tier) => { count.textContent = text.priceFree(free[tier]); });
        },
    };
}
