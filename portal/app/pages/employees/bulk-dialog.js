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
import { REVOCABLE } from './status.js';

/** How many are sent in one request. Less than the API's 25, so that the progress bar moves. */
const BATCH = 5;

/** Problems for which a retry may succeed. */
const PASSING = ['email_not_sent', 'temporarily_unavailable', 'request_in_progress', 'too_many_requests'];

/**
 * @typedef {api.Employee} Employee
 * @typedef {{ people: Employee[], isUncertain: boolean }} Batch  Uncertain: it may have been sent, but no answer came.
 * @typedef {{ state: 'waiting' | 'sent' | 'refused' | 'again', text: string }} Outcome  `again`: may be tried again.
 */

/** At the end those who got none are first. @type {Record<Outcome['state'], number>} */
const RANK = { refused: 0, again: 1, waiting: 2, sent: 3 };

export class BulkDialog {
  /** @type {Map<string, Outcome>} */
  #outcomes = new Map();

  /** Those who can get one. @type {Employee[]} */
  #people = [];

  /** How many the admin can send now; null if that is not known. @type {Promise<api.Issuing | null>} */
  #issuing = Promise.resolve(null);

  /** The batches that are not sent yet. @type {Batch[]} */
  #waiting = [];

  /** The reason of every batch, also for a retry. @type {string | undefined} */
  #reason;

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

  #signal;

