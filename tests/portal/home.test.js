/** Admin → Overview: what it counts, what it draws, and what it warns of. */

import assert from 'node:assert/strict';
import { test } from 'node:test';

import { figuresOf, grouped, percentile } from '../../portal/app/pages/home/figures.js';
import { goTo, signInAs, signInToTheList } from './harness/journey.js';
import { stories } from './harness/stories.js';

const story = stories();

/** @typedef {import('playwright-core').Page} Page */

/** A tile, by its label. @param {Page} page @param {string} label */
const tile = (page, label) => page.locator('.tiles li').filter({ hasText: label });

/** The rows of a chart's table that are not zero. @param {Page} page @param {string} title */
async function rowsOf(page, title) {
  const figure = page.locator('figure').filter({ has: page.getByRole('heading', { name: title }) });
  await figure.locator('summary').click();
  const rows = await figure.getByRole('row').filter({ has: page.getByRole('rowheader') }).allInnerTexts();
  return rows.map((row) => row.split(/\s*\t\s*/)).filter(([, value]) => value !== '0');
}

story('the overview counts people and recoveries, and each number leads to its people', async (world) => {
  const company = await world.company();
  const ada = await company.enrol('ada');
  await company.enrol('grace');
  await company.mailCodeTo('mike');
  const { message_id: messageId } = await company.stack.mail(company.address('mike'));
  await company.stack.deliveryReport(messageId, 'bounce');
  await company.mailCodeTo('sam');
  const visitor = await world.visitor('/');
  const { page } = visitor;
  await signInToTheList(page, ada);
  await goTo(page, '#/home');
  await tile(page, 'People without 2FA').getByText('of 6 people').waitFor();
  await tile(page, 'People without 2FA').getByText('4', { exact: true }).waitFor();
  await tile(page, 'Passcodes not redeemed yet').getByText('1', { exact: true }).waitFor();
  await tile(page, 'Passcodes whose mail bounced').getByText('1', { exact: true }).waitFor();
  await page.getByRole('img', { name: 'Completed recoveries by day. 2 in 30 days' }).waitFor();
  const today = new Intl.DateTimeFormat('en', { month: 'short', day: 'numeric', timeZone: 'UTC' }).format(new Date());
  assert.deepEqual(await rowsOf(page, 'Completed recoveries by day'), [[today, '2']]);
  assert.deepEqual(await rowsOf(page, 'Bounced mails by day'), [[today, '1']]);
  assert.deepEqual(await rowsOf(page, 'Minutes from the mail'), [['up to 2 minutes', '2']]);
  assert.equal(await page.getByText('one Security Admin').count(), 0);
  await page.getByText('Counted from all events of these days.').waitFor();
  await visitor.findsItAccessible();
  await tile(page, 'Passcodes whose mail bounced').getByRole('link').click();
  await page.getByRole('rowheader', { name: 'Mike Brandt' }).waitFor();
});

story('a company with one Security Admin is warned', async (world) => {
  const company = await world.company([
    { email: 'ada', name: 'Ada Lindqvist', role: 'security_admin' },
    { email: 'mike', name: 'Mike Brandt' },
  ]);
  const ada = await company.enrol('ada');
  const { page } = await world.visitor('/#/home');
  await signInAs(page, ada);
  await page.getByText('Your company has one Security Admin.').waitFor();
});

story('at most ten pages of events are read, and the page says that some are missing', async (world) => {
  const company = await world.company();
  const ada = await company.enrol('ada');
  const { page } = await world.visitor('/');
  let reads = 0;
  // As if the company had a thousand times as many events.
  await page.route(/\/v1\/audit-events\?/, async (route) => {
    reads++;
    const url = new URL(route.request().url());
    url.searchParams.delete('cursor');
    const answer = await route.fetch({ url: url.href });
    await route.fulfill({ response: answer, json: { ...(await answer.json()), next_cursor: 'more' } });
  });
  await signInToTheList(page, ada);
  await goTo(page, '#/home');
  await page.getByText('Counted from the newest 1,000 events, back to').waitFor();
  assert.equal(reads, 10);
  // Within minutes the same figures are shown again.
  await goTo(page, '#/employees');
  await page.getByRole('rowheader', { name: 'Mike Brandt' }).waitFor();
  await goTo(page, '#/home');
  await page.getByText('Counted from the newest 1,000 events, back to').waitFor();
  assert.equal(reads, 10);
  await page.getByRole('button', { name: 'Count again' }).click();
  await page.getByRole('button', { name: 'Count again', disabled: false }).waitFor();
  assert.equal(reads, 20);
});

story('a lost network is told, and counting again succeeds', async (world) => {
  const company = await world.company();
  const ada = await company.enrol('ada');
  const visitor = await world.visitor('/');
  const { page } = visitor;
  await signInAs(page, ada);
  await page.getByRole('rowheader', { name: 'Mike Brandt' }).waitFor();
  visitor.watch.expectsFailure(/employees\/count|audit-events/);
  await page.route(/employees\/count/, (route) => route.abort());
  await goTo(page, '#/home');
  await page.getByRole('alert').getByText('There was no answer').waitFor();
  await page.unroute(/employees\/count/);
  await page.getByRole('button', { name: 'Count again' }).click();
  await tile(page, 'People without 2FA').waitFor();
});

/** @param {string} type @param {string} at @param {string} id */
const event = (type, at, id) => /** @type {any} */ ({ type, at, detail: { passcode_id: id } });

test('a time is counted from its own mail, and a recovery whose mail is not known has none', () => {
  const events = [
    event('recovery.completed', '2026-11-30T12:10:00Z', 'b'),
    event('passcode.issued', '2026-11-30T12:00:00Z', 'b'),
    event('recovery.completed', '2026-11-29T10:00:00Z', 'a'),
    event('passcode.bounced', '2026-11-28T10:00:00Z', 'c'),
  ];
  const figures = figuresOf(events, ['2026-11-29', '2026-11-30'], (at) => at.slice(0, 10));
  assert.deepEqual(figures, { completed: [1, 1], bounced: [0, 0], seconds: [600] });
});

test('percentiles are of the nearest rank', () => {
  const ten = [1, 2, 3, 4, 5, 6, 7, 8, 9, 10];
  assert.deepEqual([percentile(ten, 0.5), percentile(ten, 0.9), percentile([7], 0.5), percentile([], 0.5)], [5, 9, 7, undefined]);
});

test('each time is in one group', () => {
  assert.deepEqual(grouped([0, 120, 121, 300, 900, 1800, 3600, 3601]), [2, 2, 1, 1, 1, 1]);
});
