/**
 * Email TOTP to several: a few at a time, with a progress bar and a result for each person. Who cannot get one is left out
 * before, and so is who exceeds what the admin can send in this hour.
 */

import * as api from '../../api.js';
import { dialog } from '../../dialog.js';
import { fill, h } from '../../dom.js';
import { actionButton, announcement, field } from '../../form.js';
import { number, timeOf, words } from '../../language.js';
import { explain, isUncertain } from '../../problems.js';
import { session } from '../../session.js';
import { leftOut } from './left-out.js';
import { obstacleOf } from './reach.js';
import { Round, moreAt } from './round.js';
import { REVOCABLE } from './status.js';

/** @typedef {api.Employee} Employee */

export class BulkDialog {
  /** Answers to an earlier round may still come in a later one. */
  #round = new Round([]);

  /** Whose mails of earlier rounds may have been sent without an answer. @type {import('./round.js').Uncertain} */
  #uncertain = new Map();

  /** Everybody for whom it was opened. @type {Employee[]} */
  #selected = [];

  /** How many the admin can send now; null if that is not known. @type {Promise<api.Issuing | null>} */
  #issuing = Promise.resolve(null);

  #isStopped = false;

  #typed = field({ label: words.employee.reason, maxlength: '500', isOptional: true, autocapitalize: 'sentences', spellcheck: 'true' });

  #ask = h('p');

  #limit = announcement('status');

  #leftOut = h('div', { class: 'left-out' });

  // It scrolls, so it must be reachable by keyboard.
  #list = h('ul', { class: 'results', tabindex: '0', 'aria-label': words.bulk.title });

  #bar = h('progress', { 'aria-label': words.bulk.title, value: '0', max: '1' });

  #progress = h('span', { class: 'hint' });

  #send = actionButton('', { class: 'primary' });

  #stop = actionButton(words.bulk.stop, { hidden: true });

  #said = announcement('status');

  #refused = announcement();

  #changed;

  #closed;

  #signal;

