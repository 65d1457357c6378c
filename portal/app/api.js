/**
 * The only file that calls the API (`../../docs/openapi.yaml`). Each call resolves to the body of the answer, or rejects
 * with a `Problem` (the API refused), an `Unreachable` (no answer), or an `AbortError` (the call was cancelled).
 *
 * @typedef {import('./shapes.js').PasscodeStatus} PasscodeStatus
 * @typedef {import('./shapes.js').Passcode} Passcode
 * @typedef {import('./shapes.js').Person} Person
 * @typedef {import('./shapes.js').Employee} Employee
 * @typedef {import('./shapes.js').Added} Added
 * @typedef {import('./shapes.js').Facts} Facts
 * @typedef {import('./shapes.js').Waiting} Waiting
 * @typedef {import('./shapes.js').AuditEvent} AuditEvent
 * @typedef {import('./shapes.js').Change} Change
 * @typedef {import('./shapes.js').Company} Company
 * @typedef {import('./shapes.js').Settings} Settings
 * @typedef {import('./shapes.js').Session} Session
 * @typedef {import('./shapes.js').Enrolment} Enrolment
 * @typedef {import('./shapes.js').Reason} Reason
 * @typedef {import('./shapes.js').Issuing} Issuing
 * @typedef {import('./shapes.js').IssueResult} IssueResult
 * @typedef {Record<string, string | number | null | undefined>} Query
 */

import { learn } from './clock.js';
import { endSession, recovery, session } from './session.js';

/** How long to wait for an answer, in milliseconds: a little longer than the API's limit of 15 seconds. */
const PATIENCE = 20_000;

/** The waits before the automatic retries of a read, in milliseconds. */
const READ_RETRIES = [1_000, 3_000];

/** The API, or the gateway in front of it, refused the request. */
export class Problem extends Error {
  /**
   * @param {number} status
   * @param {{ code?: string, detail?: string, request_id?: string, errors?: { pointer: string, detail: string }[],
   *   reasons?: Reason[], missing?: string[] }} body
   * @param {number | null} retryAfter  Seconds.
   */
  constructor(status, body, retryAfter) {
    super(body.detail ?? `HTTP ${status}`);
    this.status = status;
    // The gateway's own answers have no `code`.
    this.code = body.code ?? '';
    this.body = body;
    this.retryAfter = retryAfter;
  }
}

/** No answer: the network is down, or the answer did not come in time. The request may have succeeded all the same. */
export class Unreachable extends Error {}

/**
 * @param {string} method
 * @param {string} path
 * @param {{ token?: string, body?: unknown, key?: string, version?: string, signal?: AbortSignal | undefined }} [options]
 * @returns {Promise<any>}
 */
async function call(method, path, { token, body, key, version, signal } = {}) {
  /** @type {Record<string, string>} */
  const headers = {};
  if (token) headers.authorization = `Bearer ${token}`;
  if (key) headers['idempotency-key'] = key;
  if (version) headers['if-match'] = `"${version}"`;
  if (body !== undefined) headers['content-type'] = 'application/json';
  const signals = [AbortSignal.timeout(PATIENCE), ...(signal ? [signal] : [])];
  const sentAt = Date.now();
  let response, answer;
  try {
    response = await fetch(path, {
      method,
      headers,
      body: body === undefined ? null : JSON.stringify(body),
      signal: AbortSignal.any(signals),
      // The cookie of a known device, which only a sign-in reads.
      credentials: 'same-origin',
      cache: 'no-store',
    });
    learn(response.headers.get('date'), sentAt);
    // An incomplete answer counts as no answer. A refusal without a body, as from the gateway, still counts as a refusal.
    const json = response.status === 204 ? null : response.json();
    answer = response.ok ? await json : await json?.catch(() => ({}));
  } catch (error) {
    if (signal?.aborted) throw error;
    throw new Unreachable();
  }
  if (response.ok) return answer;
  throw new Problem(response.status, answer ?? {}, Number(response.headers.get('retry-after')) || null);
}

/**
 * Lets the person sign in again without leaving the page; rejects with an `AbortError` if they do not. `setSignInAgain`
 * sets this function, because this file has no user interface.
 *
 * @type {() => Promise<void>}
 */
