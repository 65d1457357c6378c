/** Refusals tell the person what to do. */

import assert from 'node:assert/strict';

import { edit, find, redeem, signIn, signInAs } from './harness/journey.js';
import { PASSWORD } from './harness/person.js';
import { stories } from './harness/stories.js';
import { until } from './harness/until.js';

const story = stories();

/** @typedef {import('./harness/stories.js').World} World */
/** @typedef {import('./harness/person.js').Person} Person */

const LIMIT = /^Too many passcodes were sent\. The next one can be sent at .*\d+:\d\d/;

/** Ada at Manage Employees. @param {World} world @param {import('./harness/company.js').Row[]} [people] */
async function adaAtWork(world, people) {
  const company = await world.company(people);
  const ada = await company.enrol('ada');
  const visitor = await world.visitor('/');
  await signInAs(visitor.page, ada);
  await visitor.page.getByRole('rowheader', { name: 'Ada Lindqvist' }).waitFor();
  return { company, ada, visitor, page: visitor.page };
}

/** The text that explains a button. @param {import('playwright-core').Locator} button */
async function reasonOf(button) {
  const id = await button.getAttribute('aria-describedby');
  return id && button.page().locator(`#${id}`).textContent();
}

for (const [login, name, words] of /** @type {[string, string, string][]} */ ([
  ['cleo', 'Cleo Client', 'Client accounts cannot receive a one-time passcode. Ask Technical Support.'],
  ['dora', 'Dora Disabled', 'This account is disabled. Have it enabled first'],
  ['ada', 'Ada Lindqvist', 'You cannot do this for your own account. Ask another Security Admin.'],
])) {
  story(`${name} gets no passcode, and the dialog says why before the click`, async (world) => {
    const { page, company } = await adaAtWork(world);
    const before = await world.stack.mails(company.address(login));
    const dialog = await edit(page, name);
    const send = dialog.getByRole('button', { name: 'Email TOTP' });
    await dialog.getByText(words).waitFor();
    assert.equal(await send.getAttribute('aria-disabled'), 'true');
    assert.ok((await reasonOf(send))?.startsWith(words));
    await send.click({ force: true });
    assert.deepEqual(await world.stack.mails(company.address(login)), before);
  });
}

story('what the API refuses although the dialog offered it is told', async (world) => {
  const { visitor, page, company } = await adaAtWork(world);
  visitor.expects(409);
  const dialog = await edit(page, 'Mike Brandt');
  await company.change([{ email: 'mike', name: 'Mike Brandt', status: 'disabled' }]);
  await dialog.getByRole('button', { name: 'Email TOTP' }).click();
  await dialog.getByRole('alert').getByText('This account is disabled. Have it enabled first').waitFor();
});

story('a fourth passcode within a quarter of an hour must wait, and the dialog shows how long', async (world) => {
  const { visitor, page, ada } = await adaAtWork(world);
  visitor.expects(429);
  const dialog = await edit(page, 'Mike Brandt');
  for (let times = 0; times < 3; times += 1) await ada.issueCodeTo('mike');
  await page.clock.install();
  let sent = 0;
  page.on('request', (request) => (sent += Number(request.method() === 'POST')));
  const refusal = dialog.getByRole('alert').getByText(/^That was tried too often\. Wait 1[45] minutes, until (?:\w+ \d+, \d+, )?\d+:\d\d/);
  const send = dialog.getByRole('button', { name: 'Email TOTP' });
  await send.click();
  await refusal.waitFor();
  // Let the page do what it does when the wait is over, before the next click.
  await page.clock.fastForward('20:00');
  const refused = page.waitForResponse((response) => response.status() === 429);
  await send.click();
  await refused;
  await refusal.waitFor();
  assert.equal(sent, 2);
});

