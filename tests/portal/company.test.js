/** The company's settings: what is changed, shown and refused. */

import assert from 'node:assert/strict';

import { goTo, signInToTheList } from './harness/journey.js';
import { WAITING, save } from './harness/managing.js';
import { stories } from './harness/stories.js';
import { until } from './harness/until.js';

const story = stories();

/** A red square. */
const LOGO = {
  name: 'logo.svg',
  mimeType: 'image/svg+xml',
  buffer: Buffer.from('<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 1 1"><path fill="#b3202c" d="M0 0h1v1H0z"/></svg>'),
};

/** Ada at the settings. @param {import('./harness/stories.js').World} world */
async function adaAtTheSettings(world) {
  const company = await world.company();
  const ada = await company.enrol('ada');
  const visitor = await world.visitor('/');
  const { page } = visitor;
  await signInToTheList(page, ada);
  await goTo(page, '#/company');
  await page.getByRole('heading', { name: 'Company', level: 1 }).waitFor();
  const saved = page.getByText('Saved.', { exact: true });
  const settings = () => world.stack.must(200, 'GET', '/v1/company', { token: ada.token });
  return { company, ada, visitor, page, saved, settings };
}

story('settings are saved, and the header shows the new name and colour', async (world) => {
  const { page, saved, settings, company } = await adaAtTheSettings(world);
  /** @type {any[]} */
  const sent = [];
  page.on('request', (request) => request.method() === 'PATCH' && sent.push(request.postDataJSON()));
  await page.getByText(company.domain, { exact: true }).waitFor();
  await page.getByLabel('Name', { exact: true }).fill('Southwind');
  await page.getByLabel('Support address').fill(company.address('help'));
  await page.getByLabel('Language of mails').selectOption('de');
  await page.getByLabel('Time zone').selectOption('Europe/Berlin');
  await page.getByLabel('Who needs a second proof').selectOption('everyone');
  await page.getByLabel('Approval by a second').selectOption('sensitive');
  await page.getByLabel('Show the reason in the mail').check();
  await page.getByLabel('Use a colour of the company').check();
  await page.getByLabel('Colour', { exact: true }).fill('#0a7a3c');
  await save(page);
  await saved.waitFor();
  await page.locator('.head').getByText('Southwind').waitFor();
  await page.getByRole('contentinfo').getByRole('link', { name: company.address('help') }).waitFor();
  assert.deepEqual(sent, [{
    name: 'Southwind', support_email: company.address('help'), locale: 'de', time_zone: 'Europe/Berlin', second_proof: 'everyone',
    approvals: 'sensitive', reason_in_mail: true, brand: { color: '#0a7a3c' },
  }]);
  const accent = await page.evaluate(() => getComputedStyle(document.documentElement).getPropertyValue('--accent'));
  // A little darker, so that it can be read.
  assert.match(accent, /^light-dark\(rgb\(10 117 58\)/);
  const now = await settings();
  assert.deepEqual([now.name, now.time_zone, now.approvals, now.brand.color], ['Southwind', 'Europe/Berlin', 'sensitive', '#0a7a3c']);
  await save(page);
  await page.getByText('There is nothing to save.').waitFor();
});

story('a logo is shown before it is saved, a file that is no logo is refused, and a logo is removed', async (world) => {
  const { page, saved, settings } = await adaAtTheSettings(world);
  const file = page.getByLabel('Logo', { exact: true });
  await file.setInputFiles({ name: 'large.png', mimeType: 'image/png', buffer: Buffer.alloc(7_000) });
  await page.getByRole('alert').getByText('This file has 7.0 kB. At most 6.1 kB are possible.').waitFor();
  await file.setInputFiles({ name: 'page.html', mimeType: 'text/html', buffer: Buffer.from('<p>') });
  await page.getByRole('alert').getByText('This is not a PNG, WebP or SVG image.').waitFor();
  await file.setInputFiles(LOGO);
  await until('logo in both previews', async () => (await page.locator('.preview img').count()) === 2);
  assert.equal(await page.locator('.head img').count(), 0);
  await save(page);
  await saved.waitFor();
  await page.locator('.head img.logo').waitFor();
  assert.match((await settings()).brand.logo, /^data:image\/svg\+xml;base64,/);
  await page.getByRole('button', { name: 'Remove' }).click();
  await save(page);
  await page.locator('.head img.logo').waitFor({ state: 'detached' });
  assert.equal((await settings()).brand.logo, null);
});

story('another language keeps what was typed and the chosen logo', async (world) => {
  const { page } = await adaAtTheSettings(world);
  await page.getByLabel('Name', { exact: true }).fill('Southwind');
  await page.getByLabel('Logo', { exact: true }).setInputFiles(LOGO);
  await page.locator('.preview img').first().waitFor();
  await page.getByLabel('Language', { exact: true }).selectOption('de');
  await page.getByRole('heading', { name: 'Firma', level: 1 }).waitFor();
  await until('name', async () => (await page.locator('[name=company-name]').inputValue()) === 'Southwind');
  assert.equal(await page.locator('.preview img').count(), 2);
});

story('what somebody else has changed meanwhile is shown, and what was typed stays', async (world) => {
  const { visitor, page, ada, saved, settings } = await adaAtTheSettings(world);
  visitor.expects(412);
  await page.getByLabel('Name', { exact: true }).fill('Southwind');
  const body = { second_proof: 'everyone', time_zone: 'Asia/Tokyo' };
  await world.stack.must(200, 'PATCH', '/v1/company', { token: ada.token, body });
  await save(page);
  const told = page.getByRole('alert').filter({ hasText: 'Somebody else has changed this meanwhile.' });
  await told.getByText('Second proof asked of: Security Admins → Everybody').waitFor();
  await told.getByText('Time zone: UTC → Asia/Tokyo').waitFor();
  assert.equal(await page.getByLabel('Name', { exact: true }).inputValue(), 'Southwind');
  await save(page);
  await saved.waitFor();
  const now = await settings();
  assert.deepEqual([now.name, now.second_proof, now.time_zone], ['Southwind', 'everyone', 'Asia/Tokyo']);
});

story('a weaker policy that waits for a second Security Admin is not told as saved', async (world) => {
  const { page, saved } = await adaAtTheSettings(world);
  await page.route(/\/v1\/company$/, (route) => route.fulfill({ status: 202, json: WAITING }));
  await page.getByLabel('Who needs a second proof').selectOption('none');
  await save(page);
  await page.getByText(/^Nothing has changed yet: this waits for a second Security Admin, until Jan 4, 2030/).waitFor();
  assert.equal(await saved.count(), 0);
  assert.equal(await page.getByLabel('Who needs a second proof').inputValue(), 'security_admins');
});

story('approvals are switched on at once, and off only with a second Security Admin', async (world) => {
  const { page, saved, settings } = await adaAtTheSettings(world);
  await page.getByLabel('Approval by a second').selectOption('sensitive');
  await save(page);
  await saved.waitFor();
  await page.getByLabel('Approval by a second').selectOption('none');
  await save(page);
  await page.getByText('Nothing has changed yet').waitFor();
  assert.equal((await settings()).approvals, 'sensitive');
});
