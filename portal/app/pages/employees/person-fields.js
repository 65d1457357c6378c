/** The fields of a person that a Security Admin may write: for the person's page and for a new person. */

import { choice } from '../../choice.js';
import { emailField, field } from '../../form.js';
import { LANGUAGES, words } from '../../language.js';

/**
 * @typedef {import('../../form.js').Field} Field
 * @typedef {import('../../choice.js').Choice} Choice
 * @typedef {Omit<import('../../api.js').Facts, 'status'>} Written
 * @typedef {{ name: Field, email: Field, role: Choice, account_type: Choice, external_id: Field, locale: Choice }} Fields
 */

/** The fields of a new person. @type {Written} */
export const NOBODY = { name: '', email: '', role: 'member', account_type: 'employee', external_id: null, locale: null };

/** Visible ASCII, as the API demands it of external ids. */
const VISIBLE = /^[!-~]+$/;

/** @param {Written} person @returns {Fields} */
export function personFields(person) {
  const text = words.employee;
  return {
    name: field({ label: text.name, name: 'person-name', value: person.name, maxlength: '200', autocomplete: 'off', autocapitalize: 'words' }),
    email: emailField({ label: text.address, name: 'person-email', value: person.email, maxlength: '254', autocomplete: 'off' }),
    role: choice({ label: text.role, name: 'role', value: person.role, options: roles() }),
    account_type: choice({ label: words.person.accountType, name: 'account-type', value: person.account_type, options: accountTypes() }),
    external_id: field({
      label: words.person.externalId,
      name: 'external-id',
      value: person.external_id ?? '',
      maxlength: '100',
      autocomplete: 'off',
      isOptional: true,
      check: (value) => (VISIBLE.test(value) ? '' : words.person.checkExternalId),
    }),
    locale: choice({ label: words.person.locale, name: 'locale', value: person.locale ?? '', options: locales(words.person.companyLocale, person.locale) }),
  };
}

/** The values of the fields. An empty external ID or language is null. @param {Fields} fields @returns {Written} */
export function written({ name, email, role, account_type, external_id, locale }) {
  return {
    name: name.input.value.trim(),
    email: email.input.value.trim(),
    role: role.input.value === 'security_admin' ? 'security_admin' : 'member',
    account_type: account_type.input.value === 'client' ? 'client' : 'employee',
    external_id: external_id.input.value.trim() || null,
    locale: locale.input.value || null,
  };
}

export const roles = () => ({ member: words.employee.member, security_admin: words.employee.securityAdmin });

export const accountTypes = () => ({ employee: words.person.employee, client: words.employee.client });

/**
 * The languages of mails. An import may have set one that is not in the list.
 *
 * @param {string} none
 * @param {string | null} known
 * @returns {Record<string, string>}
 */
export const locales = (none, known) => ({ '': none, ...LANGUAGES, ...(known && !(known in LANGUAGES) && { [known]: known }) });
