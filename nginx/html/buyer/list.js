/*
 * The seats as a list, for those who would rather read than look: a section, a row of it, and its
 * seats as checkboxes. Only one row is ever made, so a hall of any size is as quick.
 */
import {fill, h} from '../common/dom.js';
import {money, number} from '../common/words.js';
import {describe} from './seat-words.js';
import {text} from './words.js';

const freeIn = (hall, lines) => lines.reduce((sum, {first, count}) => {
    for (let n = first; n < first + count; n++)
        sum += hall.isFree(n) ? 1 : 0;
    return sum;
}, 0);

const lineName = line => line.row === null || line.row === '' ? text.seatsFromTo(number(line.first), number(line.first + line.count - 1)) : text.row(line.row);

/** {node, update(hall), reveal(n)}; `onToggle(n)` is asked to choose or let go. */
export function seatList(choice, onToggle) {
    let hall = null;
    let line = null;
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
            step(-1, text.rowBefore), step(1, text.rowAfter)),
        h('fieldset', null, legend, seats));

    const label = n => `${text.seat(number(n))}, ${money(hall.price(n))}`;
    const draw = () => {
        const free = new Set(seats.childElementCount === line.count && seats.dataset.first === String(line.first) ? [...seats.children] : []);
        if (!free.size) {
            seats.dataset.first = line.first;
            fill(seats, Array.from({length: line.count}, (_, i) => {
                const n = line.first + i;
                const box = h('input', {type: 'checkbox', value: String(n), on: {change: () => onToggle(n)}});
                return h('label', null, box, h('span', null, number(n)));
            }));
        }
        for (const item of seats.children) {
            const box = item.firstChild;
            const n = Number(box.value);
            box.checked = choice.has(n);
            box.disabled = !hall.isFree(n) && !box.checked;
            box.setAttribute('aria-label', describe(hall, n, choice));
            item.title = label(n);
            item.classList.toggle('off', box.disabled);
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
