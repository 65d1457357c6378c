/** Several at once: a progress bar, a result for each row, and nobody gets two mails. */

import assert from 'node:assert/strict';

import { signInAs } from './harness/journey.js';
import { stories } from './harness/stories.js';
import { until } from './harness/until.js';

const story = stories();

/** @typedef {import('./harness/stories.js').World} World */
/** @typedef {import('./harness/company.js').Row} Row */

const SEVERAL = '**/v1/passcodes';

/** @param {number} count @returns {Row[]} */
const staff = (count) => [
  { email: 'ada', name: 'Ada Lindqvist', role: 'security_admin' },
  ...Array.from({ length: count }, (_, index) => {
    const number = String(index + 1).padStart(3, '0');
    return { email: `member${number}`, name: `Member ${number}` };
  }),
];

/** @param {World} world @param {Row[]} people */
async function adaAtWork(world, people) {
  const company = await world.company(people);
  const ada = await company.enrol('ada');
  const visitor = await world.visitor('/');
  await signInAs(visitor.page, ada);
  await visitor.page.getByRole('rowheader', { name: 'Ada Lindqvist' }).waitFor();
  const page = visitor.page;
  return { company, visitor, page, dialog: page.getByRole('dialog', { name: 'Email TOTP to several' }) };
}

/** How many of these people got how many passcodes. @param {World} world @param {import('./harness/company.js').Company} company */
async function mailed(world, company) {
  const mails = (await world.stack.mails()).filter(({ tags, to }) =>
    tags['kind'] === 'passcode' && to[0]?.endsWith(company.domain) && !to[0].startsWith('ada@'));
  return { mails: mails.length, people: new Set(mails.map(({ to }) => to[0])).size };
}

story('people of two pages are selected, each gets a result, and those who got a passcode are deselected', async (world) => {
  /** @type {Row[]} */
  const people = [
    ...staff(52),
    { email: 'cleo', name: 'Cleo Client', account_type: 'client' },
    { email: 'dora', name: 'Dora Disabled', status: 'disabled' },
  ];
  const { company, page, dialog } = await adaAtWork(world, people);
  for (const name of ['Cleo Client', 'Dora Disabled', 'Member 001']) await page.getByLabel(`Select ${name}`).check();
  await page.getByRole('button', { name: 'Next' }).click();
  await page.getByText('Page 2').waitFor();
  await page.getByLabel('Select everybody on this page').check();
  await page.getByText('Selected: 8').waitFor();
  await page.getByRole('button', { name: 'Email TOTP to 8' }).click();
  await dialog.getByText('Each of these people gets a one-time passcode by mail: 6.').waitFor();
  await dialog.getByText('Left out: 2.').waitFor();
  const rows = dialog.getByRole('listitem');
  await rows.filter({ hasText: 'Cleo Client: Client accounts cannot receive a one-time passcode. Ask Technical Support.' }).waitFor();
  await rows.filter({ hasText: 'Dora Disabled: This account is disabled.' }).waitFor();
  await dialog.getByLabel('Reason').fill('New phones');
  await dialog.getByRole('button', { name: 'Send to 6' }).click();
  await dialog.getByText('Done: 6 sent, 0 not sent.').waitFor();
  assert.equal(await dialog.getByRole('progressbar').getAttribute('value'), '6');
  assert.equal(await rows.getByText('The passcode was sent to m•••@').count(), 6);
  await dialog.getByRole('button', { name: 'Close' }).click();
  await page.getByText('Selected: 2').waitFor();
  assert.equal(await page.getByRole('row').getByText('Sent', { exact: true }).count(), 5);
  assert.deepEqual(await mailed(world, company), { mails: 6, people: 6 });
});

