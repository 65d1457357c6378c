/** The mails in the dock: the newest one in the bar, all of them in the panel, with their links and the reports of their delivery. */

import { copyButton } from './copy.js';
import { codeIn, linksIn } from './mail-text.js';
import { call } from '../accounts.js';
import { h } from '/_local/dom.js';

/**
 * @typedef {object} Mail
 * @property {string} message_id
 * @property {string[]} to
 * @property {string} subject
 * @property {string | null} text
 * @property {Record<string, string>} tags
 * @property {number} at  In milliseconds since 1970, by the stack's clock.
 * @property {string | null} [report]  The last report of its delivery.
 */

/** The reports that a person can send in place of SES. */
const REPORTS = { delivery: 'Deliver', bounce: 'Bounce', delay: 'Delay', complaint: 'Complain' };

/** @type {Record<string, string>} */
const REPORTED = { delivery: 'delivered', bounce: 'bounced', delay: 'delayed', complaint: 'complained' };

const MOMENT = new Intl.DateTimeFormat('en-GB', { timeStyle: 'medium', timeZone: 'UTC' });

export class MailPart {
  /** How often the mails are asked for, in milliseconds. */
  interval = 1_000;

  /** What the stack said last. */
  #etag = '';

  /** By message id. @type {Map<string, MailItem>} */
  #items = new Map();

  #newest = h('span', { role: 'status', class: 'dock-text' }, 'No mail yet');

  #link = h('a', { hidden: true }, 'Open the mail’s link');

  #list = h('ol', { class: 'dock-mails' });

  #none = h('p', { class: 'hint' }, 'No mail yet. Every mail that Readmit sends appears here.');

  summary = h('p', { class: 'dock-mail' }, this.#newest, this.#link);

  section = h('section', { 'aria-labelledby': 'dock-mail' }, h('h2', { id: 'dock-mail' }, 'Mail'), this.#none, this.#list);

  async refresh() {
    try {
      const headers = this.#etag ? { 'if-none-match': this.#etag } : undefined;
      const response = await fetch('/_local/mail', { ...(headers && { headers }), cache: 'no-store' });
      if (!response.ok) return;
      const { emails } = await response.json();
      this.#show(emails);
      this.#etag = response.headers.get('etag') ?? '';
    } catch {
      this.#etag = '';
      this.#newest.textContent = 'The local stack does not answer';
    }
  }

  /** @param {Mail[]} mails Oldest first. */
  #show(mails) {
    const items = mails.toReversed().map((mail) => {
      const item = this.#items.get(mail.message_id) ?? new MailItem(mail);
      item.update(mail);
      return item;
    });
    this.#items = new Map(items.map((item) => [item.id, item]));
    const elements = items.map((item) => item.element);
    const isNew = elements[0] !== this.#list.firstElementChild;
    // The nodes that are there stay, with the focus in them.
    for (const old of [...this.#list.children]) if (!elements.includes(/** @type {HTMLLIElement} */ (old))) old.remove();
    elements.forEach((element, index) => {
      if (this.#list.children[index] !== element) this.#list.insertBefore(element, this.#list.children[index] ?? null);
    });
    if (isNew) items.forEach((item, index) => item.open(index === 0));
    this.#none.hidden = items.length > 0;
    this.#summarize(mails.at(-1));
  }

  /** @param {Mail | undefined} mail The newest. */
  #summarize(mail) {
    const text = mail ? `Mail to ${mail.to.join(', ')}: ${mail.subject}` : 'No mail yet';
    // The same text would be announced again.
    if (this.#newest.textContent !== text) this.#newest.textContent = text;
    const link = linksIn(mail?.text ?? '')[0];
    this.#link.hidden = link === undefined;
    if (link) this.#link.href = link.href;
  }
}

/** One mail of the list. */
class MailItem {
  #report = h('span', { class: 'badge' });

  #said = h('p', { class: 'hint', role: 'status' });

  #details;

  /** @param {Mail} mail */
  constructor(mail) {
    this.id = mail.message_id;
    const code = codeIn(mail.text ?? '');
    const links = linksIn(mail.text ?? '').map(({ label, href }) => h('li', {}, h('a', { href }, label)));
    const facts = [`to ${mail.to.join(', ')}`, mail.tags.kind, `${MOMENT.format(mail.at)} UTC`].filter(Boolean).join(', ');
    const buttons = Object.entries(REPORTS).map(([event, label]) =>
      h('button', { type: 'button', onclick: () => void this.#send(event) }, label));
    this.#details = h(
      'details',
      {},
      h('summary', {}, h('strong', { dir: 'auto' }, mail.subject), h('small', {}, facts), this.#report),
      code && h('p', { class: 'actions' }, h('code', { class: 'secret' }, code), copyButton('Copy code', () => code, this.#said)),
      links.length > 0 && h('ul', { class: 'actions' }, links),
      h('div', { class: 'actions', role: 'group', 'aria-label': 'Report of the mail service' }, buttons),
      this.#said,
      h('pre', { dir: 'auto' }, mail.text ?? 'This mail has no text.'),
    );
    this.element = h('li', {}, this.#details);
  }

  /** @param {Mail} mail */
  update({ report }) {
    if (report) this.#show(report);
  }

  /** What somebody uses stays open. @param {boolean} isOpen */
  open(isOpen) {
    if (!this.element.contains(document.activeElement)) this.#details.open = isOpen;
  }

  /** @param {string} report */
  #show(report) {
    this.#report.textContent = REPORTED[report] ?? report;
    this.#report.classList.toggle('good', report === 'delivery');
    this.#report.classList.toggle('bad', report === 'bounce' || report === 'complaint');
  }

  /** @param {string} event */
  async #send(event) {
    try {
      await call('POST', '/_local/delivery', { message_id: this.id, event });
      this.#show(event);
      this.#said.textContent = `Reported: ${REPORTED[event]}.`;
    } catch {
      this.#said.textContent = 'This was not reported: the local stack does not answer.';
    }
  }
}
