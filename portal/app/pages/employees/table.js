/** The table of employees. On a narrow screen each row looks like a card, but is still a row for a screen reader. */

import { fill, h, icon } from '../../dom.js';
import { words } from '../../language.js';
import { address, badge, role, twoFactor } from './status.js';
import { relativeDay } from './times.js';

/** @typedef {import('../../api.js').Employee} Employee */
/** @typedef {{ employee: Employee, row: HTMLElement, box: HTMLInputElement }} Row */

export class EmployeeTable {
  /** @type {Map<string, Row>} */
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
    this.#body.addEventListener('click', (event) => this.#click(event));
    this.#body.addEventListener('focusin', (event) => this.#stopAt(this.#rowOf(event.target)));
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

  /** While others are loaded, the rows are pale and nobody can act on them. @param {boolean} isBusy */
  setBusy(isBusy) {
    this.element.setAttribute('aria-busy', String(isBusy));
    this.#body.inert = isBusy;
  }

  /** @param {Employee[]} people */
  show(people) {
    this.#rows.clear();
    fill(this.#body, ...people.map((employee) => this.#row(employee)));
    this.element.hidden = people.length === 0;
    this.#stopAt(this.#rows.values().next().value);
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

  /** Moves the focus to the row where it was last, and nothing in the window. */
  focusAgain() {
    const stop = this.#body.querySelector('tr[tabindex="0"]');
    if (stop instanceof HTMLElement) stop.focus({ preventScroll: true });
  }

  /** Whether there is a row to go to. */
  focusFirst() {
    const first = this.#rows.values().next().value;
    first?.row.focus();
    return first !== undefined;
  }

  /** Moves the focus to the same place in the next or the previous row. Returns whether there is such a row. @param {HTMLElement} from @param {number} step */
  move(from, step) {
    const rows = [...this.#rows.values()];
    const index = rows.findIndex(({ row }) => row.contains(from));
    const to = index < 0 ? undefined : rows[index + step];
    if (!to) return false;
    const [place] = from.localName === 'tr' ? [to.row] : to.row.querySelectorAll(from.localName);
    if (place instanceof HTMLElement) place.focus();
    return true;
  }

  /** Opens or selects, if that is a row. @param {HTMLElement} at @param {'open' | 'select'} act */
  actOn(at, act) {
    const known = at.localName === 'tr' ? this.#rowOf(at) : undefined;
    if (!known) return false;
    if (act === 'open') this.#actions.edit(known.employee);
    else known.box.click();
    return true;
  }

  selection() {
    return [...this.#selected.values()];
  }

  /** Whether everybody on the page is selected. */
  isAllSelected() {
    return this.#all.checked;
  }

  /** @param {Employee[]} people */
  selectAlso(people) {
    for (const employee of people) this.#select(employee, true);
    this.#showSelection();
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

  /** The row that an element is in. @param {EventTarget | null} target */
  #rowOf(target) {
    return [...this.#rows.values()].find(({ row }) => target instanceof Node && row.contains(target));
  }

  /** One row is a Tab stop: the one where the focus was. @param {Row | undefined} stop */
  #stopAt(stop) {
    if (!stop) return;
    for (const row of this.#body.querySelectorAll('tr[tabindex="0"]')) row.setAttribute('tabindex', '-1');
    stop.row.setAttribute('tabindex', '0');
  }

  /** A click beside the controls opens, unless it ended the selection of a text. @param {MouseEvent} event */
  #click(event) {
    const at = event.target;
    const known = this.#rowOf(at);
    if (!known || !(at instanceof Element) || String(getSelection()) !== '') return;
    if (at.closest('button, input')) return;
    if (at.closest('.select')) known.box.click();
    else this.#actions.edit(known.employee);
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
      { role: 'row', tabindex: '-1' },
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
    const cell = (/** @type {string} */ name, /** @type {string} */ label, /** @type {Node | string} */ content) =>
      h('td', { role: 'cell', class: name, 'data-label': label }, content);
    const none = () => h('span', { class: 'hint' }, '–');
    return [
      h('th', { role: 'rowheader', scope: 'row', class: 'name' }, h('span', { dir: 'auto', title: employee.name }, employee.name),
        employee.status === 'disabled' && h('span', { class: 'badge over' }, words.employee.disabled)),
      cell('address', words.employee.address, address(employee.email)),
      cell('role', words.employee.role, role(employee)),
      cell('factor', words.employee.twoFactor, twoFactor(employee)),
      cell(at ? 'signed-in' : 'signed-in none', words.employees.lastSignIn, at ? relativeDay(at) : words.employee.never),
      cell(passcode ? 'state' : 'state none', words.employee.passcode, passcode ? badge(passcode.status) : none()),
    ];
  }
}
