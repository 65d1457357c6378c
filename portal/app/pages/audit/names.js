/** The names of people whom the trail knows by id alone. Each is asked for once, a few at a time. */

import { getEmployee } from '../../api.js';

/** How many are asked for at the same time. */
const AT_ONCE = 4;

class Names {
  /** @type {Map<string, Promise<string>>} */
  #known = new Map();

  /** @type {(() => void)[]} */
  #waiting = [];

  #asking = 0;

  /** The name, or the id of somebody who has none any more. @param {string} id */
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
      // Erased, or not to be had now: the id says who it was, and the next page asks again.
      this.#known.delete(id);
      return id;
    } finally {
      this.#asking--;
      this.#waiting.shift()?.();
    }
  }
}

export const names = new Names();
