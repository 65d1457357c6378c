/** The header: whose portal it is, where one can go, who is signed in. On a narrow screen it is one line, and the rest is a menu. */

import { signOut } from './api.js';
import { brandName, initials, logo } from './brand.js';
import { fill, h, icon, newId } from './dom.js';
import { actionButton } from './form.js';
import { words } from './language.js';
import { explain } from './problems.js';
import { here } from './router.js';
import { isSecurityAdmin, recovery, session } from './session.js';
import { leaveAllTabs } from './tabs.js';

/** Whether the page is for somebody who is not in yet. Another person may be signed in in this tab, whose name would be misleading here. */
const isBeforeSession = () => ['redeem', 'disown'].includes(here().name) || (here().name === 'recovery' && recovery() !== null);

export const head = h('header', { class: 'head' });

const content = h('div', { class: 'menu-content', id: newId() });

const toggle = h('button', { type: 'button', class: 'icon-button menu', 'aria-expanded': 'false', 'aria-controls': content.id }, icon('menu'));

/** @param {boolean} isOpen */
function open(isOpen) {
  toggle.setAttribute('aria-expanded', String(isOpen));
  head.classList.toggle('open', isOpen);
}

const isOpen = () => head.classList.contains('open');

toggle.addEventListener('click', () => open(!isOpen()));
head.addEventListener('keydown', ({ key }) => {
  if (key !== 'Escape' || !isOpen()) return;
  open(false);
  toggle.focus();
});
head.addEventListener('focusout', ({ relatedTarget }) => {
  if (relatedTarget instanceof Node && !head.contains(relatedTarget)) open(false);
});
document.addEventListener('click', ({ target }) => target instanceof Node && !head.contains(target) && open(false));

/** @param {(text: string) => void} say  Shows why a sign-out has failed. */
export function refreshHead(say) {
  const isWithPerson = session() !== null && !isBeforeSession();
  open(false);
  toggle.setAttribute('aria-label', words.shell.menu);
  fill(content, isWithPerson && [navigation(), person(), signOutButton(say)]);
  fill(head, h('a', { href: '#/', class: 'brand' }, logo(), h('span', { dir: 'auto' }, brandName())), isWithPerson && [toggle, content]);
}

/** @param {string} hash */
const isHere = (hash) => location.hash.split('?')[0] === hash && 'page';

function navigation() {
  const link = (/** @type {string} */ hash, /** @type {string} */ text) =>
    h('li', {}, h('a', { href: hash, 'aria-current': isHere(hash) }, text));
  const list = h(
    'ul',
    {},
    h('li', { class: 'group' }, words.account.admin),
    link('#/employees', words.employees.title),
    link('#/audit', words.audit.title),
    link('#/home', words.home.title),
    link('#/company', words.company.title),
  );
  return isSecurityAdmin() && h('nav', { 'aria-label': words.shell.main }, list);
}

function person() {
  const name = session()?.employee.name ?? '';
  return h(
    'a',
    { href: '#/account', class: 'who', 'aria-current': isHere('#/account') },
    initials(name, 'avatar'),
    h('span', { class: 'visually-hidden' }, `${words.account.title}: `),
    h('span', { dir: 'auto' }, name),
  );
}

/** Ends every session of the person, as its label says. If that fails, it says why. @param {(text: string) => void} say */
function signOutButton(say) {
  const button = actionButton(words.account.signOut);
  button.addEventListener('click', async () => {
    if (button.isBusy()) return;
    button.setBusy(true);
    say('');
    try {
      await signOut();
      leaveAllTabs();
    } catch (error) {
      say(explain(error));
    } finally {
      button.setBusy(false);
    }
  });
  return button;
}
