/* Accessibility of the operator's views, by axe-core. */
import {axeTest} from './lib/axe.js';
import {views} from './lib/views.js';

axeTest('the operator\'s views', views.admin);
