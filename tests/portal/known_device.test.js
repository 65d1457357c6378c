/** A browser that somebody has signed in with before still works while a stranger uses up the account's limits. */

import assert from 'node:assert/strict';

import { signIn, signInAs } from './harness/journey.js';
import { stories } from './harness/stories.js';

const story = stories();

/** @param {import('./harness/stories.js').World} world @param {string} email */
async function strangerUsesUp(world, email) {
  for (let guess = 0; guess < 10; guess += 1) {
    const body = { email, password: `guess ${guess} of a stranger`, code: '000000' };
    await world.stack.must(401, 'POST', '/v1/sessions', { body });
  }
}

story('a known browser signs in while a stranger guesses, and a new browser must wait', async (world) => {
  const company = await world.company();
  const ada = await company.enrol('ada');
  const { page } = await world.visitor('/');
  await signInAs(page, ada);
  // A list that is still being loaded would be refused after the sign-out.
  await page.getByRole('rowheader', { name: 'Ada Lindqvist' }).waitFor();
  const cookies = await page.context().cookies();
  assert.deepEqual(
    cookies.map(({ name, secure, httpOnly, sameSite, path }) => ({ name, secure, httpOnly, sameSite, path })),
    [{ name: '__Host-readmit-device', secure: true, httpOnly: true, sameSite: 'Strict', path: '/' }],
  );
  assert.equal(await page.evaluate(() => document.cookie), '');
  await page.getByRole('button', { name: 'Sign out' }).click();

  await strangerUsesUp(world, ada.email);
  const stranger = await world.visitor('/');
  stranger.expects(429);
  await signIn(stranger.page, { email: ada.email, password: ada.password, code: await ada.authenticator.digits() });
  await stranger.page.getByRole('alert').getByText('That was tried too often.').waitFor();
  await signInAs(page, ada);
});
