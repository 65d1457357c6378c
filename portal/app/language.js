/**
 * The language of the page: the browser's, unless the person has chosen another one. The texts are in `words/`, one file
 * for each language; the browser formats dates and numbers.
 *
 * @typedef {typeof import('./words/en.js').default} Words
 */

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
export async function loadWords() {
  const wanted = [localStorage.getItem(CHOSEN), ...navigator.languages.map((tag) => tag.split('-')[0] ?? '')];
  language = wanted.find(isKnown) ?? 'en';
  document.documentElement.lang = language;
  words = (await import(`./words/${language}.js`)).default;
}

/** Stores the choice, and reloads the page. @param {string} tag */
export function choose(tag) {
  localStorage.setItem(CHOSEN, tag);
  location.reload();
}

/** @param {string | number} at  RFC 3339, or milliseconds. */
export const dateAndTime = (at) =>
  new Intl.DateTimeFormat(language, { dateStyle: 'medium', timeStyle: 'short' }).format(new Date(at));

/** With seconds, for the audit. @param {string} at */
export const exactTime = (at) =>
  new Intl.DateTimeFormat(language, { dateStyle: 'medium', timeStyle: 'medium' }).format(new Date(at));

/** The day in UTC, for values that are stored once a day in UTC, so that their time means nothing. @param {string} at */
export const utcDay = (at) =>
  new Intl.DateTimeFormat(language, { dateStyle: 'medium', timeZone: 'UTC' }).format(new Date(at));

/** Only the time, if it is today. @param {string | number} at */
export function timeOf(at) {
  const moment = new Date(at);
  const isToday = moment.toDateString() === new Date().toDateString();
  return isToday ? new Intl.DateTimeFormat(language, { timeStyle: 'short' }).format(moment) : dateAndTime(at);
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
