/** The harness enrols people in the way that the service requires. */

import assert from 'node:assert/strict';
import { test } from 'node:test';

import { digitsOf, fromBase32 } from './harness/authenticator.js';
import { stories } from './harness/stories.js';

const story = stories();

test('an authenticator shows the codes of RFC 6238', () => {
  // Appendix B, the last six digits of eight.
  const key = Buffer.from('12345678901234567890');
  assert.equal(digitsOf(key, Math.floor(59 / 30)), '287082');
  assert.equal(digitsOf(key, Math.floor(20_000_000_000 / 30)), '353130');
  assert.deepEqual(fromBase32('GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ'), key);
});

story('an enrolled person can sign in any number of times', async (world) => {
  const { email, password, authenticator } = await (await world.company()).enrol('ada');
  for (let times = 0; times < 3; times += 1) {
    const body = { email, password, code: await authenticator.digits() };
    const { employee } = await world.stack.must(200, 'POST', '/v1/sessions', { body });
    assert.equal(employee.email, email);
  }
});

story('companies of two tests are separate', async (world) => {
  const [northwind, other] = [await world.company(), await world.company()];
  const ada = await northwind.enrol('ada');
  const path = `/v1/employees/${other.employeeId('mike')}`;
  await world.stack.must(404, 'GET', path, { token: ada.token });
  assert.match(await ada.issueCodeTo('mike'), /^\w{4}-\w{4}-\w{4}$/);
  assert.ok(await northwind.disownToken('mike'));
});

story('tests can use the mails, the reports and the clock of the stack', async (world) => {
  const northwind = await world.company();
  const ada = await northwind.enrol('ada');
  await ada.issueCodeTo('mike');
  const { message_id: messageId } = await world.stack.mail(northwind.address('mike'));
  await world.stack.deliveryReport(messageId, 'bounce');
  const path = `/v1/employees/${northwind.employeeId('mike')}`;
  const { passcode } = await world.stack.must(200, 'GET', path, { token: ada.token });
  assert.equal(passcode.status, 'bounced');
  const before = await world.stack.now();
  assert.ok((await world.stack.advance(600)).getTime() - before.getTime() >= 600_000);
});
