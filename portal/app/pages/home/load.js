/** Loads what the overview shows. Each load reads much, so the figures are kept for some minutes. */

import * as api from '../../api.js';
import { now } from '../../clock.js';
import { addDays, dayOf, startOfDay } from '../../days.js';
import { session } from '../../session.js';
import { figuresOf } from './figures.js';

/** How many days are counted, today included. */
const DAYS = 30;

/** At most so many requests of so many events; docs/performance.md says what they cost. */
const [MOST_PAGES, PAGE_SIZE] = [10, 100];

/** How long figures are shown again instead of read again, in milliseconds. */
const FRESH = 5 * 60_000;

/**
 * @typedef {object} Overview
 * @property {string} at
 * @property {string[]} days
 * @property {import('./figures.js').Figures} figures
 * @property {string | null} since  If not all events of these days were read: when the earliest one that was read happened.
 * @property {Record<typeof FILTERS[number], { count: number, exact: boolean }>} counts
 */

const FILTERS = /** @type {const} */ (['', 'no_two_factor', 'passcode_pending', 'passcode_bounced', 'security_admins']);

/** @type {{ employee_id: string, overview: Overview } | null} */
let kept = null;

/** @param {AbortSignal} signal @param {{ isAnew?: boolean }} [options] @returns {Promise<Overview>} */
export async function loadOverview(signal, { isAnew = false } = {}) {
  const employee_id = session()?.employee.employee_id ?? '';
  const isFresh = kept?.employee_id === employee_id && now() - Date.parse(kept.overview.at) < FRESH;
  if (kept && isFresh && !isAnew) return kept.overview;
  const today = dayOf(now());
  const days = Array.from({ length: DAYS }, (_, index) => addDays(today, index + 1 - DAYS));
  const [{ events, isPartial }, counts] = await Promise.all([newestEvents(startOfDay(days[0] ?? today), signal), allCounts(signal)]);
  const overview = {
    at: new Date(now()).toISOString(),
    days,
    figures: figuresOf(events, days, dayOf),
    since: isPartial ? events.at(-1)?.at ?? null : null,
    counts,
  };
  kept = { employee_id, overview };
  return overview;
}

/** @param {AbortSignal} signal */
async function allCounts(signal) {
  const pairs = await Promise.all(FILTERS.map(async (filter) => [filter, await api.countEmployees({ filter }, signal)]));
  return /** @type {Overview['counts']} */ (Object.fromEntries(pairs));
}

/** @param {string} from @param {AbortSignal} signal */
async function newestEvents(from, signal) {
  /** @type {api.AuditEvent[]} */
  const events = [];
  /** @type {string | null} */
  let cursor = null;
  for (let count = 0; count < MOST_PAGES; count++) {
    /** @type {{ events: api.AuditEvent[], next_cursor: string | null }} */
    const page = await api.listAuditEvents({ from, cursor, limit: PAGE_SIZE }, signal);
    events.push(...page.events);
    cursor = page.next_cursor;
    if (cursor === null) break;
  }
  return { events, isPartial: cursor !== null };
}
