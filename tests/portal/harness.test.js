/** The harness finds each fault of a test page, and a page without a fault passes. */

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';

import { accessibilityFindings } from './harness/axe.js';
import { launchChromium } from './harness/browser.js';
import { hasFocus, tabTo } from './harness/keyboard.js';
import { scratch } from './harness/scratch.js';
import { until } from './harness/until.js';
import { Visitor } from './harness/visitor.js';

const TIMEOUT = 30_000;

/** @type {import('playwright-core').Browser} */
let browser;
before(async () => {
  browser = await launchChromium();
});
after(async () => {
  await browser?.close();
});

/**
 * A visitor at a test page, after its script has run.
 *
 * @param {Parameters<typeof scratch>} parts
 * @param {(visitor: Visitor) => Promise<void>} look
 */
async function at(parts, look) {
  const [script, rest, policy] = parts;
  const site = await scratch(`${script}\ndocument.documentElement.dataset.ran = 'true';`, rest, policy);
  try {
    const visitor = await Visitor.arrive(browser, site.origin);
    await visitor.opens('/');
    await look(visitor);
    await visitor.leaves();
  } finally {
    await site.end();
  }
}

/** @param {Visitor} visitor */
const hasRun = (visitor) => visitor.page.locator('html[data-ran]').waitFor();

test('a page without a fault passes', { timeout: TIMEOUT }, async () => {
  await at(["await fetch('/v1/fine');"], async (visitor) => {
    await hasRun(visitor);
    await visitor.page.emulateMedia({ colorScheme: 'dark' });
    await visitor.findsItAccessible();
    assert.equal(await visitor.page.evaluate(() => matchMedia('(prefers-color-scheme: dark)').matches), true);
    assert.deepEqual(await visitor.watch.findings(), []);
  });
});

/** @type {[string, string, RegExp, string?, string?][]} Whose page, its script, what is found, its HTML, its policy. */
const FAULTS = [
  ['warns', "console.warn('careful');", /^the console: warning: careful/],
  ['complains', "console.error('broken');", /^the console: error: broken/],
  ['throws', "setTimeout(() => { throw new Error('thrown'); });", /^the page throws: Error: thrown/],
  ['rejects', "Promise.reject(new Error('rejected'));", /^the page throws: Error: rejected/],
  ['has a style of its own', '', /^the policy is violated: style-src-attr/, '<p style="color: red">Red</p>'],
  ['has a script of its own', '', /^the policy is violated: script-src-elem/, '<script>document.title = "x"</script>'],
  ['writes HTML', "try { document.body.innerHTML += 'x'; } catch {}", /^the policy is violated: require-trusted-types/],
  ['makes a policy', "try { trustedTypes.createPolicy('p', {}); } catch {}", /^the policy is violated: trusted-types/],
  ['evaluates', "try { eval('1'); } catch {}", /^the policy is violated: (script-src|require-trusted-types-for)/],
  ['asks others', "fetch('http://localhost:1').catch(() => {});", /^a request leaves: http:\/\/localhost/, '', ' '],
  ['lacks a file', '', /^unexpected: GET \S+\/missing\.png is answered 404/, '<img src="/missing.png" alt="none">'],
  ['is refused', "await fetch('/v1/refuses');", /^unexpected: GET \S+\/v1\/refuses is answered 401/],
  ['sends a passcode', "await fetch('/v1/fine?to=7K3M-9QXT-2BHW');", /^a URL bears a passcode/],
  ['sends a secret', "await fetch('/v1/fine?secret=JBSWY3DPEHPK3PXP');", /^a URL bears a secret/],
  ['sends its token', "await fetch('/v1/tokens'); await fetch('/v1/fine?of=opaque-but-secret');", /^a URL bears what/],
  [
    'sends a password that it has sent well before',
    `await fetch('/v1/fine', { method: 'POST', body: '{"password":"plum harbour"}' });
    await fetch('/v1/fine?query=plum+harbour');`,
    /^a URL bears what/,
  ],
];

for (const [whose, script, finding, rest, policy] of FAULTS) {
  test(`a page that ${whose} is found`, { timeout: TIMEOUT }, async () => {
    await at([script, rest, policy], async (visitor) => {
      await hasRun(visitor);
      const isFound = async () => (await visitor.watch.findings()).some((line) => finding.test(line));
      await until(`finding ${finding}`, isFound);
    });
  });
}

