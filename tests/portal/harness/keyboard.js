/** Pages without a mouse. */

import { nameOfFocus } from './in_page.js';
import { until } from './until.js';

/**
 * Presses a key until an element has the focus.
 *
 * @param {import('playwright-core').Page} page
 * @param {import('playwright-core').Locator} wanted
 * @param {{ within?: number, key?: string }} [limits] As many presses at most; `Shift+Tab` goes back.
 */
export async function tabTo(page, wanted, { within = 20, key = 'Tab' } = {}) {
  const stops = [];
  for (let presses = 0; presses < within; presses += 1) {
    await page.keyboard.press(key);
    if (await hasFocus(wanted)) return;
    stops.push(await page.evaluate(nameOfFocus));
  }
  throw new Error(`${within} times ${key} do not lead to ${wanted}, but to ${stops.join(' → ')}`);
}

/**
 * Whether an element has the focus.
 *
 * @param {import('playwright-core').Locator} wanted
 */
export async function hasFocus(wanted) {
  const [element, another] = await wanted.elementHandles();
  if (another) throw new Error(`${wanted} is more than one element`);
  return element !== undefined && (await element.evaluate((node) => node === document.activeElement));
}

/**
 * Waits until a click on a button works. When a dialog over it closes, the button has the focus at once, but the event
 * `close` comes a moment later (it is a separate task), and until then a click does nothing.
 *
 * @param {import('playwright-core').Locator} button
 */
export const atRest = (button) =>
  until(`${button} at rest`, async () => (await button.getAttribute('aria-disabled')) === null);
