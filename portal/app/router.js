/**
 * Where one is, by the part of the address after `#`, which no server ever sees: `#/employees?filter=disabled`.
 *
 * @typedef {{ name: string, rest: string, query: URLSearchParams, state: any }} Place
 * @typedef {(place: Place) => void} Visit
 */

import { keepLink } from './session.js';

/** @type {Visit} */
let visit = () => {};

/** Says whether the page may be left. */
let mayLeave = () => true;

/** Where the page is that is shown. */
let shown = '';

/** @returns {Place} */
export function here() {
  const [path = '', search = ''] = location.hash.replace(/^#\/?/, '').split('?', 2);
  const [name = '', ...rest] = path.split('/');
  return { name, rest: rest.join('/'), query: new URLSearchParams(search), state: history.state };
}

/** Takes the secret of a mail's link out of the address bar, before anything else happens. */
export function takeSecret() {
  const { name, rest } = here();
  if ((name !== 'redeem' && name !== 'disown') || !rest) return;
  history.replaceState(null, '', `#/${name}`);
  keepLink({ to: name, secret: rest });
}

/** Shows where one is, now and from now on. @param {Visit} show */
export function start(show) {
  visit = show;
  addEventListener('hashchange', () => {
    takeSecret();
    if (!mayLeave()) {
      // Whoever goes back or follows a link stays where something would be lost.
      history.pushState(null, '', shown);
      return;
    }
    arrive();
  });
  arrive();
}

function arrive() {
  shown = location.hash;
  mayLeave = () => true;
  visit(here());
}

/**
 * Goes there; with `replace`, Back does not come here again. `state` outlasts a reload and comes with Back.
 *
 * @param {string} hash
 * @param {{ replace?: boolean, state?: unknown }} [options]
 */
export function go(hash, { replace = false, state = null } = {}) {
  if (!mayLeave()) return;
  if (replace || hash === location.hash) history.replaceState(state, '', hash);
  else history.pushState(state, '', hash);
  arrive();
}

/** Keeps the page from being left until `isDone` says so; a reload or a closing is asked about. @param {() => boolean} isDone */
export function holdUntil(isDone) {
  mayLeave = isDone;
}

addEventListener('beforeunload', (event) => {
  if (!mayLeave()) event.preventDefault();
});

/** `#/name?query`, without what is empty. @param {string} name @param {Record<string, string | number | null>} [query] */
export function hashOf(name, query = {}) {
  const pairs = Object.entries(query).filter(([, value]) => value !== null && value !== '');
  const search = new URLSearchParams(pairs.map(([key, value]) => [key, String(value)])).toString();
  return `#/${name}${search ? `?${search}` : ''}`;
}
