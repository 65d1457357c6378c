/** Admin → Audit: filters, names, more events, and a file without formulas and misleading characters. */

import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';

import { edit, find, signInAs } from './harness/journey.js';
import { stories } from './harness/stories.js';

const story = stories();

/** @typedef {import('./harness/stories.js').World} World */

const HOSTILE = '=HYPERLINK("http://x.example","a"),\n\u{202e}<img src=x onerror=alert(1)>';

const HELP = 'help@northwind.example';

/** @param {World} world @param {import('./harness/company.js').Row[]} [people] */
async function adaAtTheAudit(world, people) {
  const company = await world.company(people);
  const ada = await company.enrol('ada');
  const body = { reason: HOSTILE };
  const path = `/v1/employees/${company.employeeId('mike')}/passcode`;
  await world.stack.must(201, 'POST', path, { token: ada.token, body });
  const visitor = await world.visitor('/#/audit');
  await signInAs(visitor.page, ada);
  await visitor.page.getByRole('rowheader').first().waitFor();
  return { company, ada, visitor, page: visitor.page };
}

/** The fields of a CSV text (RFC 4180). @param {string} text */
function rowsOf(text) {
  /** @type {string[][]} */
  const rows = [[]];
  for (const [, quoted, end] of text.matchAll(/"((?:[^"]|"")*)"(,|\r\n)/g)) {
    rows.at(-1)?.push((quoted ?? '').replaceAll('""', '"'));
    if (end === '\r\n') rows.push([]);
  }
  return rows.slice(0, -1);
}

story('names replace ids, and typed text stays text', async (world) => {
  const { page } = await adaAtTheAudit(world);
  const issued = page.getByRole('row').filter({ hasText: 'Passcode issued' }).first();
  await issued.getByText('Mike Brandt').waitFor();
  await issued.getByText('Ada Lindqvist').waitFor();
  await issued.locator('summary').click();
  await issued.getByText('<img src=x onerror=alert(1)>').first().waitFor();
  assert.equal(await page.locator('td img').count(), 0);
});

story('a changed company and a changed role are shown with old and new values', async (world) => {
  const { company, page } = await adaAtTheAudit(world);
  const look = { reason_in_mail: true, time_zone: 'Europe/Berlin', brand: { color: '#1d4ed8' } };
  const changed = { company_id: company.id, second_proof: 'everyone', support_email: HELP, ...look };
  await world.stack.importEmployees({ company: changed, employees: [] });
  await company.change([{ email: 'mike', role: 'security_admin' }]);
  await page.reload();
  const policy = page.getByRole('row').filter({ hasText: 'Company changed' });
  await policy.getByText('The company', { exact: true }).waitFor();
  await policy.getByText('The operator', { exact: true }).waitFor();
  await policy.locator('summary').click();
  await policy.getByText('Security Admins → everyone', { exact: true }).waitFor();
  await policy.getByText(`nothing → ${HELP}`, { exact: true }).waitFor();
  for (const text of ['Reason in the mail', 'no → yes', 'Time zone', 'UTC → Europe/Berlin', 'Colour', 'nothing → #1d4ed8']) {
    await policy.getByText(text, { exact: true }).waitFor();
  }
  const role = page.getByRole('row').filter({ hasText: 'Employee changed' }).first();
  await role.locator('summary').click();
  await role.getByText('Member → Security Admin', { exact: true }).waitFor();
  const start = page.getByRole('row').filter({ hasText: 'Signed in' }).first();
  await start.locator('summary').click();
  await start.getByText('Authenticator', { exact: true }).waitFor();
});

story('an address with a day that no calendar has shows the events of all days', async (world) => {
  const { visitor, page } = await adaAtTheAudit(world);
  await visitor.opens('/#/audit?from=2026-99-99');
  await page.reload();
  await page.getByRole('rowheader', { name: 'Passcode issued' }).first().waitFor();
  assert.equal(await page.getByLabel('From day').inputValue(), '');
});

