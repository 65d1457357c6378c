/** The list by keyboard: `/` goes to the search, the arrows move between rows, Enter opens, Space selects. */

import { h } from '../../dom.js';
import { words } from '../../language.js';

/**
 * @param {{ search: HTMLInputElement, table: import('./table.js').EmployeeTable, signal: AbortSignal }} options
 */
export function listenToKeys({ search, table, signal }) {
  addEventListener('keydown', (event) => {
    const hasModifier = event.ctrlKey || event.metaKey || event.altKey;
    if (event.defaultPrevented || event.isComposing || hasModifier || document.querySelector('dialog[open]')) return;
    const at = event.target instanceof HTMLElement ? event.target : document.body;
    if (!act(event.key, at)) return;
    event.preventDefault();
  }, { signal });

  /** Whether the key means something here. @param {string} key @param {HTMLElement} at */
  function act(key, at) {
    const step = { ArrowDown: 1, ArrowUp: -1 }[key];
    if (at === search) return step === 1 && table.focusFirst();
    if (key === '/' && !isTyped(at)) {
      search.focus();
      search.select();
      return true;
    }
    if (step && table.element.contains(at)) return table.move(at, step) || (step === -1 && (search.focus(), true));
    return (key === 'Enter' || key === ' ') && table.actOn(at, key === 'Enter' ? 'open' : 'select');
  }
}

/** Whether a key is a part of a text there. @param {HTMLElement} at */
const isTyped = (at) =>
  at.isContentEditable || at instanceof HTMLTextAreaElement || at instanceof HTMLSelectElement ||
  (at instanceof HTMLInputElement && !['checkbox', 'radio'].includes(at.type));

/** Tells the keys; screens without a keyboard do not show it. */
export function keyHint() {
  const { employees } = words;
  const key = (/** @type {string} */ name) => h('kbd', {}, name);
  return h(
    'p',
    { class: 'keys hint' },
    h('span', {}, key('/'), ' ', employees.keySearch),
    h('span', {}, key('↑'), ' ', key('↓'), ' ', employees.keyMove),
    h('span', {}, key('Enter'), ' ', employees.keyOpen),
  );
}
