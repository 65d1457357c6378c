/**
 * Admin → Audit: who did what to whom, newest first: all events, one type, or the events about one employee, of all days or
 * some; also as a file. The address has what is shown.
 */

import * as api from '../api.js';
import { addDays, startOfDay } from '../days.js';
import { fill, h } from '../dom.js';
import { actionButton, announcement, patiently } from '../form.js';
import { number, words } from '../language.js';
import { explain, isGivenUp } from '../problems.js';
import { go, here } from '../router.js';
import { exportButton } from './audit/export.js';
import { eventRow } from './audit/row.js';
import { Toolbar, hashOfAudit, wantedIn } from './audit/toolbar.js';

export const needs = 'admin';

/** How many events one request loads. */
const PAGE_SIZE = 50;

/** @typedef {import('./audit/toolbar.js').Wanted} Wanted */

/** What to ask the API for. The last day is part of what is shown. @param {Wanted} wanted */
const queryOf = ({ employee_id, type, from, to }) => ({
  employee_id,
  type,
  from: from && startOfDay(from),
  to: to && startOfDay(addDays(to, 1)),
});

/** @param {import('../main.js').Visit} visit @returns {import('../main.js').Page} */
export function open({ place, signal }) {
  const { audit } = words;
  let wanted = wantedIn(place.query);
  /** @type {string | null} */
  let next = null;
  let loading = new AbortController();

  const body = h('tbody', { role: 'rowgroup' });
  const heads = /** @type {const} */ (['when', 'event', 'to', 'by', 'from', 'details']).map((name) =>
    h('th', { role: 'columnheader', scope: 'col', class: name }, audit[name]));
  const table = h(
    'table',
    { class: 'audit', role: 'table', 'aria-label': audit.title, hidden: true },
    h('thead', { role: 'rowgroup' }, h('tr', { role: 'row' }, heads)),
    body,
  );
  const heading = h('h1', { tabindex: '-1' }, audit.title);
  const status = announcement('status');
  const failure = announcement();
  const more = actionButton(audit.more, { hidden: true });
  more.addEventListener('click', () => void load());
  const toolbar = new Toolbar({ choose: (to) => go(hashOfAudit(to)), beside: exportButton(() => queryOf(wanted), signal) });

  /** Appends up to fifty more. A page may be short, or empty, while there are more. */
  async function load() {
    if (more.isBusy()) return;
    const until = AbortSignal.any([signal, loading.signal]);
    more.setBusy(true);
    failure.say();
    try {
      const answer = api.listAuditEvents({ ...queryOf(wanted), cursor: next, limit: PAGE_SIZE }, until);
      const page = await patiently(answer, () => status.say(words.form.slow));
      next = page.next_cursor;
      const rows = page.events.map((event) => eventRow(event, wanted));
      body.append(...rows);
      table.hidden = body.childElementCount === 0;
      const none = next === null ? audit.empty : audit.noneSoFar;
      status.say(table.hidden ? none : audit.shown(number(body.childElementCount)));
      // The focus goes to the first new row. If no row has come, the button keeps it.
      if (document.activeElement === more && (rows[0] || next === null)) (rows[0] ?? heading).focus();
      more.hidden = next === null;
    } catch (error) {
      if (isGivenUp(error)) return;
      status.say(table.hidden ? '' : audit.shown(number(body.childElementCount)));
      failure.say(explain(error));
      more.hidden = false;
    } finally {
      if (!until.aborted) more.setBusy(false);
    }
  }

  /** Shows what is wanted from its beginning. */
  function begin() {
    loading.abort();
    loading = new AbortController();
    next = null;
    toolbar.show(wanted);
    fill(body);
    status.say();
    failure.say();
    table.hidden = true;
    more.hidden = true;
    more.setBusy(false);
    if (wanted.from && wanted.to && wanted.from > wanted.to) return failure.say(audit.wrongDays);
    void load();
  }

  begin();
  const element = h('div', { class: 'wide' }, heading, toolbar.element, status, table, h('p', { class: 'actions' }, more), failure);
  const update = () => {
    // A link to the same place was followed.
    const isSame = hashOfAudit(wantedIn(here().query)) === hashOfAudit(wanted);
    wanted = wantedIn(here().query);
    if (!isSame) begin();
    // The link that had the focus may be gone.
    if (document.activeElement === document.body) heading.focus();
  };
  return { title: audit.title, element, update };
}
