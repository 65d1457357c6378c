/** Nora, from the first mail to the last trace: she is added, gets in, is renamed, made Security Admin, disabled and erased. */

import assert from 'node:assert/strict';

import { Authenticator } from './harness/authenticator.js';
import { choosePassword, edit, find, goTo, redeem, signIn, signInAs } from './harness/journey.js';
import { save, section } from './harness/managing.js';
import { PASSWORD } from './harness/person.js';
import { stories } from './harness/stories.js';
import { until } from './harness/until.js';

const story = stories();

/** @typedef {import('./harness/stories.js').World} World */
/** @typedef {import('./harness/visitor.js').Visitor} Visitor */
/** @typedef {import('./harness/company.js').Company} Company */

/** The habits of Ada's browser. @type {[string, import('./harness/visitor.js').Habits][]} */
const DEVICES = [
  ['desk, in light', { viewport: { width: 1280, height: 720 }, colorScheme: 'light' }],
  ['tablet, in dark', { viewport: { width: 768, height: 1024 }, colorScheme: 'dark' }],
  ['phone, in dark', { viewport: { width: 390, height: 844 }, colorScheme: 'dark' }],
];

for (const [device, habits] of DEVICES) {
  story(`on a ${device}: Nora is added, gets in, is renamed, made Security Admin, disabled and erased`, async (world) => {
    const company = await world.company();
    const ada = await world.visitor('/', habits);
    await signInAs(ada.page, await company.enrol('ada'));
    await addsNora(ada.page, company);
    const nora = await getsIn(world, company, habits);

    await ada.page.getByRole('heading', { name: 'Nora Berg', level: 1 }).waitFor();
    await ada.page.reload();
    await section(ada.page, 'Audit').getByText('Password and authenticator replaced').waitFor();
    await section(ada.page, 'Sign-in').getByText('Authenticator', { exact: true }).waitFor();
    await ada.page.getByLabel('Name', { exact: true }).fill('Nora Lind');
    await ada.page.getByLabel('Role').selectOption('security_admin');
    await save(ada.page);
    await ada.page.getByText('Saved.', { exact: true }).waitFor();
    await ada.page.getByRole('heading', { name: 'Nora Lind', level: 1 }).waitFor();
    await ada.findsItReflowed();

    await managesToo(nora);
    await ada.page.getByRole('button', { name: 'Disable account' }).click();
    await ada.page.getByText('The account is disabled.').waitFor();
    await isOut(nora);
    await erasesNora(ada.page);
  });
}

/** @param {import('playwright-core').Page} page @param {Company} company */
async function addsNora(page, company) {
  await page.getByRole('button', { name: 'Add employee' }).click();
  const dialog = page.getByRole('dialog', { name: 'Add employee' });
  await dialog.getByLabel('Name', { exact: true }).fill('Nora Berg');
  await dialog.getByLabel('Email address').fill(company.address('nora'));
  await dialog.getByRole('button', { name: 'Add', exact: true }).click();
  await dialog.getByText('The passcode was sent to').waitFor();
  await dialog.getByRole('link', { name: 'All about this person' }).click();
}

/** Nora opens her mail, and sets up password and authenticator. @param {World} world @param {Company} company @param {import('./harness/visitor.js').Habits} habits */
async function getsIn(world, company, habits) {
  const email = company.address('nora');
  await world.stack.mail(email);
  const visitor = await world.visitor(`/_local/mailbox?to=${email}`, habits);
  const mail = visitor.page.frameLocator('iframe').first();
  const [page] = await Promise.all([
    visitor.page.context().waitForEvent('page'),
    mail.getByRole('link').filter({ hasNotText: /not me/ }).first().click(),
  ]);
  visitor.page = page;
  await redeem(page, email);
  await choosePassword(page, PASSWORD);
  await page.getByRole('img', { name: 'QR code' }).waitFor();
  const address = (await page.getByRole('link', { name: 'Open in an authenticator' }).getAttribute('href')) ?? '';
  const authenticator = new Authenticator(world.stack, address);
  await page.getByLabel('Six digits').fill(await authenticator.digits());
  await page.getByRole('button', { name: 'Finish' }).click();
  await page.getByLabel('I have kept').check();
  await page.getByRole('button', { name: 'Continue' }).click();
  await page.getByRole('heading', { name: 'My account' }).waitFor();
  assert.equal(await page.locator('.head a[href="#/employees"]').count(), 0);
  return { visitor, email, authenticator };
}

/** @typedef {Awaited<ReturnType<typeof getsIn>>} Nora */

/** Nora signs in again, and is a Security Admin now. @param {Nora} nora */
async function managesToo({ visitor, email, authenticator }) {
  const { page } = visitor;
  const menu = page.locator('.head .menu');
  if (await menu.isVisible()) await menu.click();
  await page.getByRole('button', { name: 'Sign out everywhere' }).click();
  await page.getByRole('heading', { name: 'Sign in' }).waitFor();
  await signIn(page, { email, password: PASSWORD, code: await authenticator.digits() });
  await page.getByRole('heading', { name: 'Manage Employees' }).waitFor();
  await edit(page, 'Mike Brandt');
  await page.keyboard.press('Escape');
}

/** The next click shows that Nora's session is over, and that she cannot sign in. @param {Nora} nora */
async function isOut({ visitor, email, authenticator }) {
  const { page } = visitor;
  visitor.expects(401);
  await goTo(page, '#/audit');
  await page.getByText('Your session has ended.').waitFor();
  await signIn(page, { email, password: PASSWORD, code: await authenticator.digits() });
  await page.getByRole('alert').getByText('do not match').waitFor();
}

/** The audit has only the id from then on. @param {import('playwright-core').Page} page */
async function erasesNora(page) {
  await page.getByRole('button', { name: 'Erase', exact: true }).click();
  await page.getByLabel('To confirm, type the name: Nora Lind').fill('Nora Lind');
  await page.getByRole('button', { name: 'Erase for good' }).click();
  await page.getByText('Nora Lind is erased.').waitFor();
  await page.locator('.crumb').getByRole('link', { name: 'Manage Employees' }).click();
  await find(page, 'mike', 'Mike Brandt');
  await page.getByRole('searchbox').fill('nora');
  await page.getByText('No name or address begins with “nora”.').waitFor();
  await goTo(page, '#/audit');
  const erased = page.getByRole('row').filter({ hasText: 'Employee erased' });
  await erased.waitFor();
  await until('names', async () => (await page.getByText('…', { exact: true }).count()) === 0);
  assert.equal(await page.locator('.audit').getByText(/nora/i).count(), 0);
}
