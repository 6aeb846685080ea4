/*
 * Lets the page for the door open without a network: keeps a copy of its files, all of one time, and
 * answers with it when the site cannot be reached. With a network the site's own files come first, so
 * that an upgrade shows at once. It touches nothing but those files: no call of the API, and nothing
 * that other pages ask for.
 */
'use strict';

const store = 'frontrow-scan';
const files = ['/scan/', '/scan/scan.css', '/scan/scan.js', '/scan/answer.js', '/scan/camera.js', '/scan/sound.js', '/scan/store.js',
    '/scan/ticket.js', '/scan/words.js', '/scan/manifest.json', '/common/base.css', '/common/api.js', '/common/dom.js',
    '/common/words.js', '/frontrow.svg'];

/* Longer than this a network that is there only in name is not waited for; then not at all, for a while. */
const patience = 3000;
const pause = 15000;
let goneUntil = 0;

/* Ours has an X-Request-Id; what a hotel's login page answers in our place has not. */
const isOurs = answer => answer.ok && !answer.redirected && answer.headers.has('X-Request-Id');

async function fromSite(path) {
    const abort = new AbortController();
    const timer = setTimeout(() => abort.abort(), patience);
    try {
        const answer = await fetch(path, {cache: 'no-cache', signal: abort.signal});
        if (!isOurs(answer))
            throw new Error('not from the site');
        return answer;
    } finally {
        clearTimeout(timer);
    }
}

/* All or nothing: a copy of which one file is of another version is none. */
async function copy() {
    const answers = await Promise.all(files.map(fromSite));
    const cache = await caches.open(store);
    await Promise.all(files.map((path, i) => cache.put(path, answers[i])));
}

async function answer(path) {
    if (Date.now() >= goneUntil) {
        try {
            return await fromSite(path);
        } catch {
            goneUntil = Date.now() + pause;
        }
    }
    return await caches.match(path, {cacheName: store}) || fetch(path);
}

addEventListener('install', event => event.waitUntil(copy().then(() => skipWaiting())));
addEventListener('activate', event => event.waitUntil(clients.claim()));
addEventListener('fetch', event => {
    const {method, url, mode} = event.request;
    const {origin, pathname} = new URL(url);
    if (method !== 'GET' || origin !== location.origin || !files.includes(pathname))
        return;
    const answered = answer(pathname);
    event.respondWith(answered);
    if (mode === 'navigate')
        event.waitUntil(answered.then(() => Date.now() >= goneUntil ? copy() : null).catch(() => {}));
});
