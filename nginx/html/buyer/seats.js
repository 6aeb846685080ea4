/*
 * Choosing seats on the map or in the list, and holding them. What others take meanwhile is said.
 */
import {fill, h, say, toast} from '../common/dom.js';
import {day, money, number, timeOnly} from '../common/words.js';
import {insist, kept, takeHold, unanswered} from './calls.js';
import {AVAILABLE, BLOCKED, Choice, describe, Hall, hallSeatName, HELD, MINE, SOLD, watchSeats} from './hall.js';
import {seatMap} from './map.js';
import {paintSeat, readColours} from './paint.js';
import {needInside, ownReservations, placeProblem} from './parts.js';
import {text} from './words.js';

const BEST = 4; // at most offered; the server knows the limit

function makeParts() {
    const parts = {
        chosen: h('ul', {class: 'chosen'}), sum: h('p', {class: 'sum'}), hold: h('button', {type: 'button', class: 'big'}),
        lost: h('div', {class: 'lost'}), stale: h('p', {class: 'note warn', hidden: true}),
        number: h('select', {id: 'best-number'}, Array.from({length: BEST}, (_, i) => h('option', {value: i + 1}, number(i + 1)))),
        best: h('button', {type: 'button', class: 'plain'}, text.best),
        list: h('button', {type: 'button', class: 'plain', 'aria-pressed': 'false'}, text.asList), legend: h('div'), chart: h('div', {class: 'chart'}),
    };
    parts.number.value = '2';
    parts.side = h('div', {class: 'side'}, parts.lost,
        h('section', {class: 'panel choice', 'aria-labelledby': 'choice-title'}, h('h2', {id: 'choice-title'}, text.yourChoice), parts.hold, parts.sum, parts.chosen,
            h('div', {class: 'best', role: 'group', 'aria-labelledby': 'best-title'}, h('h3', {id: 'best-title'}, text.bestTitle),
                h('div', {class: 'row'}, h('label', {class: 'unseen', for: 'best-number'}, text.bestNumber), parts.number, parts.best))),
        parts.legend);
    return parts;
}