story('filters by a type, by a person from the dialog, and by nothing again', async (world) => {
  const { page } = await adaAtTheAudit(world);
  await page.getByLabel('Show', { exact: true }).selectOption('employee.imported');
  await page.getByText('Events shown: 6').waitFor();
  await page.goBack();
  await page.getByRole('rowheader', { name: 'Passcode issued' }).first().waitFor();
  await page.getByRole('link', { name: 'Manage Employees' }).click();
  await find(page, 'mike', 'Mike Brandt');
  await (await edit(page, 'Mike Brandt')).getByRole('link', { name: 'Show in Audit' }).click();
  await page.getByText('Events shown: 2').waitFor();
  await page.getByRole('link', { name: 'About Mike Brandt. Show everybody' }).click();
  await page.getByRole('rowheader', { name: 'Signed in' }).first().waitFor();
});

story('a name is a link that shows the events about the person, from the table and back', async (world) => {
  const { page } = await adaAtTheAudit(world);
  const issued = page.getByRole('row').filter({ hasText: 'Passcode issued' }).filter({ hasText: 'Mike Brandt' });
  await issued.getByRole('link', { name: 'Mike Brandt' }).click();
  await page.getByText('Events shown: 2').waitFor();
  await page.getByRole('link', { name: 'About Mike Brandt. Show everybody' }).click();
  await issued.getByRole('link', { name: 'Ada Lindqvist' }).click();
  await page.getByRole('link', { name: 'About Ada Lindqvist. Show everybody' }).waitFor();
  await page.getByRole('rowheader', { name: 'Signed in' }).first().waitFor();
});

story('days are those of the company, and the page refuses the wrong order before it sends a request', async (world) => {
  const { page } = await adaAtTheAudit(world);
  const day = (/** @type {number} */ days) => new Date(Date.now() + days * 86_400_000).toISOString().slice(0, 10);
  await page.getByLabel('From day').fill(day(1));
  await page.getByText('There is no such event.').waitFor();
  await page.getByLabel('To day').fill(day(0));
  await page.getByText('The first day is after the last one.').waitFor();
  await page.getByLabel('From day').fill(day(-1));
  await page.getByRole('rowheader', { name: 'Signed in' }).first().waitFor();
  await page.getByLabel('Show', { exact: true }).selectOption('passcode.redeemed');
  await page.getByText('Events shown: 1').waitFor();
  const [asked] = await Promise.all([page.waitForRequest(/audit-events/), page.reload()]);
  const { searchParams: query } = new URL(asked.url());
  assert.deepEqual([query.get('from'), query.get('to')], [`${day(-1)}T00:00:00.000Z`, `${day(1)}T00:00:00.000Z`]);
  await page.getByText('Events shown: 1').waitFor();
});

story('an erased person has no name in the file, and the id on the page', async (world) => {
  const { company, visitor, page } = await adaAtTheAudit(world);
  visitor.expects(404);
  const id = company.employeeId('sam');
  await company.change([{ email: 'sam', erase: true }]);
  await page.reload();
  await page.getByRole('row').filter({ hasText: 'Employee erased' }).getByRole('link', { name: id }).waitFor();
  const [download] = await Promise.all([
    page.waitForEvent('download'),
    page.getByRole('button', { name: 'Export as CSV' }).click(),
  ]);
  const [head = [], ...rows] = rowsOf(await readFile(await download.path(), 'utf8'));
  const erased = rows.find((row) => row.includes('employee.erased')) ?? [];
  assert.equal(erased[head.indexOf('employee_id')], id);
  assert.equal(erased[head.indexOf('employee_name')], '');
});

story('a page without an event offers to look further back', async (world) => {
  const { page } = await adaAtTheAudit(world);
  // As if a thousand newer events had other types.
  await page.route(/\/v1\/audit-events\?type=recovery\.completed/, async (route) => {
    const url = new URL(route.request().url());
    if (!url.searchParams.has('cursor')) return route.fulfill({ json: { events: [], next_cursor: 'further' } });
    url.searchParams.delete('cursor');
    return route.continue({ url: url.href });
  });
  await page.getByLabel('Show', { exact: true }).selectOption('recovery.completed');
  await page.getByText('No such event among the newest ones.').waitFor();
  await page.getByRole('button', { name: 'Show more' }).click();
  await page.getByText('Events shown: 1').waitFor();
  await page.getByRole('button', { name: 'Show more' }).waitFor({ state: 'hidden' });
});

