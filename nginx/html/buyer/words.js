/* The words of the buyer's pages, in the visitor's language. */
import {pick} from '../common/words.js';
import en from './words-en.js';
import ko from './words-ko.js';

export const text = pick({en, ko});
