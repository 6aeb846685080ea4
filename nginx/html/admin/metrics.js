/*
 * What the server's counters tell about the seconds between two looks at them: requests by kind of
 * status, and how long the answers took.
 *
 * The counters (Prometheus' text format) only ever grow, and are those of the one host that answers.
 * When they shrink it was another host, or one that was started anew: then counting begins again.
 */
const line = /^(frontrow_requests_total|frontrow_request_duration_seconds_bucket)\{route="([^"]*)",(?:status|le)="([^"]*)"\} (\d+)$/;

/* Those who buy and wait: not the operator's own looking, nor the monitoring. */
const counted = route => route === 'none' || (route.includes('/api/') && !route.includes('/admin/') && !route.endsWith('/events'));

const kindOf = status => status === '429' || status === '503' ? 'turned' : status[0] === '2' || status[0] === '3' ? 'good' : status[0] === '4' ? 'refused' : 'failed';

/** Sums of the counters: {at in ms, good, refused, turned, failed, buckets: Map of upper bound in s
 * (Infinity for the last) to the number of answers that took no longer}. */
export function readMetrics(text, at) {
    const sums = {at, good: 0, refused: 0, turned: 0, failed: 0, buckets: new Map()};
    for (const row of text.split('\n')) {
        const found = line.exec(row);
        if (!found || !counted(found[2]))
            continue;
        const n = Number(found[4]);
        if (found[1] === 'frontrow_requests_total')
            sums[kindOf(found[3])] += n;
        else
            sums.buckets.set(found[3] === '+Inf' ? Infinity : Number(found[3]), (sums.buckets.get(found[3] === '+Inf' ? Infinity : Number(found[3])) || 0) + n);
    }
    return sums;
}

/* The time that a share of the answers did not exceed, in ms: within its bucket they are taken as
 * spread evenly. Beyond the last bound it is that bound. */
function quantile(share, steps) {
    const wanted = share * steps[steps.length - 1].n;
    let lower = {bound: 0, n: 0};
    for (const step of steps) {
        if (step.n >= wanted && step.n > lower.n)
            return 1000 * (step.bound === Infinity ? lower.bound : lower.bound + (step.bound - lower.bound) * (wanted - lower.n) / (step.n - lower.n));
        lower = step;
    }
    return 1000 * lower.bound;
}

/** What happened from one reading to a later one: {good, refused, turned, failed} a second, and p50,
 * p95, p99 in ms (null when nothing was answered). Null if they cannot be compared. */
export function between(before, after) {
    const seconds = (after.at - before.at) / 1000;
    const rates = Object.fromEntries(['good', 'refused', 'turned', 'failed'].map(kind => [kind, (after[kind] - before[kind]) / seconds]));
    const steps = [...after.buckets].sort(([a], [b]) => a - b).map(([bound, n]) => ({bound, n: n - (before.buckets.get(bound) || 0)}));
    if (seconds <= 0 || Object.values(rates).some(rate => rate < 0) || steps.some(step => step.n < 0))
        return null;
    const answered = steps.length > 0 && steps[steps.length - 1].n > 0;
    const at = share => answered ? quantile(share, steps) : null;
    return {...rates, p50: at(.5), p95: at(.95), p99: at(.99)};
}
