/** A recovery that is interrupted: nothing is lost, and the page says when the recovery has ended. */

import assert from 'node:assert/strict';

import { Authenticator } from './harness/authenticator.js';
import { choosePassword, redeem, signIn } from './harness/journey.js';
import { PASSWORD } from './harness/person.js';
import { stories } from './harness/stories.js';
import { until } from './harness/until.js';

const story = stories();

/** @typedef {import('./harness/stories.js').World} World */
/** @typedef {import('playwright-core').Page} Page */

/** Mike, who has redeemed his passcode. @param {World} world */
async function mikeAtThePassword(world) {
  const company = await world.company();
  const ada = await company.enrol('ada');
  const code = await ada.issueCodeTo('mike');
  const visitor = await world.visitor(`/#/redeem/${code}`);
  await redeem(visitor.page, company.address('mike'));
  await visitor.page.getByLabel('New password').waitFor();
  return { company, ada, visitor, page: visitor.page };
}

/** The same, with a new key before him. @param {World} world */
async function mikeAtTheKey(world) {
  const at = await mikeAtThePassword(world);
  await choosePassword(at.page, PASSWORD);
  await at.page.getByRole('img', { name: 'QR code' }).waitFor();
  return at;
}

/** @param {World} world @param {Page} page */
async function shownAuthenticator(world, page) {
  const address = await page.getByRole('link', { name: 'Open in an authenticator' }).getAttribute('href');
  return new Authenticator(world.stack, address ?? '');
}

/** @param {Page} page @param {string} digits */
async function finish(page, digits) {
  await page.getByLabel('Six digits').fill(digits);
  await page.getByRole('button', { name: 'Finish' }).click();
}

/** @param {Page} page */
async function isOver(page) {
  await page.getByRole('heading', { name: 'This recovery has ended' }).waitFor();
  await page.getByText('Ask your Security Admin to email you a new passcode.').waitFor();
  await page.reload();
  await page.getByRole('heading', { name: 'Get back in' }).waitFor();
}

story('a typed address and a typed passcode survive a reload', async (world) => {
  const { page } = await world.visitor('/#/redeem');
  await page.getByLabel('Your email address').fill('mike@northwind.example');
  await page.getByLabel('One-time passcode').fill('7k3m 9qxt');
  await page.reload();
  await until('address', async () => (await page.getByLabel('Your email address').inputValue()) === 'mike@northwind.example');
  assert.equal(await page.getByLabel('One-time passcode').inputValue(), '7k3m 9qxt');
});

story('before the backup codes, a reload loses nothing: the code of the link, the password, the key', async (world) => {
  const company = await world.company();
  const code = await company.mailCodeTo('mike');
  const { page } = await world.visitor(`/#/redeem/${code}`);
  await page.getByLabel('Your email address').waitFor();
  assert.ok(!page.url().includes(code));
  await page.reload();
  await until('code', async () => (await page.getByLabel('One-time passcode').inputValue()) === code);
  await redeem(page, company.address('mike'));
  await page.getByLabel('New password').waitFor();
  await page.reload();
  await choosePassword(page, PASSWORD);
  await page.getByRole('img', { name: 'QR code' }).waitFor();
  const key = await page.locator('.secret').textContent();
  await page.reload();
  await page.getByRole('img', { name: 'QR code' }).waitFor();
  assert.equal(await page.locator('.secret').textContent(), key);
  await page.goBack();
  await page.goForward();
  await page.getByRole('img', { name: 'QR code' }).waitFor();
  assert.equal(await page.locator('.secret').textContent(), key);
  await finish(page, await (await shownAuthenticator(world, page)).digits());
  await page.getByRole('heading', { name: 'Keep your backup codes' }).waitFor();
  assert.equal(await page.evaluate('sessionStorage.getItem("readmit.recovery") ?? sessionStorage.getItem("readmit.link")'), null);
});

