/** Fields and forms: labels, errors at their fields, and a submit that sends only once. */

import { fill, h, newId } from './dom.js';
import { words } from './language.js';
import { explain, isGivenUp } from './problems.js';
import { sessions } from './session.js';

/**
 * @typedef {object} Field
 * @property {HTMLElement} element
 * @property {HTMLInputElement} input
 * @property {(text: string) => void} refuse  Shows what is wrong; the empty text removes the message.
 * @property {() => string} fault  What is wrong with the typed text, or the empty text.
 */

/**
 * A text field.
 *
 * @param {{ label: string, hint?: string, check?: (value: string) => string, isOptional?: boolean,
 *   beside?: HTMLElement | undefined } & Record<string, unknown>} options  All others are attributes of the input.
 * @returns {Field}
 */
export function field({ label, hint, check, isOptional = false, beside, ...attributes }) {
  const id = newId();
  const described = [hint && `${id}-hint`, `${id}-error`, attributes['aria-describedby']].filter(Boolean).join(' ');
  const input = h('input', {
    id,
    type: 'text',
    autocapitalize: 'none',
    spellcheck: 'false',
    'aria-required': !isOptional && 'true',
    ...attributes,
    'aria-describedby': described,
  });
  const error = h('p', { id: `${id}-error`, class: 'field-error' });
  const refuse = (/** @type {string} */ text) => {
    input.setAttribute('aria-invalid', String(text !== ''));
    error.textContent = text;
  };
  input.addEventListener('input', () => refuse(''));
  const element = h(
    'div',
    { class: 'field' },
    h('label', { for: id }, label),
    hint && h('p', { id: `${id}-hint`, class: 'hint' }, hint),
    beside ? h('div', { class: 'joined' }, input, beside) : input,
    error,
  );
  const fault = () => {
    const value = input.value.trim();
    if (value === '') return isOptional ? '' : words.form.missing;
    return check?.(value) ?? '';
  };
  return { element, input, refuse, fault };
}

/**
 * A field for a password, which can be shown.
 *
 * @param {{ label: string, hint?: string, isOptional?: boolean } & Record<string, unknown>} options
 */
export function passwordField(options) {
  const toggle = h(
    'button',
    { type: 'button', class: 'quiet', 'aria-pressed': 'false', 'aria-label': words.form.showPassword },
    words.form.show,
  );
  const made = field({ type: 'password', beside: toggle, ...options });
  toggle.addEventListener('click', () => {
    const isShown = made.input.type === 'text';
    made.input.type = isShown ? 'password' : 'text';
    toggle.setAttribute('aria-pressed', String(!isShown));
    toggle.textContent = isShown ? words.form.show : words.form.hide;
  });
  return made;
}

/** Tells a password manager whose password it is. It is invisible. @param {string} email */
export const ownerField = (email) =>
  h('input', { type: 'email', name: 'email', autocomplete: 'username', value: email, readonly: true, hidden: true });

/** @param {Partial<Record<string, unknown>>} [options] */
export const emailField = (options = {}) =>
  field({
    label: words.form.email,
    type: 'email',
    name: 'email',
    autocomplete: 'username',
    inputmode: 'email',
    check: (value) => (/^[^\s@]+@[^\s@]+$/.test(value) ? '' : words.form.checkAddress),
    ...options,
  });

/**
 * A button that shows that it is busy. It is not disabled meanwhile, so that it keeps the focus.
 *
 * @param {string} label
 * @param {Record<string, unknown>} [attributes]
 */
export function actionButton(label, attributes = {}) {
  const button = h('button', { type: 'button', ...attributes }, h('span', {}, label));
  return Object.assign(button, {
    setBusy(/** @type {boolean} */ isBusy) {
      if (isBusy) button.setAttribute('aria-disabled', 'true');
      else button.removeAttribute('aria-disabled');
    },
    isBusy: () => button.getAttribute('aria-disabled') === 'true',
  });
}

/** A line that screen readers announce when its text changes; `alert`, for errors, at once. @param {'alert' | 'status'} [role] */
export function announcement(role = 'alert') {
  const element = h('p', { class: role === 'alert' ? 'message bad' : 'message', role });
  return Object.assign(element, { say: (/** @type {(Node | string)[]} */ ...text) => fill(element, ...text) });
}

/** After so many milliseconds the page says that an answer is slow. */
const SLOW = 4_000;

/**
 * Waits for an answer, and calls `slow` if it takes long, because a sentence says more than a spinner. While the answer
 * waits for the person to sign in again, it does not count as slow.
 *
 * @template T
 * @param {Promise<T>} answer
 * @param {() => void} slow
 * @returns {Promise<T>}
 */
export async function patiently(answer, slow) {
  const timer = setTimeout(slow, SLOW);
  const stop = () => clearTimeout(timer);
  sessions.addEventListener('asked', stop);
  try {
    return await answer;
  } finally {
    stop();
    sessions.removeEventListener('asked', stop);
  }
}

/**
 * A form. Its submit checks every field, sends only once however often it is pressed, and shows errors below the button,
 * where the message moves nothing else.
 *
 * @param {{ fields: (Field | import('./choice.js').Choice)[], label: string, send: () => Promise<unknown>, refused?: (error: unknown) => string | void,
 *   before?: (Node | string | false)[], beside?: HTMLElement, buttonClass?: string }} options  `refused` gives words of its
 *   own, or none; `before` stands above the fields, `beside` at the button.
 */
export function form({ fields, label, send, refused, before = [], beside, buttonClass = 'primary' }) {
  const button = actionButton(label, { type: 'submit', class: buttonClass });
  const message = announcement();
  const progress = h('p', { class: 'message', role: 'status' });
  const actions = beside ? h('p', { class: 'actions' }, button, beside) : button;
  const element = h('form', { novalidate: true }, ...before, ...fields.map((one) => one.element), actions, progress, message);

  /** @returns {boolean} */
  function isComplete() {
    const faults = fields.map((one) => {
      const fault = one.element.hidden ? '' : one.fault();
      one.refuse(fault);
      return fault;
    });
    fields[faults.findIndex((fault) => fault !== '')]?.input.focus();
    return faults.every((fault) => fault === '');
  }

  element.addEventListener('submit', async (event) => {
    event.preventDefault();
    if (button.isBusy()) return;
    message.say();
    if (!isComplete()) return;
    button.setBusy(true);
    try {
      await patiently(send(), () => (progress.textContent = words.form.slow));
    } catch (error) {
      if (isGivenUp(error)) return;
      message.say(refused?.(error) ?? explain(error));
      message.scrollIntoView({ block: 'nearest' });
    } finally {
      button.setBusy(false);
      progress.textContent = '';
    }
  });
  return Object.assign(element, { message });
}
