/*
 * The parts that the operator's views are made of: fields with their errors, tables, questions that
 * are asked once before something is changed, and what to say when it could not be.
 */
import {Problem} from '/common/api.js';
import {ask, fill, h, say, toast} from '/common/dom.js';
import {number, pick} from '/common/words.js';

const words = pick({
    en: {
        noAnswer: 'No answer from the server. Check the connection. Whether a change was made is in the audit log.',
        busy: s => s ? `The server is busy. Try again in ${s} s.` : 'The server is busy. Try again in a moment.',
        forbidden: 'This token may not do that: it needs the scope admin.', unknown: status => `The server answered ${status}.`,
        request: id => `Request ${id}`, close: 'Close', failed: 'That did not work', again: 'Try again', more: 'Show more',
        moreLoaded: n => `${n} more`, end: 'That is all.', before: 'Before', after: 'After', setting: 'Setting', none: 'none', empty: 'Nothing here yet.',
        statuses: {PENDING: 'Held', CONFIRMED: 'Paid', REFUNDED: 'Refunded', EXPIRED: 'Expired', CANCELED: 'Given back'},
        states: {OPEN: 'Open', PAUSED: 'Paused', DRAINING: 'Draining', CLOSED: 'Closed', SOLD_OUT: 'Sold out', PREQUEUE: 'Pre-queue'},
    },
    ko: {
        noAnswer: '서버에서 응답이 없습니다. 연결을 확인해 주세요. 변경되었는지는 감사 기록에서 볼 수 있습니다.',
        busy: s => s ? `서버가 바쁩니다. ${s}초 후에 다시 시도해 주세요.` : '서버가 바쁩니다. 잠시 후 다시 시도해 주세요.',
        forbidden: '이 토큰으로는 할 수 없습니다. admin 범위가 필요합니다.', unknown: status => `서버가 ${status}(으)로 응답했습니다.`,
        request: id => `요청 ${id}`, close: '닫기', failed: '처리하지 못했습니다', again: '다시 시도', more: '더 보기',
        moreLoaded: n => `${n}개를 더 불러왔습니다`, end: '모두 표시했습니다.', before: '변경 전', after: '변경 후', setting: '항목', none: '없음', empty: '아직 없습니다.',
        statuses: {PENDING: '선점 중', CONFIRMED: '결제 완료', REFUNDED: '환불됨', EXPIRED: '기한 만료', CANCELED: '취소함'},
        states: {OPEN: '열림', PAUSED: '일시 정지', DRAINING: '마감 중', CLOSED: '닫힘', SOLD_OUT: '매진', PREQUEUE: '사전 대기'},
    },
});

/* --- Problems --- */

/** What went wrong and what to do, in a sentence or two. */
export function problemText(problem) {
    if (!(problem instanceof Problem))
        throw problem;
    if (problem.status === 0)
        return words.noAnswer;
    if (problem.status === 429 || problem.status === 503)
        return words.busy(problem.retryAfter);
    if (problem.status === 403)
        return words.forbidden;
    return problem.detail || words.unknown(problem.status);
}

/* The number to look for in the server's log. */
const requestLine = problem => problem.body.requestId && h('p', {class: 'quiet'}, words.request(''), h('code', null, problem.body.requestId));

/** A note about a problem that stays, with a way to try again if `again` is given. */
export const problemNote = (problem, again) => h('div', {class: 'note bad', role: 'alert'},
    h('p', null, problemText(problem)), problem.status ? requestLine(problem) : null,
    again && h('p', null, h('button', {type: 'button', class: 'plain', on: {click: again}}, words.again)));

/* --- Acting --- */

let acting = false;

/**
 * Asks once, does it and tells how it went. `run` gets what the dialog's fields hold; `done` makes
 * the words for its result; `wrong` may take a problem (say to show it at a field: then it returns
 * true). Resolves to the result of `run`, or undefined if it was turned down or failed.
 */
export async function act({title, text, yes, no, danger = false, fields, run, done, wrong}) {
    if (acting)
        return undefined;
    acting = true;
    try {
        const answer = await ask({title, text, yes, no, danger, fields});
        if (answer === false)
            return undefined;
        document.body.setAttribute('aria-busy', 'true');
        const result = await run(answer);
        toast(typeof done === 'function' ? done(result) : done);
        return result;
    } catch (problem) {
        const text_ = problemText(problem);
        if (problem.status === 401 || (wrong && wrong(problem)))
            return undefined;
        await ask({title: words.failed, text: h('div', null, h('p', null, text_), requestLine(problem)), yes: words.close, no: null});
        return undefined;
    } finally {
        acting = false;
        document.body.removeAttribute('aria-busy');
    }
}

/** A table of what will change, for a question: rows of [label, before, after]. */
export const changeTable = rows => h('div', {class: 'scroll'}, h('table', {class: 'changes'},
    h('thead', null, h('tr', null, [words.setting, words.before, words.after].map(text => h('th', {scope: 'col'}, text)))),
    h('tbody', null, rows.map(([label, before, after]) => h('tr', null, h('th', {scope: 'row'}, label),
        h('td', null, shown(before)), h('td', null, h('strong', null, shown(after))))))));

const shown = value => value === null || value === undefined || value === '' ? words.none : typeof value === 'number' ? number(value) : String(value);

/* --- Fields --- */

let fieldCount = 0;

/** A labelled input with a hint and room for its error. `input` is the node, its name the field's
 * name in the API ("queue.admitCount"). */
