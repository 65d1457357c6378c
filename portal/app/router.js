/**
 * Which page is shown. The part of the address after `#` says it, for example `#/employees?filter=disabled`. No server
 * ever sees it.
 *
 * @typedef {{ name: string, rest: string, query: URLSearchParams, state: any }} Place
 * @typedef {(place: Place) => void} Visit
 */

import { keepLink } from './session.js';

/** @type {Visit} */
let visit = () => {};

/** Whether the person may leave the page. */
let mayLeave = () => true;

/** The address of the page that is shown. */
let shown = '';

/** @returns {Place} */
export function here() {
  const [path = '', search = ''] = location.hash.replace(/^#\/?/, '').split('?', 2);
  const [name = '', ...rest] = path.split('/');
  return { name, rest: rest.join('/'), query: new URLSearchParams(search), state: history.state };
}

/** Removes the secret of a mail's link from the address bar, before anything else happens. */
export function takeSecret() {
  const { name, rest } = here();
  if ((name !== 'redeem' && name !== 'disown') || !rest) return;
  history.replaceState(null, '', `#/${name}`);
  keepLink({ to: name, secret: rest });
}

/** Shows the page of the current address, now and after each change. @param {Visit} show */
export function start(show) {
  visit = show;
  addEventListener('hashchange', () => {
    takeSecret();
    if (!mayLeave()) {
      // If Back or a link would lose something, the page stays.
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
 * Goes to an address; with `replace`, Back does not return here. `state` survives a reload and is there again after Back.
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

/** Whether the page may be left now. It says why not. */
export const isFree = () => mayLeave();

/** Blocks leaving the page until `isDone` is true; for a reload or a closing the browser asks. @param {() => boolean} isDone */
export function holdUntil(isDone) {
  mayLeave = isDone;
}

/**
 * Blocks leaving the page until an answer is there that the API gives only once.
 *
 * @template T
 * @param {Promise<T>} answer
 * @param {() => boolean} [isOver]  The page may be left earlier, because there is nothing left to wait for.
 * @returns {Promise<T>}
 */
export async function holdFor(answer, isOver = () => false) {
  let isThere = false;
  holdUntil(() => isThere || isOver());
  try {
    return await answer;
  } finally {
    isThere = true;
  }
}

addEventListener('beforeunload', (event) => {
  if (!mayLeave()) event.preventDefault();
});

/** `#/name?query`, without empty values. @param {string} name @param {Record<string, string | number | null>} [query] */
export function hashOf(name, query = {}) {
  const pairs = Object.entries(query).filter(([, value]) => value !== null && value !== '');
  const search = new URLSearchParams(pairs.map(([key, value]) => [key, String(value)])).toString();
  return `#/${name}${search ? `?${search}` : ''}`;
}
