/** What has happened to a person, newest first. */

import * as api from '../../api.js';
import { h } from '../../dom.js';
import { actionButton, announcement } from '../../form.js';
import { when, words } from '../../language.js';
import { explain, isGivenUp } from '../../problems.js';
import { hashOf } from '../../router.js';
import { actorName, details, deviceOf, nameOf } from '../audit/event.js';

/** How many events are shown at once. */
const PAGE_SIZE = 10;

export class Timeline {
  #id;

  #signal;

  /** @type {string | null} */
  #next = null;

  /** Ends a request whose events would come twice. */
  #loading = new AbortController();

  #list = h('ol', { class: 'timeline' });

  #none = h('p', { class: 'hint', hidden: true }, words.audit.empty);

  #failure = announcement();

  #more = actionButton(words.audit.more, { hidden: true });

  /** @param {string} id @param {AbortSignal} signal */
  constructor(id, signal) {
    this.#id = id;
    this.#signal = signal;
    this.#more.addEventListener('click', () => void this.#load());
    const all = h('a', { href: hashOf('audit', { employee_id: id }) }, words.employee.inAudit);
    this.element = h(
      'section',
      { class: 'card person-audit' },
      h('h2', {}, words.audit.title),
      this.#list,
      this.#none,
      this.#failure,
      h('p', { class: 'actions' }, this.#more, all),
    );
  }

  /** Shows the newest events, again if they are shown already. */
  async begin() {
    this.#loading.abort();
    this.#loading = new AbortController();
    this.#more.setBusy(false);
    await this.#load({ isNew: true });
  }

  async #load({ isNew = false } = {}) {
    if (this.#more.isBusy()) return;
    const until = AbortSignal.any([this.#signal, this.#loading.signal]);
    this.#more.setBusy(true);
    this.#failure.say();
    try {
      const wanted = { employee_id: this.#id, cursor: isNew ? null : this.#next, limit: PAGE_SIZE };
      const { events, next_cursor: next } = await api.listAuditEvents(wanted, until);
      if (until.aborted) return;
      this.#next = next;
      const entries = events.map(entry);
      if (isNew) this.#list.replaceChildren(...entries);
      else this.#list.append(...entries);
      this.#none.hidden = this.#list.childElementCount > 0;
      if (document.activeElement === this.#more && entries[0]) entries[0].focus();
      this.#more.hidden = next === null;
    } catch (error) {
      if (isGivenUp(error)) return;
      this.#failure.say(explain(error));
      this.#more.hidden = false;
    } finally {
      if (!until.aborted) this.#more.setBusy(false);
    }
  }
}

/** @param {api.AuditEvent} event */
function entry(event) {
  const { actor } = event;
  const by = actor.kind === 'employee' && actor.employee_id ? nameOf(actor.employee_id) : actorName(actor.kind);
  const from = [deviceOf(event), event.source_ip].filter(Boolean).join(', ');
  return h(
    'li',
    { tabindex: '-1' },
    h('p', { class: 'what' }, h('strong', {}, words.audit.types[event.type] ?? event.type), ' ', when(event.at)),
    h('p', { class: 'hint' }, `${words.audit.by}: `, by, from && ` · ${from}`),
    details(event),
  );
}
