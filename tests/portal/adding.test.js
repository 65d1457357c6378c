/** Add employee: a Security Admin adds one person by any number of clicks, and is told what was not done. */

import assert from 'node:assert/strict';
import { setTimeout as pause } from 'node:timers/promises';

import { signInAs } from './harness/journey.js';
import { hasFocus } from './harness/keyboard.js';
import { WAITING } from './harness/managing.js';
import { stories } from './harness/stories.js';
import { until } from './harness/until.js';

const story = stories();

const ADD = /\/v1\/employees$/;

/** Ada, with the dialog open and Nora typed in. @param {import('./harness/stories.js').World} world @param {import('./harness/company.js').Row[]} [people] */
async function adaAddsNora(world, people) {
  const company = await world.company(people);
  const ada = await company.enrol('ada');
  const visitor = await world.visitor('/');
  const { page } = visitor;
  await signInAs(page, ada);
  await page.getByRole('rowheader', { name: 'Ada Lindqvist' }).waitFor();
  await page.getByRole('button', { name: 'Add employee' }).click();
  const dialog = page.getByRole('dialog', { name: 'Add employee' });
  const name = dialog.getByLabel('Name', { exact: true });
  await until('focus on the name', () => hasFocus(name));
  await name.fill('Nora Berg');
  await dialog.getByLabel('Email address').fill(company.address('nora'));
  /** @type {{ key: string | undefined, body: any }[]} */
  const sent = [];
  page.on('request', (request) => {
    if (request.method() !== 'POST' || !ADD.test(request.url())) return;
    sent.push({ key: request.headers()['idempotency-key'], body: request.postDataJSON() });
  });
  return { company, ada, visitor, page, dialog, name, sent, add: dialog.getByRole('button', { name: 'Add', exact: true }) };
}

/** How many people have Nora's address. @param {import('./harness/company.js').Company} company @param {import('./harness/person.js').Person} ada */
const noras = async ({ stack }, ada) =>
  (await stack.must(200, 'GET', '/v1/employees?query=nora', { token: ada.token })).employees.length;

story('a person is added and gets a passcode, and the list shows the person', async (world) => {
  const { company, page, dialog, add, sent } = await adaAddsNora(world);
  await dialog.getByLabel('Role').selectOption('security_admin');
  await dialog.getByLabel('External ID').fill('NW-9');
  await add.click();
  await dialog.getByText('Nora Berg is added.').waitFor();
  await dialog.getByText(/^The passcode was sent to n•••@.* It works until/).waitFor();
  await until('focus on the heading', () => hasFocus(dialog.getByRole('heading')));
  assert.deepEqual(sent[0]?.body, {
    name: 'Nora Berg', email: company.address('nora'), role: 'security_admin', account_type: 'employee', external_id: 'NW-9', locale: null, issue_passcode: true,
  });
  assert.match(await company.mailedCode('nora'), /^\w{4}-\w{4}-\w{4}$/);
  await dialog.locator('.dialog-body').getByRole('button', { name: 'Close' }).click();
  await page.getByRole('rowheader', { name: 'Nora Berg' }).waitFor();
  await until('focus on the button', () => hasFocus(page.getByRole('button', { name: 'Add employee' })));
});

story('a double click and a lost answer add one person', async (world) => {
  const { visitor, company, ada, page, dialog, add, sent } = await adaAddsNora(world);
  visitor.watch.expectsFailure(ADD);
  let isLost = true;
  await page.route(ADD, async (route) => {
    if (!isLost) return route.continue();
    isLost = false;
    await route.fetch();
    await pause(300);
    await route.abort();
  });
  await add.dblclick();
  await dialog.getByRole('alert').getByText('There was no answer').waitFor();
  assert.equal(sent.length, 1);
  await add.click();
  await dialog.getByText('Nora Berg is added.').waitFor();
  assert.equal(sent[1]?.key, sent[0]?.key);
  assert.equal(await noras(company, ada), 1);
  assert.equal(await company.passcodesMailed('nora'), 1);
});

story('a passcode that could not be sent is told, and the person is there all the same', async (world) => {
  const { company, ada, page, dialog, add } = await adaAddsNora(world);
  await dialog.getByLabel('Account type').selectOption('client');
  await add.click();
  await dialog.getByText('Nora Berg is added.').waitFor();
  await dialog.getByText('No passcode was sent. Client accounts cannot receive a one-time passcode.').waitFor();
  assert.equal(await noras(company, ada), 1);
  await dialog.getByRole('link', { name: 'All about this person' }).click();
  await page.getByRole('heading', { name: 'Nora Berg', level: 1 }).waitFor();
});

