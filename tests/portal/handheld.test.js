/** A recovery on the phone that will be the new authenticator, and a message that is in sight. */

import assert from 'node:assert/strict';

import { Authenticator } from './harness/authenticator.js';
import { choosePassword, redeem } from './harness/journey.js';
import { PASSWORD } from './harness/person.js';
import { stories } from './harness/stories.js';

const story = stories();

/** @typedef {import('./harness/stories.js').World} World */
/** @typedef {import('playwright-core').Locator} Locator */

/** @param {World} world @param {import('./harness/visitor.js').Habits} habits */
async function atTheKey(world, habits) {
  const company = await world.company();
  const visitor = await world.visitor(`/#/redeem/${await company.mailCodeTo('mike')}`, habits);
  const { page } = visitor;
  await redeem(page, company.address('mike'));
  await choosePassword(page, PASSWORD);
  const qr = page.getByRole('img', { name: 'QR code' });
  await qr.waitFor();
  return { visitor, page, qr, link: page.getByRole('link', { name: 'Open in an authenticator' }) };
}

/** @param {Locator} locator */
const top = async (locator) => (await locator.boundingBox())?.y ?? assert.fail('not visible');

for (const [device, habits] of Object.entries({
  phone: { viewport: { width: 390, height: 844 } },
  'tablet with a touch screen': { viewport: { width: 1024, height: 768 }, hasTouch: true, isMobile: true },
})) {
  story(`on a ${device} the link to an authenticator on it comes before the QR code`, async (world) => {
    const { visitor, qr, link } = await atTheKey(world, habits);
    assert.ok((await top(link)) < (await top(qr)));
    await visitor.findsItAccessible();
    await visitor.findsItReflowed();
  });
}

story('on a desk the QR code comes first', async (world) => {
  const { qr, link } = await atTheKey(world, { viewport: { width: 1280, height: 720 } });
  assert.ok((await top(qr)) < (await top(link)));
});

for (const [device, viewport] of Object.entries({ desk: { width: 1280, height: 720 }, phone: { width: 390, height: 844 } })) {
  story(`on a ${device} the refusal to leave unsaved backup codes is in sight`, async (world) => {
    const { page, link } = await atTheKey(world, { viewport });
    const authenticator = new Authenticator(world.stack, (await link.getAttribute('href')) ?? '');
    await page.getByLabel('Six digits').fill(await authenticator.digits());
    await page.getByRole('button', { name: 'Finish' }).click();
    const button = page.getByRole('button', { name: 'Continue' });
    await button.waitFor();
    // The screen ends right below the button.
    const { y: start = 0, height: size = 0 } = (await button.boundingBox()) ?? {};
    const end = Math.ceil(start + size) + 4;
    await page.setViewportSize({ ...viewport, height: end });
    await button.click();
    const refusal = page.getByText('Save the codes, then tick the box.');
    const { y = 0, height = 0 } = (await refusal.boundingBox()) ?? {};
    assert.ok(y > 0 && y + height <= end, `from ${y} to ${y + height} of ${end}`);
  });
}

story('a backup code with a missing group is refused before it is sent', async (world) => {
  const { page } = await world.visitor('/');
  await page.getByLabel('Email address').fill('mike@northwind.example');
  await page.getByLabel('Password', { exact: true }).fill('some password');
  await page.getByRole('button', { name: 'Use a backup code instead' }).click();
  await page.getByLabel('Backup code', { exact: true }).fill('abcdef ghjkmn 123456');
  await page.getByRole('button', { name: 'Sign in' }).click();
  await page.getByText('A backup code has four groups of six letters and digits.').waitFor();
});
