/** Grey bars in place of the first rows, until they are loaded. They appear only if that takes a moment. */

import { h } from '../../dom.js';

/** How many rows of bars. */
const ROWS = 10;

export const skeleton = () =>
  h('div', { class: 'skeleton', 'aria-hidden': 'true' }, Array.from({ length: ROWS }, () => h('div', {}, h('span'), h('span'), h('span'))));
