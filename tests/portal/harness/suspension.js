/** A stolen device: Edit Employee filled in, and the dialog that asks for a new sign-in before it is sent. */

import { edit, signInAgainDialog, signInAs } from './journey.js';

/** @typedef {import('playwright-core').Page} Page */
/** @typedef {import('playwright-core').Locator} Locator */

export const REASON = 'Phone and laptop stolen on a train';

/** Ada at Mike's stolen device, eleven minutes after her sign-in. @param {import('./stories.js').World} world */
export async function adaIsToSuspendMike(world) {
  const company = await world.company();
  const ada = await company.enrol('ada');
  const visitor = await world.visitor('/');
  visitor.expects(401);
  await signInAs(visitor.page, ada);
  const form = await fillIn(visitor.page, await edit(visitor.page, 'Mike Brandt'));
  await world.stack.advance(660);
  return { company, ada, visitor, page: visitor.page, ...form };
}

/** Fills in Edit Employee. @param {Page} page @param {Locator} dialog */
export async function fillIn(page, dialog) {
  await dialog.getByLabel('Reason').fill(REASON);
  await dialog.getByLabel('Valid for').selectOption('30');
  await dialog.getByLabel('The device was stolen').check();
  const again = signInAgainDialog(page);
  return {
    dialog,
    send: dialog.getByRole('button', { name: 'Email TOTP' }),
    sent: dialog.getByText('The passcode was sent to'),
    again,
    password: again.getByLabel('Password', { exact: true }),
    code: again.getByLabel('Authenticator code'),
    signIn: again.getByRole('button', { name: 'Sign in' }),
    refusal: again.getByRole('alert'),
  };
}
