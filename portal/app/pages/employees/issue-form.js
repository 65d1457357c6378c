/**
 * Email TOTP: one click sends one mail. Before it replaces a passcode that still works, the form asks. It shows before the
 * click why the API would refuse. It also revokes a passcode.
 */

import * as api from '../../api.js';
import { isWaiting, waitingText } from '../../approval.js';
import { now } from '../../clock.js';
import { fill, h, newId } from '../../dom.js';
import { actionButton, announcement, field, patiently } from '../../form.js';
import { duration, timeOf, words } from '../../language.js';
import { explain, isGivenUp, isUncertain } from '../../problems.js';
import { PATIENCE, follow } from './delivery.js';
import { limitOf, obstacleOf, refusalOf } from './reach.js';
import { REVOCABLE, UNSETTLED, isLive } from './status.js';

/** The lifetimes to choose from, in minutes; the default is an hour. */
const LIFETIMES = [10, 30, 60, 240, 1440];

/** @typedef {import('../../api.js').Employee} Employee */

export class IssueForm {
  #id = '';

  /** @type {Employee | null} */
  #employee = null;

  /** Whether the form asks if a passcode that still works is to be replaced. */
  #isAsking = false;

  #isBusy = false;

  /** By employee: if the result of a click is not known, the retry uses the same key. @type {Map<string, { key: string, wish: string }>} */
  #uncertain = new Map();

  #following = new AbortController();

  /** The id of the passcode whose mail is followed, or was. */
  #followed = '';

  /** Until the limit is over. @type {ReturnType<typeof setTimeout> | undefined} */
  #waiting;

  #reason = field({ label: words.employee.reason, maxlength: '500', isOptional: true, autocapitalize: 'sentences', spellcheck: 'true' });

