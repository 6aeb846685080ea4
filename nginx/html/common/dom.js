/*
 * Making the elements of a page, and what every page does with them. Text is only ever put in as text,
 * so nothing that somebody typed becomes markup.
 */
import {language, pick, setLanguage} from './words.js';

const words = pick({
    en: {yes: 'Yes', no: 'Cancel', messages: 'Messages', dark: 'Dark colours', other: '한국어', otherLabel: '한국어로 보기'},
    ko: {yes: '예', no: '취소', messages: '알림', dark: '어두운 화면', other: 'English', otherLabel: 'Show in English'},
});

function setProperty(node, name, value) {
    if (value === null || value === undefined || value === false)
        return;
    if (name === 'on')
        for (const [event, listener] of Object.entries(value))
            node.addEventListener(event, listener);
    else if (name === 'dataset')
        Object.assign(node.dataset, value);
    else if (name === 'value' || name === 'checked')
        node[name] = value;
    else
        node.setAttribute(name, value === true ? '' : value);
}

function build(node, props, children) {
    for (const [name, value] of Object.entries(props || {}))
        setProperty(node, name, value);
    node.append(...usable(children));
    return node;
}

const usable = children => children.flat(Infinity).filter(child => child !== null && child !== undefined && child !== false && child !== true);

/** An element with attributes (true: without a value; null and false: left out), listeners in `on`. */
export const h = (tag, props, ...children) => build(document.createElement(tag), props, children);
export const svg = (tag, props, ...children) => build(document.createElementNS('http://www.w3.org/2000/svg', tag), props, children);

export const byId = id => document.getElementById(id);

/** Puts these children in place of those that are there. */
export function fill(node, ...children) {
    node.replaceChildren(...usable(children));
    return node;
}

const regions = {};

function region(kind) {
    if (!regions[kind]) {
        regions[kind] = h('div', {class: 'unseen', 'aria-live': kind, role: kind === 'assertive' ? 'alert' : 'status'});
        document.body.append(regions[kind]);
    }
    return regions[kind];
}

/* A region that is there from the start is read out by every screen reader. */
addEventListener('DOMContentLoaded', () => ['polite', 'assertive'].forEach(region));

const SAID = 8000; // ms until it is taken away, so that nobody comes upon old news

/** Has a screen reader say it; the same text twice within seconds is said once. */
export function say(text, {assertive = false} = {}) {
    const node = region(assertive ? 'assertive' : 'polite');
    if (node.textContent !== text)
        node.textContent = text;
    clearTimeout(node.timer);
    node.timer = setTimeout(() => fill(node), SAID);
}

/** Tells for some seconds; `kind` 'bad' for what went wrong. */
export function toast(text, kind = '') {
    let list = document.querySelector('.toasts');
    if (!list)
        document.body.append(list = h('section', {class: 'toasts', 'aria-label': words.messages}));
    const node = h('p', {class: `toast ${kind}`}, text);
    list.append(node);
    while (list.childElementCount > 3)
        list.firstElementChild.remove();
    say(text, {assertive: kind === 'bad'});
    setTimeout(() => node.remove(), 6000 + 40 * text.length);
}

/**
 * Asks in a dialog. Resolves to false when it is turned down; otherwise to true, or to the values by
 * name of what `fields` (nodes) hold. `text` is a string or a node.
 */
export function ask({title, text, yes = words.yes, no = words.no, danger = false, fields = []}) {
    return new Promise(resolve => {
        const before = document.activeElement;
        const form = h('form', {method: 'dialog', 'aria-labelledby': 'ask-title'},
            h('h2', {id: 'ask-title', tabindex: '-1'}, title),
            typeof text === 'string' ? h('p', null, text) : text,
            h('div', {class: 'stack'}, fields),
            h('div', {class: 'buttons'},
                h('button', {type: 'submit', value: 'yes', class: danger ? 'danger' : ''}, yes),
                no && h('button', {type: 'submit', value: 'no', class: 'plain', formnovalidate: true}, no)));
        const dialog = h('dialog', {'aria-labelledby': 'ask-title', on: {close: () => {
            const values = Object.fromEntries(new FormData(form));
            const agreed = dialog.returnValue === 'yes';
            dialog.remove();
            if (before && before.isConnected)
                before.focus();
            resolve(agreed && (fields.length ? values : true));
        }}}, form);
        document.body.append(dialog);
        dialog.showModal();
        (form.querySelector('input, select, textarea') || form.querySelector(danger ? '[value=no]' : '[value=yes]') || form.querySelector('button')).focus();
    });
}

const dark = matchMedia('(prefers-color-scheme: dark)');
const root = document.documentElement;
const isDark = () => (root.dataset.theme || (dark.matches ? 'dark' : 'light')) === 'dark';

function setTheme(theme) {
    root.dataset.theme = theme;
    try {
        localStorage.setItem('frontrow-theme', theme);
    } catch { /* then it holds until the page is left */ }
    dispatchEvent(new Event('themechange'));
}

/** Between light and dark; the window hears `themechange`. */
export function themeButton() {
    const button = h('button', {type: 'button', class: 'bare', 'aria-label': words.dark, title: words.dark, 'aria-pressed': String(isDark()),
        on: {click: () => {
            setTheme(isDark() ? 'light' : 'dark');
            button.setAttribute('aria-pressed', String(isDark()));
        }}}, svg('svg', {viewBox: '0 0 20 20', width: 20, height: 20, 'aria-hidden': 'true'},
        svg('path', {d: 'M10 2a8 8 0 1 0 0 16zM10 3.5a6.5 6.5 0 0 1 0 13z', fill: 'currentColor', 'fill-rule': 'evenodd'}),
        svg('circle', {cx: 10, cy: 10, r: 7.25, fill: 'none', stroke: 'currentColor', 'stroke-width': 1.5})));
    return button;
}

export function languageButton() {
    const other = language === 'ko' ? 'en' : 'ko';
    return h('button', {type: 'button', class: 'bare', lang: other, title: words.otherLabel,
        on: {click: () => setLanguage(other)}}, words.other);
}

/* Before anything is shown. */
try {
    const theme = localStorage.getItem('frontrow-theme');
    if (theme === 'dark' || theme === 'light')
        root.dataset.theme = theme;
} catch { /* as the system has it */ }
dark.addEventListener('change', () => dispatchEvent(new Event('themechange')));
