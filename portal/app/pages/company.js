/** Admin → Company: the company's settings. Only what was changed is sent, and only if nobody else has changed them meanwhile. */

import * as api from '../api.js';
import { isWaiting, waitingText } from '../approval.js';
import { Meanwhile, differences } from '../changes.js';
import { choice } from '../choice.js';
import { fill, h, newId } from '../dom.js';
import { announcement, emailField, field, form } from '../form.js';
import { words } from '../language.js';
import { explain, isGivenUp, isProblem } from '../problems.js';
import { refuseField } from '../refused-fields.js';
import { changeSession } from '../session.js';
import { BrandFields } from './company/brand-fields.js';
import { approvalPolicies, bodyOf, flat, secondProofs, valueText, zones } from './company/settings.js';
import { locales } from './employees/person-fields.js';

export const needs = 'admin';

/** @typedef {import('./company/settings.js').Flat} Flat */

/** @param {import('../main.js').Visit} visit @returns {Promise<import('../main.js').Page | null>} */
export async function open({ signal }) {
  const title = words.company.title;
  const heading = h('h1', { tabindex: '-1' }, title);
  try {
    return { title, element: h('div', { class: 'wide company-page' }, heading, settingsForm(await api.getCompany(signal))) };
  } catch (error) {
    if (isGivenUp(error)) return null;
    const failure = announcement();
    failure.say(explain(error));
    const retry = h('button', { type: 'button', class: 'primary', onclick: () => location.reload() }, words.shell.retry);
    return { title, element: h('div', { class: 'narrow' }, heading, failure, h('p', {}, retry)) };
  }
}

/** @param {api.Settings} settings */
function settingsForm(settings) {
  let known = settings;
  const { company } = words;
  const reason = h('input', { type: 'checkbox', id: newId(), name: 'reason-in-mail', checked: settings.reason_in_mail });
  const fields = {
    name: field({
      label: words.employee.name, name: 'company-name', value: settings.name, maxlength: '200', autocomplete: 'off',
      autocapitalize: 'words',
    }),
    support_email: emailField({
      label: company.support, hint: company.supportHint, name: 'support', value: settings.support_email ?? '', maxlength: '254',
      autocomplete: 'off', isOptional: true,
    }),
    locale: choice({
      label: words.person.locale, hint: company.localeHint, name: 'company-locale', value: settings.locale ?? '',
      options: locales(company.noLocale, settings.locale),
    }),
    time_zone: choice({
      label: company.timeZone, hint: company.timeZoneHint, name: 'time-zone', value: settings.time_zone,
      options: zones(settings.time_zone),
    }),
    second_proof: choice({
      label: company.secondProof, hint: company.secondProofHint, name: 'second-proof', value: settings.second_proof,
      options: secondProofs(),
    }),
    approvals: choice({
      label: company.approvals, hint: company.approvalsHint, name: 'approvals', value: settings.approvals,
      options: approvalPolicies(),
    }),
  };
  const brand = new BrandFields(settings.brand, () => fields.name.input.value.trim());
  fields.name.input.addEventListener('input', () => brand.preview());
  const meanwhile = new Meanwhile();
  const said = announcement('status');

  /** What stands in the form. @returns {Flat} */
  const written = () => ({
    name: fields.name.input.value.trim(),
    support_email: fields.support_email.input.value.trim() || null,
    locale: fields.locale.input.value || null,
    time_zone: fields.time_zone.input.value,
    second_proof: /** @type {Flat['second_proof']} */ (fields.second_proof.input.value),
    approvals: /** @type {Flat['approvals']} */ (fields.approvals.input.value),
    reason_in_mail: reason.checked,
    ...brand.read(),
  });

  /** Writes values into the form; what is left out stays. @param {Partial<Flat>} values */
  function write({ logo, color, reason_in_mail, ...texts }) {
    for (const [name, value] of Object.entries(texts)) fields[/** @type {keyof typeof fields} */ (name)].input.value = value ?? '';
    if (reason_in_mail !== undefined) reason.checked = reason_in_mail;
    brand.write({ ...(logo !== undefined && { logo }), ...(color !== undefined && { color }) });
  }

  /** Takes over what somebody else has changed. What was typed stays. @param {api.Settings} now */
  function meet(now) {
    const typed = differences(flat(known), written());
    const changes = differences(flat(known), flat(now));
    meanwhile.tell(Object.entries(changes).map(([name, to]) => ({
      label: words.audit.detail[name] ?? name,
      from: valueText(name, /** @type {Record<string, unknown>} */ (flat(known))[name]),
      to: valueText(name, to),
    })));
    write(Object.fromEntries(Object.entries(flat(now)).filter(([name]) => !(name in typed))));
    known = now;
    show(now);
    meanwhile.element.scrollIntoView({ block: 'nearest' });
  }

  async function save() {
    meanwhile.clear();
    say('');
    const changed = differences(flat(known), written());
    if (Object.keys(changed).length === 0) return say(words.changes.nothing);
    try {
      const answer = await api.changeCompany(known, bodyOf(changed));
      const isDone = !isWaiting(answer);
      if (isDone) known = answer;
      write(flat(known));
      say(isDone ? words.changes.saved : waitingText(answer), isDone ? 'good' : 'wait');
      show(known);
    } catch (error) {
      if (!isProblem(error, 'changed_meanwhile')) throw error;
      meet(await api.getCompany());
    }
  }

  /** @param {string} text @param {'' | 'good' | 'wait'} [tone] */
  function say(text, tone = '') {
    said.className = `message ${tone}`;
    fill(said, text);
  }

  const refused = (/** @type {unknown} */ error) => {
    const text = explain(error);
    return refuseField(fields, error, text) ? '' : text;
  };
  const element = form({ fields: Object.values(fields), label: words.changes.save, send: save, refused });
  const section = (/** @type {string} */ heading, /** @type {(Node | string)[]} */ ...children) =>
    h('section', { class: 'card' }, h('h2', {}, heading), ...children);
  const domains = h('div', { class: 'field domains' }, h('h3', {}, company.domains), h('p', { class: 'hint' }, company.domainsHint),
    settings.domains.length > 0 ? h('ul', {}, settings.domains.map((domain) => h('li', {}, domain))) : h('p', {}, company.noDomains));
  const waiting = h('p', {}, h('a', { href: '#/approvals' }, words.approvals.title));
  const inMail = h('p', { class: 'check' }, reason, h('label', { for: reason.id }, company.reasonInMail));
  element.prepend(
    section(company.about, ...[fields.name, fields.support_email, fields.locale, fields.time_zone].map((one) => one.element), domains),
    section(company.security, fields.second_proof.element, fields.approvals.element, waiting, inMail, h('p', { class: 'hint' }, company.reasonHint)),
    section(company.brand, ...brand.elements),
  );
  element.append(meanwhile.element, said);
  return element;
}

/** Shows the company's name, logo and colour everywhere. @param {api.Settings} settings */
function show({ name, support_email, time_zone, brand }) {
  changeSession({ company: { name, support_email, time_zone, brand } });
}