story('Back leaves each step, and Forward returns to it unchanged', async (world) => {
  const company = await world.company();
  const code = await company.mailCodeTo('mike');
  const { page } = await world.visitor('/');
  const leavesAndReturns = async () => {
    await page.goBack();
    await page.getByRole('heading', { name: 'Sign in' }).waitFor();
    await page.goForward();
  };
  await page.getByRole('heading', { name: 'Sign in' }).waitFor();
  await page.goto(`/#/redeem/${code}`);
  await page.getByLabel('One-time passcode').waitFor();
  await leavesAndReturns();
  await until('code', async () => (await page.getByLabel('One-time passcode').inputValue()) === code);
  await redeem(page, company.address('mike'));
  await page.getByLabel('New password').waitFor();
  await leavesAndReturns();
  await choosePassword(page, PASSWORD);
  const key = await page.locator('.secret').textContent();
  await leavesAndReturns();
  await page.getByRole('img', { name: 'QR code' }).waitFor();
  assert.equal(await page.locator('.secret').textContent(), key);
  await finish(page, await (await shownAuthenticator(world, page)).digits());
  await page.getByRole('heading', { name: 'Keep your backup codes' }).waitFor();
});

story('a link that is opened during a recovery ends that recovery only when its own passcode is redeemed', async (world) => {
  const { page, company } = await mikeAtThePassword(world);
  const code = await company.mailCodeTo('sam');
  await page.goto(`/#/redeem/${code}`);
  await until('code of the second link', async () => (await page.getByLabel('One-time passcode').inputValue()) === code);
  assert.ok(!page.url().includes(code));
  await page.goto('/#/recovery');
  await choosePassword(page, PASSWORD);
  await page.getByRole('img', { name: 'QR code' }).waitFor();
  await page.goto('/#/redeem');
  await redeem(page, company.address('sam'));
  await choosePassword(page, PASSWORD);
  await page.getByRole('img', { name: 'QR code' }).waitFor();
  const authenticator = await shownAuthenticator(world, page);
  await finish(page, await authenticator.digits());
  await page.getByRole('heading', { name: 'Keep your backup codes' }).waitFor();
  const body = { email: company.address('sam'), password: PASSWORD, code: await authenticator.digits() };
  await world.stack.must(200, 'POST', '/v1/sessions', { body });
});

story('every reason against a password is shown at its field, and there is advice while typing', async (world) => {
  const { visitor, page } = await mikeAtThePassword(world);
  visitor.expects(422);
  const password = page.getByLabel('New password');
  await password.pressSequentially('eleven char');
  await page.getByText('At least 12 characters (not met, 11 so far)').waitFor();
  await password.press('s');
  await page.getByText('At least 12 characters (met)').waitFor();
  for (const [refused, reason] of /** @type {const} */ ([
    ['passwordpassword', 'This is common or easy to guess.'],
    ['plum harbour '.repeat(20), 'This is longer than 256 characters.'],
    ['northwind', 'This is shorter than 12 characters. This is common or easy to guess. '
      + 'This contains your name, your address or your company’s name.'],
  ])) {
    await choosePassword(page, refused);
    await page.getByText(reason, { exact: true }).waitFor();
  }
  assert.equal(await password.getAttribute('aria-invalid'), 'true');
  const described = ((await password.getAttribute('aria-describedby')) ?? '').split(' ');
  const texts = await Promise.all(described.map((id) => page.locator(`#${id}`).textContent()));
  assert.ok(texts.some((text) => text?.includes('This contains your name')));
  await choosePassword(page, PASSWORD);
  await page.getByRole('img', { name: 'QR code' }).waitFor();
});

story('while typing, the advice names a name in the password, and too many characters', async (world) => {
  const { page } = await mikeAtThePassword(world);
  const password = page.getByLabel('New password');
  await password.fill('it is mike who types this');
  await page.getByText('Without your name, your address or your company’s name (not met)').waitFor();
  await password.fill('x'.repeat(257));
  await page.getByText('At most 256 characters (not met)').waitFor();
});

