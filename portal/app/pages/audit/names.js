/** The names of people, because the audit has only their ids. Each is loaded once, a few at a time. */

import { getEmployee } from '../../api.js';

/** How many are loaded at the same time. */
const AT_ONCE = 4;

class Names {
  /** @type {Map<string, Promise<string>>} */
  #known = new Map();

  /** @type {(() => void)[]} */
  #waiting = [];

  #asking = 0;

  /** The name, or the id if the person has no name any more. @param {string} id */
  of(id) {
    const known = this.#known.get(id) ?? this.#ask(id);
    this.#known.set(id, known);
    return known;
  }

  /** @param {string} id */
  async #ask(id) {
    if (this.#asking >= AT_ONCE) await /** @type {Promise<void>} */ (new Promise((resolve) => this.#waiting.push(resolve)));
    this.#asking++;
    try {
      return (await getEmployee(id)).name;
    } catch {
      // The person was erased, or the request failed: show the id, and ask again on the next page.
      this.#known.delete(id);
      return id;
    } finally {
      this.#asking--;
      this.#waiting.shift()?.();
    }
  }
}

export const names = new Names();
