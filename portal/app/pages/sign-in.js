/** Sign-in: address, password, and a second factor, which is the authenticator or a backup code. */

import * as api from '../api.js';
import { support } from '../brand.js';
import { h } from '../dom.js';
import { emailField, form, passwordField } from '../form.js';
import { words } from '../language.js';
import { go } from '../router.js';
import { secondFactor } from '../second-factor.js';
import { isReturning, isSecurityAdmin, session, startSession, takeEnd, takeReturn } from '../session.js';

export const needs = 'nobody';

/** @returns {import('../main.js').Page | null} */
export function open() {
  const title = words.signIn.title;
  if (session()) {
    arrive();
    return null;
  }

  const email = emailField({ 'data-focus': true });
  const password = passwordField({ label: words.form.password, name: 'password', autocomplete: 'current-password' });
  const code = secondFactor();

  const send = async () => {
    const typed = { email: email.input.value, password: password.input.value, code: code.field().input.value };
    startSession(await api.signIn(typed));
    arrive();
  };
  const cause = takeEnd();
  const told = (cause && words.signIn[cause]) || (isReturning() && words.signIn.needed);
  const element = h(
    'div',
    { class: 'narrow card' },
    h('h1', { tabindex: '-1' }, title),
    h('p', { class: 'hint' }, words.signIn.about),
    told && h('p', { class: 'message', role: 'status' }, told),
    form({ fields: [email, password, ...code.fields], label: words.signIn.action, send }),
    h('hr'),
    h('h2', {}, words.signIn.lostTitle),
    h('p', { class: 'hint' }, words.signIn.lost),
    h('p', {}, h('a', { href: '#/redeem', class: 'button' }, words.signIn.passcode)),
    h('p', { class: 'hint' }, support()),
  );
  return { title, element };
}

/** Returns to the page before the sign-in, or to the start page. */
function arrive() {
  const { hash, cursors } = takeReturn() ?? { hash: isSecurityAdmin() ? '#/employees' : '#/account', cursors: null };
  go(hash, { replace: true, state: { cursors } });
}
