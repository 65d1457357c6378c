/** The two ways of working a page: with a mouse, or with the keyboard alone. */

import { tabTo } from './keyboard.js';

/** @typedef {import('playwright-core').Page} Page */
/** @typedef {import('playwright-core').Locator} Locator */

/**
 * @typedef {object} Hand
 * @property {(button: Locator) => Promise<void>} press
 * @property {(field: Locator, text: string) => Promise<void>} type  In place of what is there.
 * @property {(select: Locator, label: string) => Promise<void>} choose
 * @property {(box: Locator) => Promise<void>} tick
 */

/** @type {Hand} */
export const MOUSE = {
  press: (button) => button.click(),
  type: (field, text) => field.fill(text),
  choose: async (select, label) => void (await select.selectOption({ label })),
  tick: (box) => box.check(),
};

/** From one end of the longest page to the other, and over its edge. */
const STOPS = { within: 80 };

/** @param {Page} page @returns {Hand} */
export function keyboardOf(page) {
  const to = async (/** @type {Locator} */ wanted) => {
    await wanted.waitFor();
    await tabTo(page, wanted, STOPS);
  };
  return {
    press: async (button) => {
      await to(button);
      await page.keyboard.press('Enter');
    },
    type: async (field, text) => {
      await to(field);
      await page.keyboard.press('ControlOrMeta+a');
      await page.keyboard.insertText(text);
    },
    // A select goes to the option that begins as typed.
    choose: async (select, label) => {
      await to(select);
      await page.keyboard.type(label);
    },
    tick: async (box) => {
      await to(box);
      await page.keyboard.press('Space');
    },
  };
}
