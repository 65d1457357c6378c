/** Email TOTP: one click sends one mail, whatever the network does, and the dialog shows its delivery. */

import assert from 'node:assert/strict';

import { edit, find, signInAgainAs, signInAs } from './harness/journey.js';
import { stories } from './harness/stories.js';
import { until } from './harness/until.js';

const story = stories();

/** @typedef {import('./harness/stories.js').World} World */
/** @typedef {import('playwright-core').Page} Page */

const ISSUE = /\/v1\/employees\/[^/]+\/passcode$/;

/** Ada, who has Mike's dialog open. @param {World} world */
async function adaAtMike(world) {
  const company = await world.company();
  const ada = await company.enrol('ada');
  const visitor = await world.visitor('/');
  await signInAs(visitor.page, ada);
  await find(visitor.page, 'mike', 'Mike Brandt');
  const dialog = await edit(visitor.page, 'Mike Brandt');
  return { company, ada, visitor, page: visitor.page, dialog, send: dialog.getByRole('button', { name: 'Email TOTP' }) };
}

/** The Idempotency-Keys of the clicks that were sent. @param {Page} page */
function keysOf(page) {
  /** @type {(string | undefined)[]} */
  const keys = [];
  page.on('request', (request) => {
    if (request.method() === 'POST' && ISSUE.test(request.url())) keys.push(request.headers()['idempotency-key']);
  });
  return keys;
}

story('a double click, and Enter held down, send one mail', async (world) => {
  const { page, dialog, send, company } = await adaAtMike(world);
  const keys = keysOf(page);
  await page.route(ISSUE, async (route) => {
    await until('second click', () => isClickedTwice);
    await route.continue();
  });
  let isClickedTwice = false;
  await send.dblclick();
  // A held key repeats until it is released.
  for (let times = 0; times < 5; times += 1) await page.keyboard.down('Enter');
  await page.keyboard.up('Enter');
  assert.equal(await send.getAttribute('aria-disabled'), 'true');
  isClickedTwice = true;
  await dialog.getByText('The passcode was sent to').waitFor();
  assert.equal(keys.length, 1);
  assert.equal(await company.passcodesMailed('mike'), 1);
  await send.click();
  await until('second mail', async () => (await company.passcodesMailed('mike')) === 2);
  assert.equal(new Set(keys).size, 2);
});

story('a click without a network is sent once, by the next click', async (world) => {
  const { visitor, page, dialog, send, company } = await adaAtMike(world);
  const keys = keysOf(page);
  visitor.watch.expectsFailure(ISSUE);
  await page.context().setOffline(true);
  await send.click();
  await dialog.getByRole('alert').getByText('You are offline. Nothing is lost').waitFor();
  await page.context().setOffline(false);
  await send.click();
  await dialog.getByText('The passcode was sent to').waitFor();
  assert.equal(await company.passcodesMailed('mike'), 1);
  assert.equal(new Set(keys).size, 1);
});

story('after a lost answer the request is repeated, and no second mail is sent', async (world) => {
  const { visitor, page, dialog, send, company } = await adaAtMike(world);
  const keys = keysOf(page);
  visitor.watch.expectsFailure(ISSUE);
  await page.route(ISSUE, async (route) => {
    await route.fetch();
    await route.abort('connectionreset');
  }, { times: 1 });
  await send.click();
  await dialog.getByRole('alert').getByText('There was no answer').waitFor();
  assert.equal(await company.passcodesMailed('mike'), 1);
  await page.keyboard.press('Escape');
  await edit(page, 'Mike Brandt');
  await send.click();
  await dialog.getByText('The passcode was sent to').waitFor();
  assert.deepEqual([keys.length, new Set(keys).size], [2, 1]);
  assert.equal(await company.passcodesMailed('mike'), 1);
});

story('the delivery is followed: delayed, then delivered after all', async (world) => {
  const { page, dialog, send, company } = await adaAtMike(world);
  await send.click();
  await dialog.getByRole('status').getByText('Waiting for the mail server’s report…').waitFor();
  const { message_id: id } = await world.stack.mail(company.address('mike'));
  await world.stack.deliveryReport(id, 'delay');
  await dialog.getByText('Delayed', { exact: true }).waitFor();
  await world.stack.deliveryReport(id, 'delivery');
  await dialog.getByRole('status').getByText('The receiving mail server has accepted the mail.').waitFor();
  await dialog.getByRole('button', { name: 'Close' }).click();
  await page.getByRole('row').getByText('Delivered', { exact: true }).waitFor();
});

story('the delivery is followed: delayed, then bounced, in the dialog and in the row', async (world) => {
  const { page, dialog, send, company } = await adaAtMike(world);
  await send.click();
  await dialog.getByRole('status').getByText('Waiting for the mail server’s report…').waitFor();
  const { message_id: id } = await world.stack.mail(company.address('mike'));
  await world.stack.deliveryReport(id, 'delay');
  await dialog.getByText('Delayed', { exact: true }).waitFor();
  await world.stack.deliveryReport(id, 'bounce');
  await dialog.getByRole('status').getByText('The mail came back, so the passcode no longer works.').waitFor();
  await dialog.getByRole('button', { name: 'Close' }).click();
  await page.getByRole('row').getByText('Bounced', { exact: true }).waitFor();
});

story('after a minute without a report the dialog says so', async (world) => {
  const { page, dialog, send } = await adaAtMike(world);
  await page.clock.install();
  await send.click();
  await dialog.getByRole('status').getByText('Waiting for the mail server’s report…').waitFor();
  const unknown = dialog.getByRole('status').getByText('No report from the mail server so far.');
  await until('the honest sentence', async () => {
    await page.clock.runFor(5_000);
    return unknown.isVisible();
  });
  await dialog.getByText('Sent', { exact: true }).waitFor();
});

story('a revoked passcode no longer works', async (world) => {
  const { dialog, send, company, page } = await adaAtMike(world);
  await dialog.getByRole('button', { name: 'Revoke passcode' }).waitFor({ state: 'hidden' });
  await send.click();
  await dialog.getByText('The passcode was sent to').waitFor();
  const code = await company.mailedCode('mike');
  await dialog.getByRole('button', { name: 'Revoke passcode' }).click();
  await dialog.getByText('The passcode is revoked').waitFor();
  await dialog.getByText('Revoked', { exact: true }).waitFor();
  await world.stack.must(401, 'POST', '/v1/passcodes/redeem', { body: { email: company.address('mike'), code } });
  await page.keyboard.press('Escape');
  await page.getByRole('row').getByText('Revoked', { exact: true }).waitFor();
});

story('for a stolen device the account stops at once, and the reason is in the audit', async (world) => {
  const { ada, visitor, dialog, send, company, page } = await adaAtMike(world);
  visitor.expects(401);
  const mike = await company.enrol('mike');
  await world.stack.advance(900);
  await dialog.getByLabel('The device was stolen').check();
  await dialog.getByText('Ends every session at once.').waitFor();
  await dialog.getByLabel('Reason').fill('Phone and laptop stolen on a train');
  await send.click();
  await signInAgainAs(page, ada);
  await dialog.getByText('The passcode was sent to').waitFor();
  await world.stack.must(401, 'DELETE', '/v1/sessions', { token: mike.token });
  const body = { email: mike.email, password: mike.password, code: await mike.authenticator.digits() };
  await world.stack.must(401, 'POST', '/v1/sessions', { body });
  await dialog.getByRole('link', { name: 'Show in Audit' }).click();
  await page.getByRole('rowheader', { name: 'Account suspended' }).waitFor();
  await page.getByText('Phone and laptop stolen on a train').first().waitFor();
});
