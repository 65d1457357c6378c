/** Every page, dialog and state of the portal, one after the other, for the tests that check all of them. */

import { aPerson, anApproval, theCompany } from './managing_views.js';
import { choosePassword, edit, find, goTo, redeem, signIn, signInAgainDialog, signInAs } from './journey.js';
import { PASSWORD } from './person.js';

/**
 * @typedef {import('./visitor.js').Visitor} Visitor
 * @typedef {import('playwright-core').Page} Page
 *
 * @typedef {object} Walk
 * @property {import('./company.js').Company} company  Of `PEOPLE`.
 * @property {(path: string) => Promise<Visitor>} visit
 * @property {(name: string, visitor: Visitor) => Promise<void>} look  Called in each view.
 */

/** @type {import('./company.js').Row[]} Who works there. Addresses get the company's domain. */
export const PEOPLE = [
  ['accounts', 'Accounts Payable', { account_type: 'client' }],
  ['ada', 'Ada Lindqvist', { role: 'security_admin' }],
  ['aili.balto', 'Aili Sárá Ánne Balto', {}],
  ['akos.szucs', 'Ákos Szűcs', {}],
  ['aminata.ndiaye', 'Aminata Diop N’Diaye', {}],
  ['bogdan', 'Bogdan Țepeș', { status: 'disabled' }],
  ['chen', '陳美玲', {}],
  ['grace', 'Grace Okafor', { role: 'security_admin' }],
  ['mike', 'Mike Brandt', {}],
  ['a.very.long.address.indeed', 'Maximiliane-Charlotte von Hohenstein-Wittgenstein', {}],
  ['nura', 'نورا الحسن', {}],
  ['sam', 'Sam Wójcik', {}],
].map(([email, name, rest]) => /** @type {any} */ ({ email, name, ...Object(rest) }));

/**
 * The views in parts. Each part is a separate walk in a separate company.
 *
 * @type {Record<string, (walk: Walk) => Promise<void>>}
 */
export const PARTS = {
  'before one is in': atTheDoor,
  'of one employee': async (walk) => asAdmin(walk, await walk.company.enrol('ada')),
  'of a new sign-in in place': async (walk) => signingInAgain(walk, await walk.company.enrol('ada')),
  'of a person': async (walk) => aPerson(walk, await walk.company.enrol('ada')),
  'of an approval': async (walk) => anApproval(walk, await walk.company.enrol('ada'), await walk.company.enrol('grace')),
  'of the company': async (walk) => theCompany(walk, await walk.company.enrol('ada')),
  'of many, their trail and the account': async (walk) => withMany(walk, await walk.company.enrol('ada')),
  'on the way back in': async (walk) => asEmployee(walk, await walk.company.enrol('ada')),
  'that a mail leads to': async (walk) => byMail(walk, await walk.company.enrol('ada')),
  'of a local stack alone': onTheLocalPages,
};

/** @param {Walk} walk */
async function atTheDoor({ visit, look, company }) {
  const visitor = await visit('/');
  const { page } = visitor;
  visitor.expects(401);
  await page.getByRole('heading', { name: 'Sign in' }).waitFor();
  await look('sign-in', visitor);
  await page.getByRole('button', { name: 'Sign in' }).click();
  await page.getByText('Please fill this in.').first().waitFor();
  await look('sign-in-empty', visitor);
  await signIn(page, { email: company.address('mike'), password: 'not the password', code: '123456' });
  await page.getByRole('alert').filter({ hasText: 'do not match' }).waitFor();
  await look('sign-in-refused', visitor);
  await page.getByRole('button', { name: 'Use a backup code instead' }).click();
  await look('sign-in-backup-code', visitor);
  await page.context().setOffline(true);
  await page.getByText('You are offline. What you typed stays here.').waitFor();
  await look('offline', visitor);
  await page.context().setOffline(false);
  await visitor.opens('/#/nowhere');
  await page.getByRole('heading', { name: 'Page not found' }).waitFor();
  await look('not-found', visitor);
}

/** @param {Walk} walk @param {import('./person.js').Person} ada */
async function asAdmin({ visit, look, company }, ada) {
  const visitor = await visit('/');
  const { page } = visitor;
  await signInAs(page, ada);
  await page.getByRole('rowheader', { name: 'Mike Brandt' }).waitFor();
  await look('employees', visitor);
  await find(page, 'mik', 'Mike Brandt');
  await page.getByText('1 employee', { exact: true }).waitFor();
  await look('employees-search', visitor);
  await page.getByRole('searchbox').fill('nobody at all');
  await page.getByText('No name or address begins with').waitFor();
  await look('employees-nobody', visitor);
  await page.getByRole('searchbox').fill('');
  await page.getByRole('rowheader', { name: 'Mike Brandt' }).waitFor();
  await badNetwork(visitor, look);

  const dialog = await edit(page, 'Mike Brandt');
  await look('edit', visitor);
  await dialog.getByLabel('The device was stolen').check();
  await look('edit-stolen', visitor);
  await dialog.getByLabel('The device was stolen').uncheck();
  await dialog.getByRole('button', { name: 'Email TOTP' }).click();
  await dialog.getByText('The passcode was sent to').waitFor();
  const { message_id: messageId } = await company.stack.mail(company.address('mike'));
  await company.stack.deliveryReport(messageId, 'delivery');
  await dialog.getByRole('status').getByText('has accepted the mail').waitFor();
  await look('edit-sent', visitor);
  await dialog.getByRole('button', { name: 'Send again' }).click();
  await look('edit-again', visitor);
  await page.keyboard.press('Escape');
  await (await edit(page, 'Accounts Payable')).getByText('Ask Technical Support').waitFor();
  await look('edit-refused', visitor);
  await page.keyboard.press('Escape');
}

