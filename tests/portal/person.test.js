/** A person's page: a Security Admin changes, disables and erases a person, and sees what has happened to them. */

import assert from 'node:assert/strict';

import { edit, signInAs } from './harness/journey.js';
import { hasFocus } from './harness/keyboard.js';
import { WAITING, adaAtThePageOf, save, section } from './harness/managing.js';
import { stories } from './harness/stories.js';
import { until } from './harness/until.js';

const story = stories();

/** The events of the page, newest first. @param {import('playwright-core').Page} page */
const events = (page) => section(page, 'Audit').locator('.what strong').allTextContents();

story('the dialog leads to the page of the person, and the page back to the list', async (world) => {
  const company = await world.company();
  const visitor = await world.visitor('/');
  const { page } = visitor;
  await signInAs(page, await company.enrol('ada'));
  await (await edit(page, 'Mike Brandt')).getByRole('link', { name: 'All about this person' }).click();
  await page.getByRole('heading', { name: 'Mike Brandt', level: 1 }).waitFor();
  assert.equal(new URL(page.url()).hash, `#/employees/${company.employeeId('mike')}`);
  await until('focus on the heading', () => hasFocus(page.getByRole('heading', { level: 1 })));
  await page.locator('.crumb').getByRole('link', { name: 'Manage Employees' }).click();
  await page.getByRole('rowheader', { name: 'Mike Brandt' }).waitFor();
});

story('facts are changed by one request with what was changed, and the page and its audit show them', async (world) => {
  const { page, company, ada, id } = await adaAtThePageOf(world, 'mike');
  /** @type {(string | null)[]} */
  const sent = [];
  page.on('request', (request) => request.method() === 'PATCH' && sent.push(request.postData()));
  await page.getByLabel('Name', { exact: true }).fill('Michael Brandt');
  await page.getByLabel('Email address').fill(company.address('michael'));
  await page.getByLabel('External ID').fill('');
  await page.getByLabel('Language of mails').selectOption('de');
  await save(page);
  await page.getByText('Saved.', { exact: true }).waitFor();
  assert.deepEqual(sent.map((body) => JSON.parse(body ?? '')), [
    { name: 'Michael Brandt', email: company.address('michael'), external_id: null, locale: 'de' },
  ]);
  await page.getByRole('heading', { name: 'Michael Brandt', level: 1 }).waitFor();
  await until('event', async () => (await events(page))[0] === 'Employee changed');
  const now = await world.stack.must(200, 'GET', `/v1/employees/${id}`, { token: ada.token });
  assert.deepEqual([now.name, now.email, now.external_id, now.locale], ['Michael Brandt', company.address('michael'), null, 'de']);
  await save(page);
  await page.getByText('There is nothing to save.').waitFor();
  assert.equal(sent.length, 1);
});

story('what somebody else has changed meanwhile is shown, and what was typed stays', async (world) => {
  const { visitor, page, ada, id } = await adaAtThePageOf(world, 'mike');
  visitor.expects(412);
  await page.getByLabel('Name', { exact: true }).fill('Michael Brandt');
  await page.getByLabel('External ID').fill('NW-30');
  const body = { role: 'security_admin', external_id: 'NW-33' };
  await world.stack.must(200, 'PATCH', `/v1/employees/${id}`, { token: ada.token, body });
  await save(page);
  const told = page.getByRole('alert').filter({ hasText: 'Somebody else has changed this meanwhile.' });
  await told.getByText('Role: Member → Security Admin').waitFor();
  await told.getByText('External ID: NW-3 → NW-33').waitFor();
  assert.equal(await page.getByLabel('Name', { exact: true }).inputValue(), 'Michael Brandt');
  assert.equal(await page.getByLabel('External ID').inputValue(), 'NW-30');
  assert.equal(await page.getByLabel('Role').inputValue(), 'security_admin');
  await save(page);
  await page.getByText('Saved.', { exact: true }).waitFor();
  assert.equal(await told.count(), 0);
  const now = await world.stack.must(200, 'GET', `/v1/employees/${id}`, { token: ada.token });
  assert.deepEqual([now.name, now.role, now.external_id], ['Michael Brandt', 'security_admin', 'NW-30']);
});

