/** Sessions end, and after a new sign-in the person is back at the same place. */

import assert from 'node:assert/strict';

import { find, edit, signIn, signInAs } from './harness/journey.js';
import { stories } from './harness/stories.js';
import { until } from './harness/until.js';

const story = stories();

/** @typedef {import('./harness/stories.js').World} World */

/** @param {World} world @param {import('./harness/company.js').Row[]} [people] */
async function adaAtWork(world, people) {
  const company = await world.company(people);
  const ada = await company.enrol('ada');
  const visitor = await world.visitor('/');
  await signInAs(visitor.page, ada);
  await visitor.page.getByRole('rowheader', { name: 'Ada Lindqvist' }).waitFor();
  return { company, ada, visitor, page: visitor.page };
}

/** Ends all sessions of a person, as from another device. @param {World} world @param {import('./harness/person.js').Person} person */
async function signsOutElsewhere(world, person) {
  const body = { email: person.email, password: person.password, code: await person.authenticator.digits() };
  const { access_token: token } = await world.stack.must(200, 'POST', '/v1/sessions', { body });
  await world.stack.must(204, 'DELETE', '/v1/sessions', { token });
}

story('after a session ends in a dialog, the sign-in returns to that dialog', async (world) => {
  const { ada, visitor, page } = await adaAtWork(world);
  visitor.expects(401);
  await find(page, 'mik', 'Mike Brandt');
  const dialog = await edit(page, 'Mike Brandt');
  await signsOutElsewhere(world, ada);
  await dialog.getByRole('button', { name: 'Email TOTP' }).click();
  await page.getByText('Your session has ended. Sign in, and you are back where you were.').waitFor();
  await page.reload();
  await signInAs(page, ada);
  await dialog.getByText('Mike Brandt').waitFor();
  await dialog.getByRole('button', { name: 'Close' }).click();
  await page.getByText('1 employee').waitFor();
});

story('after a session ends on the second page, the sign-in returns to it, and so does closing the dialog', async (world) => {
  const { ada, visitor, page } = await adaAtWork(world, [
    { email: 'ada', name: 'Ada Lindqvist', role: 'security_admin' },
    ...Array.from({ length: 51 }, (_, index) => ({ email: `m${index + 10}`, name: `Member ${index + 10}` })),
  ]);
  visitor.expects(401);
  await page.getByRole('button', { name: 'Next' }).click();
  const dialog = await edit(page, 'Member 60');
  await signsOutElsewhere(world, ada);
  await dialog.getByRole('button', { name: 'Email TOTP' }).click();
  await page.getByText('Your session has ended. Sign in, and you are back where you were.').waitFor();
  await signInAs(page, ada);
  await dialog.getByText('Member 60').waitFor();
  await dialog.getByRole('button', { name: 'Close' }).click();
  await page.getByText('Page 2').waitFor();
  await page.getByText('51–52 of 52 employees', { exact: true }).waitFor();
});

story('a recovery elsewhere ends the session, and the new password opens the same list', async (world) => {
  const { company, visitor, page } = await adaAtWork(world);
  visitor.expects(401);
  await find(page, 'mik', 'Mike Brandt');
  await page.getByText('1 employee', { exact: true }).waitFor();
  await world.stack.advance(900);
  const recovered = await company.enrol('ada', 'quartz ladder harbour plum');
  await page.reload();
  await page.getByText('Your session has ended. Sign in, and you are back where you were.').waitFor();
  await signInAs(page, recovered);
  await page.getByText('1 employee', { exact: true }).waitFor();
});

story('after a session ends in a filter of the audit, the sign-in returns to it', async (world) => {
  const { ada, visitor, page } = await adaAtWork(world);
  visitor.expects(401);
  await page.getByRole('link', { name: 'Audit' }).click();
  // A request that the filter cancels would count as failed.
  await page.getByRole('rowheader', { name: 'Signed in' }).first().waitFor();
  await page.getByLabel('Show', { exact: true }).selectOption('recovery.completed');
  await page.getByText('Events shown: 1').waitFor();
  await signsOutElsewhere(world, ada);
  await page.reload();
  await page.getByText('Your session has ended.').waitFor();
  await signInAs(page, ada);
  await page.getByText('Events shown: 1').waitFor();
});

story('the very next request of a demoted or disabled person is refused', async (world) => {
  const { company, visitor, page } = await adaAtWork(world);
  visitor.expects(401, 403);
  await company.enrol('grace');
  await company.change([{ email: 'ada', role: 'member' }]);
  await page.getByRole('searchbox').fill('mike');
  await page.getByRole('alert').getByText('Only a Security Admin of your company may do this.').waitFor();
  await company.change([{ email: 'ada', status: 'disabled' }]);
  await page.getByRole('searchbox').fill('sam');
  await page.getByRole('heading', { name: 'Sign in' }).waitFor();
});

