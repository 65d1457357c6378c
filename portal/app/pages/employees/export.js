/** The list as a file: everybody who matches the search or the filter, with names. */

import * as api from '../../api.js';
import { csvOf } from '../../csv.js';
import { download } from '../../dom.js';
import { actionButton, announcement } from '../../form.js';
import { number, words } from '../../language.js';
import { explain, isGivenUp } from '../../problems.js';

/** How many one request loads. */
const PAGE = 100;

const COLUMNS = [
  'employee_id', 'external_id', 'name', 'email', 'role', 'account_type', 'status', 'two_factor', 'last_signed_in_at',
  'passcode_status', 'passcode_expires_at',
];

/** @param {api.Employee} employee */
const row = (employee) => [
  employee.employee_id,
  employee.external_id ?? '',
  employee.name,
  employee.email,
  employee.role,
  employee.account_type,
  employee.status,
  employee.two_factor,
  employee.last_signed_in_at ?? '',
  employee.passcode?.status ?? '',
  employee.passcode?.expires_at ?? '',
];

/**
 * A button that exports, and the place where it says how far it is.
 *
 * @param {() => { query: string, filter: string }} wanted
 * @param {AbortSignal} signal
 */
export function exportButton(wanted, signal) {
  const { employees } = words;
  const button = actionButton(employees.export);
  const said = announcement('status');
  button.addEventListener('click', async () => {
    if (button.isBusy()) return;
    button.setBusy(true);
    try {
      const { query, filter } = wanted();
      /** @type {api.Employee[]} */
      const people = [];
      /** @type {string | null} */
      let cursor = null;
      do {
        /** @type {{ employees: api.Employee[], next_cursor: string | null }} */
        const page = await api.listEmployees({ query, filter, cursor, limit: PAGE }, signal);
        people.push(...page.employees);
        cursor = page.next_cursor;
        said.say(employees.exporting(number(people.length)));
      } while (cursor);
      download('employees.csv', 'text/csv;charset=utf-8', csvOf(COLUMNS, people.map(row)));
      said.say(employees.exported(number(people.length)));
    } catch (error) {
      if (!isGivenUp(error)) said.say(explain(error));
    } finally {
      button.setBusy(false);
    }
  });
  return { button, said };
}
