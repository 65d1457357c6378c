/** Every mail, as `tests/mails` has it, in a browser as in a mail program: readable everywhere, and with Word's engine too. */

import assert from 'node:assert/strict';
import { readdir, readFile } from 'node:fs/promises';
import { after, before, test } from 'node:test';
import { fileURLToPath } from 'node:url';

import { accessibilityFindings } from './harness/axe.js';
import { launchChromium } from './harness/browser.js';
import { lossesInWord, partsOf } from './harness/outlook.js';

/** @typedef {{ name: string, html: string, text: string }} Mail */

const FOLDER = fileURLToPath(new URL('../mails/', import.meta.url));

/** In CSS pixels: small phones, usual phones, desktops. */
const WIDTHS = [320, 375, 640];

/** Rules of axe for whole pages. A mail is a part of the page of a mail program, which has landmarks and headings. */
const OF_WHOLE_PAGES = / (landmark-one-main|page-has-heading-one|region): /;

/** @type {Mail[]} */
const mails = [];

/** @type {import('playwright-core').Browser} */
let browser;

/** @type {import('playwright-core').Page} */
let page;

before(async () => {
  const files = await readdir(FOLDER, { recursive: true });
  for (const file of files.filter((name) => name.endsWith('.html')).sort()) {
    const name = file.slice(0, -'.html'.length);
    const html = await readFile(`${FOLDER}${file}`, 'utf8');
    mails.push({ name, html, text: await readFile(`${FOLDER}${name}.txt`, 'utf8') });
  }
  browser = await launchChromium();
  page = await browser.newPage();
  // A mail that loads something fails.
  await page.route('**', (route) => route.abort());
});

after(() => browser.close());

/** @param {(mail: Mail) => Promise<string[]>} findingsIn @param {string} [folder] Only the mails in this folder. */
async function nothingIsFound(findingsIn, folder = '') {
  assert.ok(mails.length >= 60, `${mails.length} mails`);
  const found = [];
  for (const mail of mails.filter(({ name }) => name.startsWith(folder))) {
    await page.setContent(mail.html);
    found.push(...(await findingsIn(mail)).map((finding) => `${mail.name}: ${finding}`));
  }
  assert.deepEqual(found, []);
}

test('Word loses nothing of a mail but looks', () =>
  nothingIsFound(async ({ html }) => lossesInWord(await partsOf(page), html)));

test('no mail is wider than a phone', () =>
  nothingIsFound(async () => {
    const findings = [];
    for (const width of WIDTHS) {
      await page.setViewportSize({ width, height: 800 });
      const needed = await page.evaluate(() => document.documentElement.scrollWidth);
      if (needed > width) findings.push(`${needed} pixels are needed at ${width}`);
    }
    return findings;
  }));

// Colours, sizes and elements do not depend on the language.
test('every kind of mail is accessible in light and in dark', () =>
  nothingIsFound(async () => (await accessibilityFindings(page)).filter((finding) => !OF_WHOLE_PAGES.test(finding)), 'en/'));

test('the text of a mail says what its HTML says', () =>
  nothingIsFound(async ({ text }) => {
    const shown = await page.evaluate(() => {
      for (const link of document.querySelectorAll('a')) link.append(`: ${link.getAttribute('href')}`);
      return document.body.innerText;
    });
    // Marks that only one of the two needs, the rules, and how the lines break.
    const bare = (/** @type {string} */ words) => words.replace(/[\u200b\u2068\u2069]|^----$/gm, '').replace(/[\s:]+/g, '');
    const [, ...said] = text.split('\n');
    return bare(shown) === bare(said.join('\n')) ? [] : [`${bare(shown)} is not ${bare(said.join('\n'))}`];
  }));
