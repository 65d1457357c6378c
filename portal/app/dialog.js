/** A dialog over the page: the browser's own `<dialog>`, which keeps the focus inside, closes with Escape and returns the focus. */

import { h, icon, newId } from './dom.js';
import { words } from './language.js';

/**
 * A dialog of a heading, a body that scrolls, and a foot that stays in sight. An empty foot is not shown.
 *
 * @param {{ title: string, closed: () => void, hasOwnFocus?: boolean }} options `closed` is called in whatever way it was
 * closed. The focus starts at the heading, or with `hasOwnFocus` at the element with `autofocus`.
 */
export function dialog({ title, closed, hasOwnFocus = false }) {
  const heading = h('h2', { id: newId(), tabindex: '-1', autofocus: !hasOwnFocus }, title);
  const close = h('button', { type: 'button', class: 'icon-button', 'aria-label': words.employee.close }, icon('close'));
  const body = h('div', { class: 'dialog-body' });
  const foot = h('div', { class: 'dialog-foot' });
  const element = h('dialog', { 'aria-labelledby': heading.id }, h('header', {}, heading, close), body, foot);
  close.addEventListener('click', () => element.close());
  element.addEventListener('close', closed);
  return { element, heading, body, foot };
}
