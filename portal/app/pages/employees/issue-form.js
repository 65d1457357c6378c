/** Email TOTP: one click sends one mail, and the form shows its delivery. It also revokes a passcode. */

import * as api from '../../api.js';
import { h, newId } from '../../dom.js';
import { actionButton, announcement, field, patiently } from '../../form.js';
import { duration, timeOf, words } from '../../language.js';
import { explain, isGivenUp, isUncertain } from '../../problems.js';
import { UNSETTLED } from './status.js';

/** The interval and the duration of asking for the delivery, in milliseconds. It ends, because the mail service may never report. */
const [INTERVAL, PATIENCE] = [2_000, 60_000];

/** The lifetimes to choose from, in minutes; the default is an hour. */
const LIFETIMES = [10, 30, 60, 240, 1440];

/** @typedef {import('../../api.js').Employee} Employee */

export class IssueForm {
  #id = '';

  /** By employee: if the result of a click is not known, the retry uses the same key. @type {Map<string, { key: string, wish: string }>} */
  #uncertain = new Map();

  #following = new AbortController();

  #reason = field({ label: words.employee.reason, maxlength: '500', isOptional: true, autocapitalize: 'sentences', spellcheck: 'true' });

  #lifetime = h('select', { id: newId() }, LIFETIMES.map((minutes) =>
    h('option', { value: minutes, selected: minutes === 60 }, duration(minutes * 60))));

  #stolen = h('input', { type: 'checkbox', id: newId() });

  #explanation = h('p', { class: 'hint' }, words.employee.explain);

  #send = actionButton(words.employee.email, { class: 'primary' });

  #revoke = actionButton(words.employee.revoke, { hidden: true });

  #said = announcement('status');

  #delivery = announcement('status');

  #refused = announcement();

  #signal;

  #changed;

  /** @param {{ signal: AbortSignal, changed: (employee: Employee) => void }} options */
  constructor({ signal, changed }) {
    this.#signal = signal;
    this.#changed = changed;
    this.#send.addEventListener('click', () => void this.#issue());
    this.#revoke.addEventListener('click', () => void this.#takeBack());
    this.#stolen.addEventListener('change', () => this.#explain());
    this.#said.classList.add('good');
    this.element = h(
      'section',
      { class: 'issue', 'aria-label': words.employee.email },
      this.#reason.element,
      h('div', { class: 'field' }, h('label', { for: this.#lifetime.id }, words.employee.lifetime), this.#lifetime),
      h('p', { class: 'check' }, this.#stolen, h('label', { for: this.#stolen.id }, words.employee.stolen)),
      this.#explanation,
      h('p', { class: 'actions' }, this.#send, this.#revoke),
      this.#said,
      this.#delivery,
      this.#refused,
    );
  }

  /** Shows the form for another employee. @param {string} id */
  begin(id) {
    this.#following.abort();
    this.#id = id;
    this.#clear();
    this.#silence();
    this.offerRevocation(false);
  }

  /** @param {boolean} isOffered */
  offerRevocation(isOffered) {
    // The element with the focus stays until the focus leaves it.
    if (isOffered || document.activeElement !== this.#revoke) this.#revoke.hidden = !isOffered;
  }

  #clear() {
    this.#reason.input.value = '';
    this.#lifetime.value = '60';
    this.#stolen.checked = false;
    this.#explain();
  }

  #explain() {
    this.#explanation.textContent = this.#stolen.checked ? words.employee.explainSuspended : words.employee.explain;
    this.#send.classList.toggle('danger', this.#stolen.checked);
  }

  #silence() {
    for (const message of [this.#said, this.#delivery, this.#refused]) message.say();
  }

  /** Calls `act` once however often it is clicked, and shows errors. @param {(id: string) => Promise<void>} act */
  async #once(act) {
    if (this.#send.isBusy()) return;
    const id = this.#id;
    this.#silence();
    this.#send.setBusy(true);
    this.#revoke.setBusy(true);
    try {
      await act(id);
    } catch (error) {
      if (id !== this.#id) return;
      this.#refused.say(explain(error));
      this.#refused.scrollIntoView({ block: 'nearest' });
    } finally {
      this.#send.setBusy(false);
      this.#revoke.setBusy(false);
    }
  }

  #issue() {
    return this.#once(async (id) => {
      const reason = this.#reason.input.value.trim();
      const wish = {
        lifetime_minutes: Number(this.#lifetime.value),
        ...(reason && { reason }),
        ...(this.#stolen.checked && { suspend: true }),
      };
      const text = JSON.stringify(wish);
      const key = this.#keyOf(id, text);
      this.#delivery.say(words.employee.sending);
      try {
        const answer = api.issuePasscode(id, wish, key);
        const { passcode } = await patiently(answer, () => this.#delivery.say(words.form.slow));
        this.#uncertain.delete(id);
        if (id !== this.#id) return;
        this.#clear();
        this.#said.say(words.employee.sent(passcode.sent_to, timeOf(passcode.expires_at)));
        void this.#follow(id, passcode.passcode_id);
        this.#delivery.scrollIntoView({ block: 'nearest' });
      } catch (error) {
        if (isUncertain(error)) this.#uncertain.set(id, { key, wish: text });
        // This request was not sent, so the result of the earlier click is still unknown.
        else if (!isGivenUp(error)) this.#uncertain.delete(id);
        this.#delivery.say();
        throw error;
      }
    });
  }

  /** @param {string} id @param {string} wish */
  #keyOf(id, wish) {
    const before = this.#uncertain.get(id);
    return before?.wish === wish ? before.key : crypto.randomUUID();
  }

  #takeBack() {
    return this.#once(async (id) => {
      this.#following.abort();
      await api.revokePasscode(id);
      if (id === this.#id) this.#said.say(words.employee.revoked);
      this.#changed(await api.getEmployee(id, this.#signal));
    });
  }

  /** Shows the delivery of the mail until it is known, or until a minute has passed. @param {string} id @param {string} passcode */
  async #follow(id, passcode) {
    this.#following.abort();
    this.#following = new AbortController();
    const signal = AbortSignal.any([this.#signal, this.#following.signal]);
    const until = Date.now() + PATIENCE;
    this.#delivery.say(words.employee.delivering);
    try {
      for (;;) {
        const employee = await api.getEmployee(id, signal);
        this.#changed(employee);
        const status = employee.passcode?.status ?? 'superseded';
        // Somebody else has sent a newer one: the person's data above shows it.
        if (employee.passcode?.passcode_id !== passcode) return this.#delivery.say();
        if (!UNSETTLED.includes(status)) return this.#delivery.say(words.statusText[status]);
        if (Date.now() >= until) return this.#delivery.say(words.employee.deliveryUnknown);
        await api.pause(INTERVAL, signal);
      }
    } catch (error) {
      if (!isGivenUp(error)) this.#delivery.say(words.employee.deliveryUnknown);
    }
  }
}
