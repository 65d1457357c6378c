/** What went wrong, in words that a person can act on. */

import { Problem, Unreachable } from './api.js';
import { duration, timeOf, words } from './language.js';

/** @param {unknown} error @returns {string} Nothing if nobody waits for the answer any more. */
export function explain(error) {
  const { problems } = words;
  if (isGivenUp(error)) return '';
  if (error instanceof Unreachable) return navigator.onLine ? problems.unreachable : problems.offline;
  if (!(error instanceof Problem)) throw error;
  if (error.status === 429) {
    // The gateway's own throttle names no time.
    if (!error.retryAfter) return problems.too_many_soon;
    return problems.too_many_requests(duration(error.retryAfter), timeOf(Date.now() + error.retryAfter * 1000));
  }
  const known = /** @type {Record<string, unknown>} */ (problems)[error.code];
  if (typeof known === 'string') return known;
  const text = error.code ? error.message : problems.fault;
  return error.body.request_id ? `${text} ${problems.requestId(error.body.request_id)}` : text;
}

/** Whether nobody waits for the answer any more. @param {unknown} error */
export const isGivenUp = (error) => error instanceof DOMException && error.name === 'AbortError';

/** Whether what was asked for may have been done, so that trying again has to be the same request. @param {unknown} error */
export const isUncertain = (error) =>
  error instanceof Unreachable ||
  (error instanceof Problem && (error.code === 'request_in_progress' || (error.status >= 500 && !error.code)));

/** @param {unknown} error @param {string} code */
export const isProblem = (error, code) => error instanceof Problem && error.code === code;
