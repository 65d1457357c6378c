/** The whole story, with the pages of the local stack: portal, mailbox and authenticator. */

import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';

import { choosePassword, edit, find, redeem, signIn } from './harness/journey.js';
import { stories } from './harness/stories.js';

const story = stories({ employees: null });

const MIKE = 'mike@northwind.example';
const PASSWORD = 'plum harbour ladder quartz';

/** @typedef {import('./harness/visitor.js').Visitor} Visitor */

/** The digits that the pretend authenticator shows for an account. @param {import('playwright-core').Locator} account */
async function shownDigits(account) {
  const digits = account.locator('.digits').filter({ hasText: /\d{3} \d{3}/ });
  return (await digits.textContent() ?? '').replace(/\s/g, '');
}

/** @param {import('playwright-core').Locator} badge @param {string} word */
const says = (badge, word) => badge.getByText(word, { exact: true }).first().waitFor();

story('an employee without a phone recovers, after one click of the Security Admin', async (world) => {
  const { stack } = world;
  // The code that the start used for the enrolment is used up.
  await stack.advance(60);
  const ada = await world.visitor('/_local/authenticator');
  const password = (await ada.page.getByText('Password:').locator('code').textContent()) ?? '';
  const code = await shownDigits(ada.page.getByRole('listitem').filter({ hasText: 'ada@northwind.example' }));
  await ada.opens('/');
  await signIn(ada.page, { email: 'ada@northwind.example', password, code });

  await ada.page.getByRole('heading', { name: 'Manage Employees' }).waitFor();
  const row = await find(ada.page, 'mik', 'Mike Brandt');
  const dialog = await edit(ada.page, 'Mike Brandt');
  await dialog.getByLabel('Reason').fill('Lost the phone');
  await dialog.getByRole('button', { name: 'Email TOTP' }).click();
  const sent = dialog.getByText(/^The passcode was sent to m•••@northwind\.example\. It works until \S+/);
  await sent.waitFor();
  await says(dialog, 'Sent');

  const { message_id: messageId } = await stack.mail(MIKE);
  await stack.deliveryReport(messageId, 'delivery');
  await says(dialog, 'Delivered');
  await dialog.getByRole('status').getByText('The receiving mail server has accepted the mail.').waitFor();
  await ada.page.keyboard.press('Escape');
  await says(row, 'Delivered');

  const mike = await redeemsFromTheMailbox(world);
  await setsUpPasswordAndAuthenticator(mike);
  await keepsTheBackupCodes(mike);
  await mike.page.getByRole('heading', { name: 'My account' }).waitFor();

  await ada.page.reload();
  await says(row, 'Redeemed');
  await edit(ada.page, 'Mike Brandt');
  await ada.page.getByRole('link', { name: 'Show in Audit' }).click();
  await sees(ada, [
    ['Password and authenticator replaced', 'Mike Brandt'],
    ['Passcode redeemed', 'Mike Brandt'],
    ['Passcode delivered', 'The service itself'],
    ['Passcode issued', 'Ada Lindqvist'],
    ['Employee imported', 'The operator'],
  ]);
});

/** Follows the link in the mail, as the mailbox shows it. @param {import('./harness/stories.js').World} world */
async function redeemsFromTheMailbox(world) {
  const mike = await world.visitor(`/_local/mailbox?to=${MIKE}`);
  const mail = mike.page.frameLocator('iframe').first();
  const [page] = await Promise.all([
    mike.page.context().waitForEvent('page'),
    mail.getByRole('link').filter({ hasNotText: /not me/ }).first().click(),
  ]);
  await page.getByRole('heading', { name: 'Get back in' }).waitFor();
  assert.equal(new URL(page.url()).hash, '#/redeem');
  assert.match(await page.getByLabel('One-time passcode').inputValue(), /^\w{4}-\w{4}-\w{4}$/);
  mike.page = page;
  await redeem(page, MIKE);
  return mike;
}

