/*
 * Making a concert and changing one: the same form. A setting that is left empty has its default, in
 * a change too. Only what differs from what was there is sent.
 */
import {fill, h, toast} from '/common/dom.js';
import {dateTime, number, pick} from '/common/words.js';
import {concertHead, getConcert} from './concerts.js';
import {api} from './session.js';
import {setAt, settingName, settings, valueAt} from './settings.js';
import {fromField, isZone, toField} from './times.js';
import {act, atField, changeTable, clearWrong, crumbs, field, showWrong} from './ui.js';
import {settled, touched} from './unsaved.js';

const words = pick({
    en: {
        create: 'New concert', createAsk: 'Make this concert?', createText: title => `“${title}” gets a queue of its own. Buyers see it when it has a date.`, created: 'The concert is made.',
        edit: 'Settings', save: 'Save the changes', saveAsk: 'Change these settings?', saved: 'The settings are changed.', nothing: 'Nothing has been changed.',
        up: 'Up', concerts: 'Concerts', what: 'The concert', queue: 'The queue', seats: 'Holds and limits', opening: 'Opening', message: 'Message to everybody in the queue',
        zoneHint: 'Times of this concert are shown in it, to you and to the buyers.', opensHint: zone => `Time of ${zone}. Who comes earlier gets no number: at this time a draw gives all of them their order. Empty: open at once.`,
        messageHint: 'Up to 1,000 characters in each language. Empty: no message.', preview: 'As they see it', policies: 'Fill in a usual policy:',
        names: {one: 'A few at a time', cap: 'At most 50 inside', cycle: '50 every five minutes'}, must: 'This cannot be empty.', whole: (a, b) => `A whole number from ${number(a)} to ${number(b)}.`,
        zone: 'This is not a time zone, such as Asia/Seoul.', time: 'This is not a time.', long: n => `At most ${number(n)} characters.`,
        rate: (n, s, cap) => `Lets in up to ${number(n)} every ${s === 1 ? 'second' : `${number(s)} seconds`}${n * 60 / s >= 1 ? `, ${number(Math.round(n * 60 / s))} a minute` : ''}${cap ? `, while fewer than ${number(cap)} are inside` : ', however many are inside'}.`,
        zoneWarning: 'Another time zone moves no show: each keeps its moment, and is listed on the day that it has there.',
    },
    ko: {
        create: '새 공연', createAsk: '이 공연을 만들까요?', createText: title => `“${title}”에 대기열이 생깁니다. 회차가 있으면 구매자에게 보입니다.`, created: '공연을 만들었습니다.',
        edit: '설정', save: '변경 내용 저장', saveAsk: '설정을 변경할까요?', saved: '설정을 변경했습니다.', nothing: '변경한 내용이 없습니다.',
        up: '상위', concerts: '공연', what: '공연 정보', queue: '대기열', seats: '선점과 제한', opening: '시작', message: '대기 중인 모든 분께 보이는 안내',
        zoneHint: '이 공연의 시각은 운영자와 구매자에게 모두 이 시간대로 표시됩니다.', opensHint: zone => `${zone} 시각입니다. 그 전에 온 사람은 번호를 받지 않고, 이 시각에 추첨으로 순서를 정합니다. 비워 두면 바로 엽니다.`,
        messageHint: '언어마다 1,000자까지 쓸 수 있습니다. 비워 두면 안내가 없습니다.', preview: '대기자에게 보이는 모습', policies: '자주 쓰는 방식으로 채우기:',
        names: {one: '조금씩 입장', cap: '최대 50명 입장', cycle: '5분마다 50명'}, must: '비워 둘 수 없습니다.', whole: (a, b) => `${number(a)}부터 ${number(b)}까지의 정수를 입력해 주세요.`,
        zone: 'Asia/Seoul과 같은 시간대가 아닙니다.', time: '올바른 시각이 아닙니다.', long: n => `${number(n)}자까지 쓸 수 있습니다.`,
        rate: (n, s, cap) => `${s === 1 ? '1초' : `${number(s)}초`}마다 최대 ${number(n)}명${n * 60 / s >= 1 ? `, 1분에 ${number(Math.round(n * 60 / s))}명` : ''}이 입장합니다. ${cap ? `안에 있는 사람이 ${number(cap)}명보다 적을 때에만 들여보냅니다.` : '동시 입장 인원에는 제한이 없습니다.'}`,
        zoneWarning: '시간대를 바꿔도 공연 시각은 그대로이며, 새 시간대의 날짜로 표시됩니다.',
    },
});

