/** A person's data as a form. Only what was changed is sent, and only if nobody else has changed the person meanwhile. */

import * as api from '../../api.js';
import { isWaiting, waitingText } from '../../approval.js';
import { Meanwhile, differences } from '../../changes.js';
import { fill, h, newId } from '../../dom.js';
import { announcement, form } from '../../form.js';
import { words } from '../../language.js';
import { explain, isProblem } from '../../problems.js';
import { refuseField } from '../../refused-fields.js';
import { accountTypes, locales, personFields, roles, written } from '../employees/person-fields.js';

/**
 * @typedef {import('../../api.js').Person} Person
 * @typedef {import('../employees/person-fields.js').Written} Written
 */

/** What the API has of the fields. @param {Person} person @returns {Written} */
const writtenOf = ({ name, email, role, account_type, external_id, locale }) => ({ name, email, role, account_type, external_id, locale });

export class FactsForm {
  /** The person as the form was filled, or as it was last changed. @type {Person} */
  #person;

  #fields;

  #changed;

  #meanwhile = new Meanwhile();

  #said = announcement('status');

  /**
   * @param {{ person: Person, isOwn: boolean, changed: (person: Person) => void }} options  `isOwn`: nobody changes their own access.
   *   `changed` gets the person after a change, by this form or by somebody else.
   */
  constructor({ person, isOwn, changed }) {
    this.#person = person;
    this.#changed = changed;
    this.#fields = personFields(writtenOf(person));
    const own = h('p', { id: newId(), class: 'hint', hidden: !isOwn }, words.person.ownFacts);
    if (isOwn) {
      for (const { input } of [this.#fields.email, this.#fields.role, this.#fields.account_type]) {
        input.disabled = true;
        input.setAttribute('aria-describedby', own.id);
      }
    }
    const heading = h('h2', {}, words.person.facts);
    const save = form({
      fields: Object.values(this.#fields),
      label: words.changes.save,
      send: () => this.#save(),
      before: [own],
      refused: (error) => {
        const text = explain(error);
        return refuseField(this.#fields, error, text) ? '' : text;
      },
    });
    save.classList.add('person-fields');
    save.append(this.#meanwhile.element, this.#said);
    this.element = h('section', { class: 'card facts-form' }, heading, save);
  }

  /** Takes over what has changed. What was typed into other fields stays. @param {Person} now */
  adopt(now) {
    const typed = differences(writtenOf(this.#person), written(this.#fields));
    for (const [name, value] of Object.entries(writtenOf(now))) {
      if (!(name in typed)) this.#fields[/** @type {keyof Written} */ (name)].input.value = value ?? '';
    }
    this.#person = now;
  }

  /** Tells what somebody else has changed since, and takes it over. @param {Person} now */
  meet(now) {
    const before = this.#person;
    this.adopt(now);
    const changes = Object.entries(differences({ ...writtenOf(before), status: before.status }, { ...writtenOf(now), status: now.status }));
    this.#meanwhile.tell(changes.map(([name, to]) => ({
      label: label(name),
      from: valueText(name, /** @type {any} */ (before)[name]),
      to: valueText(name, to ?? null),
    })));
    this.#meanwhile.element.scrollIntoView({ block: 'nearest' });
    this.#changed(now);
  }

  async #save() {
    const before = this.#person;
    this.#meanwhile.clear();
    this.#say('');
    const changed = differences(writtenOf(before), written(this.#fields));
    if (Object.keys(changed).length === 0) return this.#say(words.changes.nothing);
    try {
      const answer = await api.changeEmployee(before, changed);
      if (isWaiting(answer)) {
        this.#reset(before);
        return this.#say(waitingText(answer), 'wait');
      }
      this.#reset(answer);
      this.#say(words.changes.saved, 'good');
      this.#changed(answer);
    } catch (error) {
      if (!isProblem(error, 'changed_meanwhile')) throw error;
      this.meet(await api.getEmployee(before.employee_id));
    }
  }

  /** Shows the person as they are, without what was typed. @param {Person} now */
  #reset(now) {
    this.#person = now;
    for (const [name, value] of Object.entries(writtenOf(now))) {
      this.#fields[/** @type {keyof Written} */ (name)].input.value = value ?? '';
    }
  }

  /** @param {string} text @param {'' | 'good' | 'wait'} [tone] */
  #say(text, tone = '') {
    this.#said.className = `message ${tone}`;
    fill(this.#said, text);
  }
}

/** @param {string} name */
const label = (name) => words.audit.detail[name] ?? name;

/** @param {string} name @param {string | null} value */
function valueText(name, value) {
  const { employee } = words;
  /** @type {Record<string, Record<string, string>>} */
  const known = {
    role: roles(),
    account_type: accountTypes(),
    status: { active: employee.active, disabled: employee.disabled },
    locale: locales(words.person.companyLocale, value),
  };
  return known[name]?.[value ?? ''] ?? value ?? words.audit.nothing;
}
