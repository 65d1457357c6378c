/** A person's page, `#/employees/<id>`: what is known of the person, everything that a Security Admin may do, and the person's audit. */

import * as api from '../api.js';
import { fill, h } from '../dom.js';
import { announcement } from '../form.js';
import { words } from '../language.js';
import { explain, isGivenUp } from '../problems.js';
import { changeSession, session } from '../session.js';
import { names } from './audit/names.js';
import { IssueForm } from './employees/issue-form.js';
import { PasscodePanel } from './employees/passcode-panel.js';
import { address } from './employees/status.js';
import { Access } from './person/access.js';
import { eraseSection } from './person/erase.js';
import { FactsForm } from './person/facts.js';
import { Timeline } from './person/timeline.js';

export const needs = 'admin';

/** @param {import('../main.js').Visit} visit @returns {Promise<import('../main.js').Page | null>} */
export async function open({ place, signal }) {
  const id = place.rest;
  const timeline = new Timeline(id, signal);
  try {
    // Together, so that nothing moves when the second one comes.
    const [employee] = await Promise.all([api.getEmployee(id, signal), timeline.begin()]);
    return show(employee, timeline, signal);
  } catch (error) {
    return isGivenUp(error) ? null : failed(error);
  }
}

/** The way back to the list. */
const back = () => h('p', { class: 'crumb' }, h('a', { href: '#/employees' }, words.employees.title));

/** @param {api.Employee} employee @param {Timeline} timeline @param {AbortSignal} signal @returns {import('../main.js').Page} */
function show(employee, timeline, signal) {
  let now = employee;
  const isOwn = employee.employee_id === session()?.employee.employee_id;
  const heading = h('h1', { tabindex: '-1' });
  const email = h('p', { class: 'under-heading' });
  const panel = new PasscodePanel(signal);
  const issue = new IssueForm({ signal, panel, changed: showPerson });
  const facts = new FactsForm({ person: employee, isOwn, changed });
  const meet = facts.meet.bind(facts);
  const access = new Access({
    person: employee,
    isOwn,
    changed: (person) => {
      if (person) facts.adopt(person);
      changed(person ?? now);
    },
    meet,
  });

  /** @param {api.Employee} person */
  function showPerson(person) {
    const isNewPasscode = person.passcode?.status !== now.passcode?.status || person.passcode?.passcode_id !== now.passcode?.passcode_id;
    now = person;
    names.know(person.employee_id, person.name);
    const { employee: text } = words;
    fill(heading, h('bdi', {}, person.name), person.status === 'disabled' && h('span', { class: 'badge over' }, text.disabled));
    fill(email, address(person.email));
    panel.show(person.passcode);
    issue.show(person);
    access.show(person);
    if (isNewPasscode) void timeline.begin();
  }

  /** A change may also have ended a passcode, which the answer does not say. @param {api.Person} person */
  function changed(person) {
    showPerson({ ...now, ...person });
    void timeline.begin();
    if (isOwn) changeSession({ employee: person });
    api.getEmployee(person.employee_id, signal).then(showPerson, () => {});
  }

  issue.begin(employee.employee_id);
  showPerson(employee);
  issue.resume();
  const passcode = h('section', { class: 'card code' }, h('h2', {}, words.employee.passcode), panel.element, issue.fields, issue.actions);
  const element = h('div', { class: 'wide person-page' });
  const erased = (/** @type {api.Person} */ { employee_id, name }) => {
    names.know(employee_id, null);
    fill(element, back(), heading, h('p', { class: 'message good', role: 'status' }, words.person.erased(name)));
    heading.focus();
  };
  const erase = eraseSection({ person: () => now, isOwn, erasing: () => issue.stopFollowing(), erased, meet });
  fill(element, back(), heading, email, h('div', { class: 'sections' }, facts.element, passcode, access.element, timeline.element, erase));
  return { title: employee.name, element };
}

/** @param {unknown} error @returns {import('../main.js').Page} */
function failed(error) {
  const title = words.employees.title;
  const failure = announcement();
  failure.say(explain(error));
  const retry = h('button', { type: 'button', class: 'primary', onclick: () => location.reload() }, words.shell.retry);
  return { title, element: h('div', { class: 'narrow' }, back(), h('h1', { tabindex: '-1' }, title), failure, h('p', {}, retry)) };
}
