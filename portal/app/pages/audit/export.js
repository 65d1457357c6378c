/** The audit as a file: all events that the page would show, with the names of people. */

import * as api from '../../api.js';
import { download, h } from '../../dom.js';
import { actionButton, announcement } from '../../form.js';
import { number, words } from '../../language.js';
import { explain, isGivenUp } from '../../problems.js';
import { csv, peopleIn } from './csv.js';
import { names } from './names.js';

/** How many events one request loads. */
const SIZE = 100;

/** @param {() => Parameters<typeof api.listAuditEvents>[0]} wanted @param {AbortSignal} signal */
export function exportButton(wanted, signal) {
  const { audit } = words;
  const button = actionButton(audit.export);
  const said = announcement('status');
  button.addEventListener('click', async () => {
    if (button.isBusy()) return;
    button.setBusy(true);
    try {
      const events = await all(wanted(), signal, (count) => said.say(audit.exporting(number(count))));
      const known = await names.all(peopleIn(events), signal);
      download('audit.csv', 'text/csv;charset=utf-8', csv(events, known));
      said.say(audit.exported(number(events.length)));
    } catch (error) {
      if (!isGivenUp(error)) said.say(explain(error));
    } finally {
      button.setBusy(false);
    }
  });
  return h('div', { class: 'export' }, button, said);
}

/** @param {Parameters<typeof api.listAuditEvents>[0]} wanted @param {AbortSignal} signal @param {(count: number) => void} progress */
async function all(wanted, signal, progress) {
  /** @type {api.AuditEvent[]} */
  const events = [];
  /** @type {string | null} */
  let cursor = null;
  do {
    /** @type {{ events: api.AuditEvent[], next_cursor: string | null }} */
    const page = await api.listAuditEvents({ ...wanted, cursor, limit: SIZE }, signal);
    events.push(...page.events);
    cursor = page.next_cursor;
    progress(events.length);
  } while (cursor);
  return events;
}
