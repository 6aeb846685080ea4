/* The dates of a concert: all of them, a new one, the times of one, and its cancellation. */
import {newKey, pause, Problem, serverNow} from '/common/api.js';
import {fill, h, say, toast} from '/common/dom.js';
import {dateTime, number, pick} from '/common/words.js';
import {concertHead, getConcert, getDates} from './concerts.js';
import {dateHead, getDate} from './date-head.js';
import {bookingState, datesTable, whenOf} from './date-table.js';
import {LayoutEditor} from './layout.js';
import {sectionsOf} from './layout-copy.js';
import {api} from './session.js';
import {fromField, toField} from './times.js';
import {act, atField, changeTable, clearWrong, facts, field, problemText, showWrong} from './ui.js';
import {settled, touched} from './unsaved.js';

const words = pick({
    en: {
        title: 'Dates', create: 'New date', none: 'No date yet: no buyer sees this concert until it has one.', times: 'Times', zone: zone => `All of them in the time of ${zone}.`,
        names: {startsAt: 'Begins at', bookingOpensAt: 'Booking opens', bookingClosesAt: 'Booking closes', refundClosesAt: 'Refunds until'},
        hints: {startsAt: '', bookingOpensAt: 'Empty: from now on.', bookingClosesAt: 'Empty: at the beginning.', refundClosesAt: 'Empty: at the beginning.'},
        must: 'This cannot be empty.', bad: 'This is not a time.', make: 'Make the date', makeAsk: 'Make this date?', made: 'The date is made.', save: 'Save the times', saveAsk: 'Change the times?', saved: 'The times are changed.', same: 'These are the times it has.', late: 'This is over already: nobody can book it.', after: 'Booking closes after the show has begun: latecomers may still book.',
        date: 'The date', capacity: 'Seats', number: 'Number', cancel: 'Cancel this show', cancelText: 'Booking stops at once and the show is listed no more. Whoever has paid gets all of it back into the wallet; holds are given back. This takes a moment when many have bought, and cannot be undone.',
        cancelAsk: when => `Cancel the show of ${when}?`, cancelYes: 'Cancel the show', cancelNo: 'Keep it', canceled: 'The show is canceled; refunds are on their way.',
        progress: 'Cancellation', canceledAt: t => `Canceled ${t}.`, done: (done, total) => `${number(done)} of ${number(total)} reservations are refunded or given back.`, allDone: 'All reservations are settled.', noneAffected: 'Nobody had a reservation.',
        audit: 'Its changes in the audit log', door: 'Door page for this show', copyFrom: 'Seats as on', copy: 'Take them over', copied: 'The sections are taken over.', copiedMixed: 'The sections are taken over. Where prices differ within one, it has the highest.', notCopied: 'The seats of that date are no sections of equal rows: enter them here.',
    },
    ko: {
        title: '회차', create: '새 회차', none: '아직 회차가 없습니다. 회차가 있어야 구매자에게 보입니다.', times: '시간', zone: zone => `모두 ${zone} 시각입니다.`,
        names: {startsAt: '공연 시작', bookingOpensAt: '예매 시작', bookingClosesAt: '예매 마감', refundClosesAt: '환불 기한'},
        hints: {startsAt: '', bookingOpensAt: '비워 두면 지금부터입니다.', bookingClosesAt: '비워 두면 공연 시작까지입니다.', refundClosesAt: '비워 두면 공연 시작까지입니다.'},
        must: '비워 둘 수 없습니다.', bad: '올바른 시각이 아닙니다.', make: '회차 만들기', makeAsk: '이 회차를 만들까요?', made: '회차를 만들었습니다.', save: '시간 저장', saveAsk: '시간을 변경할까요?', saved: '시간을 변경했습니다.', same: '지금과 같은 시간입니다.', late: '이미 지난 시각이라 아무도 예매할 수 없습니다.', after: '예매가 공연 시작 뒤에 마감됩니다. 공연이 시작된 뒤에도 예매할 수 있습니다.',
        date: '회차 정보', capacity: '좌석 수', number: '번호', cancel: '이 공연 취소', cancelText: '바로 예매가 멈추고 목록에서 사라집니다. 결제한 분에게는 전액이 지갑으로 환불되고 선점한 좌석은 반환됩니다. 구매자가 많으면 시간이 걸리며, 되돌릴 수 없습니다.',
        cancelAsk: when => `${when} 공연을 취소할까요?`, cancelYes: '공연 취소', cancelNo: '취소하지 않기', canceled: '공연을 취소했습니다. 환불을 진행합니다.',
        progress: '취소 진행', canceledAt: t => `${t}에 취소했습니다.`, done: (done, total) => `예매 ${number(total)}건 가운데 ${number(done)}건을 환불하거나 반환했습니다.`, allDone: '모든 예매를 처리했습니다.', noneAffected: '예매한 사람이 없었습니다.',
        audit: '감사 기록에서 이 회차 보기', door: '이 공연의 입장 확인 페이지', copyFrom: '같은 좌석 배치로', copy: '가져오기', copied: '구역을 가져왔습니다.', copiedMixed: '구역을 가져왔습니다. 한 구역에 가격이 여럿이면 가장 높은 가격을 넣었습니다.', notCopied: '그 회차의 좌석은 같은 길이의 열로 된 구역이 아닙니다. 직접 입력해 주세요.',
    },
});

