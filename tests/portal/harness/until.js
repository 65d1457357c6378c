/** Waits for a state, never for a time. */

import { setTimeout as pause } from 'node:timers/promises';

/** The time between two checks, in milliseconds. */
const BETWEEN_LOOKS = 25;

/**
 * Checks again until there is a result.
 *
 * @template T
 * @param {string} what What is waited for, as the error says it.
 * @param {() => T | undefined | null | false | Promise<T | undefined | null | false>} look
 * @param {number} [limit] In milliseconds.
 * @returns {Promise<T>} What was seen.
 */
export async function until(what, look, limit = 20_000) {
  const end = performance.now() + limit;
  for (;;) {
    const seen = await look();
    if (seen) return seen;
    if (performance.now() > end) throw new Error(`after ${limit / 1000} s there is still no ${what}`);
    await pause(BETWEEN_LOOKS);
  }
}

/**
 * Rejects after a time limit. The work itself continues until the page or the stack is closed.
 *
 * @template T
 * @param {number} limit In milliseconds.
 * @param {Promise<T>} promise
 * @returns {Promise<T>}
 */
export async function within(limit, promise) {
  /** @type {NodeJS.Timeout | undefined} */
  let timer;
  /** @type {Promise<never>} */
  const tooLate = new Promise((_, reject) => {
    timer = setTimeout(() => reject(new Error(`it takes longer than ${limit / 1000} s`)), limit);
  });
  try {
    return await Promise.race([promise, tooLate]);
  } finally {
    clearTimeout(timer);
  }
}
