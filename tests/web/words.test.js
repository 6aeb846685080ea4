/*
 * Both languages say everything. The tables of words are taken where the pages' modules hand them over,
 * to pick(), and compared: the same names, the same kinds, nothing empty, each in its own letters.
 */
import assert from 'node:assert/strict';
import {existsSync, readdirSync} from 'node:fs';
import {fileURLToPath} from 'node:url';
import {test} from './lib/test.js';

const html = fileURLToPath(new URL('../../nginx/html', import.meta.url));
const hangul = /[\uac00-\ud7a3]/;

/* What is the same in both languages: names, and the other language's own name. */
const same = /^(Frontrow|CSV|UUID|JSON|QR|OK|ID|×|English|한국어|한국어로 보기|Show in English)$/;

function compare(en, ko, where, faults) {
    if (typeof en !== typeof ko || Array.isArray(en) !== Array.isArray(ko)) {
        faults.push(`${where}: ${typeof en} in English, ${typeof ko} in Korean`);
    } else if (en && typeof en === 'object' && !en.code) {
        for (const name of new Set([...Object.keys(en), ...Object.keys(ko)]))
            compare(en[name], ko[name], `${where}.${name}`, faults);
    } else if (en && en.code) {
        if (en.length !== ko.length)
            faults.push(`${where}: takes ${en.length} in English, ${ko.length} in Korean`);
        if (/[a-z]{3}/.test(en.said) && /[A-Za-z]{3}/.test(ko.said) && !hangul.test(ko.said))
            faults.push(`${where}: no Korean: ${ko.said}`);
        if (hangul.test(en.said))
            faults.push(`${where}: Korean in the English: ${en.said}`);
    } else if (typeof en === 'string') {
        if (!en.trim() !== !ko.trim())
            faults.push(`${where}: empty in one language`);
        if (/[A-Za-z]{2}/.test(en) && !hangul.test(ko) && !same.test(ko))
            faults.push(`${where}: no Korean: ${ko}`);
        if (hangul.test(en) && !same.test(en))
            faults.push(`${where}: Korean in the English: ${en}`);
    }
}

/* In the page: what pick() was given, functions as their length and what they say. */
const collect = () => globalThis.frontrowTables.map(function plain(value) {
    if (typeof value === 'function') {
        const literals = value.toString().match(/(['"`])(?:\\.|(?!\1)[^\\])*\1/g) || [];
        return {code: true, length: value.length, said: literals.join(' ').replace(/\$\{[^}]*\}/g, '')};
    }
    return value && typeof value === 'object' ? Object.fromEntries(Object.entries(value).map(([name, one]) => [name, plain(one)])) : value;
});

for (const folder of ['common', 'buyer', 'admin', 'scan']) {
    if (!existsSync(`${html}/${folder}`))
        continue;
    test(`Korean and English say the same things: ${folder}`, async t => {
        const page = await t.visitor();
        await page.route('**/common/words.js', async route => {
            const answer = await route.fetch();
            const source = await answer.text();
            const watched = source.replace('tables => tables[language]', 'tables => { (globalThis.frontrowTables ||= []).push(tables); return tables[language]; }');
            assert.notEqual(watched, source, 'pick() is where it was');
            await route.fulfill({response: answer, body: watched});
        });
        await page.goto(folder === 'common' || folder === 'buyer' ? '/' : `/${folder}/`);
        const modules = readdirSync(`${html}/${folder}`, {recursive: true}).filter(name => name.endsWith('.js'));
        const tables = [];
        for (const name of modules) {
            await page.evaluate(path => { globalThis.frontrowTables ||= []; return import(path); }, `/${folder}/${name}`);
        }
        tables.push(...await page.evaluate(collect));
        assert(tables.length > 0, 'no table of words');
        const faults = [];
        tables.forEach(({en, ko}, i) => compare(en, ko, `table ${i + 1} (${Object.keys(en || {})[0]})`, faults));
        assert.equal(faults.length, 0, faults.join('\n'));
        t.figure(`${folder}: ${tables.length} tables of words`);
    });
}
