/** The frame of every page: the header with its links, the place for the page, the footer. */

import config from '../config.js';
import { signOut } from './api.js';
import { fill, h } from './dom.js';
import { actionButton, announcement } from './form.js';
import { LANGUAGES, choose, language, words } from './language.js';
import { explain } from './problems.js';
import { isSecurityAdmin, session, sessions } from './session.js';
import { leaveAllTabs } from './tabs.js';

const main = h('main', { id: 'content', tabindex: '-1' });

/** Shown on every page while the network is down. */
const notice = announcement('status');
notice.className = 'offline';

/** Builds it, once. */
export function build() {
  const skip = h('a', { href: '#content', class: 'skip' }, words.shell.skip);
  skip.addEventListener('click', (event) => {
    // The part after `#` names the page, and stays.
    event.preventDefault();
    main.focus();
  });
  document.body.replaceChildren(skip, head(), offline(), main, foot());
}

function head() {
  const nav = h('nav', { 'aria-label': words.shell.main });
  const leave = signOutButton();
  const refresh = () => {
    const link = (/** @type {string} */ hash, /** @type {string} */ text) => h('li', {}, h('a', { href: hash }, text));
    const who = session() !== null;
    leave.hidden = !who;
    fill(
      nav,
      who && h(
        'ul',
        {},
        isSecurityAdmin() && h('li', { class: 'group' }, words.account.admin),
        isSecurityAdmin() && link('#/employees', words.employees.title),
        isSecurityAdmin() && link('#/audit', words.audit.title),
        link('#/account', words.account.title),
      ),
    );
  };
  for (const event of ['started', 'left', 'ended']) sessions.addEventListener(event, refresh);
  refresh();
  return h('header', { class: 'head' }, h('a', { href: '#/', class: 'brand' }, config.brand), nav, leave);
}

/** Ends every session of the person. If that fails, it shows a message. */
function signOutButton() {
  const button = actionButton(words.account.signOut);
  button.addEventListener('click', async () => {
    if (button.isBusy()) return;
    button.setBusy(true);
    notice.say();
    try {
      await signOut();
      leaveAllTabs();
    } catch (error) {
      notice.say(explain(error));
    } finally {
      button.setBusy(false);
    }
  });
  return button;
}

function offline() {
  const refresh = () => notice.say(navigator.onLine ? '' : words.shell.offline);
  addEventListener('online', refresh);
  addEventListener('offline', refresh);
  refresh();
  return notice;
}

function foot() {
  const options = Object.entries(LANGUAGES).map(([tag, name]) =>
    h('option', { value: tag, lang: tag, selected: tag === language }, name),
  );
  const select = h('select', { 'aria-label': words.shell.language }, options);
  select.addEventListener('change', () => choose(select.value));
  const links = config.links.map(({ label, href }) => h('li', {}, h('a', { href, target: '_blank', rel: 'noopener' }, label)));
  return h('footer', { class: 'foot' }, links.length > 0 && h('ul', {}, links), select);
}

/**
 * Shows a page. The focus goes to its heading, where a screen reader starts reading.
 *
 * @param {string} title
 * @param {HTMLElement} element
 * @param {boolean} isFirst  The very first page leaves the focus to the browser.
 */
export function show(title, element, isFirst) {
  document.title = `${title} · ${config.brand}`;
  fill(main, element);
  for (const link of document.querySelectorAll('.head nav a')) {
    const isHere = location.hash.split('?')[0] === link.getAttribute('href');
    if (isHere) link.setAttribute('aria-current', 'page');
    else link.removeAttribute('aria-current');
  }
  const start = element.querySelector('[data-focus]') ?? element.querySelector('h1');
  if (start instanceof HTMLElement && !(isFirst && start.tagName === 'H1')) start.focus();
  if (!isFirst) scrollTo(0, 0);
}

/** Shows that the page waits for an answer, if it takes long enough. @param {boolean} isBusy */
export function setBusy(isBusy) {
  main.setAttribute('aria-busy', String(isBusy));
}