  #lifetime = h('select', { id: newId() }, LIFETIMES.map((minutes) =>
    h('option', { value: minutes, selected: minutes === 60 }, duration(minutes * 60))));

  #stolen = h('input', { type: 'checkbox', id: newId() });

  #explanation = h('p', { class: 'hint' }, words.employee.explain);

  #question = h('p', { id: newId(), class: 'question' });

  #refusal = h('p', { id: newId(), class: 'refusal' });

  #send = actionButton(words.employee.email, { class: 'primary' });

  #revoke = actionButton(words.employee.revoke);

  #keep = h('button', { type: 'button' }, words.signIn.cancel);

  #replace = actionButton(words.employee.replace, { class: 'primary' });

  #progress = announcement('status');

  #refused = announcement();

  #panel;

  #signal;

  #changed;

  /** The fields, for the dialog's body. */
  fields = h(
    'section',
    { class: 'issue', 'aria-label': words.employee.email },
    this.#reason.element,
    h('div', { class: 'field lifetime' }, h('label', { for: this.#lifetime.id }, words.employee.lifetime), this.#lifetime),
    h('p', { class: 'check' }, this.#stolen, h('label', { for: this.#stolen.id }, words.employee.stolen)),
    this.#explanation,
  );

  /** The buttons, for the dialog's foot. */
  actions = h(
    'div',
    { role: 'group', 'aria-label': words.employee.email },
    this.#question,
    this.#refusal,
    this.#progress,
    this.#refused,
    h('p', { class: 'actions' }, this.#send, this.#revoke, this.#keep, this.#replace),
  );

  /** @param {{ signal: AbortSignal, panel: import('./passcode-panel.js').PasscodePanel, changed: (employee: Employee) => void }} options */
  constructor({ signal, panel, changed }) {
    this.#signal = signal;
    this.#panel = panel;
    this.#changed = changed;
    this.#send.addEventListener('click', () => void (isLive(this.#employee?.passcode ?? null) ? this.#ask(true) : this.#issue()));
    this.#keep.addEventListener('click', () => this.#ask(false));
    this.#replace.addEventListener('click', () => void this.#issue());
    this.#revoke.addEventListener('click', () => void this.#revokeIt());
    this.#stolen.addEventListener('change', () => this.#explain());
    signal.addEventListener('abort', () => clearTimeout(this.#waiting));
  }

  /** Shows the form for another employee. @param {string} id */
  begin(id) {
    this.stopFollowing();
    clearTimeout(this.#waiting);
    this.#id = id;
    this.#employee = null;
    this.#isAsking = false;
    this.#clear();
    this.#silence();
    this.#show();
  }

  /** What is known of the employee now. @param {Employee} employee */
  show(employee) {
    if (employee.employee_id !== this.#id) return;
    this.#employee = employee;
    this.#show();
  }

  /** Follows a mail that was sent a moment ago, before the person was shown here. */
  resume() {
    const passcode = this.#employee?.passcode;
    const isUnderWay = passcode && UNSETTLED.includes(passcode.status) && now() - Date.parse(passcode.issued_at) < PATIENCE;
    if (isUnderWay) void this.#follow(passcode);
  }

  /** No longer asks about the person: somebody else is shown, or the person is erased. */
  stopFollowing() {
    this.#following.abort();
    this.#followed = '';
  }

  #show() {
    const employee = this.#employee;
    this.actions.hidden = employee === null;
    if (!employee) return void (this.fields.hidden = true);
    const { passcode } = employee;
    const mustAsk = isLive(passcode);
    this.#isAsking &&= mustAsk;
    this.fields.hidden = obstacleOf(employee) !== null || (mustAsk && !this.#isAsking);
    this.#question.hidden = !this.#isAsking;
    if (this.#isAsking && passcode) this.#question.textContent = words.employee.ask(timeOf(passcode.issued_at));
    // The element with the focus stays until the focus leaves it.
    const hide = (/** @type {HTMLElement} */ button, /** @type {boolean} */ isHidden) => {
      if (isHidden && document.activeElement === button) this.#send.focus();
      button.hidden = isHidden;
    };
    this.#send.hidden = this.#isAsking;
    fill(this.#send, h('span', {}, mustAsk ? words.employee.again : words.employee.email));
    this.#send.classList.toggle('primary', !mustAsk);
    hide(this.#revoke, this.#isAsking || !passcode || !REVOCABLE.includes(passcode.status));
    hide(this.#keep, !this.#isAsking);
    hide(this.#replace, !this.#isAsking);
    this.#refuse(employee);
  }

  /** Tells before the click what the API would refuse. @param {Employee} employee */
  #refuse(employee) {
    const refusal = refusalOf(employee);
    this.#refusal.textContent = refusal;
    for (const button of [this.#send, this.#replace]) {
      button.classList.toggle('refused', refusal !== '');
      if (refusal) button.setAttribute('aria-describedby', this.#refusal.id);
      else button.removeAttribute('aria-describedby');
      button.setBusy(this.#isBusy || refusal !== '');
    }
    clearTimeout(this.#waiting);
    const limit = limitOf(employee);
    if (limit && !this.#signal.aborted) this.#waiting = setTimeout(() => this.#show(), new Date(limit.retryAt).getTime() - now() + 1);
  }

  /** @param {boolean} isAsking */
  #ask(isAsking) {
    if (isAsking && this.#send.isBusy()) return;
    this.#isAsking = isAsking;
    this.#silence();
    this.#show();
    // A second click, or a held key, keeps the passcode.
    (isAsking ? this.#keep : this.#send).focus();
  }

  #clear() {
    this.#reason.input.value = '';
    this.#lifetime.value = '60';
    this.#stolen.checked = false;
    this.#explain();
  }

  #explain() {
    this.#explanation.textContent = this.#stolen.checked ? words.employee.explainSuspended : words.employee.explain;
    for (const button of [this.#send, this.#replace]) button.classList.toggle('danger', this.#stolen.checked);
  }

  #silence() {
    for (const message of [this.#progress, this.#refused]) message.say();
  }

  /** @param {boolean} isBusy */
  #setBusy(isBusy) {
    this.#isBusy = isBusy;
    this.#revoke.setBusy(isBusy);
    this.#show();
  }

  /** Calls `act` once however often it is clicked, and shows errors. @param {(id: string, employee: Employee) => Promise<void>} act */
  async #once(act) {
    const [id, employee] = [this.#id, this.#employee];
    if (this.#isBusy || !employee) return;
    this.#silence();
    this.#setBusy(true);
    try {
      await act(id, employee);
    } catch (error) {
      if (id === this.#id) this.#refused.say(explain(error));
    } finally {
      this.#setBusy(false);
    }
  }

  #issue() {
    if (this.#send.isBusy()) return;
    return this.#once(async (id, employee) => {
      const reason = this.#reason.input.value.trim();
      const wish = {
        lifetime_minutes: Number(this.#lifetime.value),
        ...(reason && { reason }),
        ...(this.#stolen.checked && { suspend: true }),
      };
      const text = JSON.stringify(wish);
      const key = this.#keyOf(id, text);
      this.#progress.say(words.employee.sending);
      try {
        const request = api.issuePasscode(id, wish, key);
        const answer = await patiently(request, () => void (id === this.#id && this.#progress.say(words.form.slow)));
        this.#uncertain.delete(id);
        if (id !== this.#id) return;
        this.#progress.say();
        this.#isAsking = false;
        this.#clear();
        if (isWaiting(answer)) return this.#progress.say(waitingText(answer));
        const { passcode } = answer;
        this.#panel.mark(passcode.passcode_id);
        this.#changed({ ...employee, passcode });
        void this.#follow(passcode);
      } catch (error) {
        if (id === this.#id) this.#progress.say();
        if (isUncertain(error)) this.#uncertain.set(id, { key, wish: text });
        // This request was not sent, so the result of the earlier click is still unknown.
        else if (!isGivenUp(error)) this.#uncertain.delete(id);
        throw error;
      }
    });
  }

  /** @param {string} id @param {string} wish */
  #keyOf(id, wish) {
    const before = this.#uncertain.get(id);
    // A person who asks for one more has seen that the earlier one was sent.
    return before?.wish === wish && !this.#isAsking ? before.key : crypto.randomUUID();
  }

  #revokeIt() {
    return this.#once(async (id) => {
      this.#following.abort();
      await api.revokePasscode(id);
      this.#changed(await api.getEmployee(id, this.#signal));
    });
  }

  /** Shows the delivery of the mail. @param {api.Passcode} passcode */
  async #follow(passcode) {
    if (this.#followed === passcode.passcode_id) return;
    this.#followed = passcode.passcode_id;
    this.#following.abort();
    this.#following = new AbortController();
    const signal = AbortSignal.any([this.#signal, this.#following.signal]);
    await follow({ id: this.#id, passcode, signal, changed: this.#changed, tell: (now, text) => this.#panel.tell(now, text) });
  }
}