for (const [when, at] of /** @type {const} */ ([['the password', mikeAtThePassword], ['the digits', mikeAtTheKey]])) {
  const goOn = async (/** @type {World} */ world, /** @type {Page} */ page) =>
    when === 'the password' ? choosePassword(page, PASSWORD) : finish(page, await (await shownAuthenticator(world, page)).digits());

  story(`the time runs out while Mike is at ${when}`, async (world) => {
    const { visitor, page } = await at(world);
    visitor.expects(401);
    await world.stack.advance(901);
    await goOn(world, page);
    await isOver(page);
  });

  story(`the passcode is revoked while Mike is at ${when}`, async (world) => {
    const { visitor, page, ada, company } = await at(world);
    visitor.expects(401);
    const path = `/v1/employees/${company.employeeId('mike')}/passcode`;
    await world.stack.must(204, 'DELETE', path, { token: ada.token });
    await goOn(world, page);
    await isOver(page);
  });

  story(`a newer passcode replaces it while Mike is at ${when}`, async (world) => {
    const { visitor, page, ada } = await at(world);
    visitor.expects(401);
    await ada.issueCodeTo('mike');
    await goOn(world, page);
    await isOver(page);
  });
}

story('five wrong digits end the recovery', async (world) => {
  const { visitor, page } = await mikeAtTheKey(world);
  visitor.expects(401);
  const digits = page.getByLabel('Six digits');
  for (const wrong of ['000001', '000002', '000003', '000004']) {
    await finish(page, wrong);
    await page.getByText('After five wrong tries the recovery ends.').waitFor();
    assert.equal(await digits.getAttribute('aria-invalid'), 'true');
  }
  await finish(page, '000005');
  await isOver(page);
});

story('a lost answer at the very end is reported, and the new credentials work', async (world) => {
  const { visitor, page, company } = await mikeAtTheKey(world);
  visitor.expects(401);
  visitor.watch.expectsFailure(/recovery\/complete/);
  await page.route('**/v1/recovery/complete', async (route) => {
    await route.fetch();
    await route.abort('connectionreset');
  }, { times: 1 });
  const authenticator = await shownAuthenticator(world, page);
  await finish(page, await authenticator.digits());
  await page.getByRole('alert').getByText('There was no answer').waitFor();
  await page.getByRole('button', { name: 'Finish' }).click();
  await page.getByText('The last answer was lost, so the recovery may be complete').waitFor();
  await page.getByRole('link', { name: 'Sign in' }).click();
  await signIn(page, { email: company.address('mike'), password: PASSWORD, code: await authenticator.digits() });
  await page.getByRole('heading', { name: 'My account' }).waitFor();
});

story('another language, chosen while the recovery is completed, does not lose the backup codes', async (world) => {
  const { page } = await mikeAtTheKey(world);
  /** @type {(() => void)[]} */
  const held = [];
  await page.route('**/v1/recovery/complete', async (route) => {
    const response = await route.fetch();
    await new Promise((resolve) => held.push(() => resolve(null)));
    await route.fulfill({ response });
  });
  await finish(page, await (await shownAuthenticator(world, page)).digits());
  const answer = await until('answer', () => held.shift());
  await page.getByLabel('Language').selectOption('de');
  answer();
  await page.getByRole('heading', { name: 'Keep your backup codes' }).waitFor();
  assert.equal(await page.locator('.codes code').count(), 10);
});

story('the page with the backup codes cannot be left by mistake', async (world) => {
  const { page } = await mikeAtTheKey(world);
  await finish(page, await (await shownAuthenticator(world, page)).digits());
  await page.getByRole('heading', { name: 'Keep your backup codes' }).waitFor();
  const refusal = page.getByRole('alert').getByText('Save the codes, then tick the box');
  await page.getByRole('button', { name: 'Continue' }).click();
  await refusal.waitFor();
  // The next refusal is a separate one.
  await page.getByLabel('I have kept').check();
  await page.getByLabel('I have kept').uncheck();
  await refusal.waitFor({ state: 'hidden' });
  await page.getByRole('link', { name: 'Northwind Partners' }).click();
  await refusal.waitFor();
  await page.goBack();
  await page.getByRole('heading', { name: 'Keep your backup codes' }).waitFor();
  assert.equal(await page.locator('.codes code').count(), 10);
  const asked = page.waitForEvent('dialog');
  const leaving = page.evaluate('location.reload()').catch(() => {});
  const question = await asked;
  assert.equal(question.type(), 'beforeunload');
  await question.dismiss();
  await page.getByLabel('I have kept').check();
  await page.getByRole('link', { name: 'Northwind Partners' }).click();
  await page.getByRole('heading', { name: 'My account' }).waitFor();
  await leaving;
});
