/* Draws the seats of a plan that are in sight: the price by colour, the state by shape as well. */
const names = {ink: '--ink', soft: '--soft', line: '--line', panel: '--panel', accent: '--accent', bad: '--bad'};
const tierCount = 6;

/** The colours of the theme that is shown. */
export function readColours() {
    const style = getComputedStyle(document.documentElement);
    const value = name => style.getPropertyValue(name).trim();
    return {...Object.fromEntries(Object.entries(names).map(([key, name]) => [key, value(name)])),
        tiers: Array.from({length: tierCount}, (_, i) => value(`--tier${i + 1}`)), font: getComputedStyle(document.body).fontFamily};
}

/** The colour of the n-th price, as a name for CSS. */
export const tierName = n => `--tier${n % tierCount + 1}`;

function cross(ctx, x, y, size) {
    ctx.moveTo(x, y);
    ctx.lineTo(x + size, y + size);
    ctx.moveTo(x + size, y);
    ctx.lineTo(x, y + size);
}

function drawSeat(ctx, c, {x, y, size, state, tier, picked, blocking}) {
    const shown = blocking && picked ? 'B' : state;
    if (shown === 'S') {
        ctx.fillStyle = c.ink;
        ctx.fillRect(x, y, size, size);
    } else if (shown === 'B') {
        ctx.strokeStyle = c.soft;
        ctx.beginPath();
        ctx.rect(x + .5, y + .5, size - 1, size - 1);
        cross(ctx, x + 1, y + 1, size - 2);
        ctx.stroke();
    } else {
        ctx.fillStyle = c.tiers[tier % tierCount];
        ctx.fillRect(x, y, size, size);
        if (shown === 'H') {
            ctx.fillStyle = c.ink;
            ctx.fillRect(x, y + Math.floor(size / 2), size, Math.ceil(size / 2));
        }
    }
    if (picked && !blocking) {
        ctx.strokeStyle = c.panel;
        ctx.lineWidth = 3;
        ctx.strokeRect(x + .5, y + .5, size - 1, size - 1);
        ctx.strokeStyle = c.accent;
        ctx.lineWidth = 2;
        ctx.strokeRect(x - .5, y - .5, size + 1, size + 1);
        ctx.lineWidth = 1;
    }
}

function drawLine(ctx, c, s, band, y, left, right, margin) {
    const gap = s.pitch > 10 ? 3 : 2;
    const size = s.pitch - gap;
    const first = Math.max(0, Math.floor((left - margin) / s.pitch));
    const last = Math.min(band.count - 1, Math.floor((right - margin) / s.pitch));
    for (let column = first; column <= last; column++) {
        const i = band.first - 1 + column;
        const x = margin - left + column * s.pitch;
        drawSeat(ctx, c, {x, y: y + 1, size, state: s.states[i], tier: s.tiers ? s.tiers[i] : 0, picked: s.picked[i], blocking: s.blocking});
        if (s.focused && i === s.cursor - 1) {
            ctx.strokeStyle = c.bad;
            ctx.lineWidth = 2;
            ctx.strokeRect(x - 1.5, y - .5, size + 3, size + 3);
            ctx.lineWidth = 1;
        }
    }
}

function drawLabel(ctx, c, s, band, y, margin) {
    ctx.fillStyle = c.panel;
    ctx.fillRect(0, y, margin - 4, band.height);
    ctx.fillStyle = c.soft;
    ctx.textAlign = 'right';
    ctx.font = `${Math.min(12, s.pitch)}px ${c.font}`;
    ctx.fillText(band.row || (band.line.row ? '' : String(band.first)), margin - 8, y + s.pitch / 2, margin - 10);
}

/** Draws what of the plan `s` is in sight of the box that scrolls. */
export function drawSeats(canvas, box, s, margin) {
    const ratio = devicePixelRatio || 1;
    const [width, height] = [box.clientWidth, Math.min(box.clientHeight, Math.max(s.plan.height, 1))];
    const c = s.colours;
    if (canvas.width !== Math.round(width * ratio) || canvas.height !== Math.round(height * ratio)) {
        canvas.width = Math.round(width * ratio);
        canvas.height = Math.round(height * ratio);
        canvas.style.width = `${width}px`;
        canvas.style.height = `${height}px`;
    }
    const ctx = canvas.getContext('2d');
    ctx.setTransform(ratio, 0, 0, ratio, 0, 0);
    ctx.clearRect(0, 0, width, height);
    ctx.textBaseline = 'middle';
    const [top, left] = [box.scrollTop, box.scrollLeft];
    for (const band of s.plan.bands) {
        const y = band.y - top;
        if (y + band.height < 0 || y > height)
            continue;
        if (band.heading) {
            ctx.fillStyle = c.ink;
            ctx.textAlign = 'left';
            ctx.font = `600 14px ${c.font}`;
            ctx.fillText(band.section.name, 4, y + band.height / 2 + 3, width - 8);
        } else {
            drawLine(ctx, c, s, band, y, left, left + width, margin);
            drawLabel(ctx, c, s, band, y, margin);
        }
    }
}
