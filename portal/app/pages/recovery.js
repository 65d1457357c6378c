/**
 * The recovery: a new password, a new authenticator, the backup codes; then the person is signed in.
 *
 * The stored state decides what is shown: no password yet → the password; no completion yet → the authenticator. So a
 * reload, or leaving the page and coming back, continues at the same step. If the API has ended the recovery, the page
 * says so.
 */

import * as api from '../api.js';
import { support } from '../brand.js';
import { byService } from '../clock.js';
import { fill, h } from '../dom.js';
import { timeOf, words } from '../language.js';
import { isProblem } from '../problems.js';
import { go, holdFor } from '../router.js';
import { keepRecovery, recovery, session, startSession } from '../session.js';
import { authenticatorStep } from './recovery/authenticator.js';
import { keepCodes } from './recovery/backup-codes.js';
import { passwordStep } from './recovery/password.js';
import { steps } from './recovery/steps.js';

export const needs = 'nobody';

/** The fifth wrong code ends a recovery, but its refusal looks like the others. */
const WRONG_CODES = 5;

/** @typedef {import('../session.js').Recovery} Recovery */

/** @param {import('../main.js').Visit} visit @returns {import('../main.js').Page | null} */
export function open({ signal }) {
  const element = h('div', { class: 'narrow card' });
  const title = words.recovery.title;
  const state = recovery();
  if (!state) {
    go(session() ? '#/account' : '#/redeem', { replace: true });
    return null;
  }
  const timer = setTimeout(() => showOver(), Math.max(0, state.ends_at - Date.now()));
  signal.addEventListener('abort', () => clearTimeout(timer));

  /** Whether the last answer to a completion was lost. */
  let mayBeDone = false;

  /** @param {...Node} content */
  function show(...content) {
    fill(element, ...content);
    const start = element.querySelector('[data-focus]') ?? element.querySelector('h1');
    if (start instanceof HTMLElement && element.isConnected) start.focus();
  }

  /** @param {Recovery} at */
  function showStep(at) {
    const step = at.has_password ? 'totp' : 'password';
    const deadline = h('p', { class: 'hint' }, words.recovery.endsAt(timeOf(byService(at.ends_at))));
    const content = at.has_password ? authenticatorStep(at, actions) : passwordStep(at, actions);
    show(steps(step), ...content, deadline);
  }

  /** @param {Partial<Recovery>} change */
  function moveOn(change) {
    const state = recovery();
    if (!state) return showOver();
    const next = { ...state, ...change };
    keepRecovery(next);
    showStep(next);
  }

  function countWrongCode() {
    const state = recovery();
    if (!state) return WRONG_CODES;
    keepRecovery({ ...state, wrong_codes: state.wrong_codes + 1 });
    return state.wrong_codes + 1;
  }

  function showOver() {
    clearTimeout(timer);
    keepRecovery(null);
    show(
      h('h1', { tabindex: '-1' }, words.recovery.overTitle),
      h('p', {}, words.recovery.over),
      h('p', {}, mayBeDone ? words.recovery.maybeDone : words.recovery.askAgain),
      h('p', {}, support()),
      h('p', { class: 'actions' }, h('a', { href: '#/redeem' }, words.recovery.enterOther), h('a', { href: '#/sign-in' }, words.signIn.title)),
    );
  }

  /** Sends a step. If the API says that the recovery has ended or that a step is missing, the page changes. */
  const actions = {
    /** @template T @param {() => Promise<T>} send @returns {Promise<T | undefined>} */
    async attempt(send) {
      try {
        return await send();
      } catch (error) {
        if (isProblem(error, 'unauthenticated')) showOver();
        else if (isProblem(error, 'recovery_incomplete')) moveOn(missing(error));
        else throw error;
      }
    },
    passwordIsSet: () => moveOn({ has_password: true }),
    /** @param {import('../session.js').Enrolment} enrolment */
    keepEnrolment(enrolment) {
      const state = recovery();
      // After the page was left and opened again, another key is shown.
      if (state && !signal.aborted) keepRecovery({ ...state, enrolment });
    },
    /** @param {string} code */
    async complete(code) {
      try {
        const answer = await holdFor(api.completeRecovery(code));
        clearTimeout(timer);
        keepRecovery(null);
        startSession(answer);
        show(steps('codes'), ...keepCodes(answer.backup_codes, answer.employee.email, () => go('#/', { replace: true })));
      } catch (error) {
        if (error instanceof api.Unreachable) mayBeDone = true;
        if (isProblem(error, 'totp_rejected') && countWrongCode() >= WRONG_CODES) return showOver();
        throw error;
      }
    },
  };

  showStep(state);
  return { title, element };
}

/** What of the recovery the API does not have, as it said. @param {unknown} error @returns {Partial<Recovery>} */
function missing(error) {
  const missing = error instanceof api.Problem ? error.body.missing ?? [] : [];
  return {
    ...(missing.includes('password') && { has_password: false }),
    ...(missing.includes('totp') && { enrolment: null }),
  };
}