story('without the checkbox no passcode is sent, and another person can be added', async (world) => {
  const { company, dialog, add, name } = await adaAddsNora(world);
  await dialog.getByLabel('Email a one-time passcode now').uncheck();
  await add.click();
  await dialog.getByText('No passcode was sent. You can send one').waitFor();
  assert.equal(await company.passcodesMailed('nora'), 0);
  await dialog.getByRole('button', { name: 'Add another' }).click();
  await until('focus on the name', () => hasFocus(name));
  assert.equal(await name.inputValue(), '');
});

story('an address of somebody else is refused at its field, and nothing that was typed is lost', async (world) => {
  const { visitor, company, dialog, add, name } = await adaAddsNora(world);
  visitor.expects(409, 422);
  const email = dialog.getByLabel('Email address');
  for (const [typed, words] of [
    [company.address('mike'), 'This address cannot be used. Choose another one, or ask Technical Support.'],
    ['nora@elsewhere.example', 'This address is in none of your company’s domains.'],
  ]) {
    await email.fill(typed ?? '');
    await add.click();
    await dialog.locator('.field-error').getByText(words ?? '').waitFor();
    await until('focus on the address', () => hasFocus(email));
    assert.deepEqual([await name.inputValue(), await email.inputValue()], ['Nora Berg', typed]);
  }
});

story('a hundred and first person of a day must wait, and the dialog says until when', async (world) => {
  const { visitor, company, ada, dialog, add } = await adaAddsNora(world);
  visitor.expects(429);
  for (let count = 0; count < 100; count += 1) {
    const body = { email: company.address(`person${count}`), name: `Person ${count}` };
    await world.stack.must(201, 'POST', '/v1/employees', { token: ada.token, body });
  }
  await add.click();
  await dialog.getByRole('alert').getByText(/^That was tried too often\. Wait \d+ hours, until /).waitFor();
});

story('a new Security Admin who waits for approval is not told as added', async (world) => {
  const { ada, page, dialog, add, company } = await adaAddsNora(world);
  await page.route(ADD, (route) => route.fulfill({ status: 202, json: WAITING }));
  await add.click();
  await dialog.getByText(/^Nothing has changed yet: this waits for a second Security Admin, until Jan 4, 2030/).waitFor();
  assert.equal(await dialog.getByText('is added').count(), 0);
  assert.equal(await noras(company, ada), 0);
});

story('a person is added, changed and erased without a mouse, and the focus is where the work goes on', async (world) => {
  const company = await world.company();
  const visitor = await world.visitor('/');
  const { page } = visitor;
  await signInAs(page, await company.enrol('ada'));
  await page.getByRole('rowheader', { name: 'Ada Lindqvist' }).waitFor();
  await visitor.tabsTo('button', 'Add employee');
  await page.keyboard.press('Enter');
  await until('focus on the name', () => hasFocus(page.getByLabel('Name', { exact: true })));
  await page.keyboard.type('Nora Berg');
  await page.keyboard.press('Tab');
  await page.keyboard.type(company.address('nora'));
  await page.keyboard.press('Enter');
  await page.getByText('Nora Berg is added.').waitFor();
  await visitor.tabsTo('link', 'All about this person');
  await page.keyboard.press('Enter');
  await until('focus on the heading', () => hasFocus(page.getByRole('heading', { name: 'Nora Berg', level: 1 })));
  await visitor.tabsTo('textbox', 'Name');
  await page.keyboard.press('End');
  await page.keyboard.type('-Lind');
  await page.keyboard.press('Enter');
  await page.getByText('Saved.', { exact: true }).waitFor();
  await visitor.tabsTo('button', 'Erase', { within: 40 });
  await page.keyboard.press('Enter');
  await page.getByRole('dialog').waitFor();
  await page.keyboard.type('Nora Berg-Lind');
  await page.keyboard.press('Enter');
  await page.getByText('Nora Berg-Lind is erased.').waitFor();
  await until('focus on the heading', () => hasFocus(page.getByRole('heading', { level: 1 })));
});
