/** The page of the API sends the requests that its forms describe, and shows the answers. */

import { call, enrolledAdmin } from './accounts.js';
import { fill, h } from '/_local/dom.js';

/** The headers that say something about the answer. */
const HEADERS = ['content-type', 'location', 'etag', 'retry-after', 'www-authenticate', 'cache-control', 'x-request-id'];

/** @template {Element} T @param {ParentNode} root @param {string} selector @param {new () => T} type @returns {T} */
function find(root, selector, type) {
  const found = root.querySelector(selector);
  if (found instanceof type) return found;
  throw new Error(`the page has no ${selector}`);
}

const tokens = {
  access: find(document, '#token-access', HTMLInputElement),
  recovery: find(document, '#token-recovery', HTMLInputElement),
};

/** The fields of a form that are in one place of the request, if they have a value. @param {HTMLFormElement} form @param {string} place */
const valuesIn = (form, place) =>
  [...form.querySelectorAll('input')]
    .filter((input) => input.dataset.place === place && input.value !== '')
    .map((input) => /** @type {[string, string]} */ ([input.name, input.value]));

/** @param {HTMLFormElement} form @returns {[string, RequestInit]} */
function requestOf(form) {
  const { method = 'GET', path = '/', token = '' } = form.dataset;
  const place = valuesIn(form, 'path').reduce((all, [name, value]) => all.replace(`{${name}}`, encodeURIComponent(value)), path);
  const query = new URLSearchParams(valuesIn(form, 'query')).toString();
  const headers = new Headers(valuesIn(form, 'header'));
  const bearer = token === 'access' || token === 'recovery' ? tokens[token].value.trim() : '';
  if (bearer) headers.set('authorization', `Bearer ${bearer}`);
  const body = form.querySelector('textarea');
  if (body?.value) headers.set('content-type', body.dataset.type ?? 'application/json');
  return [query ? `${place}?${query}` : place, { method, headers, body: body?.value || null, cache: 'no-store' }];
}

/** Indented, if it is JSON. @param {string} text */
function readable(text) {
  try {
    return JSON.stringify(JSON.parse(text), null, 2);
  } catch {
    return text;
  }
}

/** An answer that brings a token puts it into its field. @param {string} text @returns {string[]} What it brought. */
function keepTokens(text) {
  let body;
  try {
    body = JSON.parse(text);
  } catch {
    return [];
  }
  return /** @type {const} */ (['access', 'recovery']).filter((kind) => {
    const token = body?.[`${kind}_token`];
    if (typeof token !== 'string') return false;
    tokens[kind].value = token;
    return true;
  });
}

/** @param {HTMLFormElement} form */
async function send(form) {
  const outcome = find(form, '.outcome', HTMLElement);
  fill(outcome, h('p', {}, 'Sending…'));
  const start = performance.now();
  try {
    const [url, request] = requestOf(form);
    const response = await fetch(url, request);
    const text = await response.text();
    const millis = Math.round(performance.now() - start);
    const told = HEADERS.flatMap((name) => {
      const value = response.headers.get(name);
      return value === null ? [] : [h('dt', {}, name), h('dd', {}, value)];
    });
    const brought = keepTokens(text);
    fill(
      outcome,
      h('p', {}, h('span', { class: response.ok ? 'badge good' : 'badge bad' }, `${response.status}`), ` ${response.statusText}, ${millis} ms, ${text.length} characters`),
      h('dl', {}, told),
      text !== '' && h('pre', { tabindex: '0', 'aria-label': 'Body of the answer' }, readable(text)),
      brought.length > 0 && h('p', { class: 'hint' }, `The ${brought.join(' and ')} token is filled in above.`),
    );
  } catch (error) {
    fill(outcome, h('p', { class: 'message bad' }, `The request was not sent or not answered: ${error instanceof Error ? error.message : error}`));
  }
}

for (const form of document.querySelectorAll('form')) {
  form.addEventListener('submit', (event) => {
    event.preventDefault();
    void send(form);
  });
  const key = form.querySelector('.new-key');
  const field = form.querySelector('input[name="Idempotency-Key"]');
  if (field instanceof HTMLInputElement) key?.addEventListener('click', () => (field.value = crypto.randomUUID()));
}

/** Signs in the Security Admin of the sample company at the API. @param {HTMLElement} said */
async function signIn(said) {
  const answer = await call('POST', '/_local/authenticator/sign-in', {});
  if (answer.wait_millis) {
    said.textContent = `Each code works once. Click again in ${Math.ceil(answer.wait_millis / 1_000)} s.`;
    return;
  }
  const session = await call('POST', '/v1/sessions', answer);
  tokens.access.value = session.access_token;
  said.textContent = `${session.employee.name} is signed in.`;
}

const admin = await enrolledAdmin().catch(() => null);
if (admin) {
  const name = (admin.email.split('@')[0] ?? '').replace(/^./, (letter) => letter.toUpperCase());
  const button = find(document, '#sign-in', HTMLButtonElement);
  const said = find(document, '#signed-in', HTMLElement);
  button.textContent = `Sign in as ${name}`;
  button.hidden = false;
  button.addEventListener('click', () => signIn(said).catch((error) => (said.textContent = `Not signed in: ${error.message}.`)));
}
