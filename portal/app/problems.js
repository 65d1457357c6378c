/** Turns an error into a text that tells the person what to do. */

import { Problem, Unreachable } from './api.js';
import { now } from './clock.js';
import { duration, timeOf, words } from './language.js';

/** @param {unknown} error @returns {string} Empty if the request was cancelled. */
export function explain(error) {
  const { problems } = words;
  if (isGivenUp(error)) return '';
  if (error instanceof Unreachable) return navigator.onLine ? problems.unreachable : problems.offline;
  if (!(error instanceof Problem)) throw error;
  if (error.status === 429) {
    // The gateway's own throttle sends no `Retry-After`.
    if (!error.retryAfter) return problems.too_many_soon;
    return problems.too_many_requests(duration(error.retryAfter), timeOf(now() + error.retryAfter * 1000));
  }
  const known = /** @type {Record<string, unknown>} */ (problems)[error.code];
  if (typeof known === 'string') return known;
  const text = error.code ? error.message : problems.fault;
  return error.body.request_id ? `${text} ${problems.requestId(error.body.request_id)}` : text;
}

/** Why one passcode was refused, in an answer about more than that. @param {import('./shapes.js').Refusal | import('./api.js').Reason | undefined} problem */
export function explainReason(problem) {
  if (problem?.retry_at) return words.employee.limit(timeOf(problem.retry_at));
  if (problem?.code === 'too_many_requests') return words.problems.too_many_soon;
  const known = /** @type {Record<string, unknown>} */ (words.problems)[problem?.code ?? ''];
  return typeof known === 'string' ? known : problem?.detail ?? words.problems.fault;
}

/** Whether the request was cancelled. @param {unknown} error */
export const isGivenUp = (error) => error instanceof DOMException && error.name === 'AbortError';

/** Whether the request may have succeeded, so that a retry must be the same request. @param {unknown} error */
export const isUncertain = (error) =>
  error instanceof Unreachable ||
  (error instanceof Problem && (error.code === 'request_in_progress' || (error.status >= 500 && !error.code)));

/** @param {unknown} error @param {string} code */
export const isProblem = (error, code) => error instanceof Problem && error.code === code;