let signInAgain = async () => {
  throw new DOMException('No dialog asks for a sign-in.', 'AbortError');
};

/** @param {() => Promise<void>} ask */
export const setSignInAgain = (ask) => (signInAgain = ask);

/**
 * Sends a request with the session of the signed-in person. If the session has ended, the portal asks for a new sign-in.
 * A request that needs a recent sign-in waits for it, and is then sent again with the same body and key.
 *
 * @param {string} method
 * @param {string} path
 * @param {{ body?: unknown, key?: string, version?: string, signal?: AbortSignal | undefined }} [options]
 */
async function signedIn(method, path, options) {
  const caller = session();
  const isSamePerson = () => caller !== null && session()?.employee.employee_id === caller.employee.employee_id;
  for (let isRepeated = false; ; isRepeated = true) {
    const token = session()?.access_token ?? '';
    try {
      return await call(method, path, { ...options, token });
    } catch (error) {
      const code = error instanceof Problem ? error.code : '';
      if (code === 'unauthenticated') endSession(token);
      if (code !== 'reauthentication_required' || isRepeated || !isSamePerson()) throw error;
      // Another request may have caused a new sign-in since this one was sent.
      if (token === session()?.access_token) await signInAgain();
    }
  }
}

/** @param {string} path @param {Query} query @param {AbortSignal} [signal] */
async function read(path, query = {}, signal) {
  const pairs = Object.entries(query).filter(([, value]) => value !== null && value !== undefined && value !== '');
  const search = new URLSearchParams(pairs.map(([name, value]) => [name, String(value)])).toString();
  for (let attempt = 0; ; attempt++) {
    try {
      return await signedIn('GET', search ? `${path}?${search}` : path, { signal });
    } catch (error) {
      const wait = READ_RETRIES[attempt];
      const isPassing = error instanceof Unreachable || (error instanceof Problem && error.status >= 500);
      if (!isPassing || wait === undefined || !navigator.onLine) throw error;
      await pause(wait, signal);
    }
  }
}

/**
 * Resolves after that many milliseconds.
 *
 * @param {number} milliseconds
 * @param {AbortSignal} [signal]
 * @returns {Promise<void>}
 */
export function pause(milliseconds, signal) {
  return new Promise((resolve, reject) => {
    const give = () => (clearTimeout(timer), reject(signal?.reason));
    const timer = setTimeout(() => (signal?.removeEventListener('abort', give), resolve()), milliseconds);
    if (signal?.aborted) give();
    else signal?.addEventListener('abort', give, { once: true });
  });
}

/** @param {string} id */
const employeePath = (id) => `/v1/employees/${encodeURIComponent(id)}`;

/** @param {{ email: string, password: string, code: string }} typed @param {AbortSignal} [signal] @returns {Promise<Session>} */
export const signIn = (typed, signal) => call('POST', '/v1/sessions', { body: typed, signal });

/** @param {AbortSignal} [signal] @returns {Promise<{ employee: Person, issuing: Issuing | null }>}  `issuing` of Security Admins. */
export const getSession = (signal) => read('/v1/session', {}, signal);

/** Ends every session of the caller. */
export const signOut = () => signedIn('DELETE', '/v1/sessions');

/**
 * @param {{ query?: string, filter?: string, cursor?: string | null, limit?: number }} wanted
 * @param {AbortSignal} [signal]
 * @returns {Promise<{ employees: Employee[], next_cursor: string | null }>}
 */
export const listEmployees = (wanted, signal) => read('/v1/employees', wanted, signal);

/**
 * @param {{ query?: string, filter?: string }} wanted
 * @param {AbortSignal} [signal]
 * @returns {Promise<{ count: number, exact: boolean }>}  Up to 1,000 are counted; if there are more, it is not exact.
 */
export const countEmployees = (wanted, signal) => read('/v1/employees/count', wanted, signal);

/** @param {string} id @param {AbortSignal} [signal] @returns {Promise<Employee>} */
export const getEmployee = (id, signal) => read(employeePath(id), {}, signal);

/**
 * @param {Partial<Facts> & { issue_passcode: boolean }} person
 * @param {string} key  As of a passcode: so one person is added.
 * @returns {Promise<Added | Waiting>}
 */
