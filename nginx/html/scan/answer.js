/* What becomes of a text that was scanned, and how that is shown: large, told apart by colour, sign and
 * words alike. */
import {byId, fill, h, say, svg} from '/common/dom.js';
import {clockTime, day, timeOnly} from '/common/words.js';
import {play} from './sound.js';
import {chooseShow, concert, fetchKeys, isForShow, keys, note, seenAt, show, takeBack} from './store.js';
import {canCheck, check, faults} from './ticket.js';
import {ago, seatText, words} from './words.js';

/* How each answer looks and sounds. */
const kinds = {
    good: 'good', again: 'bad', other: 'warn', unchosen: 'warn', forged: 'bad', none: 'bad', unknownKey: 'warn', noKeys: 'warn', insecure: 'warn', ready: 'ready',
};
const signs = {
    good: 'M14 34l12 12 24-28', bad: 'M18 18l28 28M46 18L18 46', warn: 'M32 14v24M32 48v1', ready: 'M16 16h10M16 16v10M48 16H38M48 16v10M16 48h10M16 48V38M48 48H38M48 48V38',
};

/* An unknown key may be a new one; asked for again at most this often, ms. */
const renewAfter = 10000;
let renewedAt = 0;

async function checkWithFreshKeys(text) {
    let result = await check(text, keys());
    if (result.fault === faults.unknownKey && Date.now() - renewedAt > renewAfter) {
        renewedAt = Date.now();
        await Promise.race([fetchKeys().catch(() => {}), new Promise(resolve => setTimeout(resolve, 3000))]);
        result = await check(text, keys());
    }
    return result;
}

/** What is to be done with that text: {answer, ticket, at}. A ticket that is let in is noted. */
export async function judge(text) {
    if (!canCheck())
        return {answer: 'insecure'};
    if (!keys().length)
        await fetchKeys().catch(() => {});
    if (!keys().length)
        return {answer: 'noKeys'};
    const {ticket, fault} = await checkWithFreshKeys(text.trim());
    if (fault)
        return {answer: fault};
    return judgeTicket(ticket);
}

function judgeTicket(ticket) {
    if (!show())
        return {answer: 'unchosen', ticket};
    if (!isForShow(ticket))
        return {answer: 'other', ticket};
    const at = seenAt(ticket.rid);
    if (at)
        return {answer: 'again', ticket, at};
    note(ticket);
    return {answer: 'good', ticket};
}

/** What a show is called: {name, when}, its concert's title, and day and time, as far as they are known. */
export function nameShow({cid, sid, at, title, timeZone}) {
    const known = concert(cid);
    const name = title || known.title || (cid ? words.concertNumber(cid) : '');
    const zone = timeZone || known.timeZone;
    const when = at ? `${day(at * 1000, zone)} ${timeOnly(at * 1000, zone)}` : sid ? words.showNumber(sid) : '';
    return {name, when};
}

const explain = ({answer, at}) => ({
    again: () => words.againAt(clockTime(at), ago(at)), other: () => words.otherText, unchosen: () => words.unchosenText, forged: () => words.forgedText,
    none: () => words.noneText, unknownKey: () => words.unknownKeyText, noKeys: () => words.noKeysText,
    insecure: () => words.insecure,
}[answer] || (() => ''))();

const sign = kind => svg('svg', {viewBox: '0 0 64 64', 'aria-hidden': 'true', class: 'sign'}, svg('path', {d: signs[kind]}));

/* So many ranges of seats still fit in large type. */
const fewRanges = 8;

function facts(ticket) {
    const {name, when} = nameShow(ticket);
    return h('dl', {class: 'facts'},
        h('div', {class: ticket.seats.split(',').length > fewRanges ? 'seats many' : 'seats'},
            h('dt', null, words.seats(ticket.count)), h('dd', null, seatText(ticket.seats), ' ', h('small', null, words.people(ticket.count)))),
        h('div', null, h('dt', {class: 'unseen'}, words.show), h('dd', null, h('strong', null, when), name && h('div', null, name))),
        h('div', {class: 'numbers'}, h('dd', null, `${words.reservation(ticket.rid)} · ${words.showNumber(ticket.sid)}`)));
}

/* What can still be done: `changed` is called when it was. */
function actions(result, changed) {
    const {answer, ticket} = result;
    if (answer === 'unchosen' || answer === 'other')
        return h('button', {type: 'button', class: 'plain', on: {click: () => {
            const {cid, sid, at} = ticket;
            chooseShow({cid, sid, at, ...concert(cid).title && {title: concert(cid).title, timeZone: concert(cid).timeZone}});
            changed(answer === 'unchosen' ? judgeTicket(ticket) : null);
        }}}, words.letShowIn);
    if (answer === 'good')
        return h('button', {type: 'button', class: 'plain', on: {click: () => {
            takeBack(ticket.rid);
            say(words.takenBack);
            changed(null);
        }}}, words.takeBack);
    return null;
}

/** Shows the answer, says it and sounds it; null: that the page is ready. */
export function display(result, changed) {
    const kind = result ? kinds[result.answer] : 'ready';
    const headline = result ? words.answers[result.answer] : words.ready;
    const text = result ? explain(result) : words.readyText;
    const {ticket} = result || {};
    const panel = byId('answer');
    panel.className = `answer ${kind}`;
    fill(panel, h('div', {class: 'verdict'}, sign(kind), h('h2', null, headline)), text && h('p', null, text), ticket && facts(ticket), result && actions(result, changed));
    if (!result)
        return;
    panel.scrollIntoView({block: 'nearest'});
    play(kind);
    say(''); // so that the same answer to the next ticket is read out as well
    setTimeout(() => say([headline, ticket && `${words.seats(ticket.count)} ${seatText(ticket.seats)}`, text].filter(Boolean).join('. '), {assertive: true}), 50);
}