const moments = ['startsAt', 'bookingOpensAt', 'bookingClosesAt', 'refundClosesAt'];

export async function dateList({params, signal}) {
    const concert = await getConcert(params[0], signal);
    const [dates, stats] = await Promise.all([getDates(params[0], signal), api('GET', `/admin/concerts/${params[0]}/stats`, {signal})]);
    const table = datesTable(concert, dates);
    table.update(stats.body.schedules);
    return {title: `${words.title} · ${concert.title}`, content: [concertHead(concert, 'dates'),
        h('div', {class: 'row head'}, h('p', {class: 'grow quiet'}, words.zone(concert.timeZone)), h('a', {class: 'button', href: `#/concerts/${concert.concertId}/dates/new`}, words.create)),
        h('div', {class: 'panel'}, dates.length ? table.node : h('p', null, words.none))]};
}

/* --- Times --- */

const timeField = (name, value, zone) => field(words.names[name], h('input', {type: 'datetime-local', name, value: toField(value, zone), required: name === 'startsAt'}), words.hints[name]);

/* What the operator may not have meant. */
const lateNote = times => [times.startsAt, times.bookingClosesAt].some(at => at && Date.parse(at) <= serverNow()) && h('p', {class: 'note warn'}, words.late);

/* The fields, with a remark on times that are allowed and rare. */
function timeFields(valueOf, zone) {
    const fields = h('div', {class: 'grid'}, moments.map(name => timeField(name, valueOf(name), zone)));
    const remark = h('div', {role: 'status'});
    const typed = name => fields.querySelector(`[name=${name}]`).value;
    const show = () => {
        const after = typed('startsAt') !== '' && typed('bookingClosesAt') > typed('startsAt');
        if (after !== remark.hasChildNodes())
            fill(remark, after && h('p', {class: 'note'}, words.after));
    };
    fields.addEventListener('input', show);
    show();
    return [fields, remark];
}

function timeErrors(form) {
    const errors = {};
    for (const name of moments)
        if (form.elements[name].validity.badInput)
            errors[name] = words.bad;
    if (!form.elements.startsAt.value && !errors.startsAt)
        errors.startsAt = words.must;
    return errors;
}

/* --- A new one --- */

/* A week from now at seven in the evening, as a place to begin. */
function evening(zone) {
    return fromField(`${toField(Date.now() + 7 * 86400e3, zone).slice(0, 10)}T19:00`, zone);
}

/* Those to come first, the latest of each kind at the top. */
function newestFirst(dates) {
    const past = date => Number(['over', 'canceled'].includes(bookingState(date)));
    return [...dates].reverse().sort((a, b) => past(a) - past(b));
}

/* The same hall on another evening. */
function copyFrom(dates, zone, layout) {
    const select = h('select', {name: 'copy'}, newestFirst(dates).map(date => h('option', {value: date.scheduleId}, whenOf(date, zone))));
    const button = h('button', {type: 'button', class: 'plain', on: {click: async () => {
        button.disabled = true;
        try {
            const found = sectionsOf((await api('GET', `/admin/schedules/${select.value}/seats?format=compact`)).body);
            if (found)
                layout.take(found.sections);
            toast(!found ? words.notCopied : found.mixed ? words.copiedMixed : words.copied, found ? '' : 'bad');
        } catch (problem) {
            toast(problemText(problem), 'bad');
        }
        button.disabled = false;
    }}}, words.copy);
    return h('div', {class: 'row bottom'}, field(words.copyFrom, select), button);
}

function newBody(form, layout, zone) {
    const times = moments.map(name => [name, fromField(form.elements[name].value, zone)]).filter(([, at]) => at);
    return {...Object.fromEntries(times), ...layout.body()};
}

