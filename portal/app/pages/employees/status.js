/** A passcode's state as a word with a colour, and labels for roles and accounts. */

import { h } from '../../dom.js';
import { words } from '../../language.js';

/** @typedef {import('../../api.js').Passcode} Passcode */
/** @typedef {import('../../api.js').PasscodeStatus} PasscodeStatus */

/** States that a report of the mail service can still change. @type {PasscodeStatus[]} */
export const UNSETTLED = ['sending', 'sent', 'delayed'];

/** States of a code that can be redeemed. @type {PasscodeStatus[]} */
const LIVE = [...UNSETTLED, 'delivered'];

/** States that can be revoked; also `redeemed`, because its recovery may be open. @type {PasscodeStatus[]} */
export const REVOCABLE = [...LIVE, 'redeemed'];

/** Whether its code can be redeemed. @param {Passcode | null} passcode */
export const isLive = (passcode) => passcode !== null && LIVE.includes(passcode.status);

/** @type {Record<PasscodeStatus, 'good' | 'pending' | 'bad' | 'over'>} */
const TONES = {
  sending: 'pending',
  sent: 'pending',
  delayed: 'pending',
  delivered: 'good',
  bounced: 'bad',
  complained: 'bad',
  failed: 'bad',
  redeemed: 'good',
  revoked: 'over',
  disowned: 'bad',
  superseded: 'over',
  exhausted: 'bad',
  expired: 'over',
};

/** @param {PasscodeStatus} status */
export const badge = (status) => h('span', { class: `badge ${TONES[status] ?? 'over'}` }, words.status[status] ?? status);

/** @param {import('../../api.js').Person} employee */
export const role = (employee) =>
  employee.account_type === 'client' ? words.employee.client
    : employee.role === 'security_admin' ? words.employee.securityAdmin : words.employee.member;

/** @param {import('../../api.js').Person} employee */
export const twoFactor = (employee) =>
  employee.two_factor === 'enrolled' ? words.employee.enrolled : words.employee.notEnrolled;

/** An address that breaks only after `@` and dots. @param {string} text */
export const address = (text) =>
  h('span', { class: 'address', title: text }, text.split(/(?<=[@.])/).flatMap((part, index) => (index > 0 ? [h('wbr'), part] : [part])));
