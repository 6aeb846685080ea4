/* A beat each second for waiting.js. Browsers slow the timers of a page in the background down to
 * one a minute, and who is let in has not much longer to show up; a worker's they leave alone. */
'use strict';
setInterval(() => postMessage(0), 1000);
