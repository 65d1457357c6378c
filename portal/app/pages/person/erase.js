/** Erases a person, after the person's name was typed: it cannot be undone. */

import * as api from '../../api.js';
import { dialog } from '../../dialog.js';
import { fill, h, newId } from '../../dom.js';
import { actionButton, field, form } from '../../form.js';
import { words } from '../../language.js';
import { explain, isProblem } from '../../problems.js';

/** @typedef {import('../../api.js').Person} Person */

/** A name without what a typing person cannot see: case stays. @param {string} name */
const plain = (name) => name.normalize('NFC').trim().replace(/\s+/g, ' ');

/**
 * @param {{ person: () => Person, isOwn: boolean, erasing: () => void, erased: (person: Person) => void,
 *   meet: (person: Person) => void }} options  `person` is the person as last read; `erasing` is called before the request; `meet` gets a
 *   person whom somebody else has changed.
 */
export function eraseSection({ person, isOwn, erasing, erased, meet }) {
  const own = h('p', { id: newId(), class: 'refusal' }, isOwn && words.problems.own_account);
  const button = actionButton(words.person.erase, { class: 'danger', 'aria-haspopup': 'dialog', ...(isOwn && { 'aria-describedby': own.id }) });
  button.addEventListener('click', () => isOwn || ask({ person: person(), erasing, erased, meet }));
  if (isOwn) {
    button.classList.add('refused');
    button.setBusy(true);
  }
  return h('section', { class: 'card erase' }, h('h2', {}, words.person.eraseTitle), h('p', {}, words.person.explainErase), own, button);
}

/** @param {{ person: Person, erasing: () => void, erased: (person: Person) => void, meet: (person: Person) => void }} options */
function ask({ person, erasing, erased, meet }) {
  const leaving = new AbortController();
  const { element, heading, body } = dialog({
    title: words.person.erase,
    hasOwnFocus: true,
    closed: () => {
      leaving.abort();
      element.remove();
    },
  });
  fill(heading, `${words.person.erase}: `, h('bdi', {}, person.name));
  const typed = field({
    label: words.person.typeName(person.name),
    name: 'erased-name',
    autocomplete: 'off',
    autofocus: true,
    check: (value) => (plain(value) === plain(person.name) ? '' : words.person.otherName),
  });
  const close = () => element.close();
  const send = async () => {
    erasing();
    try {
      await api.eraseEmployee(person);
    } catch (error) {
      // If the answer of an earlier click was lost, the person is gone already.
      if (isProblem(error, 'changed_meanwhile')) {
        meet(await api.getEmployee(person.employee_id));
        return close();
      }
      if (!isProblem(error, 'employee_not_found')) throw error;
    }
    close();
    erased(person);
  };
  const cancel = h('button', { type: 'button', onclick: close }, words.signIn.cancel);
  const question = h('p', { id: newId() }, words.person.askErase);
  body.append(question, form({ fields: [typed], label: words.person.eraseForGood, send, refused: explain, beside: cancel, buttonClass: 'primary danger' }));
  element.classList.add('small');
  element.setAttribute('aria-describedby', question.id);
  addEventListener('hashchange', close, { signal: leaving.signal });
  document.body.append(element);
  element.showModal();
}
