/**
 * The accounts of the authenticator, which this browser keeps. The stack computes the digits, because its clock counts.
 *
 * @typedef {object} Reading  The digits of an account, as the stack knows them.
 * @property {string | null} issuer
 * @property {string} account
 * @property {string} digits
 * @property {string} next_digits
 * @property {number} period_seconds
 * @property {number} remaining_millis
 *
 * @typedef {{ address: string, added: number }} Kept  An `otpauth://` address or a secret, and when it was added, in
 *   milliseconds since 1970.
 *
 * @typedef {{ email: string, password: string, otpauth_uri: string }} Admin
 */

const STORE = 'readmit-local.accounts';

/** How long the stack may take to answer before it counts as stopped, in milliseconds. */
const PATIENCE = 4_000;

/** The event `changed`: this tab or another one has added or removed an account. */
export const accounts = new EventTarget();

addEventListener('storage', ({ key }) => {
  if (key === STORE || key === null) accounts.dispatchEvent(new Event('changed'));
});

/** @returns {Kept[]} Newest first. */
export function kept() {
  try {
    const stored = JSON.parse(localStorage.getItem(STORE) ?? '[]');
    if (!Array.isArray(stored)) return [];
    return stored.filter((one) => typeof one?.address === 'string' && typeof one?.added === 'number');
  } catch {
    return [];
  }
}

/** @param {Kept[]} list Newest first. */
export function keep(list) {
  localStorage.setItem(STORE, JSON.stringify(list));
  accounts.dispatchEvent(new Event('changed'));
}

/**
 * The digits of these accounts now.
 *
 * @param {string[]} addresses
 * @returns {Promise<(Reading | { problem: string })[]>}
 */
export async function read(addresses) {
  const { accounts: readings } = await call('POST', '/_local/authenticator/digits', { addresses });
  return readings;
}

/** The Security Admin whom the stack has enrolled. @returns {Promise<Admin | null>} */
export async function enrolledAdmin() {
  return (await call('GET', '/_local/authenticator/admin')).admin;
}

/**
 * @param {'GET' | 'POST'} method
 * @param {string} path
 * @param {unknown} [body]
 * @returns {Promise<any>}
 */
export async function call(method, path, body) {
  const response = await fetch(path, {
    method,
    headers: body === undefined ? {} : { 'content-type': 'application/json' },
    body: body === undefined ? null : JSON.stringify(body),
    cache: 'no-store',
    signal: AbortSignal.timeout(PATIENCE),
  });
  if (!response.ok) throw new Error(`the local stack answers ${response.status}`);
  return response.json();
}

/** In two groups. @param {string} digits */
export function grouped(digits) {
  const half = Math.floor(digits.length / 2);
  return `${digits.slice(0, half)} ${digits.slice(half)}`;
}
