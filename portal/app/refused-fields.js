/** Shows a refusal of the API at the field that it is about. */

import { words } from './language.js';

/** Problems of one field, and the name of the field. @type {Record<string, string>} */
const FAULTY = { address_unavailable: 'email', domain_not_allowed: 'email', external_id_unavailable: 'external_id' };

/**
 * Returns whether there is such a field.
 *
 * @param {Record<string, import('./form.js').Field | import('./choice.js').Choice>} fields  By their names in the API.
 * @param {unknown} error
 * @param {string} text  What the refusal says.
 */
export function refuseField(fields, error, text) {
  const { code = '', body } = /** @type {Partial<import('./api.js').Problem>} */ (error);
  const names = FAULTY[code] ? [FAULTY[code]] : (body?.errors ?? []).map(({ pointer }) => pointer.slice(1));
  const faulty = Object.entries(fields).filter(([name]) => names.includes(name)).map(([, one]) => one);
  for (const one of faulty) one.refuse(FAULTY[code] ? text : words.form.check);
  faulty[0]?.input.focus();
  return faulty.length > 0;
}