story('the progress bar moves, and Stop stops before the next batch', async (world) => {
  const { company, page, dialog } = await adaAtWork(world, staff(12));
  /** @type {(() => void)[]} */
  const held = [];
  await page.route(SEVERAL, async (route) => {
    await new Promise((resolve) => held.push(() => resolve(null)));
    await route.continue();
  });
  await page.getByLabel('Select everybody on this page').check();
  await page.getByRole('button', { name: 'Email TOTP to 13' }).click();
  await dialog.getByText('Ada Lindqvist: You cannot do this for your own account.').waitFor();
  await dialog.getByRole('button', { name: 'Send to 12' }).dblclick();
  (await until('first few', () => held.shift()))();
  await dialog.getByText('5 of 12').waitFor();
  await dialog.getByRole('button', { name: 'Stop' }).click();
  (await until('second few', () => held.shift()))();
  await dialog.getByText('10 of 12').waitFor();
  await dialog.getByRole('button', { name: 'Stop' }).waitFor({ state: 'hidden' });
  assert.deepEqual(await mailed(world, company), { mails: 10, people: 10 });
  await dialog.getByRole('button', { name: 'Send to 2' }).click();
  (await until('the rest', () => held.shift()))();
  await dialog.getByText('Done: 12 sent, 0 not sent.').waitFor();
  assert.deepEqual(await mailed(world, company), { mails: 12, people: 12 });
});

story('a connection that is lost in the middle mails nobody twice', async (world) => {
  const { company, visitor, page, dialog } = await adaAtWork(world, staff(12));
  visitor.watch.expectsFailure(/\/v1\/passcodes$/);
  let requests = 0;
  await page.route(SEVERAL, async (route) => {
    requests += 1;
    if (requests !== 2) return route.continue();
    await route.fetch();
    return route.abort('connectionreset');
  });
  await page.getByLabel('Select everybody on this page').check();
  await page.getByRole('button', { name: 'Email TOTP to 13' }).click();
  await dialog.getByText('Ada Lindqvist: You cannot do this for your own account.').waitFor();
  await dialog.getByRole('button', { name: 'Send to 12' }).click();
  await dialog.getByRole('alert').getByText('There was no answer').waitFor();
  await dialog.getByText('5 of 12').waitFor();
  await dialog.getByRole('button', { name: 'Send to 7' }).click();
  await dialog.getByText('Done: 12 sent, 0 not sent.').waitFor();
  assert.deepEqual(await mailed(world, company), { mails: 12, people: 12 });
});

story('who gets a passcode after the dialog was closed is not mailed again, also if it is open again by then', async (world) => {
  const { company, page, dialog } = await adaAtWork(world, staff(7));
  /** @type {(() => void)[]} */
  const held = [];
  await page.route(SEVERAL, async (route) => {
    const response = await route.fetch();
    await new Promise((resolve) => held.push(() => resolve(null)));
    await route.fulfill({ response });
  }, { times: 1 });
  await page.getByLabel('Select everybody on this page').check();
  await page.getByRole('button', { name: 'Email TOTP to 8' }).click();
  await dialog.getByRole('button', { name: 'Send to 7' }).click();
  const answer = await until('first few', () => held.shift());
  await dialog.getByRole('button', { name: 'Close' }).click();
  await page.getByRole('button', { name: 'Email TOTP to 8' }).click();
  await dialog.getByRole('button', { name: 'Send to 7' }).waitFor();
  await dialog.getByRole('button', { name: 'Stop' }).waitFor({ state: 'hidden' });
  answer();
  await dialog.getByRole('button', { name: 'Send to 2' }).click();
  await dialog.getByText('Done: 2 sent, 0 not sent.').waitFor();
  await dialog.getByRole('button', { name: 'Close' }).click();
  await page.getByText('Selected: 1').waitFor();
  assert.deepEqual(await mailed(world, company), { mails: 7, people: 7 });
});

story('the limit of sixty an hour is told before, the others wait, and the dialog says until when', async (world) => {
  const { company, page, dialog } = await adaAtWork(world, staff(63));
  let requests = 0;
  await page.route(SEVERAL, (route) => {
    requests += 1;
    return route.continue();
  });
  await page.getByText('1–50 of 64 employees', { exact: true }).waitFor();
  await page.getByLabel('Select everybody on this page').check();
  await page.getByRole('button', { name: 'Select all 64 that match' }).click();
  await page.getByRole('button', { name: 'Email TOTP to 64' }).click();
  await dialog.getByText(/^You can send 60 passcodes an hour\. 60 are left now, more from .+\.$/).waitFor();
  await dialog.getByRole('button', { name: 'Send to 63' }).click();
  await dialog.getByText('Done: 60 sent, 3 not sent.').waitFor();
  await dialog.getByText(/^You can send 60 passcodes an hour\. 0 are left now, more from .+\.$/).waitFor();
  const waiting = dialog.getByRole('listitem').getByText(/^Too many passcodes were sent\. The next one can be sent at .+\.$/);
  assert.equal(await waiting.count(), 3);
  assert.match((await dialog.locator('.results li').first().textContent()) ?? '', /Too many passcodes/);
  assert.deepEqual(await mailed(world, company), { mails: 60, people: 60 });
  const sent = requests;
  await dialog.getByRole('button', { name: 'Try the failed ones again' }).click();
  await dialog.getByText('Done: 60 sent, 3 not sent.').waitFor();
  assert.equal(requests, sent);
  await dialog.getByRole('button', { name: 'Close' }).click();
  await page.getByRole('button', { name: 'Email TOTP to 4' }).click();
  await dialog.getByText(/^You can send 60 passcodes an hour\. 0 are left now/).waitFor();
});