test('an expected refusal passes, and a missing one is found', { timeout: TIMEOUT }, async () => {
  await at(["await fetch('/v1/refuses');"], async (visitor) => {
    await hasRun(visitor);
    visitor.expects(401);
    assert.deepEqual(await visitor.watch.findings(), []);
    visitor.expects(409);
    assert.deepEqual(await visitor.watch.findings(), ['expected, but nothing was answered 409']);
  });
});

test('a request that fails is found unless it is expected', { timeout: TIMEOUT }, async () => {
  await at(["addEventListener('asked', () => fetch('/v1/fine').catch(() => {}));"], async (visitor) => {
    await hasRun(visitor);
    await visitor.page.context().setOffline(true);
    const failed = visitor.page.waitForEvent('requestfailed');
    await visitor.page.evaluate(() => dispatchEvent(new Event('asked')));
    await failed;
    assert.match((await visitor.watch.findings()).join('\n'), /^unexpected: GET \S+\/v1\/fine fails: net::ERR/);
    visitor.watch.expectsFailure(/\/v1\/fine$/);
    assert.deepEqual(await visitor.watch.findings(), []);
  });
});

test('a request that ends with its page passes, and one that the page aborts is found', { timeout: TIMEOUT }, async () => {
  const asks = (/** @type {string} */ then) => `addEventListener('asked', () => {
    const aborting = new AbortController();
    fetch('/v1/never', { signal: aborting.signal }).catch(() => {});
    ${then};
  });`;
  for (const [then, findings] of /** @type {const} */ ([
    ['location.reload()', /^$/],
    ["addEventListener('hashchange', () => aborting.abort()); location.hash = '/elsewhere'", /^$/],
    ['setTimeout(() => aborting.abort(), 50)', /^unexpected: GET \S+\/v1\/never fails: net::ERR_ABORTED$/],
  ])) {
    await at([asks(then)], async (visitor) => {
      await hasRun(visitor);
      const failed = visitor.page.waitForEvent('requestfailed');
      await visitor.page.evaluate(() => dispatchEvent(new Event('asked'))).catch(() => {});
      await failed;
      assert.match((await visitor.watch.findings()).join('\n'), findings);
    });
  }
});

test('axe finds pale text in light, and checks the dark scheme too', { timeout: TIMEOUT }, async () => {
  await at(['', '<p class="pale">Pale</p>'], async (visitor) => {
    const findings = await accessibilityFindings(visitor.page);
    assert.match(findings.join('\n'), /^light: serious color-contrast: .* at \.pale: .*$/);
    await assert.rejects(visitor.findsItAccessible(), /is not accessible/);
  });
  await at(['', '<p class="dim">Dim</p>'], async (visitor) => {
    const findings = await accessibilityFindings(visitor.page);
    assert.match(findings.join('\n'), /^dark: serious color-contrast: .* at \.dim: .*$/);
    assert.deepEqual(await visitor.watch.findings(), []);
  });
});

test('Tab reaches a button, within the given number of steps', { timeout: TIMEOUT }, async () => {
  await at([''], async (visitor) => {
    await visitor.tabsTo('button', 'Ask me', { within: 2 });
    const first = visitor.page.getByRole('button', { name: 'Refuse me' });
    await tabTo(visitor.page, first, { within: 1, key: 'Shift+Tab' });
    assert.equal(await hasFocus(first), true);
    await assert.rejects(visitor.tabsTo('button', 'Nobody', { within: 2 }), /but to button "Ask me" → the page/);
    assert.deepEqual(await visitor.watch.findings(), []);
  });
});

test('sideways scrolling is found', { timeout: TIMEOUT }, async () => {
  await at(['', `<p>${'Supercalifragilistic'.repeat(5)}</p>`], async (visitor) => {
    await visitor.findsItReflowed();
    await visitor.page.setViewportSize({ width: 320, height: 640 });
    await assert.rejects(visitor.findsItReflowed(), /scrolls sideways:\n\d+ px in 320\n.*"Supercali/s);
  });
});
