/** Days in the company's time zone, as `2026-11-30`: the form of a date field. */

import { timeZone } from './language.js';

const DAY = 86_400_000;

/** @param {string | number} at  RFC 3339, or milliseconds. */
export const dayOf = (at) =>
  new Intl.DateTimeFormat('en-CA', { timeZone: timeZone(), year: 'numeric', month: '2-digit', day: '2-digit' }).format(new Date(at));

/** @param {string} day @param {number} count */
export const addDays = (day, count) => new Date(Date.parse(`${day}T00:00:00Z`) + count * DAY).toISOString().slice(0, 10);

/** The moment at which a day begins, in RFC 3339. @param {string} day */
export function startOfDay(day) {
  const midnight = Date.parse(`${day}T00:00:00Z`);
  // The second time with the offset of the right moment, if the clocks were changed that night.
  const near = midnight - offsetAt(midnight);
  return new Date(midnight - offsetAt(near)).toISOString();
}

/** How much the zone is ahead of UTC at that moment, in milliseconds. @param {number} at */
function offsetAt(at) {
  const parts = new Intl.DateTimeFormat('en-US', {
    timeZone: timeZone(), hourCycle: 'h23', year: 'numeric', month: 'numeric', day: 'numeric', hour: 'numeric', minute: 'numeric', second: 'numeric',
  }).formatToParts(new Date(at));
  const part = (/** @type {string} */ type) => Number(parts.find((one) => one.type === type)?.value);
  const wall = Date.UTC(part('year'), part('month') - 1, part('day'), part('hour'), part('minute'), part('second'));
  return wall - Math.trunc(at / 1000) * 1000;
}
