/** Edit Employee: a person's data, the state of their passcode, and Email TOTP at the bottom. */

import * as api from '../../api.js';
import { dialog } from '../../dialog.js';
import { fill, h } from '../../dom.js';
import { announcement } from '../../form.js';
import { utcDay, words } from '../../language.js';
import { explain, isGivenUp } from '../../problems.js';
import { hashOf } from '../../router.js';
import { IssueForm } from './issue-form.js';
import { PasscodePanel } from './passcode-panel.js';
import { address, role, twoFactor } from './status.js';

/** @typedef {api.Employee} Employee */

export class EditDialog {
  /** The employee whose dialog is open. @type {string | null} */
  #id = null;

  #facts = h('div', { class: 'person' });

  /** What the facts were made of, so that asking again does not take away a selected text. */
  #shown = '';

  #heading;

  #panel;

  #issue;

  #changed;

  #signal;

  /** Ends a question to the API whose answer would be older than what is shown. */
  #asking = new AbortController();

  /** @param {{ signal: AbortSignal, changed: (employee: Employee) => void, closed: (id: string | null) => void }} options */
  constructor({ signal, changed, closed }) {
    this.#signal = signal;
    this.#changed = changed;
    this.#panel = new PasscodePanel(signal);
    this.#issue = new IssueForm({
      signal,
      panel: this.#panel,
      changed: (employee) => {
        if (employee.employee_id === this.#id) this.#asking.abort();
        this.#show(employee);
      },
    });
    const { element, heading, body, foot } = dialog({
      title: words.employee.title,
      closed: () => {
        const id = this.#id;
        this.#id = null;
        this.#panel.show(null);
        closed(id);
      },
    });
    element.classList.add('edit-employee');
    body.append(this.#facts, this.#panel.element, this.#issue.fields);
    foot.append(this.#issue.actions);
    this.#heading = heading;
    this.element = element;
  }

  /** @param {string} id @param {Employee} [known]  From the list; the dialog still asks the API. */
  open(id, known) {
    if (this.#id === id) return;
    this.#id = id;
    this.#issue.begin(id);
    this.#panel.show(null);
    this.#shown = '';
    this.#heading.textContent = words.employee.title;
    if (known) this.#show(known);
    else fill(this.#facts, h('p', { role: 'status' }, words.shell.loading));
    if (!this.element.open) this.element.showModal();
    void this.#refresh(id);
  }

  close() {
    if (this.element.open) this.element.close();
  }

  /** @param {string} id */
  async #refresh(id) {
    this.#asking.abort();
    this.#asking = new AbortController();
    try {
      this.#show(await api.getEmployee(id, AbortSignal.any([this.#signal, this.#asking.signal])));
      if (this.#id === id) this.#issue.resume();
    } catch (error) {
      if (isGivenUp(error) || this.#id !== id) return;
      this.#shown = '';
      const failure = announcement();
      const retry = h('button', { type: 'button' }, words.shell.retry);
      retry.addEventListener('click', () => {
        // The button disappears.
        this.#heading.focus();
        void this.#refresh(id);
      });
      fill(this.#facts, failure, h('p', {}, retry));
      failure.say(explain(error));
    }
  }

  /** @param {Employee} employee */
  #show(employee) {
    this.#changed(employee);
    if (this.#id !== employee.employee_id) return;
    this.#panel.show(employee.passcode);
    this.#issue.show(employee);
    const { passcode: _, refusal: __, ...person } = employee;
    if (this.#shown === JSON.stringify(person)) return;
    this.#shown = JSON.stringify(person);
    this.#showFacts(person);
  }

  /** @param {api.Person} person */
  #showFacts(person) {
    const text = words.employee;
    const fact = (/** @type {string} */ name, /** @type {Node | string} */ value) =>
      h('div', {}, h('dt', {}, name), h('dd', {}, value));
    const { last_signed_in_at: at, employee_id } = person;
    fill(this.#heading, `${text.title}: `, h('bdi', {}, person.name));
    fill(
      this.#facts,
      h('p', {}, address(person.email)),
      h(
        'dl',
        { class: 'facts' },
        fact(text.role, role(person)),
        fact(text.state, person.status === 'active' ? text.active : text.disabled),
        fact(text.twoFactor, twoFactor(person)),
        fact(text.lastSignIn, at ? utcDay(at) : text.never),
      ),
      h(
        'p',
        { class: 'actions' },
        h('a', { href: `#/employees/${employee_id}` }, text.page),
        h('a', { href: hashOf('audit', { employee_id }) }, text.inAudit),
      ),
    );
  }
}
