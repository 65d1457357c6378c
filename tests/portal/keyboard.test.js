/** The whole story without a mouse: where the focus is, and that it is visible. */

import assert from 'node:assert/strict';

import { Authenticator } from './harness/authenticator.js';
import { edit, signInAgainDialog, signInAs } from './harness/journey.js';
import { atRest, hasFocus, tabTo } from './harness/keyboard.js';
import { PASSWORD } from './harness/person.js';
import { stories } from './harness/stories.js';
import { until } from './harness/until.js';

const story = stories();

/** @typedef {import('playwright-core').Locator} Locator */
/** @typedef {import('playwright-core').Page} Page */

/** Waits until it has the focus, and sees that a ring shows it. @param {Locator} wanted @param {boolean} [isRinged] */
async function focused(wanted, isRinged = true) {
  await until(`focus on ${wanted}`, () => hasFocus(wanted));
  if (isRinged) assert.notEqual(await wanted.evaluate((node) => getComputedStyle(node).outlineStyle), 'none', `${wanted}`);
}

/** @param {Page} page @param {string} name */
const heading = (page, name) => page.getByRole('heading', { name, exact: true });

/** @param {Page} page @param {string} label */
const input = (page, label) => page.getByLabel(label, { exact: true });

story('an admin signs in, finds an employee, sends a passcode, and the focus returns to the pencil', async (world) => {
  const company = await world.company();
  const ada = await company.enrol('ada');
  const visitor = await world.visitor('/');
  const { page } = visitor;
  const { keyboard } = page;
  visitor.expects(401);

  await focused(input(page, 'Email address'));
  await keyboard.press('Enter');
  await focused(input(page, 'Email address'));
  await keyboard.type(ada.email);
  await keyboard.press('Tab');
  await focused(input(page, 'Password'));
  await keyboard.type('not hers at all');
  await visitor.tabsTo('button', 'Use a backup code instead');
  await keyboard.press('Enter');
  await focused(input(page, 'Backup code'));
  await visitor.tabsTo('button', 'Use the authenticator instead');
  await keyboard.press('Space');
  await focused(input(page, 'Authenticator code'));
  await keyboard.type('000000');
  await keyboard.press('Enter');
  await page.getByRole('alert').filter({ hasText: 'do not match' }).waitFor();

  await visitor.tabsTo('textbox', 'Password', { key: 'Shift+Tab' });
  await keyboard.type(ada.password);
  await visitor.tabsTo('textbox', 'Authenticator code');
  await keyboard.press('ControlOrMeta+A');
  await keyboard.type(await ada.authenticator.digits());
  await keyboard.press('Enter');
  await focused(heading(page, 'Manage Employees'), false);

  await visitor.tabsTo('searchbox', 'Search by name or address');
  await keyboard.type('mik');
  await until('one row', async () => (await page.locator('tbody tr').count()) === 1);
  await visitor.tabsTo('button', 'Edit Mike Brandt');
  await keyboard.press('Enter');
  const dialog = page.getByRole('dialog', { name: 'Edit Employee' });
  await focused(dialog.getByRole('heading', { name: 'Edit Employee' }), false);
  await visitor.tabsTo('textbox', 'Reason (for the audit)');
  await keyboard.type('Lost the phone');
  await visitor.tabsTo('button', 'Email TOTP');
  await keyboard.press('Enter');
  await dialog.getByText('The passcode was sent to').waitFor();
  await focused(dialog.getByRole('button', { name: 'Send again' }));
  await keyboard.press('Escape');
  await focused(page.getByRole('button', { name: 'Edit Mike Brandt' }));

  await visitor.tabsTo('radio', 'Everybody', { key: 'Shift+Tab' });
  await keyboard.press('ArrowLeft');
  await page.getByRole('rowheader', { name: 'Cleo Client' }).waitFor();
  await visitor.tabsTo('link', 'Audit', { key: 'Shift+Tab' });
  await keyboard.press('Enter');
  await focused(heading(page, 'Audit'), false);
});

