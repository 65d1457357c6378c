/** What is looked for: a search as one types, or a filter. The API takes one of them, so choosing one ends the other. */

import { pause } from '../../api.js';
import { h, newId } from '../../dom.js';
import { words } from '../../language.js';
import { isGivenUp } from '../../problems.js';

/** How long typing has to rest before it is searched for, in milliseconds. */
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
    /** Searches for what was typed at once, if that is still to come. */
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
    // What is being typed is ahead of what is shown.
    if (document.activeElement !== this.input) this.input.value = query;
    this.select.value = query ? '' : filter;
  }
}
