/** A dialog over the page: the platform's own, which holds the focus, closes by Escape and gives the focus back. */

import { h, icon, newId } from './dom.js';
import { words } from './language.js';

/**
 * @param {{ title: string, closed: () => void, hasOwnFocus?: boolean }} options  `closed` is called however it was closed.
 *   Focus begins at the heading, or with `hasOwnFocus` at what the caller marks with `autofocus`.
 */
export function dialog({ title, closed, hasOwnFocus = false }) {
  const heading = h('h2', { id: newId(), tabindex: '-1', autofocus: !hasOwnFocus }, title);
  const close = h('button', { type: 'button', class: 'icon-button', 'aria-label': words.employee.close }, icon('close'));
  const body = h('div', { class: 'dialog-body' });
  const element = h('dialog', { 'aria-labelledby': heading.id }, h('header', {}, heading, close), body);
  close.addEventListener('click', () => element.close());
  element.addEventListener('close', closed);
  return { element, body };
}
