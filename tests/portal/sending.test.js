/** Email TOTP: one click sends one mail, whatever the network does, and the dialog shows its delivery. */

import assert from 'node:assert/strict';
import { setTimeout as pause } from 'node:timers/promises';

import { isInSight } from './harness/in_page.js';
import { edit, find, signInAgainAs, signInAs } from './harness/journey.js';
import { hasFocus } from './harness/keyboard.js';
import { stories } from './harness/stories.js';
import { until } from './harness/until.js';

const story = stories();

/** @typedef {import('./harness/stories.js').World} World */
/** @typedef {import('playwright-core').Page} Page */

const ISSUE = /\/v1\/employees\/[^/]+\/passcode$/;
const PERSON = /\/v1\/employees\/emp_[^/]+$/;

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
});

story('a passcode that still works is replaced only after a question', async (world) => {
  const { page, dialog, send, company } = await adaAtMike(world);
  const keys = keysOf(page);
  await send.click();
  await dialog.getByText('The passcode was sent to').waitFor();
  const again = dialog.getByRole('button', { name: 'Send again' });
  await again.dblclick();
  await again.press('Enter');
  await dialog.getByText(/^Send a new passcode\? The one that was sent at .+ stops working\.$/).waitFor();
  const cancel = dialog.getByRole('button', { name: 'Cancel' });
  await until('focus on what changes nothing', () => hasFocus(cancel));
  await cancel.press('Enter');
  await until('focus on the button', () => hasFocus(again));
  assert.equal(await company.passcodesMailed('mike'), 1);
  await again.click();
  await dialog.getByLabel('Reason').fill('The first one came to nobody');
  await dialog.getByRole('button', { name: 'Send a new passcode' }).click();
  await until('second mail', async () => (await company.passcodesMailed('mike')) === 2);
  await until('focus on the button', () => hasFocus(again));
  assert.equal(new Set(keys).size, 2);
});

for (const viewport of [{ width: 1280, height: 720 }, { width: 1366, height: 768 }, { width: 390, height: 844 }, { width: 320, height: 640 }]) {
  story(`at ${viewport.width} x ${viewport.height} the button and the name are in sight, and the fields can be reached`, async (world) => {
    const { visitor, page, dialog, send } = await adaAtMike(world);
    await page.setViewportSize(viewport);
    const heading = dialog.getByRole('heading', { name: 'Edit Employee: Mike Brandt' });
    const fields = [dialog.getByLabel('Reason'), dialog.getByLabel('Valid for'), dialog.getByLabel('The device was stolen')];
    for (const control of [send, heading]) await until(`${control} in sight`, () => control.evaluate(isInSight));
    for (const control of fields) {
      await control.focus();
      assert.ok(await control.evaluate(isInSight), `${control}`);
    }
    await visitor.findsItReflowed();
    await send.click();
    const again = dialog.getByRole('button', { name: 'Send again' });
    for (const control of [dialog.getByText('The passcode was sent to'), again, heading]) {
      await until(`${control} in sight`, () => control.evaluate(isInSight));
    }
    assert.equal(await dialog.getByText('The passcode was sent to').count(), 1);
    await again.click();
    const replace = dialog.getByRole('button', { name: 'Send a new passcode' });
    await until('button in sight', () => replace.evaluate(isInSight));
  });
}

story('the state of a sent passcode has a countdown, and is there again when the dialog is opened again', async (world) => {
  const { page, dialog, send } = await adaAtMike(world);
  await page.clock.install();
  await send.click();
  const left = dialog.getByRole('timer');
  await left.waitFor();
  const before = await left.textContent();
  await page.clock.runFor(3_000);
  assert.notEqual(await left.textContent(), before);
  assert.match(before ?? '', /^\d+:\d\d(:\d\d)?$/);
  await page.keyboard.press('Escape');
  await edit(page, 'Mike Brandt');
  await dialog.getByRole('button', { name: 'Send again' }).waitFor();
  await send.waitFor({ state: 'hidden' });
});

story('an answer from before the click does not hide the passcode that was sent', async (world) => {
  const { visitor, page, dialog, send } = await adaAtMike(world);
  visitor.watch.expectsFailure(PERSON);
  await page.keyboard.press('Escape');
  /** @type {(() => void)[]} */
  const held = [];
  await page.route(PERSON, async (route) => {
    const response = await route.fetch();
    await new Promise((resolve) => held.push(() => resolve(null)));
    await route.fulfill({ response }).catch(() => {});
  }, { times: 1 });
  await edit(page, 'Mike Brandt');
  const answer = await until('late answer', () => held.shift());
  await send.click();
  const sent = dialog.getByText('The passcode was sent to');
  await sent.waitFor();
  answer();
  // Less than the time until the dialog asks again by itself.
  await pause(500);
  assert.equal(await sent.isVisible(), true);
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
  await send.click();
  await dialog.getByText('The passcode was sent to').waitFor();
  assert.deepEqual([keys.length, new Set(keys).size], [2, 1]);
  assert.equal(await company.passcodesMailed('mike'), 1);
});

story('after a lost answer the dialog, opened again, shows that the passcode was sent', async (world) => {
  const { visitor, page, dialog, send, company } = await adaAtMike(world);
  visitor.watch.expectsFailure(ISSUE);
  await page.route(ISSUE, async (route) => {
    await route.fetch();
    await route.abort('connectionreset');
  }, { times: 1 });
  await send.click();
  await dialog.getByRole('alert').getByText('There was no answer').waitFor();
  await page.keyboard.press('Escape');
  await edit(page, 'Mike Brandt');
  await dialog.getByText('The passcode was sent to').waitFor();
  await dialog.getByRole('button', { name: 'Send again' }).click();
  await dialog.getByRole('button', { name: 'Send a new passcode' }).click();
  await until('second mail', async () => (await company.passcodesMailed('mike')) === 2);
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
  assert.equal(await dialog.getByText('has accepted the mail').count(), 1);
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
  await until('focus on the button', () => hasFocus(send));
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

story('a dialog that is closed and opened again follows the mail that is under way', async (world) => {
  const { page, dialog, send, company } = await adaAtMike(world);
  await send.click();
  await dialog.getByText('The passcode was sent to').waitFor();
  await dialog.getByRole('button', { name: 'Close' }).click();
  await edit(page, 'Mike Brandt');
  await dialog.getByRole('status').getByText('Waiting for the mail server’s report…').waitFor();
  const { message_id: id } = await world.stack.mail(company.address('mike'));
  await world.stack.deliveryReport(id, 'delivery');
  await dialog.getByRole('status').getByText('The receiving mail server has accepted the mail.').waitFor();
});
