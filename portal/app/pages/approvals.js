/** Admin → Company → Approvals, and the link in the mails: the acts that wait for a second Security Admin. Each is approved or cancelled here. */

import * as api from '../api.js';
import { now } from '../clock.js';
import { fill, h, newId } from '../dom.js';
import { actionButton, announcement, patiently } from '../form.js';
import { timeOf, words } from '../language.js';
import { explain, isGivenUp } from '../problems.js';
import { session } from '../session.js';
import { names } from './audit/names.js';
import { valueText } from './company/settings.js';

export const needs = 'admin';

/** @typedef {import('../shapes.js').Approval} Approval */

/** @param {import('../main.js').Visit} visit @returns {Promise<import('../main.js').Page | null>} */
export async function open({ signal }) {
  const { title, intro } = words.approvals;
  const said = announcement('status');
  const list = h('div', { class: 'approvals' });
  const show = async () => fill(list, await cards(await api.listApprovals(signal), said, show));
  try {
    await show();
  } catch (error) {
    if (isGivenUp(error)) return null;
    said.say(explain(error));
  }
  return { title, element: h('div', { class: 'narrow' }, h('h1', { tabindex: '-1' }, title), h('p', {}, intro), said, list) };
}

/** @param {{ approvals: Approval[] }} open @param {ReturnType<typeof announcement>} said @param {() => Promise<void>} show */
async function cards({ approvals }, said, show) {
  if (approvals.length === 0) return [h('p', { class: 'hint' }, words.approvals.none)];
  return Promise.all(approvals.map((approval) => card(approval, said, show)));
}

/** One request: what, about whom, who asked, until when. @param {Approval} approval @param {ReturnType<typeof announcement>} said @param {() => Promise<void>} show */
async function card(approval, said, show) {
  const { approvals } = words;
  const { approval_id: id, employee_id: concerned, requested_by: requester } = approval;
  const [about, by] = await Promise.all([concerned && names.of(concerned), names.of(requester)]);
  const heading = h('h2', { id: newId() }, approvals.acts[approval.act] ?? approval.act);
  const facts = h('dl', { class: 'facts' });
  const fact = (/** @type {string} */ label, /** @type {string | Node} */ value) => facts.append(h('div', {}, h('dt', {}, label), h('dd', { dir: 'auto' }, value)));
  if (concerned) fact(approvals.about, h('a', { href: `#/employees/${concerned}` }, about));
  for (const [name, value] of Object.entries(approval.request)) {
    if (value !== false && name !== 'brand') fact(words.audit.detail[name] ?? name, typeof value === 'object' ? JSON.stringify(value) : inWords(name, value));
  }
  fact(approvals.by, by);
  fact(approvals.until, timeOf(approval.expires_at));

  const refusal = h('p', { id: newId(), class: 'refusal' }, whyNot(approval));
  const approve = actionButton(approvals.approve, { class: 'primary' });
  const cancel = actionButton(approvals.cancel);
  if (refusal.textContent) {
    approve.classList.add('refused');
    approve.setAttribute('aria-describedby', refusal.id);
    approve.setBusy(true);
  }
  /** @param {ReturnType<typeof actionButton>} button @param {(id: string) => Promise<unknown>} act @param {string} done */
  const once = (button, act, done) => button.addEventListener('click', async () => {
    if (button.isBusy()) return;
    button.setBusy(true);
    said.say('');
    try {
      await patiently(act(id), () => said.say(words.form.slow));
      said.say(done);
    } catch (error) {
      said.say(explain(error));
      button.setBusy(false);
      return;
    }
    await show().catch((error) => said.say(explain(error)));
  });
  once(approve, api.approve, approvals.approved);
  once(cancel, api.cancelApproval, approvals.cancelled);
  return h('section', { class: 'card', 'aria-labelledby': heading.id }, heading, facts, refusal, h('p', { class: 'actions' }, approve, cancel));
}

/** A value in words. @param {string} name @param {unknown} value */
function inWords(name, value) {
  const { values } = words.audit;
  return values[`${name}.${value}`] ?? values[String(value)] ?? valueText(name, value);
}

/** Why the person who looks cannot approve it. @param {Approval} approval */
function whyNot({ employee_id: concerned, requested_by: requester, requester_may_approve_at: alone }) {
  const own = session()?.employee.employee_id;
  if (own === concerned) return words.approvals.aboutYou;
  if (own !== requester) return '';
  if (alone === null) return words.approvals.yours;
  return Date.parse(alone) > now() ? words.approvals.aloneFrom(timeOf(alone)) : '';
}
