/* The wallet: charging it, once for each decision to do so, however often the answer is lost. */
import {newKey} from '../common/api.js';
import {insist} from './insist.js';
import {kept} from './store.js';

/** The most that one charge may be, unless the operator has set it otherwise. */
const MOST = 10000000;

/**
 * Charges the amount, in several charges if it is more than one may be; the balance afterwards. `what`
 * names the decision: its Idempotency-Key is kept until it is answered, also over a reload.
 */
export async function chargeOnce(visitor, amount, what, signal) {
    const slot = `charge:${visitor.id}:${what}`;
    let balance = 0;
    for (let left = amount; left > 0; left -= Math.min(left, MOST)) {
        const body = {amount: Math.min(left, MOST)};
        const before = kept.get(slot);
        const attempt = before && before.amount === body.amount ? before : {key: newKey(), amount: body.amount};
        kept.set(slot, attempt);
        try {
            balance = (await insist('POST', '/users/me/balance/charges', {token: visitor.token, body, key: attempt.key, signal})).body.balance;
        } catch (problem) {
            if (!signal.aborted)
                kept.set(slot, null);
            throw problem;
        }
        kept.set(slot, null);
    }
    return balance;
}
