/** How steady and how quick a page is. */

import { keepTimings } from './in_page.js';

const NAME = 'timingsForTest';

/**
 * From the next document on, a page keeps its timings.
 *
 * @param {import('playwright-core').Page} page
 */
export async function keepsTimings(page) {
  await page.addInitScript(keepTimings, NAME);
}

/**
 * What the page's document has kept since it was last asked: the score of each layout shift that no input explains, with
 * what has moved, and each task of over 50 ms, in milliseconds.
 *
 * @param {import('playwright-core').Page} page
 * @returns {Promise<{ shifts: { value: number, moved: string[] }[], tasks: number[] }>}
 */
export const timingsOf = (page) => page.evaluate(`${NAME}()`);
