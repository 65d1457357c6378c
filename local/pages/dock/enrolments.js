/** The portal's link to an authenticator on this device leads to the local stack's authenticator. */

import { keep, kept } from '../accounts.js';

/** A link `otpauth://…` adds the account, as an app on a phone would do. */
export function catchEnrolments() {
  document.addEventListener('click', (event) => {
    const link = event.target instanceof Element ? event.target.closest('a') : null;
    const address = link?.getAttribute('href') ?? '';
    if (!address.startsWith('otpauth://')) return;
    event.preventDefault();
    const others = kept().filter((one) => one.address !== address);
    keep([{ address, added: Date.now() }, ...others]);
  });
}
