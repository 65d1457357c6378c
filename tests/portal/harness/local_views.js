/** The pages of a local stack with the sample company, with the dock closed and open. */

/**
 * @param {import('./visitor.js').Visitor} visitor
 * @param {(name: string, visitor: import('./visitor.js').Visitor) => Promise<void>} look  Called in each view.
 */
export async function walkThroughLocalPages(visitor, look) {
  const { page } = visitor;
  const dock = page.getByRole('complementary', { name: 'Local stack' });
  await visitor.opens('/');
  await page.getByRole('button', { name: 'Sign in as Ada' }).waitFor();
  await dock.locator('.dock-digits').waitFor();
  await look('dock-sign-in', visitor);
  await dock.getByRole('button', { name: 'Local stack' }).click();
  await dock.getByText(/^\d\d? \w{3} \d{4}, /).waitFor();
  await look('dock-open', visitor);
  await dock.getByRole('button', { name: 'Local stack' }).click();
  for (const name of ['mailbox', 'authenticator', 'mails', 'api']) {
    await visitor.opens(`/_local/${name}`);
    await dock.locator('.dock-digits').waitFor();
    await look(`dock-${name}`, visitor);
  }
}
