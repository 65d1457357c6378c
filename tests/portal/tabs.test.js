/** One sign-in for all tabs of a browser: a new tab takes the session over, a sign-out ends it in all of them. */

import assert from 'node:assert/strict';

import { choosePassword, redeem, signInAs } from './harness/journey.js';
import { PASSWORD } from './harness/person.js';
import { stories } from './harness/stories.js';

const story = stories();

/** @typedef {import('playwright-core').Page} Page */
/** @typedef {import('./harness/stories.js').World} World */

/** @param {World} world */
async function adaAtWork(world) {
  const company = await world.company();
  const ada = await company.enrol('ada');
  const visitor = await world.visitor('/');
  await signInAs(visitor.page, ada);
  await visitor.page.getByRole('rowheader', { name: 'Ada Lindqvist' }).waitFor();
  return { company, ada, visitor, page: visitor.page };
}

/** Another tab of the same browser. @param {Page} page @param {string} path */
async function tab(page, path) {
  const other = await page.context().newPage();
  await other.goto(path);
  return other;
}

/** Ends all sessions of a person, as from another device. @param {World} world @param {import('./harness/person.js').Person} person */
async function signsOutElsewhere(world, person) {
  const body = { email: person.email, password: person.password, code: await person.authenticator.digits() };
  const { access_token: token } = await world.stack.must(200, 'POST', '/v1/sessions', { body });
  await world.stack.must(204, 'DELETE', '/v1/sessions', { token });
}

/** @param {Page} page */
const isSignedInAsAda = (page) => page.getByRole('rowheader', { name: 'Ada Lindqvist' }).first().waitFor();

/** @param {Page} page */
const asksToSignIn = (page) => page.getByRole('heading', { name: 'Sign in' }).waitFor();

story('Ctrl-click opens a page in a new tab, signed in', async (world) => {
  const { page } = await adaAtWork(world);
  const [other] = await Promise.all([
    page.context().waitForEvent('page'),
    page.getByRole('link', { name: 'Audit' }).click({ modifiers: ['Control'] }),
  ]);
  await other.getByRole('rowheader', { name: 'Signed in' }).first().waitFor();
});

story('a sign-out ends the session in every tab of the person', async (world) => {
  const { page } = await adaAtWork(world);
  const other = await tab(page, '/');
  await isSignedInAsAda(other);
  await page.getByRole('button', { name: 'Sign out' }).click();
  await page.getByText('You are signed out.').waitFor();
  await other.getByText('You are signed out.').waitFor();
  await other.reload();
  await asksToSignIn(other);
});

story('nothing of the session outlives the last tab', async (world) => {
  const { page } = await adaAtWork(world);
  const context = page.context();
  const kept = await page.evaluate(() => Object.keys(localStorage));
  assert.deepEqual(kept.filter((key) => key !== 'readmit.language'), []);
  await page.close();
  const later = await context.newPage();
  await later.goto('/');
  await asksToSignIn(later);
});

story('with two people signed in, a new tab asks who it is, and a sign-out ends only one of them', async (world) => {
  const { company, ada, page: adas } = await adaAtWork(world);
  const grace = await company.enrol('grace');
  const other = await tab(adas, '/');
  await isSignedInAsAda(other);
  await other.getByRole('button', { name: 'Sign out' }).click();
  await adas.getByText('You are signed out.').waitFor();
  // Both ask: each signs in as somebody else.
  await signInAs(other, grace);
  await signInAs(adas, ada);
  const third = await tab(adas, '/#/employees');
  await third.getByText('Sign in to go on.').waitFor();
  await other.getByRole('button', { name: 'Sign out' }).click();
  await other.getByText('You are signed out.').waitFor();
  await adas.reload();
  await isSignedInAsAda(adas);
  await third.reload();
  await isSignedInAsAda(third);
});

story('a recovery beside an admin disturbs neither, not even by a sign-out', async (world) => {
  const { company, page: adas } = await adaAtWork(world);
  const code = await company.mailCodeTo('mike');
  const mikes = await tab(adas, `/#/redeem/${code}`);
  await redeem(mikes, company.address('mike'));
  await mikes.getByLabel('New password').waitFor();
  const further = await tab(adas, '/');
  await isSignedInAsAda(further);
  await further.getByRole('button', { name: 'Sign out' }).click();
  await adas.getByText('You are signed out.').waitFor();
  await choosePassword(mikes, PASSWORD);
  await mikes.getByRole('img', { name: 'QR code' }).waitFor();
  await mikes.reload();
  await mikes.getByRole('img', { name: 'QR code' }).waitFor();
});

story('a session that has ended is handed over once at most, and one new sign-in serves all tabs', async (world) => {
  const { ada, visitor, page } = await adaAtWork(world);
  visitor.expects(401);
  await signsOutElsewhere(world, ada);
  const other = await tab(page, '/#/audit');
  await other.getByText('Your session has ended.').waitFor();
  await signInAs(other, ada);
  await other.getByRole('rowheader', { name: 'Signed in' }).first().waitFor();
  await page.reload();
  await isSignedInAsAda(page);
});

story('a page of another origin gets nothing', async (world) => {
  const company = await world.company();
  const ada = await company.enrol('ada');
  const context = await world.browser.newContext({ locale: 'en', baseURL: world.stack.origin });
  await context.route('http://other.example/', (route) => route.fulfill({ contentType: 'text/html', body: '<p>other</p>' }));
  const page = await context.newPage();
  await page.goto('/');
  await signInAs(page, ada);
  const person = company.employeeId('ada');
  /** @param {Page} other */
  const asks = (other) => other.evaluate((id) => new Promise((resolve) => {
    const channel = new BroadcastChannel('readmit.session');
    channel.addEventListener('message', ({ data }) => resolve(data.kind));
    channel.postMessage({ kind: 'question', question: 'q', person: id });
    setTimeout(() => resolve('nothing'), 1_000);
  }), person);
  assert.equal(await asks(await tab(page, 'http://other.example/')), 'nothing');
  assert.equal(await asks(await tab(page, '/favicon.svg')), 'answer');
  await context.close();
});
