/** The size of the first page, its headers, and that no page shifts while it loads. */

import assert from 'node:assert/strict';
import { setTimeout as pause } from 'node:timers/promises';
import { gzipSync } from 'node:zlib';

import { choosePassword, edit, goTo, redeem, signInAs } from './harness/journey.js';
import { PASSWORD } from './harness/person.js';
import { stories } from './harness/stories.js';
import { keepsShifts, shiftsOf } from './harness/timings.js';
import { PEOPLE } from './harness/views.js';

const story = stories();

/** Compressed, in bytes: two seconds on a slow mobile network. */
const MOST = 60_000;

/** The limit of the sum of layout shifts; web.dev calls 0.1 good. */
const MOST_SHIFT = 0.02;

/** How long each answer takes, in milliseconds: a shift within 500 ms after an input does not count. */
const SLOW = 700;

/** The headers of every file; no other header for browsers is sent. */
const HEADERS = {
  'cache-control': 'no-cache',
  'content-security-policy':
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; " +
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'; " +
    "require-trusted-types-for 'script'; trusted-types 'none'",
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-origin',
  'permissions-policy': 'camera=(), geolocation=(), microphone=(), payment=(), usb=()',
  'referrer-policy': 'no-referrer',
  'x-content-type-options': 'nosniff',
};

/** The headers that differ from file to file. */
const OF_THE_FILE = ['content-length', 'content-type', 'date', 'etag'];

/** @typedef {import('./harness/stories.js').World} World */
/** @typedef {import('playwright-core').Page} Page */

/**
 * A visitor with an empty page, which records its layout shifts from then on.
 *
 * @param {World} world
 * @param {import('./harness/visitor.js').Habits} [habits]
 */
async function watched(world, habits) {
  const visitor = await world.visitor('about:blank', habits);
  await keepsShifts(visitor.page);
  return visitor;
}

/** Everything that the first page loads. @param {World} world @param {string} locale */
async function loaded(world, locale) {
  const { page } = await world.visitor('about:blank', { locale });
  /** @type {import('playwright-core').Response[]} */
  const responses = [];
  page.on('response', (response) => responses.push(response));
  await page.goto('/', { waitUntil: 'networkidle' });
  await page.getByRole('heading', { level: 1 }).waitFor();
  return responses;
}

for (const locale of ['en', 'de', 'ja']) {
  story(`the first page in ${locale} stays below the size limit`, async (world) => {
    const files = await loaded(world, locale);
    const sizes = await Promise.all(files.map(async (file) => gzipSync(await file.body()).length));
    const sum = sizes.reduce((all, size) => all + size, 0);
    world.says(`${locale}: ${files.length} files, ${sum} bytes compressed`);
    // HTML, three stylesheets, the start script and its page, the texts: with fewer files the page did not load.
    assert.ok(files.length >= 10, `${files.length} files`);
    assert.ok(sum < MOST, `${sum} bytes`);
  });
}

story('every file is sent with the headers of the cloud, and only once if the browser has it', async (world) => {
  for (const response of await loaded(world, 'en')) {
    const all = Object.entries(await response.allHeaders());
    const told = all.filter(([name]) => !OF_THE_FILE.includes(name));
    assert.deepEqual(Object.fromEntries(told), HEADERS, response.url());
    const etag = (await response.headerValue('etag')) ?? '';
    assert.match(etag, /^"[0-9a-f]{64}"$/);
    const again = await fetch(response.url(), { headers: { 'if-none-match': etag } });
    assert.equal(again.status, 304, response.url());
  }
});

/** Answers come late, as over a slow network. @param {Page} page */
async function slowly(page) {
  await page.route('**/v1/**', async (route) => {
    await pause(SLOW);
    await route.continue();
  });
}

/**
 * Waits for another page: replacing the previous page does not count as a shift.
 *
 * @param {Page} page
 * @param {string} heading
 */
