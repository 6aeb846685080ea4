/*
 * The audit log: who changed what, newest first, with what was before and after as differences that
 * can be read. The filter looks through what has been loaded.
 */
import {fill, h} from '/common/dom.js';
import {clockTime, day, money, number, pick} from '/common/words.js';
import {csvButton} from './download.js';
import {toText} from './ranges.js';
import {api, session} from './session.js';
import {settingName} from './settings.js';
import {isZone} from './times.js';
import {cursorParam, moreButton, stateName, statusName} from './ui.js';

const words = pick({
    en: {
        title: 'Audit log', lead: zone => `Every change that an operator made, here or from the shell, newest first. When it was made stands in the time of ${zone}; other times name their zone.`, filter: 'Show only', filterHint: 'An action, a target such as concert/5, or an operator\'s UUID.',
        you: 'you', shell: 'from the shell', by: 'by', none: 'Nothing has been changed yet.', noMatch: 'None of the loaded entries matches.', matches: n => `${number(n)} of the loaded entries match.`,
        all: 'All that was set', unchanged: 'Nothing differs.', empty: 'none', to: 'becomes', entries: 'Entries',
        actions: {
            'concert.create': 'Concert made', 'concert.update': 'Concert changed', 'schedule.create': 'Date made', 'schedule.update': 'Date changed', 'schedule.cancel': 'Date canceled',
            'seats.update': 'Seats changed', 'reservation.refund': 'Reservation refunded', 'wallet.charge': 'Wallet charged',
        },
        seats: text => `Seats ${text}`, blocked: 'not for sale', free: 'for sale', at: price => `at ${money(price)}`,
        was: n => n === 1 ? 'How it was' : `How the ${number(n)} that changed were`, more: 'and others',
    },
    ko: {
        title: '감사 기록', lead: zone => `운영자가 이 페이지나 셸에서 바꾼 모든 것을 최신순으로 보여 줍니다. 변경한 시각은 ${zone} 기준이며, 그 밖의 시각에는 시간대를 함께 적습니다.`, filter: '골라 보기', filterHint: '작업, concert/5와 같은 대상, 또는 운영자의 UUID입니다.',
        you: '나', shell: '셸에서', by: '운영자:', none: '아직 변경된 것이 없습니다.', noMatch: '불러온 기록 가운데 일치하는 것이 없습니다.', matches: n => `불러온 기록 가운데 ${number(n)}개가 일치합니다.`,
        all: '설정한 전체 값', unchanged: '달라진 것이 없습니다.', empty: '없음', to: '다음으로 바뀜', entries: '기록',
        actions: {
            'concert.create': '공연 생성', 'concert.update': '공연 변경', 'schedule.create': '회차 생성', 'schedule.update': '회차 변경', 'schedule.cancel': '회차 취소',
            'seats.update': '좌석 변경', 'reservation.refund': '예매 환불', 'wallet.charge': '지갑 충전',
        },
        seats: text => `좌석 ${text}`, blocked: '판매 제외', free: '판매', at: price => `가격 ${money(price)}`,
        was: n => `바뀐 ${number(n)}석의 이전 상태`, more: '그 밖의 좌석',
    },
});

const nobody = '00000000-0000-0000-0000-000000000000';

/* --- Differences --- */

/* The members of a document by their names with dots. An array is one value. */
function flat(value, prefix = '', out = {}) {
    if (value && typeof value === 'object' && !Array.isArray(value))
        for (const [key, inner] of Object.entries(value))
            flat(inner, prefix ? `${prefix}.${key}` : key, out);
    else if (prefix)
        out[prefix] = value;
    return out;
}

const time = /^\d{4}-\d\d-\d\dT[\d:.]+Z$/;

function written(name, value, zone) {
    if (value === null || value === undefined || value === '')
        return h('span', {class: 'quiet'}, words.empty);
    if (Array.isArray(value))
        return h('code', null, JSON.stringify(value));
    if (typeof value === 'string' && time.test(value))
        return h('time', {datetime: value}, `${day(value, zone)} ${clockTime(value, zone)} (${zone})`);
    if (name.endsWith('state') && typeof value === 'string')
        return stateName(value);
    if (name === 'status')
        return statusName(value);
    if (name === 'balance' || name === 'amount')
        return money(value);
    return typeof value === 'number' && !name.endsWith('Id') ? number(value) : String(value);
}

const same = (a, b) => JSON.stringify(a ?? null) === JSON.stringify(b ?? null);

/* What was on its way when it was written down: of a cancellation that begins nothing is settled. */
const passing = new Set(['cancellation.done']);

function difference(before, after, zone) {
    const [old, now] = [flat(before), flat(after)];
    const names = [...new Set([...Object.keys(old), ...Object.keys(now)])].filter(name => !passing.has(name) && !same(old[name], now[name]));
    if (names.length === 0)
        return h('p', {class: 'quiet'}, words.unchanged);
    return h('ul', {class: 'diff'}, names.map(name => h('li', null, h('span', {class: 'what'}, settingName(name)), ' ',
        name in old && [h('del', null, written(name, old[name], zone)), h('span', {role: 'img', 'aria-label': words.to}, ' → ')], h('ins', null, written(name, now[name], zone)))));
}

