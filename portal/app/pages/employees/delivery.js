/** Asks how far the mail of a passcode is, until it is known, or until a minute has passed. */

import * as api from '../../api.js';
import { words } from '../../language.js';
import { isGivenUp } from '../../problems.js';
import { UNSETTLED } from './status.js';

/** The interval and the duration of asking, in milliseconds. It ends, because the mail service may never report. */
const INTERVAL = 2_000;
export const PATIENCE = 60_000;

/**
 * @param {{ id: string, passcode: api.Passcode, signal: AbortSignal, changed: (employee: api.Employee) => void,
 *   tell: (passcode: api.Passcode, text: string) => void }} options  `tell` says what the status alone does not.
 */
export async function follow({ id, passcode, signal, changed, tell }) {
  const until = Date.now() + PATIENCE;
  let now = passcode;
  tell(now, words.employee.delivering);
  try {
    for (;;) {
      const employee = await api.getEmployee(id, signal);
      changed(employee);
      // Somebody else has sent a newer one, which is shown now.
      if (employee.passcode?.passcode_id !== passcode.passcode_id) return;
      now = employee.passcode;
      if (!UNSETTLED.includes(now.status)) return;
      if (Date.now() >= until) return tell(now, words.employee.deliveryUnknown);
      await api.pause(INTERVAL, signal);
    }
  } catch (error) {
    if (!isGivenUp(error)) tell(now, words.employee.deliveryUnknown);
  }
}
