/** Whether and how a person can sign in: factors, sessions, and the status of the account. */

import * as api from '../../api.js';
import { isWaiting, waitingText } from '../../approval.js';
import { fill, h, newId } from '../../dom.js';
import { actionButton, announcement, patiently } from '../../form.js';
import { utcDay, words } from '../../language.js';
import { explain, isProblem } from '../../problems.js';

/** @typedef {import('../../api.js').Person} Person */

export class Access {
  /** @type {Person} */
  #person;

  #isOwn;

  #changed;

  #meet;

  #facts = h('dl', { class: 'facts' });

  #end = actionButton(words.person.endSessions);

  #switch = actionButton('');

  #explanation = h('p', { class: 'hint' });

  #said = announcement('status');

  #refused = announcement();

  /**
   * @param {{ person: Person, isOwn: boolean, changed: (person: Person | null) => void, meet: (person: Person) => void }} options  `changed`
   *   gets the person after a change, or null if only sessions ended; `meet` gets a person whom somebody else has changed.
   */
  constructor({ person, isOwn, changed, meet }) {
    this.#person = person;
    this.#isOwn = isOwn;
    this.#changed = changed;
    this.#meet = meet;
    this.#end.addEventListener('click', () => void this.#once(this.#end, () => this.#endSessions()));
    this.#switch.addEventListener('click', () => void this.#once(this.#switch, () => this.#switchStatus()));
    const own = h('p', { id: newId(), class: 'refusal' }, isOwn && words.problems.own_account);
    if (isOwn) {
      for (const button of [this.#end, this.#switch]) {
        button.classList.add('refused');
        button.setBusy(true);
        button.setAttribute('aria-describedby', own.id);
      }
    }
    this.element = h(
      'section',
      { class: 'card access' },
      h('h2', {}, words.person.access),
      this.#facts,
      own,
      h('div', { class: 'act' }, this.#end, h('p', { class: 'hint' }, words.person.explainSessions)),
      h('div', { class: 'act' }, this.#switch, this.#explanation),
      this.#said,
      this.#refused,
    );
    this.show(person);
  }

  /** @param {Person} person */
  show(person) {
    this.#person = person;
    const { employee } = words;
    const { last_signed_in_at: at, factors } = person;
    const isActive = person.status === 'active';
    const names = factors.map((factor) => words.audit.values[factor] ?? factor);
    fill(
      this.#facts,
      fact(words.person.factors, names.join(', ') || employee.notEnrolled),
      fact(employee.lastSignIn, at ? utcDay(at) : employee.never),
      fact(employee.state, isActive ? employee.active : employee.disabled),
    );
    fill(this.#switch, h('span', {}, isActive ? words.person.disable : words.person.enable));
    this.#explanation.textContent = isActive ? words.person.explainDisable : words.person.explainEnable;
  }

  async #endSessions() {
    await api.endSessionsOf(this.#person.employee_id);
    this.#say(words.person.sessionsEnded);
    this.#changed(null);
  }

  async #switchStatus() {
    const before = this.#person;
    const status = before.status === 'active' ? 'disabled' : 'active';
    try {
      const answer = await api.changeEmployee(before, { status });
      if (isWaiting(answer)) return this.#say(waitingText(answer), 'wait');
      this.#say(status === 'active' ? words.person.enabled : words.person.disabled);
      this.#changed(answer);
    } catch (error) {
      if (isProblem(error, 'changed_meanwhile')) this.#meet(await api.getEmployee(before.employee_id));
      throw error;
    }
  }

  /** Does it once however often it is clicked, and tells why it failed. @param {ReturnType<typeof actionButton>} button @param {() => Promise<void>} act */
  async #once(button, act) {
    if (this.#isOwn || button.isBusy()) return;
    this.#say('');
    this.#refused.say();
    button.setBusy(true);
    try {
      await patiently(act(), () => this.#say(words.form.slow, ''));
    } catch (error) {
      this.#say('');
      this.#refused.say(explain(error));
    } finally {
      button.setBusy(false);
    }
  }

  /** @param {string} text @param {'' | 'good' | 'wait'} [tone] */
  #say(text, tone = 'good') {
    this.#said.className = `message ${tone}`;
    this.#said.say(...(text ? [text] : []));
  }
}

/** @param {string} name @param {string} value */
const fact = (name, value) => h('div', {}, h('dt', {}, name), h('dd', {}, value));
