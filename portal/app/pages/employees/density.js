/** How high the rows of the list are. The choice is remembered in this browser. */

import { h } from '../../dom.js';
import { words } from '../../language.js';

const CHOSEN = 'readmit.density';

/** A button that switches between comfortable and compact rows. @param {HTMLElement} table */
export function densityButton(table) {
  const button = h('button', { type: 'button', class: 'density' }, words.employees.compact);
  const show = (/** @type {boolean} */ isCompact) => {
    table.classList.toggle('compact', isCompact);
    button.setAttribute('aria-pressed', String(isCompact));
  };
  button.addEventListener('click', () => {
    const isCompact = button.getAttribute('aria-pressed') !== 'true';
    localStorage.setItem(CHOSEN, isCompact ? 'compact' : 'comfortable');
    show(isCompact);
  });
  show(localStorage.getItem(CHOSEN) === 'compact');
  return button;
}