async function comesTo(page, heading) {
  await page.getByRole('heading', { name: heading, exact: true }).waitFor();
  await shiftsOf(page);
}

/** @param {World} world @param {Page} page @param {string} what */
async function stoodStill(world, page, what) {
  const shifts = await shiftsOf(page);
  const sum = shifts.reduce((all, { value }) => all + value, 0);
  world.says(`${what}: shifts of ${sum.toFixed(4)}`);
  assert.ok(sum < MOST_SHIFT, `${what}: ${JSON.stringify(shifts)}`);
}

const DEVICES = { desk: { width: 1280, height: 800 }, hand: { width: 360, height: 740 } };

for (const [device, viewport] of Object.entries(DEVICES)) {
  story(`an admin's pages do not shift on a ${device}, also when answers are slow`, async (world) => {
    const company = await world.company(PEOPLE);
    const ada = await company.enrol('ada');
    const { page } = await watched(world, { viewport });
    await page.goto('/');
    await page.getByRole('heading', { name: 'Sign in' }).waitFor();
    await stoodStill(world, page, 'sign-in');

    await slowly(page);
    await signInAs(page, ada);
    await comesTo(page, 'Manage Employees');
    await page.getByRole('rowheader', { name: 'Mike Brandt' }).waitFor();
    await stoodStill(world, page, 'employees');
    const known = page.waitForResponse(/employees\/emp_/);
    const dialog = await edit(page, 'Mike Brandt');
    await (await known).finished();
    await page.reload();
    await dialog.getByText('Mike Brandt').waitFor();
    await page.locator('tbody tr').first().waitFor();
    await stoodStill(world, page, 'employees and the dialog, at once');
    await dialog.getByRole('button', { name: 'Email TOTP' }).click();
    await dialog.getByText('The passcode was sent to').waitFor();
    const { message_id: messageId } = await company.stack.mail(company.address('mike'));
    await company.stack.deliveryReport(messageId, 'delivery');
    await dialog.getByRole('status').getByText('has accepted the mail').waitFor();
    await stoodStill(world, page, 'Edit Employee');
    await page.keyboard.press('Escape');
    await goTo(page, '#/audit');
    await comesTo(page, 'Audit');
    await page.getByRole('row').filter({ hasText: 'Ada Lindqvist' }).first().waitFor();
    await stoodStill(world, page, 'audit');
    await goTo(page, '#/home');
    await comesTo(page, 'Overview');
    await page.getByRole('img', { name: 'Completed recoveries by day' }).waitFor();
    await stoodStill(world, page, 'overview');
    await goTo(page, '#/company');
    await comesTo(page, 'Company');
    await page.getByRole('heading', { name: 'Logo and colour' }).waitFor();
    await stoodStill(world, page, 'company');
    await page.goto(`/#/employees/${company.employeeId('mike')}`);
    await comesTo(page, 'Mike Brandt');
    await page.getByText('…', { exact: true }).first().waitFor({ state: 'detached' });
    await stoodStill(world, page, 'a person');
  });

  story(`a recovery does not shift on a ${device}, also when answers are slow`, async (world) => {
    const company = await world.company();
    const code = await company.mailCodeTo('mike');
    const { page } = await watched(world, { viewport });
    await slowly(page);
    await page.goto(`/#/redeem/${code}`);
    await page.getByRole('heading', { name: 'Get back in' }).waitFor();
    await stoodStill(world, page, 'redeem');
    await redeem(page, company.address('mike'));
    await comesTo(page, 'Choose a new password');
    await choosePassword(page, PASSWORD);
    await comesTo(page, 'Set up your authenticator');
    await page.getByRole('img', { name: 'QR code' }).waitFor();
    await stoodStill(world, page, 'authenticator');
    await page.reload();
    await page.getByRole('img', { name: 'QR code' }).waitFor();
    await stoodStill(world, page, 'authenticator, after a reload');
  });
}
