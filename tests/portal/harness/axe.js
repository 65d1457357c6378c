/** The findings of axe-core on a page: WCAG 2.2 A and AA, and best practice. */

import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';

/** @type {Promise<string> | undefined} */
let source;

/** @type {import('axe-core').RunOptions} */
const OPTIONS = {
  runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'],
  // Off by default, although WCAG 2.2 AA requires it.
  rules: { 'target-size': { enabled: true } },
  resultTypes: ['violations'],
};

/**
 * Each finding as a line, in light and in dark.
 *
 * @param {import('playwright-core').Page} page
 * @param {readonly ('light' | 'dark')[]} [colorSchemes]
 * @returns {Promise<string[]>}
 */
export async function accessibilityFindings(page, colorSchemes = ['light', 'dark']) {
  const findings = [];
  const isDark = await page.evaluate(() => matchMedia('(prefers-color-scheme: dark)').matches);
  for (const colorScheme of colorSchemes) {
    await page.emulateMedia({ colorScheme });
    const violations = await violationsOf(page);
    findings.push(...violations.flatMap((violation) => linesOf(violation).map((line) => `${colorScheme}: ${line}`)));
  }
  await page.emulateMedia({ colorScheme: isDark ? 'dark' : 'light' });
  return findings;
}

/**
 * Runs axe in an isolated world: it sees the same document, but the page's scripts do not see it, and the page's policy
 * stays as strict.
 *
 * @param {import('playwright-core').Page} page
 * @returns {Promise<import('axe-core').Result[]>}
 */
async function violationsOf(page) {
  source ??= readFile(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
  const session = await page.context().newCDPSession(page);
  try {
    const { frameTree } = await session.send('Page.getFrameTree');
    const world = { frameId: frameTree.frame.id, worldName: 'axe' };
    const { executionContextId: contextId } = await session.send('Page.createIsolatedWorld', world);
    await evaluate(session, contextId, await source);
    // During a transition a colour has no final contrast.
    const settled = `Promise.allSettled(document.getAnimations()
      .filter((animation) => animation.effect.getComputedTiming().endTime !== Infinity)
      .map((animation) => animation.finished))`;
    const run = `axe.run(document, ${JSON.stringify(OPTIONS)})`;
    const found = await evaluate(session, contextId, `${settled}.then(() => ${run}).then(JSON.stringify)`);
    return JSON.parse(found).violations;
  } finally {
    await session.detach();
  }
}

/**
 * @param {import('playwright-core').CDPSession} session
 * @param {number} contextId
 * @param {string} expression
 * @returns {Promise<any>}
 */
async function evaluate(session, contextId, expression) {
  const parameters = { expression, contextId, awaitPromise: true, returnByValue: true };
  const { result, exceptionDetails: thrown } = await session.send('Runtime.evaluate', parameters);
  if (thrown) throw new Error(`axe: ${thrown.exception?.description ?? thrown.text}`);
  return result.value;
}

/**
 * @param {import('axe-core').Result} violation
 * @returns {string[]}
 */
function linesOf({ id, impact, help, nodes }) {
  return nodes.map(({ target, failureSummary = '' }) => {
    // The first line of a summary has no finding.
    const why = failureSummary.split('\n').slice(1).map((line) => line.trim()).join('; ');
    return `${impact} ${id}: ${help}, at ${target.join(' ')}: ${why}`;
  });
}
