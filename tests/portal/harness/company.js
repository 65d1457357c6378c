/** A separate company for a test. */

import { Person } from './person.js';

/**
 * @typedef {{ email: string, name: string, role?: 'security_admin' | 'member', account_type?: 'employee' | 'client',
 *   status?: 'active' | 'disabled', external_id?: string, locale?: string }} Row
 */

/** @type {Row[]} Who works there, if a test does not say otherwise. Addresses get the company's domain. */
const PEOPLE = [
  { email: 'ada', name: 'Ada Lindqvist', role: 'security_admin', external_id: 'NW-1' },
  { email: 'grace', name: 'Grace Okafor', role: 'security_admin', external_id: 'NW-2' },
  { email: 'mike', name: 'Mike Brandt', external_id: 'NW-3' },
  { email: 'sam', name: 'Sam Wójcik', external_id: 'NW-4' },
  { email: 'cleo', name: 'Cleo Client', account_type: 'client' },
  { email: 'dora', name: 'Dora Disabled', status: 'disabled' },
];

/** A separate company in a shared stack. Nobody is enrolled until a test needs it. */
export class Company {
  /**
   * @param {import('./stack.js').Stack} stack
   * @param {string} domain
   */
  constructor(stack, domain) {
    this.stack = stack;
    this.domain = domain;
    this.name = 'Northwind Partners';
    this.id = '';
    /** Ids of employees by address. @type {Map<string, string>} */
    this.ids = new Map();
  }

  /**
   * Imports a company.
   *
   * @param {import('./stack.js').Stack} stack
   * @param {Row[]} [people] An address without `@` gets the company's domain.
   */
  static async bring(stack, people = PEOPLE) {
    const company = new Company(stack, `northwind-${++stack.companies}.example`);
    const employees = people.map((row) => ({ ...row, email: company.address(row.email) }));
    const done = await stack.importEmployees({ company: { name: company.name }, employees });
    company.id = done.company_id;
    for (const row of done.results) company.ids.set(row.email, row.employee_id);
    return company;
  }

  /**
   * The whole address of `ada`.
   *
   * @param {string} login
   */
  address(login) {
    return login.includes('@') ? login : `${login}@${this.domain}`;
  }

  /**
   * The employee's id.
   *
   * @param {string} login
   */
  employeeId(login) {
    const id = this.ids.get(this.address(login));
    if (id === undefined) throw new Error(`nobody is ${login}`);
    return id;
  }

  /**
   * Changes people by an import: the address and the changed fields of each row.
   *
   * @param {(Partial<Row> & { email: string, erase?: boolean })[]} rows
   */
  async change(rows) {
    const employees = rows.map((row) => ({ ...row, email: this.address(row.email) }));
    await this.stack.importEmployees({ company: { company_id: this.id, name: this.name }, employees });
  }

  /**
   * The operator mails a passcode.
   *
   * @param {string} login
   * @returns {Promise<string>} Its code.
   */
  async mailCodeTo(login) {
    const company = { company_id: this.id, name: this.name };
    await this.stack.importEmployees({ company, employees: [], issue_passcodes: [this.address(login)] });
    return this.mailedCode(login);
  }

  /**
   * The code in the newest mail with a code.
   *
   * @param {string} login
   */
  async mailedCode(login) {
    const { text } = await this.stack.mail(this.address(login));
    const code = text.match(/^\s*(\w{4}-\w{4}-\w{4})\s*$/m)?.[1];
    if (code === undefined) throw new Error(`the mail has no code: ${text}`);
    return code;
  }

  /**
   * How many passcodes were mailed.
   *
   * @param {string} login
   */
  async passcodesMailed(login) {
    return (await this.stack.mails(this.address(login))).filter(({ tags }) => tags['kind'] === 'passcode').length;
  }

  /**
   * The token behind the link "this was not me" in the newest mail with a code.
   *
   * @param {string} login
   */
  async disownToken(login) {
    const { text } = await this.stack.mail(this.address(login));
    const token = text.match(/\/#\/disown\/(\S+)/)?.[1];
    if (token === undefined) throw new Error(`the mail has no link: ${text}`);
    return token;
  }

  /**
   * Completes a recovery of a person through the API, so that they can sign in.
   *
   * @param {string} login
   * @param {string} [password]
   */
  enrol(login, password) {
    return Person.enrol(this, login, password);
  }
}
