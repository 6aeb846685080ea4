/*
 * Where the seats of a hall are drawn: its sections below each other, row by row, as far as the
 * numbers tell. A row that is too long is broken; seats without rows fill lines of 25.
 *
 * Runs are {name, row, first, count, price}, as in a compact map of seats: a row in which prices
 * differ is several of them.
 */
const head = 34; // height of a section's heading, px

/* Runs of one row as one line. */
function joined(runs) {
    const lines = [];
    for (const run of runs) {
        const last = lines[lines.length - 1];
        if (last && (last.name || '') === (run.name || '') && (last.row || '') === (run.row || ''))
            last.count += run.count;
        else
            lines.push({name: run.name || '', row: run.row || '', first: run.first, count: run.count});
    }
    return lines;
}

const widthOf = line => !line.row ? 25 : line.count <= 100 ? line.count : 50;

/**
 * Arranges the runs with `pitch` px from seat to seat, the labels in `margin` px. Gives {bands, width,
 * height, sections}: a band is a heading {y, height, name, first, count} or a line of seats
 * {y, height, row, first, count, section}; a section {name, first, count}.
 */
export function arrange(runs, pitch, margin) {
    const bands = [];
    const sections = [];
    let y = 0, columns = 1;
    for (const line of joined(runs)) {
        let section = sections[sections.length - 1];
        if (!section || section.name !== line.name) {
            sections.push(section = {name: line.name, first: line.first, count: 0});
            if (line.name) {
                bands.push({y, height: head, heading: true, section});
                y += head;
            }
        }
        section.count += line.count;
        const width = widthOf(line);
        columns = Math.max(columns, Math.min(width, line.count));
        for (let done = 0; done < line.count; done += width) {
            bands.push({y, height: pitch, row: done === 0 ? line.row : '', first: line.first + done, count: Math.min(width, line.count - done), section, line});
            y += pitch;
        }
    }
    return {bands, sections, width: margin + columns * pitch + 4, height: y + 4};
}

/** The band at a height, or the nearest one; null in an empty hall. */
export function bandAt(plan, y) {
    let low = 0, high = plan.bands.length - 1;
    while (low < high) {
        const middle = (low + high + 1) >> 1;
        if (plan.bands[middle].y <= y)
            low = middle;
        else
            high = middle - 1;
    }
    return plan.bands[low] || null;
}

/** The place of a seat's band among the bands. */
export function indexOf(plan, number) {
    let low = 0, high = plan.bands.length - 1;
    const startOf = band => band.heading ? band.section.first - .5 : band.first;
    while (low < high) {
        const middle = (low + high + 1) >> 1;
        if (startOf(plan.bands[middle]) <= number)
            low = middle;
        else
            high = middle - 1;
    }
    return low;
}

/** Calls fn(first, last) for the part of each line between two lines and two columns, both included. */
export function eachInRectangle(plan, fromBand, toBand, fromColumn, toColumn, fn) {
    const [top, bottom] = [Math.min(fromBand, toBand), Math.max(fromBand, toBand)];
    const [left, right] = [Math.min(fromColumn, toColumn), Math.max(fromColumn, toColumn)];
    for (let i = top; i <= bottom; i++) {
        const band = plan.bands[i];
        if (!band.heading && left < band.count)
            fn(band.first + left, band.first + Math.min(right, band.count - 1));
    }
}
