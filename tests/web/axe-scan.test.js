/* Accessibility of the door's views, by axe-core. */
import {axeTest} from './lib/axe.js';
import {views} from './lib/views.js';

axeTest('the door\'s views', views.scan);
