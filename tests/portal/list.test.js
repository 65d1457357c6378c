/** Manage Employees as a list: how many there are, filters, keys, selection, the file, and how it fits on each screen. */

import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { setTimeout as pause } from 'node:timers/promises';

import { signInAs } from './harness/journey.js';
import { hasFocus } from './harness/keyboard.js';
import { stories } from './harness/stories.js';
import { until } from './harness/until.js';

const story = stories();

/** @typedef {import('./harness/stories.js').World} World */
/** @typedef {import('./harness/company.js').Row} Row */
/** @typedef {import('playwright-core').Page} Page */

/** Ada and that many members, with addresses of a usual length. @param {number} count @returns {Row[]} */
const staff = (count) => [
  { email: 'ada', name: 'Ada Lindqvist', role: 'security_admin' },
  ...Array.from({ length: count }, (_, index) => {
    const number = String(index + 1).padStart(3, '0');
    return { email: `maximiliane.member${number}`, name: `Member ${number}` };
  }),
];

/** @param {World} world @param {Row[]} [people] @param {import('./harness/visitor.js').Habits} [habits] */
async function adaAtWork(world, people, habits) {
  const company = await world.company(people);
  const ada = await company.enrol('ada');
  const visitor = await world.visitor('/', habits);
  const { page } = visitor;
  await signInAs(page, ada);
  await page.getByRole('rowheader', { name: 'Ada Lindqvist' }).waitFor();
  return { company, visitor, page };
}

/** @param {Page} page @param {string} name */
const rowOf = (page, name) => page.getByRole('row').filter({ has: page.getByRole('rowheader', { name }) });

/** The name of the row with the focus. @param {Page} page */
const focusedRow = (page) => page.evaluate(() => document.activeElement?.closest('tr')?.querySelector('th span')?.textContent);

story('the list says how many there are, and ends with its last full page', async (world) => {
  const { page } = await adaAtWork(world, staff(99));
  await page.getByText('1–50 of 100 employees', { exact: true }).waitFor();
  const next = page.getByRole('button', { name: 'Next' });
  await next.click();
  await page.getByText('51–100 of 100 employees', { exact: true }).waitFor();
  assert.equal(await next.isDisabled(), true);
  assert.equal(await page.locator('tbody tr').count(), 50);
});

story('one filter at a time, a search clears it, and Back returns to it', async (world) => {
  const { page } = await adaAtWork(world);
  const chip = (/** @type {string} */ name) => page.getByRole('radio', { name });
  await chip('Clients').check();
  await page.getByText('1 employee', { exact: true }).waitFor();
  await page.getByRole('rowheader', { name: 'Cleo Client' }).waitFor();
  await chip('Disabled').check();
  await page.getByRole('rowheader', { name: 'Dora Disabled' }).waitFor();
  assert.equal(await chip('Clients').isChecked(), false);
  await page.getByRole('searchbox').fill('mike');
  await page.getByRole('rowheader', { name: 'Mike Brandt' }).waitFor();
  assert.equal(await chip('Everybody').isChecked(), true);
  await page.goBack();
  await page.getByRole('rowheader', { name: 'Cleo Client' }).waitFor();
  assert.equal(await chip('Clients').isChecked(), true);
});

story('a click in a row opens it, but not a click in its box, nor the selection of its text', async (world) => {
  const { page } = await adaAtWork(world);
  const row = rowOf(page, 'Mike Brandt');
  const dialog = page.getByRole('dialog', { name: 'Edit Employee: Mike Brandt' });
  await row.getByRole('checkbox').click();
  const { x, y, width, height } = (await row.locator('span.address').boundingBox()) ?? { x: 0, y: 0, width: 0, height: 0 };
  await page.mouse.move(x + 2, y + height / 2);
  await page.mouse.down();
  await page.mouse.move(x + Math.min(width, 60), y + height / 2, { steps: 4 });
  await page.mouse.up();
  assert.notEqual(await page.evaluate(() => String(getSelection())), '');
  assert.equal(await dialog.isVisible(), false);
  await row.getByText('Member').click();
  await dialog.waitFor();
  await page.keyboard.press('Escape');
  await page.getByText('Selected: 1').waitFor();
});

