/** The steps of a recovery, with the current one. */

import { h } from '../../dom.js';
import { words } from '../../language.js';

/** @typedef {keyof typeof words.recovery.steps} Step */

/** @param {Step} current */
export function steps(current) {
  const names = Object.entries(words.recovery.steps);
  const position = names.findIndex(([step]) => step === current);
  const items = names.map(([step, name], index) =>
    h('li', { 'aria-current': step === current && 'step', class: index < position && 'done' }, h('span', {}, name)),
  );
  return h('ol', { class: 'steps', 'aria-label': words.recovery.stepsOf }, items);
}
