/** "I have a one-time passcode": starts a recovery, from a mail's link or with a typed code. */

import * as api from '../api.js';
import { h } from '../dom.js';
import { emailField, field, form, passwordField } from '../form.js';
import { words } from '../language.js';
import { go } from '../router.js';
import { keepLink, keepRecovery, link } from '../session.js';
import { steps } from './recovery/steps.js';

export const needs = 'nobody';

/** Three groups of four, in any spelling that the API accepts. */
const PASSCODE = /^(?:[\s-]*[0-9A-Z]){12}[\s-]*$/i;

/** @returns {import('../main.js').Page} */
export function open() {
  const { recovery } = words;
  const kept = link();
  const brought = kept?.to === 'redeem' ? kept : null;
  const email = emailField({ label: recovery.address, 'data-focus': true, value: brought?.email ?? '' });
  const code = field({
    label: recovery.passcode,
    hint: recovery.passcodeHint,
    name: 'passcode',
    autocomplete: 'one-time-code',
    autocapitalize: 'characters',
    class: 'code',
    value: brought?.secret ?? '',
    check: (value) => (PASSCODE.test(value) ? '' : words.form.checkPasscode),
  });
  const proof = passwordField({
    label: recovery.proof,
    hint: recovery.proofHint,
    name: 'proof',
    autocomplete: 'current-password',
    isOptional: true,
  });

  for (const { input } of [email, code]) {
    input.addEventListener('input', () => keepLink({ to: 'redeem', secret: code.input.value, email: email.input.value }));
  }

  const send = async () => {
    const typed = { email: email.input.value.trim(), code: code.input.value, proof: proof.input.value || undefined };
    const answer = await api.redeemPasscode(typed);
    keepLink(null);
    keepRecovery({
      recovery_token: answer.recovery_token,
      ends_at: Date.now() + answer.expires_in * 1000,
      email: typed.email,
      company: answer.company,
      has_password: false,
      wrong_codes: 0,
      enrolment: null,
    });
    go('#/recovery', { replace: true });
  };
  const element = h(
    'div',
    { class: 'narrow card' },
    steps('redeem'),
    h('h1', { tabindex: '-1' }, recovery.title),
    h('p', {}, recovery.text),
    form({ fields: [email, code, proof], label: recovery.begin, send }),
    h('p', {}, h('a', { href: '#/sign-in' }, words.signIn.title)),
  );
  return { title: recovery.title, element };
}
