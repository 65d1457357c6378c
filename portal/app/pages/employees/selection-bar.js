/** What can be done with the selected employees. It stays in sight below the list. */

import { fill, h } from '../../dom.js';
import { actionButton } from '../../form.js';
import { number, words } from '../../language.js';

/** How many can be selected at once by one click: more than an admin can send in an hour, and one page of the API. */
export const MOST = 100;

/**
 * @typedef {import('../../api.js').Employee} Employee
 * @typedef {{ total: number, isExact: boolean }} Count
 */

export class SelectionBar {
  #said = h('span', { role: 'status' });

  #buttons = h('span', { class: 'actions' });

  #actions;

  element = h('div', { class: 'selection', hidden: true }, this.#said, this.#buttons);

  /**
   * @param {{ send: () => void, clear: () => void, more: () => Promise<void>, gone: () => void }} actions  `more` selects all that match,
   *   `gone` takes the focus when the bar disappears with it.
   */
  constructor(actions) {
    this.#actions = actions;
  }

  /** @param {{ count: number, matching: Count | null }} options  `matching` if everybody on the page is selected, and more match. */
  show({ count, matching }) {
    const { bulk } = words;
    this.element.hidden = count === 0;
    this.#said.textContent = bulk.selected(number(count));
    const isFew = matching?.isExact && matching.total <= MOST;
    const label = isFew ? bulk.all(number(matching.total)) : bulk.first(number(MOST));
    const more = matching && actionButton(label);
    more?.addEventListener('click', async () => {
      if (more.isBusy()) return;
      more.setBusy(true);
      await this.#actions.more();
      more.setBusy(false);
    });
    const hadFocus = this.#buttons.contains(document.activeElement);
    fill(
      this.#buttons,
      h('button', { type: 'button', class: 'primary', onclick: this.#actions.send }, bulk.action(number(count))),
      more,
      h('button', { type: 'button', onclick: this.#actions.clear }, bulk.clear),
    );
    if (!hadFocus) return;
    if (count === 0) this.#actions.gone();
    else this.#buttons.querySelector('button')?.focus();
  }
}
