/** "This was not me": opening the mail's link changes nothing, only the button does. */

import * as api from '../api.js';
import { fill, h } from '../dom.js';
import { form } from '../form.js';
import { words } from '../language.js';
import { keepLink, link } from '../session.js';

export const needs = 'nobody';

/** @returns {import('../main.js').Page} */
export function open() {
  const { disown } = words;
  const brought = link();
  const token = brought?.to === 'disown' ? brought.secret : '';
  const heading = h('h1', { tabindex: '-1' }, disown.title);
  const element = h('div', { class: 'narrow card' }, heading);
  if (!token) {
    element.append(h('p', {}, disown.none), h('p', {}, h('a', { href: '#/' }, words.shell.home)));
    return { title: disown.title, element };
  }
  const send = async () => {
    await api.disownPasscode(token);
    keepLink(null);
    const done = h('h1', { tabindex: '-1' }, disown.doneTitle);
    fill(element, done, h('p', { role: 'status' }, disown.done), h('p', {}, disown.next));
    done.focus();
  };
  element.append(h('p', {}, disown.text), form({ fields: [], label: disown.action, send, buttonClass: 'primary danger' }));
  return { title: disown.title, element };
}
