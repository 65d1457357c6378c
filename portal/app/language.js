/**
 * The language of the page: the browser's, unless the person has chosen another one. The texts are in `words/`, one file
 * for each language; the browser formats dates and numbers.
 *
 * @typedef {typeof import('./words/en.js').default} Words
 */

import { now } from './clock.js';
import { h } from './dom.js';
import { company } from './session.js';

/** Each language with its own name. */
export const LANGUAGES = { en: 'English', de: 'Deutsch', ja: '日本語' };

/** @typedef {keyof typeof LANGUAGES} Language */

const CHOSEN = 'readmit.language';

/** @type {Language} */
export let language = 'en';

/** @type {Words} */
export let words;

/** @param {string | null} tag @returns {tag is Language} */
const isKnown = (tag) => tag !== null && Object.hasOwn(LANGUAGES, tag);

/** Loads the words, before anything is shown. */
export function loadWords() {
  const wanted = [localStorage.getItem(CHOSEN), ...navigator.languages.map((tag) => tag.split('-')[0] ?? '')];
  return speak(wanted.find(isKnown) ?? 'en');
}

/** Stores the choice, once its words are loaded. Returns whether it is the last one. @param {string} tag */
export async function choose(tag) {
  if (!isKnown(tag) || !(await speak(tag))) return false;
  localStorage.setItem(CHOSEN, tag);
  return true;
}

/** The language that was asked for last. @type {Language | undefined} */
let asked;

/** Returns whether no other language was asked for meanwhile. @param {Language} tag */
async function speak(tag) {
  asked = tag;
  const loaded = (await import(`./words/${tag}.js`)).default;
  if (asked !== tag) return false;
  words = loaded;
  language = tag;
  document.documentElement.lang = tag;
  return true;
}

/**
 * The time zone of the signed-in person's company, or of a recovery's: the mails have the same, so that admin and employee
 * read the same time. It is UTC at the sign-in, where the company is not known yet, and if the browser does not know the zone.
 */
export function timeZone() {
  const zone = company()?.time_zone ?? 'UTC';
  try {
    new Intl.DateTimeFormat(language, { timeZone: zone });
    return zone;
  } catch {
    return 'UTC';
  }
}

/** Languages in which browsers know the usual names of zones: in another one they say `GMT+1` for `CET`, the name in the mails. */
const NAMING = ['en-US', 'en-GB', 'en-AU', 'en-NZ', 'en-IN', 'ja'];

/** @param {string} locale @param {string | number} at @param {Intl.DateTimeFormatOptions} options */
const partsOf = (locale, at, options) => new Intl.DateTimeFormat(locale, { timeZone: timeZone(), ...options }).formatToParts(new Date(at));

/** The short name of the company's time zone, as the mails have it. @param {string | number} at */
function zoneName(at) {
  const nameIn = (/** @type {string} */ locale) =>
    partsOf(locale, at, { timeZoneName: 'short' }).find(({ type }) => type === 'timeZoneName')?.value ?? '';
  const names = [language, ...NAMING].map(nameIn);
  return names.find((name) => !/^GMT[+-]/.test(name)) ?? (names[0] ?? '').replace('GMT', 'UTC');
}

/** @param {string | number} at @param {Intl.DateTimeFormatOptions} options */
const formatted = (at, options) =>
  partsOf(language, at, options).map(({ type, value }) => (type === 'timeZoneName' ? zoneName(at) : value)).join('');

/** @type {Intl.DateTimeFormatOptions} */
const DAY = { year: 'numeric', month: 'short', day: 'numeric' };

/** The zone has its name, because a mail or another portal may tell a time of another zone. @type {Intl.DateTimeFormatOptions} */
const TIME = { hour: 'numeric', minute: '2-digit', timeZoneName: 'short' };

/** @param {string | number} at  RFC 3339, or milliseconds. */
export const dateAndTime = (at) => formatted(at, { ...DAY, ...TIME });

/** With seconds, for the audit. @param {string | number} at */
const exactTime = (at) => formatted(at, { ...DAY, ...TIME, second: '2-digit' });

/** The day in UTC, for values that are stored once a day in UTC, so that their time means nothing. @param {string} at */
export const utcDay = (at) => formatted(at, { ...DAY, timeZone: 'UTC' });

/** A day as `2026-11-30`, without its year. @param {string} day */
export const dayAlone = (day) => formatted(day, { month: 'short', day: 'numeric', timeZone: 'UTC' });

/** Only the time, if it is today in the company's time zone. @param {string | number} at */
export function timeOf(at) {
  const isToday = formatted(at, DAY) === formatted(now(), DAY);
  return isToday ? formatted(at, TIME) : dateAndTime(at);
}

/** The units of a relative time, the largest first, in seconds. @type {[number, Intl.RelativeTimeFormatUnit][]} */
const UNITS = [[31_536_000, 'year'], [2_592_000, 'month'], [86_400, 'day'], [3_600, 'hour'], [60, 'minute']];

/** For example `3 hours ago`; within a minute `now`. @param {string | number} at */
function relativeTime(at) {
  const seconds = (new Date(at).getTime() - now()) / 1000;
  const [size, unit] = UNITS.find(([size]) => Math.abs(seconds) >= size) ?? [Infinity, 'second'];
  const numeric = unit === 'second' ? 'auto' : 'always';
  // Without `+ 0` a moment ago were -0, which is "0 seconds ago".
  return new Intl.RelativeTimeFormat(language, { numeric }).format(Math.trunc(seconds / size) + 0, unit);
}

/** How long ago that was. The exact time is its title, and is read by screen readers. @param {string} at */
export function when(at) {
  const exact = exactTime(at);
  const element = h('time', { datetime: at, title: exact, class: 'when' }, ago(at));
  element.append(h('span', { class: 'visually-hidden' }, ` (${exact})`));
  return element;
}

/** What has happened is never in the future, also if the device's clock is slow. @param {string} at */
const ago = (at) => relativeTime(Math.min(Date.parse(at), now()));

/** Brings the relative times on the page up to date. */
export function refreshTimes() {
  for (const element of document.querySelectorAll('time.when')) {
    if (element.firstChild) element.firstChild.nodeValue = ago(/** @type {HTMLTimeElement} */ (element).dateTime);
  }
}

/** @param {number} value */
export const number = (value) => new Intl.NumberFormat(language).format(value);

/** For example `14 minutes`, in the largest fitting unit. @param {number} seconds */
export function duration(seconds) {
  /** @type {[number, 'hour' | 'minute' | 'second']} */
  const [size, unit] = seconds >= 5400 ? [3600, 'hour'] : seconds >= 90 ? [60, 'minute'] : [1, 'second'];
  const value = Math.ceil(seconds / size);
  return new Intl.NumberFormat(language, { style: 'unit', unit, unitDisplay: 'long' }).format(value);
}
