/** What the overview counts, from the events of the audit. */

/**
 * @typedef {import('../../api.js').AuditEvent} AuditEvent
 *
 * @typedef {object} Figures
 * @property {number[]} completed  Recoveries, for each day.
 * @property {number[]} bounced  Mails that came back, for each day.
 * @property {number[]} seconds  From the mail to the end of the recovery, for each one whose mail is among the events; sorted.
 */

/**
 * @param {AuditEvent[]} events
 * @param {string[]} days
 * @param {(at: string) => string} dayOf
 * @returns {Figures}
 */
export function figuresOf(events, days, dayOf) {
  const of = (/** @type {string} */ type) => events.filter((event) => event.type === type);
  const completed = of('recovery.completed');
  const mailed = new Map(of('passcode.issued').map(({ at, detail }) => [detail['passcode_id'], Date.parse(at)]));
  const seconds = completed.flatMap(({ at, detail }) => {
    const since = mailed.get(detail['passcode_id']);
    return since === undefined ? [] : [Math.max(0, (Date.parse(at) - since) / 1000)];
  });
  return {
    completed: byDay(completed, days, dayOf),
    bounced: byDay(of('passcode.bounced'), days, dayOf),
    seconds: seconds.sort((one, other) => one - other),
  };
}

/** @param {AuditEvent[]} events @param {string[]} days @param {(at: string) => string} dayOf */
function byDay(events, days, dayOf) {
  const counts = new Map(days.map((day) => [day, 0]));
  for (const { at } of events) {
    const day = dayOf(at);
    const count = counts.get(day);
    if (count !== undefined) counts.set(day, count + 1);
  }
  return [...counts.values()];
}

/** The smallest value that so many of all do not exceed (nearest rank); none of none. @param {number[]} sorted @param {number} share */
export const percentile = (sorted, share) => sorted[Math.ceil(share * sorted.length) - 1];

/** The upper ends of the groups of times, in minutes. */
export const LIMITS = [2, 5, 15, 30, 60];

/** How many times are in each group; the last group has no upper end. @param {number[]} seconds */
export function grouped(seconds) {
  const ends = [...LIMITS, Infinity];
  const groupOf = (/** @type {number} */ value) => ends.findIndex((minutes) => value <= minutes * 60);
  return ends.map((_, index) => seconds.filter((value) => groupOf(value) === index).length);
}
