/** A bad network: slow or down, or a busy service. The portal says so and loses nothing. */

import assert from 'node:assert/strict';

import { signInAs } from './harness/journey.js';
import { stories } from './harness/stories.js';
import { until } from './harness/until.js';

const story = stories();

/** @typedef {import('./harness/stories.js').World} World */

const LIST = /\/v1\/employees\?/;
const BUSY = { code: 'temporarily_unavailable', detail: 'Try again shortly.', request_id: 'r' };

/** @param {World} world */
async function adaAtWork(world) {
  const company = await world.company();
  const ada = await company.enrol('ada');
  const visitor = await world.visitor('/');
  await signInAs(visitor.page, ada);
  await visitor.page.getByRole('rowheader', { name: 'Mike Brandt' }).waitFor();
  return { visitor, page: visitor.page };
}

story('a slow sign-in shows that it is busy, sends once, and says after a while that it is slow', async (world) => {
  const company = await world.company();
  const ada = await company.enrol('ada');
  const { page } = await world.visitor('/');
  let requests = 0;
  /** @type {() => void} */
  let answer = () => {};
  await page.route('**/v1/sessions', async (route) => {
    requests += 1;
    await new Promise((resolve) => (answer = () => resolve(null)));
    await route.continue();
  });
  const signedIn = signInAs(page, ada);
  const button = page.getByRole('button', { name: 'Sign in' });
  await until('a busy button', async () => (await button.getAttribute('aria-disabled')) === 'true');
  await button.dblclick({ force: true });
  await page.getByRole('status').getByText('This takes longer than usual. Nothing is lost.').waitFor();
  assert.equal(requests, 1);
  answer();
  await signedIn;
});

story('typed text stays while the network is down, and the next try succeeds', async (world) => {
  const company = await world.company();
  const ada = await company.enrol('ada');
  const visitor = await world.visitor('/');
  const { page } = visitor;
  visitor.watch.expectsFailure(/\/v1\/sessions$/);
  await page.getByLabel('Email address').fill(ada.email);
  await page.getByLabel('Password', { exact: true }).fill(ada.password);
  await page.getByLabel('Authenticator code').fill(await ada.authenticator.digits());
  await page.context().setOffline(true);
  await page.getByText('You are offline. What you typed stays here.').waitFor();
  await page.getByRole('button', { name: 'Sign in' }).click();
  await page.getByRole('alert').getByText('You are offline. Nothing is lost').waitFor();
  await page.context().setOffline(false);
  await page.getByText('You are offline. What you typed stays here.').waitFor({ state: 'hidden' });
  await page.getByRole('button', { name: 'Sign in' }).click();
  await page.getByRole('rowheader', { name: 'Mike Brandt' }).waitFor();
});

story('if the service is busy, the list is requested again automatically', async (world) => {
  const { visitor, page } = await adaAtWork(world);
  visitor.expects(503);
  await page.route(LIST, (route) => route.fulfill({ status: 503, json: BUSY, headers: { 'retry-after': '2' } }), { times: 2 });
  await page.getByRole('searchbox').fill('mike');
  await page.getByText('1 employee', { exact: true }).waitFor();
  assert.equal(await page.getByRole('alert').filter({ hasText: /./ }).count(), 0);
});

story('if a filter does not load, the page says so, shows no rows of another, and offers a retry', async (world) => {
  const { visitor, page } = await adaAtWork(world);
  visitor.expects(503);
  await page.route(LIST, (route) => route.fulfill({ status: 503, json: BUSY }), { times: 3 });
  await page.getByRole('radio', { name: 'Disabled' }).check();
  await until('rows that nobody can act on', () => page.locator('tbody').evaluate((body) => body.matches('[inert]')));
  await page.getByRole('alert').getByText('The list could not be loaded. The service is busy.').waitFor();
  assert.equal(await page.locator('tbody tr').count(), 0);
  await page.getByRole('button', { name: 'Try again' }).click();
  await until('focus', () => page.getByRole('heading', { name: 'Manage Employees' }).evaluate((node) => node === document.activeElement));
  await page.getByRole('rowheader', { name: 'Dora Disabled' }).waitFor();
  await page.getByText('1 employee', { exact: true }).waitFor();
});

story('an answer to an earlier search never overwrites a later one', async (world) => {
  const { visitor, page } = await adaAtWork(world);
  visitor.watch.expectsFailure(/query=mi&/);
  /** @type {() => void} */
  let answer = () => {};
  await page.route(/query=mi&/, async (route) => {
    await new Promise((resolve) => (answer = () => resolve(null)));
    await route.continue().catch(() => {});
  });
  const asked = page.waitForRequest(/query=mi&/);
  await page.getByRole('searchbox').fill('mi');
  await asked;
  await page.getByRole('searchbox').fill('sam');
  await page.getByText('1 employee', { exact: true }).waitFor();
  answer();
  await page.getByRole('rowheader', { name: 'Sam Wójcik' }).waitFor();
  assert.equal(await page.locator('tbody tr').count(), 1);
});

story('Next, pressed twice during a request, turns one page, and keeps the focus on the last page', async (world) => {
  /** @type {import('./harness/company.js').Row[]} */
  const members = Array.from({ length: 60 }, (_, index) => ({ email: `m${index}`, name: `Member ${index + 10}` }));
  const company = await world.company([{ email: 'ada', name: 'Ada Lindqvist', role: 'security_admin' }, ...members]);
  const ada = await company.enrol('ada');
  const { page } = await world.visitor('/');
  await signInAs(page, ada);
  await page.getByText('1–50 of 61 employees', { exact: true }).waitFor();
  /** @type {(() => void)[]} */
  const held = [];
  await page.route(/cursor=/, async (route) => {
    await new Promise((resolve) => held.push(() => resolve(null)));
    await route.continue();
  });
  await page.getByRole('button', { name: 'Next' }).dblclick();
  (await until('request', () => held.shift()))();
  await page.getByText('51–61 of 61 employees', { exact: true }).waitFor();
  await page.getByText('Page 2', { exact: true }).waitFor();
  await until('focus', () => page.getByRole('button', { name: 'Previous' }).evaluate((node) => node === document.activeElement));
});

story('if the script of a page does not load, the portal says so, and loads it when the network is back', async (world) => {
  const { visitor, page } = await adaAtWork(world);
  visitor.watch.expectsFailure(/pages\/audit\.js$/);
  await page.route('**/app/pages/audit.js', (route) => route.abort('internetdisconnected'), { times: 1 });
  await page.getByRole('link', { name: 'Audit' }).click();
  await page.getByRole('heading', { name: 'This page could not be loaded' }).waitFor();
  await page.getByRole('button', { name: 'Try again' }).click();
  await page.getByRole('heading', { name: 'Audit' }).waitFor();
});
