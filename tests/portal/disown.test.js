/** "This was not me": only the button does something. */

import assert from 'node:assert/strict';

import { choosePassword, redeem } from './harness/journey.js';
import { PASSWORD } from './harness/person.js';
import { stories } from './harness/stories.js';

const story = stories();

story('opening the link changes nothing; its button ends the code and tells the Security Admins', async (world) => {
  const company = await world.company();
  const ada = await company.enrol('ada');
  const code = await ada.issueCodeTo('mike');
  const token = await company.disownToken('mike');
  const mike = await world.visitor(`/#/redeem/${code}`);
  mike.expects(401);
  await redeem(mike.page, company.address('mike'));
  await mike.page.getByLabel('New password').waitFor();

  const { page } = await world.visitor(`/#/disown/${token}`);
  await page.getByRole('button', { name: 'This was not me' }).waitFor();
  if (page.url().includes(token)) throw new Error('the token stands in the address bar');
  await page.reload();
  const path = `/v1/employees/${company.employeeId('mike')}`;
  const { passcode } = await world.stack.must(200, 'GET', path, { token: ada.token });
  if (passcode.status !== 'redeemed') throw new Error(`it is ${passcode.status}`);

  await page.getByRole('button', { name: 'This was not me' }).dblclick();
  await page.getByRole('heading', { name: 'The passcode no longer works' }).waitFor();
  await choosePassword(mike.page, PASSWORD);
  await mike.page.getByRole('heading', { name: 'This recovery has ended' }).waitFor();
  await world.stack.mail(ada.email, 'passcode_disowned');
});

story('the same link opened again says again that the passcode no longer works, and notifies nobody twice', async (world) => {
  const company = await world.company();
  const ada = await company.enrol('ada');
  await ada.issueCodeTo('mike');
  const token = await company.disownToken('mike');
  const { page: first } = await world.visitor(`/#/disown/${token}`);
  await first.getByRole('button', { name: 'This was not me' }).click();
  await first.getByRole('heading', { name: 'The passcode no longer works' }).waitFor();
  const { page: again } = await world.visitor(`/#/disown/${token}`);
  await again.getByRole('button', { name: 'This was not me' }).click();
  await again.getByRole('heading', { name: 'The passcode no longer works' }).waitFor();
  await world.stack.mail(ada.email, 'passcode_disowned');
  const told = (await world.stack.mails(ada.email)).filter(({ tags }) => tags['kind'] === 'passcode_disowned');
  assert.equal(told.length, 1);
});

story('a link whose passcode has ended says so', async (world) => {
  const company = await world.company();
  const ada = await company.enrol('ada');
  await ada.issueCodeTo('mike');
  const token = await company.disownToken('mike');
  await ada.issueCodeTo('mike');
  const visitor = await world.visitor(`/#/disown/${token}`);
  visitor.expects(401);
  await visitor.page.getByRole('button', { name: 'This was not me' }).click();
  await visitor.page.getByRole('alert').getByText('This link no longer works.').waitFor();
});