story('three passcodes within a quarter of an hour are told before the click, until the next one can be sent', async (world) => {
  const { page, ada, company } = await adaAtWork(world);
  for (let times = 0; times < 3; times += 1) await ada.issueCodeTo('mike');
  await page.clock.install({ time: await world.stack.now() });
  const dialog = await edit(page, 'Mike Brandt');
  const told = dialog.getByText(LIMIT);
  await told.waitFor();
  const again = dialog.getByRole('button', { name: 'Send again' });
  assert.equal(await again.getAttribute('aria-disabled'), 'true');
  assert.match((await reasonOf(again)) ?? '', LIMIT);
  await again.click({ force: true });
  assert.equal(await dialog.getByRole('button', { name: 'Send a new passcode' }).isVisible(), false);
  await world.stack.advance(930);
  await page.clock.fastForward('15:30');
  await told.waitFor({ state: 'hidden' });
  assert.equal(await again.getAttribute('aria-disabled'), null);
  await again.click();
  await dialog.getByRole('button', { name: 'Send a new passcode' }).waitFor();
  assert.equal(await company.passcodesMailed('mike'), 3);
});

story('an admin who has sent sixty passcodes in an hour is told before the click, whoever the employee is', async (world) => {
  const members = Array.from({ length: 61 }, (_, index) => ({ email: `member${index + 10}`, name: `Member ${index + 10}` }));
  const { page, ada, company } = await adaAtWork(world, [{ email: 'ada', name: 'Ada Lindqvist', role: 'security_admin' }, ...members]);
  const ids = members.slice(0, 60).map(({ email }) => company.employeeId(email));
  for (const start of [0, 20, 40]) {
    await world.stack.must(200, 'POST', '/v1/passcodes', { token: ada.token, body: { employee_ids: ids.slice(start, start + 20) } });
  }
  await find(page, 'member70', 'Member 70');
  const dialog = await edit(page, 'Member 70');
  await dialog.getByText(LIMIT).waitFor();
  const send = dialog.getByRole('button', { name: 'Email TOTP' });
  assert.match((await reasonOf(send)) ?? '', LIMIT);
  await send.click({ force: true });
  assert.equal(await company.passcodesMailed('member70'), 0);
});

story('a mail that the mail service refuses is not shown as sent', async (world) => {
  const people = [{ email: 'ada', name: 'Ada Lindqvist', role: /** @type {const} */ ('security_admin') }, { email: 'jürgen', name: 'Jürgen Groß' }];
  const { visitor, page } = await adaAtWork(world, people);
  visitor.expects(502);
  const dialog = await edit(page, 'Jürgen Groß');
  await dialog.getByRole('button', { name: 'Email TOTP' }).click();
  await dialog.getByRole('alert').getByText('The mail could not be sent, so the passcode was withdrawn.').waitFor();
  await dialog.getByText('The passcode was sent to').waitFor({ state: 'hidden' });
});

story('an employee of another company is not found', async (world) => {
  const other = await world.company();
  const { visitor, page } = await adaAtWork(world);
  visitor.expects(404);
  await visitor.opens(`/#/employees?employee=${other.employeeId('mike')}`);
  await page.getByRole('dialog').getByRole('alert').getByText('There is no such employee in your company.').waitFor();
});

story('an address with an unknown employee shows a message, and the list is below it', async (world) => {
  const { visitor, page } = await adaAtWork(world);
  visitor.expects(404);
  await visitor.opens('/#/employees?employee=nobody-at-all');
  const dialog = page.getByRole('dialog');
  await dialog.getByRole('alert').getByText('There is no such employee in your company.').waitFor();
  await dialog.getByRole('button', { name: 'Close' }).click();
  await page.getByRole('rowheader', { name: 'Mike Brandt' }).waitFor();
  await until('address of the list alone', () => !page.url().includes('nobody-at-all'));
});

