/** Sign-in: address, password, and a second factor, which is the authenticator or a backup code. */

import * as api from '../api.js';
import { h } from '../dom.js';
import { emailField, form, passwordField } from '../form.js';
import { words } from '../language.js';
import { go } from '../router.js';
import { secondFactor } from '../second-factor.js';
import { isSecurityAdmin, session, sessions, startSession, takeReturn } from '../session.js';

export const needs = 'nobody';

/** Why one is here, if not by oneself; said on the next sign-in page. @type {'' | 'ended' | 'left'} */
let cause = '';
sessions.addEventListener('ended', () => (cause = 'ended'));
sessions.addEventListener('left', () => (cause = 'left'));

/** @returns {import('../main.js').Page} */
export function open() {
  const title = words.signIn.title;
  const next = takeReturn();
  if (session()) queueMicrotask(() => arrive(next));

  const email = emailField({ 'data-focus': true });
  const password = passwordField({ label: words.form.password, name: 'password', autocomplete: 'current-password' });
  const code = secondFactor();

  const send = async () => {
    const typed = { email: email.input.value, password: password.input.value, code: code.field().input.value };
    startSession(await api.signIn(typed));
    arrive(next);
  };
  const told = (cause && words.signIn[cause]) || (next && words.signIn.needed);
  cause = '';
  const element = h(
    'div',
    { class: 'narrow card' },
    h('h1', { tabindex: '-1' }, title),
    told && h('p', { class: 'message', role: 'status' }, told),
    form({ fields: [email, password, ...code.fields], label: words.signIn.action, send, before: [] }),
    h('hr'),
    h('p', { class: 'hint' }, words.signIn.lost),
    h('p', {}, h('a', { href: '#/redeem' }, words.signIn.passcode)),
  );
  return { title, element };
}

/** @param {string | null} next */
function arrive(next) {
  go(next ?? (isSecurityAdmin() ? '#/employees' : '#/account'), { replace: true });
}
