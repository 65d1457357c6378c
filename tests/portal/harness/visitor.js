/** Somebody at a browser. */

import { accessibilityFindings } from './axe.js';
import { tooWide } from './in_page.js';
import { tabTo } from './keyboard.js';
import { Watch } from './watch.js';

/** How long an element may take to appear, in milliseconds. */
const ACTION_LIMIT = 20_000;

/**
 * The settings of a person's browser.
 *
 * @typedef {Pick<import('playwright-core').BrowserContextOptions,
 *   'locale' | 'colorScheme' | 'viewport' | 'reducedMotion' | 'forcedColors' | 'hasTouch' | 'timezoneId'>} Habits
 */

/** @type {Habits} */
const HABITS = {
  locale: 'en',
  colorScheme: 'light',
  viewport: { width: 1280, height: 800 },
  reducedMotion: 'reduce',
};

/** A browser context with one page, which is watched. */
export class Visitor {
  /**
   * @param {import('playwright-core').Page} page
   * @param {Watch} watch
   */
  constructor(page, watch) {
    this.page = page;
    this.watch = watch;
  }

  /**
   * @param {import('playwright-core').Browser} browser
   * @param {string} origin
   * @param {Habits} [habits]
   */
  static async arrive(browser, origin, habits = {}) {
    const context = await browser.newContext({ ...HABITS, ...habits, baseURL: origin });
    context.setDefaultTimeout(ACTION_LIMIT);
    const watch = new Watch(origin);
    await watch.over(context);
    return new Visitor(await context.newPage(), watch);
  }

  /**
   * Opens an address of the portal.
   *
   * @param {string} path
   */
  async opens(path) {
    await this.page.goto(path);
  }

  /**
   * The test makes the API refuse this person with these statuses.
   *
   * @param {...number} statuses
   */
  expects(...statuses) {
    this.watch.expects(...statuses);
  }

  /**
   * Presses Tab until an element has the focus.
   *
   * @param {Parameters<import('playwright-core').Page['getByRole']>[0]} role
   * @param {string} name
   * @param {Parameters<typeof tabTo>[2]} [limits]
   */
  async tabsTo(role, name, limits) {
    await tabTo(this.page, this.page.getByRole(role, { name, exact: true }), limits);
  }

  /**
   * The current view is accessible, in light and in dark.
   *
   * @param {Parameters<typeof accessibilityFindings>[1]} [colorSchemes] If not in both.
   */
  async findsItAccessible(colorSchemes) {
    const findings = await accessibilityFindings(this.page, colorSchemes);
    if (findings.length > 0) throw new Error(`${this.page.url()} is not accessible:\n${findings.join('\n')}`);
  }

  /** The page does not scroll sideways, however narrow it is (WCAG 1.4.10, which axe does not check). */
  async findsItReflowed() {
    const findings = await this.page.evaluate(tooWide);
    if (findings.length > 0) throw new Error(`${this.page.url()} scrolls sideways:\n${findings.join('\n')}`);
  }

  /** Closes the browser's context. */
  async leaves() {
    await this.page.context().close();
  }
}