story('the eleventh wrong sign-in must wait', async (world) => {
  const company = await world.company();
  const visitor = await world.visitor('/');
  visitor.expects(401, 429);
  const email = company.address('mike');
  for (let times = 0; times < 10; times += 1) {
    const body = { email, password: 'not his', code: '123456' };
    await world.stack.must(401, 'POST', '/v1/sessions', { body });
  }
  await signIn(visitor.page, { email: company.address('sam'), password: 'not his', code: '123456' });
  await visitor.page.getByRole('alert').getByText('do not match').waitFor();
  await signIn(visitor.page, { email, password: 'not his', code: '123456' });
  await visitor.page.getByRole('alert').getByText(/^That was tried too often\. Wait \d+ minutes/).waitFor();
});

story('whatever is wrong with a passcode, the message is the same', async (world) => {
  const company = await world.company([
    { email: 'ada', name: 'Ada Lindqvist', role: 'security_admin' },
    ...['grace', 'mike', 'sam', 'dan'].map((email) => ({ email, name: `Member ${email}` })),
    { email: 'cleo', name: 'Cleo Client', account_type: 'client' },
  ]);
  const visitor = await world.visitor('/#/redeem');
  visitor.expects(401);
  const { page } = visitor;
  const refusal = page.getByRole('alert').filter({ hasText: /./ });
  /** @param {string} login @param {string} code */
  const told = async (login, code) => {
    await redeem(page, company.address(login), code);
    await refusal.waitFor();
    return refusal.textContent();
  };
  const superseded = await company.mailCodeTo('mike');
  const wrong = (await company.mailCodeTo('mike')).replace(/.$/, (last) => (last === '0' ? '1' : '0'));
  const expired = await company.mailCodeTo('sam');
  await world.stack.advance(3_700);
  const used = await company.mailCodeTo('grace');
  await world.stack.must(200, 'POST', '/v1/passcodes/redeem', { body: { email: company.address('grace'), code: used } });
  const ada = await company.enrol('ada');
  const revoked = await ada.issueCodeTo('dan');
  const path = `/v1/employees/${company.employeeId('dan')}/passcode`;
  await world.stack.must(204, 'DELETE', path, { token: ada.token });
  const words = [
    await told('grace', used), await told('dan', revoked), await told('mike', superseded), await told('mike', wrong), await told('sam', expired),
    await told('nobody', '7K3M-9QXT-2BHW'), await told('cleo', '7K3M-9QXT-2BHW'),
  ];
  assert.match(words[0] ?? '', /Your Security Admin can send a new one/);
  assert.equal(new Set(words).size, 1);
});

story('a text that cannot be a passcode is not sent', async (world) => {
  const visitor = await world.visitor('/#/redeem');
  const { page } = visitor;
  let sent = 0;
  page.on('request', (request) => (sent += Number(request.method() === 'POST')));
  await redeem(page, 'mike', '7K3M-9QXT');
  await page.getByText('This is not an email address.').waitFor();
  const code = page.getByLabel('One-time passcode');
  assert.equal(await code.getAttribute('aria-invalid'), 'true');
  const error = page.locator(`#${(await code.getAttribute('aria-describedby'))?.split(' ').at(-1)}`);
  assert.match((await error.textContent()) ?? '', /three groups of four/);
  assert.equal(sent, 0);
});

for (const [proof, of] of /** @type {[string, (grace: Person) => string | undefined][]} */ ([
  ['the old password', () => PASSWORD],
  ['a backup code', (grace) => grace.backupCodes[0]],
])) {
  story(`a Security Admin shows ${proof} together with the passcode`, async (world) => {
    const company = await world.company();
    const ada = await company.enrol('ada');
    const grace = await company.enrol('grace');
    await world.stack.advance(900);
    const code = await ada.issueCodeTo('grace');
    const visitor = await world.visitor(`/#/redeem/${code}`);
    visitor.expects(401);
    const { page } = visitor;
    await redeem(page, company.address('grace'));
    await page.getByRole('alert').getByText('the password or backup code if your company asks for one').waitFor();
    await page.getByLabel('Current password or a backup code').fill(of(grace) ?? '');
    await page.getByRole('button', { name: 'Continue' }).click();
    await page.getByLabel('New password').waitFor();
  });
}
