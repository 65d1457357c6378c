/** Pictures of every page, dialog and state of the portal, at three widths, in light and in dark; some also in each language. */

import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

import { launchChromium } from './harness/browser.js';
import { Company } from './harness/company.js';
import { walkThroughLocalPages } from './harness/local_views.js';
import { Stack } from './harness/stack.js';
import { walkThroughTranslated } from './harness/translated.js';
import { PARTS, PEOPLE } from './harness/views.js';
import { Visitor } from './harness/visitor.js';

/** Not in git. */
const FOLDER = fileURLToPath(new URL('screenshots/', import.meta.url));

/** In CSS pixels. `narrow.test.js` checks a still narrower one, the smallest that WCAG requires. */
const WIDTHS = [390, 768, 1280];
const COLOR_SCHEMES = /** @type {const} */ (['light', 'dark']);

/**
 * @param {Stack} stack
 * @param {import('playwright-core').Browser} browser
 * @param {import('./harness/visitor.js').Habits} habits
 * @param {string} suffix
 * @param {((walk: import('./harness/views.js').Walk) => Promise<void>)[]} ways
 */
async function takePictures(stack, browser, habits, suffix, ways) {
  /** @type {Visitor[]} */
  const visitors = [];
  let number = 0;
  for (const walk of ways) {
    await walk({
      company: await Company.bring(stack, PEOPLE),
      visit: async (path) => {
        const visitor = await Visitor.arrive(browser, stack.origin, habits);
        visitors.push(visitor);
        await visitor.opens(path);
        return visitor;
      },
      look: async (name, { page }) => {
        const path = join(FOLDER, `${String(++number).padStart(2, '0')}-${name}-${suffix}.png`);
        // A dialog covers only the visible part: in a picture of the whole page it would be at a random place.
        const fullPage = (await page.locator('dialog[open]').count()) === 0;
        await page.screenshot({ path, fullPage });
      },
    });
  }
  await Promise.all(visitors.map((visitor) => visitor.leaves()));
}

/** The local pages, with the dock. The whole page of the API would be a very long picture. @param {import('playwright-core').Browser} browser */
async function takeLocalPictures(browser) {
  const stack = await Stack.start({ employees: null, dock: true });
  try {
    for (const width of WIDTHS) {
      for (const colorScheme of COLOR_SCHEMES) {
        const visitor = await Visitor.arrive(browser, stack.origin, { viewport: { width, height: width < 600 ? 844 : 720 }, colorScheme });
        await walkThroughLocalPages(visitor, async (name, { page }) => {
          await page.screenshot({ path: join(FOLDER, `${name}-${width}-${colorScheme}.png`) });
        });
        await visitor.leaves();
      }
    }
  } finally {
    await stack.end();
  }
}

await rm(FOLDER, { recursive: true, force: true });
await mkdir(FOLDER, { recursive: true });
const stack = await Stack.start();
try {
  const browser = await launchChromium();
  for (const width of WIDTHS) {
    for (const colorScheme of COLOR_SCHEMES) {
      const viewport = { width, height: width < 600 ? 844 : 720 };
      await takePictures(stack, browser, { viewport, colorScheme }, `${width}-${colorScheme}`, Object.values(PARTS));
    }
  }
  for (const locale of ['de', 'ja']) {
    for (const width of WIDTHS) {
      await takePictures(stack, browser, { locale, viewport: { width, height: width < 600 ? 844 : 720 } }, `${width}-${locale}`, [walkThroughTranslated]);
    }
  }
  await takeLocalPictures(browser);
  await browser.close();
} finally {
  await stack.end();
}
