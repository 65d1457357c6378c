/** Add employee: the data of a new person, and whether a passcode is mailed at once. However often it is sent, it adds one person. */

import * as api from '../../api.js';
import { isWaiting, waitingText } from '../../approval.js';
import { dialog } from '../../dialog.js';
import { fill, h, newId } from '../../dom.js';
import { form } from '../../form.js';
import { timeOf, words } from '../../language.js';
import { explain, explainReason, isUncertain } from '../../problems.js';
import { refuseField } from '../../refused-fields.js';
import { NOBODY, personFields, written } from './person-fields.js';

/** Opens the dialog. @param {{ closed: (hasAdded: boolean) => void }} options */
export function openAddDialog({ closed }) {
  const leaving = new AbortController();
  let hasAdded = false;
  const { element, heading, body } = dialog({
    title: words.add.title,
    hasOwnFocus: true,
    closed: () => {
      leaving.abort();
      element.remove();
      closed(hasAdded);
    },
  });
  const close = () => element.close();

  function begin() {
    const fields = personFields(NOBODY);
    const mails = h('input', { type: 'checkbox', id: newId(), checked: true });
    const wish = h('p', { class: 'check' }, mails, h('label', { for: mails.id }, words.add.mails));
    /** What was sent last, if it is not known what has become of it. */
    let uncertain = { text: '', key: '' };
    const send = async () => {
      const person = { ...written(fields), issue_passcode: mails.checked };
      const text = JSON.stringify(person);
      const key = uncertain.text === text ? uncertain.key : crypto.randomUUID();
      try {
        const answer = await api.addEmployee(person, key);
        hasAdded ||= !isWaiting(answer);
        tell(person, answer);
      } catch (error) {
        uncertain = isUncertain(error) ? { text, key } : { text: '', key: '' };
        throw error;
      }
    };
    const refused = (/** @type {unknown} */ error) => {
      const text = explain(error);
      return refuseField(fields, error, text) ? '' : text;
    };
    const cancel = h('button', { type: 'button', onclick: close }, words.signIn.cancel);
    const add = form({ fields: Object.values(fields), label: words.add.action, send, refused, beside: cancel });
    add.classList.add('person-fields');
    add.querySelector('.actions')?.before(wish, h('p', { class: 'hint' }, words.add.explain));
    fill(body, add);
    fields.name.input.setAttribute('autofocus', '');
    return fields.name.input;
  }

  /** Says what has become of it. @param {{ name: string, issue_passcode: boolean }} wanted @param {api.Added | api.Waiting} answer */
  function tell(wanted, answer) {
    // The answer may come after the closing.
    if (!element.isConnected) return;
    const another = h('button', { type: 'button', onclick: () => begin().focus() }, words.add.another);
    const done = h('button', { type: 'button', class: 'primary', onclick: close }, words.employee.close);
    const page = !isWaiting(answer) && h('a', { href: `#/employees/${answer.employee_id}` }, words.employee.page);
    const said = isWaiting(answer) ? h('p', { class: 'message wait' }, waitingText(answer)) : outcome(wanted, answer);
    fill(body, said, h('p', { class: 'actions' }, done, another, page));
    heading.focus();
  }

  element.classList.add('add-person');
  addEventListener('hashchange', close, { signal: leaving.signal });
  document.body.append(element);
  begin();
  element.showModal();
}

/** The person is there, whether the passcode was sent or not. @param {{ issue_passcode: boolean }} wanted @param {api.Added} answer */
function outcome(wanted, { name, passcode, refusal }) {
  const { add, employee } = words;
  const added = h('p', { class: 'message good' }, add.added(name));
  const sent = passcode && employee.sent(passcode.sent_to, timeOf(passcode.expires_at));
  const withheld = wanted.issue_passcode && refusal ? add.notSent(explainReason(refusal)) : add.notWanted;
  return h('div', { role: 'status' }, added, h('p', { class: `message ${sent ? '' : refusal ? 'wait' : ''}` }, sent ?? withheld));
}
