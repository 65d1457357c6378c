/** The walk of the README, sentence by sentence: ten clicks in one tab, from the first page to "Mike is in". */

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';

import { launchChromium } from './harness/browser.js';
import { actsOf, sentencesOf } from './harness/sentences.js';
import { Stack } from './harness/stack.js';
import { until } from './harness/until.js';
import { Visitor } from './harness/visitor.js';

const README = new URL('../../README.md', import.meta.url);
const MOST_CLICKS = 10;

/** What somebody clicks. */
const ROLES = /** @type {const} */ (['button', 'link', 'checkbox']);

/** What the walk's keys are called by Playwright. @type {Record<string, string>} */
const KEYS = { Enter: 'Enter', 'Ctrl-V': 'Control+V' };

/** @typedef {import('playwright-core').Page} Page */
/** @typedef {import('./harness/sentences.js').Act} Act */

/** @type {import('playwright-core').Browser} */
let browser;
before(async () => {
  browser = await launchChromium();
});
after(() => browser?.close());

/** The one thing on the page that is clicked under this name. @param {Page} page @param {string} name */
async function named(page, name) {
  return until(`${name} to click`, async () => {
    for (const role of ROLES) {
      const found = page.getByRole(role, { name, exact: true }).filter({ visible: true });
      if ((await found.count()) === 1) return found;
    }
    return null;
  });
}

/** Whether typed text would go into a field. @param {Page} page */
const isInField = (page) => page.evaluate(() => {
  const at = document.activeElement;
  return at instanceof HTMLInputElement && !['checkbox', 'radio', 'button', 'submit'].includes(at.type);
});

/** After Enter a page keeps its filled field until the answer comes. @param {Page} page */
const isInEmptyField = async (page) =>
  (await isInField(page)) && page.evaluate(() => /** @type {HTMLInputElement} */ (document.activeElement).value === '');

/** @type {Record<Act['kind'], (page: Page, text: string, origin: string) => Promise<unknown>>} */
const ACTS = {
  open: (page, text, origin) => page.goto(text.replace(/^http:\/\/[^/]+/, origin)),
  click: async (page, text) => (await named(page, text)).click(),
  see: (page, text) => page.getByText(text).filter({ visible: true }).first().waitFor(),
  type: async (page, text) => {
    await until(`empty field for ${text}`, () => isInEmptyField(page));
    await page.keyboard.type(text);
  },
  press: async (page, text) => {
    // What is pasted goes into a field.
    if (text === 'Ctrl-V') await until('empty field to paste into', () => isInEmptyField(page));
    if (text !== 'Tab') return page.keyboard.press(KEYS[text] ?? text);
    // To the next field.
    for (let presses = 0; presses < 20; presses += 1) {
      await page.keyboard.press('Tab');
      if (await isInField(page)) return;
    }
    throw new Error('Tab leads to no field');
  },
};

/** Counts the clicks of a person, in the page itself. @param {Page} page */
async function countsClicks(page) {
  let clicks = 0;
  await page.exposeBinding('tellClick', () => (clicks += 1));
  await page.addInitScript(() => {
    addEventListener('click', (event) => {
      // Enter in a form clicks its button without a pointer.
      if (event.isTrusted && event.detail > 0) /** @type {any} */ (window).tellClick();
    }, { capture: true });
  });
  return () => clicks;
}

test('the sentences of the README lead from the first page to "Mike is in", in ten clicks and one tab', async (context) => {
  const start = performance.now();
  const stack = await Stack.start({ employees: null, delivers: true, dock: true });
  try {
    const ready = performance.now();
    const visitor = await Visitor.arrive(browser, stack.origin, { viewport: { width: 1280, height: 720 } });
    const { page } = visitor;
    await page.context().grantPermissions(['clipboard-read', 'clipboard-write']);
    const clicks = await countsClicks(page);
    const sentences = await sentencesOf(README, 'A walk in the browser');
    for (const [index, sentence] of sentences.entries()) {
      const acts = actsOf(sentence);
      assert.equal(acts.filter(({ kind }) => kind === 'click').length, 1, `one click in: ${sentence}`);
      for (const { kind, text } of acts) await ACTS[kind](page, text, stack.origin);
      await until(`click ${index + 1}`, () => clicks() === index + 1);
    }
    await page.getByRole('heading', { name: 'My account' }).waitFor();
    const end = performance.now();

    const session = await page.evaluate(() => Object.values({ ...sessionStorage, ...localStorage }).join());
    assert.match(session, /"email":"mike@northwind\.example"/);
    assert.equal(page.context().pages().length, 1, 'one tab');
    assert.ok(clicks() <= MOST_CLICKS, `${clicks()} clicks`);
    assert.deepEqual(await visitor.watch.findings(), []);
    const seconds = (/** @type {number} */ from, /** @type {number} */ to) => ((to - from) / 1000).toFixed(1);
    context.diagnostic(`${clicks()} clicks, ${sentences.length} sentences; ready after ${seconds(start, ready)} s, `
      + `Mike is in ${seconds(ready, end)} s later, ${seconds(start, end)} s after the start of the process`);
    await visitor.leaves();
  } finally {
    await stack.end();
  }
});
