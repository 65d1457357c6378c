/** A passcode's state in a word and a colour, and who is who. */

import { h } from '../../dom.js';
import { words } from '../../language.js';

/** @typedef {import('../../api.js').PasscodeStatus} PasscodeStatus */

/** What is still to become known from the mail service. @type {PasscodeStatus[]} */
export const UNSETTLED = ['sending', 'sent', 'delayed'];

/** What can be taken back: also a redeemed one, whose recovery may be under way. @type {PasscodeStatus[]} */
export const REVOCABLE = [...UNSETTLED, 'delivered', 'redeemed'];

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

/** @param {import('../../api.js').Employee} employee */
export const role = (employee) =>
  employee.account_type === 'client' ? words.employee.client
    : employee.role === 'security_admin' ? words.employee.securityAdmin : words.employee.member;

/** @param {import('../../api.js').Employee} employee */
export const twoFactor = (employee) =>
  employee.two_factor === 'enrolled' ? words.employee.enrolled : words.employee.notEnrolled;