for (const [label, typed, status, words] of /** @type {[string, (company: any) => string, number, string][]} */ ([
  ['Email address', (company) => company.address('sam'), 409, 'This address cannot be used. Choose another one, or ask Technical Support.'],
  ['Email address', () => 'mike@elsewhere.example', 422, 'This address is in none of your company’s domains.'],
  ['External ID', () => 'NW-4', 409, 'Somebody in your company has this external ID.'],
  ['Email address', () => 'mike@northwind', 422, 'Check what stands here.'],
])) {
  story(`a refusal of ${label} is told at the field, whose text stays: ${words}`, async (world) => {
    const { visitor, page, company } = await adaAtThePageOf(world, 'mike');
    visitor.expects(status);
    const field = page.getByLabel(label);
    const text = typed(company);
    await field.fill(text);
    await save(page);
    await page.locator('.field-error').getByText(words).waitFor();
    await until('focus on the field', () => hasFocus(field));
    assert.deepEqual([await field.inputValue(), await field.getAttribute('aria-invalid')], [text, 'true']);
  });
}

story('nobody changes their own access, and the page says so before the click', async (world) => {
  const { page } = await adaAtThePageOf(world, 'ada');
  const why = 'This is your own account. Only another Security Admin can change its address, role and account type.';
  for (const label of ['Email address', 'Role', 'Account type']) {
    const control = page.getByLabel(label);
    assert.ok(await control.isDisabled(), label);
    const id = (await control.getAttribute('aria-describedby'))?.split(' ').at(-1);
    assert.equal(await page.locator(`#${id}`).textContent(), why, label);
  }
  for (const name of ['End all sessions', 'Disable account', 'Erase']) {
    const button = page.getByRole('button', { name, exact: true });
    assert.equal(await button.getAttribute('aria-disabled'), 'true', name);
    const reason = page.locator(`#${await button.getAttribute('aria-describedby')}`);
    assert.match((await reason.textContent()) ?? '', /You cannot do this for your own account/, name);
    await button.click({ force: true });
  }
  assert.equal(await page.getByRole('dialog').count(), 0);
  await page.getByLabel('Name', { exact: true }).fill('Ada Lindqvist-Berg');
  await save(page);
  await page.locator('.head').getByText('Ada Lindqvist-Berg').waitFor();
});

story('a change that waits for a second Security Admin is not told as done', async (world) => {
  const { page } = await adaAtThePageOf(world, 'mike');
  await page.route(/\/v1\/employees\//, async (route) =>
    route.request().method() === 'GET' ? route.continue() : route.fulfill({ status: 202, json: WAITING }));
  await page.getByLabel('Role').selectOption('security_admin');
  await save(page);
  await page.getByText(/^Nothing has changed yet: this waits for a second Security Admin, until Jan 4, 2030/).waitFor();
  assert.equal(await page.getByText('Saved.', { exact: true }).count(), 0);
  assert.equal(await page.getByLabel('Role').inputValue(), 'member');
  const passcode = section(page, 'Passcode');
  await passcode.getByRole('button', { name: 'Email TOTP' }).click();
  await passcode.getByText(/^Nothing has changed yet/).waitFor();
  assert.equal(await passcode.getByText('The passcode was sent to').count(), 0);
});

story('a passcode is sent from the page, and its time runs down', async (world) => {
  const { page, company } = await adaAtThePageOf(world, 'mike');
  const passcode = section(page, 'Passcode');
  await passcode.getByRole('button', { name: 'Email TOTP' }).click();
  await passcode.getByText('The passcode was sent to').waitFor();
  await passcode.getByRole('timer').getByText(/^59:\d\d$/).waitFor();
  await until('event', async () => (await events(page))[0] === 'Passcode issued');
  assert.equal(await company.passcodesMailed('mike'), 1);
});

