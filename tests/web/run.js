/*
 * Runs tests/web/*.test.js with node's own runner, a few files at a time, all in one browser that it
 * starts. Words, if any, name files by how they begin; those that measure, *.measure.js, run when they
 * are named, one after the other, so that nothing else counts in what they print. Prints a line for
 * each test and the counts.
 *
 * scripts/test web sets the environment: FRONTROW_URL and FRONTROW_STATE, the product; FRONTROW_BUILD;
 * FRONTROW_MODULES, where npm put playwright-core and axe-core.
 */
import {readdirSync} from 'node:fs';
import {cpus} from 'node:os';
import {basename, join} from 'node:path';
import {run} from 'node:test';
import {fileURLToPath} from 'node:url';
import {launch} from './lib/browser.js';

const folder = fileURLToPath(new URL('.', import.meta.url));
const words = process.argv.slice(2);
const counts = {passed: 0, failed: 0};

const files = kind => readdirSync(folder).filter(name => name.endsWith(kind) &&
    (!words.length || words.some(word => name.startsWith(word)))).sort().map(name => join(folder, name));

const indented = text => text.split('\n').slice(0, 40).map(line => `         ${line}`).join('\n');

/* What went wrong first, since the runner wraps it, and where in the tests. */
function reason(error) {
    const inner = error && error.cause instanceof Error ? error.cause : error;
    const where = String((inner && inner.stack) || '').split('\n').filter(line => /^ +at .*tests\/web\/(?!lib\/test\.js)/.test(line));
    return [String((inner && inner.message) || inner), ...where].join('\n').replace(/\u001b\[[0-9;]*m/g, '');
}

/* A file is reported like a test: it says nothing but whether it ran. */
const isFile = event => event.name.endsWith('.js') && basename(event.name) !== event.name;

async function runAll(list, concurrency) {
    if (!list.length)
        return;
    let failures = 0;
    for await (const {type, data} of run({files: list, concurrency, timeout: 300000})) {
        if (type === 'test:stdout' || type === 'test:stderr') {
            if (!/^\s*$/.test(data.message || ''))
                process.stdout.write(data.message);
        } else if (type === 'test:diagnostic' && data.nesting === 0 && /^figure /.test(data.message)) {
            console.log(`       ${data.message.slice(7)}`);
        } else if (type === 'test:pass' && !isFile(data)) {
            counts.passed++;
            console.log(`ok     ${data.name} (${(data.details.duration_ms / 1000).toFixed(1)} s)`);
        } else if (type === 'test:fail' && (!isFile(data) || !failures)) {
            counts.failed++;
            failures++;
            console.log(`not ok ${data.name}\n${indented(reason(data.details.error))}`);
        }
    }
}

const server = await launch();
try {
    process.env.FRONTROW_BROWSER = server.wsEndpoint();
    await runAll(files('.test.js'), Math.max(3, cpus().length));
    if (words.length)
        await runAll(files('.measure.js'), 1);
} finally {
    await server.close();
}
console.log(`${counts.passed} passed, ${counts.failed} failed`);
process.exitCode = counts.failed || !counts.passed ? 1 : 0;
