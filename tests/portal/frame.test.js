/** The frame of every page: the header, the menu of a narrow screen, another language, the company's colour. */

import assert from 'node:assert/strict';
import { test } from 'node:test';

import { accents } from '../../portal/app/brand.js';
import { goTo, signInAs, signInToTheList } from './harness/journey.js';
import { stories } from './harness/stories.js';
import { until } from './harness/until.js';

const story = stories();

/** @typedef {import('playwright-core').Page} Page */

/** @param {Page} page @param {string} language */
async function speak(page, language) {
  const select = page.locator('.foot select');
  await select.focus();
  await select.selectOption(language);
}

const HAND = { width: 390, height: 844 };

/** One line of text, with the space around it, in pixels. */
const ONE_LINE = 64;

story('another language keeps what was typed, also the password and the kind of code', async (world) => {
  const { page } = await world.visitor('/');
  await page.getByLabel('Email address').fill('ada@northwind.example');
  await page.getByLabel('Password', { exact: true }).fill('half a password');
  await page.getByRole('button', { name: 'Use a backup code instead' }).click();
  await page.getByLabel('Backup code', { exact: true }).fill('ABCD-EFGH');
  await speak(page, 'de');
  await page.getByRole('heading', { name: 'Anmelden' }).waitFor();
  assert.equal(await page.getByLabel('E-Mail-Adresse').inputValue(), 'ada@northwind.example');
  assert.equal(await page.getByLabel('Passwort', { exact: true }).inputValue(), 'half a password');
  assert.equal(await page.getByLabel('Backup-Code', { exact: true }).inputValue(), 'ABCD-EFGH');
  assert.equal(await page.locator('.foot select').evaluate((select) => select === document.activeElement), true);
  assert.equal(await page.evaluate(() => document.documentElement.lang), 'de');
  await page.reload();
  await page.getByRole('heading', { name: 'Anmelden' }).waitFor();
});

story('of two languages that are chosen in a hurry the later one stays, although its words came first', async (world) => {
  const { page } = await world.visitor('/');
  await page.getByRole('heading', { name: 'Sign in' }).waitFor();
  /** @type {(() => void)[]} */
  const held = [];
  await page.route('**/words/de.js', async (route) => {
    await new Promise((resolve) => held.push(() => resolve(null)));
    await route.continue();
  });
  await speak(page, 'de');
  const answer = await until('request', () => held.shift());
  await speak(page, 'ja');
  await page.locator('html[lang=ja] h1', { hasText: 'サインイン' }).waitFor();
  const loaded = page.waitForEvent('requestfinished', (request) => request.url().endsWith('/words/de.js'));
  answer();
  await loaded;
  // The module runs after it is loaded.
  await page.evaluate(async () => void (await import(/** @type {any} */ ('/app/words/de.js'))));
  await page.locator('html[lang=ja] h1', { hasText: 'サインイン' }).waitFor();
  assert.equal(await page.locator('.foot select').inputValue(), 'ja');
});

story('another language keeps the step of a recovery, its password and its key', async (world) => {
  const company = await world.company();
  const { page } = await world.visitor(`/#/redeem/${await company.mailCodeTo('mike')}`);
  await page.getByLabel('Your email address').fill(company.address('mike'));
  await page.getByRole('button', { name: 'Continue' }).click();
  await page.getByLabel('New password').fill('velvet compass orchard nine');
  await speak(page, 'ja');
  await page.locator('html[lang=ja] .advice').waitFor();
  assert.equal(await page.locator('[name=new-password]').inputValue(), 'velvet compass orchard nine');
  await page.locator('main form .primary').click();
  const key = await page.locator('.secret').textContent();
  await speak(page, 'en');
  await page.getByRole('heading', { name: 'Set up your authenticator' }).waitFor();
  assert.equal(await page.locator('.secret').textContent(), key);
});

story('on a phone the header is one line, in every language, and its menu has the rest', async (world) => {
  const company = await world.company();
  const ada = await company.enrol('ada');
  const visitor = await world.visitor('/', { viewport: HAND });
  const { page } = visitor;
  await signInAs(page, ada);
  await page.getByRole('rowheader', { name: 'Ada Lindqvist' }).waitFor();
  for (const language of ['de', 'ja', 'en']) {
    await speak(page, language);
    await page.locator(`html[lang=${language}]`).waitFor();
    const { height = 0 } = (await page.locator('.head').boundingBox()) ?? {};
    assert.ok(height > 0 && height <= ONE_LINE, `${language}: ${height}`);
  }
  const menu = page.getByRole('button', { name: 'Menu' });
  assert.equal(await menu.getAttribute('aria-expanded'), 'false');
  await menu.click();
  await page.getByRole('link', { name: 'Manage Employees' }).waitFor();
  await visitor.findsItAccessible();
  await page.keyboard.press('Escape');
  await page.getByRole('link', { name: 'Manage Employees' }).waitFor({ state: 'hidden' });
  assert.equal(await menu.evaluate((button) => button === document.activeElement), true);
  await goTo(page, '#/account');
  await page.getByRole('heading', { name: 'My account' }).waitFor();
  await page.getByRole('button', { name: 'Sign out everywhere' }).waitFor({ state: 'hidden' });
});

