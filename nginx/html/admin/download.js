/* A button that fetches a list of the API as a file of CSV. */
import {h, toast} from '/common/dom.js';
import {pick} from '/common/words.js';
import {api} from './session.js';
import {problemText} from './ui.js';

const words = pick({
    en: {csv: 'Download as CSV', making: 'Downloading …', done: 'The file is downloaded.'},
    ko: {csv: 'CSV로 내려받기', making: '내려받고 있습니다…', done: '파일을 내려받았습니다.'},
});

/* The token goes in a header, so the browser cannot fetch it by a link alone. */
async function download(path, name, button) {
    button.disabled = true;
    button.textContent = words.making;
    try {
        const {body} = await api('GET', path, {accept: 'text/csv', timeout: 120000});
        const url = URL.createObjectURL(new Blob([body], {type: 'text/csv;charset=utf-8'}));
        h('a', {href: url, download: name}).click();
        setTimeout(() => URL.revokeObjectURL(url), 60000);
        toast(words.done);
    } catch (problem) {
        toast(problemText(problem), 'bad');
    }
    button.disabled = false;
    button.textContent = words.csv;
}

/** The button; the file gets this name. */
export function csvButton(path, name) {
    const button = h('button', {type: 'button', class: 'plain', on: {click: () => download(path, name, button)}}, words.csv);
    return button;
}