/** @param {Visitor} mike */
async function setsUpPasswordAndAuthenticator(mike) {
  const { page } = mike;
  await page.context().grantPermissions(['clipboard-read', 'clipboard-write']);
  await page.getByRole('heading', { name: 'Choose a new password' }).waitFor();
  await page.getByLabel('New password').pressSequentially('short');
  await page.getByText('At least 12 characters (not met, 5 so far)').waitFor();
  await choosePassword(page, PASSWORD);

  await page.getByRole('img', { name: 'QR code for the authenticator' }).waitFor();
  await page.getByRole('button', { name: 'Copy key' }).click();
  await page.getByText('Copied.').waitFor();
  const authenticator = await page.context().newPage();
  await authenticator.goto('/_local/authenticator');
  await authenticator.getByLabel('Address or secret of an account').fill(await page.evaluate('navigator.clipboard.readText()'));
  await authenticator.getByRole('button', { name: 'Add', exact: true }).click();
  // The sample admin's account is there from the start, and cannot be removed.
  const own = authenticator.getByRole('listitem').filter({ has: authenticator.getByRole('button', { name: 'Remove' }) });
  const code = await shownDigits(own);
  await authenticator.close();
  await page.getByLabel('Six digits of the new authenticator').fill(code);
  await page.getByRole('button', { name: 'Finish' }).click();
}

/** @param {Visitor} mike */
async function keepsTheBackupCodes({ page }) {
  await page.getByRole('heading', { name: 'Keep your backup codes' }).waitFor();
  const codes = await page.locator('.codes code').allTextContents();
  assert.equal(new Set(codes).size, 10);
  await page.getByRole('button', { name: 'Copy' }).click();
  await page.getByText('Copied.').waitFor();
  const copied = /** @type {string} */ (await page.evaluate('navigator.clipboard.readText()'));
  const [download] = await Promise.all([page.waitForEvent('download'), page.getByRole('button', { name: 'Download' }).click()]);
  for (const text of [copied, await readFile(await download.path(), 'utf8')]) {
    assert.ok(codes.every((code) => text.includes(code)));
  }
  await page.evaluate('window.print = () => document.body.append("printed")');
  await page.getByRole('button', { name: 'Print' }).click();
  await page.getByText('printed').waitFor();

  await page.getByRole('button', { name: 'Continue' }).click();
  await page.getByRole('alert').getByText('Tick the box').waitFor();
  await page.getByLabel('I have kept these codes').check();
  await page.getByRole('button', { name: 'Continue' }).click();
}

/** The audit has these events and actors, newest first. @param {Visitor} ada @param {string[][]} expected */
async function sees({ page }, expected) {
  const rows = page.getByRole('table', { name: 'Audit' }).locator('tbody tr');
  await rows.nth(expected.length - 1).waitFor();
  await rows.getByText('…', { exact: true }).first().waitFor({ state: 'detached' });
  const told = await rows.evaluateAll((found) =>
    found.map((row) => [row.querySelector('th')?.textContent, row.children[3]?.textContent]));
  assert.deepEqual(told, expected);
}

for (const [locale, words] of Object.entries({
  de: { search: 'mike', edit: 'Mike Brandt bearbeiten', send: 'TOTP per E-Mail', sent: /Der Einmalcode wurde an m•••@/, signIn: 'Anmelden' },
  ja: { search: 'mike', edit: 'Mike Brandt さんを編集', send: 'TOTP をメール', sent: /パスコードを m•••@/, signIn: 'サインイン' },
})) {
  story(`the same click in ${locale}`, async (world) => {
    const { stack } = world;
    const { email, password, otpauth_uri: key } = stack.ready.admin;
    const { Authenticator } = await import('./harness/authenticator.js');
    // The passcode of the story before has expired, so that it is not sent again.
    await stack.advance(3_700);
    await stack.cleanUp();
    const ada = await world.visitor('/', { locale });
    await ada.page.locator('[name=email]').fill(email);
    await ada.page.locator('[name=password]').fill(password);
    await ada.page.locator('[name=code]').fill(await new Authenticator(stack, key).digits());
    await ada.page.getByRole('button', { name: words.signIn, exact: true }).click();
    await ada.page.getByRole('searchbox').fill(words.search);
    await ada.page.getByRole('button', { name: words.edit }).click();
    await ada.page.getByRole('dialog').getByRole('button', { name: words.send, exact: true }).click();
    await ada.page.getByText(words.sent).waitFor();
    assert.equal(await ada.page.locator('html').getAttribute('lang'), locale);
  });
}
