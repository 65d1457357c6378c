/** The sign-in page on a local stack: what this is, and "Sign in as Ada". */

import { call } from '../accounts.js';
import { h } from '/_local/dom.js';

/** Digits that somebody has used by hand are refused; the next ones are not. */
const MAX_TRIES = 3;

/** The address of the Security Admin whom the stack has enrolled. None with own employees. */
const address = document.querySelector('meta[name=readmit-local-admin]')?.getAttribute('content') ?? null;

/** Adds the help to the sign-in page whenever it is shown: before it is drawn, so that nothing moves. */
export function helpToSignIn() {
  const look = () => {
    if (!location.hash.startsWith('#/sign-in') || document.querySelector('.local-help')) return;
    const form = document.querySelector('main form:has([name=email]):has([name=password]):has([name=code])');
    if (form instanceof HTMLFormElement) form.closest('main')?.prepend(help(form));
  };
  new MutationObserver(look).observe(document, { childList: true, subtree: true });
}

/** @param {HTMLFormElement} form The portal's own. */
function help(form) {
  const said = h('p', { class: 'hint', role: 'status' });
  const place = (/** @type {(Node | string | false)[]} */ ...content) =>
    h('section', { class: 'local-help narrow card', lang: 'en', 'aria-label': 'About this local stack' }, ...content, said);
  if (address === null) {
    return place(
      h('p', {}, 'This is a local stack with your own employees. It runs on this machine alone. '
        + 'The mails that it sends appear in the dock at the foot of the page.'),
    );
  }
  const name = (address.split('@')[0] ?? '').replace(/^./, (letter) => letter.toUpperCase());
  const button = h('button', { type: 'button', class: 'primary' }, `Sign in as ${name}`);
  let isBusy = false;
  button.addEventListener('click', async () => {
    if (isBusy) return;
    isBusy = true;
    try {
      await signIn(form, said);
    } catch {
      said.textContent = 'The local stack does not answer.';
    } finally {
      isBusy = false;
    }
  });
  return place(
    h('p', {}, `This is a local stack with a sample company of 250 people. It runs on this machine alone, and ${name} is its Security Admin.`),
    h('p', { class: 'actions' }, button),
  );
}

/**
 * Fills in the portal's form and sends it, as a person would.
 *
 * @param {HTMLFormElement} form
 * @param {HTMLElement} said
 */
async function signIn(form, said) {
  for (let tries = 0; tries < MAX_TRIES && form.isConnected; ) {
    const answer = await call('POST', '/_local/authenticator/sign-in', {});
    if (answer.wait_millis) {
      said.textContent = `Each code works once. The next one comes in ${Math.ceil(answer.wait_millis / 1_000)} s.`;
      await new Promise((resolve) => setTimeout(resolve, Math.min(answer.wait_millis, 1_000)));
      continue;
    }
    tries += 1;
    useDigits(form);
    for (const name of ['email', 'password', 'code']) {
      const input = form.querySelector(`[name=${name}]`);
      if (!(input instanceof HTMLInputElement)) return;
      input.value = answer[name];
      input.dispatchEvent(new Event('input', { bubbles: true }));
    }
    said.textContent = 'Signing in…';
    form.requestSubmit();
    if (await isAccepted(form)) return;
  }
  if (form.isConnected) said.textContent = 'Password or authenticator were changed since the start. Sign in with the new ones.';
}

/** If the field of a backup code is shown, the portal's own button shows that of the digits again. @param {HTMLFormElement} form */
function useDigits(form) {
  const backup = form.querySelector('.field:not([hidden]):has([name=backup-code]) button');
  if (backup instanceof HTMLButtonElement) backup.click();
}

/** Whether the portal has taken the form: it leaves the page, or it shows a refusal. @param {HTMLFormElement} form @returns {Promise<boolean>} */
function isAccepted(form) {
  return new Promise((resolve) => {
    const look = () => {
      const isRefused = form.querySelector('[role=alert]:not(:empty)') !== null;
      if (form.isConnected && !isRefused) return;
      watch.disconnect();
      resolve(!isRefused);
    };
    const watch = new MutationObserver(look);
    watch.observe(document, { childList: true, subtree: true, characterData: true });
  });
}
