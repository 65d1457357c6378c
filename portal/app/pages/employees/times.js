/** The last sign-in, of which only the day is stored, in UTC. */

import { now } from '../../clock.js';
import { h } from '../../dom.js';
import { language, utcDay } from '../../language.js';

/** In milliseconds. */
const DAY = 86_400_000;

/** The units of a relative day, the largest first, in days. @type {[number, Intl.RelativeTimeFormatUnit][]} */
const UNITS = [[365, 'year'], [30, 'month'], [7, 'week'], [1, 'day']];

/** For example `3 days ago`. The day itself is its title, and is read by screen readers. @param {string} at */
export function relativeDay(at) {
  // The clock of this device may be slow.
  const days = Math.max(0, Math.floor(now() / DAY) - Math.floor(new Date(at).getTime() / DAY));
  const [size, unit] = UNITS.find(([size]) => days >= size) ?? [1, 'day'];
  const text = new Intl.RelativeTimeFormat(language, { numeric: 'auto' }).format(-Math.floor(days / size), unit);
  const exact = utcDay(at);
  return h('time', { datetime: at, title: exact, class: 'day' }, text, h('span', { class: 'visually-hidden' }, ` (${exact})`));
}
