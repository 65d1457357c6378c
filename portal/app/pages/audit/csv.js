/** The audit as CSV, one event a row, with the values of the API and the names of people. */

import { csvOf } from '../../csv.js';

/** @typedef {import('../../api.js').AuditEvent} AuditEvent */

const COLUMNS = [
  'at', 'type', 'employee_id', 'employee_name', 'actor_kind', 'actor_employee_id', 'actor_name', 'source_ip', 'browser', 'system',
  'user_agent', 'request_id', 'event_id', 'detail',
];

/** @param {AuditEvent[]} events @param {Map<string, string>} names  By employee id; an erased person has none. */
export function csv(events, names) {
  const nameOf = (/** @type {string | null} */ id) => names.get(id ?? '') ?? '';
  const rows = events.map((event) => [
    event.at,
    event.type,
    event.employee_id ?? '',
    nameOf(event.employee_id),
    event.actor.kind,
    event.actor.employee_id ?? '',
    nameOf(event.actor.employee_id),
    event.source_ip ?? '',
    event.device?.browser ?? '',
    event.device?.system ?? '',
    event.user_agent ?? '',
    event.request_id,
    event.event_id,
    JSON.stringify(event.detail),
  ]);
  return csvOf(COLUMNS, rows);
}

/** Everybody in the events, by id. @param {AuditEvent[]} events */
export const peopleIn = (events) =>
  new Set(events.flatMap(({ employee_id: id, actor }) => [id, actor.employee_id]).filter((id) => id !== null));
