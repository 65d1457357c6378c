/** The dock of a local stack: mails as they come, with their links and reports, the authenticator's digits, the clock. */

import assert from 'node:assert/strict';
import { setTimeout as pause } from 'node:timers/promises';

import { Authenticator } from './harness/authenticator.js';
import { choosePassword, find, redeem, signIn } from './harness/journey.js';
import { hasFocus, tabTo } from './harness/keyboard.js';
import { PASSWORD } from './harness/person.js';
import { stories } from './harness/stories.js';
import { keepsShifts, shiftsOf } from './harness/timings.js';
import { until } from './harness/until.js';

const story = stories({ employees: null, dock: true });

const MIKE = 'mike@northwind.example';
const SIZES = { desk: { width: 1280, height: 720 }, hand: { width: 390, height: 844 } };

/** A mail that tries to be more than text. */
const HOSTILE = '"><img src=x onerror=alert(1)><script>alert(1)</script>';

/**
 * @typedef {import('./harness/stories.js').World} World
 * @typedef {import('./harness/visitor.js').Visitor} Visitor
 * @typedef {import('playwright-core').Page} Page
 */

/** One app for all stories: it never shows digits twice. @type {Authenticator | undefined} */
let app;

/** Ada, in Manage Employees. @param {World} world @param {import('./harness/visitor.js').Habits} [habits] */
async function ada(world, habits) {
  const { email, password, otpauth_uri: key } = world.stack.ready.admin;
  app ??= new Authenticator(world.stack, key);
  const visitor = await world.visitor('/', habits);
  await signIn(visitor.page, { email, password, code: await app.digits() });
  await visitor.page.getByRole('heading', { name: 'Manage Employees' }).waitFor();
  return visitor;
}

/** @param {Page} page */
const dockOf = (page) => page.getByRole('complementary', { name: 'Local stack' });

/** @param {Page} page */
async function opensDock(page) {
  const toggle = dockOf(page).getByRole('button', { name: 'Local stack' });
  if ((await toggle.getAttribute('aria-expanded')) !== 'true') await toggle.click();
}

/**
 * Sends Mike a passcode through the API, and waits until the dock shows its mail.
 *
 * @param {World} world
 * @param {Visitor} visitor Ada.
 */
async function sendsPasscode({ stack }, { page }) {
  const token = await page.evaluate("JSON.parse(sessionStorage.getItem('readmit.session')).access_token");
  const found = await stack.must(200, 'GET', `/v1/employees?query=${MIKE}`, { token });
  await stack.must(201, 'POST', `/v1/employees/${found.employees[0].employee_id}/passcode`, { token });
  const code = (await stack.mails(MIKE)).at(-1)?.text.match(/redeem\/(\S+)/)?.[1] ?? '';
  await dockOf(page).locator('.dock-mails code', { hasText: code }).waitFor({ state: 'attached' });
}

story('a mail appears by itself, and the bounce that is reported there shows in the portal', async (world) => {
  const visitor = await ada(world);
  const { page } = visitor;
  const dock = dockOf(page);
  await opensDock(page);
  await sendsPasscode(world, visitor);
  await dock.getByRole('status').filter({ hasText: `Mail to ${MIKE}: Your one-time passcode` }).waitFor();
  const mail = dock.getByRole('listitem').filter({ hasText: MIKE }).first();
  await mail.getByRole('link', { name: 'This was not me' }).waitFor();
  for (const [report, shown] of [['Delay', 'delayed'], ['Deliver', 'delivered'], ['Bounce', 'bounced']]) {
    await mail.getByRole('button', { name: report ?? '', exact: true }).click();
    await mail.getByText(`Reported: ${shown}.`).waitFor();
  }
  const row = await find(page, 'mike@', 'Mike Brandt');
  await page.reload();
  await row.getByText('Bounced').first().waitFor();
});

story('the link of a mail, the account of the portal and the copied digits lead to the end in one tab', async (world) => {
  const visitor = await ada(world);
  const { page } = visitor;
  await page.context().grantPermissions(['clipboard-read', 'clipboard-write']);
  await sendsPasscode(world, visitor);
  const dock = dockOf(page);
  await dock.getByRole('link', { name: 'Open the mail’s link' }).click();
  await page.getByRole('heading', { name: 'Get back in' }).waitFor();
  await redeem(page, MIKE);
  await choosePassword(page, PASSWORD);
  // The digits of the new account come late, and those of Ada must not be copied instead.
  await page.route('**/_local/authenticator/digits', async (route) => {
    await pause(500);
    await route.continue();
  });
  await page.getByRole('link', { name: 'Open in an authenticator' }).click();
  await dock.getByRole('button', { name: 'Copy digits' }).click();
  const field = page.getByLabel('Six digits of the new authenticator');
  await until('cursor in the field', () => hasFocus(field));
  await page.keyboard.press('Control+V');
  await page.keyboard.press('Enter');
  await page.getByRole('heading', { name: 'Keep your backup codes' }).waitFor();
  assert.equal(page.context().pages().length, 1);
});

