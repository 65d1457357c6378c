/** Steps that many stories share: signing in, finding an employee, redeeming. */

/** @typedef {import('playwright-core').Page} Page */

/**
 * Fills in the sign-in page and sends it.
 *
 * @param {Page} page
 * @param {{ email: string, password: string, code: string }} typed
 */
export async function signIn(page, { email, password, code }) {
  await page.getByLabel('Email address').fill(email);
  await page.getByLabel('Password', { exact: true }).fill(password);
  await page.getByLabel('Authenticator code').fill(code);
  await page.getByRole('button', { name: 'Sign in', exact: true }).click();
}

/**
 * Signs in an enrolled person on the sign-in page.
 *
 * @param {Page} page
 * @param {import('./person.js').Person} person
 */
export async function signInAs(page, person) {
  const { email, password, authenticator } = person;
  await signIn(page, { email, password, code: await authenticator.digits() });
  // On a narrow screen it is in a menu.
  await page.locator('.head .who').waitFor({ state: 'attached' });
}

/**
 * Signs in a Security Admin, and waits for the list of employees. A page that is left earlier aborts the list's request, and the
 * watch reports that.
 *
 * @param {Page} page
 * @param {import('./person.js').Person} admin
 */
export async function signInToTheList(page, admin) {
  await signInAs(page, admin);
  await page.getByRole('rowheader').first().waitFor();
}

/**
 * Follows a link of the header, on a narrow screen through its menu.
 *
 * @param {Page} page
 * @param {string} hash
 */
export async function goTo(page, hash) {
  const link = page.locator(`.head a[href="${hash}"]`);
  if (!(await link.isVisible())) await page.locator('.head .menu').click();
  await link.click();
}

/** The dialog that asks for a new sign-in. @param {Page} page */
export const signInAgainDialog = (page) => page.getByRole('dialog', { name: 'Please sign in again' });

/**
 * Waits for the dialog that asks for a new sign-in, and fills it in.
 *
 * @param {Page} page
 * @param {import('./person.js').Person} person
 */
export async function signInAgainAs(page, { password, authenticator }) {
  const dialog = signInAgainDialog(page);
  await dialog.getByLabel('Password', { exact: true }).fill(password);
  await dialog.getByLabel('Authenticator code').fill(await authenticator.digits());
  await dialog.getByRole('button', { name: 'Sign in', exact: true }).click();
  await dialog.waitFor({ state: 'detached' });
}

/**
 * The row of a person in Manage Employees, found by typing.
 *
 * @param {Page} page
 * @param {string} typed
 * @param {string} name
 */
export async function find(page, typed, name) {
  await page.getByRole('searchbox').fill(typed);
  // The row may be there before the search result, and would move when the result comes.
  await page.waitForURL(({ hash }) => new URLSearchParams(hash.split('?')[1]).get('query') === typed);
  await page.locator('[aria-busy=true]').waitFor({ state: 'detached' });
  const row = page.getByRole('row').filter({ has: page.getByRole('rowheader', { name, exact: true }) });
  await row.waitFor();
  return row;
}

/**
 * Opens Edit Employee with the pencil.
 *
 * @param {Page} page
 * @param {string} name
 */
export async function edit(page, name) {
  await page.getByRole('button', { name: `Edit ${name}` }).click();
  const dialog = page.getByRole('dialog', { name: 'Edit Employee' });
  await dialog.getByText(name).first().waitFor();
  return dialog;
}

/**
 * Sends the first step of a recovery.
 *
 * @param {Page} page
 * @param {string} email
 * @param {string} [code] What the link has brought, if left out.
 */
export async function redeem(page, email, code) {
  await page.getByLabel('Your email address').fill(email);
  if (code !== undefined) await page.getByLabel('One-time passcode').fill(code);
  await page.getByRole('button', { name: 'Continue' }).click();
}

/**
 * Sends a new password.
 *
 * @param {Page} page
 * @param {string} password
 */
export async function choosePassword(page, password) {
  await page.getByLabel('New password').fill(password);
  await page.getByRole('button', { name: 'Continue' }).click();
}
