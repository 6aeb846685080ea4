/* Accessibility of the buyer's views, by axe-core. */
import {axeTest} from './lib/axe.js';
import {views} from './lib/views.js';

axeTest('the buyer\'s views', views.buyer);
