/** The sign-in page of a local stack: what it is, and "Sign in as Ada". */

import assert from 'node:assert/strict';

import { signIn } from './harness/journey.js';
import { stories } from './harness/stories.js';
import { keepsShifts, shiftsOf } from './harness/timings.js';

const story = stories({ employees: null, dock: true });

/** @typedef {import('playwright-core').Page} Page */

/** @param {Page} page */
const offer = (page) => page.getByRole('button', { name: 'Sign in as Ada' });

/** @param {Page} page */
async function isIn(page) {
  await page.getByRole('heading', { level: 1, name: /^(Home|Manage Employees)$/ }).waitFor();
}

/** @param {Page} page */
async function leaves(page) {
  await page.getByRole('button', { name: /^Sign out/ }).click();
  await page.getByRole('heading', { name: 'Sign in' }).waitFor();
}

story('one click signs in as Ada, again and again, and after digits that were used by hand', async (world) => {
  const visitor = await world.visitor('about:blank');
  const { page } = visitor;
  await keepsShifts(page);
  await page.goto('/');
  await page.getByText('This is a local stack with a sample company').waitFor();
  assert.deepEqual(await shiftsOf(page), []);
  await offer(page).click();
  await isIn(page);
  await leaves(page);
  // The digits of this step are used now, and those of the next one are accepted.
  await page.getByRole('button', { name: 'Use a backup code instead' }).click();
  await offer(page).click();
  await isIn(page);
  await leaves(page);

  // Both are used: it waits for the clock.
  await offer(page).click();
  await page.getByText(/^Each code works once\. The next one comes in \d+ s\.$/).waitFor();
  await world.stack.advance(60);
  await isIn(page);
  await leaves(page);

  // Somebody has used the digits that it does not know of.
  await world.stack.advance(60);
  const { email, password, otpauth_uri: key } = world.stack.ready.admin;
  const { accounts } = await world.stack.must(200, 'POST', '/_local/authenticator/digits', { body: { addresses: [key] } });
  await signIn(page, { email, password, code: accounts[0].digits });
  await isIn(page);
  await leaves(page);
  visitor.expects(401);
  await offer(page).click();
  await isIn(page);
});

story('a sign-in that cannot work any more says so', async (world) => {
  const visitor = await world.visitor('/');
  const { page } = visitor;
  visitor.expects(401);
  await page.route('**/_local/authenticator/sign-in', (route) =>
    route.fulfill({ json: { email: 'ada@northwind.example', password: 'an older password', code: '000000' } }));
  await offer(page).click();
  await page.getByText('Password or authenticator were changed since the start.').waitFor();
});

const own = stories({ dock: true });

own('with own employees there is nobody to sign in as', async (world) => {
  const { page } = await world.visitor('/');
  await page.getByText('This is a local stack with your own employees.').waitFor();
  assert.equal(await page.getByRole('button', { name: /^Sign in as/ }).count(), 0);
});
