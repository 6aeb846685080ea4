/*
 * Taking a hold, so that a lost answer costs nothing: the attempt is kept with its Idempotency-Key
 * until it is answered, and made again with it.
 */
import {newKey} from '../common/api.js';
import {insist} from './insist.js';
import {here} from './store.js';

/** Holds what `body` names; the reservation, or a Problem is thrown. */
export async function takeHold(place, body, signal) {
    const slot = `hold-try:${place.concertId}`;
    const before = here.get(slot);
    const same = before && JSON.stringify(before.body) === JSON.stringify(body) && before.token === place.token.slice(-20);
    const attempt = same ? before : {key: newKey(), body, token: place.token.slice(-20)};
    here.set(slot, attempt);
    try {
        const answer = await insist('POST', '/reservations', {token: place.token, body, key: attempt.key, signal});
        here.set(slot, null);
        place.lengthen(answer.body.holdExpiresAt);
        return answer.body;
    } catch (problem) {
        if (!signal.aborted)
            here.set(slot, null);
        throw problem;
    }
}

/** Gives a hold back. */
export async function giveBack(token, reservationId, signal) {
    await insist('DELETE', `/reservations/${reservationId}`, {token, key: newKey(), signal});
}