story('the keys: a slash searches, arrows move, Space selects, Enter opens, and Escape returns', async (world) => {
  const { page } = await adaAtWork(world);
  const { keyboard } = page;
  await page.getByText('move between rows').waitFor();
  await keyboard.press('/');
  const search = page.getByRole('searchbox');
  await until('focus in the search', () => hasFocus(search));
  await keyboard.type('a/b');
  assert.equal(await search.inputValue(), 'a/b');
  await search.fill('');
  await page.getByRole('rowheader', { name: 'Sam Wójcik' }).waitFor();
  await keyboard.press('ArrowDown');
  assert.equal(await focusedRow(page), 'Ada Lindqvist');
  await keyboard.press('ArrowDown');
  assert.equal(await focusedRow(page), 'Cleo Client');
  await keyboard.press('Space');
  await page.getByText('Selected: 1').waitFor();
  await keyboard.press('Enter');
  await page.getByRole('dialog', { name: 'Edit Employee: Cleo Client' }).waitFor();
  await keyboard.press('ArrowDown');
  await keyboard.press('Escape');
  await until('focus in the row', async () => (await focusedRow(page)) === 'Cleo Client');
  await keyboard.press('ArrowUp');
  await keyboard.press('ArrowUp');
  await until('focus in the search', () => hasFocus(search));
});

story('the last sign-in is shown in words such as “today”, with the day as the title', async (world) => {
  const { page } = await adaAtWork(world);
  const time = rowOf(page, 'Ada Lindqvist').getByRole('time');
  await time.getByText(/^today/).waitFor();
  const title = (await time.getAttribute('title')) ?? '';
  assert.match(title, /^\w{3} \d{1,2}, \d{4}$/);
  assert.ok((await time.textContent())?.includes(title));
});

story('rows of a desk are low, no address breaks in a word, and the choice of compact rows is remembered', async (world) => {
  const { page } = await adaAtWork(world, staff(49), { viewport: { width: 1280, height: 900 } });
  const highest = () => page.locator('tbody').evaluate((body) => Math.max(...[...body.children].map((row) => row.clientHeight)));
  const lines = () => page.locator('tbody').evaluate((body) =>
    Math.max(...[...body.querySelectorAll('span.address')].map((node) => node.getClientRects().length)));
  assert.ok((await highest()) <= 48, `${await highest()} px`);
  assert.equal(await lines(), 1);
  await page.getByRole('button', { name: 'Compact rows' }).click();
  assert.ok((await highest()) <= 37, `${await highest()} px`);
  await page.reload();
  await page.getByRole('button', { name: 'Compact rows', pressed: true }).waitFor();
  await page.getByRole('rowheader', { name: 'Ada Lindqvist' }).waitFor();
  assert.ok((await highest()) <= 37);

  await page.setViewportSize({ width: 768, height: 1024 });
  const tops = await page.locator('tbody tr').first().evaluate((row) =>
    ['.role', '.factor', '.state', '.edit'].map((cell) => Math.round(row.querySelector(cell)?.getBoundingClientRect().top ?? 0)));
  assert.equal(new Set(tops).size, 1, `cells side by side: ${tops}`);
  assert.ok((await highest()) <= 60, `${await highest()} px`);

  await page.setViewportSize({ width: 390, height: 844 });
  const height = await page.evaluate(() => document.documentElement.scrollHeight);
  world.says(`50 cards at 390: ${height} px`);
  assert.ok(height < 6_000, `${height} px`);
});