const policies = {
    one: {'queue.admitCount': 20, 'queue.admitIntervalSeconds': 1, 'queue.maxActive': 500},
    cap: {'queue.admitCount': 50, 'queue.admitIntervalSeconds': 1, 'queue.maxActive': 50},
    cycle: {'queue.admitCount': 50, 'queue.admitIntervalSeconds': 300, 'queue.maxActive': 0, 'queue.sessionSeconds': 300},
};
const texts = [['title', 200], ['artist', 200], ['host', 200], ['queue.message.ko', 1000], ['queue.message.en', 1000]];

/* --- The form --- */

const textInput = (name, value, props) => h('input', {type: 'text', name, value: value ?? '', autocomplete: 'off', ...props});

function settingField(setting, concert) {
    const value = concert ? valueAt(concert, setting.name) : null;
    return field(setting.label, h('input', {type: 'number', inputmode: 'numeric', name: setting.name, value: value ?? '', min: setting.least, max: setting.most,
        step: 1, placeholder: setting.preset}), setting.hint);
}

function messageFields(concert) {
    const preview = h('div', {class: 'stack'});
    const inputs = ['ko', 'en'].map(lang => h('textarea', {name: `queue.message.${lang}`, rows: 3, lang, value: valueAt(concert || {}, `queue.message.${lang}`) ?? '',
        on: {input: () => show()}}));
    const show = () => fill(preview, inputs.some(input => input.value.trim()) && [h('p', {class: 'label'}, words.preview),
        inputs.map(input => input.value.trim() && h('p', {class: 'note', lang: input.lang}, input.value))]);
    show();
    return h('fieldset', null, h('legend', null, words.message), h('p', {class: 'quiet'}, words.messageHint),
        h('div', {class: 'grid'}, inputs.map(input => field(settingName(input.name), input))), preview);
}

const group = (legend, ...children) => h('fieldset', null, h('legend', null, legend), children);
const localZone = () => Intl.DateTimeFormat().resolvedOptions().timeZone;

function zoneField(concert) {
    const zones = Intl.supportedValuesOf ? Intl.supportedValuesOf('timeZone') : [];
    return field(settingName('timeZone'), textInput('timeZone', concert ? concert.timeZone : localZone(), {list: 'zones', spellcheck: 'false'}),
        words.zoneHint, h('datalist', {id: 'zones'}, zones.map(zone => h('option', {value: zone}))));
}

function policyButtons(form, show) {
    return h('div', {class: 'row'}, h('span', {class: 'quiet'}, words.policies), Object.entries(policies).map(([name, values]) =>
        h('button', {type: 'button', class: 'plain small', on: {click: () => {
            for (const [key, value] of Object.entries(values))
                form().elements[key].value = value;
            touched();
            show();
        }}}, words.names[name])));
}

const effective = (form, name) => Number(form.elements[name].value || settings.find(s => s.name === name).preset);

function build(concert, submitText, onSubmit) {
    const rate = h('p', {class: 'note'});
    const zone = () => form.elements.timeZone.value;
    const opens = h('input', {type: 'datetime-local', name: 'queue.opensAt', value: concert ? toField(concert.queue.opensAt, concert.timeZone) : ''});
    const opensHint = h('span', null, '');
    const show = () => {
        rate.textContent = words.rate(effective(form, 'queue.admitCount'), effective(form, 'queue.admitIntervalSeconds'), effective(form, 'queue.maxActive'));
        opensHint.textContent = words.opensHint(zone());
    };
    const inputs = name => settings.filter(s => s.name.startsWith('queue.') === name).map(s => settingField(s, concert));
    const form = h('form', {class: 'stack', novalidate: true, on: {input: () => { touched(); show(); }, submit: event => {
        event.preventDefault();
        onSubmit(form);
    }}},
    group(words.what, h('div', {class: 'grid'}, field(settingName('title'), textInput('title', concert && concert.title, {required: true})),
        field(settingName('artist'), textInput('artist', concert && concert.artist)), field(settingName('host'), textInput('host', concert && concert.host)), zoneField(concert))),
    group(words.queue, policyButtons(() => form, () => show()), rate, h('div', {class: 'grid'}, inputs(true))),
    group(words.opening, field(settingName('queue.opensAt'), opens, opensHint)),
    group(words.seats, h('div', {class: 'grid'}, inputs(false))),
    messageFields(concert),
    h('div', {class: 'buttons'}, h('button', {type: 'submit'}, submitText)));
    show();
    return form;
}

