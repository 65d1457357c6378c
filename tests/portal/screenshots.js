/** Pictures of the portal, in each language, in light and dark, on a desk and in a hand. */

import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

import { launchChromium } from './harness/browser.js';
import { Stack } from './harness/stack.js';
import { Visitor } from './harness/visitor.js';

/** Not in git. */
const FOLDER = fileURLToPath(new URL('screenshots/', import.meta.url));

/** Where one gets without a session. */
const ROUTES = ['sign-in', 'redeem'];

const LOCALES = ['en', 'de', 'ja'];
const COLOR_SCHEMES = /** @type {const} */ (['light', 'dark']);
/** In CSS pixels; the narrower one is the smallest that WCAG asks for. */
const VIEWPORTS = { desk: { width: 1280, height: 800 }, hand: { width: 320, height: 640 } };

/**
 * @param {import('playwright-core').Browser} browser
 * @param {string} origin
 * @param {string} name
 * @param {import('./harness/visitor.js').Habits} habits
 */
async function takePictures(browser, origin, name, habits) {
  for (const route of ROUTES) {
    // Each on a page of its own: within one, the heading that is waited for might be the route's before.
    const visitor = await Visitor.arrive(browser, origin, habits);
    await visitor.opens(`/#/${route}`);
    await visitor.page.getByRole('heading', { level: 1 }).waitFor();
    await visitor.page.screenshot({ path: join(FOLDER, `${route}-${name}.png`), fullPage: true });
    await visitor.leaves();
  }
}

await rm(FOLDER, { recursive: true, force: true });
await mkdir(FOLDER, { recursive: true });
const stack = await Stack.start();
try {
  const browser = await launchChromium();
  for (const locale of LOCALES) {
    for (const colorScheme of COLOR_SCHEMES) {
      for (const [name, viewport] of Object.entries(VIEWPORTS)) {
        const habits = { locale, colorScheme, viewport };
        await takePictures(browser, stack.origin, `${locale}-${colorScheme}-${name}`, habits);
      }
    }
  }
  await browser.close();
} finally {
  await stack.end();
}
