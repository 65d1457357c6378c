/**
 * The language of the page: what the browser asks for, unless the person has chosen another here. Words stand in
 * `words/`, a file a language; dates and numbers are the platform's.
 *
 * @typedef {typeof import('./words/en.js').default} Words
 */

/** Each language in its own name. */
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

/** Keeps the choice, and shows the page anew in it. @param {string} tag */
export function choose(tag) {
  localStorage.setItem(CHOSEN, tag);
  location.reload();
}

/** @param {string | number} at  RFC 3339, or milliseconds. */
export const dateAndTime = (at) =>
  new Intl.DateTimeFormat(language, { dateStyle: 'medium', timeStyle: 'short' }).format(new Date(at));

/** With seconds, as a trail needs them. @param {string} at */
export const exactTime = (at) =>
  new Intl.DateTimeFormat(language, { dateStyle: 'medium', timeStyle: 'medium' }).format(new Date(at));

/** The day in UTC. For what is noted once a UTC day: its time says nothing. @param {string} at */
export const utcDay = (at) =>
  new Intl.DateTimeFormat(language, { dateStyle: 'medium', timeZone: 'UTC' }).format(new Date(at));

/** The time alone if it is today's. @param {string | number} at */
export function timeOf(at) {
  const moment = new Date(at);
  const isToday = moment.toDateString() === new Date().toDateString();
  return isToday ? new Intl.DateTimeFormat(language, { timeStyle: 'short' }).format(moment) : dateAndTime(at);
}

/** @param {number} value */
export const number = (value) => new Intl.NumberFormat(language).format(value);

/** `14 minutes`, in the largest unit that says it. @param {number} seconds */
export function duration(seconds) {
  /** @type {[number, 'hour' | 'minute' | 'second']} */
  const [size, unit] = seconds >= 5400 ? [3600, 'hour'] : seconds >= 90 ? [60, 'minute'] : [1, 'second'];
  const value = Math.ceil(seconds / size);
  return new Intl.NumberFormat(language, { style: 'unit', unit, unitDisplay: 'long' }).format(value);
}