  /** @param {{ signal: AbortSignal, changed: (employee: Employee) => void, closed: (sent: string[]) => void }} options  `closed` gets the ids of the employees who got a passcode. */
  constructor({ signal, changed, closed }) {
    this.#signal = signal;
    this.#changed = changed;
    const { element, body, foot } = dialog({
      title: words.bulk.title,
      closed: () => {
        this.#isStopped = true;
        closed([...this.#outcomes].filter(([, { state }]) => state === 'sent').map(([id]) => id));
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
    const people = selected.filter((employee) => !obstacleOf(employee));
    this.#people = people;
    this.#outcomes = new Map(people.map(({ employee_id: id }) => [id, { state: 'waiting', text: words.bulk.waiting }]));
    this.#waiting = batches(people);
    this.#reason = undefined;
    this.#typed.input.value = '';
    this.#typed.input.readOnly = false;
    this.#ask.textContent = people.length > 0 ? words.bulk.ask(number(people.length)) : words.bulk.nobody;
    fill(this.#leftOut, ...leftOut(selected));
    for (const message of [this.#limit, this.#said, this.#refused]) message.say();
    this.#offer(words.bulk.send(number(people.length)));
    this.#send.hidden = people.length === 0;
    this.#show();
    this.element.showModal();
    void this.#askLimit();
  }

  /** Asks how many can be sent, and tells it if they are too few. */
  async #askLimit() {
    const people = this.#people;
    this.#issuing = api.getSession(this.#signal).then(({ issuing }) => issuing, () => null);
    const issuing = await this.#issuing;
    const waiting = this.#count('waiting') + this.#count('again');
    if (people !== this.#people || !issuing?.more_at || issuing.left >= waiting) return;
    this.#limit.say(words.bulk.limit(number(issuing.left), number(issuing.limit), timeOf(issuing.more_at)));
  }

  async #run() {
    if (this.#send.isBusy()) return;
    this.#send.setBusy(true);
    this.#stop.hidden = false;
    this.#isStopped = false;
    this.#said.say();
    this.#refused.say();
    this.#reason ??= this.#typed.input.value.trim();
    this.#typed.input.readOnly = true;
    // The dialog may have been closed and opened for other people meanwhile.
    const waiting = this.#waiting;
    try {
      this.#postpone(waiting, await this.#issuing);
      while (waiting[0] && !this.#isStopped) {
        await this.#sendBatch(waiting[0]);
        waiting.shift();
        if (waiting === this.#waiting) this.#show();
      }
    } catch (error) {
      this.#refused.say(explain(error));
    }
    this.#send.setBusy(false);
    if (waiting !== this.#waiting) return;
    if (document.activeElement === this.#stop) this.#send.focus();
    this.#stop.hidden = true;
    this.#finish();
  }

  /** Takes those away whom the limit would refuse: they can be tried later. @param {Batch[]} waiting @param {api.Issuing | null} issuing */
  #postpone(waiting, issuing) {
    if (!issuing?.more_at) return;
    let left = issuing.left;
    for (const batch of waiting) {
      // It is not known yet how many of these were sent.
      const count = batch.isUncertain ? batch.people.length : Math.min(left, batch.people.length);
      for (const { employee_id: id } of batch.people.splice(count)) {
        this.#outcomes.set(id, { state: 'again', text: words.employee.limit(timeOf(issuing.more_at)) });
      }
      left = Math.max(0, left - count);
    }
  }

  /** @param {Batch} batch */
  async #sendBatch(batch) {
    const people = batch.isUncertain ? await this.#notYetSent(batch) : batch.people;
    if (people.length === 0) return;
    try {
      const { results } = await api.issuePasscodes(people.map(({ employee_id: id }) => id), this.#reason || undefined);
      for (const [index, result] of results.entries()) this.#take(people[index], result);
    } catch (error) {
      batch.isUncertain ||= isUncertain(error);
      throw error;
    }
  }

  /**
   * The employees who still need one: the others have a new passcode from this admin.
   *
   * @param {Batch} batch
   */
  async #notYetSent({ people }) {
    const me = session()?.employee.employee_id;
    const now = await Promise.all(people.map(({ employee_id: id }) => api.getEmployee(id, this.#signal)));
    return people.filter((before, index) => {
      const passcode = now[index]?.passcode;
      const isMine = passcode && passcode.issued_by !== 'operator' && passcode.issued_by.employee_id === me;
      const isNew = isMine && passcode.passcode_id !== before.passcode?.passcode_id;
      // A failed mail must be sent again.
      if (!isNew || !REVOCABLE.includes(passcode.status)) return true;
      this.#take(before, { employee_id: before.employee_id, passcode });
      return false;
    });
  }

  /** @param {Employee | undefined} employee @param {api.IssueResult} result */
  #take(employee, { passcode, problem }) {
    if (!employee) return;
    const id = employee.employee_id;
    if (passcode) {
      this.#outcomes.set(id, { state: 'sent', text: words.employee.sent(passcode.sent_to, timeOf(passcode.expires_at)) });
      this.#changed({ ...employee, passcode });
    } else {
      const code = problem?.code ?? '';
      this.#outcomes.set(id, { state: PASSING.includes(code) ? 'again' : 'refused', text: reasonOf(problem) });
    }
  }

  /** Shows the results, and offers a retry of the rest. */
  #finish() {
    if (this.#signal.aborted) return;
    const again = this.#people.filter(({ employee_id: id }) => this.#outcomes.get(id)?.state === 'again');
    const sent = this.#count('sent');
    const isDone = this.#waiting.length === 0;
    if (isDone) {
      this.#said.say(words.bulk.done(number(sent), number(this.#people.length - sent)));
      this.#waiting = batches(again);
    }
    this.#send.hidden = this.#waiting.length === 0;
    if (!this.#send.hidden) this.#offer(isDone ? words.bulk.retry : words.bulk.send(number(this.#count('waiting'))));
    this.#people = this.#people.toSorted((one, other) => this.#rank(one) - this.#rank(other));
    this.#show();
    this.#limit.say();
    void this.#askLimit();
  }

  /** @param {Employee} employee */
  #rank({ employee_id: id }) {
    return RANK[this.#outcomes.get(id)?.state ?? 'waiting'];
  }

  /** @param {string} label */
  #offer(label) {
    this.#send.hidden = false;
    fill(this.#send, h('span', {}, label));
  }

  /** @param {Outcome['state']} state */
  #count(state) {
    return [...this.#outcomes.values()].filter((outcome) => outcome.state === state).length;
  }

  #show() {
    const done = this.#people.length - this.#count('waiting');
    this.#bar.max = this.#people.length;
    this.#bar.value = done;
    this.#progress.textContent = words.bulk.progress(number(done), number(this.#people.length));
    const rows = this.#people.map(({ employee_id: id, name }) => {
      const { state, text } = this.#outcomes.get(id) ?? { state: 'waiting', text: '' };
      return h('li', { class: state }, h('strong', { dir: 'auto' }, name), ' ', h('span', {}, text));
    });
    fill(this.#list, ...rows);
  }
}

/** @param {Employee[]} people @returns {Batch[]} */
function batches(people) {
  const count = Math.ceil(people.length / BATCH);
  return Array.from({ length: count }, (_, index) => ({
    people: people.slice(index * BATCH, (index + 1) * BATCH),
    isUncertain: false,
  }));
}

/** @param {api.Reason | undefined} problem */
function reasonOf(problem) {
  if (problem?.retry_at) return words.employee.limit(timeOf(problem.retry_at));
  if (problem?.code === 'too_many_requests') return words.problems.too_many_soon;
  const known = /** @type {Record<string, unknown>} */ (words.problems)[problem?.code ?? ''];
  return typeof known === 'string' ? known : problem?.detail ?? words.problems.fault;
}
