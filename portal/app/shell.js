/** The frame of every page: the header, the place for the page, the footer. */

import config from '../config.js';
import { applyColor, brandName, support } from './brand.js';
import { fill, h } from './dom.js';
import { announcement } from './form.js';
import { head, refreshHead } from './head.js';
import { LANGUAGES, language, words } from './language.js';
import { sessions } from './session.js';

const main = h('main', { id: 'content', tabindex: '-1' });

/** Shown on every page while the network is down. */
const notice = announcement('status');
notice.className = 'offline';

const foot = h('footer', { class: 'foot' });

const skip = h('a', { href: '#content', class: 'skip' });

const select = h('select', {}, Object.entries(LANGUAGES).map(([tag, name]) => h('option', { value: tag, lang: tag }, name)));

/** Builds it, once. @param {(tag: string) => void} choose  Changes the language. */
export function build(choose) {
  skip.addEventListener('click', (event) => {
    // The part after `#` names the page, and stays.
    event.preventDefault();
    main.focus();
  });
  select.addEventListener('change', () => choose(select.value));
  for (const event of ['online', 'offline']) addEventListener(event, refreshNotice);
  for (const event of ['started', 'left', 'ended', 'changed']) sessions.addEventListener(event, refresh);
  refresh();
  document.body.replaceChildren(skip, head, notice, main, foot);
}

/** Shows whose portal it is, who is signed in, and all of it in the language of now. */
export function refresh() {
  applyColor();
  refreshHead(say);
  refreshNotice();
  skip.textContent = words.shell.skip;
  select.setAttribute('aria-label', words.shell.language);
  select.value = language;
  const links = config.links.map(({ label, href }) => h('li', {}, h('a', { href, target: '_blank', rel: 'noopener' }, label)));
  // The select keeps the focus only where it is.
  for (const child of [...foot.children]) child !== select && child.remove();
  foot.prepend(...[links.length > 0 && h('ul', {}, links), support()].filter((child) => child instanceof Node));
  if (!select.isConnected) foot.append(select);
}

const refreshNotice = () => notice.say(navigator.onLine ? '' : words.shell.offline);

/** Says something above the page. @param {string} text */
export const say = (text) => notice.say(text);

/**
 * Shows a page. The focus goes to its heading, where a screen reader starts reading.
 *
 * @param {string} title
 * @param {HTMLElement} element
 * @param {{ isFirst?: boolean, isSame?: boolean }} how  The very first page leaves the focus to the browser, and the same page in another
 * language leaves it where it is.
 */
export function show(title, element, { isFirst = false, isSame = false }) {
  document.title = `${title} · ${brandName()}`;
  fill(main, element);
  refresh();
  if (isSame) return;
  const start = element.querySelector('[data-focus]') ?? element.querySelector('h1');
  if (start instanceof HTMLElement && !(isFirst && start.tagName === 'H1')) start.focus();
  if (!isFirst) scrollTo(0, 0);
}

/** Where the page is. */
export const place = () => main;

/** Shows that the page waits for an answer, if it takes long enough. @param {boolean} isBusy */
export function setBusy(isBusy) {
  main.setAttribute('aria-busy', String(isBusy));
}
