/** Measures layout shifts and the speed of a page. */

import assert from 'node:assert/strict';

import { keepShifts } from './in_page.js';

/** @typedef {import('playwright-core').Page} Page */

const NAME = 'shiftsForTest';

/** The tasks of a page's main thread; Chromium's trace has the processor time of each. */
const TASKS = 'disabled-by-default-devtools.timeline';

/**
 * A page records its layout shifts, from the next document on.
 *
 * @param {Page} page
 */
export async function keepsShifts(page) {
  await page.addInitScript(keepShifts, NAME);
}

/**
 * The score of each layout shift that no input explains, with the moved elements, since the last call.
 *
 * @param {Page} page
 * @returns {Promise<{ value: number, moved: string[] }[]>}
 */
export const shiftsOf = (page) => page.evaluate(`${NAME}()`);

/**
 * The longest tasks of the page's main thread while something is done, in milliseconds of processor time, longest first. The
 * time on the clock would tell how busy the machine is.
 *
 * @template Done
 * @param {Page} page
 * @param {() => Promise<Done>} act
 */
export async function longestTasks(page, act) {
  const browser = page.context().browser();
  assert.ok(browser);
  // Only the needed categories: a full trace buffer would lose the last events.
  await browser.startTracing(page, { categories: ['-*', TASKS] });
  let done;
  let trace;
  try {
    done = await act();
  } finally {
    trace = await browser.stopTracing();
  }
  /** @type {{ traceEvents: { name: string, pid: number, tid: number, tdur?: number, args: { name?: string } }[] }} */
  const { traceEvents } = JSON.parse(String(trace));
  const mains = traceEvents.filter(({ name, args }) => name === 'thread_name' && args.name === 'CrRendererMain');
  const isMain = new Set(mains.map(({ pid, tid }) => `${pid} ${tid}`));
  const tasks = traceEvents
    .filter(({ name, pid, tid }) => name === 'RunTask' && isMain.has(`${pid} ${tid}`))
    .map(({ tdur = 0 }) => tdur / 1_000)
    .toSorted((one, other) => other - one)
    .slice(0, 5);
  return { done, tasks };
}
