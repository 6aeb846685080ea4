/* The sections of a hall that there is, as the layout editor takes them, from its compact map. */
import {toRanges, toText} from './ranges.js';

/* Runs by section, and in it by row. A section that comes again later is another one. */
function grouped(runs) {
    const sections = [];
    for (const run of runs) {
        let section = sections[sections.length - 1];
        if (!section || section.name !== (run.name || ''))
            sections.push(section = {name: run.name || '', first: run.first, rows: []});
        const row = section.rows[section.rows.length - 1];
        if (row && row.label === (run.row || ''))
            row.count += run.count;
        else
            section.rows.push({label: run.row || '', count: run.count});
        section.price = Math.max(section.price || 0, run.price);
        section.mixed = section.mixed || run.price !== section.price;
    }
    return sections;
}

function blockedOf(section, states) {
    const seats = section.rows.reduce((sum, row) => sum + row.count, 0);
    return toText(toRanges(Uint8Array.from(states.slice(section.first - 1, section.first - 1 + seats), state => state === 'B' ? 1 : 0)));
}

/** {sections, mixed}: mixed if prices differ within one, which then has the highest of them. Null if
 * rows are of different lengths, or there are no sections. */
export function sectionsOf(map) {
    const found = grouped(map.sections);
    if (found.some(s => !s.name || s.rows.some(row => row.count !== s.rows[0].count)))
        return null;
    return {mixed: found.some(s => s.mixed), sections: found.map(s => ({
        name: s.name, rows: String(s.rows.length), seatsPerRow: String(s.rows[0].count), price: String(s.price), blocked: blockedOf(s, map.states),
    }))};
}
