/** Acts that need a sign-in within the last ten minutes: the portal asks in place, does the act once, and loses no typed text. */

import assert from 'node:assert/strict';

import { Authenticator } from './harness/authenticator.js';
import { choosePassword, edit, redeem, signInAgainAs, signInAs } from './harness/journey.js';
import { atRest, hasFocus } from './harness/keyboard.js';
import { PASSWORD } from './harness/person.js';
import { stories } from './harness/stories.js';
import { REASON, adaIsToSuspendMike, fillIn } from './harness/suspension.js';
import { until } from './harness/until.js';

const story = stories();

/** @typedef {import('playwright-core').Page} Page */
/** @typedef {import('playwright-core').Locator} Locator */

const ISSUE = /\/v1\/employees\/[^/]+\/passcode$/;
const SIGN_IN = /\/v1\/sessions$/;

/** @param {Locator} dialog */
async function isAsItWasTyped(dialog) {
  assert.equal(await dialog.getByLabel('Reason').inputValue(), REASON);
  assert.equal(await dialog.getByLabel('Valid for').inputValue(), '30');
  assert.ok(await dialog.getByLabel('The device was stolen').isChecked());
  assert.equal(await dialog.getByRole('alert').filter({ hasText: /./ }).count(), 0);
}

/** The body and key of each request that issues. @param {Page} page */
function issuesOf(page) {
  /** @type {{ body: string | null, key: string | undefined }[]} */
  const issues = [];
  page.on('request', (request) => {
    if (request.method() !== 'POST' || !ISSUE.test(request.url())) return;
    issues.push({ body: request.postData(), key: request.headers()['idempotency-key'] });
  });
  return issues;
}

story('after a wrong code and the right one, the same request is repeated, and sends one mail', async (world) => {
  const { company, ada, page, dialog, send, sent, again, password, code, signIn, refusal } = await adaIsToSuspendMike(world);
  const issues = issuesOf(page);
  await send.click();
  await again.getByText(ada.email).waitFor();
  await password.fill(ada.password);
  await code.fill('000000');
  await signIn.click();
  await refusal.getByText('do not match').waitFor();
  assert.deepEqual([await password.inputValue(), await code.inputValue()], [ada.password, '000000']);
  await isAsItWasTyped(dialog);
  await code.fill(await ada.authenticator.digits());
  await signIn.click();
  await sent.waitFor();
  assert.equal(issues.length, 2);
  assert.deepEqual(issues[1], issues[0]);
  assert.match(issues[0]?.body ?? '', /"lifetime_minutes":30,"reason":"Phone.*","suspend":true/);
  assert.equal(await company.passcodesMailed('mike'), 1);
  assert.equal(await again.count(), 0);
});

story('Cancel, the cross and Escape send nothing and keep the form, and the next click asks again', async (world) => {
  const { company, ada, page, dialog, send, sent, again, password } = await adaIsToSuspendMike(world);
  const issues = issuesOf(page);
  for (const cancel of [
    () => again.getByRole('button', { name: 'Cancel' }).click(),
    () => again.getByRole('button', { name: 'Close' }).click(),
    () => page.keyboard.press('Escape'),
  ]) {
    await send.click();
    await password.fill('half of it');
    await cancel();
    await again.waitFor({ state: 'detached' });
    await until('focus on the button', () => hasFocus(send));
    await atRest(send);
    await isAsItWasTyped(dialog);
  }
  assert.deepEqual([issues.length, await company.passcodesMailed('mike')], [3, 0]);
  await send.click();
  assert.equal(await password.inputValue(), '');
  await signInAgainAs(page, ada);
  await sent.waitFor();
  assert.equal(await company.passcodesMailed('mike'), 1);
});

story('the new session replaces the old one in the tab, the password is kept nowhere, and a reload asks for nothing', async (world) => {
  const { ada, page, dialog, send, sent } = await adaIsToSuspendMike(world);
  const kept = () => page.evaluate(() => Object.entries(sessionStorage).sort());
  const token = async () => JSON.parse(Object.fromEntries(await kept())['readmit.session']).access_token;
  const [keysBefore, tokenBefore, url] = [(await kept()).map(([key]) => key), await token(), page.url()];
  await send.click();
  await signInAgainAs(page, ada);
  await sent.waitFor();
  assert.equal(page.url(), url);
  assert.deepEqual((await kept()).map(([key]) => key), keysBefore);
  assert.notEqual(await token(), tokenBefore);
  assert.ok(!JSON.stringify([await kept(), await page.evaluate(() => ({ ...localStorage }))]).includes(ada.password));
  assert.equal(await page.getByRole('link', { name: 'Manage Employees', includeHidden: true }).getAttribute('aria-current'), 'page');
  await page.reload();
  await dialog.getByRole('button', { name: 'Send again' }).click();
  await fillIn(page, dialog);
  await dialog.getByRole('button', { name: 'Send a new passcode' }).click();
  await dialog.getByRole('button', { name: 'Send again' }).waitFor();
});

