/** The clock in the dock. With `--clock-control` buttons move it. */

import { call } from '../accounts.js';
import { h } from '/_local/dom.js';

/** Seconds, and the button's label. @type {[number, string][]} */
const STEPS = [[60, '+1 min'], [3_600, '+1 h'], [86_400, '+1 day']];

const TIME = new Intl.DateTimeFormat('en-GB', { timeStyle: 'medium', timeZone: 'UTC' });
const DAY = new Intl.DateTimeFormat('en-GB', { dateStyle: 'medium', timeZone: 'UTC' });

export class ClockPart {
  /** How often the clock is compared, in milliseconds. In between this browser counts. */
  interval = 5_000;

  /** How far the stack's clock is ahead of this page's, in milliseconds. @type {number | null} */
  #ahead = null;

  #time = h('span', {});

  #moment = h('p', {}, 'Unknown');

  #buttons = h(
    'div',
    { class: 'actions', role: 'group', 'aria-label': 'Move the clock', hidden: true },
    STEPS.map(([seconds, label]) => h('button', { type: 'button', onclick: () => void this.#advance(seconds) }, label)),
  );

  #fixed = h('p', { class: 'hint' }, 'cargo run -- --clock-control lets you move it.');

  #said = h('p', { class: 'hint', role: 'status' });

  summary = h('p', { class: 'dock-clock' }, this.#time);

  section = h('section', { 'aria-labelledby': 'dock-clock' }, h('h2', { id: 'dock-clock' }, 'Clock'), this.#moment, this.#buttons, this.#fixed, this.#said);

  constructor() {
    setInterval(() => this.#tick(), 500);
  }

  async refresh() {
    try {
      const { now, movable } = await call('GET', '/_local/clock');
      this.#ahead = Date.parse(now) - performance.now();
      this.#buttons.hidden = !movable;
      this.#fixed.hidden = movable;
    } catch {
      this.#ahead = null;
    }
    this.#tick();
  }

  #tick() {
    if (this.#ahead === null) return;
    const now = this.#ahead + performance.now();
    this.#time.textContent = `${TIME.format(now)} UTC`;
    this.#moment.textContent = `${DAY.format(now)}, ${TIME.format(now)} UTC`;
  }

  /** @param {number} seconds */
  async #advance(seconds) {
    try {
      await call('POST', '/_local/clock', { advance_seconds: seconds });
      await this.refresh();
      this.#said.textContent = `It is ${this.#time.textContent} now.`;
    } catch {
      this.#said.textContent = 'The clock did not move: the local stack does not answer.';
    }
  }
}
