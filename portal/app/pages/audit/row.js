/** An event as a row. */

import { h } from '../../dom.js';
import { when, words } from '../../language.js';
import { actorName, details, deviceOf, nameOf } from './event.js';
import { hashOfAudit } from './toolbar.js';

/**
 * @typedef {import('../../api.js').AuditEvent} AuditEvent
 * @typedef {import('./toolbar.js').Wanted} Wanted
 */

/** @param {AuditEvent} event @param {Wanted} wanted  What the page shows, for links that show a person in the same days. */
export function eventRow(event, wanted) {
  const { audit } = words;
  const { actor } = event;
  const person = (/** @type {string} */ id) => {
    const link = h('a', { href: hashOfAudit({ ...wanted, employee_id: id, type: '' }) });
    link.append(nameOf(id));
    return link;
  };
  const cell = (/** @type {string} */ label, /** @type {Node | string} */ content) =>
    h('td', { role: 'cell', 'data-label': label }, content);
  const by = actor.kind === 'employee' && actor.employee_id ? person(actor.employee_id) : actorName(actor.kind);
  return h(
    'tr',
    { role: 'row', tabindex: '-1' },
    cell(audit.when, when(event.at)),
    h('th', { role: 'rowheader', scope: 'row', class: 'name' }, audit.types[event.type] ?? event.type),
    cell(audit.to, event.employee_id ? person(event.employee_id) : audit.company),
    cell(audit.by, by),
    cell(audit.from, origin(event)),
    cell(audit.details, details(event)),
  );
}

/** The device, and below it the address. @param {AuditEvent} event */
function origin(event) {
  const [name, ip] = [deviceOf(event), event.source_ip];
  return h('span', {}, name, name && ip && h('br'), ip && h('span', { class: name ? 'hint' : '' }, ip), !name && !ip && '–');
}