export async function show(page, concertId, scheduleId) {
    const inside = needInside(page, concertId);
    if (!inside)
        return;
    const {place, visitor} = inside;
    const [{body: concert}, {body: dates}] = await Promise.all([
        insist('GET', `/concerts/${concertId}`, {signal: page.signal}),
        insist('GET', `/concerts/${concertId}/schedules?include=all`, {token: place.token, signal: page.signal}),
    ]).catch(problem => {
        if (placeProblem(page, place, problem))
            return [{}, {}];
        throw problem;
    });
    if (!concert)
        return;
    const schedule = dates.schedules.find(s => s.scheduleId === scheduleId);
    const choice = new Choice(scheduleId);
    const parts = makeParts();
    let hall = null;
    let prices = null; // the legend
    let holding = false;
    let lostAt = 0;
    let cut = unanswered(place);
    let mine = new Map(); // see Hall

    const toggle = n => {
        if (holding || !hall || !(hall.isFree(n) || choice.has(n)))
            return false;
        choice.toggle(n);
        return true;
    };
    const list = seatList(choice, toggle);
    const map = seatMap(choice, toggle);

    const drawChoice = () => {
        if (!hall)
            return;
        fill(parts.chosen, choice.seats.map(n => h('li', null, h('span', null, hallSeatName(hall, n)), h('span', {class: 'number'}, money(hall.price(n))),
            h('button', {type: 'button', class: 'bare', 'aria-label': text.letGo(hallSeatName(hall, n)), on: {click: () => {
                toggle(n);
                parts.hold.focus();
            }}}, '×'))));
        const sum = choice.seats.reduce((total, n) => total + hall.price(n), 0);
        parts.sum.textContent = choice.seats.length ? '' : text.noneChosen;
        parts.hold.textContent = holding ? text.holding : choice.seats.length ? text.hold(choice.seats.length, money(sum)) : text.holdNone;
        parts.hold.disabled = holding || !choice.seats.length;
        parts.best.disabled = holding;
        drawLost();
    };
    const drawLost = () => {
        const names = choice.lost.map(n => hallSeatName(hall, n));
        const key = names.join('; ');
        if (parts.lost.dataset.key === key)
            return;
        parts.lost.dataset.key = key;
        lostAt = names.length && Date.now();
        fill(parts.lost, names.length > 0 && h('div', {class: 'note warn', role: 'alert'}, h('strong', null, text.lostTitle), h('p', null, text.lost(key)),
            h('div', {class: 'buttons'},
                h('button', {type: 'button', on: {click: () => { choice.replaceLost(hall); (parts.hold.disabled ? map.canvas : parts.hold).focus(); }}}, text.takeNear),
                choice.seats.length > 0 && h('button', {type: 'button', class: 'plain', on: {click: () => { choice.forgetLost(); hold(named()); }}}, text.holdOthers(choice.seats.length)))));
    };
    const redraw = changed => {
        map.update(hall, changed);
        list.update(hall);
        if (!changed || changed.length)
            prices.update();
        drawChoice();
    };
    choice.addEventListener('change', () => redraw([]), {signal: page.signal});

    const takeList = given => {
        parts.stale.hidden = true;
        if (!given)
            return;
        if (!hall || hall.layoutKey !== JSON.stringify(given.sections)) {
            hall = new Hall(given, map.aspect(), mine);
            choice.seats = choice.seats.filter(n => n <= hall.count);
            prices = legend(hall, page.signal);
            fill(parts.legend, prices.node);
            if (cut && cut.scheduleId === scheduleId)
                hold(cut); // its seats may be ours already
            else if (!holding)
                choice.lose(choice.seats.filter(n => !hall.isFree(n)));
            cut = null;
            redraw(null);
            return;
        }
        const changed = hall.update(given.states);
        if (!holding)
            choice.lose(changed.filter(n => !hall.isFree(n)));
        if (changed.length)
            redraw(changed);
    };
    let lastHold;
    const lookForMine = async () => {
        const {id = 0, until} = place.hold || {};
        if (lastHold === id + until)
            return;
        lastHold = id + until;
        const own = (await ownReservations(visitor, page.signal)).filter(r => r.status === 'PENDING' && r.scheduleId === scheduleId);
        mine = new Map(own.flatMap(r => r.seats.map(seat => [seat.seatNumber, Date.parse(r.holdExpiresAt)])));
        if (hall)
            redraw(hall.update(undefined, mine));
    };
    const onProblem = (problem, wait) => {
        if (placeProblem(page, place, problem))
            return;
        if (problem.status === 404) {
            page.fail(problem);
            return;
        }
        parts.stale.hidden = false;
        parts.stale.textContent = text.stale(Math.ceil(wait / 1000));
    };

    const named = () => ({scheduleId, seatNumbers: [...choice.seats]});
    const refused = problem => {
        if (problem.code === 'SEAT_TAKEN' && problem.body.seatNumbers) {
            for (const n of problem.body.seatNumbers)
                if (hall.isFree(n))
                    hall.states[n] = HELD;
            choice.lose(problem.body.seatNumbers);
            redraw(problem.body.seatNumbers);
            live.ask();
            parts.lost.querySelector('button')?.focus();
            return;
        }
        toast(problem.code === 'SEAT_LIMIT' ? text.seatLimit : problem.detail || text.failedText, 'bad');
        live.ask();
    };
    const hold = async body => {
        holding = true;
        drawChoice();
        say(text.holding);
        try {
            const made = await takeHold(place, body, page.signal);
            page.go(`/concerts/${concertId}/hold/${made.reservationId}`);
        } catch (problem) {
            holding = false;
            if (page.signal.aborted || placeProblem(page, place, problem))
                return;
            drawChoice();
            refused(problem);
            if (document.activeElement === document.body)
                parts.hold.focus();
        }
    };
    // Who presses just as a seat is lost meant the choice with it.
    parts.hold.addEventListener('click', () => Date.now() - lostAt > 700 && hold(named()));
    page.signal.addEventListener('abort', () => map.stop());
    parts.best.addEventListener('click', () => hold({scheduleId, bestAvailable: Number(parts.number.value)}));

    const showAs = asList => {
        list.node.hidden = !asList;
        map.node.hidden = asList;
        parts.list.setAttribute('aria-pressed', String(asList));
        kept.set('as-list', asList);
        if (hall)
            redraw(null);
    };
    parts.list.addEventListener('click', () => {
        showAs(!kept.get('as-list'));
        if (hall)
            list.reveal(map.focused || choice.seats[0] || map.firstFree());
    });

    page.title = `${text.seats} · ${concert.title}`;
    page.width = 'wide';
    fill(page.node, h('p', {class: 'kind'}, h('a', {href: `#/concerts/${concertId}/dates`}, concert.title)),
        h('div', {class: 'row'}, h('h1', {class: 'grow small'}, schedule ? `${day(schedule.startsAt, concert.timeZone)} ${timeOnly(schedule.startsAt, concert.timeZone)}` : text.seats), parts.list),
        parts.stale, h('div', {class: 'hall'}, fill(parts.chart, map.node, list.node), parts.side));
    showAs(Boolean(kept.get('as-list')));
    lookForMine().catch(() => null);
    place.addEventListener('change', () => lookForMine().catch(() => null), {signal: page.signal});
    const live = watchSeats(scheduleId, place, {onList: takeList, onProblem, signal: page.signal});
    drawChoice();
}

