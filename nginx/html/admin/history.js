/*
 * What the live charts have seen: a bounded history of the figures, kept for as long as the tab is
 * open, over a look at another view and over a reload.
 *
 * While nobody looks nothing is asked: then the history has a point without figures, at which a line
 * breaks.
 */
const place = 'frontrow-charts';
const mostConcerts = 4; // are kept over a reload, those that were shown last

/** How far back it goes, ms. */
export const span = 15 * 60e3;

const most = 600; // points: a tab that is open for days does not grow
const gap = 20e3; // without news for so long: the line breaks

/** The figures of a point of a concert; then those of one of the server's counters. */
export const concertFigures = ['waiting', 'active', 'admittedLastMinute', 'soldLastMinute', 'revenue'];
const serverFigures = ['p50', 'p95', 'p99', 'good', 'refused', 'turned', 'failed'];

const histories = new Map(); // concertId -> points {at in ms of the server's clock, figures}

/** The points of the counters, whatever the concert. */
export const server = [];

/** The points of a concert. */
export function historyOf(concertId) {
    const points = histories.get(concertId) || [];
    histories.delete(concertId);
    histories.set(concertId, points); // the last one shown
    return points;
}

/** Adds a point. One that was kept before the clock was set anew is not later than it. */
export function push(list, point) {
    while (list.length && list[list.length - 1].at >= point.at)
        list.pop();
    const last = list[list.length - 1];
    if (last && point.at - last.at > gap)
        list.push({at: last.at + 1});
    list.push(point);
    while (list.length > most || (list.length && list[0].at < point.at - span))
        list.shift();
}

/** Forgets all of it. */
export function forget() {
    histories.forEach(points => points.splice(0));
    histories.clear();
    server.splice(0);
    try {
        sessionStorage.removeItem(place);
    } catch { /* nothing was kept */ }
}

/* --- Over a reload --- */

const tenths = value => typeof value === 'number' ? Math.round(value * 10) / 10 : null;
const packed = (figures, list) => list.map(point => figures.some(name => point[name] !== undefined)
    ? [point.at, ...figures.map(name => tenths(point[name]))] : [point.at]);
const unpacked = (figures, rows) => rows.slice(-most).map(([at, ...values]) => ({at, ...Object.fromEntries(values.map((value, i) => [figures[i], value]))}));

function keep() {
    try {
        sessionStorage.setItem(place, JSON.stringify({server: packed(serverFigures, server),
            concerts: [...histories].slice(-mostConcerts).map(([id, points]) => [id, packed(concertFigures, points)])}));
    } catch { /* then a reload begins anew */ }
}

function restore() {
    try {
        const kept = JSON.parse(sessionStorage.getItem(place));
        server.push(...unpacked(serverFigures, kept.server));
        for (const [id, rows] of kept.concerts)
            histories.set(id, unpacked(concertFigures, rows));
    } catch { /* nothing was kept */ }
}

restore();
addEventListener('pagehide', keep);