story('the header says who is signed in, and signing out says that it ends all sessions', async (world) => {
  const company = await world.company();
  const ada = await company.enrol('ada');
  const { page } = await world.visitor('/');
  await signInToTheList(page, ada);
  await page.getByRole('link', { name: 'My account: Ada Lindqvist' }).getByText('Ada Lindqvist').waitFor();
  await page.getByRole('button', { name: 'Sign out everywhere' }).click();
  await page.getByText('Your sessions on other devices have ended, too.').waitFor();
});

story('a page from a mail does not show who else is signed in', async (world) => {
  const company = await world.company();
  const ada = await company.enrol('ada');
  const visitor = await world.visitor('/');
  const { page } = visitor;
  await signInAs(page, ada);
  await page.getByRole('rowheader', { name: 'Ada Lindqvist' }).waitFor();
  await visitor.opens(`/#/redeem/${await company.mailCodeTo('mike')}`);
  await page.getByRole('heading', { name: 'Get back in' }).waitFor();
  await page.locator('.head .who').waitFor({ state: 'detached' });
});

const LOGO = `data:image/svg+xml;base64,${Buffer.from('<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 1 1"><rect width="1" height="1"/></svg>').toString('base64')}`;

const HELP = 'help@northwind.example';

story('the company has its logo, its colour and its support address, also after its session has ended', async (world) => {
  const company = await world.company();
  const brand = { logo: LOGO, color: '#0a7d55' };
  await world.stack.importEmployees({ company: { company_id: company.id, brand, support_email: HELP }, employees: [] });
  const ada = await company.enrol('ada');
  const visitor = await world.visitor('/');
  const { page } = visitor;
  visitor.expects(401);
  const accent = () => page.evaluate(() => document.documentElement.style.getPropertyValue('--accent'));
  const help = page.locator('.foot').getByRole('link', { name: HELP });
  await signInAs(page, ada);
  await page.getByRole('rowheader', { name: 'Ada Lindqvist' }).waitFor();
  assert.equal(await page.locator('.brand img').getAttribute('src'), LOGO);
  await page.locator('.brand').getByText('Northwind Partners').waitFor();
  assert.equal(await accent(), accents('#0a7d55')['--accent']);
  await visitor.findsItAccessible();
  assert.equal(await help.getAttribute('href'), `mailto:${HELP}`);
  // As from another device.
  await world.stack.must(204, 'DELETE', '/v1/sessions', { token: ada.token });
  await page.reload();
  await page.getByText('Your session has ended.').waitFor();
  await page.locator('main').getByRole('link', { name: HELP }).waitFor();
  await signInAs(page, ada);
  await page.getByRole('button', { name: 'Sign out' }).click();
  await page.getByText('You are signed out.').waitFor();
  assert.equal(await accent(), '');
  assert.equal(await help.count(), 0);
  await page.locator('.brand').getByText('Partner Portal').waitFor();
});

/** The contrast of WCAG 2 between two colours. @param {number[]} one @param {number[]} other */
function contrast(one, other) {
  const luminance = (/** @type {number[]} */ rgb) => {
    const [red = 0, green = 0, blue = 0] = rgb.map((part) =>
      part / 255 <= 0.04045 ? part / 255 / 12.92 : ((part / 255 + 0.055) / 1.055) ** 2.4);
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
  };
  const [dark = 0, bright = 0] = [luminance(one), luminance(other)].sort((a, b) => a - b);
  return (bright + 0.05) / (dark + 0.05);
}

/** @param {string} text  `light-dark(rgb(1 2 3), rgb(4 5 6))` */
const pair = (text) => [...text.matchAll(/rgb\((\d+) (\d+) (\d+)\)/g)].map((found) => found.slice(1).map(Number));

test('every colour of a company gives readable texts, in light and in dark', () => {
  // The surfaces of styles/base.css: --page, --surface and --raised.
  const surfaces = [[[245, 246, 249], [255, 255, 255]], [[20, 23, 29], [29, 33, 42], [35, 40, 51]]];
  const parts = ['00', '33', '66', '99', 'cc', 'ff'];
  for (const color of parts.flatMap((red) => parts.flatMap((green) => parts.map((blue) => `#${red}${green}${blue}`)))) {
    const { '--accent': accent, '--on-accent': on, '--accent-soft': soft } = accents(color);
    for (const [scheme, places] of surfaces.entries()) {
      const text = pair(accent)[scheme] ?? [];
      for (const place of [...places, pair(on)[scheme] ?? [], pair(soft)[scheme] ?? []]) {
        assert.ok(contrast(text, place) >= 4.5, `${color}, ${text} on ${place}: ${contrast(text, place)}`);
      }
    }
  }
});
