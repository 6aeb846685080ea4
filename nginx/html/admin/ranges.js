/* Sets of seat numbers as ranges, in text ("1-40, 55") and back. A set is a Uint8Array, in which the
 * place of number n is n - 1. */

/** The ranges of a set: [[first, last], …]. */
export function toRanges(picked) {
    const ranges = [];
    for (let i = 0; i < picked.length; i++) {
        if (!picked[i])
            continue;
        const first = i + 1;
        while (i + 1 < picked.length && picked[i + 1])
            i++;
        ranges.push([first, i + 1]);
    }
    return ranges;
}

export const toText = ranges => ranges.map(([first, last]) => first === last ? String(first) : `${first}-${last}`).join(', ');

/** The ranges that a text names; null if it is not such a text or goes beyond `most`. */
export function fromText(text, most) {
    const ranges = [];
    for (const part of text.split(/[,;\s]+(?![-–~])/).map(p => p.trim()).filter(Boolean)) {
        const found = /^(\d{1,6})(?:\s*[-–~]\s*(\d{1,6}))?$/.exec(part);
        const first = found && Number(found[1]);
        const last = found && Number(found[2] || found[1]);
        if (!found || first < 1 || last < first || last > most)
            return null;
        ranges.push([first, last]);
    }
    return ranges;
}

/** How many numbers a set has. */
export const count = picked => picked.reduce((sum, one) => sum + one, 0);

/** A set of so many places from ranges; what is beyond them is left out. */
export function toSet(ranges, size) {
    const picked = new Uint8Array(size);
    for (const [first, last] of ranges)
        picked.fill(1, first - 1, Math.min(last, size));
    return picked;
}