story('a reload keeps the session, signing out ends it, and Back shows nothing of it', async (world) => {
  const { ada, page } = await adaAtWork(world);
  await page.reload();
  await page.getByRole('rowheader', { name: 'Mike Brandt' }).waitFor();
  await page.getByRole('button', { name: 'Sign out' }).click();
  await page.getByText('You are signed out.').waitFor();
  await page.goBack();
  await page.getByRole('button', { name: 'Sign in' }).waitFor();
  await page.getByRole('rowheader', { name: 'Mike Brandt' }).waitFor({ state: 'detached' });
  await signInAs(page, ada);
});

story('an address that needs a session opens after the sign-in', async (world) => {
  const company = await world.company();
  const ada = await company.enrol('ada');
  const { page } = await world.visitor('/#/employees?filter=disabled');
  await page.getByText('Sign in to go on.').waitFor();
  await signInAs(page, ada);
  await page.getByRole('rowheader', { name: 'Dora Disabled' }).waitFor();
  await page.getByText('1 employee').waitFor();
});

story('a backup code works for one sign-in; new ones replace the old ones', async (world) => {
  const company = await world.company();
  const mike = await company.enrol('mike');
  const visitor = await world.visitor('/');
  const { page } = visitor;
  visitor.expects(401);
  const byBackupCode = async (/** @type {string} */ code) => {
    await page.getByLabel('Email address').fill(mike.email);
    await page.getByLabel('Password', { exact: true }).fill(mike.password);
    if (await page.getByRole('button', { name: 'Use a backup code instead' }).isVisible()) {
      await page.getByRole('button', { name: 'Use a backup code instead' }).click();
    }
    await page.getByLabel('Backup code', { exact: true }).fill(code);
    await page.getByRole('button', { name: 'Sign in' }).click();
  };
  const [first = '', second = ''] = mike.backupCodes;
  await byBackupCode(first.toLowerCase());
  await page.getByRole('heading', { name: 'My account' }).waitFor();
  await page.getByLabel('Password', { exact: true }).fill(mike.password);
  await page.getByLabel('Authenticator code').fill(await mike.authenticator.digits());
  await page.getByRole('button', { name: 'Make new backup codes' }).click();
  const fresh = await page.locator('.codes code').first().textContent();
  await page.getByLabel('I have kept').check();
  await page.getByRole('button', { name: 'Continue' }).click();
  await page.getByRole('button', { name: 'Sign out' }).click();
  for (const dead of [first, second]) {
    await byBackupCode(dead);
    await page.getByRole('alert').getByText('do not match').waitFor();
  }
  await byBackupCode(fresh ?? '');
  await page.getByRole('heading', { name: 'My account' }).waitFor();
});

story('while new backup codes are made, the page cannot be left, because they are shown only once', async (world) => {
  const company = await world.company();
  const mike = await company.enrol('mike');
  const { page } = await world.visitor('/');
  await signInAs(page, mike);
  await page.getByLabel('Password', { exact: true }).fill(mike.password);
  await page.getByLabel('Authenticator code').fill(await mike.authenticator.digits());
  /** @type {(() => void)[]} */
  const held = [];
  await page.route('**/v1/backup-codes', async (route) => {
    const response = await route.fetch();
    await new Promise((resolve) => held.push(() => resolve(null)));
    await route.fulfill({ response });
  });
  await page.getByRole('button', { name: 'Make new backup codes' }).click();
  const answer = await until('answer', () => held.shift());
  await page.getByRole('link', { name: 'Northwind Partners' }).click();
  answer();
  await page.getByRole('heading', { name: 'Keep your backup codes' }).waitFor();
  assert.equal(await page.locator('.codes code').count(), 10);
  assert.equal(await page.locator('.printed-only').textContent(), `Northwind Partners, ${mike.email}`);
});

story('a member sees only their own account, and no administration', async (world) => {
  const company = await world.company();
  const mike = await company.enrol('mike');
  const { page } = await world.visitor('/');
  await signIn(page, { email: ` ${mike.email.toUpperCase()} `, password: mike.password, code: await mike.authenticator.digits() });
  await page.getByRole('heading', { name: 'My account' }).waitFor();
  await page.getByRole('link', { name: 'Manage Employees' }).waitFor({ state: 'detached' });
});