story('sessions are ended, and an account is disabled and enabled', async (world) => {
  const { page, company } = await adaAtThePageOf(world, 'mike');
  const mike = await company.enrol('mike');
  await page.reload();
  const access = section(page, 'Sign-in');
  await access.getByText('Authenticator', { exact: true }).waitFor();
  await access.getByRole('button', { name: 'End all sessions' }).click();
  await access.getByText('All sessions have ended.').waitFor();
  await world.stack.must(401, 'GET', '/v1/session', { token: mike.token });
  const signIn = async () => {
    const body = { email: mike.email, password: mike.password, code: await mike.authenticator.digits() };
    return (await world.stack.call('POST', '/v1/sessions', { body })).status;
  };
  await access.getByRole('button', { name: 'Disable account' }).click();
  await access.getByText('The account is disabled.').waitFor();
  await page.getByRole('heading', { level: 1 }).getByText('Disabled').waitFor();
  await section(page, 'Passcode').getByText('This account is disabled.').waitFor();
  assert.equal(await signIn(), 401);
  await access.getByRole('button', { name: 'Enable account' }).click();
  await access.getByText('The account is enabled.').waitFor();
  assert.equal(await signIn(), 200);
  await until('events', async () => (await events(page)).filter((event) => event === 'Employee changed').length === 2);
});

story('a person is erased only after the name was typed', async (world) => {
  const { page, id, visitor } = await adaAtThePageOf(world, 'mike');
  visitor.expects(404);
  const button = page.getByRole('button', { name: 'Erase', exact: true });
  await button.click();
  const dialog = page.getByRole('dialog', { name: 'Erase: Mike Brandt' });
  const name = dialog.getByLabel('To confirm, type the name: Mike Brandt');
  await until('focus on the field', () => hasFocus(name));
  await page.keyboard.press('Escape');
  await until('focus on the button', () => hasFocus(button));
  await button.click();
  await name.fill('Mike');
  await page.keyboard.press('Enter');
  await dialog.getByText('This is not the name of the person.').waitFor();
  await name.fill('Mike  Brandt ');
  await dialog.getByRole('button', { name: 'Erase for good' }).click();
  await page.getByText('Mike Brandt is erased.').waitFor();
  await page.reload();
  await page.getByRole('alert').getByText('There is no such employee in your company.').waitFor();
  assert.ok(page.url().endsWith(id));
});

story('the audit of a person is loaded ten events at a time', async (world) => {
  const { page, ada, id } = await adaAtThePageOf(world, 'mike');
  for (let times = 0; times < 12; times += 1) {
    const body = { name: `Mike Brandt ${times}` };
    await world.stack.must(200, 'PATCH', `/v1/employees/${id}`, { token: ada.token, body });
  }
  await page.reload();
  const audit = section(page, 'Audit');
  await audit.getByText('Ada Lindqvist').first().waitFor();
  assert.equal((await events(page)).length, 10);
  await audit.getByRole('button', { name: 'Show more' }).click();
  await audit.getByText('Employee imported').waitFor();
  assert.equal((await events(page)).length, 13);
  await until('focus on the first new event', () => hasFocus(audit.locator('li').nth(10)));
});

story('a person whose mail is under way is erased, and the page asks for nobody any more', async (world) => {
  const { page, ada } = await adaAtThePageOf(world, 'mike');
  await ada.issueCodeTo('mike');
  await page.clock.install();
  await page.reload();
  await section(page, 'Passcode').getByText('Waiting for the mail server’s report…').waitFor();
  await page.getByRole('button', { name: 'Erase', exact: true }).click();
  await page.getByLabel('To confirm, type the name: Mike Brandt').fill('Mike Brandt');
  await page.getByRole('button', { name: 'Erase for good' }).click();
  await page.getByText('Mike Brandt is erased.').waitFor();
  // A 404 would be a finding.
  await page.clock.runFor(5_000);
});