export const addEmployee = (person, key) => signedIn('POST', '/v1/employees', { body: person, key });

/** @param {Person} person  As they were read. @param {Partial<Facts>} changed @returns {Promise<Person | Waiting>} */
export const changeEmployee = ({ employee_id: id, version }, changed) => signedIn('PATCH', employeePath(id), { body: changed, version });

/** @param {Person} person  As they were read. */
export const eraseEmployee = ({ employee_id: id, version }) => signedIn('DELETE', employeePath(id), { version });

/** @param {string} id */
export const endSessionsOf = (id) => signedIn('DELETE', `${employeePath(id)}/sessions`);

/** @param {AbortSignal} [signal] @returns {Promise<Settings>} */
export const getCompany = (signal) => read('/v1/company', {}, signal);

/** The acts that wait. @param {AbortSignal} [signal] @returns {Promise<{ approvals: import('./shapes.js').Approval[] }>} */
export const listApprovals = (signal) => read('/v1/approvals', {}, signal);

/** @param {string} id */
export const approve = (id) => signedIn('POST', `/v1/approvals/${id}`);

/** @param {string} id */
export const cancelApproval = (id) => signedIn('DELETE', `/v1/approvals/${id}`);

/** @param {Settings} company  As it was read. @param {object} changed  A part of the settings. @returns {Promise<Settings | Waiting>} */
export const changeCompany = ({ version }, changed) => signedIn('PATCH', '/v1/company', { body: changed, version });

/**
 * @param {string} id
 * @param {{ reason?: string, suspend?: boolean, lifetime_minutes?: number }} wish
 * @param {string} key  New for each click, the same for a retry: so the employee gets one mail.
 * @returns {Promise<{ passcode: Passcode } | Waiting>}
 */
export const issuePasscode = (id, wish, key) => signedIn('POST', `${employeePath(id)}/passcode`, { body: wish, key });

/**
 * Unlike one passcode, several have no key: if the answer is lost, the caller reads the employees before a retry.
 *
 * @param {string[]} ids  25 at most.
 * @param {string | undefined} reason
 * @returns {Promise<{ results: IssueResult[] }>}
 */
export const issuePasscodes = (ids, reason) => signedIn('POST', '/v1/passcodes', { body: { employee_ids: ids, reason } });

/** @param {string} id */
export const revokePasscode = (id) => signedIn('DELETE', `${employeePath(id)}/passcode`);

/** @param {string} token */
export const disownPasscode = (token) => call('POST', '/v1/passcodes/disown', { body: { token } });

/**
 * @param {{ email: string, code: string, proof?: string | undefined }} typed
 * @returns {Promise<{ recovery_token: string, expires_in: number, steps: string[], company: Company | null }>}
 */
export const redeemPasscode = (typed) => call('POST', '/v1/passcodes/redeem', { body: typed });

/** @param {string} method @param {string} path @param {unknown} [body] */
const recovering = (method, path, body) => call(method, path, { body, token: recovery()?.recovery_token ?? '' });

/** @param {string} password */
export const setPassword = (password) => recovering('PUT', '/v1/recovery/password', { password });

/** A new key in place of the one before. @returns {Promise<Enrolment>} */
export const beginEnrolment = () => recovering('POST', '/v1/recovery/totp');

/** @param {string} code @returns {Promise<Session & { backup_codes: string[] }>} */
export const completeRecovery = (code) => recovering('POST', '/v1/recovery/complete', { code });

/** @param {{ password: string, code: string }} typed @returns {Promise<{ backup_codes: string[] }>} */
export const renewBackupCodes = (typed) => signedIn('POST', '/v1/backup-codes', { body: typed });

/**
 * @param {{ employee_id?: string, type?: string, from?: string, to?: string, cursor?: string | null, limit?: number }} wanted  `from` is
 *   part of it, `to` is not (RFC 3339).
 * @param {AbortSignal} [signal]
 * @returns {Promise<{ events: AuditEvent[], next_cursor: string | null }>}
 */
export const listAuditEvents = (wanted, signal) => read('/v1/audit-events', wanted, signal);
