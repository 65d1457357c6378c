/** The authenticator in the dock: the digits of the newest account in the bar, those of all accounts in the panel. */

import { accounts, enrolledAdmin, grouped, kept, read } from '../accounts.js';
import { copyButton } from './copy.js';
import { fill, h } from '/_local/dom.js';

/** @typedef {import('../accounts.js').Reading} Reading */

export class DigitsPart {
  /** The clock may be moved, so the digits are asked for before they end. In milliseconds. */
  interval = 2_000;

  /** @type {import('../accounts.js').Admin | null | undefined} */
  #admin;

  /** By address. @type {Map<string, Account>} */
  #accounts = new Map();

  #said = h('span', { role: 'status', class: 'visually-hidden' });

  #who = h('span', { class: 'dock-text' });

  #digits = h('code', {}, '––– –––');

  /** The digits of an account that was just added. @type {Promise<void>} */
  #coming = Promise.resolve();

  #copy = copyButton('Copy digits', () => this.#coming.then(() => this.#newest()?.digits ?? null), this.#said, () => this.#goToField());

  #list = h('ul', { class: 'dock-accounts' });

  #none = h('p', { class: 'hint' }, 'No account yet. “Open in an authenticator on this device” adds one.');

  summary = h('p', { class: 'dock-digits', hidden: true }, this.#who, this.#digits, this.#copy, this.#said);

  section = h(
    'section',
    { 'aria-labelledby': 'dock-digits' },
    h('h2', { id: 'dock-digits' }, 'Authenticator'),
    this.#none,
    this.#list,
    h('p', { class: 'hint' }, 'Each code works once. The next one works at once, without waiting.'),
  );

  constructor() {
    accounts.addEventListener('changed', () => (this.#coming = this.refresh()));
  }

  /** The digits of the account that was added last. @returns {Reading | null} */
  #newest() {
    return this.#accounts.values().next().value?.reading ?? null;
  }

  async refresh() {
    try {
      this.#admin ??= await enrolledAdmin();
      const addresses = this.#addresses();
      const readings = await read(addresses);
      // If an account was added or removed meanwhile, a later question asks for those of now.
      if (addresses.join() === this.#addresses().join()) this.#show(addresses, readings);
    } catch {
      // A stack that was started again has another Security Admin.
      this.#admin = undefined;
    }
  }

  /** The account that was added last is first. */
  #addresses() {
    return [...kept().map((one) => one.address), ...(this.#admin ? [this.#admin.otpauth_uri] : [])];
  }

  /** @param {string[]} addresses @param {(Reading | { problem: string })[]} readings */
  #show(addresses, readings) {
    const shown = addresses.map((address, index) => {
      const password = address === this.#admin?.otpauth_uri ? this.#admin.password : null;
      const account = this.#accounts.get(address) ?? new Account(password);
      const reading = readings[index];
      account.show(reading && 'digits' in reading ? reading : null);
      return /** @type {const} */ ([address, account]);
    });
    const isSame = shown.length === this.#accounts.size && shown.every(([address]) => this.#accounts.has(address));
    this.#accounts = new Map(shown);
    if (!isSame) fill(this.#list, ...shown.map(([, account]) => account.element));
    this.#none.hidden = shown.length > 0;
    const newest = this.#newest();
    this.summary.hidden = newest === null;
    if (!newest) return;
    this.#who.textContent = newest.account;
    this.#digits.textContent = grouped(newest.digits);
  }

  /** Puts the cursor where the digits are pasted, if the page has such a field. */
  #goToField() {
    const field = document.querySelector('main input[autocomplete=one-time-code]');
    if (!(field instanceof HTMLInputElement) || !field.checkVisibility()) return;
    field.focus();
    field.select();
  }
}

/** One account of the panel. */
class Account {
  /** @type {Reading | null} */
  reading = null;

  #name = h('strong', { dir: 'auto' });

  #digits = h('code', {});

  #next = h('code', {});

  #said = h('p', { class: 'hint', role: 'status' });

  /** @param {string | null} password Of the Security Admin whom the stack has enrolled. */
  constructor(password) {
    const copy = (/** @type {string} */ label, /** @type {() => string | null} */ text) => copyButton(label, text, this.#said);
    this.element = h(
      'li',
      {},
      this.#name,
      h('p', { class: 'actions' }, this.#digits, copy('Copy', () => this.reading?.digits ?? null)),
      h('p', { class: 'actions' }, 'Next:', this.#next, copy('Copy next', () => this.reading?.next_digits ?? null)),
      password !== null && h('p', { class: 'actions' }, 'Password:', h('code', {}, password), copy('Copy password', () => password)),
      this.#said,
    );
  }

  /** @param {Reading | null} reading */
  show(reading) {
    this.reading = reading;
    this.#name.textContent = reading ? reading.account || reading.issuer || 'Account' : 'The local stack does not answer';
    this.#digits.textContent = reading ? grouped(reading.digits) : '––– –––';
    this.#next.textContent = reading ? grouped(reading.next_digits) : '––– –––';
  }
}
