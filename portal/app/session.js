/**
 * The session of this tab, in its sessionStorage: it survives a reload, no other site can read it, and it ends with the
 * tab. `tabs.js` hands it over to new tabs; a recovery and a link's secret stay in their tab. A foreign script in the page could read it; the content security policy and Trusted Types prevent that.
 *
 * @typedef {import('./api.js').Session} Session
 * @typedef {import('./api.js').Enrolment} Enrolment
 *
 * @typedef {object} Recovery  A recovery, from the redeemed passcode to the new credentials.
 * @property {string} recovery_token
 * @property {number} ends_at  In milliseconds, by the clock of this device.
 * @property {string} email
 * @property {import('./api.js').Company | null} company
 * @property {boolean} has_password
 * @property {number} wrong_codes  How many codes the API has refused.
 * @property {Enrolment | null} enrolment  Stored, so that a reload does not replace the key that was just scanned.
 */

const SESSION = 'readmit.session';
const RECOVERY = 'readmit.recovery';
const RETURN = 'readmit.return';
const LINK = 'readmit.link';
const COMPANY = 'readmit.company';

/**
 * Events: a session has started (`started`), its owner has signed out (`left`), the API has ended it (`ended`, with the
 * token), the person is asked to sign in again (`asked`), or person or company have changed (`changed`).
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

/** @returns {Pick<Session, 'access_token' | 'employee' | 'company'> | null} */
export const session = () => kept(SESSION);

export const accessToken = () => session()?.access_token ?? '';

export const isSecurityAdmin = () => session()?.employee.role === 'security_admin';

/** @param {Pick<Session, 'access_token' | 'employee' | 'company'>} answer */
export function startSession({ access_token, employee, company }) {
  keep(SESSION, { access_token, employee, company });
  keep(COMPANY, company);
  keep(LINK, null);
  sessions.dispatchEvent(new Event('started'));
}

/** The same person has signed in again. The page stays as it is. @param {Session} answer */
export const renewSession = ({ access_token, employee, company }) =>
  keep(SESSION, { access_token, employee, company });

/** The person or the company was changed. The session itself stays. @param {Partial<Pick<Session, 'employee' | 'company'>>} changed */
export function changeSession(changed) {
  const now = session();
  if (!now) return;
  keep(SESSION, { ...now, ...changed });
  keep(COMPANY, company());
  sessions.dispatchEvent(new Event('changed'));
}

/** The API no longer accepts that token. A session that started meanwhile stays. @param {string} token */
export function endSession(token) {
  if (!token || token !== accessToken()) return;
  keep(SESSION, null);
  end = 'ended';
  sessions.dispatchEvent(new CustomEvent('ended', { detail: token }));
}

/** The owner has signed out. */
export function leaveSession() {
  keep(SESSION, null);
  keep(RETURN, null);
  keep(COMPANY, null);
  end = 'left';
  sessions.dispatchEvent(new Event('left'));
}

/** How the last session ended; returned only once. */
export function takeEnd() {
  const how = end;
  end = '';
  return how;
}

/** @returns {Recovery | null} */
export const recovery = () => kept(RECOVERY);

/** @param {Recovery | null} state */
export function keepRecovery(state) {
  keep(RECOVERY, state);
  if (state) keep(COMPANY, state.company);
}

/**
 * The company whose portal this is, as far as it is known. It stays known in this tab after a session or recovery has ended, so that the
 * person still sees whom to ask for help, but not after a sign-out.
 *
 * @returns {import('./api.js').Company | null}
 */
export const company = () => session()?.company ?? recovery()?.company ?? kept(COMPANY);

/**
 * Where to continue after signing in. `cursors` are those of a list's earlier pages, which are not in its address.
 *
 * @typedef {{ hash: string, cursors: unknown }} Return
 */

/** @param {Return} place */
export const returnTo = (place) => keep(RETURN, place);

export const isReturning = () => kept(RETURN) !== null;

/** Where to continue; returned only once. @returns {Return | null} */
export function takeReturn() {
  const place = kept(RETURN);
  keep(RETURN, null);
  return place;
}

/**
 * The secret of a mail's link, after it was removed from the address bar, or the typed code: stored until it is used, so
 * that a reload loses nothing.
 *
 * @typedef {{ to: 'redeem' | 'disown', secret: string, email?: string }} Link
 */

/** @returns {Link | null} */
export const link = () => kept(LINK);

/** @param {Link | null} brought */
export const keepLink = (brought) => keep(LINK, brought);