story('the file has every event once, over several pages, and no formula or control character', async (world) => {
  const people = [
    { email: 'ada', name: 'Ada Lindqvist', role: /** @type {const} */ ('security_admin') },
    ...Array.from({ length: 120 }, (_, index) => ({ email: index ? `m${index}` : 'mike', name: `Member ${index}` })),
  ];
  const { page } = await adaAtTheAudit(world, people);
  await page.getByText('Events shown: 50').waitFor();
  await page.getByRole('button', { name: 'Show more' }).click();
  await page.getByText('Events shown: 100').waitFor();
  const [download] = await Promise.all([
    page.waitForEvent('download'),
    page.getByRole('button', { name: 'Export as CSV' }).click(),
  ]);
  const text = await readFile(await download.path(), 'utf8');
  assert.ok(text.startsWith('\u{FEFF}"at","type"'));
  const [head, ...rows] = rowsOf(text);
  const column = (/** @type {string} */ name) => rows.map((row) => row[head?.indexOf(name) ?? -1] ?? '');
  assert.ok(rows.length >= 126 && rows.every((row) => row.length === head?.length));
  assert.equal(new Set(column('event_id')).size, rows.length);
  const about = column('employee_id').map((id, index) => [id, column('employee_name')[index]]);
  assert.ok(about.every(([, name]) => /^(Member \d+|Ada Lindqvist)$/.test(name ?? '')), String(about.find(([, name]) => !name)));
  assert.deepEqual([...new Set(column('actor_name'))].sort(), ['', 'Ada Lindqvist']);
  await page.getByText(`Events exported: ${rows.length}`).waitFor();
  const reasons = column('detail').filter((detail) => detail.includes('HYPERLINK'));
  assert.deepEqual(reasons.map((detail) => JSON.parse(detail).reason), [HOSTILE]);
  assert.ok(rows.flat().every((cell) => !/^[\s"]*[=+\-@＝＋－＠]/.test(cell) && !/[\p{Cc}\u{202e}]/u.test(cell)));
});

story('a device has a readable name, and its own text is in the details', async (world) => {
  const { company, ada, page } = await adaAtTheAudit(world);
  const agent = 'Mozilla/5.0 (iPhone; CPU iPhone OS 19_0 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/19.0 Mobile/15E148 Safari/604.1';
  const path = `${world.stack.origin}/v1/employees/${company.employeeId('sam')}/passcode`;
  const headers = { authorization: `Bearer ${ada.token}`, 'user-agent': agent };
  assert.equal((await fetch(path, { method: 'POST', headers })).status, 201);
  await page.reload();
  const issued = page.getByRole('row').filter({ hasText: 'Passcode issued' }).filter({ hasText: 'Sam Wójcik' });
  await issued.getByText('Safari on iPhone').waitFor();
  await issued.getByText(agent).waitFor({ state: 'hidden' });
  await issued.locator('summary').click();
  await issued.getByText(agent).waitFor();
});

story('a browser that calls itself an image stays a text', async (world) => {
  const { company, ada, page } = await adaAtTheAudit(world);
  const path = `${world.stack.origin}/v1/employees/${company.employeeId('sam')}/passcode`;
  const headers = { authorization: `Bearer ${ada.token}`, 'user-agent': '<img src=x onerror=alert(2)>' };
  assert.equal((await fetch(path, { method: 'POST', headers })).status, 201);
  await page.reload();
  const issued = page.getByRole('row').filter({ hasText: 'Passcode issued' }).filter({ hasText: 'Sam Wójcik' });
  await issued.locator('summary').click();
  await issued.getByText('<img src=x onerror=alert(2)>').waitFor();
  assert.equal(await page.locator('td img').count(), 0);
});

story('a browser that calls itself a formula stays a text', async (world) => {
  const { company, ada, page } = await adaAtTheAudit(world);
  const path = `${world.stack.origin}/v1/employees/${company.employeeId('sam')}/passcode`;
  const headers = { authorization: `Bearer ${ada.token}`, 'user-agent': '@SUM(1+1)*cmd|calc' };
  assert.equal((await fetch(path, { method: 'POST', headers })).status, 201);
  const [download] = await Promise.all([
    page.waitForEvent('download'),
    page.getByRole('button', { name: 'Export as CSV' }).click(),
  ]);
  const cells = rowsOf(await readFile(await download.path(), 'utf8')).flat();
  assert.deepEqual(cells.filter((cell) => cell.includes('cmd|calc')), ["'@SUM(1+1)*cmd|calc"]);
});