story('a session from a recovery must sign in again, and wait for the next digits', async (world) => {
  const company = await world.company();
  const visitor = await world.visitor(`/#/redeem/${await company.mailCodeTo('ada')}`);
  const { page } = visitor;
  visitor.expects(401);
  await redeem(page, company.address('ada'));
  await choosePassword(page, PASSWORD);
  const link = page.getByRole('link', { name: 'Open in an authenticator' });
  const authenticator = new Authenticator(world.stack, (await link.getAttribute('href')) ?? '');
  const digits = await authenticator.digits();
  await page.getByLabel('Six digits').fill(digits);
  await page.getByRole('button', { name: 'Finish' }).click();
  await page.getByLabel('I have kept').check();
  await page.getByRole('button', { name: 'Continue' }).click();

  const { send, sent, again, password, code, signIn, refusal } = await fillIn(page, await edit(page, 'Mike Brandt'));
  await send.click();
  await again.getByText('a recovery does not count').waitFor();
  await password.fill(PASSWORD);
  await code.fill(digits);
  await signIn.click();
  await refusal.getByText('A code works once: wait for the next digits of your authenticator.').waitFor();
  await code.fill(await authenticator.digits());
  await signIn.click();
  await sent.waitFor();
  assert.equal(await company.passcodesMailed('mike'), 1);
});

story('a lost answer and a lost network in the dialog lose nothing, and the next try succeeds', async (world) => {
  const { company, ada, visitor, page, dialog, send, sent, password, code, signIn, refusal } = await adaIsToSuspendMike(world);
  visitor.watch.expectsFailure(SIGN_IN);
  await page.route(SIGN_IN, async (route) => {
    await route.fetch();
    await route.abort('connectionreset');
  }, { times: 1 });
  await send.click();
  await password.fill(ada.password);
  await code.fill(await ada.authenticator.digits());
  await signIn.click();
  await refusal.getByText('There was no answer').waitFor();
  await signIn.click();
  await refusal.getByText('wait for the next digits').waitFor();
  const next = await ada.authenticator.digits();
  await code.fill(next);
  await page.context().setOffline(true);
  await signIn.click();
  await refusal.getByText('You are offline. Nothing is lost').waitFor();
  assert.deepEqual([await password.inputValue(), await code.inputValue()], [ada.password, next]);
  await isAsItWasTyped(dialog);
  await page.context().setOffline(false);
  await signIn.click();
  await sent.waitFor();
  assert.equal(await company.passcodesMailed('mike'), 1);
});

story('a repeated request whose answer is lost keeps its key, also when the next sign-in is cancelled', async (world) => {
  const { company, ada, visitor, page, dialog, send, sent, again } = await adaIsToSuspendMike(world);
  const issues = issuesOf(page);
  visitor.watch.expectsFailure(ISSUE);
  await send.click();
  await again.waitFor();
  await page.route(ISSUE, async (route) => {
    await route.fetch();
    await route.abort('connectionreset');
  }, { times: 1 });
  await signInAgainAs(page, ada);
  await dialog.getByRole('alert').getByText('There was no answer').waitFor();
  await world.stack.advance(660);
  await send.click();
  await again.getByRole('button', { name: 'Cancel' }).click();
  await again.waitFor({ state: 'detached' });
  await isAsItWasTyped(dialog);
  await send.click();
  await signInAgainAs(page, ada);
  await sent.waitFor();
  assert.equal(new Set(issues.map(({ key }) => key)).size, 1);
  assert.equal(await company.passcodesMailed('mike'), 1);
});

