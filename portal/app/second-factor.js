/** The second factor: the authenticator's digits, or a backup code. */

import { h } from './dom.js';
import { field } from './form.js';
import { words } from './language.js';

/** Four groups of six, in any spelling that the API accepts. */
const BACKUP_CODE = /^(?:[\s-]*[0-9A-Z]){24}[\s-]*$/i;

/** A field for the authenticator's digits. A click changes it to a field for a backup code, and back. */
export function secondFactor() {
  const swap = (/** @type {string} */ text) => h('button', { type: 'button', class: 'link', onclick: exchange }, text);
  const digits = field({
    label: words.form.code,
    hint: words.form.codeHint,
    name: 'code',
    inputmode: 'numeric',
    autocomplete: 'one-time-code',
    maxlength: '40',
  });
  const backup = field({
    label: words.form.backupCode,
    hint: words.form.backupCodeHint,
    name: 'backup-code',
    autocomplete: 'off',
    autocapitalize: 'characters',
    class: 'code',
    check: (value) => (BACKUP_CODE.test(value) ? '' : words.form.checkBackupCode),
  });
  digits.element.append(swap(words.form.useBackupCode));
  backup.element.append(swap(words.form.useCode));
  backup.element.hidden = true;

  const shown = () => (backup.element.hidden ? digits : backup);
  function exchange() {
    [digits.element.hidden, backup.element.hidden] = [backup.element.hidden === true, digits.element.hidden === true];
    shown().input.focus();
  }
  // What was typed comes back while it is hidden, after another language was chosen.
  backup.input.addEventListener('input', () => backup.element.hidden && exchange());
  return { fields: [digits, backup], field: shown };
}
