/** The password step: advice while typing; the API decides. */

import * as api from '../../api.js';
import { fill, h, newId } from '../../dom.js';
import { form, ownerField, passwordField } from '../../form.js';
import { number, words } from '../../language.js';
import { isProblem } from '../../problems.js';

/** In code points, as the API counts (NFC). */
const [LEAST, MOST] = [12, 256];

/**
 * Checks a password before it is sent. Only the API knows whether it is common, and the name of the company.
 *
 * @param {string} password
 * @param {string} email
 * @returns {Record<string, boolean | null>}  By reason: met, not met, or not known yet.
 */
function advice(password, email) {
  const length = [...password.normalize('NFC')].length;
  const local = email.split('@')[0]?.toLowerCase() ?? '';
  const hasIdentity = local.length >= 4 && password.toLowerCase().includes(local);
  return {
    too_short: length >= LEAST,
    too_long: length <= MOST,
    contains_identity: hasIdentity ? false : null,
    too_common: null,
  };
}

/**
 * @param {import('../../session.js').Recovery} state
 * @param {{ attempt: <T>(send: () => Promise<T>) => Promise<T | undefined>, passwordIsSet: () => void }} actions
 * @returns {HTMLElement[]}
 */
export function passwordStep(state, actions) {
  const { recovery } = words;
  const list = h('ul', { class: 'advice', id: newId() });
  const password = passwordField({
    label: recovery.newPassword,
    name: 'new-password',
    autocomplete: 'new-password',
    'data-focus': true,
    'aria-describedby': list.id,
  });

  /** @param {Record<string, boolean | null>} met */
  function showAdvice(met) {
    const typed = password.input.value;
    const codes = Object.keys(recovery.advice).filter((code) => code !== 'too_long' || met[code] === false);
    fill(list, ...codes.map((code) => line(code, typed === '' ? null : met[code] ?? null, typed)));
  }
  password.input.addEventListener('input', () => showAdvice(advice(password.input.value, state.email)));
  showAdvice(advice('', state.email));

  /** @param {unknown} error */
  const refused = (error) => {
    if (!isProblem(error, 'password_rejected') || !(error instanceof api.Problem)) return;
    const reasons = error.body.reasons ?? [];
    const known = reasons.map((reason) => [reason.code, false]);
    showAdvice({ too_short: true, too_long: true, too_common: true, contains_identity: true, ...Object.fromEntries(known) });
    password.refuse(reasons.map((reason) => recovery.faults[reason.code] ?? reason.detail).join(' '));
    password.input.focus();
    return '';
  };
  const send = () => actions.attempt(async () => {
    await api.setPassword(password.input.value);
    actions.passwordIsSet();
  });
  const sheet = form({ fields: [password], label: recovery.savePassword, send, refused, before: [ownerField(state.email)] });
  password.element.append(list);
  return [h('h1', { tabindex: '-1' }, recovery.passwordTitle), h('p', {}, recovery.passwordText), sheet];
}

/** @param {string} code @param {boolean | null} isMet @param {string} typed */
function line(code, isMet, typed) {
  const { recovery } = words;
  const [state, told] =
    isMet === null ? ['open', code === 'too_short' ? '' : recovery.checkedLater]
      : isMet ? ['met', recovery.kept] : ['unmet', recovery.notKept];
  const count = code === 'too_short' && isMet === false ? recovery.length(number([...typed.normalize('NFC')].length)) : '';
  const aside = [told, count].filter(Boolean).join(', ');
  return h('li', { class: state }, recovery.advice[code] ?? code, aside && h('small', {}, ` (${aside})`));
}
