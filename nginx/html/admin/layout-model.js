/*
 * What is typed about the seats of a new date: {plain, count, price, sections}, of which plain tells
 * which part counts. A section is {name, rows, seatsPerRow, price, blocked}, all of them as typed;
 * blocked are ranges of positions within it.
 */
import {number, pick} from '/common/words.js';
import {count, fromText, toSet} from './ranges.js';

const words = pick({
    en: {whole: (a, b) => `A whole number from ${number(a)} to ${number(b)}.`, must: 'This cannot be empty.', ranges: n => `Positions from 1 to ${number(n)}, such as 1-4, 17.`, most: 'At most 100,000 seats together.',
        body: 'Too many single seats are blocked to send at once. Make the date, then block them in its seats.'},
    ko: {whole: (a, b) => `${number(a)}부터 ${number(b)}까지의 정수를 입력해 주세요.`, must: '비워 둘 수 없습니다.', ranges: n => `1부터 ${number(n)}까지의 위치를 1-4, 17처럼 입력해 주세요.`, most: '모두 합해 100,000석까지 만들 수 있습니다.',
        body: '한 번에 보내기에는 제외한 좌석이 너무 많습니다. 회차를 만든 다음 좌석 화면에서 제외해 주세요.'},
});

export const mostSeats = 100000;
export const mostPrice = 1e9;
export const mostSections = 200;
const bodyLimit = 60000; // bytes; the server takes 64 KiB

const isWhole = (text, least, most) => /^\d{1,10}$/.test(text) && Number(text) >= least && Number(text) <= most;
const usable = s => isWhole(s.rows, 1, mostSeats) && isWhole(s.seatsPerRow, 1, mostSeats) && sizeOf(s) <= mostSeats;

export const sizeOf = s => Number(s.rows) * Number(s.seatsPerRow);
export const priceOf = s => isWhole(s.price, 0, mostPrice) ? Number(s.price) : 0;
/** What a section's text of ranges means; none while it is being typed wrongly. */
export const blockedOf = s => s.plain ? [] : fromText(s.blocked, sizeOf(s)) || [];

/** The sections that are filled in so far; seats without any are one, without a name. */
export const sectionsIn = model => (model.plain ? [{plain: true, name: '', rows: '1', seatsPerRow: model.count, price: model.price, blocked: ''}] : model.sections).filter(usable);

/** Sections as a hall: runs as in a compact map, the number of seats, and of each seat the number of
 * its price. Sets `first` of each section, its first seat. */
export function hallOf(sections) {
    const runs = [], tiers = [], prices = [];
    let first = 1;
    for (const s of sections) {
        const price = priceOf(s);
        if (!prices.includes(price))
            prices.push(price);
        s.first = first;
        for (let row = 1; row <= Number(s.rows); row++) {
            runs.push({name: s.name, row: s.plain ? '' : String(row), first, count: Number(s.seatsPerRow), price});
            first += Number(s.seatsPerRow);
        }
        tiers.push(Array(sizeOf(s)).fill(prices.indexOf(price)));
    }
    return {runs, seats: first - 1, tiers: Uint8Array.from(tiers.flat())};
}

/** Seats, those of them that are blocked, and what the others bring. */
export function totals(sections) {
    let seats = 0, blocked = 0, sum = 0;
    for (const s of sections) {
        const off = count(toSet(blockedOf(s), sizeOf(s)));
        seats += sizeOf(s);
        blocked += off;
        sum += (sizeOf(s) - off) * priceOf(s);
    }
    return {seats, blocked, sum};
}

/** `seats` or `sections` as the API takes them. */
export function bodyOf(model) {
    if (model.plain)
        return {seats: {count: Number(model.count), price: Number(model.price)}};
    return {sections: model.sections.map(s => {
        const blocked = blockedOf(s).flatMap(([first, last]) => Array.from({length: last - first + 1}, (_, i) => first + i));
        return {name: s.name.trim(), rows: Number(s.rows), seatsPerRow: Number(s.seatsPerRow), price: Number(s.price), ...blocked.length ? {blocked: [...new Set(blocked)]} : {}};
    })};
}

function sectionErrors(s, i, errors) {
    const at = `sections[${i}]`;
    if (!s.name.trim())
        errors[`${at}.name`] = words.must;
    for (const key of ['rows', 'seatsPerRow'])
        if (!isWhole(s[key], 1, mostSeats))
            errors[`${at}.${key}`] = words.whole(1, mostSeats);
    if (!isWhole(s.price, 0, mostPrice))
        errors[`${at}.price`] = words.whole(0, mostPrice);
    if (usable(s) && !fromText(s.blocked, sizeOf(s)))
        errors[`${at}.blocked`] = words.ranges(sizeOf(s));
}

/** What is wrong, by field. */
export function errorsOf(model) {
    const errors = {};
    if (model.plain) {
        if (!isWhole(model.count, 1, mostSeats))
            errors['seats.count'] = words.whole(1, mostSeats);
        if (!isWhole(model.price, 0, mostPrice))
            errors['seats.price'] = words.whole(0, mostPrice);
        return errors;
    }
    model.sections.forEach((s, i) => sectionErrors(s, i, errors));
    if (Object.keys(errors).length > 0)
        return errors;
    if (model.sections.reduce((sum, s) => sum + sizeOf(s), 0) > mostSeats)
        errors['sections[0].rows'] = words.most;
    else if (JSON.stringify(bodyOf(model)).length > bodyLimit)
        errors['sections[0].blocked'] = words.body;
    return errors;
}