story('the clock of the stack moves', async (world) => {
  const { page } = await world.visitor('/');
  const dock = dockOf(page);
  await opensDock(page);
  const before = await world.stack.now();
  await dock.getByRole('button', { name: '+1 h' }).click();
  await dock.getByText(/^It is \d\d:\d\d:\d\d UTC now\.$/).waitFor();
  const moved = (await world.stack.now()).getTime() - before.getTime();
  assert.ok(moved >= 3_600_000 && moved < 3_700_000, `${moved} ms`);
  assert.match((await dock.getByText(/^\d\d? \w{3} \d{4}, /).textContent()) ?? '', /^\d.* \d\d:\d\d:\d\d UTC$/);
});

story('the text of a mail stays text', async (world) => {
  const Content = { Simple: { Subject: { Data: HOSTILE }, Body: { Text: { Data: `${HOSTILE}\n\nGo:\njavascript:alert(1)\n` } } } };
  const ready = /** @type {any} */ (world.stack.ready);
  const sent = await fetch(`${ready.secrets_and_mail}/v2/email/outbound-emails`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ FromEmailAddress: 'no-reply@portal.example', Destination: { ToAddresses: [MIKE] }, Content }),
  });
  assert.equal(sent.status, 200);
  const { page } = await world.visitor('/');
  const dock = dockOf(page);
  await opensDock(page);
  await dock.getByRole('listitem').filter({ hasText: HOSTILE }).first().waitFor();
  assert.equal(await dock.locator('img, script').count(), 0);
  assert.equal(await dock.locator('a[href^="javascript:"]').count(), 0);
});

story('the keyboard alone opens the dock, uses it and leaves it', async (world) => {
  const visitor = await ada(world);
  const { page } = visitor;
  await sendsPasscode(world, visitor);
  const dock = dockOf(page);
  const toggle = dock.getByRole('button', { name: 'Local stack' });
  // The dock is behind everything else of the page.
  await page.keyboard.press('Shift+Tab');
  await tabTo(page, toggle, { within: 20, key: 'Shift+Tab' });
  await page.keyboard.press('Enter');
  await tabTo(page, dock.getByRole('button', { name: 'Deliver' }).first(), { within: 20 });
  await page.keyboard.press('Enter');
  await dock.getByText('Reported: delivered.').waitFor();
  await page.keyboard.press('Escape');
  assert.equal(await toggle.getAttribute('aria-expanded'), 'false');
  assert.ok(await hasFocus(toggle));
});

for (const [device, viewport] of Object.entries(SIZES)) {
  story(`on a ${device} the dock is accessible, moves nothing, covers nothing and is not printed`, async (world) => {
    const visitor = await world.visitor('about:blank', { viewport });
    const { page } = visitor;
    await keepsShifts(page);
    await page.goto('/');
    await page.getByRole('heading', { name: 'Sign in' }).waitFor();
    await dockOf(page).waitFor();
    assert.deepEqual(await shiftsOf(page), []);
    await visitor.findsItAccessible();
    await visitor.findsItReflowed();
    await coversNothing(page);
    await opensDock(page);
    assert.deepEqual(await shiftsOf(page), []);
    await visitor.findsItAccessible();
    await visitor.findsItReflowed();
    await coversNothing(page);
    await page.reload();
    assert.equal(await dockOf(page).getByRole('button', { name: 'Local stack' }).getAttribute('aria-expanded'), 'true');
    await page.emulateMedia({ media: 'print' });
    assert.equal(await dockOf(page).isVisible(), false);
  });
}

/** The end of the page is above the dock. @param {Page} page */
async function coversNothing(page) {
  const [end, start] = await page.evaluate(() => {
    scrollTo(0, document.documentElement.scrollHeight);
    const rect = (/** @type {string} */ selector) => document.querySelector(selector)?.getBoundingClientRect();
    return [rect('body')?.bottom ?? Infinity, rect('.dock')?.top ?? 0];
  });
  assert.ok(end <= start + 1, `the page ends at ${end}, the dock begins at ${start}`);
}
