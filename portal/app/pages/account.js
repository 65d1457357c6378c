/** My account: the person's data, new backup codes, sign-out. */

import * as api from '../api.js';
import { fill, h } from '../dom.js';
import { form, ownerField, passwordField } from '../form.js';
import { words } from '../language.js';
import { go, holdFor } from '../router.js';
import { secondFactor } from '../second-factor.js';
import { session } from '../session.js';
import { keepCodes } from './recovery/backup-codes.js';

export const needs = 'session';

/** @returns {import('../main.js').Page} */
export function open() {
  const { account } = words;
  const me = session()?.employee;
  const element = h('div', { class: 'narrow' });
  const email = me?.email ?? '';

  const password = passwordField({ label: words.form.password, name: 'password', autocomplete: 'current-password' });
  const code = secondFactor();
  const renew = async () => {
    const typed = { password: password.input.value, code: code.field().input.value };
    const answer = await holdFor(api.renewBackupCodes(typed), () => session() === null);
    // The session has ended meanwhile.
    if (!element.isConnected) return;
    const card = h('div', { class: 'card' }, ...keepCodes(answer.backup_codes, email, () => go('#/account')));
    fill(element, card);
    card.querySelector('h1')?.focus();
  };
  fill(
    element,
    h('h1', { tabindex: '-1' }, account.title),
    h(
      'section',
      { class: 'card' },
      h('dl', { class: 'facts' }, fact(words.employee.name, me?.name), fact(words.employee.address, email),
        fact(words.employee.role, me?.role === 'security_admin' ? words.employee.securityAdmin : words.employee.member)),
      h('p', { class: 'hint' }, account.signOutEverywhere),
    ),
    h(
      'section',
      { class: 'card' },
      h('h2', {}, account.newCodes),
      h('p', {}, account.explainCodes),
      form({ fields: [password, ...code.fields], label: account.makeCodes, send: renew, before: [ownerField(email)] }),
    ),
  );
  return { title: account.title, element };
}

/** @param {string} name @param {string | undefined} value */
const fact = (name, value) => h('div', {}, h('dt', {}, name), h('dd', {}, value ?? ''));
