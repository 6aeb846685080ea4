/* How a map is moved: fingers, mouse, wheel and keys. */
const TAP = 8; // px that a tap may slip
const FINGER = 14; // px a seat must measure to be meant by a finger, MOUSE by a mouse
const MOUSE = 7;
const NEAR = 28; // px a seat measures after a tap that was too far away
const PAN = 80; // px by a key

/* Pointers: one moves, two zoom; one that hardly moved means what is under it. */
function pointers(map) {
    const down = new Map();
    let slipped = 0;
    const at = event => {
        const box = map.canvas.getBoundingClientRect();
        return {x: event.clientX - box.left, y: event.clientY - box.top};
    };
    const spread = () => {
        const [a, b] = [...down.values()];
        return {x: (a.x + b.x) / 2, y: (a.y + b.y) / 2, far: Math.hypot(a.x - b.x, a.y - b.y)};
    };
    map.canvas.addEventListener('pointerdown', event => {
        if (event.button > 0)
            return;
        down.set(event.pointerId, at(event));
        slipped = down.size > 1 ? Infinity : 0;
        map.canvas.setPointerCapture(event.pointerId);
    });
    map.canvas.addEventListener('pointermove', event => {
        const to = at(event);
        if (!down.has(event.pointerId)) {
            map.hover(map.seatUnder(to.x, to.y));
            return;
        }
        const from = down.get(event.pointerId);
        if (down.size === 1) {
            slipped += Math.hypot(to.x - from.x, to.y - from.y);
            down.set(event.pointerId, to);
            if (slipped > TAP)
                map.pan(to.x - from.x, to.y - from.y);
        } else {
            const before = spread();
            down.set(event.pointerId, to);
            const after = spread();
            map.pan(after.x - before.x, after.y - before.y);
            if (before.far > 0)
                map.zoom(after.far / before.far, after.x, after.y);
        }
    });
    const up = event => {
        const was = down.get(event.pointerId);
        down.delete(event.pointerId);
        if (was && event.type === 'pointerup' && slipped <= TAP)
            tap(map, at(event), event.pointerType);
    };
    map.canvas.addEventListener('pointerup', up);
    map.canvas.addEventListener('pointercancel', up);
    map.canvas.addEventListener('pointerleave', () => map.hover(0));
}

/* Where seats are too small to be meant, a tap goes nearer. */
function tap(map, {x, y}, pointerType) {
    if (map.view.scale < (pointerType === 'mouse' ? MOUSE : FINGER)) {
        map.glide(NEAR / map.view.scale, x, y);
        return;
    }
    const n = map.seatUnder(x, y);
    if (n) {
        map.focused = n;
        map.toggle(n);
    }
}

/* The nearest seat in a direction: in the same row, or in the next one. */
function toward(hall, n, dx, dy) {
    let best = 0;
    let least = Infinity;
    for (let m = 1; m <= hall.count; m++) {
        const x = (hall.xs[m] - hall.xs[n]) * (dx || 1);
        const y = (hall.ys[m] - hall.ys[n]) * (dy || 1);
        const [along, aside] = dx ? [x, y] : [y, x];
        if (along < 0.3 || (dx && Math.abs(aside) > 0.5))
            continue;
        const far = dx ? along : along * 3 + Math.abs(aside);
        if (far < least) {
            least = far;
            best = m;
        }
    }
    return best;
}

function nextFree(hall, n) {
    for (let i = 1; i <= hall.count; i++) {
        const m = (n - 1 + i) % hall.count + 1;
        if (hall.isFree(m))
            return m;
    }
    return 0;
}

/* The first seat of the section before or after. */
function otherSection(hall, n, by) {
    const here = hall.blocks.indexOf(hall.where(n).block);
    const block = hall.blocks[Math.min(hall.blocks.length - 1, Math.max(0, here + by))];
    return block.lines[0].first;
}

const arrows = {ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1]};

function keys(map) {
    const {hall, focused} = map;
    return {
        ' ': () => { map.toggle(focused); map.tellFocus(); }, Enter: () => { map.toggle(focused); map.tellFocus(); },
        '+': () => map.glide(1.4), '=': () => map.glide(1.4), '-': () => map.glide(1 / 1.4), 0: () => map.fit(true),
        Home: () => map.focusSeat(hall.where(focused).line.first),
        End: () => {
            const {line} = hall.where(focused);
            map.focusSeat(line.first + line.count - 1);
        },
        PageUp: () => map.focusSeat(otherSection(hall, focused, -1)), PageDown: () => map.focusSeat(otherSection(hall, focused, 1)),
        n: () => map.focusSeat(nextFree(hall, focused)),
    };
}

/** Makes a map hear fingers, mouse, wheel and keys. */
export function moves(map) {
    pointers(map);
    map.canvas.addEventListener('wheel', event => {
        event.preventDefault();
        const box = map.canvas.getBoundingClientRect();
        if (!event.ctrlKey && Math.abs(event.deltaX) > Math.abs(event.deltaY))
            map.pan(-event.deltaX, -event.deltaY);
        else
            map.zoom(Math.exp(-Math.max(-120, Math.min(120, event.deltaY * (event.deltaMode ? 30 : 1))) * (event.ctrlKey ? 0.01 : 0.0022)), event.clientX - box.left, event.clientY - box.top);
    }, {passive: false});
    map.canvas.addEventListener('keydown', event => {
        if (!map.hall || event.ctrlKey || event.metaKey || event.altKey)
            return;
        map.focused = map.focused || map.firstFree();
        const arrow = arrows[event.key];
        const action = arrow ? () => {
            if (event.shiftKey)
                map.pan(-arrow[0] * PAN, -arrow[1] * PAN);
            else
                map.focusSeat(toward(map.hall, map.focused, ...arrow));
        } : keys(map)[event.key];
        if (!action)
            return;
        event.preventDefault();
        action();
    });
}
