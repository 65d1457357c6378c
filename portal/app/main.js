/**
 * The start: loads the texts, builds the shell, and then shows the page of each address.
 *
 * @typedef {import('./router.js').Place} Place
 * @typedef {object} Page
 * @property {string} title
 * @property {HTMLElement} element  With an `h1` that can take the focus.
 * @property {(place: Place) => void} [update]  Shows another place of the same page.
 * @property {() => void} [shown]  Called once the page is shown.
 *
 * @typedef {{ place: Place, signal: AbortSignal }} Visit  The signal says that the page is left.
 * @typedef {{ needs: 'nobody' | 'session' | 'admin', open: (visit: Visit) => Page | null | Promise<Page | null> }} PageModule  None if it has gone elsewhere.
 */

import { setSignInAgain } from './api.js';
import { h } from './dom.js';
import { choose, loadWords, refreshTimes, words } from './language.js';
import { go, here, isFree, start, takeSecret } from './router.js';
import { isSecurityAdmin, returnTo, session, sessions } from './session.js';
import { build, place as pagePlace, refresh, say, setBusy, show } from './shell.js';
import { signInAgain } from './sign-in-again.js';
import { shareSession, takeOverSession } from './tabs.js';
import { keepTyped } from './typed.js';

/** @type {Record<string, () => Promise<PageModule>>} */
const PAGES = {
  'sign-in': () => import('./pages/sign-in.js'),
  redeem: () => import('./pages/redeem.js'),
  recovery: () => import('./pages/recovery.js'),
  disown: () => import('./pages/disown.js'),
  home: () => import('./pages/home.js'),
  account: () => import('./pages/account.js'),
  employees: () => import('./pages/employees.js'),
  company: () => import('./pages/company.js'),
  person: () => import('./pages/person.js'),
  audit: () => import('./pages/audit.js'),
  approvals: () => import('./pages/approvals.js'),
};

/** The page that an address leads to. @param {Place} place */
const pageOf = ({ name, rest }) => (name === 'employees' && rest ? 'person' : name === 'person' ? '' : name);

/** @type {{ name: string, page: Page } | null} */
let current = null;

let isFirst = true;

/** How often relative times are brought up to date, in milliseconds. */
const REFRESH = 30_000;

let leaving = new AbortController();

/** @param {Place} place @param {{ isSame?: boolean }} [how]  The same page again, in another language. */
async function visit(place, { isSame = false } = {}) {
  if (place.name === '') return go(session() ? home() : '#/sign-in', { replace: true });
  const name = pageOf(place);
  if (current?.name === name && current.page.update && !isSame) return current.page.update(place);

  leaving.abort();
  leaving = new AbortController();
  const { signal } = leaving;
  // The signal has ended what it loads, so coming back to it is opening it.
  current = null;
  setBusy(true);
  const page = await load(place, signal);
  if (signal.aborted || !page) return;
  current = { name, page };
  setBusy(false);
  show(page.title, page.element, { isFirst, isSame });
  isFirst = false;
  page.shown?.();
}

/** The start page: most admins come for one employee. */
const home = () => (isSecurityAdmin() ? '#/employees' : '#/account');

/** @param {Place} place @param {AbortSignal} signal @returns {Promise<Page | null>} */
async function load(place, signal) {
  const name = pageOf(place);
  const module = Object.hasOwn(PAGES, name) ? PAGES[name] : undefined;
  if (!module) return notFound();
  let loaded;
  try {
    loaded = await module();
  } catch {
    return notLoaded();
  }
  const isForSession = loaded.needs !== 'nobody' || place.name === 'sign-in';
  if (isForSession && !session()) await takeOverSession();
  if (signal.aborted) return null;
  if (loaded.needs !== 'nobody' && !session()) {
    signInFirst();
    return null;
  }
  if (loaded.needs === 'admin' && !isSecurityAdmin()) {
    return message(words.employees.title, words.problems.not_security_admin, h('a', { href: '#/account' }, words.account.title));
  }
  return loaded.open({ place, signal });
}

/** @param {string} title @param {string} text @param {HTMLElement} next @returns {Page} */
function message(title, text, next) {
  const heading = h('h1', { tabindex: '-1' }, title);
  return { title, element: h('div', { class: 'narrow' }, heading, h('p', {}, text), h('p', {}, next)) };
}

const notFound = () =>
  message(words.shell.notFoundTitle, words.shell.noPage, h('a', { href: '#/' }, words.shell.home));

/** The network went down between two pages. A browser loads a module that failed again only after a reload. */
function notLoaded() {
  const retry = h('button', { type: 'button', class: 'primary', onclick: () => location.reload() }, words.shell.retry);
  return message(words.shell.notLoadedTitle, words.shell.notLoaded, retry);
}

/** Goes to the sign-in, which returns here. */
function signInFirst() {
  returnTo({ hash: location.hash, cursors: history.state?.cursors ?? null });
  go('#/sign-in', { replace: true });
}

/** Pages for people without a session. One that ends in another tab does not end a recovery in this one. */
const isWithoutSession = () => ['redeem', 'recovery', 'disown'].includes(here().name);

sessions.addEventListener('ended', () => isWithoutSession() || signInFirst());
sessions.addEventListener('left', () => isWithoutSession() || go('#/sign-in'));
setSignInAgain(signInAgain);

takeSecret();
await loadWords();
/** Shows the same page in another language. What was typed stays. @param {string} tag */
async function changeLanguage(tag) {
  if (!isFree()) return refresh();
  try {
    if (!(await choose(tag))) return;
  } catch {
    refresh();
    return say(words.shell.notLoaded);
  }
  const restore = keepTyped(pagePlace());
  await visit(here(), { isSame: true });
  restore();
}

shareSession();
build((tag) => void changeLanguage(tag));
setInterval(refreshTimes, REFRESH);
start((place) => void visit(place));
