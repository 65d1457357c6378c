/** A field with a list of choices. It has the shape of a text field, so a form takes both. */

import { h, newId } from './dom.js';

/**
 * @typedef {object} Choice
 * @property {HTMLElement} element
 * @property {HTMLSelectElement} input
 * @property {(text: string) => void} refuse  Shows what is wrong; the empty text removes the message.
 * @property {() => string} fault  Always the empty text: every choice is valid.
 */

/**
 * @param {{ label: string, hint?: string, options: Record<string, string>, value: string } & Record<string, unknown>} parts  `options`
 *   are texts by value. All others are attributes of the list.
 * @returns {Choice}
 */
export function choice({ label, hint, options, value, ...attributes }) {
  const id = newId();
  const described = [hint && `${id}-hint`, `${id}-error`, attributes['aria-describedby']].filter(Boolean).join(' ');
  const items = Object.entries(options).map(([key, text]) => h('option', { value: key, selected: key === value }, text));
  const input = h('select', { id, ...attributes, 'aria-describedby': described }, items);
  const error = h('p', { id: `${id}-error`, class: 'field-error' });
  const refuse = (/** @type {string} */ text) => {
    input.setAttribute('aria-invalid', String(text !== ''));
    error.textContent = text;
  };
  input.addEventListener('change', () => refuse(''));
  const element = h(
    'div',
    { class: 'field' },
    h('label', { for: id }, label),
    hint && h('p', { id: `${id}-hint`, class: 'hint' }, hint),
    input,
    error,
  );
  return { element, input, refuse, fault: () => '' };
}
