/** Backup codes, shown once. The person can copy, download or print them, and must confirm that they are saved before leaving the page. */

import { brandName } from '../../brand.js';
import { now } from '../../clock.js';
import { copied, download, h, newId } from '../../dom.js';
import { actionButton, announcement } from '../../form.js';
import { dateAndTime, words } from '../../language.js';
import { holdUntil } from '../../router.js';

/**
 * @param {string[]} codes
 * @param {string} email  The owner.
 * @param {() => void} done
 * @returns {HTMLElement[]}
 */
export function keepCodes(codes, email, done) {
  const { backupCodes } = words;
  const file = `${backupCodes.file(brandName(), email, dateAndTime(now()))}\n\n${codes.join('\n')}\n`;
  const said = announcement('status');
  const refusal = announcement();

  const copy = actionButton(backupCodes.copy);
  copy.addEventListener('click', async () => {
    said.say((await copied(file)) ? words.form.copied : words.form.notCopied);
  });
  const save = actionButton(backupCodes.download);
  save.addEventListener('click', () => download('backup-codes.txt', 'text/plain', file));
  const print = actionButton(backupCodes.print);
  print.addEventListener('click', () => window.print());

  refusal.id = newId();
  const box = h('input', { type: 'checkbox', id: newId(), 'aria-describedby': refusal.id });
  box.addEventListener('change', () => refusal.say());
  const isKept = () => {
    if (box.checked) return true;
    refusal.say(backupCodes.keepFirst);
    box.focus();
    refusal.scrollIntoView({ block: 'nearest' });
    return false;
  };
  const finish = actionButton(backupCodes.done, { class: 'primary' });
  finish.addEventListener('click', () => isKept() && done());
  holdUntil(isKept);

  return [
    h('h1', { tabindex: '-1' }, backupCodes.title),
    h('p', {}, backupCodes.text),
    h('p', { class: 'printed-only' }, `${brandName()}, ${email}`),
    h('ul', { class: 'codes' }, codes.map((code) => h('li', {}, h('code', {}, code)))),
    h('p', { class: 'actions' }, copy, save, print),
    said,
    h('p', { class: 'check' }, box, h('label', { for: box.id }, backupCodes.keep)),
    refusal,
    finish,
  ];
}
