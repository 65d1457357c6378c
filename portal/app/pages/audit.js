/**
 * Admin → Audit: who did what to whom, newest first: all events, one type, or the events about one employee; also as a file.
 */

import * as api from '../api.js';
import { download, fill, h, newId } from '../dom.js';
import { actionButton, announcement, patiently } from '../form.js';
import { number, words } from '../language.js';
import { explain, isGivenUp } from '../problems.js';
import { go, hashOf } from '../router.js';
import { csv } from './audit/csv.js';
import { names } from './audit/names.js';
import { eventRow } from './audit/row.js';

export const needs = 'admin';

/** How many events one request loads for the page, and for a file. */
const [PAGE_SIZE, EXPORT_SIZE] = [50, 100];

/** @param {import('../main.js').Visit} visit @returns {import('../main.js').Page} */
export function open({ place, signal }) {
  const { audit } = words;
  const employee_id = place.query.get('employee_id') ?? '';
  const type = employee_id ? '' : place.query.get('type') ?? '';
  /** @type {string | null} */
  let next = null;

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

  /** Appends up to fifty more. A page may be short, or empty, while there are more. */
  async function load() {
    if (more.isBusy()) return;
    more.setBusy(true);
    failure.say();
    try {
      const answer = api.listAuditEvents({ employee_id, type, cursor: next, limit: PAGE_SIZE }, signal);
      const page = await patiently(answer, () => status.say(words.form.slow));
      next = page.next_cursor;
      const rows = page.events.map(eventRow);
      body.append(...rows);
      table.hidden = body.childElementCount === 0;
      const none = next === null ? audit.empty : audit.noneSoFar;
      status.say(table.hidden ? none : audit.shown(number(body.childElementCount)));
      // The focus goes to the first new row. If no row has come, the button keeps it.
      if (document.activeElement === more && (rows[0] || next === null)) (rows[0] ?? heading).focus();
      more.hidden = next === null;
    } catch (error) {
      if (isGivenUp(error)) return;
      failure.say(explain(error));
      more.hidden = false;
    } finally {
      more.setBusy(false);
    }
  }

  void load();
  const element = h(
    'div',
    { class: 'wide' },
    heading,
    h('div', { class: 'toolbar' }, filter(employee_id, type), exportButton({ employee_id, type }, signal)),
    status,
    table,
    h('p', { class: 'actions' }, more),
    failure,
  );
  return { title: audit.title, element };
}

/** The filter: a type, or one employee. @param {string} employee @param {string} type */
function filter(employee, type) {
  const { audit } = words;
  if (employee) {
    const link = h('a', { href: '#/audit', class: 'button' }, audit.clearPerson('…'));
    void names.of(employee).then((name) => fill(link, audit.clearPerson(name)));
    return h('p', { class: 'grow' }, link);
  }
  const id = newId();
  const options = Object.entries(audit.types).map(([value, text]) => h('option', { value, selected: value === type }, text));
  const select = h('select', { id }, h('option', { value: '' }, audit.all), options);
  select.addEventListener('change', () => go(hashOf('audit', { type: select.value })));
  return h('div', { class: 'field' }, h('label', { for: id }, audit.filter), select);
}

/** @param {{ employee_id: string, type: string }} wanted @param {AbortSignal} signal */
function exportButton(wanted, signal) {
  const { audit } = words;
  const button = actionButton(audit.export);
  const said = announcement('status');
  button.addEventListener('click', async () => {
    if (button.isBusy()) return;
    button.setBusy(true);
    try {
      /** @type {api.AuditEvent[]} */
      const events = [];
      /** @type {string | null} */
      let cursor = null;
      do {
        /** @type {{ events: api.AuditEvent[], next_cursor: string | null }} */
        const page = await api.listAuditEvents({ ...wanted, cursor, limit: EXPORT_SIZE }, signal);
        events.push(...page.events);
        cursor = page.next_cursor;
        said.say(audit.exporting(number(events.length)));
      } while (cursor);
      download('audit.csv', 'text/csv;charset=utf-8', csv(events));
      said.say(audit.exported(number(events.length)));
    } catch (error) {
      if (!isGivenUp(error)) said.say(explain(error));
    } finally {
      button.setBusy(false);
    }
  });
  return h('div', { class: 'export' }, button, said);
}
