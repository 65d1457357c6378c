/** Takes the two pictures of the README. */

import { fileURLToPath } from 'node:url';

import { launchChromium } from './harness/browser.js';
import { Company } from './harness/company.js';
import { choosePassword, edit, redeem, signInAs } from './harness/journey.js';
import { PASSWORD } from './harness/person.js';
import { Stack } from './harness/stack.js';
import { PEOPLE } from './harness/views.js';
import { Visitor } from './harness/visitor.js';

/** @typedef {import('playwright-core').Page} Page */

/** @param {string} name */
const picture = (name) => fileURLToPath(new URL(`../../docs/${name}.png`, import.meta.url));

/**
 * Edit Employee, after the passcode's mail has arrived.
 *
 * @param {Page} page
 * @param {Company} company
 */
async function takeEmployees(page, company) {
  const { stack } = company;
  await signInAs(page, await company.enrol('ada'));
  const dialog = await edit(page, 'Mike Brandt');
  await dialog.getByLabel('Reason').fill('Lost the phone');
  await dialog.getByRole('button', { name: 'Email TOTP' }).click();
  const { message_id: messageId } = await stack.mail(company.address('mike'));
  await stack.deliveryReport(messageId, 'delivery');
  await dialog.getByRole('status').getByText('has accepted the mail').waitFor();
  await page.screenshot({ path: picture('portal-employees') });
}

/** The key of the new authenticator. @param {Page} page @param {Company} company */
async function takeRecovery(page, company) {
  await redeem(page, company.address('mike'));
  await choosePassword(page, PASSWORD);
  await page.getByRole('img', { name: 'QR code' }).waitFor();
  await page.screenshot({ path: picture('portal-recovery') });
}

const stack = await Stack.start();
try {
  const browser = await launchChromium();
  const company = await Company.bring(stack, PEOPLE);
  const ada = await Visitor.arrive(browser, stack.origin, { viewport: { width: 1280, height: 960 } });
  await ada.opens('/');
  await takeEmployees(ada.page, company);
  const mike = await Visitor.arrive(browser, stack.origin, { viewport: { width: 1280, height: 780 } });
  await mike.opens(`/#/redeem/${await company.mailedCode('mike')}`);
  await takeRecovery(mike.page, company);
  await browser.close();
} finally {
  await stack.end();
}
