/** The authenticator step: the key as a QR code and as text, and digits that prove that the app has it. */

import * as api from '../../api.js';
import { copied, fill, h } from '../../dom.js';
import { actionButton, announcement, field, form } from '../../form.js';
import { words } from '../../language.js';
import { explain, isProblem } from '../../problems.js';

/**
 * @typedef {object} Actions
 * @property {<T>(send: () => Promise<T>) => Promise<T | undefined>} attempt
 * @property {(enrolment: api.Enrolment) => void} keepEnrolment
 * @property {(code: string) => Promise<void>} complete
 */

/**
 * @param {import('../../session.js').Recovery} state
 * @param {Actions} actions
 * @returns {HTMLElement[]}
 */
export function authenticatorStep(state, actions) {
  const { recovery } = words;
  const heading = h('h1', { tabindex: '-1' }, recovery.totpTitle);
  const key = h('div', { class: 'enrolment' });
  if (state.enrolment) showKey(key, state.enrolment);
  else void begin(key, actions, heading);

  const digits = field({
    label: recovery.digits,
    name: 'code',
    inputmode: 'numeric',
    autocomplete: 'one-time-code',
    class: 'code',
    maxlength: '12',
    check: (value) => (/^\d{6}$/.test(value.replace(/\s/g, '')) ? '' : words.form.checkDigits),
  });
  const send = () => actions.attempt(() => actions.complete(digits.input.value.replace(/\s/g, '')));
  /** @param {unknown} error */
  const refused = (error) => {
    if (!isProblem(error, 'totp_rejected')) return;
    digits.refuse(explain(error));
    digits.input.focus();
    digits.input.select();
    return '';
  };
  return [heading, h('p', {}, isHandheld() ? recovery.totpTextHere : recovery.totpText), key, form({ fields: [digits], label: recovery.finish, send, refused })];
}

/** A phone cannot scan its own screen: there the link to an app on it comes first. */
const isHandheld = () => matchMedia('(width < 40rem), (pointer: coarse)').matches;

/** @param {HTMLElement} place @param {Actions} actions @param {HTMLElement} heading  It takes the focus of what disappears. */
async function begin(place, actions, heading) {
  const { recovery } = words;
  fill(place, h('div', { class: 'qr' }), h('p', { role: 'status' }, recovery.wait));
  try {
    const enrolment = await actions.attempt(api.beginEnrolment);
    if (!enrolment) return;
    actions.keepEnrolment(enrolment);
    showKey(place, enrolment);
  } catch (error) {
    const message = announcement();
    const retry = h('button', { type: 'button' }, words.shell.retry);
    retry.addEventListener('click', () => {
      heading.focus();
      void begin(place, actions, heading);
    });
    fill(place, h('div', { class: 'qr' }), message, retry);
    message.say(explain(error));
  }
}

/** @param {HTMLElement} place @param {api.Enrolment} enrolment */
function showKey(place, { secret, otpauth_uri, qr_svg }) {
  const { recovery } = words;
  const said = announcement('status');
  const copy = actionButton(recovery.copyKey);
  copy.addEventListener('click', async () => {
    said.say((await copied(secret)) ? words.form.copied : words.form.notCopied);
  });
  const qr = h('img', { class: 'qr', alt: recovery.qr, src: `data:image/svg+xml,${encodeURIComponent(qr_svg)}` });
  const open = h('a', { href: otpauth_uri, class: isHandheld() ? 'button primary open-app' : '' }, recovery.openApp);
  const key = h(
    'div',
    { class: 'key' },
    h('p', { class: 'hint' }, recovery.addKey),
    h('p', {}, h('code', { class: 'secret' }, secret.replace(/(.{4})(?=.)/g, '$1 '))),
    h('p', { class: 'actions' }, copy, !isHandheld() && open),
    said,
  );
  fill(place, isHandheld() && open, qr, key);
}
