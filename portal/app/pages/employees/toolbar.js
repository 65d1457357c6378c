/** A search while typing, or a filter. The API accepts only one of them, so choosing one clears the other. */

import { pause } from '../../api.js';
import { h, newId } from '../../dom.js';
import { words } from '../../language.js';
import { isGivenUp } from '../../problems.js';

/** How long to wait after the last key before searching, in milliseconds. */
const REST = 200;

export class Toolbar {
  /** @param {{ search: (query: string) => void, choose: (filter: string) => void }} actions */
  constructor({ search, choose }) {
    const [searchId, filterId] = [newId(), newId()];
    const input = h('input', { id: searchId, type: 'search', maxlength: '100', autocomplete: 'off', spellcheck: 'false' });
    const options = Object.entries(words.employees.filters).map(([value, text]) => h('option', { value }, text));
    const select = h('select', { id: filterId }, options);

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
        await pause(REST, typing.signal);
        find();
      } catch (error) {
        if (!isGivenUp(error)) throw error;
      }
    });
    select.addEventListener('change', () => choose(select.value));

    this.input = input;
    this.select = select;
    this.element = h(
      'form',
      { class: 'toolbar', role: 'search', onsubmit: (/** @type {Event} */ event) => event.preventDefault() },
      h('div', { class: 'field grow' }, h('label', { for: searchId }, words.employees.search), input),
      h('div', { class: 'field' }, h('label', { for: filterId }, words.employees.filter), select),
    );
  }

  /** @param {{ query: string, filter: string }} wanted */
  show({ query, filter }) {
    // The typed text is newer than the shown list.
    if (document.activeElement !== this.input) this.input.value = query;
    this.select.value = query ? '' : filter;
  }
}
