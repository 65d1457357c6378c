/** Finds errors in a browser context that the test itself does not check. */

import { reportViolations } from './in_page.js';
import { secretOf, secretsIn } from './secrets.js';

/** Chromium's message for a refusal; the answers themselves are counted instead. */
const REFUSED = /^Failed to load resource: the server responded with a status of (\d+)/;
const NOT_LOADED = /^Failed to load resource: net::/;

/** The frame that asks; none if the request came before its frame. @param {import('playwright-core').Request} request */
function frameOf(request) {
  try {
    return request.frame();
  } catch {
    return undefined;
  }
}

/** What is asked, whatever the query. @param {import('playwright-core').Request} request */
const subjectOf = (request) => `${request.method()} ${new URL(request.url()).pathname}`;

/** When it changes the view, the page aborts open requests. Both events come within this time, in milliseconds. */
const MOVING = 1_000;

/** The binding through which pages report violations of their policy. */
const BINDING = 'reportViolationToTest';

/** Watches a context. A test ends by asking for its `findings`, which must be none. */
export class Watch {
  /** What was seen and is wrong in any case. @type {string[]} */
  #wrong = [];
  /** Answers of 400 and more. @type {{ method: string, url: string, status: number }[]} */
  #refusals = [];
  /** Requests without an answer. @type {{ method: string, url: string, reason: string, isLeft: boolean, at: number, request: import('playwright-core').Request }[]} */
  #failures = [];
  /** When a frame came to another address, the same document's too, and after how many requests. @type {{ frame: import('playwright-core').Frame, at: number, after: number }[]} */
  #moves = [];
  /** Every request, in their order. @type {import('playwright-core').Request[]} */
  #requests = [];
  /** Requests that have no answer yet. @type {Set<import('playwright-core').Request>} */
  #open = new Set();
  /** Requests that had none when their page was left. @type {WeakSet<import('playwright-core').Request>} */
  #leftBehind = new WeakSet();
  /** What Chromium wrote of either. @type {{ url: string, text: string }[]} */
  #complaints = [];
  /** @type {Set<string>} */
  #urls = new Set();
  /** @type {Set<string>} */
  #secrets = new Set();
  /** Bodies that are still being read. @type {Promise<void>[]} */
  #reading = [];
  /** @type {Set<number>} */
  #expectedStatuses = new Set();
  /** @type {RegExp[]} */
  #expectedFailures = [];

  /**
   * @param {string} origin The only one that a page may talk to.
   */
  constructor(origin) {
    this.origin = origin;
  }

