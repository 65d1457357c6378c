/** A company of ten thousand: paging, scrolling and searching its list is as fast as in a small one. */

import assert from 'node:assert/strict';

import { Company } from './harness/company.js';
import { signInAs } from './harness/journey.js';
import { stories } from './harness/stories.js';
import { longestTasks } from './harness/timings.js';
import { until } from './harness/until.js';

/** The maximum of one import, and the number of imports. */
const [ROWS, IMPORTS] = [1_000, 10];

/** The first employee of the list. */
const ADMIN = 'Aaa Admin';

/** In the order of the list. */
const FIRST = ['Ana', 'Bo', 'Cleo', 'Dan', 'Eva', 'Finn', 'Gus', 'Hana', 'Ian', 'Jo'];
const LAST = ['Brandt', 'Diaz', 'Lind', 'Meyer', 'Novak', 'Okafor', 'Rossi', 'Sato', 'Silva', 'Wójcik'];

/** The limit from a click or a key to the result, in milliseconds; usually it takes a tenth of this. */
const MOST_WAIT = 2_000;

/** The limit of the page's longest task, in milliseconds of processor time. */
const MOST_BUSY = 100;

/** How many pages the test turns. */
const PAGES = 20;

/** The search text, and a part of the first result's name: by first name, last name, address. */
const SEARCHES = /** @type {const} */ ([['cleo', 'Cleo '], ['wojcik', 'Wójcik '], ['p9999', 'Jo Wójcik 999']]);

/** @typedef {import('playwright-core').Page} Page */

/** The rows of one import. @param {number} thousand */
const people = (thousand) =>
  Array.from({ length: ROWS }, (_, index) => {
    const number = thousand * ROWS + index;
    // The names sort by number, so that the test knows who is on a page.
    const name = `${FIRST[thousand]} ${LAST[Math.floor(index / 100)]} ${String(index).padStart(3, '0')}`;
    return { email: `p${number}`, name };
  });

/** @type {Company} */
let company;

const story = stories({
  prepare: async (stack) => {
    company = await Company.bring(stack, [{ email: 'ada', name: ADMIN, role: 'security_admin' }]);
    for (let thousand = 0; thousand < IMPORTS; thousand += 1) await company.change(people(thousand));
  },
});

/**
 * Does something, and measures how long it takes until it is visible.
 *
 * @param {() => Promise<void>} act
 * @param {() => Promise<boolean>} isSeen
 */
async function timed(act, isSeen) {
  const start = performance.now();
  await act();
  await until('answer in the list', isSeen);
  return performance.now() - start;
}

/**
 * The first row's name, when the list shows the page of the address. The check costs the page almost no time.
 *
 * @param {Page} page
 * @param {string} [query]
 */
const firstName = (page, query = '') =>
  page.evaluate((wanted) => {
    const isThere = (new URLSearchParams(location.hash.split('?')[1]).get('query') ?? '') === wanted;
    const first = document.querySelector("table[aria-busy='false'] tbody th span");
    return (isThere && first?.textContent) || '';
  }, query);

/** @param {number[]} times */
function figures(times) {
  const sorted = times.toSorted((one, other) => one - other).map(Math.round);
  return `median ${sorted[Math.floor(sorted.length / 2)]} ms, at most ${sorted.at(-1)} ms`;
}

/**
 * Turns the pages to the end and back, and searches. Returns how long each took, in milliseconds.
 *
 * @param {Page} page
 */
async function pagesAndSearches(page) {
  const next = page.locator('.pager button').last();
  const turns = [];
  for (let turned = 1; turned < PAGES; turned += 1) {
    const first = `Ana ${LAST[Math.floor((turned * 50 - 1) / 100)]} ${String(turned * 50 - 1).padStart(3, '0')}`;
    turns.push(await timed(() => next.click(), async () => (await firstName(page)) === first));
  }
  await page.keyboard.press('End');
  await until('end of the page', () => page.evaluate(() => scrollY + innerHeight >= document.body.scrollHeight - 1));
  const back = await timed(() => page.goBack().then(() => {}), async () => (await firstName(page)).endsWith('899'));

  const searches = [];
  for (const [typed, found] of SEARCHES) {
    await page.getByRole('searchbox').clear();
    await page.getByRole('searchbox').pressSequentially(typed.slice(0, -1));
    const last = typed.slice(-1);
    const isFound = async () => (await firstName(page, typed)).includes(found);
    searches.push(await timed(() => page.keyboard.press(last), isFound));
  }
  return { turns, back, searches };
}

story('ten thousand employees are paged, scrolled and searched without a wait', async (world) => {
  const ada = await company.enrol('ada');
  const { page } = await world.visitor('/');
  await signInAs(page, ada);
  await until('first page', async () => (await firstName(page)) === ADMIN);

  const { done, tasks } = await longestTasks(page, () => pagesAndSearches(page));
  const { turns, back, searches } = done;
  world.says(`a page: ${figures(turns)}; back: ${Math.round(back)} ms; a search: ${figures(searches)}`);
  world.says(`the longest tasks: ${tasks.map(Math.round).join(', ')} ms of processor time`);
  assert.ok(Math.max(...turns, back, ...searches) < MOST_WAIT, `${[...turns, back, ...searches].map(Math.round)} ms`);
  assert.ok(tasks[0] > 1, 'a page that is drawn takes time');
  assert.ok(tasks[0] < MOST_BUSY, `${tasks.map(Math.round)} ms`);
});
