/** The audit as CSV, one event a row, with the values of the API. */

import { csvOf } from '../../csv.js';

/** @typedef {import('../../api.js').AuditEvent} AuditEvent */

const COLUMNS = ['at', 'type', 'employee_id', 'actor_kind', 'actor_employee_id', 'source_ip', 'user_agent', 'request_id', 'event_id', 'detail'];

/** @param {AuditEvent[]} events */
export function csv(events) {
  const rows = events.map((event) => [
    event.at,
    event.type,
    event.employee_id ?? '',
    event.actor.kind,
    event.actor.employee_id ?? '',
    event.source_ip ?? '',
    event.user_agent ?? '',
    event.request_id,
    event.event_id,
    JSON.stringify(event.detail),
  ]);
  return csvOf(COLUMNS, rows);
}
