/** An event as a row. A reason or a browser's name is untrusted input and shown only as text. */

import { h } from '../../dom.js';
import { dateAndTime, when, words } from '../../language.js';
import { names } from './names.js';
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

/** @param {AuditEvent['actor']['kind']} kind */
function actorName(kind) {
  const { audit } = words;
  return { employee: audit.anonymous, anonymous: audit.anonymous, operator: audit.operator, system: audit.system }[kind] ?? kind;
}

/** The device, and below it the address. @param {AuditEvent} event */
function origin({ device, source_ip: ip }) {
  const name = device && deviceName(device);
  return h('span', {}, name, name && ip && h('br'), ip && h('span', { class: name ? 'hint' : '' }, ip), !name && !ip && '–');
}

/** @param {{ browser: string | null, system: string | null }} device */
const deviceName = ({ browser, system }) => (browser && system ? words.audit.device(browser, system) : browser ?? system);

/** @param {string} id */
function nameOf(id) {
  const name = h('span', { dir: 'auto' }, '…');
  void names.of(id).then((known) => (name.textContent = known));
  return name;
}

/** @param {AuditEvent} event */
function details(event) {
  const { audit } = words;
  const pairs = Object.entries(event.detail).map(([key, value]) => fact(audit.detail[key] ?? key, shown(key, value)));
  if (event.user_agent) pairs.push(fact(audit.userAgent, event.user_agent));
  pairs.push(fact(audit.requestId, event.request_id || '–'));
  const { reason } = event.detail;
  return h('details', {}, h('summary', {}, typeof reason === 'string' ? reason : audit.details), h('dl', {}, pairs));
}

/** Fields with fixed values of the API, which are translated. */
const WITH_WORDS = ['role', 'account_type', 'status', 'second_proof', 'reason_in_mail', 'factor'];

/** @param {string} key @param {string | import('../../api.js').Change} value */
function shown(key, value) {
  const { audit } = words;
  const named = (/** @type {string | null} */ text) =>
    text === null ? audit.nothing : (WITH_WORDS.includes(key) && audit.values[text]) || text;
  if (typeof value !== 'string') return `${named(value.from)} → ${named(value.to)}`;
  if (key === 'fields') return value.split(',').map((field) => audit.detail[field] ?? field).join(', ');
  if (key === 'issued_by' && value.startsWith('emp_')) return nameOf(value);
  if (key === 'expires_at' || key === 'password_set_at') return dateAndTime(value);
  return named(value);
}

/** @param {string} name @param {Node | string} value */
const fact = (name, value) => h('div', {}, h('dt', {}, name), h('dd', { dir: 'auto' }, value));
