/* Signing in with a token, going on with a new one, signing out. */
import {ask, fill, h, say, toast} from '/common/dom.js';
import {dateTime, pick} from '/common/words.js';
import {session, signIn, signOut} from './session.js';
import {clearWrong, field, problemText, showWrong} from './ui.js';

const words = pick({
    en: {
        title: 'Sign in', lead: 'These pages are for who runs the sale.', token: 'Operator token', hint: 'It stays in this tab and ends by itself.',
        go: 'Sign in', checking: 'Checking …', how: 'How to get a token', howText: 'On the server, with the configuration of Frontrow. UUID names you in the audit log; take the same one each time.',
        own: 'With scripts/run the program is build/frontrow and the configuration var/frontrow.conf:', copy: 'Copy', copied: 'Copied.',
        faults: {
            none: 'This is not a token. Paste all of it: three parts with a dot between each.',
            queue: 'This is a buyer\'s queue token. An operator\'s is made with frontrow token --scope admin.',
            expired: 'This token has ended. Make a new one.',
            scope: 'This token may not use the operator\'s pages: it lacks the scope admin. Make one with --scope admin.',
            refused: 'The server does not accept this token. It may have been made with another configuration.',
        },
        over: {left: 'You have signed out.', expired: 'Your token has ended. Sign in with a new one to go on where you were.',
            refused: 'The server no longer accepts your token. Sign in with a new one.'},
        sessionTitle: 'Your session', who: 'Signed in as', until: 'until', renewHint: 'To go on for longer, paste a new token. Nothing on the page is lost.',
        renewed: 'You are signed in with the new token.', useNew: 'Go on with it', signOut: 'Sign out', close: 'Close',
    },
    ko: {
        title: '로그인', lead: '판매를 운영하는 분을 위한 페이지입니다.', token: '운영자 토큰', hint: '이 탭에만 보관되며 시간이 되면 자동으로 끝납니다.',
        go: '로그인', checking: '확인하고 있습니다…', how: '토큰을 만드는 방법', howText: '서버에서 Frontrow의 설정 파일로 만듭니다. UUID는 감사 기록에 남는 운영자 이름이므로 매번 같은 값을 쓰세요.',
        own: 'scripts/run으로 실행했다면 프로그램은 build/frontrow, 설정 파일은 var/frontrow.conf입니다.', copy: '복사', copied: '복사했습니다.',
        faults: {
            none: '토큰이 아닙니다. 점으로 나뉜 세 부분을 모두 붙여 넣어 주세요.',
            queue: '구매자의 대기열 토큰입니다. 운영자 토큰은 frontrow token --scope admin으로 만듭니다.',
            expired: '이미 끝난 토큰입니다. 새로 만들어 주세요.',
            scope: '이 토큰으로는 운영자 페이지를 쓸 수 없습니다. admin 범위가 없습니다. --scope admin으로 만들어 주세요.',
            refused: '서버가 이 토큰을 받아들이지 않습니다. 다른 설정으로 만든 토큰일 수 있습니다.',
        },
        over: {left: '로그아웃했습니다.', expired: '토큰이 끝났습니다. 새 토큰으로 로그인하면 보던 곳에서 계속합니다.',
            refused: '서버가 더 이상 이 토큰을 받아들이지 않습니다. 새 토큰으로 로그인해 주세요.'},
        sessionTitle: '로그인 정보', who: '운영자', until: '만료', renewHint: '더 오래 쓰려면 새 토큰을 붙여 넣어 주세요. 페이지의 내용은 그대로 유지됩니다.',
        renewed: '새 토큰으로 로그인했습니다.', useNew: '새 토큰 사용', signOut: '로그아웃', close: '닫기',
    },
});

/* A token is one line, however it was copied: Enter sends it. */
function input() {
    const node = h('textarea', {name: 'token', rows: 3, required: true, class: 'code', autocomplete: 'off', autocapitalize: 'off', spellcheck: 'false', enterkeyhint: 'go', on: {
        input: () => {
            if (/[\r\n]/.test(node.value))
                node.value = node.value.replace(/[\r\n]+/g, '');
        },
        keydown: event => {
            if (event.key !== 'Enter' || event.isComposing)
                return;
            event.preventDefault();
            node.form.requestSubmit(node.form.querySelector('[type=submit]'));
        },
    }});
    return node;
}

function copyable(text) {
    return h('div', {class: 'row copy'}, h('code', {class: 'grow'}, text),
        navigator.clipboard && h('button', {type: 'button', class: 'plain', on: {click: async () => {
            try {
                await navigator.clipboard.writeText(text);
                toast(words.copied);
            } catch { /* it can be selected by hand */ }
        }}}, words.copy));
}

/* A fresh name for an operator who has none yet. */
const uuid = () => crypto.randomUUID ? crypto.randomUUID() : 'UUID';

const help = () => h('section', {class: 'panel', 'aria-labelledby': 'how'},
    h('h2', {id: 'how'}, words.how), h('p', null, words.howText),
    copyable(`frontrow token --scope admin --ttl 28800 --user ${uuid()}`),
    h('p', {class: 'quiet'}, words.own), h('code', null, 'build/frontrow --config var/frontrow.conf token …'));

async function submit(event, form, button) {
    event.preventDefault();
    if (button.disabled)
        return;
    clearWrong(form);
    button.disabled = true;
    fill(button, words.checking);
    let wrong;
    try {
        const fault = await signIn(form.elements.token.value);
        wrong = fault && words.faults[fault];
    } catch (problem) {
        wrong = problemText(problem);
    }
    button.disabled = false;
    fill(button, words.go);
    if (wrong)
        showWrong(form, {token: wrong});
    else
        dispatchEvent(new Event('signedin'));
}

/** The view without a session; `reason` says why the last one is over. */
export function signInView(reason) {
    const button = h('button', {type: 'submit'}, words.go);
    const form = h('form', {class: 'panel stack', novalidate: true, on: {submit: event => submit(event, form, button)}},
        field(words.token, input(), words.hint), h('div', null, button));
    if (reason)
        say(words.over[reason]);
    return {title: words.title, content: h('div', {class: 'narrow'},
        h('h1', null, words.title), h('p', null, words.lead),
        reason && h('p', {class: reason === 'left' ? 'note' : 'note warn'}, words.over[reason]), form, help())};
}

/** Shows until when the session lasts, takes a new token, or signs out. */
export async function renew() {
    const out = h('button', {type: 'button', class: 'plain danger', on: {click: () => signOut()}}, words.signOut);
    const token = input();
    token.required = false;
    const answer = await ask({title: words.sessionTitle, yes: words.useNew, no: words.close, fields: [field(words.token, token, words.renewHint)],
        text: h('div', {class: 'stack'}, h('p', null, `${words.who} `, h('code', null, session().user), h('br'), `${words.until} ${dateTime(session().endsAt)}`), h('div', null, out))});
    if (!answer || !session() || !answer.token.trim())
        return;
    try {
        const fault = await signIn(answer.token);
        toast(fault ? words.faults[fault] : words.renewed, fault ? 'bad' : '');
    } catch (problem) {
        toast(problemText(problem), 'bad');
    }
}
