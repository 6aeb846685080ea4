/* Whether something was typed that has not been sent, and asking before it is lost. */
import {ask} from '/common/dom.js';
import {pick} from '/common/words.js';

const words = pick({
    en: {title: 'Leave without saving?', text: 'What you have changed here has not been saved.', yes: 'Leave', no: 'Stay'},
    ko: {title: '저장하지 않고 나갈까요?', text: '변경한 내용이 저장되지 않았습니다.', yes: '나가기', no: '머무르기'},
});

let unsaved = false;
let asking = false;

/** Marks that something was typed, or that it was sent or given up. */
export const touched = () => { unsaved = true; };
export const settled = () => { unsaved = false; };

/** Resolves to whether the view may be left; `stay` puts the address back while it is asked. Who goes
 * back and forth meanwhile is asked once, about the first. */
export async function mayLeave(stay) {
    if (!unsaved)
        return true;
    stay();
    if (asking)
        return false;
    asking = true;
    const answer = await ask({...words, danger: true});
    asking = false;
    return answer;
}

addEventListener('beforeunload', event => {
    if (unsaved)
        event.preventDefault();
});