  /**
   * @param {import('playwright-core').BrowserContext} context Without pages yet.
   */
  async over(context) {
    context.on('console', (message) => this.#hear(message));
    context.on('weberror', (error) => this.#wrong.push(`the page throws: ${error.error().stack ?? error.error()}`));
    context.on('page', (page) => page.on('framenavigated', (frame) => this.#seeMove(frame)));
    context.on('request', (request) => this.#see(request));
    context.on('response', (response) => this.#seeAnswer(response));
    context.on('requestfinished', (request) => this.#open.delete(request));
    context.on('requestfailed', (request) => this.#seeFailure(request));
    await context.exposeBinding(BINDING, (_, violation) => {
      this.#wrong.push(`the policy is violated: ${violation}`);
    });
    await context.addInitScript(reportViolations, BINDING);
  }

  /**
   * The test makes the API refuse with these statuses, each once at least.
   *
   * @param {...number} statuses
   */
  expects(...statuses) {
    for (const status of statuses) this.#expectedStatuses.add(status);
  }

  /**
   * The test makes requests of such URLs fail, one at least.
   *
   * @param {RegExp} urls
   */
  expectsFailure(urls) {
    this.#expectedFailures.push(urls);
  }

  /**
   * The findings, one line each.
   *
   * @param {Iterable<string>} [secrets] Further ones that no URL may bear.
   * @returns {Promise<string[]>}
   */
  async findings(secrets = []) {
    await Promise.all(this.#reading);
    const all = [...this.#secrets, ...secrets];
    const expected = this.#refusals.filter((refusal) => this.#isExpected(refusal.status, refusal.url));
    const refused = this.#refusals.filter((refusal) => !expected.includes(refusal));
    const unexplained = this.#failures.filter(({ isLeft, reason, request, at }) => {
      const isAborted = reason === 'net::ERR_ABORTED';
      return !isLeft && !(isAborted && (isPoll(request) || this.#isAskedAnew(request) || this.#movedOn(request, at)));
    });
    const failed = unexplained.filter(({ url }) => !this.#expectedFailures.some((urls) => urls.test(url)));
    const complaints = this.#complaints.filter((complaint) => !this.#isExplained(complaint));
    return [
      ...this.#wrong,
      ...refused.map(({ method, url, status }) => `unexpected: ${method} ${url} is answered ${status}`),
      ...failed.map(({ method, url, reason }) => `unexpected: ${method} ${url} fails: ${reason}`),
      ...complaints.map(({ text, url }) => `the console: ${text} (${url})`),
      ...[...this.#expectedStatuses]
        .filter((status) => !expected.some((refusal) => refusal.status === status))
        .map((status) => `expected, but nothing was answered ${status}`),
      ...this.#expectedFailures
        .filter((urls) => !this.#failures.some(({ url }) => urls.test(url)))
        .map((urls) => `expected, but no request of ${urls} failed`),
      ...[...this.#urls].flatMap((url) => {
        const secret = secretOf(url, all);
        return secret === undefined ? [] : [`a URL bears ${secret}: ${url}`];
      }),
    ];
  }

  /** @param {import('playwright-core').ConsoleMessage} message */
  #hear(message) {
    const [kind, text, { url }] = [message.type(), message.text(), message.location()];
    if (REFUSED.test(text) || NOT_LOADED.test(text)) {
      this.#complaints.push({ url, text });
    } else if (kind === 'error' || kind === 'warning') {
      this.#wrong.push(`the console: ${kind}: ${text} (${url})`);
    }
  }

  /** @param {import('playwright-core').Request} request */
  #see(request) {
    if (request.isNavigationRequest()) this.#leave(frameOf(request));
    this.#requests.push(request);
    this.#open.add(request);
    const url = new URL(request.url());
    this.#urls.add(request.url());
    // A `data:` image is no request.
    if (url.protocol !== 'data:' && url.origin !== this.origin) this.#wrong.push(`a request leaves: ${url}`);
    if (url.pathname.startsWith('/v1/')) this.#learn(request.postData());
  }

  /** @param {import('playwright-core').Frame} frame */
  #seeMove(frame) {
    this.#moves.push({ frame, at: Date.now(), after: this.#requests.length });
  }

  /** A browser aborts what a page still asks for when it is reloaded or left. @param {import('playwright-core').Frame | undefined} frame */
  #leave(frame) {
    for (const request of this.#open) {
      if (frame && frameOf(request) === frame) this.#leftBehind.add(request);
    }
  }

  /** The page itself aborts a request that it repeats, for example when a list is loaded again. @param {import('playwright-core').Request} request */
  #isAskedAnew(request) {
    const later = this.#requests.slice(this.#requests.indexOf(request) + 1);
    return later.some((other) => subjectOf(other) === subjectOf(request));
  }

  /** The page itself aborts what only the view needed that is left. @param {import('playwright-core').Request} request @param {number} at When it failed. */
  #movedOn(request, at) {
    const index = this.#requests.indexOf(request);
    return this.#moves.some(
      (move) => move.frame === frameOf(request) && index < move.after && Math.abs(move.at - at) < MOVING,
    );
  }

  /** @param {import('playwright-core').Request} request */
  #seeFailure(request) {
    this.#open.delete(request);
    const reason = request.failure()?.errorText ?? '';
    const isLeft = reason === 'net::ERR_ABORTED' && this.#leftBehind.has(request);
    this.#failures.push({ method: request.method(), url: request.url(), reason, isLeft, at: Date.now(), request });
  }

  /** @param {import('playwright-core').Response} response */
  #seeAnswer(response) {
    const [status, url, method] = [response.status(), response.url(), response.request().method()];
    if (status >= 400) this.#refusals.push({ method, url, status });
    if (new URL(url).pathname.startsWith('/v1/')) {
      // When a page is left, the bodies of its answers are gone, and with them their secrets.
      this.#reading.push(response.text().then((text) => this.#learn(text), () => {}));
    }
  }

  /** @param {string | null} text */
  #learn(text) {
    try {
      for (const secret of secretsIn(JSON.parse(text ?? ''))) this.#secrets.add(secret);
    } catch {
      // A body that is not JSON is not from the API.
    }
  }

  /**
   * @param {number} status
   * @param {string} url
   */
  #isExpected(status, url) {
    const { origin, pathname } = new URL(url);
    return origin === this.origin && pathname.startsWith('/v1/') && this.#expectedStatuses.has(status);
  }

  /** @param {{ url: string, text: string }} complaint */
  #isExplained({ url, text }) {
    const status = REFUSED.exec(text)?.[1];
    if (status !== undefined) return this.#isExpected(Number(status), url);
    return this.#expectedFailures.some((urls) => urls.test(url));
  }
}

/** The dock asks every second. When its page is left, the browser aborts what it asks for then. @param {import('playwright-core').Request} request */
const isPoll = (request) => new URL(request.url()).pathname.startsWith('/_local/');