story('an employee completes a recovery, and each step gets the focus', async (world) => {
  const company = await world.company();
  const code = await company.mailCodeTo('mike');
  const visitor = await world.visitor('/');
  const { page } = visitor;
  const { keyboard } = page;
  visitor.expects(401, 422);

  await visitor.tabsTo('link', 'I have a one-time passcode');
  await keyboard.press('Enter');
  await focused(input(page, 'Your email address'));
  await keyboard.type(company.address('mike'));
  await keyboard.press('Tab');
  await keyboard.type('7K3M');
  await keyboard.press('Enter');
  await focused(input(page, 'One-time passcode'));
  await keyboard.press('ControlOrMeta+A');
  await keyboard.type(code.toLowerCase().replaceAll('-', ' '));
  await keyboard.press('Enter');

  await focused(input(page, 'New password'));
  await keyboard.type('password1234');
  await keyboard.press('Enter');
  await page.getByText('This is common or easy to guess.').waitFor();
  await focused(input(page, 'New password'));
  await keyboard.press('ControlOrMeta+A');
  await keyboard.type(PASSWORD);
  await visitor.tabsTo('button', 'Show password');
  await keyboard.press('Space');
  assert.equal(await input(page, 'New password').getAttribute('type'), 'text');
  await visitor.tabsTo('button', 'Continue');
  await keyboard.press('Enter');

  await focused(heading(page, 'Set up your authenticator'), false);
  await visitor.tabsTo('link', 'Open in an authenticator on this device');
  const address = (await page.getByRole('link', { name: 'Open in an authenticator' }).getAttribute('href')) ?? '';
  await visitor.tabsTo('textbox', 'Six digits of the new authenticator');
  await keyboard.type('000000');
  await keyboard.press('Enter');
  await page.getByText('These are not the digits').waitFor();
  await focused(input(page, 'Six digits of the new authenticator'));
  // The wrong digits are selected, so that the next ones replace them.
  await keyboard.type(await new Authenticator(world.stack, address).digits());
  await keyboard.press('Enter');

  await focused(heading(page, 'Keep your backup codes'), false);
  await visitor.tabsTo('button', 'Continue');
  await keyboard.press('Enter');
  await focused(page.getByRole('checkbox', { name: 'I have kept these codes in a safe place' }));
  await keyboard.press('Space');
  await visitor.tabsTo('button', 'Continue');
  await keyboard.press('Enter');
  await focused(heading(page, 'My account'), false);
});

story('the first Tab stop skips to the content, and the footer can be reached', async (world) => {
  const visitor = await world.visitor('/#/redeem');
  const { page } = visitor;
  await focused(input(page, 'Your email address'));
  await visitor.tabsTo('link', 'Skip to the content', { key: 'Shift+Tab' });
  await page.keyboard.press('Enter');
  await focused(page.getByRole('main'), false);
  await visitor.tabsTo('combobox', 'Language');
});

story('an admin signs in again over the dialog, and the focus returns to the button', async (world) => {
  const company = await world.company();
  const ada = await company.enrol('ada');
  const visitor = await world.visitor('/');
  const { page } = visitor;
  const { keyboard } = page;
  visitor.expects(401);
  await signInAs(page, ada);
  const dialog = await edit(page, 'Mike Brandt');
  await world.stack.advance(660);
  await visitor.tabsTo('checkbox', 'The device was stolen: stop this account at once');
  await keyboard.press('Space');
  await visitor.tabsTo('button', 'Email TOTP');
  await keyboard.press('Enter');

  const again = signInAgainDialog(page);
  const password = again.getByLabel('Password', { exact: true });
  await focused(password);
  const described = await again.getAttribute('aria-describedby');
  assert.match((await page.locator(`#${described}`).textContent()) ?? '', /within the last ten minutes/);
  await keyboard.press('Escape');
  const send = dialog.getByRole('button', { name: 'Email TOTP' });
  await focused(send);
  await atRest(send);
  await keyboard.press('Enter');
  await focused(password);
  await keyboard.press('Enter');
  await focused(password);
  await keyboard.type(ada.password);
  await tabTo(page, again.getByRole('button', { name: 'Cancel' }));
  await tabTo(page, again.getByLabel('Authenticator code'), { key: 'Shift+Tab' });
  await keyboard.type(await ada.authenticator.digits());
  await keyboard.press('Enter');
  await dialog.getByText('The passcode was sent to').waitFor();
  await focused(dialog.getByRole('button', { name: 'Send again' }));
  await keyboard.press('Escape');
  await focused(page.getByRole('button', { name: 'Edit Mike Brandt' }));
});
