/*
 * Times as an operator types them: the clock of the concert's own time zone, whatever the browser's
 * is, in a field of type datetime-local.
 */
const formats = new Map();

function parts(ms, zone) {
    if (!formats.has(zone))
        formats.set(zone, new Intl.DateTimeFormat('en-US', {timeZone: zone, hourCycle: 'h23', year: 'numeric', month: '2-digit',
            day: '2-digit', hour: '2-digit', minute: '2-digit', second: '2-digit'}));
    return Object.fromEntries(formats.get(zone).formatToParts(ms).map(part => [part.type, part.value]));
}

/* How far the zone's clock is ahead of UTC at a moment, ms. */
function offset(ms, zone) {
    const p = parts(ms, zone);
    return Date.UTC(p.year, p.month - 1, p.day, p.hour, p.minute, p.second) - Math.floor(ms / 1000) * 1000;
}

/** Whether this browser knows the zone. */
export function isZone(zone) {
    try {
        return Boolean(new Intl.DateTimeFormat('en-US', {timeZone: zone}));
    } catch {
        return false;
    }
}

/** A moment (RFC 3339 or ms) as the value of a datetime-local field: the zone's clock, '' for null. */
export function toField(moment, zone) {
    if (moment === null || moment === undefined)
        return '';
    const p = parts(new Date(moment).getTime(), zone);
    return `${p.year}-${p.month}-${p.day}T${p.hour}:${p.minute}${p.second === '00' ? '' : `:${p.second}`}`;
}

/** The moment in RFC 3339 that such a field means, null if it is empty or none. An hour that the
 * zone's clock leaves out is the one after it. */
export function fromField(value, zone) {
    const clock = Date.parse(`${value}Z`);
    if (!value || Number.isNaN(clock))
        return null;
    const guess = clock - offset(clock, zone);
    return new Date(clock - offset(guess, zone)).toISOString();
}
