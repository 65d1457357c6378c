/** The pages in German or Japanese: the same views as in `views.js`, without English texts. */

import { goTo } from './journey.js';
import { PASSWORD } from './person.js';

/** @typedef {import('playwright-core').Page} Page */

/** The main button of what is open. @param {Page} page */
const send = (page) => page.locator('dialog[open] .primary:visible, main form .primary').last().click();

/** @param {import('./views.js').Walk} walk */
export async function walkThroughTranslated(walk) {
  const { visit, look, company } = walk;
  const ada = await company.enrol('ada');
  const visitor = await visit('/');
  const { page } = visitor;
  await page.locator('[name=email]').waitFor();
  await look('sign-in', visitor);
  await send(page);
  await page.locator('[aria-invalid=true]').first().waitFor();
  await look('sign-in-empty', visitor);
  await page.locator('[name=email]').fill(ada.email);
  await page.locator('[name=password]').fill(ada.password);
  await page.locator('[name=code]').fill(await ada.authenticator.digits());
  await send(page);
  const row = page.locator('tbody tr').filter({ hasText: company.address('mike') });
  await row.waitFor();
  await look('employees', visitor);
  await page.locator('.heading-row button').click();
  await send(page);
  await look('add', visitor);
  await page.keyboard.press('Escape');
  await row.locator('.edit button').click();
  await page.locator('dialog[open] .person .facts').waitFor();
  await look('edit', visitor);
  await asksToSignInAgain(walk, visitor);
  await page.locator('dialog[open] .check input').uncheck();
  await send(page);
  await page.locator('dialog[open] .message.good').waitFor();
  await look('edit-sent', visitor);
  await page.locator('dialog[open] .actions button:visible').first().click();
  await look('edit-again', visitor);
  await page.keyboard.press('Escape');
  await page.locator('thead input').check();
  await page.locator('.selection .primary').click();
  await page.locator('dialog[open] .results').waitFor();
  await look('several', visitor);
  await page.keyboard.press('Escape');
  await goTo(page, '#/audit');
  await page.locator('.audit tbody tr').first().waitFor();
  await page.getByText('…', { exact: true }).first().waitFor({ state: 'detached' });
  await look('audit', visitor);
  await goTo(page, '#/home');
  await page.locator('figure').first().waitFor();
  await page.locator('figure summary').first().click();
  await look('overview', visitor);
  await goTo(page, '#/account');
  await page.locator('[name=password]').waitFor();
  await look('account', visitor);

  await managesAPerson(walk, visitor);
  await company.stack.must(200, 'PATCH', '/v1/company', { token: ada.token, body: { approvals: 'sensitive' } });
  const mike = `/v1/employees/${company.employeeId('mike')}`;
  await company.stack.must(202, 'PATCH', mike, { token: ada.token, body: { role: 'security_admin' } });
  await visitor.opens('/#/approvals');
  await page.locator('.approvals .card').waitFor();
  await look('approvals', visitor);
  const code = await ada.issueCodeTo('mike');
  await recovers(await visit(`/#/redeem/${code}`), look, company.address('mike'));
}

/** @param {import('./views.js').Walk} walk @param {import('./visitor.js').Visitor} visitor */
async function managesAPerson({ look, company }, visitor) {
  const { page } = visitor;
  await visitor.opens(`/#/employees/${company.employeeId('bogdan')}`);
  await page.locator('.timeline li').first().waitFor();
  await page.locator('.timeline summary').first().click();
  await look('person', visitor);
  await page.locator('.erase .danger').click();
  await page.locator('[name=erased-name]').fill('?');
  await send(page);
  await look('person-erase', visitor);
  await page.keyboard.press('Escape');
  await visitor.opens(`/#/employees/${company.employeeId('ada')}`);
  await page.locator('.facts-form .hint:visible').waitFor();
  await look('person-own', visitor);
  await visitor.opens('/#/company');
  await page.locator('.previews').waitFor();
  await look('company', visitor);
}

/** A suspension, eleven minutes after the sign-in. @param {import('./views.js').Walk} walk @param {import('./visitor.js').Visitor} visitor */
async function asksToSignInAgain({ look, company }, visitor) {
  const { page } = visitor;
  visitor.expects(401);
  await company.stack.advance(660);
  await page.locator('dialog[open] .check input').check();
  await send(page);
  await page.locator('dialog[open] [name=password]').waitFor();
  await look('sign-in-again', visitor);
  await page.locator('dialog[open] [name=password]').fill('not the password');
  await page.locator('dialog[open] [name=code]').fill('000000');
  await send(page);
  await page.locator('dialog[open] form .message.bad').filter({ hasText: /./ }).waitFor();
  await look('sign-in-again-refused', visitor);
  await page.keyboard.press('Escape');
  await page.locator('dialog[open] [name=password]').waitFor({ state: 'detached' });
}

/** @param {import('./visitor.js').Visitor} visitor @param {import('./views.js').Walk['look']} look @param {string} email */
async function recovers(visitor, look, email) {
  const { page } = visitor;
  await page.locator('[name=email]').fill(email);
  await look('redeem', visitor);
  await send(page);
  await page.locator('[name=new-password]').fill('short');
  await look('password', visitor);
  await page.locator('[name=new-password]').fill(PASSWORD);
  await send(page);
  await page.locator('img.qr').waitFor();
  await look('authenticator', visitor);
}