/* --- What it says --- */

function numberError(setting, text) {
    const value = Number(text);
    return text !== '' && (!Number.isInteger(value) || value < setting.least || value > setting.most) ? words.whole(setting.least, setting.most) : null;
}

/* Errors by field, of what can be told without the server. */
function errorsOf(form) {
    const errors = {};
    const value = name => form.elements[name].value.trim();
    if (!value('title'))
        errors.title = words.must;
    for (const [name, most] of texts)
        if ([...value(name)].length > most)
            errors[name] = words.long(most);
    if (!isZone(value('timeZone')))
        errors.timeZone = words.zone;
    for (const setting of settings) {
        const wrong = form.elements[setting.name].validity.badInput ? words.whole(setting.least, setting.most) : numberError(setting, value(setting.name));
        if (wrong)
            errors[setting.name] = wrong;
    }
    if (form.elements['queue.opensAt'].validity.badInput)
        errors['queue.opensAt'] = words.time;
    return errors;
}

/* Names and values of the form as the API takes them; null for what is empty. */
function valuesOf(form, concert) {
    const values = {};
    const zone = form.elements.timeZone.value.trim();
    for (const name of ['title', 'artist', 'host', 'timeZone', 'queue.message.ko', 'queue.message.en'])
        values[name] = form.elements[name].value.trim() || null;
    for (const setting of settings)
        values[setting.name] = form.elements[setting.name].value === '' ? null : Number(form.elements[setting.name].value);
    const opens = form.elements['queue.opensAt'].value;
    const same = concert && zone === concert.timeZone && opens === toField(concert.queue.opensAt, concert.timeZone);
    values['queue.opensAt'] = same ? concert.queue.opensAt : fromField(opens, zone);
    return values;
}

/* A message is whole each time it is set. */
function bodyOf(names, values) {
    const body = {};
    const all = names.some(name => name.startsWith('queue.message.')) ? [...names, 'queue.message.ko', 'queue.message.en'] : names;
    for (const name of all)
        setAt(body, name, values[name]);
    if (body.queue && body.queue.message)
        body.queue.message = Object.values(body.queue.message).some(Boolean)
            ? Object.fromEntries(Object.entries(body.queue.message).filter(([, text]) => text)) : null;
    return body;
}

const shown = (name, value, zone) => name === 'queue.opensAt' && value ? dateTime(value, zone) : value;
const presetOf = name => (settings.find(s => s.name === name) || {preset: null}).preset;

/* --- The views --- */

export async function concertCreate() {
    const form = build(null, words.create, async () => {
        clearWrong(form);
        if (showWrong(form, errorsOf(form)))
            return;
        const values = valuesOf(form, null);
        const body = bodyOf(Object.keys(values).filter(name => values[name] !== null), values);
        const made = await act({title: words.createAsk, text: words.createText(values.title), yes: words.create, done: words.created, wrong: atField(form),
            run: async () => (await api('POST', '/admin/concerts', {body})).body});
        if (made) {
            settled();
            location.hash = `#/concerts/${made.concertId}/dates`;
        }
    });
    return {title: words.create, content: [crumbs(words.up, [[words.concerts, '#/concerts']]), h('h1', null, words.create), form]};
}

export async function concertEdit({params, signal, refresh}) {
    const concert = await getConcert(params[0], signal);
    const form = build(concert, words.save, async () => {
        clearWrong(form);
        if (showWrong(form, errorsOf(form)))
            return;
        const values = valuesOf(form, concert);
        const changed = Object.keys(values).filter(name => (values[name] ?? presetOf(name)) !== (valueAt(concert, name) ?? null));
        const rows = changed.map(name => [settingName(name), shown(name, valueAt(concert, name), concert.timeZone),
            shown(name, values[name] ?? presetOf(name), values.timeZone)]);
        if (changed.length === 0) {
            settled();
            toast(words.nothing);
            return;
        }
        const done = await act({title: words.saveAsk, text: h('div', null, changeTable(rows), changed.includes('timeZone') && h('p', null, words.zoneWarning)),
            yes: words.save, done: words.saved, wrong: atField(form),
            run: async () => (await api('PATCH', `/admin/concerts/${concert.concertId}`, {body: bodyOf(changed, values)})).body});
        if (done) {
            settled();
            refresh();
        }
    });
    return {title: `${words.edit} · ${concert.title}`, content: [concertHead(concert, 'settings'), form]};
}
