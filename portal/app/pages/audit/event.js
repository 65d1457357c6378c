/** The parts of an audit event as texts. A reason or a browser's name is untrusted input and shown only as text. */

import { h } from '../../dom.js';
import { dateAndTime, words } from '../../language.js';
import { names } from './names.js';

/** @typedef {import('../../api.js').AuditEvent} AuditEvent */

/** Who acted, if it was no employee. @param {AuditEvent['actor']['kind']} kind */
export function actorName(kind) {
  const { audit } = words;
  return { employee: audit.anonymous, anonymous: audit.anonymous, operator: audit.operator, system: audit.system }[kind] ?? kind;
}

/** The device, if the event names one. @param {AuditEvent} event */
export const deviceOf = ({ device }) => device && deviceName(device);

/** @param {{ browser: string | null, system: string | null }} device */
const deviceName = ({ browser, system }) => (browser && system ? words.audit.device(browser, system) : browser ?? system);

/** @param {string} id */
export function nameOf(id) {
  const name = h('span', { dir: 'auto' }, '…');
  void names.of(id).then((known) => (name.textContent = known));
  return name;
}

/** @param {AuditEvent} event */
export function details(event) {
  const { audit } = words;
  const pairs = Object.entries(event.detail).map(([key, value]) => fact(audit.detail[key] ?? key, shown(key, value)));
  if (event.user_agent) pairs.push(fact(audit.userAgent, event.user_agent));
  pairs.push(fact(audit.requestId, event.request_id || '–'));
  const { reason } = event.detail;
  return h('details', {}, h('summary', {}, typeof reason === 'string' ? reason : audit.details), h('dl', {}, pairs));
}

/** Fields with fixed values of the API, which are translated. */
const WITH_WORDS = ['role', 'account_type', 'status', 'second_proof', 'approvals', 'reason_in_mail', 'factor'];

/** @param {string} key @param {string | import('../../api.js').Change} value */
function shown(key, value) {
  const { audit } = words;
  const named = (/** @type {string | null} */ text) => {
    if (text === null) return audit.nothing;
    return (WITH_WORDS.includes(key) && (audit.values[`${key}.${text}`] ?? audit.values[text])) || text;
  };
  if (typeof value !== 'string') return `${named(value.from)} → ${named(value.to)}`;
  if (key === 'fields') return value.split(',').map((field) => audit.detail[field] ?? field).join(', ');
  if (key === 'issued_by' && value.startsWith('emp_')) return nameOf(value);
  if (key === 'expires_at' || key === 'password_set_at') return dateAndTime(value);
  return named(value);
}

/** @param {string} name @param {Node | string} value */
const fact = (name, value) => h('div', {}, h('dt', {}, name), h('dd', { dir: 'auto' }, value));