export function field(label, input, hint, extra) {
    const id = `f${++fieldCount}`;
    input.id = id;
    const hintNode = hint && h('p', {class: 'hint', id: `${id}-hint`}, hint);
    input.setAttribute('aria-describedby', `${hint ? `${id}-hint ` : ''}${id}-wrong`);
    return h('div', {class: 'field', dataset: {field: input.name}}, h('label', {for: id}, label,
        input.required && h('span', {'aria-hidden': 'true', class: 'must'}, ' *')),
    input, extra, hintNode, h('p', {class: 'wrong', id: `${id}-wrong`, hidden: true}));
}

function mark(node, text) {
    const input = node.querySelector('input, select, textarea');
    const wrong = node.querySelector('.wrong');
    wrong.textContent = text;
    wrong.hidden = !text;
    if (text)
        input.setAttribute('aria-invalid', 'true');
    else
        input.removeAttribute('aria-invalid');
}

/** Takes all errors off the fields of a form. */
export const clearWrong = form => form.querySelectorAll('[data-field]').forEach(node => mark(node, ''));

/** Shows errors by field name at their fields, and goes to the first. False if none has a field
 * here. "sections[2].price" is looked for whole, then without its last part. */
export function showWrong(form, errors) {
    let first = null;
    for (const [name, text] of Object.entries(errors)) {
        let node = null;
        for (let at = name; at && !node; at = at.replace(/(^|[.[])[^.[]*$/, ''))
            node = form.querySelector(`[data-field="${CSS.escape(at)}"]`);
        if (node) {
            mark(node, text);
            first = first || node;
        }
    }
    if (!first)
        return false;
    const closed = first.closest('details:not([open])');
    if (closed)
        closed.open = true;
    first.querySelector('input, select, textarea').focus();
    say(first.querySelector('.wrong').textContent, {assertive: true});
    return true;
}

/** For act(): shows a problem that names a field at that field. */
export const atField = form => problem => Boolean(problem.body.field) && showWrong(form, {[problem.body.field]: problemText(problem)});

/* --- Tables --- */

/** A table that scrolls by itself where it is too wide. Columns: [text, class]; rows: arrays of
 * cells, the first of each its heading. */
export function table(caption, columns, rows) {
    const body = h('tbody', null, rows.map(row => tableRow(columns, row)));
    return h('div', {class: 'scroll', role: 'region', 'aria-label': caption, tabindex: '0'}, h('table', null,
        h('caption', {class: 'unseen'}, caption),
        h('thead', null, h('tr', null, columns.map(([text, kind]) => h('th', {scope: 'col', class: kind || null}, text)))), body));
}

const tableRow = (columns, cells) => h('tr', null, cells.map((cell, i) =>
    i === 0 ? h('th', {scope: 'row', class: columns[i][1] || null}, cell) : h('td', {class: columns[i][1] || null}, cell)));

/**
 * A list that the server gives in pages. `page(cursor)` resolves to {items, next}; `row(item)` makes
 * the cells. Shows the first page, and a button for the next ones.
 */
export async function pagedTable(caption, columns, page, row) {
    const node = h('div');
    const first = await page(null);
    if (first.items.length === 0)
        return fill(node, h('p', {class: 'quiet'}, words.empty));
    const list = table(caption, columns, first.items.map(row));
    fill(node, list, moreButton(first.next, page, items => {
        const rows = items.map(item => tableRow(columns, row(item)));
        list.querySelector('tbody').append(...rows);
        return rows[0];
    }));
    return node;
}

/** The button below such a list: `add(items)` shows the next ones and returns the first, which gets
 * the focus. Null if there is no next page. */
export function moreButton(next, page, add) {
    if (next === null)
        return null;
    let cursor = next;
    const button = h('button', {type: 'button', class: 'plain', on: {click: async () => {
        button.disabled = true;
        try {
            const got = await page(cursor);
            cursor = got.next;
            const first = add(got.items);
            say(`${words.moreLoaded(got.items.length)}${cursor === null ? ` ${words.end}` : ''}`);
            if (first) {
                first.tabIndex = -1;
                first.focus({preventScroll: true});
            }
            box.hidden = cursor === null;
        } catch (problem) {
            toast(problemText(problem), 'bad');
        }
        button.disabled = false;
    }}}, words.more);
    const box = h('p', {class: 'more'}, button);
    return box;
}

/** The cursor as a part of the address. */
export const cursorParam = cursor => cursor === null ? '' : `&cursor=${encodeURIComponent(cursor)}`;

/* --- Small things --- */

const stateKinds = {OPEN: 'good', PAUSED: 'warn', DRAINING: 'warn', CLOSED: 'bad', SOLD_OUT: 'off', PREQUEUE: ''};
export const stateName = state => words.states[state] || state;
export const stateBadge = state => h('span', {class: `badge ${stateKinds[state] || ''}`}, stateName(state));

const statusKinds = {PENDING: 'warn', CONFIRMED: 'good', REFUNDED: 'off', EXPIRED: 'off', CANCELED: 'off'};
export const statusName = status => words.statuses[status] || status;
export const statusBadge = status => h('span', {class: `badge ${statusKinds[status] || ''}`}, statusName(status));

/** Links beside each other, one of them to where one is. */
export const tabs = (label, links, here) => h('nav', {class: 'tabs', 'aria-label': label},
    links.map(([text, href]) => h('a', {href, 'aria-current': href === here ? 'page' : null}, text)));

/** The way up from here: pairs of [text, href]. */
export const crumbs = (label, links) => h('nav', {class: 'crumbs', 'aria-label': label},
    h('ol', null, links.map(([text, href]) => h('li', null, h('a', {href}, text)))));

/** "label: value" pairs; a pair may be null. */
export const facts = pairs => h('dl', {class: 'facts'}, pairs.filter(Boolean).map(([label, value]) => h('div', null, h('dt', null, label), h('dd', null, value))));
