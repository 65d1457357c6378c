/** Acts that wait for a second Security Admin: what is shown, approved and cancelled. */

import assert from 'node:assert/strict';

import { accessibilityFindings } from './harness/axe.js';
import { signInToTheList } from './harness/journey.js';
import { stories } from './harness/stories.js';

const story = stories();

/** Two Security Admins of a company where sensitive acts wait; Ada has asked for a role for Mike. @param {import('./harness/stories.js').World} world */
async function aRequest(world) {
  const company = await world.company([
    { email: 'ada', name: 'Ada Lindqvist', role: 'security_admin' },
    { email: 'grace', name: 'Grace Okafor', role: 'security_admin' },
    { email: 'mike', name: 'Mike Brandt' },
  ]);
  const [ada, grace] = [await company.enrol('ada'), await company.enrol('grace')];
  const { stack } = world;
  await stack.must(200, 'PATCH', '/v1/company', { token: ada.token, body: { approvals: 'sensitive' } });
  const mike = `/v1/employees/${company.employeeId('mike')}`;
  await stack.must(202, 'PATCH', mike, { token: ada.token, body: { role: 'security_admin' } });
  const role = async () => (await stack.must(200, 'GET', mike, { token: grace.token })).role;
  return { ada, grace, role };
}

/** Somebody at the page of approvals. @param {import('./harness/stories.js').World} world @param {import('./harness/person.js').Person} person */
async function atTheApprovals(world, person) {
  const visitor = await world.visitor('/');
  await signInToTheList(visitor.page, person);
  await visitor.opens('/#/approvals');
  const request = visitor.page.getByRole('region', { name: 'A new Security Admin' });
  await request.waitFor();
  return { page: visitor.page, request };
}

story('a second Security Admin sees what waits, and approves it', async (world) => {
  const { grace, role } = await aRequest(world);
  const { page, request } = await atTheApprovals(world, grace);
  for (const text of ['Mike Brandt', 'Ada Lindqvist', 'Security Admin']) await request.getByText(text, { exact: true }).first().waitFor();
  assert.deepEqual(await accessibilityFindings(page), []);
  await request.getByRole('button', { name: 'Approve' }).click();
  await page.getByText('Approved. It is done.').waitFor();
  await page.getByText('Nothing waits.').waitFor();
  assert.equal(await role(), 'security_admin');
});

story('the requester cannot approve, is told why, and cancels', async (world) => {
  const { ada, role } = await aRequest(world);
  const { page, request } = await atTheApprovals(world, ada);
  await request.getByText('You asked for this, so another Security Admin must approve it.').waitFor();
  await request.getByRole('button', { name: 'Cancel the request' }).click();
  await page.getByText('Cancelled. Nothing was changed.').waitFor();
  await page.getByText('Nothing waits.').waitFor();
  assert.equal(await role(), 'member');
});
