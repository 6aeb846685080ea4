/* How the seats of a SeatPlan are picked with a mouse, a finger or the keyboard. */

/* --- Mouse and finger --- */

/* A mouse that is dragged picks a rectangle. A finger only taps: one that moves scrolls, which ends
 * in pointercancel and picks nothing. */
export function byPointer(plan) {
    const {box} = plan;
    let drag = null;
    let anchor = null; // the seat that was picked last, for Shift
    const begin = event => {
        const at = event.button === 0 ? plan.at(event.clientX, event.clientY) : null;
        if (!at)
            return;
        drag = {at, id: event.pointerId, mouse: event.pointerType === 'mouse', shift: event.shiftKey, before: plan.picked.slice(), on: !plan.picked[(at.number || at.first) - 1], moved: false};
        if (drag.mouse && at.number)
            box.setPointerCapture(event.pointerId);
    };
    const move = event => {
        const at = plan.at(event.clientX, event.clientY);
        if (!at || !at.number || event.pointerType !== 'mouse')
            return;
        if (!drag)
            plan.tell(at.number);
        if (!drag || !drag.at.number || (at.number === drag.at.number && !drag.moved))
            return;
        drag.moved = true;
        plan.rectangle(drag.before, drag.at, at, drag.on);
        plan.cursor = at.number;
        plan.draw();
    };
    const take = ({at, moved, shift}) => {
        if (at.first)
            plan.toggle(at.first, at.last);
        else if (!moved && shift && anchor)
            plan.set(Math.min(anchor, at.number), Math.max(anchor, at.number), true);
        else if (!moved)
            plan.toggle(at.number, at.number);
    };
    const end = event => {
        if (!drag || drag.id !== event.pointerId)
            return;
        const ended = drag;
        drag = null;
        take(ended);
        if (ended.at.number) {
            anchor = ended.at.number;
            plan.cursor = ended.moved ? plan.cursor : anchor;
            plan.tell(plan.cursor);
        }
        plan.done();
    };
    box.addEventListener('pointerdown', begin);
    box.addEventListener('pointermove', move);
    box.addEventListener('pointerup', end);
    box.addEventListener('pointercancel', () => { drag = null; });
}

/* --- Keyboard --- */

/* The seat above or below, headings left out; null at the end of the hall. */
function seatNear(plan, band, step, column) {
    const {bands} = plan.plan;
    for (let i = band + step; i >= 0 && i < bands.length; i += step)
        if (!bands[i].heading)
            return bands[i].first + Math.min(column, bands[i].count - 1);
    return null;
}

function farther(plan, number, step) {
    const lines = Math.max(1, Math.floor(plan.box.clientHeight / plan.pitch) - 2);
    const {column} = plan.placeOf(number);
    let to = number;
    for (let i = 0; i < lines; i++)
        to = seatNear(plan, plan.placeOf(to).band, step, column) ?? to;
    return to;
}

const moves = {
    ArrowLeft: (plan, number) => number - 1,
    ArrowRight: (plan, number) => number + 1,
    ArrowUp: (plan, number, place) => seatNear(plan, place.band, -1, place.column),
    ArrowDown: (plan, number, place) => seatNear(plan, place.band, 1, place.column),
    Home: (plan, number, place) => number - place.column,
    End: (plan, number, place) => number - place.column + plan.plan.bands[place.band].count - 1,
    PageUp: (plan, number) => farther(plan, number, -1),
    PageDown: (plan, number) => farther(plan, number, 1),
};

const presses = {
    ' ': plan => plan.toggle(plan.cursor, plan.cursor),
    Enter: plan => plan.toggle(plan.cursor, plan.cursor),
    r: plan => {
        const {first, count} = plan.plan.bands[plan.placeOf(plan.cursor).band];
        plan.toggle(first, first + count - 1);
    },
    Escape: plan => plan.picked.fill(0),
};

export function byKeys(plan) {
    const {box} = plan;
    let stretch = null; // the rectangle that Shift and arrows pick
    const move = (to, shift) => {
        if (!to || to > plan.size)
            return;
        if (shift) {
            stretch = stretch || {from: plan.placeOf(plan.cursor), before: plan.picked.slice()};
            plan.rectangle(stretch.before, stretch.from, plan.placeOf(to), true);
        } else {
            stretch = null;
        }
        plan.cursor = to;
        plan.reveal();
        plan.tell(to);
        if (shift)
            plan.done();
    };
    box.addEventListener('keydown', event => {
        const press = presses[event.key.length === 1 ? event.key.toLowerCase() : event.key];
        if (!plan.size || event.ctrlKey || event.metaKey || event.altKey || !(moves[event.key] || press))
            return;
        event.preventDefault();
        if (moves[event.key]) {
            move(moves[event.key](plan, plan.cursor, plan.placeOf(plan.cursor)), event.shiftKey);
            return;
        }
        stretch = null;
        press(plan);
        plan.tell(plan.cursor);
        plan.done();
    });
    const focus = on => () => {
        plan.focused = on && box.matches(':focus-visible');
        if (plan.focused && plan.size)
            plan.tell(plan.cursor);
        plan.draw();
    };
    box.addEventListener('focus', focus(true));
    box.addEventListener('blur', focus(false));
}
