/** A company's settings as a form has them: flat, with a text for each value. */

import { words } from '../../language.js';
import { locales } from '../employees/person-fields.js';

/**
 * @typedef {import('../../api.js').Settings} Settings
 * @typedef {Pick<Settings, 'name' | 'support_email' | 'locale' | 'time_zone' | 'second_proof' | 'approvals' | 'reason_in_mail'>
 *   & Settings['brand']} Flat
 */

/** @param {Settings} settings @returns {Flat} */
export function flat({ name, support_email, locale, time_zone, second_proof, approvals, reason_in_mail, brand: { logo, color } }) {
  return { name, support_email, locale, time_zone, second_proof, approvals, reason_in_mail, logo, color };
}

/** The body of a change. @param {Partial<Flat>} changed */
export function bodyOf({ logo, color, ...rest }) {
  const brand = { ...(logo !== undefined && { logo }), ...(color !== undefined && { color }) };
  return Object.keys(brand).length > 0 ? { ...rest, brand } : rest;
}

export const secondProofs = () => ({
  none: words.company.proofOfNobody,
  security_admins: words.company.proofOfAdmins,
  everyone: words.company.proofOfEveryone,
});

export const approvalPolicies = () => ({ none: words.company.approvalsNever, sensitive: words.company.approvalsSensitive });

/** All zones that the browser knows, and the company's, which it may not know. @param {string} known @returns {Record<string, string>} */
export const zones = (known) =>
  Object.fromEntries([...new Set(['UTC', known, ...Intl.supportedValuesOf('timeZone')])].map((zone) => [zone, zone]));

/** What a value is called. @param {string} name @param {unknown} value */
export function valueText(name, value) {
  /** @type {Record<string, Record<string, string>>} */
  const known = {
    second_proof: secondProofs(),
    approvals: approvalPolicies(),
    reason_in_mail: { true: words.audit.values['true'] ?? '', false: words.audit.values['false'] ?? '' },
    locale: locales(words.company.noLocale, typeof value === 'string' ? value : null),
  };
  if (name === 'logo' && value) return words.company.anotherLogo;
  return known[name]?.[String(value ?? '')] ?? (value ? String(value) : words.audit.nothing);
}
