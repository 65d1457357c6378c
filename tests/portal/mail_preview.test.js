/** The preview of every mail, a page of the local stack. */

import assert from 'node:assert/strict';

import { stories } from './harness/stories.js';

const story = stories();

story('every mail can be looked at in every language, as HTML and as text', async (world) => {
  const visitor = await world.visitor('/_local/mails');
  const { page } = visitor;
  await visitor.findsItAccessible();
  await visitor.findsItReflowed();
  const links = await page.getByRole('definition').getByRole('link').evaluateAll((all) => all.map((link) => link.getAttribute('href') ?? ''));
  assert.ok(links.length >= 60 && links.length % 3 === 0, `${links.length} links`);
  for (const link of links) {
    const mail = await fetch(new URL(`${link}/html`, page.url()));
    assert.equal(mail.status, 200, link);
    assert.match(mail.headers.get('content-security-policy') ?? '', /^default-src 'none'; style-src 'unsafe-inline'; .*sandbox/, link);
  }

  await page.getByRole('link', { name: 'passcode_from_admin in de' }).click();
  const phone = page.frameLocator('iframe').first();
  await phone.getByText('Guten Tag Mike Brandt').waitFor();
  await page.getByRole('heading', { name: 'passcode_from_admin' }).waitFor();
  assert.match((await page.locator('pre').textContent()) ?? '', /Guten Tag Mike Brandt,/);
  const button = phone.getByRole('link', { name: 'Zurück ins Konto bei Partner Portal' });
  assert.equal(await button.getAttribute('href'), new URL('/#/redeem/7K3M-9QXT-2BHW', page.url()).href);
  await visitor.findsItAccessible();
  await visitor.findsItReflowed();
});

story('a mail is shown in the scheme of the browser', async (world) => {
  for (const colorScheme of /** @type {const} */ (['light', 'dark'])) {
    const { page } = await world.visitor('/_local/mails/en/recovery_completed', { colorScheme });
    const card = page.frameLocator('iframe').first().locator('.card');
    const background = await card.evaluate((element) => getComputedStyle(element).backgroundColor);
    assert.equal(background, colorScheme === 'dark' ? 'rgb(31, 41, 55)' : 'rgb(255, 255, 255)');
  }
});

story('what is no mail is not found', async (world) => {
  for (const path of ['/_local/mails/en/nothing', '/_local/mails/xx/recovery_completed', '/_local/mails/en/nothing/html']) {
    assert.equal((await fetch(new URL(path, world.stack.origin))).status, 404, path);
  }
});