  /**
   * @param {{ signal: AbortSignal, changed: (employee: Employee) => void, closed: (sent: string[]) => void }} options  `closed` gets the
   *   ids of the employees who got a passcode, and again if a result comes after the closing.
   */
  constructor({ signal, changed, closed }) {
    this.#signal = signal;
    this.#changed = changed;
    this.#closed = closed;
    const { element, body, foot } = dialog({
      title: words.bulk.title,
      closed: () => {
        this.#isStopped = true;
        this.#round.remember(this.#uncertain);
        closed(this.#round.sent());
      },
    });
    this.#send.addEventListener('click', () => void this.#run());
    this.#stop.addEventListener('click', () => (this.#isStopped = true));
    const progress = h('p', { class: 'progress' }, this.#bar, this.#progress);
    const actions = h('p', { class: 'actions' }, this.#send, this.#stop);
    element.classList.add('several');
    body.append(this.#ask, this.#limit, this.#leftOut, this.#typed.element, this.#list);
    foot.append(h('div', {}, progress, this.#said, this.#refused, actions));
    this.element = element;
  }

  /** @param {Employee[]} selected */
  open(selected) {
    this.#typed.input.value = '';
    this.#begin(selected);
    this.element.showModal();
  }

  /** @param {Employee[]} selected */
  #begin(selected) {
    const people = selected.filter((employee) => !obstacleOf(employee));
    this.#selected = selected;
    this.#round = new Round(people, this.#uncertain);
    this.#typed.input.readOnly = false;
    this.#ask.textContent = people.length > 0 ? words.bulk.ask(number(people.length)) : words.bulk.nobody;
    fill(this.#leftOut, ...leftOut(selected));
    for (const message of [this.#limit, this.#said, this.#refused]) message.say();
    this.#offer(words.bulk.send(number(people.length)));
    this.#send.hidden = people.length === 0;
    this.#stop.hidden = true;
    this.#show();
    void this.#askLimit();
  }

  /** Asks how many can be sent, and tells it if they are too few. */
  async #askLimit() {
    const round = this.#round;
    const asked = api.getSession(this.#signal).then(({ issuing }) => issuing, () => null);
    this.#issuing = asked;
    const issuing = await asked;
    // It was asked for anew meanwhile.
    if (asked !== this.#issuing || !issuing || issuing.left >= round.count('waiting') + round.count('again')) return;
    this.#limit.say(words.bulk.limit(number(issuing.left), number(issuing.limit), timeOf(moreAt(issuing))));
  }

  async #run() {
    if (this.#send.isBusy()) return;
    this.#send.setBusy(true);
    this.#stop.hidden = false;
    this.#isStopped = false;
    this.#said.say();
    this.#refused.say();
    this.#typed.input.readOnly = true;
    const round = this.#round;
    round.reason ??= this.#typed.input.value.trim();
    // The dialog may be closed before the answer, and opened again.
    const isOpen = () => this.element.open && round === this.#round;
    try {
      const issuing = await this.#issuing;
      if (issuing) round.postpone(issuing);
      while (round.waiting[0] && !this.#isStopped) {
        await this.#sendBatch(round.waiting[0], round);
        round.waiting.shift();
        if (isOpen()) this.#show();
      }
    } catch (error) {
      if (isOpen()) {
        this.#refused.say(explain(error));
      } else {
        round.remember(this.#uncertain);
        if (this.element.open) this.#begin(this.#selected);
      }
    }
    this.#send.setBusy(false);
    if (!isOpen()) return this.#leaveOut(round.sent());
    if (document.activeElement === this.#stop) this.#send.focus();
    this.#stop.hidden = true;
    this.#finish();
  }

  /** These people got one after the dialog was closed. If it is open again for them, they are left out. @param {string[]} sent */
  #leaveOut(sent) {
    this.#closed(sent);
    const isSent = (/** @type {Employee} */ { employee_id: id }) => sent.includes(id);
    const { people } = this.#round;
    if (!this.element.open || !people.some(isSent)) return;
    if (people.every(isSent)) this.element.close();
    else this.#begin(this.#selected.filter((employee) => !isSent(employee)));
  }

  /** @param {import('./round.js').Batch} batch @param {Round} round */
  async #sendBatch(batch, round) {
    const people = batch.isUncertain ? await this.#notYetSent(batch, round) : batch.people;
    if (people.length === 0) return;
    try {
      const { results } = await api.issuePasscodes(people.map(({ employee_id: id }) => id), round.reason || undefined);
      for (const [index, result] of results.entries()) this.#take(people[index], result, round);
    } catch (error) {
      batch.isUncertain ||= isUncertain(error);
      throw error;
    }
  }

  /**
   * The employees who still need one: the others have a new passcode from this admin.
   *
   * @param {import('./round.js').Batch} batch
   * @param {Round} round
   */
  async #notYetSent({ people }, round) {
    const me = session()?.employee.employee_id;
    const now = await Promise.all(people.map(({ employee_id: id }) => api.getEmployee(id, this.#signal)));
    return people.filter((before, index) => {
      const passcode = now[index]?.passcode;
      const isMine = passcode && passcode.issued_by !== 'operator' && passcode.issued_by.employee_id === me;
      const isNew = isMine && passcode.passcode_id !== before.passcode?.passcode_id;
      // A failed mail must be sent again.
      if (!isNew || !REVOCABLE.includes(passcode.status)) return true;
      this.#take(before, { employee_id: before.employee_id, passcode }, round);
      return false;
    });
  }

  /** @param {Employee | undefined} employee @param {api.IssueResult} result @param {Round} round */
  #take(employee, result, round) {
    if (!employee) return;
    round.take(employee, result);
    if (result.passcode) this.#changed({ ...employee, passcode: result.passcode });
  }

  /** Shows the results, and offers a retry of the rest. */
  #finish() {
    if (this.#signal.aborted) return;
    const round = this.#round;
    const sent = round.count('sent');
    const isDone = round.waiting.length === 0;
    if (isDone) {
      const approval = round.count('approval');
      const done = words.bulk.done(number(sent), number(round.people.length - sent - approval));
      this.#said.say(approval > 0 ? `${done} ${words.bulk.approval(number(approval))}` : done);
      round.retry();
    }
    this.#send.hidden = round.waiting.length === 0;
    if (!this.#send.hidden) this.#offer(isDone ? words.bulk.retry : words.bulk.send(number(round.count('waiting'))));
    round.sort();
    this.#show();
    this.#limit.say();
    void this.#askLimit();
  }

  /** @param {string} label */
  #offer(label) {
    this.#send.hidden = false;
    fill(this.#send, h('span', {}, label));
  }

  #show() {
    const { people } = this.#round;
    const done = people.length - this.#round.count('waiting');
    this.#bar.max = people.length;
    this.#bar.value = done;
    this.#progress.textContent = words.bulk.progress(number(done), number(people.length));
    const rows = people.map((employee) => {
      const { state, text } = this.#round.outcomeOf(employee);
      return h('li', { class: state }, h('strong', { dir: 'auto' }, employee.name), ' ', h('span', {}, text));
    });
    fill(this.#list, ...rows);
  }
}
