/** The trail as CSV (RFC 4180), one event a row, as the API has it. */

/** @typedef {import('../../api.js').AuditEvent} AuditEvent */

const COLUMNS = ['at', 'type', 'employee_id', 'actor_kind', 'actor_employee_id', 'source_ip', 'user_agent', 'request_id', 'event_id', 'detail'];

/** @param {AuditEvent[]} events */
export function csv(events) {
  const rows = events.map((event) => [
    event.at,
    event.type,
    event.employee_id,
    event.actor.kind,
    event.actor.employee_id ?? '',
    event.source_ip ?? '',
    event.user_agent ?? '',
    event.request_id,
    event.event_id,
    JSON.stringify(event.detail),
  ]);
  // The mark at the beginning tells a spreadsheet that this is UTF-8.
  return `\u{FEFF}${[COLUMNS, ...rows].map((row) => row.map(cell).join(',')).join('\r\n')}\r\n`;
}

/**
 * A spreadsheet must not take for a formula what somebody typed as a reason or sent as a browser's name (OWASP, CSV
 * injection): such a cell begins with an apostrophe.
 *
 * @param {string} text
 */
function cell(text) {
  const inert = /^[\s]*[=+\-@\t\r\n|%]/u.test(text) ? `'${text}` : text;
  return `"${inert.replaceAll('"', '""')}"`;
}
