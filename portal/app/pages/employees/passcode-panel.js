/** A person's newest passcode: whom it was sent to, how long it still works, and how far its mail is. */

import { now } from '../../clock.js';
import { fill, h } from '../../dom.js';
import { announcement } from '../../form.js';
import { timeOf, words } from '../../language.js';
import { badge, isLive } from './status.js';

/** @typedef {import('../../api.js').Passcode} Passcode */

export class PasscodePanel {
  /** @type {Passcode | null} */
  #passcode = null;

  /** The passcode that was sent from this dialog. */
  #sent = '';

  /** What is known of the mail beside the passcode's status: the text and the status that it goes with. @type {{ status: string, text: string } | null} */
  #news = null;

  #sentence = announcement('status');

  #badge = h('span');

  #state = announcement('status');

  #left = h('span', { role: 'timer', class: 'figures' });

  #facts = h('dl', { class: 'facts' });

  element = h(
    'section',
    { class: 'passcode', 'aria-label': words.employee.passcode, hidden: true },
    this.#sentence,
    h('div', { class: 'delivery' }, this.#badge, this.#state),
    this.#facts,
  );

  /** The countdown. @type {ReturnType<typeof setInterval> | undefined} */
  #timer;

  /** @param {AbortSignal} signal  Ends the countdown. */
  constructor(signal) {
    signal.addEventListener('abort', () => clearInterval(this.#timer));
  }

  /** Marks the passcode that was just sent. @param {string} id */
  mark(id) {
    this.#sent = id;
  }

  /** Says more about the mail than the passcode's status does. @param {Passcode} passcode @param {string} text */
  tell({ status }, text) {
    this.#news = { status, text };
    this.#say();
  }

  /** @param {Passcode | null} passcode */
  show(passcode) {
    const { employee } = words;
    if (passcode?.passcode_id !== this.#passcode?.passcode_id) this.#news = null;
    this.#passcode = passcode;
    this.element.hidden = passcode === null;
    clearInterval(this.#timer);
    if (!passcode) return;
    const isUsable = isLive(passcode);
    if (isUsable) this.#timer = setInterval(() => this.#count(), 1_000);
    this.#sentence.classList.toggle('good', isUsable && passcode.passcode_id === this.#sent);
    say(this.#sentence, isUsable ? employee.sent(passcode.sent_to, timeOf(passcode.expires_at)) : '');
    fill(this.#badge, badge(passcode.status));
    this.#say();
    const by = passcode.issued_by;
    fill(
      this.#facts,
      isUsable ? fact(employee.left, this.#left) : fact(employee.sentTo, h('span', { class: 'address' }, passcode.sent_to)),
      fact(employee.issuedBy, h('span', { dir: 'auto' }, by === 'operator' ? employee.operator : by.name)),
    );
    this.#count();
  }

  #say() {
    const passcode = this.#passcode;
    if (!passcode) return;
    const isNews = this.#news?.status === passcode.status;
    say(this.#state, (isNews && this.#news?.text) || (words.statusText[passcode.status] ?? ''));
  }

  #count() {
    if (this.#passcode) this.#left.textContent = countdown(new Date(this.#passcode.expires_at).getTime() - now());
  }
}

/** A live region speaks only if its text changes. @param {ReturnType<typeof announcement>} region @param {string} text */
function say(region, text) {
  if (region.textContent !== text) region.say(text);
}

/** @param {string} name @param {Node} value */
const fact = (name, value) => h('div', {}, h('dt', {}, name), h('dd', {}, value));

/** For example `59:43`, or `23:59:43`. @param {number} milliseconds */
function countdown(milliseconds) {
  const seconds = Math.ceil(Math.max(0, milliseconds) / 1_000);
  const two = (/** @type {number} */ value) => String(value).padStart(2, '0');
  const [hours, minutes] = [Math.floor(seconds / 3_600), Math.floor(seconds / 60) % 60];
  const short = `${hours > 0 ? two(minutes) : minutes}:${two(seconds % 60)}`;
  return hours > 0 ? `${hours}:${short}` : short;
}