/** The list while it is loaded, and when that fails. @param {Visitor} visitor @param {Walk['look']} look */
async function badNetwork(visitor, look) {
  const { page } = visitor;
  visitor.expects(404);
  /** @type {() => void} */
  let answer = () => {};
  await page.route(/\/v1\/employees\?/, async (route) => {
    await new Promise((resolve) => (answer = () => resolve(null)));
    await route.fulfill({ status: 404, json: { code: 'employee_not_found', detail: 'There is none.' } });
  }, { times: 1 });
  await page.reload();
  await page.locator('.skeleton').waitFor();
  await look('employees-loading', visitor);
  answer();
  await page.getByText('The list could not be loaded.').waitFor();
  await look('employees-failed', visitor);
  await page.getByRole('button', { name: 'Try again' }).click();
  await page.getByRole('rowheader', { name: 'Mike Brandt' }).waitFor();
}

/** @param {Walk} walk @param {import('./person.js').Person} ada */
async function signingInAgain({ visit, look, company }, ada) {
  const visitor = await visit('/');
  const { page } = visitor;
  visitor.expects(401);
  await signInAs(page, ada);
  const dialog = await edit(page, 'Mike Brandt');
  await company.stack.advance(660);
  await dialog.getByLabel('The device was stolen').check();
  await dialog.getByRole('button', { name: 'Email TOTP' }).click();
  const again = signInAgainDialog(page);
  await again.getByText('This needs a sign-in').waitFor();
  await look('sign-in-again', visitor);
  await again.getByLabel('Password', { exact: true }).fill('not the password');
  await again.getByRole('button', { name: 'Sign in' }).click();
  await again.getByText('Please fill this in.').waitFor();
  await again.getByLabel('Authenticator code').fill('000000');
  await again.getByRole('button', { name: 'Sign in' }).click();
  await again.getByRole('alert').filter({ hasText: 'do not match' }).waitFor();
  await look('sign-in-again-refused', visitor);
  await again.getByRole('button', { name: 'Use a backup code instead' }).click();
  await look('sign-in-again-backup-code', visitor);
}

/** @param {Walk} walk @param {import('./person.js').Person} ada */
async function withMany({ visit, look }, ada) {
  const visitor = await visit('/');
  await signInAs(visitor.page, ada);
  await visitor.page.getByRole('rowheader', { name: 'Mike Brandt' }).waitFor();
  await severalAtOnce(visitor, look);
  await theAudit(visitor, look);
  await theOverview(visitor, look);
  await theAccount(visitor, look, ada);
}

/** @param {Visitor} visitor @param {Walk['look']} look */
async function theOverview(visitor, look) {
  const { page } = visitor;
  await goTo(page, '#/home');
  await page.getByRole('img', { name: 'Completed recoveries by day' }).waitFor();
  await look('overview', visitor);
  await page.getByText('Show as table').first().click();
  await look('overview-table', visitor);
  const menu = page.locator('.head .menu');
  if (!(await menu.isVisible())) return;
  await menu.click();
  await look('menu', visitor);
}

/** @param {Visitor} visitor @param {Walk['look']} look */
async function severalAtOnce(visitor, look) {
  const { page } = visitor;
  await page.getByLabel('Select everybody on this page').check();
  await page.getByText(`Selected: ${PEOPLE.length}`).waitFor();
  await look('employees-selected', visitor);
  await page.getByRole('button', { name: `Email TOTP to ${PEOPLE.length}` }).click();
  const dialog = page.getByRole('dialog', { name: 'Email TOTP to several' });
  await look('several', visitor);
  await dialog.getByRole('button', { name: 'Send to 9' }).click();
  await dialog.getByText('Done: 9 sent, 0 not sent.').waitFor();
  await look('several-done', visitor);
  await dialog.getByRole('button', { name: 'Close' }).click();
}

