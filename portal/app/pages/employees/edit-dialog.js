/** Edit Employee: a person's data, and below it Email TOTP. */

import * as api from '../../api.js';
import { dialog } from '../../dialog.js';
import { fill, h } from '../../dom.js';
import { announcement } from '../../form.js';
import { dateAndTime, utcDay, words } from '../../language.js';
import { explain, isGivenUp } from '../../problems.js';
import { hashOf } from '../../router.js';
import { IssueForm } from './issue-form.js';
import { REVOCABLE, badge, role, twoFactor } from './status.js';

/** @typedef {api.Employee} Employee */

export class EditDialog {
  /** The employee whose dialog is open. @type {string | null} */
  #id = null;

  #facts = h('div', { class: 'person' });

  #issue;

  #changed;

  #signal;

  /** @param {{ signal: AbortSignal, changed: (employee: Employee) => void, closed: (id: string | null) => void }} options */
  constructor({ signal, changed, closed }) {
    this.#signal = signal;
    this.#changed = changed;
    this.#issue = new IssueForm({ signal, changed: (employee) => this.#show(employee) });
    const { element, body } = dialog({
      title: words.employee.title,
      closed: () => {
        const id = this.#id;
        this.#id = null;
        closed(id);
      },
    });
    body.append(this.#facts, this.#issue.element);
    this.element = element;
  }

  /** @param {string} id @param {Employee} [known]  From the list; the dialog still asks the API. */
  open(id, known) {
    if (this.#id === id) return;
    this.#id = id;
    this.#issue.begin(id);
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
    try {
      this.#show(await api.getEmployee(id, this.#signal));
    } catch (error) {
      if (isGivenUp(error) || this.#id !== id) return;
      const failure = announcement();
      const retry = h('button', { type: 'button', onclick: () => void this.#refresh(id) }, words.shell.retry);
      fill(this.#facts, failure, h('p', {}, retry));
      failure.say(explain(error));
    }
  }

  /** @param {Employee} employee */
  #show(employee) {
    this.#changed(employee);
    if (this.#id !== employee.employee_id) return;
    const text = words.employee;
    const fact = (/** @type {string} */ name, /** @type {Node | string} */ value) =>
      h('div', {}, h('dt', {}, name), h('dd', {}, value));
    const { last_signed_in_at: at, passcode } = employee;
    fill(
      this.#facts,
      h(
        'dl',
        { class: 'facts' },
        fact(text.name, h('span', { dir: 'auto' }, employee.name)),
        fact(text.address, h('span', { class: 'address' }, employee.email)),
        fact(text.role, role(employee)),
        fact(text.state, employee.status === 'active' ? text.active : text.disabled),
        fact(text.twoFactor, twoFactor(employee)),
        fact(text.lastSignIn, at ? utcDay(at) : text.never),
        ...passcodeFacts(passcode).map(([name, value]) => fact(name, value)),
      ),
      h('p', { class: 'hint state-text' }, passcode && words.statusText[passcode.status]),
      h('p', { class: 'actions' }, h('a', { href: hashOf('audit', { employee_id: employee.employee_id }) }, text.trail)),
    );
    this.#issue.offerRevocation(passcode !== null && REVOCABLE.includes(passcode.status));
  }
}

/**
 * The same number of lines for somebody without a passcode, so that nothing moves when one is sent.
 *
 * @param {api.Passcode | null} passcode
 * @returns {[string, Node | string][]}
 */
function passcodeFacts(passcode) {
  const text = words.employee;
  const by = passcode?.issued_by;
  return [
    [text.passcode, passcode ? badge(passcode.status) : text.none],
    [text.sentTo, h('span', { class: 'address' }, passcode?.sent_to ?? '–')],
    [text.until, passcode ? dateAndTime(passcode.expires_at) : '–'],
    [text.issuedBy, h('span', { dir: 'auto' }, by === 'operator' ? text.operator : by?.name ?? '–')],
  ];
}