/*
 * The seats as a list, for those who would rather read than look. Only one row is ever made, so a hall
 * of any size is as quick.
 */

const freeIn = (hall, lines) => lines.reduce((sum, {first, count}) => {
    for (let n = first; n < first + count; n++)
        sum += hall.isFree(n) ? 1 : 0;
    return sum;
}, 0);

const lineName = line => line.row === null || line.row === '' ? text.seatsFromTo(line.first, line.first + line.count - 1) : text.row(line.row);

/** {node, update(hall), reveal(n)}; `onToggle(n)` is asked to choose or let go. */
function seatList(choice, onToggle) {
    let hall = null;
    let line = null;
    let drawn = null; // the line whose boxes there are
    const sections = h('select', {id: 'list-section'});
    const rows = h('select', {id: 'list-row'});
    const seats = h('div', {class: 'seat-boxes'});
    const legend = h('legend');
    const step = (by, words) => h('button', {type: 'button', class: 'plain', on: {click: () => {
        rows.selectedIndex = Math.min(rows.options.length - 1, Math.max(0, rows.selectedIndex + by));
        pickRow();
    }}}, words);
    const node = h('div', {class: 'seat-list'},
        h('div', {class: 'row'}, h('p', {class: 'field'}, h('label', {for: 'list-section'}, text.sectionLabel), sections),
            h('p', {class: 'field'}, h('label', {for: 'list-row'}, text.rowLabel), rows),
            h('div', {class: 'row'}, step(-1, text.rowBefore), step(1, text.rowAfter))),
        h('fieldset', null, legend, seats));

    const draw = () => {
        if (drawn !== line) {
            drawn = line;
            fill(seats, Array.from({length: line.count}, (_, i) => {
                const n = line.first + i;
                const box = h('input', {type: 'checkbox', value: String(n), on: {change: () => onToggle(n)}});
                return h('label', null, box, h('span', null, n));
            }));
        }
        for (const item of seats.children) {
            const box = item.firstChild;
            const n = Number(box.value);
            box.checked = choice.has(n);
            box.disabled = !hall.isFree(n) && !box.checked;
            box.setAttribute('aria-label', describe(hall, n, choice));
            item.classList.toggle('off', box.disabled);
            item.classList.toggle('mine', hall.states[n] === MINE);
        }
    };
    const pickRow = () => {
        line = hall.blocks[sections.selectedIndex].lines[rows.selectedIndex];
        legend.textContent = `${sections.selectedOptions[0].textContent}, ${lineName(line)}`;
        draw();
    };
    const pickSection = () => {
        fill(rows, hall.blocks[sections.selectedIndex].lines.map(l => h('option', null, lineName(l))));
        pickRow();
        count();
    };
    const count = () => {
        const block = hall.blocks[sections.selectedIndex];
        block.lines.forEach((l, i) => { rows.options[i].textContent = text.lineFree(lineName(l), freeIn(hall, [l])); });
    };
    sections.addEventListener('change', pickSection);
    rows.addEventListener('change', pickRow);

    return {
        node,
        update(given) {
            if (hall !== given) {
                hall = given;
                fill(sections, hall.blocks.map(block => h('option', null, block.name ? text.section(block.name) : text.allSeats)));
                pickSection();
            } else if (!node.hidden) {
                count();
                draw();
            }
        },
        reveal(n) {
            const {block, line: its} = hall.where(n);
            sections.selectedIndex = hall.blocks.indexOf(block);
            pickSection();
            rows.selectedIndex = block.lines.indexOf(its);
            pickRow();
        },
    };
}

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

function legend(hall, signal) {
    const counts = hall.prices.map(() => h('span', {class: 'quiet number'}));
    const prices = hall.prices.map((price, tier) => h('li', null, swatch(AVAILABLE, tier), h('span', {class: 'number'}, money(price)), counts[tier]));
    const states = [[HELD, 'held'], [MINE, 'mine'], [SOLD, 'sold'], [BLOCKED, 'blocked']].map(([state, name]) => h('li', null, swatch(state, 0), text.seatStates[name]));
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
