/**
 * What this tab knows of who uses it, kept in its sessionStorage: it outlasts a reload, no other tab or site sees it, and it
 * goes with the tab. A page that let a script of somebody else's in would lose it, which the content security policy and
 * Trusted Types are for.
 *
 * @typedef {import('./api.js').Session} Session
 * @typedef {import('./api.js').Enrolment} Enrolment
 *
 * @typedef {object} Recovery  From a redeemed passcode to the new credentials.
 * @property {string} recovery_token
 * @property {number} ends_at  In milliseconds of this machine's clock.
 * @property {string} email
 * @property {boolean} has_password
 * @property {number} wrong_codes  How many the API has refused.
 * @property {Enrolment | null} enrolment  Kept, so that a reload does not void the key that was just scanned.
 */

const SESSION = 'readmit.session';
const RECOVERY = 'readmit.recovery';
const RETURN = 'readmit.return';
const LINK = 'readmit.link';

/**
 * Hears that a session has begun (`started`), was left by its owner (`left`), or was ended by the API (`ended`), and that the
 * person is asked to sign in again (`asked`).
 */
export const sessions = new EventTarget();

/** How the last session ended. @type {'' | 'ended' | 'left'} */
let end = '';

/** @param {string} key @returns {any} */
function kept(key) {
  try {
    return JSON.parse(sessionStorage.getItem(key) ?? 'null');
  } catch {
    return null;
  }
}

/** @param {string} key @param {unknown} value */
function keep(key, value) {
  if (value === null) sessionStorage.removeItem(key);
  else sessionStorage.setItem(key, JSON.stringify(value));
}

/** @returns {{ access_token: string, employee: import('./api.js').Person } | null} */
export const session = () => kept(SESSION);

export const accessToken = () => session()?.access_token ?? '';

export const isSecurityAdmin = () => session()?.employee.role === 'security_admin';

/** @param {Session} answer */
export function startSession({ access_token, employee }) {
  keep(SESSION, { access_token, employee });
  keep(LINK, null);
  sessions.dispatchEvent(new Event('started'));
}

/** The same person has signed in again. The page stays, with all that it keeps. @param {Session} answer */
export const renewSession = ({ access_token, employee }) => keep(SESSION, { access_token, employee });

/** The API takes that token no more. A session that began meanwhile stays. @param {string} token */
export function endSession(token) {
  if (!token || token !== accessToken()) return;
  keep(SESSION, null);
  end = 'ended';
  sessions.dispatchEvent(new Event('ended'));
}

/** Its owner goes. */
export function leaveSession() {
  keep(SESSION, null);
  keep(RETURN, null);
  end = 'left';
  sessions.dispatchEvent(new Event('left'));
}

/** How the last session ended, said once. */
export function takeEnd() {
  const how = end;
  end = '';
  return how;
}

/** @returns {Recovery | null} */
export const recovery = () => kept(RECOVERY);

/** @param {Recovery | null} state */
export const keepRecovery = (state) => keep(RECOVERY, state);

/**
 * Where to go on after signing in; the cursors are those of a list's pages before, which its address does not have.
 *
 * @typedef {{ hash: string, cursors: unknown }} Return
 */

/** @param {Return} place */
export const returnTo = (place) => keep(RETURN, place);

export const isReturning = () => kept(RETURN) !== null;

/** Where to go on, said once. @returns {Return | null} */
export function takeReturn() {
  const place = kept(RETURN);
  keep(RETURN, null);
  return place;
}

/**
 * What a mail's link brought, after it was taken out of the address bar, or what was typed in its place: kept until it is
 * used, so that a reload loses nothing.
 *
 * @typedef {{ to: 'redeem' | 'disown', secret: string, email?: string }} Link
 */

/** @returns {Link | null} */
export const link = () => kept(LINK);

/** @param {Link | null} brought */
export const keepLink = (brought) => keep(LINK, brought);
