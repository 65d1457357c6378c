/** Times: the portal and the mails tell them in the same time zone, whatever the browser's is. */

import assert from 'node:assert/strict';

import { edit, signInAs } from './harness/journey.js';
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
  assert.equal(told, minutesIn(text, /(\d\d):(\d\d)() UTC/));
});