export async function dateCreate({params, signal}) {
    const concert = await getConcert(params[0], signal);
    const zone = concert.timeZone;
    const layout = new LayoutEditor();
    const dates = await getDates(params[0], signal);
    const form = h('form', {class: 'stack', novalidate: true, on: {input: touched, submit: async event => {
        event.preventDefault();
        clearWrong(form);
        if (showWrong(form, {...timeErrors(form), ...layout.errors()}))
            return;
        const body = newBody(form, layout, zone);
        const made = await act({title: words.makeAsk, yes: words.make, done: words.made, wrong: atField(form),
            text: h('div', null, h('p', null, h('strong', null, dateTime(body.startsAt, zone))), h('p', null, layout.describe()), lateNote(body)),
            run: async () => (await api('POST', `/admin/concerts/${concert.concertId}/schedules`, {body, timeout: 120000})).body});
        if (made) {
            settled();
            location.hash = `#/dates/${made.scheduleId}`;
        }
    }}},
    h('fieldset', null, h('legend', null, words.times), h('p', {class: 'quiet'}, words.zone(zone)), timeFields(name => name === 'startsAt' ? evening(zone) : null, zone)),
    dates.length > 0 && copyFrom(dates, zone, layout), layout.node, h('div', {class: 'buttons'}, h('button', {type: 'submit'}, words.make)));
    return {title: `${words.create} · ${concert.title}`, content: [concertHead(concert, null), h('h2', null, words.create), form]};
}

/* --- One --- */

function timesForm(date, zone, refresh) {
    const form = h('form', {class: 'stack', novalidate: true, on: {input: touched, submit: async event => {
        event.preventDefault();
        clearWrong(form);
        if (showWrong(form, timeErrors(form)))
            return;
        const changed = moments.filter(name => form.elements[name].value !== toField(date[name], zone));
        if (changed.length === 0) {
            say(words.same);
            return;
        }
        const body = Object.fromEntries(changed.map(name => [name, fromField(form.elements[name].value, zone)]));
        const done = await act({title: words.saveAsk, yes: words.save, done: words.saved, wrong: atField(form),
            text: h('div', null, changeTable(changed.map(name => [words.names[name], dateTime(date[name], zone), body[name] ? dateTime(body[name], zone) : words.hints[name]])), lateNote(body)),
            run: async () => (await api('PATCH', `/admin/schedules/${date.scheduleId}`, {body})).body});
        if (done) {
            settled();
            refresh();
        }
    }}}, h('p', {class: 'quiet'}, words.zone(zone)), timeFields(name => date[name], zone),
    h('div', null, h('button', {type: 'submit'}, words.save)));
    return h('section', {class: 'panel'}, h('h2', null, words.times), form);
}

function cancelBox(date, when, refresh) {
    const key = newKey();
    return h('section', {class: 'panel'}, h('h2', null, words.cancel), h('p', null, words.cancelText), h('button', {type: 'button', class: 'danger', on: {click: async () => {
        const done = await act({title: words.cancelAsk(when), text: words.cancelText, yes: words.cancelYes, no: words.cancelNo, danger: true, done: words.canceled,
            run: async () => (await api('DELETE', `/admin/schedules/${date.scheduleId}`, {key, retry: 3})).body});
        if (done)
            refresh();
    }}}, words.cancel));
}

/* Looks again until all is settled, or the view is left. */
async function follow(date, show, signal) {
    let now = date;
    let wait = 1500;
    while (!signal.aborted && now.cancellation.done < now.cancellation.total) {
        await pause(wait, signal);
        wait = 1500;
        try {
            now = (await api('GET', `/admin/schedules/${date.scheduleId}`, {signal})).body;
            show(now);
        } catch (problem) {
            if (signal.aborted || !(problem instanceof Problem) || !problem.passing)
                return;
            wait = Math.max(wait, problem.retryAfter * 1000);
        }
    }
}

function cancellation(date, zone, signal) {
    const bar = h('progress', {'aria-label': words.progress});
    const text = h('p');
    let told = false;
    const show = ({cancellation: {total, done}}) => {
        bar.max = Math.max(total, 1);
        bar.value = total ? done : 1;
        fill(text, total === 0 ? words.noneAffected : words.done(done, total), done === total && total > 0 && ` ${words.allDone}`);
        if (done === total && told)
            say(words.allDone);
        told = true;
    };
    show(date);
    follow(date, show, signal);
    return h('section', {class: 'panel'}, h('h2', null, words.progress), h('p', null, words.canceledAt(dateTime(date.canceledAt, zone))), bar, text);
}

export async function dateShow({params, signal, refresh}) {
    const {date, concert} = await getDate(params[0], signal);
    const zone = concert.timeZone;
    const when = whenOf(date, zone);
    const state = bookingState(date);
    const about = facts([[words.number, String(date.scheduleId)], [words.capacity, number(date.capacity)],
        ...state === 'canceled' ? moments.map(name => [words.names[name], dateTime(date[name], zone)]) : []]);
    return {title: `${when} · ${concert.title}`, content: [dateHead(concert, date, ''), h('section', {class: 'panel'}, h('h2', null, words.date), about,
        state !== 'canceled' && h('p', null, h('a', {href: `/scan/#schedule=${date.scheduleId}`}, words.door)),
        h('p', null, h('a', {href: `#/audit?target=schedule/${date.scheduleId}`}, words.audit))),
    state === 'canceled' ? cancellation(date, zone, signal) : [timesForm(date, zone, refresh), cancelBox(date, when, refresh)]]};
}
