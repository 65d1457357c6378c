/** What a form would change, and what somebody else has changed since the form was shown. */

import { fill, h } from './dom.js';
import { words } from './language.js';

/** The values of `after` that `before` does not have. @template {object} T @param {T} before @param {T} after @returns {Partial<T>} */
export function differences(before, after) {
  const old = /** @type {Record<string, unknown>} */ (before);
  return /** @type {Partial<T>} */ (Object.fromEntries(Object.entries(after).filter(([name, value]) => value !== old[name])));
}

/** A message of what was changed meanwhile, in place of a refusal that would only say that something was. */
export class Meanwhile {
  element = h('div', { class: 'message bad meanwhile', role: 'alert' });

  /** @param {{ label: string, from: string, to: string }[]} changes */
  tell(changes) {
    const lines = changes.map(({ label, from, to }) => h('li', {}, `${label}: `, h('bdi', {}, from), ' → ', h('bdi', {}, to)));
    fill(this.element, h('p', {}, words.changes.meanwhile), lines.length > 0 && h('ul', {}, lines), h('p', {}, words.changes.kept));
  }

  clear() {
    fill(this.element);
  }
}
