/** The names of people, because the audit has only their ids. Each is loaded once, a few at a time. */

import { getEmployee, listEmployees } from '../../api.js';
import { isProblem } from '../../problems.js';

/** How many are loaded at the same time. */
const AT_ONCE = 4;

/** If more are unknown, reading the whole directory needs fewer requests. */
const SEVERAL = 20;

class Names {
  /** By id. Null for a person who was erased. @type {Map<string, Promise<string | null>>} */
  #known = new Map();

  /** @type {(() => void)[]} */
  #waiting = [];

  #asking = 0;

  /** The name, or the id if the person has no name any more. @param {string} id */
  async of(id) {
    const known = this.#known.get(id) ?? this.#ask(id);
    this.#known.set(id, known);
    try {
      return (await known) ?? id;
    } catch {
      // Ask again on the next page.
      this.#known.delete(id);
      return id;
    }
  }

  /** Remembers a name that has changed, or with null that the person is erased. @param {string} id @param {string | null} name */
  know(id, name) {
    this.#known.set(id, Promise.resolve(name));
  }

  /**
   * The names of many people, for a file. Erased people have none. Unlike `of`, it rejects if a request fails.
   *
   * @param {Set<string>} ids
   * @param {AbortSignal} signal
   * @returns {Promise<Map<string, string>>}
   */
  async all(ids, signal) {
    const isUnknown = () => [...ids].some((id) => !this.#known.has(id));
    /** @type {string | null} */
    let cursor = null;
    const unknown = [...ids].filter((id) => !this.#known.has(id));
    while (unknown.length > SEVERAL && isUnknown()) {
      /** @type {{ employees: import('../../api.js').Employee[], next_cursor: string | null }} */
      const page = await listEmployees({ cursor, limit: 100 }, signal);
      for (const { employee_id: id, name } of page.employees) this.#known.set(id, Promise.resolve(name));
      cursor = page.next_cursor;
      if (cursor === null) break;
    }
    const pairs = await Promise.all([...ids].map(async (id) => {
      const known = this.#known.get(id) ?? this.#ask(id);
      return /** @type {const} */ ([id, await known]);
    }));
    return new Map(pairs.flatMap(([id, name]) => (name === null ? [] : [[id, name]])));
  }

  /** @param {string} id @returns {Promise<string | null>} */
  async #ask(id) {
    if (this.#asking >= AT_ONCE) await /** @type {Promise<void>} */ (new Promise((resolve) => this.#waiting.push(resolve)));
    this.#asking++;
    try {
      return (await getEmployee(id)).name;
    } catch (error) {
      if (isProblem(error, 'employee_not_found')) return null;
      throw error;
    } finally {
      this.#asking--;
      this.#waiting.shift()?.();
    }
  }
}

export const names = new Names();