/* Ranges of seats with what they were given or had; those that have the same together. */
function rangeList(ranges) {
    const groups = new Map();
    for (const {first, last, price, blocked} of ranges) {
        const text = [price === undefined ? null : words.at(price), blocked === undefined ? null : blocked ? words.blocked : words.free].filter(Boolean).join(', ');
        groups.set(text, [...groups.get(text) || [], [first, last]]);
    }
    return [...groups].map(([text, numbers]) => h('li', null, h('span', {class: 'what'}, words.seats(toText(numbers))), ' ', h('strong', null, text)));
}

const seatChanges = (before, after) => [h('ul', {class: 'diff'}, rangeList(after.changes)),
    before.seats.length > 0 && h('details', null, h('summary', null, words.was(after.changed)), h('ul', {class: 'diff'}, rangeList(before.seats), before.more && h('li', null, words.more)))];

/* What was made has no before: all of it, folded. */
const content = ({before, after}, zone) => before && after ? after.changes ? seatChanges(before, after) : difference(before, after, zone)
    : before || after ? h('details', null, h('summary', null, words.all), difference(null, after || before, zone)) : null;

/* --- Time zones --- */

const localZone = Intl.DateTimeFormat().resolvedOptions().timeZone;

/* Of the latest hundred concerts, by id. Without them the browser's zone does, since it is named. */
async function concertZones(signal) {
    try {
        const {body} = await api('GET', '/admin/concerts?limit=100', {signal, retry: 0});
        return new Map(body.concerts.map(concert => [concert.concertId, concert.timeZone]));
    } catch (problem) {
        signal.throwIfAborted();
        return new Map();
    }
}

function zoneOf({target, before, after}, zones) {
    const found = after || before || {};
    const id = found.concertId || Number((/^concert\/(\d+)$/.exec(target) || [])[1]);
    const zone = found.timeZone || zones.get(id);
    return zone && isZone(zone) ? zone : localZone;
}

/* --- Entries --- */

const places = [[/^concert\/(\d+)$/, id => `#/concerts/${id}`], [/^schedule\/(\d+)$/, id => `#/dates/${id}`], [/^reservation\/(\d+)$/, id => `#/reservations/${id}`],
    [/^(?:user|wallet)\/([0-9a-f-]{36})$/, id => `#/buyers/${id}`]];

function targetLink(target) {
    for (const [pattern, to] of places)
        if (pattern.test(target))
            return h('a', {href: to(pattern.exec(target)[1])}, target);
    return h('span', null, target);
}

const actorName = actor => actor === nobody ? words.shell : actor === session().user ? words.you : h('code', {title: actor}, actor);

function entryNode(entry, zones) {
    return h('li', {class: 'entry', dataset: {search: `${entry.action} ${entry.target} ${entry.actor} ${words.actions[entry.action] || ''}`.toLowerCase()}},
        h('div', {class: 'row'}, h('h2', null, words.actions[entry.action] || entry.action), targetLink(entry.target),
            h('span', {class: 'quiet actor'}, entry.actor === nobody ? '' : `${words.by} `, actorName(entry.actor)),
            h('time', {class: 'quiet', datetime: entry.at}, `${day(entry.at)} ${clockTime(entry.at)}`)),
        content(entry, zoneOf(entry, zones)));
}

export async function auditLog({query, signal}) {
    const page = async cursor => {
        const {body} = await api('GET', `/admin/audit?limit=50${cursorParam(cursor)}`, {signal});
        return {items: body.entries, next: body.next};
    };
    const [first, zones] = await Promise.all([page(null), concertZones(signal)]);
    const nodeOf = entry => entryNode(entry, zones);
    const list = h('ol', {class: 'entries', 'aria-label': words.entries}, first.items.map(nodeOf));
    const found = h('p', {class: 'quiet', role: 'status'});
    const input = h('input', {type: 'search', id: 'filter', value: query.get('target') || '', list: 'actions', autocomplete: 'off', 'aria-describedby': 'filter-hint', on: {input: () => apply()}});
    const apply = () => {
        const wanted = input.value.trim().toLowerCase();
        let n = 0;
        for (const node of list.children) {
            const fits = ` ${node.dataset.search} `.includes(/^[a-z]+\/\d+$/.test(wanted) ? ` ${wanted} ` : wanted);
            node.hidden = !fits;
            n += fits;
        }
        fill(found, wanted ? n ? words.matches(n) : words.noMatch : null);
    };
    const more = moreButton(first.next, page, items => {
        const nodes = items.map(nodeOf);
        list.append(...nodes);
        apply();
        return nodes.find(node => !node.hidden);
    });
    apply();
    return {title: words.title, content: [h('div', {class: 'row head'}, h('h1', {class: 'grow'}, words.title), first.items.length > 0 && csvButton('/admin/audit', 'audit.csv')), h('p', null, words.lead(localZone)),
        first.items.length === 0 ? h('p', {class: 'quiet'}, words.none)
            : [h('div', {class: 'field filter'}, h('label', {for: 'filter'}, words.filter), input,
                h('datalist', {id: 'actions'}, [...new Set(first.items.map(entry => entry.action))].map(action => h('option', {value: action}))), h('p', {class: 'hint', id: 'filter-hint'}, words.filterHint)), found, list, more]]};
}
