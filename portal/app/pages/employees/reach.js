/** Whether a person can get a passcode, as far as it is known before it is sent. The API decides; this only saves the click. */

import { now } from '../../clock.js';
import { timeOf, words } from '../../language.js';
import { session } from '../../session.js';

/** @typedef {import('../../api.js').Employee} Employee */

/** Why nobody may send this person a passcode. @typedef {'own_account' | 'client_account' | 'employee_disabled'} Obstacle */

/** The reason that waiting does not change, if there is one. @param {Employee} employee @returns {Obstacle | null} */
export function obstacleOf(employee) {
  if (employee.account_type === 'client') return 'client_account';
  if (employee.status === 'disabled') return 'employee_disabled';
  if (employee.employee_id === session()?.employee.employee_id) return 'own_account';
  return null;
}

/** The limit that is used up, if one is, as far as the API has said. @param {Employee} employee @returns {{ retryAt: string } | null} */
export function limitOf({ refusal }) {
  if (refusal?.code !== 'too_many_requests' || !refusal.retry_at) return null;
  return new Date(refusal.retry_at).getTime() > now() ? { retryAt: refusal.retry_at } : null;
}

/** Why the passcode cannot be sent now, or the empty text. @param {Employee} employee */
export function refusalOf(employee) {
  const obstacle = obstacleOf(employee);
  if (obstacle) return words.problems[obstacle];
  const limit = limitOf(employee);
  return limit ? words.employee.limit(timeOf(limit.retryAt)) : '';
}
