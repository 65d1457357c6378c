/** The views in which a Security Admin manages people and the company. */

import { save, section } from './managing.js';
import { signInToTheList } from './journey.js';

/** @typedef {import('./views.js').Walk} Walk */

/** @param {import('./visitor.js').Visitor} visitor @param {Walk['look']} look @param {import('./company.js').Company} company */
async function addsSomebody(visitor, look, company) {
  const { page } = visitor;
  visitor.expects(409);
  await page.getByRole('button', { name: 'Add employee' }).click();
  const dialog = page.getByRole('dialog', { name: 'Add employee' });
  await look('add', visitor);
  const add = dialog.getByRole('button', { name: 'Add', exact: true });
  await dialog.getByLabel('Name', { exact: true }).fill('Nora Berg');
  await dialog.getByLabel('Email address').fill(company.address('mike'));
  await add.click();
  await dialog.getByText('This address cannot be used.').waitFor();
  await look('add-refused', visitor);
  await dialog.getByLabel('Email address').fill(company.address('nora'));
  await dialog.getByLabel('Account type').selectOption('client');
  await add.click();
  await dialog.getByText('Nora Berg is added.').waitFor();
  await look('add-done', visitor);
  await page.keyboard.press('Escape');
  // The list is loaded again.
  await page.getByRole('rowheader', { name: 'Nora Berg' }).waitFor();
}

/** @param {Walk} walk @param {import('./person.js').Person} ada */
export async function aPerson({ visit, look, company }, ada) {
  const visitor = await visit('/');
  const { page } = visitor;
  await signInToTheList(page, ada);
  await addsSomebody(visitor, look, company);
  const id = company.employeeId('sam');
  await visitor.opens(`/#/employees/${id}`);
  await section(page, 'Audit').getByText('Employee imported').waitFor();
  await section(page, 'Audit').getByText('Details').first().click();
  await look('person', visitor);
  visitor.expects(412, 409);
  await company.stack.must(200, 'PATCH', `/v1/employees/${id}`, { token: ada.token, body: { role: 'security_admin', status: 'disabled' } });
  await page.getByLabel('Name', { exact: true }).fill('Sam Wójcik-Berg');
  await save(page);
  await page.getByText('Role: Member → Security Admin').waitFor();
  await look('person-changed-meanwhile', visitor);
  await page.getByLabel('Email address').fill(company.address('mike'));
  await save(page);
  await page.getByText('This address cannot be used.').waitFor();
  await look('person-refused', visitor);
  await page.getByRole('button', { name: 'Erase', exact: true }).click();
  await page.getByRole('button', { name: 'Erase for good' }).click();
  await page.getByText('Please fill this in.').waitFor();
  await look('person-erase', visitor);
  await page.keyboard.press('Escape');
  await visitor.opens(`/#/employees/${company.employeeId('ada')}`);
  await page.getByText('This is your own account.').waitFor();
  await look('person-own', visitor);
}

/** @param {Walk} walk @param {import('./person.js').Person} ada */
export async function theCompany({ visit, look, company }, ada) {
  const visitor = await visit('/');
  const { page } = visitor;
  await signInToTheList(page, ada);
  await visitor.opens('/#/company');
  await page.getByRole('heading', { name: 'Logo and colour' }).waitFor();
  await look('company', visitor);
  visitor.expects(412);
  await company.stack.must(200, 'PATCH', '/v1/company', { token: ada.token, body: { second_proof: 'everyone', name: 'Northwind Partners and Friends' } });
  await page.getByLabel('Use a colour of the company').check();
  await page.getByLabel('Colour', { exact: true }).fill('#f2c26b');
  await page.getByLabel('Logo', { exact: true }).setInputFiles({ name: 'notes.txt', mimeType: 'text/plain', buffer: Buffer.from('no') });
  await page.getByText('This is not a PNG').waitFor();
  await save(page);
  await page.getByText('Security Admins → Everybody').waitFor();
  await look('company-changed-meanwhile', visitor);
}

/** @param {Walk} walk @param {import('./person.js').Person} ada @param {import('./person.js').Person} grace */
export async function anApproval({ visit, look, company }, ada, grace) {
  const { stack } = company;
  await stack.must(200, 'PATCH', '/v1/company', { token: ada.token, body: { approvals: 'sensitive' } });
  const visitor = await visit('/');
  const { page } = visitor;
  await signInToTheList(page, ada);
  await visitor.opens(`/#/employees/${company.employeeId('mike')}`);
  await page.getByLabel('Role').selectOption('security_admin');
  await save(page);
  await page.getByText('Nothing has changed yet').waitFor();
  await look('person-waits', visitor);
  await visitor.opens('/#/approvals');
  await page.getByText('You asked for this').waitFor();
  await look('approvals-own', visitor);

  await stack.must(202, 'PATCH', '/v1/company', { token: ada.token, body: { approvals: 'none', second_proof: 'none' } });
  const second = await visit('/');
  await signInToTheList(second.page, grace);
  await second.opens('/#/approvals');
  const [role, policy] = ['A new Security Admin', 'A weaker policy'].map((name) => second.page.getByRole('region', { name }));
  await policy.getByText('never', { exact: true }).waitFor();
  await look('approvals', second);
  await role.getByRole('button', { name: 'Cancel the request' }).click();
  await role.waitFor({ state: 'detached' });
  await policy.getByRole('button', { name: 'Approve' }).click();
  await second.page.getByText('Nothing waits.').waitFor();
  await look('approvals-none', second);
}
