/** The page of the authenticator: every account with its digits. */

import { accounts, grouped, keep, kept, read } from './accounts.js';

/** @typedef {import('./accounts.js').Reading} Reading */

/** The clock may be moved, and the stack may end: whoever looks is to see it soon. */
const LONGEST_WAIT = 2_000;
const NO_DIGITS = '––– –––';

/**
 * The element that the page has there.
 * @template {Element} T
 * @param {ParentNode} root
 * @param {string} selector
 * @param {new () => T} type
 * @returns {T}
 */
function find(root, selector, type) {
  const found = root.querySelector(selector);
  if (found instanceof type) return found;
  throw new Error(`the page has no ${selector}`);
}

const form = find(document, '#add', HTMLFormElement);
const input = find(form, '#address', HTMLInputElement);
const fault = find(form, '#fault', HTMLElement);
const said = find(document, '#said', HTMLElement);
const undo = find(document, '#undo', HTMLButtonElement);
const gone = find(document, '#gone', HTMLElement);
const none = find(document, '#none', HTMLElement);
const list = find(document, '#accounts', HTMLElement);
const template = find(document, '#account', HTMLTemplateElement);

/**
 * Says what has come of something that the person did.
 * @param {string} text
 * @param {(() => void) | null} undoing what takes it back
 */
function say(text, undoing = null) {
  said.textContent = text;
  undo.hidden = !undoing;
  undo.onclick = undoing;
}

/**
 * @param {string} text
 * @param {string} what
 */
async function copy(text, what) {
  try {
    await navigator.clipboard.writeText(text);
    say(`Copied ${what}.`);
  } catch {
    say(`The browser does not let ${what} be copied: select and copy by hand.`);
  }
}

/** An account on the page. */
class Card {
  /** @type {Reading | null} */
  #reading = null;
  /** When the reading was taken, on the page's own clock. */
  #taken = 0;
  /** What people know it by. */
  name = 'Account';

  /**
   * @param {HTMLElement} element
   * @param {string} address
   */
  constructor(element, address) {
    this.element = element;
    this.address = address;
    find(element, '.copy', HTMLButtonElement).onclick = () => this.#copy('digits');
    find(element, '.copy-next', HTMLButtonElement).onclick = () => this.#copy('next_digits');
  }

  /** How long the reading is good, in milliseconds; nothing if there is none. */
  get left() {
    return this.#reading && this.#reading.remaining_millis - (performance.now() - this.#taken);
  }

  /** @param {Reading | null} reading nothing while the stack does not answer */
  show(reading) {
    this.#reading = reading;
    this.#taken = performance.now();
    this.#write('.digits', reading ? grouped(reading.digits) : NO_DIGITS);
    this.#write('.next', reading ? grouped(reading.next_digits) : NO_DIGITS);
    if (reading) {
      this.name = reading.account || reading.issuer || `Secret that ends in ${this.address.replace(/[\s=-]/g, '').slice(-4)}`;
      this.#write('.name', this.name);
      const origin = find(this.element, '.origin', HTMLElement);
      const added = origin.dataset.added;
      const issuer = this.name === reading.issuer ? null : reading.issuer;
      origin.textContent = [issuer, added && `added ${added}`].filter(Boolean).join(', ');
      for (const button of this.element.querySelectorAll('button')) {
        button.setAttribute('aria-label', `${button.textContent}, ${this.name}`);
      }
    }
    this.tick();
  }

