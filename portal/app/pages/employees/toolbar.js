/** A search while typing, or one filter. The API accepts only one of them, so choosing one clears the other. */

import { pause } from '../../api.js';
import { h, newId } from '../../dom.js';
import { words } from '../../language.js';
import { isGivenUp } from '../../problems.js';

/** How long to wait after the last key before searching, in milliseconds. */
const REST = 200;

export class Toolbar {
  /** @type {Map<string, HTMLInputElement>} */
  #chips = new Map();

  /**
   * @param {{ search: (query: string) => void, choose: (filter: string) => void, beside: HTMLElement, signal: AbortSignal }} options
   *   `signal` says that the page is left: a search that still waits would bring it back.
   */
  constructor({ search, choose, beside, signal }) {
    const id = newId();
    const input = h('input', {
      id, type: 'search', maxlength: '100', autocomplete: 'off', spellcheck: 'false', 'aria-keyshortcuts': '/',
    });

    let typing = new AbortController();
    let isResting = true;
    const find = () => {
      isResting = true;
      search(input.value.trim());
    };
    /** Searches at once, if a search is still waiting. */
    this.settle = () => {
      typing.abort();
      if (!isResting) find();
    };
    input.addEventListener('input', async () => {
      typing.abort();
      typing = new AbortController();
      isResting = false;
      try {
        await pause(REST, AbortSignal.any([signal, typing.signal]));
        find();
      } catch (error) {
        if (!isGivenUp(error)) throw error;
      }
    });

    this.input = input;
    this.element = h(
      'form',
      { class: 'finder', role: 'search', onsubmit: (/** @type {Event} */ event) => event.preventDefault() },
      h('div', { class: 'field' }, h('label', { for: id }, words.employees.search), input),
      beside,
      this.#filters(choose),
    );
  }

  /** @param {(filter: string) => void} choose */
  #filters(choose) {
    const chips = Object.entries(words.employees.filters).map(([value, text]) => {
      const chip = h('input', { type: 'radio', name: 'filter', value });
      chip.addEventListener('change', () => choose(value));
      this.#chips.set(value, chip);
      return h('label', { class: 'chip' }, chip, text);
    });
    return h('fieldset', { class: 'chips' }, h('legend', { class: 'visually-hidden' }, words.employees.filter), chips);
  }

  /** @param {{ query: string, filter: string }} wanted */
  show({ query, filter }) {
    // The typed text is newer than the shown list.
    if (document.activeElement !== this.input) this.input.value = query;
    const chip = this.#chips.get(query ? '' : filter);
    if (chip) chip.checked = true;
  }
}
