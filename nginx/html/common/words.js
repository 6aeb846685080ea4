/*
 * The language of a page, and how it writes numbers, money and times.
 *
 * The language is what the visitor chose before, or the first of the browser's that the pages have.
 */
const languages = ['en', 'ko'];

function stored(key) {
    try {
        return localStorage.getItem(key);
    } catch {
        return null;
    }
}

/** 'en' or 'ko'. */
export const language = [stored('frontrow-language'), ...(navigator.languages || [navigator.language])]
    .map(tag => String(tag).slice(0, 2).toLowerCase()).find(tag => languages.includes(tag)) || 'en';

document.documentElement.lang = language;

export function setLanguage(chosen) {
    try {
        localStorage.setItem('frontrow-language', chosen);
    } catch { /* then it holds until the page is left */ }
    location.reload();
}

export const pick = tables => tables[language];

const plain = new Intl.NumberFormat(language);
const won = new Intl.NumberFormat('en', {style: 'currency', currency: 'KRW'});

export const number = n => plain.format(n);
/** An amount in the currency's minor unit: for won the won itself. */
export const money = n => language === 'ko' ? `${plain.format(n)}원` : won.format(n);

const formats = new Map();
function format(style, timeZone, moment) {
    const key = `${JSON.stringify(style)}${timeZone || ''}`;
    if (!formats.has(key))
        formats.set(key, new Intl.DateTimeFormat(language, {...style, timeZone: timeZone || undefined}));
    return formats.get(key).format(new Date(moment));
}

/* `moment` is a text of RFC 3339, a Date or ms; `timeZone` an IANA name or the browser's. */
export const dateTime = (moment, timeZone) => format({dateStyle: 'long', timeStyle: 'short'}, timeZone, moment);
export const day = (moment, timeZone) => format({weekday: language === 'ko' ? 'long' : 'short', year: 'numeric', month: 'long', day: 'numeric'}, timeZone, moment);
export const timeOnly = (moment, timeZone) => format({timeStyle: 'short'}, timeZone, moment);
export const clockTime = (moment, timeZone) => format({timeStyle: 'medium'}, timeZone, moment);

/** Seconds as a clock that runs down: "4:59", "1:00:00". Never below zero. */
export function countdown(seconds) {
    const left = Math.max(0, Math.ceil(seconds));
    const two = n => String(n).padStart(2, '0');
    const hours = Math.floor(left / 3600);
    const minutes = Math.floor(left / 60) % 60;
    return hours ? `${hours}:${two(minutes)}:${two(left % 60)}` : `${minutes}:${two(left % 60)}`;
}

const spans = pick({
    en: {soon: 'less than a minute', minutes: n => `about ${n} min`, hours: (h, m) => m ? `about ${h} h ${m} min` : `about ${h} h`},
    ko: {soon: '1분 미만', minutes: n => `약 ${n}분`, hours: (h, m) => m ? `약 ${h}시간 ${m}분` : `약 ${h}시간`},
});

/** Seconds as a person says them: "about 3 min". */
export function duration(seconds) {
    const minutes = Math.ceil(seconds / 60);
    if (seconds < 60)
        return spans.soon;
    return minutes < 60 ? spans.minutes(minutes) : spans.hours(Math.floor(minutes / 60), minutes % 60);
}