/** @param {Visitor} visitor @param {Walk['look']} look */
async function theAudit(visitor, look) {
  const { page } = visitor;
  await goTo(page, '#/audit');
  await page.getByText('Details').nth(1).click();
  await page.getByText('…', { exact: true }).first().waitFor({ state: 'detached' });
  await look('audit', visitor);
  await page.getByLabel('Show', { exact: true }).selectOption('backup_codes.renewed');
  await page.getByText('There is no such event.').waitFor();
  await look('audit-nothing', visitor);
}

/** @param {Visitor} visitor @param {Walk['look']} look @param {import('./person.js').Person} ada */
async function theAccount(visitor, look, ada) {
  const { page } = visitor;
  await goTo(page, '#/account');
  await page.getByRole('heading', { name: 'New backup codes' }).waitFor();
  await look('account', visitor);
  await page.getByLabel('Password', { exact: true }).fill(ada.password);
  await page.getByLabel('Authenticator code').fill(await ada.authenticator.digits());
  await page.getByRole('button', { name: 'Make new backup codes' }).click();
  await page.getByRole('heading', { name: 'Keep your backup codes' }).waitFor();
  await look('account-new-codes', visitor);
}

/** @param {Walk} walk @param {import('./person.js').Person} ada */
async function asEmployee({ visit, look, company }, ada) {
  const { stack } = company;
  const code = await ada.issueCodeTo('chen');
  const visitor = await visit(`/#/redeem/${code}`);
  const { page } = visitor;
  visitor.expects(401, 422);
  await page.getByRole('heading', { name: 'Get back in' }).waitFor();
  await look('redeem', visitor);
  await redeem(page, 'chen', 'half of it');
  await page.getByText('A passcode has three groups').waitFor();
  await look('redeem-faults', visitor);
  await redeem(page, company.address('chen'), code);
  await page.getByLabel('New password').fill('chen');
  await look('password', visitor);
  await choosePassword(page, 'password1234');
  await page.getByText('This is common or easy to guess.').waitFor();
  await look('password-refused', visitor);
  await choosePassword(page, PASSWORD);
  await page.getByRole('img', { name: 'QR code' }).waitFor();
  await look('authenticator', visitor);
  await page.getByLabel('Six digits').fill('000000');
  await page.getByRole('button', { name: 'Finish' }).click();
  await page.getByText('These are not the digits').waitFor();
  await look('authenticator-wrong', visitor);
  const address = (await page.getByRole('link', { name: 'Open in an authenticator' }).getAttribute('href')) ?? '';
  const { Authenticator } = await import('./authenticator.js');
  await page.getByLabel('Six digits').fill(await new Authenticator(stack, address).digits());
  await page.getByRole('button', { name: 'Finish' }).click();
  await page.getByRole('heading', { name: 'Keep your backup codes' }).waitFor();
  await look('backup-codes', visitor);
  await page.getByRole('button', { name: 'Continue' }).click();
  await page.getByText('Tick the box').waitFor();
  await look('backup-codes-not-kept', visitor);
  await page.getByLabel('I have kept').check();
  await page.getByRole('button', { name: 'Continue' }).click();
  await page.getByRole('heading', { name: 'My account' }).waitFor();
  await visitor.opens('/#/employees');
  await page.getByText('Only a Security Admin').waitFor();
  await look('no-admin', visitor);
}

/** @param {Walk} walk @param {import('./person.js').Person} ada */
async function byMail({ visit, look, company }, ada) {
  const code = await ada.issueCodeTo('sam');
  const sam = await visit(`/#/redeem/${code}`);
  sam.expects(401);
  await redeem(sam.page, company.address('sam'));
  await sam.page.getByLabel('New password').waitFor();

  const visitor = await visit(`/#/disown/${await company.disownToken('sam')}`);
  const { page } = visitor;
  await page.getByRole('button', { name: 'This was not me' }).waitFor();
  await look('disown', visitor);
  await page.getByRole('button', { name: 'This was not me' }).click();
  await page.getByRole('heading', { name: 'The passcode no longer works' }).waitFor();
  await look('disown-done', visitor);
  await page.reload();
  await page.getByText('This page needs the link from the mail.').waitFor();
  await look('disown-without-a-link', visitor);

  await choosePassword(sam.page, PASSWORD);
  await sam.page.getByRole('heading', { name: 'This recovery has ended' }).waitFor();
  await look('recovery-over', sam);
}

/** @param {Walk} walk */
async function onTheLocalPages({ visit, look, company }) {
  await company.mailCodeTo('mike');
  const mailbox = await visit(`/_local/mailbox?to=${company.address('mike')}`);
  await mailbox.page.getByRole('heading', { name: 'Mailbox' }).waitFor();
  await look('local-mailbox', mailbox);
  const authenticator = await visit('/_local/authenticator');
  await authenticator.page.getByLabel('Address or secret').fill('JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP');
  await authenticator.page.getByRole('button', { name: 'Add', exact: true }).click();
  await authenticator.page.locator('.digits', { hasText: /\d{3} \d{3}/ }).first().waitFor();
  await look('local-authenticator', authenticator);
}
