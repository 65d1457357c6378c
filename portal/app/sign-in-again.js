/**
 * A sign-in in place: the API accepts some requests only after a recent sign-in. A dialog over the page asks for password
 * and second factor. The page keeps everything that was typed, and the request is repeated (`api.js`).
 */

import * as api from './api.js';
import { dialog } from './dialog.js';
import { h, newId } from './dom.js';
import { form, ownerField, passwordField } from './form.js';
import { words } from './language.js';
import { secondFactor } from './second-factor.js';
import { accessToken, endSession, renewSession, session, sessions } from './session.js';

/** The open dialog: requests that need a sign-in at the same time share it. @type {Promise<void> | null} */
let asked = null;

/** Rejects with an `AbortError` if the dialog is closed, the page is left or the session ends before it. @returns {Promise<void>} */
export function signInAgain() {
  asked ??= ask().finally(() => (asked = null));
  return asked;
}

/** @returns {Promise<void>} */
function ask() {
  return new Promise((resolve, reject) => {
    const me = session()?.employee;
    const email = me?.email ?? '';
    const closing = new AbortController();
    let isSignedIn = false;

    const { element, body } = dialog({
      title: words.signIn.again,
      hasOwnFocus: true,
      closed: () => {
        closing.abort();
        element.remove();
        if (isSignedIn) resolve();
        else reject(closing.signal.reason);
      },
    });
    const close = () => element.close();
    const password = passwordField({ label: words.form.password, name: 'password', autocomplete: 'current-password', autofocus: true });
    const code = secondFactor();
    const send = async () => {
      const typed = { email, password: password.input.value, code: code.field().input.value };
      const answer = await api.signIn(typed, closing.signal);
      // The address may belong to another person by now, who must not continue with this page.
      if (answer.employee.employee_id !== me?.employee_id) return endSession(accessToken());
      renewSession(answer);
      isSignedIn = true;
      close();
    };

    const why = h('p', { id: newId() }, words.signIn.againText);
    const owner = h('p', {}, h('span', { class: 'hint' }, words.form.email), h('br'), h('strong', { class: 'address' }, email));
    const cancel = h('button', { type: 'button', onclick: close }, words.signIn.cancel);
    const fields = [password, ...code.fields];
    body.append(why, owner, form({ fields, label: words.signIn.action, send, before: [ownerField(email)], beside: cancel }));
    element.classList.add('small');
    element.setAttribute('aria-describedby', why.id);
    for (const event of ['ended', 'left']) sessions.addEventListener(event, close, { signal: closing.signal });
    addEventListener('hashchange', close, { signal: closing.signal });
    document.body.append(element);
    element.showModal();
    sessions.dispatchEvent(new Event('asked'));
  });
}
