/** The local stack, as `readmit-local` runs it. */

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { resolve } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

import { until, within } from './until.js';

/** No employees: each test imports its own company. */
const EMPLOYEES = fileURLToPath(new URL('nobody.json', import.meta.url));

/** For a debug build on a busy machine, in milliseconds; usually it takes half a second. */
const START_LIMIT = 60_000;
const END_LIMIT = 10_000;

/** How many of the log's last lines a failing test prints. */
const LOG_LINES = 400;

/**
 * @typedef {import('node:stream').Readable} Readable
 * @typedef {import('node:child_process').ChildProcessByStdio<null, Readable, Readable>} Program
 * @typedef {{ status: number, headers: Headers, text: string, body: any }} Reply `body` is the JSON, or null.
 * @typedef {{ message_id: string, to: string[], subject: string, text: string, html: string,
 *   tags: Record<string, string> }} Mail
 */

/** A running stack. */
export class Stack {
  /** The last lines of its log. @type {string[]} */
  log = [];

  /** Numbers the companies of its tests. */
  companies = 0;

  /** @param {Program} process */
  constructor(process) {
    this.process = process;
    /** What it said when it was ready. @type {{ api: string, mailbox: string, authenticator: string, admin: any }} */
    this.ready = { api: '', mailbox: '', authenticator: '', admin: null };
    /** The origin of portal and API, without a slash at the end. */
    this.origin = '';
  }

  /**
   * Starts the program that `READMIT_LOCAL` names, on a free port.
   *
   * @param {{ employees?: string | null, delivers?: boolean, dock?: boolean }} [options] A file of people: nobody if left out,
   *   the sample company for null. Whether each mail is reported as delivered after a second; otherwise only `deliveryReport`
   *   reports. Whether pages have the dock; without it the portal is as it is deployed.
   * @returns {Promise<Stack>}
   */
  static async start({ employees = EMPLOYEES, delivers = false, dock = false } = {}) {
    const program = process.env['READMIT_LOCAL'];
    if (!program) throw new Error('READMIT_LOCAL names no program: run `make portal`');
    // Variables of this shell must not change its behaviour.
    const environment = Object.entries(process.env).filter(([name]) => !name.startsWith('READMIT_'));
    const options = ['--port', '0', '--clock-control', '--log'];
    if (employees) options.push('--employees', employees);
    if (!delivers) options.push('--no-delivery');
    if (!dock) options.push('--no-dock');
    // The kernel ends it together with this process, also if this process is killed.
    const child = spawn(
      'setpriv',
      ['--pdeathsig', 'KILL', resolve(program), ...options],
      { env: Object.fromEntries(environment), stdio: ['ignore', 'pipe', 'pipe'] },
    );
    const stack = new Stack(child);
    try {
      await within(START_LIMIT, stack.#isReady());
    } catch (error) {
      child.kill('SIGKILL');
      throw new Error(`the stack does not start: ${stack.log.join('\n')}`, { cause: error });
    }
    return stack;
  }

  async #isReady() {
    const child = this.process;
    createInterface(child.stderr).on('line', (line) => {
      this.log.push(line);
      if (this.log.length > LOG_LINES) this.log.shift();
    });
    const lines = createInterface(child.stdout);
    const [said] = await Promise.race([
      once(lines, 'line'),
      once(child, 'close').then(([status]) => Promise.reject(new Error(`it has ended with ${status}`))),
    ]);
    this.ready = JSON.parse(said);
    this.origin = this.ready.api;
  }

  /** Ends it: first with SIGTERM, then with SIGKILL. */
  async end() {
    if (this.process.exitCode !== null || this.process.signalCode !== null) return;
    const ended = once(this.process, 'exit');
    this.process.kill('SIGTERM');
    const net = setTimeout(() => this.process.kill('SIGKILL'), END_LIMIT);
    await ended;
    clearTimeout(net);
  }

  /**
   * Sends a request, with a JSON body if one is given.
   *
   * @param {string} method
   * @param {string} path
   * @param {{ token?: string, body?: unknown }} [parts]
   * @returns {Promise<Reply>}
   */
  async call(method, path, { token, body } = {}) {
    /** @type {Record<string, string>} */
    const headers = {};
    if (token !== undefined) headers['authorization'] = `Bearer ${token}`;
    if (body !== undefined) headers['content-type'] = 'application/json';
    const sent = body === undefined ? null : JSON.stringify(body);
    const answer = await fetch(this.origin + path, { method, headers, body: sent });
    const text = await answer.text();
    const isJson = /\bjson\b/.test(answer.headers.get('content-type') ?? '');
    return { status: answer.status, headers: answer.headers, text, body: isJson ? JSON.parse(text) : null };
  }

  /**
   * Sends a request, checks the status of the answer, and returns its JSON.
   *
   * @param {number} status
   * @param {string} method
   * @param {string} path
   * @param {{ token?: string, body?: unknown }} [parts]
   * @returns {Promise<any>}
   */
  async must(status, method, path, parts) {
    const reply = await this.call(method, path, parts);
    if (reply.status !== status) throw new Error(`${method} ${path}: ${reply.status}, not ${status}: ${reply.text}`);
    return reply.body;
  }

  /**
   * Runs an import, as an operator does at Lambda's own address. No row may be refused.
   *
   * @param {unknown} event
   * @returns {Promise<{ company_id: string, results: { email: string, employee_id: string, outcome: string }[] }>}
   */
  async importEmployees(event) {
    const path = '/2015-03-31/functions/import-employees/invocations';
    const done = await this.must(200, 'POST', path, { body: event });
    const refused = done.results?.find((/** @type {any} */ row) => row.problem || row.outcome === 'refused');
    if (!done.results || refused) throw new Error(`not imported: ${JSON.stringify(refused ?? done)}`);
    return done;
  }

  /**
   * All mails to an address, or all there are, oldest first.
   *
   * @param {string} [to]
   * @returns {Promise<Mail[]>}
   */
  async mails(to) {
    const wanted = to === undefined ? '' : `?to=${encodeURIComponent(to)}`;
    return (await this.must(200, 'GET', `/_local/mail${wanted}`)).emails;
  }

  /**
   * Waits for a mail of a kind and returns the newest: notices are sent after the act.
   *
   * @param {string} to
   * @param {string} [kind] `passcode`, or a notice's.
   * @returns {Promise<Mail>}
   */
  mail(to, kind = 'passcode') {
    const ofKind = (/** @type {Mail} */ mail) => mail.tags['kind'] === kind;
    return until(`mail "${kind}" to ${to}`, async () => (await this.mails(to)).findLast(ofKind));
  }

  /**
   * Moves every function's clock forward.
   *
   * @param {number} seconds Whole.
   * @returns {Promise<Date>} What it shows now.
   */
  async advance(seconds) {
    return new Date((await this.must(200, 'POST', '/_local/clock', { body: { advance_seconds: seconds } })).now);
  }

  /** The time of every function's clock. */
  now() {
    return this.advance(0);
  }

  /**
   * Sends a report as SES would.
   *
   * @param {string} messageId
   * @param {'delivery' | 'bounce' | 'complaint' | 'delay'} event
   */
  async deliveryReport(messageId, event) {
    await this.must(200, 'POST', '/_local/delivery', { body: { message_id: messageId, event } });
  }

  /** Runs the cleanup, as the schedule does each minute. */
  async cleanUp() {
    await this.must(200, 'POST', '/_local/schedule/cleanup-passcodes');
  }
}
