/** Admin → Overview: how recoveries go in the company, and who needs attention. */

import { fill, h } from '../dom.js';
import { actionButton, announcement, patiently } from '../form.js';
import { dateAndTime, dayAlone, duration, number, when, words } from '../language.js';
import { explain, isGivenUp } from '../problems.js';
import { hashOf } from '../router.js';
import { barChart } from './home/chart.js';
import { LIMITS, grouped, percentile } from './home/figures.js';
import { loadOverview } from './home/load.js';

export const needs = 'admin';

/** @typedef {import('./home/load.js').Overview} Overview */

/** @param {import('../main.js').Visit} visit @returns {import('../main.js').Page} */
export function open({ signal }) {
  const { home } = words;
  const heading = h('h1', { tabindex: '-1' }, home.title);
  const body = h('div');
  const status = announcement('status');
  const failure = announcement();
  const again = actionButton(home.again);
  again.addEventListener('click', () => void load({ isAnew: true }));
  const element = h('div', { class: 'wide', 'aria-busy': 'true' }, heading, h('div', { class: 'counted' }, again, status), failure, body);

  /** @param {{ isAnew?: boolean }} [options] */
  async function load(options) {
    if (again.isBusy()) return;
    again.setBusy(true);
    failure.say();
    try {
      const overview = await patiently(loadOverview(signal, options), () => status.say(words.form.slow));
      show(overview);
    } catch (error) {
      if (isGivenUp(error)) return;
      status.say();
      failure.say(explain(error));
    } finally {
      again.setBusy(false);
      element.setAttribute('aria-busy', 'false');
    }
  }

  /** @param {Overview} overview */
  function show(overview) {
    const { at, since, counts } = overview;
    fill(
      body,
      counts.security_admins.count === 1 && h('p', { class: 'message warn' }, home.oneAdmin),
      h('ul', { class: 'tiles' }, tilesOf(overview)),
      h('div', { class: 'charts' }, chartsOf(overview)),
    );
    status.say(since ? home.partial(dateAndTime(since)) : home.complete, ' ', home.counted, ' ', when(at));
  }

  const empty = (/** @type {number} */ count) => Array.from({ length: count }, () => h('li', { class: 'card empty' }));
  fill(body, h('ul', { class: 'tiles', 'aria-hidden': 'true' }, empty(5)), h('ul', { class: 'charts', 'aria-hidden': 'true' }, empty(3)));
  void load();
  return { title: home.title, element };
}

/** @param {Overview} overview */
function tilesOf({ counts, figures }) {
  const { home } = words;
  const count = (/** @type {{ count: number, exact: boolean }} */ counted) => (counted.exact ? '' : '≥ ') + number(counted.count);
  const tile = (/** @type {string} */ label, /** @type {string} */ value, /** @type {string} */ beside, /** @type {string | null} */ href) => {
    const text = [h('span', { class: 'value' }, value), h('span', {}, label), h('span', { class: 'hint' }, beside)];
    return h('li', { class: 'card' }, href ? h('a', { href }, text) : text);
  };
  const people = (/** @type {string} */ filter) => hashOf('employees', { filter });
  const { seconds } = figures;
  const time = (/** @type {number} */ share) => {
    const value = percentile(seconds, share);
    return value === undefined ? '–' : duration(value);
  };
  return [
    tile(home.withoutTwoFactor, count(counts.no_two_factor), home.ofAll(count(counts[''])), people('no_two_factor')),
    tile(home.pending, count(counts.passcode_pending), home.now, people('passcode_pending')),
    tile(home.bouncedNow, count(counts.passcode_bounced), home.now, people('passcode_bounced')),
    tile(home.admins, count(counts.security_admins), home.ofAll(count(counts[''])), people('security_admins')),
    tile(home.median, time(0.5), home.ninetieth(time(0.9)), null),
  ];
}

/** @param {Overview} overview */
function chartsOf({ days, figures }) {
  const { home } = words;
  const sum = (/** @type {number[]} */ values) => values.reduce((all, value) => all + value, 0);
  const byDay = (/** @type {string} */ title, /** @type {number[]} */ values) => barChart({
    title,
    told: home.inDays(number(sum(values)), number(days.length)),
    bars: values.map((value, index) => ({ label: dayAlone(days[index] ?? ''), value })),
    axis: [0, Math.floor(days.length / 2), days.length - 1].map((index) => dayAlone(days[index] ?? '')),
    columns: [home.day, home.number],
  });
  const groups = grouped(figures.seconds);
  const minutes = (/** @type {number | undefined} */ limit) => duration((limit ?? 0) * 60);
  const isLast = (/** @type {number} */ index) => index === LIMITS.length;
  const label = (/** @type {number} */ index) =>
    isLast(index) ? home.longerThan(minutes(LIMITS.at(-1))) : home.upTo(minutes(LIMITS[index]));
  return [
    byDay(home.recoveries, figures.completed),
    barChart({
      title: home.times,
      told: figures.seconds.length > 0 ? home.timesOf(number(figures.seconds.length)) : home.noTimes,
      bars: groups.map((value, index) => ({ label: label(index), value })),
      axis: groups.map((_, index) => (isLast(index) ? `> ${number(LIMITS.at(-1) ?? 0)}` : `≤ ${number(LIMITS[index] ?? 0)}`)),
      columns: [home.time, home.number],
    }),
    byDay(home.bounces, figures.bounced),
  ];
}
