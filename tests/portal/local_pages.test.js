/** The pages of a local stack, with the dock: one look, links to each other, and requests that can be tried on the page of the API. */

import assert from 'node:assert/strict';

import { stories } from './harness/stories.js';

const story = stories({ employees: null, dock: true });

const PAGES = ['Mailbox', 'Authenticator', 'Mail preview', 'API'];

/** @typedef {import('playwright-core').Page} Page */

/** The form of an operation. @param {Page} page @param {string} operation */
async function trialOf(page, operation) {
  const article = page.locator(`article[id=${operation}]`);
  await article.getByText('Try it').click();
  return article.locator('form');
}

for (const [device, viewport] of Object.entries({ desk: { width: 1280, height: 720 }, hand: { width: 390, height: 844 } })) {
  story(`on a ${device} every local page is accessible, has the dock and leads to the others and to the portal`, async (world) => {
    const visitor = await world.visitor('/_local/mailbox', { viewport });
    const { page } = visitor;
    const links = page.getByRole('navigation', { name: 'Local stack' });
    for (const name of PAGES) {
      await links.getByRole('link', { name }).click();
      await page.locator('[aria-current=page]', { hasText: name }).waitFor();
      await page.getByRole('complementary', { name: 'Local stack' }).waitFor();
      await visitor.findsItAccessible();
      await visitor.findsItReflowed();
    }
    await page.getByRole('banner').getByRole('link', { name: 'Portal' }).click();
    await page.getByRole('button', { name: 'Sign in as Ada' }).waitFor();
  });
}

story('on the narrowest screen the page of the API is accessible and reflows with every form open, and a refusal says why', async (world) => {
  const visitor = await world.visitor('/_local/api', { viewport: { width: 320, height: 800 } });
  const { page } = visitor;
  visitor.expects(422);
  await page.getByRole('button', { name: 'Sign in as Ada' }).click();
  await page.getByText('Ada Lindqvist is signed in.').waitFor();
  const listing = await trialOf(page, 'listEmployees');
  await listing.locator('[name=query]').fill('c.nwachukwu@');
  await listing.getByRole('button', { name: 'Send' }).click();
  const body = listing.getByLabel('Body of the answer');
  await body.getByText('"client"').waitFor();
  const id = JSON.parse((await body.textContent()) ?? '').employees[0].employee_id;
  const issue = await trialOf(page, 'issuePasscode');
  await issue.getByLabel('employee_id').fill(id);
  await issue.getByRole('button', { name: 'Send' }).click();
  await issue.getByText('"code": "client_account"').waitFor();
  await page.evaluate(() => document.querySelectorAll('details.try').forEach((trial) => trial.setAttribute('open', '')));
  await visitor.findsItAccessible();
  await visitor.findsItReflowed();
});

story('requests are tried on the page of the API, with the token of Ada', async (world) => {
  const visitor = await world.visitor('/_local/api');
  const { page } = visitor;
  visitor.expects(401, 404);
  const listing = await trialOf(page, 'listEmployees');
  await listing.getByRole('button', { name: 'Send' }).click();
  await listing.locator('.badge', { hasText: '401' }).waitFor();

  await page.getByRole('button', { name: 'Sign in as Ada' }).click();
  await page.getByText('Ada Lindqvist is signed in.').waitFor();
  await listing.locator('[name=query]').fill('mike@');
  await listing.getByRole('button', { name: 'Send' }).click();
  const body = listing.getByLabel('Body of the answer');
  await body.getByText('"mike@northwind.example"').waitFor();
  await listing.getByText('x-request-id').waitFor();
  const id = JSON.parse((await body.textContent()) ?? '').employees[0].employee_id;

  const issue = await trialOf(page, 'issuePasscode');
  assert.match(await issue.getByLabel('employee_id').inputValue(), /^emp_/);
  await issue.getByRole('button', { name: 'Send' }).click();
  await issue.locator('.badge', { hasText: '404' }).waitFor();
  await issue.getByLabel('employee_id').fill(id);
  await issue.getByRole('textbox', { name: /^Body/ }).fill('{"reason": "tried"}');
  await issue.getByRole('button', { name: 'New Idempotency-Key' }).click();
  for (let time = 0; time < 2; time += 1) {
    await issue.getByRole('button', { name: 'Send' }).click();
    await issue.locator('.badge', { hasText: '201' }).waitFor();
  }
  await issue.getByText('"sent_to": "m•••@northwind.example"').waitFor();
  const mails = await world.stack.mails('mike@northwind.example');
  assert.equal(mails.filter(({ tags }) => tags['kind'] === 'passcode').length, 1, 'the same key mails once');
});

story('an answer is shown as text, and brings its token', async (world) => {
  const { page } = await world.visitor('/_local/api');
  const hostile = '<img src=x onerror=alert(1)>';
  await page.route('**/v1/passcodes/redeem', (route) => route.fulfill({ json: { recovery_token: 'from-the-answer', note: hostile } }));
  const redeem = await trialOf(page, 'redeemPasscode');
  await redeem.getByRole('button', { name: 'Send' }).click();
  await redeem.getByText(hostile).waitFor();
  assert.equal(await redeem.locator('img').count(), 0);
  assert.equal(await page.getByLabel('Recovery token').inputValue(), 'from-the-answer');
});