story('after too many wrong codes the dialog shows the time to wait, and the form below stays', async (world) => {
  const { company, ada, visitor, page, dialog, send, again, password, code, signIn, refusal } = await adaIsToSuspendMike(world);
  visitor.expects(429);
  // In her own browser, which is a known device and has its own limit.
  await page.evaluate(async (email) => {
    const body = JSON.stringify({ email, password: 'not hers', code: '123456' });
    for (let times = 0; times < 10; times += 1) {
      const answer = await fetch('/v1/sessions', { method: 'POST', headers: { 'content-type': 'application/json' }, body });
      await answer.text();
    }
  }, ada.email);
  await send.click();
  await password.fill(ada.password);
  await code.fill('123456');
  await signIn.click();
  await refusal.getByText(/^That was tried too often\. Wait \d+ minutes, until (?:\w+ \d+, \d+, )?\d/).waitFor();
  await page.keyboard.press('Escape');
  await again.waitFor({ state: 'detached' });
  await isAsItWasTyped(dialog);
  assert.equal(await company.passcodesMailed('mike'), 0);
});

story('two requests at once share one dialog, and Cancel cancels both', async (world) => {
  const { company, ada, page, again } = await adaIsToSuspendMike(world);
  const ids = ['mike', 'sam'].map((login) => company.employeeId(login));
  const both = () => page.evaluate(async (ids) => {
    // The module that the page itself uses.
    const { issuePasscode } = await import(/** @type {any} */ ('/app/api.js'));
    const suspend = (/** @type {string} */ id) => issuePasscode(id, { suspend: true }, crypto.randomUUID());
    const done = await Promise.allSettled(ids.map(suspend));
    return done.map((one) => (one.status === 'fulfilled' ? one.value.passcode.status : one.reason.name));
  }, ids);
  const cancelled = both();
  await again.getByRole('button', { name: 'Cancel' }).click();
  assert.deepEqual(await cancelled, ['AbortError', 'AbortError']);
  const done = both();
  await again.waitFor();
  assert.equal(await page.getByRole('dialog', { name: 'Please sign in again' }).count(), 1);
  await signInAgainAs(page, ada);
  assert.deepEqual(await done, ['sent', 'sent']);
  assert.deepEqual([await company.passcodesMailed('mike'), await company.passcodesMailed('sam')], [1, 1]);
});

story('a session that ends meanwhile leads to the sign-in, and returns to the same employee', async (world) => {
  const { company, ada, page, dialog, send, again } = await adaIsToSuspendMike(world);
  await send.click();
  await again.waitFor();
  const body = { email: ada.email, password: ada.password, code: await ada.authenticator.digits() };
  const { access_token: token } = await world.stack.must(200, 'POST', '/v1/sessions', { body });
  await world.stack.must(204, 'DELETE', '/v1/sessions', { token });
  // The page's next request is refused.
  await page.evaluate(async () => {
    const { signOut } = await import(/** @type {any} */ ('/app/api.js'));
    await signOut().catch(() => {});
  });
  await page.getByText('Your session has ended. Sign in, and you are back where you were.').waitFor();
  await again.waitFor({ state: 'detached' });
  await signInAs(page, ada);
  await dialog.getByText('Mike Brandt').waitFor();
  assert.equal(await company.passcodesMailed('mike'), 0);
});

story('Back leaves the dialog with its page, and sends nothing', async (world) => {
  const { company, page, send, again } = await adaIsToSuspendMike(world);
  await send.click();
  await again.waitFor();
  await page.goBack();
  await again.waitFor({ state: 'detached' });
  await page.getByRole('dialog').waitFor({ state: 'hidden' });
  await page.getByRole('rowheader', { name: 'Mike Brandt' }).waitFor();
  assert.equal(await company.passcodesMailed('mike'), 0);
});

story('the form below does not say that the service is slow while the person signs in', async (world) => {
  const { page, dialog, send, again } = await adaIsToSuspendMike(world);
  await page.clock.install();
  await send.click();
  await again.waitFor();
  await page.clock.runFor(10_000);
  assert.equal(await dialog.getByText('This takes longer than usual.').count(), 0);
});

story('if the address belongs to somebody else by now, the session ends and nothing is sent', async (world) => {
  const { company, ada, page, send, again, password, code, signIn } = await adaIsToSuspendMike(world);
  await page.route(SIGN_IN, async (route) => {
    const response = await route.fetch();
    const answer = await response.json();
    await route.fulfill({ response, json: { ...answer, employee: { ...answer.employee, employee_id: company.employeeId('grace') } } });
  });
  await send.click();
  await password.fill(ada.password);
  await code.fill(await ada.authenticator.digits());
  await signIn.click();
  await page.getByText('Your session has ended.').waitFor();
  await again.waitFor({ state: 'detached' });
  assert.equal(await company.passcodesMailed('mike'), 0);
});
