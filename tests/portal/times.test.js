/** Times: the portal and the mails tell them in the same time zone, whatever the browser's is. */

import assert from 'node:assert/strict';
import { test } from 'node:test';

import { learn, now } from '../../portal/app/clock.js';
import { edit, goTo, signInAs } from './harness/journey.js';
import { stories } from './harness/stories.js';

const story = stories();

/** The time of day in a text that names its zone, as minutes. @param {string} text @param {RegExp} where */
function minutesIn(text, where) {
  const [, hour = '', minute = '', half = ''] = where.exec(text) ?? assert.fail(`no time in: ${text}`);
  return (Number(hour) % 12 + (half === 'PM' || (half === '' && Number(hour) >= 12) ? 12 : 0)) * 60 + Number(minute);
}

story('an admin far away reads the same end of a passcode as the employee in the mail', async (world) => {
  const company = await world.company();
  const ada = await company.enrol('ada');
  const { page } = await world.visitor('/', { timezoneId: 'Asia/Tokyo' });
  await signInAs(page, ada);
  const dialog = await edit(page, 'Mike Brandt');
  await dialog.getByRole('button', { name: 'Email TOTP' }).click();
  const said = await dialog.getByText('It works until').textContent();
  const { text } = await company.stack.mail(company.address('mike'));
  const told = minutesIn(said ?? '', /until (?:\w+ \d+, \d+, )?(\d+):(\d\d)\s(AM|PM) UTC\.$/);
  assert.equal(told, minutesIn(text, /(\d\d):(\d\d)()\sUTC/));
});

story('a company in Berlin has its own time and its own days, wherever the browser is', async (world) => {
  const company = await world.company();
  await world.stack.importEmployees({ company: { company_id: company.id, time_zone: 'Europe/Berlin' }, employees: [] });
  const ada = await company.enrol('ada');
  const { page } = await world.visitor('/', { timezoneId: 'Asia/Tokyo' });
  await signInAs(page, ada);
  const dialog = await edit(page, 'Mike Brandt');
  const [issued] = await Promise.all([
    page.waitForResponse(/\/passcode$/),
    dialog.getByRole('button', { name: 'Email TOTP' }).click(),
  ]);
  const { expires_at: end } = (await issued.json()).passcode;
  const told = new Intl.DateTimeFormat('en', { timeZone: 'Europe/Berlin', timeStyle: 'short' }).format(new Date(end));
  await dialog.getByText(new RegExp(`It works until .*${told} CES?T\\.$`)).waitFor();
  await page.keyboard.press('Escape');
  await goTo(page, '#/audit');
  const asked = page.waitForRequest(/audit-events\?.*from=/);
  await page.getByLabel('From day').fill('2026-07-01');
  assert.equal(new URL((await asked).url()).searchParams.get('from'), '2026-06-30T22:00:00.000Z');
  await page.getByText(/Events shown: \d+/).waitFor();
});

story('times in the audit are relative, and the exact one is their title', async (world) => {
  const company = await world.company();
  const ada = await company.enrol('ada');
  const { page } = await world.visitor('/#/audit');
  await signInAs(page, ada);
  const time = page.locator('.audit time').first();
  await time.getByText('now').waitFor();
  assert.match((await time.getAttribute('title')) ?? '', /^\w+ \d+, \d+, \d+:\d\d:\d\d\s(AM|PM) UTC$/);
  // Half an hour and a little: `Date` has whole seconds.
  await world.stack.advance(1_830);
  await page.reload();
  await page.locator('.audit time').first().getByText('30 minutes ago').waitFor();
});

for (const [what, hours] of /** @type {const} */ ([['ahead', 2], ['behind', -2]])) {
  story(`a device whose clock is two hours ${what} shows the time that is left`, async (world) => {
    const company = await world.company();
    const ada = await company.enrol('ada');
    const visitor = await world.visitor('about:blank');
    const { page } = visitor;
    await page.clock.install({ time: Date.now() + hours * 3_600_000 });
    await visitor.opens('/');
    await signInAs(page, ada);
    const dialog = await edit(page, 'Mike Brandt');
    await dialog.getByRole('button', { name: 'Email TOTP' }).click();
    await dialog.getByText(/^(59:|1:00:00)/).waitFor();
  });
}

story('when the clock of the local stack is moved, the time that is left moves too', async (world) => {
  const company = await world.company();
  const { page } = await world.visitor('/');
  await signInAs(page, await company.enrol('ada'));
  const dialog = await edit(page, 'Mike Brandt');
  await dialog.getByRole('button', { name: 'Email TOTP' }).click();
  await dialog.getByText(/^(59:|1:00:00)/).waitFor();
  await world.stack.advance(1_800);
  await page.keyboard.press('Escape');
  await edit(page, 'Mike Brandt');
  await dialog.getByText(/^(29:|30:00)/).waitFor();
});

test('a slow answer is not a wrong clock, and a wrong clock is seen in a slow answer', (t) => {
  t.mock.timers.enable({ apis: ['Date'], now: 1_700_000_008_000 });
  const answered = (/** @type {number} */ at) => learn(new Date(at).toUTCString(), 1_700_000_000_000);
  for (const at of [1_700_000_000_000, 1_700_000_004_000, 1_700_000_008_000]) {
    answered(at);
    assert.equal(now(), 1_700_000_008_000);
  }
  answered(1_699_996_400_000);
  assert.equal(now(), 1_699_996_408_000);
  answered(1_700_003_608_000);
  assert.equal(now(), 1_700_003_608_000);
});
