/** The setup of a test file: one stack and one browser for all its tests, and a world for each test. */

import { after, before, test } from 'node:test';

import { launchChromium } from './browser.js';
import { Company } from './company.js';
import { leaveEvidence } from './evidence.js';
import { secretsOf } from './secrets.js';
import { Stack } from './stack.js';
import { within } from './until.js';
import { Visitor } from './visitor.js';

/** The time limits of a story and of its clean-up, in milliseconds: much more than they take on a busy machine. */
const STORY_LIMIT = 120_000;
const TEST_LIMIT = STORY_LIMIT + 30_000;

/** The world of one test. */
export class World {
  /** Everybody who came, in order. @type {Visitor[]} */
  visitors = [];

  /**
   * @param {Stack} stack
   * @param {import('playwright-core').Browser} browser
   * @param {(figure: string) => void} says Puts a line into the report.
   */
  constructor(stack, browser, says) {
    this.stack = stack;
    this.browser = browser;
    this.says = says;
  }

  /**
   * A company that no other test uses.
   *
   * @param {import('./company.js').Row[]} [people]
   */
  company(people) {
    return Company.bring(this.stack, people);
  }

  /**
   * A visitor with a separate browser context, at an address of the portal.
   *
   * @param {string} path
   * @param {import('./visitor.js').Habits} [habits]
   */
  async visitor(path, habits) {
    const visitor = await Visitor.arrive(this.browser, this.stack.origin, habits);
    this.visitors.push(visitor);
    await visitor.opens(path);
    return visitor;
  }

  /** The findings of the watches of all visitors. */
  async findings() {
    const open = this.visitors.filter(({ page }) => !page.isClosed());
    // A page sends its messages in order: when it answers, its earlier messages have arrived.
    await Promise.all(open.map(({ page }) => page.evaluate(() => {})));
    const secrets = secretsOf(await this.stack.mails());
    return (await Promise.all(this.visitors.map(({ watch }) => watch.findings(secrets)))).flat();
  }

  /** Closes the browsers of all visitors. */
  async end() {
    await Promise.all(this.visitors.map((visitor) => visitor.leaves()));
  }
}

/**
 * Sets up a file of stories.
 *
 * @param {Parameters<typeof Stack.start>[0] & { prepare?: (stack: Stack) => Promise<void> }} [options] `prepare` does
 *   once what all of them need, and takes the time that it takes.
 * @returns {(sentence: string, story: (world: World) => Promise<void>) => void} Adds a story.
 */
export function stories(options) {
  /** @type {Stack} */
  let stack;
  /** @type {import('playwright-core').Browser} */
  let browser;
  before(async () => {
    stack = await Stack.start(options);
    await options?.prepare?.(stack);
    browser = await launchChromium();
  });
  after(async () => {
    await Promise.all([browser?.close(), stack?.end()]);
  });
  return (sentence, story) => {
    test(sentence, { timeout: TEST_LIMIT }, async (context) => {
      const world = new World(stack, browser, (figure) => context.diagnostic(figure));
      try {
        await within(STORY_LIMIT, tell(story, world));
      } catch (error) {
        await within(TEST_LIMIT - STORY_LIMIT, leaveEvidence(sentence, world)).then(
          (folder) => context.diagnostic(`what there was to see: ${folder}`),
          (reason) => context.diagnostic(`there is nothing to see: ${reason}`),
        );
        throw error;
      } finally {
        await world.end();
      }
    });
  };
}

/**
 * @param {(world: World) => Promise<void>} story
 * @param {World} world
 */
async function tell(story, world) {
  await story(world);
  const findings = await world.findings();
  if (findings.length > 0) throw new Error(`beside the story:\n${findings.join('\n')}`);
}

