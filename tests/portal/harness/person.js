/** People with a session. */

import { Authenticator } from './authenticator.js';

/** A password that is accepted. */
export const PASSWORD = 'plum harbour ladder quartz';

/** Somebody who is enrolled, and signed in at the API. */
export class Person {
  /**
   * @param {import('./company.js').Company} company
   * @param {string} email
   * @param {string} password
   * @param {Authenticator} authenticator
   * @param {string} token The access token of the latest session at the API; the browser's are its own.
   * @param {string[]} backupCodes
   */
  constructor(company, email, password, authenticator, token, backupCodes) {
    this.company = company;
    this.email = email;
    this.password = password;
    this.authenticator = authenticator;
    this.token = token;
    this.backupCodes = backupCodes;
  }

  /**
   * Completes a recovery of a person through the API.
   *
   * @param {import('./company.js').Company} company
   * @param {string} login
   * @param {string} [password]
   */
  static async enrol(company, login, password = PASSWORD) {
    const { stack } = company;
    const email = company.address(login);
    const code = await company.mailCodeTo(login);
    const { recovery_token: token } = await stack.must(200, 'POST', '/v1/passcodes/redeem', { body: { email, code } });
    await stack.must(204, 'PUT', '/v1/recovery/password', { token, body: { password } });
    const shown = await stack.must(200, 'POST', '/v1/recovery/totp', { token });
    const authenticator = new Authenticator(stack, shown.otpauth_uri);
    const body = { code: await authenticator.digits() };
    const done = await stack.must(200, 'POST', '/v1/recovery/complete', { token, body });
    return new Person(company, email, password, authenticator, done.access_token, done.backup_codes);
  }

  /**
   * Issues a passcode as a Security Admin.
   *
   * @param {string} login
   * @returns {Promise<string>} Its code.
   */
  async issueCodeTo(login) {
    const path = `/v1/employees/${this.company.employeeId(login)}/passcode`;
    await this.company.stack.must(201, 'POST', path, { token: this.token });
    return this.company.mailedCode(login);
  }
}
