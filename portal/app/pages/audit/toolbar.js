/** What the audit shows: everything, a type, or one employee; and from which to which day. */

import { fill, h, newId } from '../../dom.js';
import { words } from '../../language.js';
import { hashOf } from '../../router.js';
import { names } from './names.js';

/** @typedef {{ employee_id: string, type: string, from: string, to: string }} Wanted  `from` and `to` are days, or empty. */

const DAY = /^2\d{3}-\d{2}-\d{2}$/;

/** @param {URLSearchParams} query @returns {Wanted} */
export function wantedIn(query) {
  const day = (/** @type {string} */ name) => {
    const text = query.get(name) ?? '';
    return DAY.test(text) && !Number.isNaN(Date.parse(text)) ? text : '';
  };
  const employee_id = query.get('employee_id') ?? '';
  return { employee_id, type: employee_id ? '' : query.get('type') ?? '', from: day('from'), to: day('to') };
}

/** @param {Wanted} wanted */
export const hashOfAudit = (wanted) => hashOf('audit', wanted);

export class Toolbar {
  /** @type {Wanted} */
  #wanted = { employee_id: '', type: '', from: '', to: '' };

  #type = h('select', { id: newId() });

  #from = h('input', { id: newId(), type: 'date', autocomplete: 'off' });

  #to = h('input', { id: newId(), type: 'date', autocomplete: 'off' });

  #person = h('p', { class: 'person-chip' });

  /** @param {{ choose: (wanted: Wanted) => void, beside: HTMLElement }} options */
  constructor({ choose, beside }) {
    const { audit } = words;
    const chosen = () => choose({ ...this.#wanted, type: this.#type.value, from: this.#from.value, to: this.#to.value });
    fill(this.#type, h('option', { value: '' }, audit.all), ...typeGroups());
    this.#type.addEventListener('change', () => {
      // The API takes a type or an employee.
      this.#wanted = { ...this.#wanted, employee_id: '' };
      chosen();
    });
    for (const input of [this.#from, this.#to]) {
      // While a year is typed, the value is a day of another millennium.
      input.addEventListener('change', () => (input.value === '' || DAY.test(input.value)) && chosen());
    }
    const field = (/** @type {string} */ label, /** @type {HTMLElement} */ control) =>
      h('div', { class: 'field' }, h('label', { for: control.id }, label), control);
    this.element = h(
      'div',
      {},
      h('div', { class: 'toolbar' }, field(audit.filter, this.#type), field(audit.fromDay, this.#from), field(audit.toDay, this.#to), beside),
      this.#person,
    );
  }

  /** @param {Wanted} wanted */
  show(wanted) {
    const { audit } = words;
    this.#wanted = wanted;
    this.#type.value = wanted.type;
    this.#from.value = wanted.from;
    this.#to.value = wanted.to;
    this.#person.hidden = wanted.employee_id === '';
    if (this.#person.hidden) return;
    const all = h('a', { href: hashOfAudit({ ...wanted, employee_id: '' }), class: 'button' }, audit.clearPerson('…'));
    fill(this.#person, all);
    void names.of(wanted.employee_id).then((name) => fill(all, audit.clearPerson(name)));
  }
}

/** Types that belong together have the same first word, except those of the directory. */
function typeGroups() {
  const { audit } = words;
  return Object.entries(audit.groups).map(([group, label]) => {
    const types = Object.entries(audit.types).filter(([type]) => groupOf(type) === group);
    return h('optgroup', { label }, types.map(([value, text]) => h('option', { value }, text)));
  });
}

/** @param {string} type */
function groupOf(type) {
  const [first = ''] = type.split('.');
  return ['passcode', 'session'].includes(first) ? first : ['employee', 'company'].includes(first) ? 'directory' : 'account';
}