story('the file has everybody who matches, with names, and no formula', async (world) => {
  const { page, company } = await adaAtWork(world, [...staff(60), { email: 'bad', name: '=HYPERLINK("x")' }]);
  const loaded = page.waitForEvent('download');
  await page.getByRole('button', { name: 'Export as CSV' }).click();
  await page.getByText('Employees exported: 62').waitFor();
  const lines = (await readFile(await (await loaded).path(), 'utf8')).trim().split('\r\n');
  assert.equal(lines.length, 63);
  assert.match(lines[0] ?? '', /"employee_id","external_id","name","email","role"/);
  assert.ok(lines.some((line) => line.includes(`"Member 060","${company.address('maximiliane.member060')}","member"`)));
  assert.ok(lines.some((line) => line.includes(`"'=HYPERLINK(""x"")"`)));
});

story('all that match are selected, up to the limit', async (world) => {
  const others = Array.from({ length: 40 }, (_, index) => ({ email: `other${index}`, name: `Other ${index + 10}` }));
  const { page } = await adaAtWork(world, [...staff(70), ...others]);
  await page.getByText('1–50 of 111 employees', { exact: true }).waitFor();
  await page.getByLabel('Select everybody on this page').check();
  await page.getByText('Selected: 50').waitFor();
  await page.getByRole('button', { name: 'Select the first 100, the most at once' }).click();
  await page.getByText('Selected: 100').waitFor();
  await page.getByRole('button', { name: 'Clear selection' }).press('Enter');
  await until('focus in the list', async () => (await focusedRow(page)) === 'Ada Lindqvist');
  await page.getByRole('searchbox').fill('max');
  await page.getByText('1–50 of 70 employees', { exact: true }).waitFor();
  await page.getByLabel('Select everybody on this page').check();
  await page.getByRole('button', { name: 'Select all 70 that match' }).click();
  await page.getByText('Selected: 70').waitFor();
});

story('all that match are not selected any more if another filter is chosen before they are loaded', async (world) => {
  const { visitor, page } = await adaAtWork(world, staff(60));
  visitor.watch.expectsFailure(/limit=100/);
  await page.getByText('1–50 of 61 employees', { exact: true }).waitFor();
  await page.getByLabel('Select everybody on this page').check();
  /** @type {(() => void)[]} */
  const held = [];
  await page.route(/limit=100/, async (route) => {
    await new Promise((resolve) => held.push(() => resolve(null)));
    await route.continue().catch(() => {});
  });
  await page.getByRole('button', { name: 'Select all 61 that match' }).click();
  const answer = await until('request', () => held.shift());
  await page.getByRole('radio', { name: 'Disabled' }).check();
  await page.getByText('No employees match.').waitFor();
  answer();
  await page.getByRole('radio', { name: 'Everybody' }).check();
  await page.getByText('1–50 of 61 employees', { exact: true }).waitFor();
  await page.getByText('Selected: 50').waitFor();
});

story('a search that still waits when the list is left does not bring the list back', async (world) => {
  const { page } = await adaAtWork(world);
  await page.getByRole('searchbox').evaluate((input) => {
    /** @type {HTMLInputElement} */ (input).value = 'mi';
    input.dispatchEvent(new Event('input', { bubbles: true }));
    location.hash = '#/audit';
  });
  await page.getByRole('rowheader', { name: 'Signed in' }).first().waitFor();
  // Longer than a search waits for the next key.
  await pause(500);
  assert.ok(page.url().endsWith('#/audit'), page.url());
});

story('while the first list is loaded, bars stand in its place', async (world) => {
  const { page } = await adaAtWork(world);
  /** @type {() => void} */
  let answer = () => {};
  await page.route(/\/v1\/employees\?/, async (route) => {
    await new Promise((resolve) => (answer = () => resolve(null)));
    await route.continue();
  }, { times: 1 });
  await page.reload();
  const bars = page.locator('.skeleton');
  await until('bars', () => bars.evaluate((node) => getComputedStyle(node).opacity === '1' && node.clientHeight > 0));
  answer();
  await page.getByRole('rowheader', { name: 'Mike Brandt' }).waitFor();
  assert.equal(await bars.isVisible(), false);
});
