/* What lies over the seats of a map: the stage, names of sections and rows, what is chosen or was
 * lost, and where the focus is. */
import {text} from './words.js';

const FONT = 'system-ui, "Noto Sans CJK KR", sans-serif';

export class Overlay {
    /** On a context in CSS pixels; `map` is the SeatMap. */
    paint(ctx, map) {
        this.ctx = ctx;
        this.map = map;
        this.colours = map.painter.colours;
        ctx.textAlign = 'center';
        ctx.textBaseline = 'middle';
        this.stage();
        for (const block of map.hall.blocks)
            this.names(block);
        for (const n of map.choice.lost)
            this.lost(n);
        for (const n of map.choice.seats)
            this.chosen(n);
        if (map.hovered && !map.choice.has(map.hovered))
            this.ring(map.hovered, this.colours.ink, 1.5);
        if (map.focused && map.canvas.matches(':focus-visible'))
            this.ring(map.focused, this.colours.accent, 3);
    }

    x(at) { return this.map.view.x + at * this.map.view.scale; }
    y(at) { return this.map.view.y + at * this.map.view.scale; }

    stage() {
        const {ctx, map} = this;
        const middle = map.hall.width / 2;
        const deep = map.hall.space.stage;
        const half = Math.max(deep * 0.9, Math.min(map.hall.width * 0.36, deep * 6));
        ctx.beginPath();
        ctx.moveTo(this.x(middle - half), this.y(0));
        ctx.lineTo(this.x(middle + half), this.y(0));
        ctx.lineTo(this.x(middle + half * 0.86), this.y(deep * 0.55));
        ctx.quadraticCurveTo(this.x(middle), this.y(deep * 0.8), this.x(middle - half * 0.86), this.y(deep * 0.55));
        ctx.closePath();
        ctx.fillStyle = this.colours.line;
        ctx.fill();
        ctx.font = `600 ${Math.max(11, Math.min(20, map.view.scale * 1.2))}px ${FONT}`;
        ctx.fillStyle = this.colours.ink;
        ctx.fillText(text.stage, this.x(middle), this.y(deep * 0.34));
    }

    names(block) {
        const {ctx, map} = this;
        const {scale} = map.view;
        if (this.x(block.x + block.width) < 0 || this.x(block.x) > map.width || this.y(block.y + block.height) < 0 || this.y(block.y) > map.height)
            return;
        if (block.name) {
            ctx.font = `700 ${Math.max(11, Math.min(18, scale * 1.1))}px ${FONT}`;
            ctx.fillStyle = this.colours.ink;
            if (ctx.measureText(block.name).width < block.width * scale + 8)
                ctx.fillText(block.name, this.x(block.x + block.width / 2), this.y(block.y + block.label / 2));
        }
        if (scale < 11)
            return;
        ctx.font = `${Math.min(12, scale * 0.7)}px ${FONT}`;
        ctx.fillStyle = this.colours.soft;
        for (const line of block.lines) {
            const y = this.y(line.y + 0.5);
            if (line.row && y > 0 && y < map.height)
                ctx.fillText(line.row, this.x(line.x - 0.6), y);
        }
    }

    size() { return Math.max(5, this.map.view.scale * 0.42); }

    chosen(n) {
        const {ctx} = this;
        const [x, y, r] = [this.x(this.map.hall.xs[n]), this.y(this.map.hall.ys[n]), this.size()];
        ctx.beginPath();
        ctx.arc(x, y, r, 0, 7);
        ctx.fillStyle = this.colours.ink;
        ctx.fill();
        ctx.lineWidth = Math.max(1.5, r * 0.22);
        ctx.strokeStyle = this.colours.panel;
        ctx.stroke();
        ctx.beginPath();
        ctx.moveTo(x - r * 0.42, y);
        ctx.lineTo(x - r * 0.1, y + r * 0.36);
        ctx.lineTo(x + r * 0.45, y - r * 0.36);
        ctx.stroke();
    }

    lost(n) {
        this.ring(n, this.colours.bad, 3);
    }

    ring(n, colour, width) {
        const {ctx} = this;
        const r = this.size() + width;
        ctx.beginPath();
        ctx.roundRect(this.x(this.map.hall.xs[n]) - r, this.y(this.map.hall.ys[n]) - r, 2 * r, 2 * r, r * 0.35);
        ctx.lineWidth = width;
        ctx.strokeStyle = colour;
        ctx.stroke();
    }
}
