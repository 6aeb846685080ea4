/* Takes the pictures of tests/web/shots, whose help says which: FOLDER [WORD]... */
import {mkdirSync} from 'node:fs';
import {leaveBrowser, theBrowser} from './lib/browser.js';
import {url} from './lib/site.js';
import {dress, views} from './lib/views.js';

const [folder, ...words] = process.argv.slice(2);
const sizes = [{width: 390, height: 844}, {width: 1280, height: 800}];
let failed = 0;

async function take(page, view) {
    await view.open(page);
    for (const language of ['en', 'ko']) {
        await dress(page, view, language, 'light');
        for (const size of sizes)
            for (const theme of ['light', 'dark']) {
                await page.setViewportSize(size);
                await page.emulateMedia({colorScheme: theme, reducedMotion: 'reduce'});
                await page.waitForTimeout(250); // until what is drawn by hand has been
                await page.screenshot({path: `${folder}/${view.name}-${language}-${theme}-${size.width}.png`, fullPage: true});
            }
    }
}

mkdirSync(folder, {recursive: true});
const wanted = Object.values(views).flat().filter(({name}) => !words.length || words.some(word => name.includes(word)));
for (const view of wanted) {
    const context = await (await theBrowser()).newContext({baseURL: url, locale: 'en-GB', viewport: sizes[1]});
    try {
        await take(await context.newPage(), view);
        console.log(view.name);
    } catch (error) {
        failed++;
        console.log(`${view.name}: ${error.message}`);
    }
    await context.close();
}
await leaveBrowser();
console.log(`${4 * sizes.length * (wanted.length - failed)} pictures in ${folder}`);
process.exitCode = failed ? 1 : 0;
