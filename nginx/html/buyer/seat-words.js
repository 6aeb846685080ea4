/* How a seat is named. */
import {money, number} from '../common/words.js';
import {AVAILABLE, BLOCKED, HELD, SOLD} from './hall.js';
import {text} from './words.js';

/** "Section VIP, row 3, seat 12" of a seat as a reservation has it. */
export function seatName({section, row, seatNumber}) {
    return [section && text.section(section), row && text.row(row), text.seat(number(seatNumber))].filter(Boolean).join(', ');
}

/** The same of a seat of a hall. */
export function hallSeatName(hall, n) {
    const {block, row} = hall.where(n);
    return seatName({section: block.name, row: row.row, seatNumber: n});
}

/** What state a seat is in: chosen by the visitor, or as the list says. */
export function stateName(hall, n, choice) {
    if (choice.has(n))
        return text.seatStates.chosen;
    return {[AVAILABLE]: text.seatStates.free, [HELD]: text.seatStates.held, [SOLD]: text.seatStates.sold, [BLOCKED]: text.seatStates.blocked}[hall.states[n]] || '';
}

/** "Section VIP, row 3, seat 12, ₩165,000, available". */
export const describe = (hall, n, choice) => `${hallSeatName(hall, n)}, ${money(hall.price(n))}, ${stateName(hall, n, choice)}`;