story('a lost answer is remembered when the dialog is closed, and nobody is mailed twice', async (world) => {
  const { company, visitor, page, dialog } = await adaAtWork(world, staff(3));
  visitor.watch.expectsFailure(/\/v1\/passcodes$/);
  await page.route(SEVERAL, async (route) => {
    await route.fetch();
    return route.abort('connectionreset');
  }, { times: 1 });
  await page.getByLabel('Select everybody on this page').check();
  await page.getByRole('button', { name: 'Email TOTP to 4' }).click();
  await dialog.getByRole('button', { name: 'Send to 3' }).click();
  await dialog.getByRole('alert').getByText('There was no answer').waitFor();
  await dialog.getByRole('button', { name: 'Close' }).click();
  await page.getByRole('button', { name: 'Email TOTP to 4' }).click();
  await dialog.getByRole('button', { name: 'Send to 3' }).click();
  await dialog.getByText('Done: 3 sent, 0 not sent.').waitFor();
  assert.deepEqual(await mailed(world, company), { mails: 3, people: 3 });
});

story('an answer that is lost after the dialog was closed and opened again mails nobody twice', async (world) => {
  const { company, visitor, page, dialog } = await adaAtWork(world, staff(3));
  visitor.watch.expectsFailure(/\/v1\/passcodes$/);
  /** @type {(() => void)[]} */
  const held = [];
  await page.route(SEVERAL, async (route) => {
    await route.fetch();
    await new Promise((resolve) => held.push(() => resolve(null)));
    await route.abort('connectionreset');
  }, { times: 1 });
  await page.getByLabel('Select everybody on this page').check();
  await page.getByRole('button', { name: 'Email TOTP to 4' }).click();
  await dialog.getByRole('button', { name: 'Send to 3' }).click();
  const lose = await until('request', () => held.shift());
  await dialog.getByRole('button', { name: 'Close' }).click();
  await page.getByRole('button', { name: 'Email TOTP to 4' }).click();
  await dialog.getByRole('button', { name: 'Send to 3' }).waitFor();
  lose();
  await dialog.locator('.primary[aria-disabled]').waitFor({ state: 'detached' });
  await dialog.getByRole('button', { name: 'Send to 3' }).click();
  await dialog.getByText('Done: 3 sent, 0 not sent.').waitFor();
  assert.deepEqual(await mailed(world, company), { mails: 3, people: 3 });
});

story('a passcode that waits for a second Security Admin is neither sent nor refused', async (world) => {
  const { company, page, dialog } = await adaAtWork(world, [
    ...staff(1),
    { email: 'grace', name: 'Grace Okafor', role: 'security_admin' },
    { email: 'hana', name: 'Hana Sato', role: 'security_admin' },
  ]);
  const { token } = await company.enrol('grace');
  await world.stack.must(200, 'PATCH', '/v1/company', { token, body: { approvals: 'sensitive' } });
  await page.getByLabel('Select everybody on this page').check();
  await page.getByRole('button', { name: 'Email TOTP to 4' }).click();
  await dialog.getByRole('button', { name: 'Send to 3' }).click();
  await dialog.getByText('Done: 1 sent, 0 not sent. Waiting for a second Security Admin: 2.').waitFor();
  const waits = dialog.locator('.results .approval');
  await waits.filter({ hasText: 'Hana Sato' }).getByText('Nothing has changed yet').waitFor();
  assert.equal(await waits.count(), 2);
});
