/** One opening of the dialog for several people: who can get a passcode, what has come of each, and what is not sent yet. */

import { waitingText } from '../../approval.js';
import { now } from '../../clock.js';
import { timeOf, words } from '../../language.js';
import { explainReason } from '../../problems.js';

/** How many are sent in one request. Less than the API's 25, so that the progress bar moves. */
const BATCH = 5;

/** The span of an admin's limit, in milliseconds. */
const HOUR = 3_600_000;

/** Problems for which a retry may succeed. */
const PASSING = ['email_not_sent', 'temporarily_unavailable', 'request_in_progress', 'too_many_requests'];

/**
 * @typedef {import('../../api.js').Employee} Employee
 * @typedef {import('../../api.js').IssueResult} IssueResult
 * @typedef {import('../../api.js').Issuing} Issuing
 * @typedef {{ people: Employee[], isUncertain: boolean }} Batch  Uncertain: it may have been sent, but no answer came.
 * @typedef {Map<string, string | undefined>} Uncertain  The people of uncertain batches of earlier rounds, each with the id of the passcode
 *   before. If a person has another one now, it is known that it was sent.
 * @typedef {{ state: 'waiting' | 'sent' | 'approval' | 'refused' | 'again', text: string }} Outcome  `approval`: waits for a second
 *   Security Admin. `again`: may be tried again.
 */

/** At the end those who got none are first. @type {Record<Outcome['state'], number>} */
const RANK = { refused: 0, again: 1, approval: 2, waiting: 3, sent: 4 };

export class Round {
  /** By employee. @type {Map<string, Outcome>} */
  #outcomes;

  /** The reason of every batch, also for a retry. @type {string | undefined} */
  reason;

  /**
   * @param {Employee[]} people  Those who can get one.
   * @param {Uncertain} [uncertain]
   */
  constructor(people, uncertain = new Map()) {
    this.people = people;
    this.#outcomes = new Map(people.map(({ employee_id: id }) => [id, { state: 'waiting', text: words.bulk.waiting }]));
    /** The batches that are not sent yet. */
    this.waiting = batches(people, uncertain);
  }

  /** @param {Employee} employee @returns {Outcome} */
  outcomeOf({ employee_id: id }) {
    return this.#outcomes.get(id) ?? { state: 'waiting', text: '' };
  }

  /** @param {Outcome['state']} state */
  #having(state) {
    return this.people.filter((employee) => this.outcomeOf(employee).state === state);
  }

  /** @param {Outcome['state']} state */
  count(state) {
    return this.#having(state).length;
  }

  /** The ids of those who got a passcode. */
  sent() {
    return this.#having('sent').map(({ employee_id: id }) => id);
  }

  /** @param {Employee} employee @param {IssueResult} result */
  take({ employee_id: id }, { passcode, approval, problem }) {
    if (passcode) {
      this.#outcomes.set(id, { state: 'sent', text: words.employee.sent(passcode.sent_to, timeOf(passcode.expires_at)) });
    } else if (approval) {
      this.#outcomes.set(id, { state: 'approval', text: waitingText({ approval }) });
    } else {
      this.#outcomes.set(id, { state: PASSING.includes(problem?.code ?? '') ? 'again' : 'refused', text: explainReason(problem) });
    }
  }

  /** Takes those away whom the limit would refuse: they can be tried later. @param {Issuing} issuing */
  postpone(issuing) {
    let left = issuing.left;
    for (const batch of this.waiting) {
      // It is not known yet how many of these were sent.
      const count = batch.isUncertain ? batch.people.length : Math.min(left, batch.people.length);
      for (const { employee_id: id } of batch.people.splice(count)) {
        this.#outcomes.set(id, { state: 'again', text: words.employee.limit(timeOf(moreAt(issuing))) });
      }
      left = Math.max(0, left - count);
    }
  }

  /** Remembers whose mails may have been sent without an answer. @param {Uncertain} uncertain */
  remember(uncertain) {
    for (const { people, isUncertain } of this.waiting) {
      if (isUncertain) for (const { employee_id: id, passcode } of people) uncertain.set(id, passcode?.passcode_id);
    }
  }

  /** Those who may be tried again wait to be sent. */
  retry() {
    this.waiting = batches(this.#having('again'), new Map());
  }

  /** Puts those first who got none. */
  sort() {
    const rank = (/** @type {Employee} */ employee) => RANK[this.outcomeOf(employee).state];
    this.people = this.people.toSorted((one, other) => rank(one) - rank(other));
  }
}

/** When more can be sent. If none was sent in the last hour, the first one counts from now. @param {Issuing} issuing */
export const moreAt = ({ more_at: at }) => at ?? now() + HOUR;

/** @param {Employee[]} people @param {Uncertain} uncertain @returns {Batch[]} */
function batches(people, uncertain) {
  const isUncertain = (/** @type {Employee} */ { employee_id: id, passcode }) => uncertain.has(id) && uncertain.get(id) === passcode?.passcode_id;
  const count = Math.ceil(people.length / BATCH);
  return Array.from({ length: count }, (_, index) => {
    const batch = people.slice(index * BATCH, (index + 1) * BATCH);
    return { people: batch, isUncertain: batch.some(isUncertain) };
  });
}
