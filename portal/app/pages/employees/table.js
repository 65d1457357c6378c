/** The table of employees. On a narrow screen each row looks like a card, but is still a row for a screen reader. */

import { fill, h, icon } from '../../dom.js';
import { utcDay, words } from '../../language.js';
import { badge, role, twoFactor } from './status.js';

/** @typedef {import('../../api.js').Employee} Employee */

export class EmployeeTable {
  /** @type {Map<string, { employee: Employee, row: HTMLElement, box: HTMLInputElement }>} */
  #rows = new Map();

  /** The selected employees of all pages. @type {Map<string, Employee>} */
  #selected = new Map();

  #body = h('tbody', { role: 'rowgroup' });

  #all = h('input', { type: 'checkbox' });

  #actions;

  /** @param {{ edit: (employee: Employee) => void, selected: () => void }} actions */
  constructor(actions) {
    this.#actions = actions;
    this.#all.addEventListener('change', () => {
      for (const { employee } of this.#rows.values()) this.#select(employee, this.#all.checked);
      this.#showSelection();
    });
    const { employee, employees } = words;
    const head = (/** @type {Node | string} */ content, name = '') =>
      h('th', { role: 'columnheader', scope: 'col', class: name }, content);
    this.element = h(
      'table',
      { class: 'employees', role: 'table', 'aria-label': employees.title },
      h(
        'thead',
        { role: 'rowgroup' },
        h('tr', { role: 'row' },
          head(h('label', { class: 'select-all' }, this.#all, h('span', {}, employees.selectAll)), 'select'),
          head(employee.name, 'name'), head(employee.address, 'address'), head(employee.role, 'role'),
          head(employee.twoFactor, 'factor'), head(employees.lastSignIn, 'signed-in'), head(employee.passcode, 'state'),
          head(h('span', { class: 'visually-hidden' }, employees.actions), 'edit')),
      ),
      this.#body,
    );
  }

  /** Rows stay visible, but pale, while new ones are loaded. @param {boolean} isBusy */
  setBusy(isBusy) {
    this.element.setAttribute('aria-busy', String(isBusy));
  }

  /** @param {Employee[]} people */
  show(people) {
    this.#rows.clear();
    fill(this.#body, ...people.map((employee) => this.#row(employee)));
    this.element.hidden = people.length === 0;
    this.#showSelection();
  }

  /** @param {string} id */
  find(id) {
    return this.#rows.get(id)?.employee;
  }

  /** Updates the row of an employee. @param {Employee} employee */
  update(employee) {
    const known = this.#rows.get(employee.employee_id);
    if (this.#selected.has(employee.employee_id)) this.#selected.set(employee.employee_id, employee);
    if (!known) return;
    known.employee = employee;
    // The pencil stays, because the focus may return to it.
    const cells = this.#cells(employee);
    [...known.row.children].slice(1, 1 + cells.length).forEach((cell, index) => cell.replaceWith(cells[index] ?? cell));
  }

  /** @param {string} id */
  focusPencil(id) {
    this.#rows.get(id)?.row.querySelector('button')?.focus();
  }

  selection() {
    return [...this.#selected.values()];
  }

  /** @param {string[]} ids */
  deselect(ids) {
    for (const id of ids) this.#selected.delete(id);
    this.#showSelection();
  }

  clearSelection() {
    this.#selected.clear();
    this.#showSelection();
  }

  /** @param {Employee} employee @param {boolean} isSelected */
  #select(employee, isSelected) {
    if (isSelected) this.#selected.set(employee.employee_id, employee);
    else this.#selected.delete(employee.employee_id);
  }

  #showSelection() {
    const rows = [...this.#rows];
    for (const [id, { box }] of rows) box.checked = this.#selected.has(id);
    const count = rows.filter(([id]) => this.#selected.has(id)).length;
    this.#all.checked = count > 0 && count === rows.length;
    this.#all.indeterminate = count > 0 && count < rows.length;
    this.#actions.selected();
  }

  /** @param {Employee} employee */
  #row(employee) {
    const { employee_id: id, name } = employee;
    const box = h('input', { type: 'checkbox', 'aria-label': words.employees.select(name) });
    box.addEventListener('change', () => {
      this.#select(this.find(id) ?? employee, box.checked);
      this.#showSelection();
    });
    const edit = h('button', { type: 'button', class: 'icon-button', 'aria-label': words.employees.edit(name) }, icon('pencil'));
    edit.addEventListener('click', () => this.#actions.edit(this.find(id) ?? employee));
    const row = h(
      'tr',
      { role: 'row' },
      h('td', { role: 'cell', class: 'select' }, box),
      ...this.#cells(employee),
      h('td', { role: 'cell', class: 'edit' }, edit),
    );
    this.#rows.set(id, { employee, row, box });
    return row;
  }

  /** All cells except the first and the last. @param {Employee} employee */
  #cells(employee) {
    const { last_signed_in_at: at, passcode } = employee;
    const cell = (/** @type {string} */ label, /** @type {(Node | string | false)[]} */ ...content) =>
      h('td', { role: 'cell', 'data-label': label }, ...content);
    return [
      h('th', { role: 'rowheader', scope: 'row', class: 'name' }, h('span', { dir: 'auto' }, employee.name),
        employee.status === 'disabled' && h('span', { class: 'badge over' }, words.employee.disabled)),
      cell(words.employee.address, h('span', { class: 'address' }, employee.email)),
      cell(words.employee.role, role(employee)),
      cell(words.employee.twoFactor, twoFactor(employee)),
      cell(words.employees.lastSignIn, at ? h('time', { datetime: at }, utcDay(at)) : words.employee.never),
      cell(words.employee.passcode, passcode ? badge(passcode.status) : h('span', { class: 'hint' }, '–')),
    ];
  }
}