  /** Shows how much time is left. */
  tick() {
    const left = Math.max(0, this.left ?? 0);
    const bar = find(this.element, 'progress', HTMLProgressElement);
    bar.max = (this.#reading?.period_seconds ?? 1) * 1_000;
    bar.value = left;
    this.#write('.left', this.#reading ? `${Math.ceil(left / 1_000)} s` : '–');
    this.element.classList.toggle('late', left < 5_000);
  }

  /** @param {'digits' | 'next_digits'} which */
  async #copy(which) {
    if (!this.#reading) return say('There are no digits to copy: the local stack does not answer.');
    await copy(this.#reading[which], `${which === 'digits' ? 'the digits' : 'the next digits'} of ${this.name}`);
  }

  /**
   * @param {string} selector
   * @param {string} text
   */
  #write(selector, text) {
    const element = find(this.element, selector, HTMLElement);
    // What is selected must not be lost to a text that is the same.
    if (element.textContent !== text) element.textContent = text;
  }
}

/** The account that the stack has enrolled: the page comes with it. @type {Card[]} */
const enrolled = [];
/** Newest first. @type {Card[]} */
let added = [];
let timer = 0;

/** Makes the page show what is kept. */
function layOut() {
  const moment = new Intl.DateTimeFormat('en-GB', { dateStyle: 'medium', timeStyle: 'short' });
  added = kept().map(({ address, added: at }) => {
    const known = added.find((card) => card.address === address);
    if (known) return known;
    const fragment = /** @type {DocumentFragment} */ (template.content.cloneNode(true));
    const element = find(fragment, '.account', HTMLLIElement);
    find(element, '.origin', HTMLElement).dataset.added = moment.format(at);
    const card = new Card(element, address);
    find(element, '.remove', HTMLButtonElement).onclick = () => remove(card);
    return card;
  });
  list.replaceChildren(...[...added, ...enrolled].map((card) => card.element));
  none.hidden = list.childElementCount > 0;
  void refresh();
}

/** @param {Card} card */
function remove(card) {
  const before = kept();
  keep(before.filter(({ address }) => address !== card.address));
  say(`Removed ${card.name}.`, () => {
    keep(before);
    say(`${card.name} is back.`);
    input.focus();
  });
  undo.focus();
}

/** Brings every account up to date, and comes again when the first of them changes. */
async function refresh() {
  clearTimeout(timer);
  const cards = [...added, ...enrolled];
  try {
    const answers = await read(cards.map((card) => card.address));
    // A stack that was started anew has another Security Admin.
    if (!gone.hidden) return location.reload();
    cards.forEach((card, index) => {
      const answer = answers[index];
      card.show(answer && 'digits' in answer ? answer : null);
    });
  } catch {
    cards.forEach((card) => card.show(null));
    gone.hidden = false;
  }
  const ends = cards.flatMap((card) => card.left ?? []);
  clearTimeout(timer);
  timer = setTimeout(refresh, Math.max(0, Math.min(LONGEST_WAIT, ...ends)) + 50);
}

/** @param {string} text nothing if there is no fault */
function refuse(text) {
  fault.textContent = text;
  say('');
  input.setAttribute('aria-invalid', String(text !== ''));
  if (text) input.focus();
}

form.onsubmit = async (event) => {
  event.preventDefault();
  const address = input.value.trim();
  refuse('');
  if ([...added, ...enrolled].some((card) => card.address === address)) return refuse('This account is here already.');
  try {
    const [answer] = await read([address]);
    if (!answer || 'problem' in answer) return refuse(answer?.problem ?? 'The local stack does not know this account.');
    keep([{ address, added: Date.now() }, ...kept()]);
    form.reset();
    say(`Added ${answer.account || 'the account'}: ${grouped(answer.digits)}.`);
  } catch {
    refuse('The local stack does not answer, so nothing was added.');
  }
};

for (const element of list.querySelectorAll('.account')) {
  if (!(element instanceof HTMLElement)) continue;
  enrolled.push(new Card(element, element.dataset.address ?? ''));
  const password = find(element, '.copy-password', HTMLButtonElement);
  password.onclick = () => copy(password.dataset.password ?? '', 'the password');
}
setInterval(() => [...added, ...enrolled].forEach((card) => card.tick()), 250);
accounts.addEventListener('changed', layOut);
// A page in the background is not woken in time.
document.addEventListener('visibilitychange', () => void (document.hidden || refresh()));
layOut();
