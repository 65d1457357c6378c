/** The dock at the foot of every page: the mails as they are sent, the authenticator's digits, the clock. */

import { ClockPart } from './dock/clock.js';
import { DigitsPart } from './dock/digits.js';
import { MailPart } from './dock/mail.js';
import { catchEnrolments } from './dock/enrolments.js';
import { helpToSignIn } from './dock/sign-in.js';
import { h } from '/_local/dom.js';

/** Whether the dock is open, in every tab of this browser. */
const OPEN = 'readmit-local.dock';

const parts = [new MailPart(), new DigitsPart(), new ClockPart()];

const toggle = h('button', { type: 'button', class: 'dock-toggle', 'aria-controls': 'dock-panel' }, 'Local stack');
const panel = h('div', { id: 'dock-panel', class: 'dock-panel' }, ...parts.map((part) => part.section));
const dock = h(
  'aside',
  { class: 'dock', lang: 'en', 'aria-label': 'Local stack' },
  h('div', { class: 'dock-bar' }, toggle, ...parts.map((part) => part.summary)),
  panel,
);

/** @param {boolean} isOpen */
function open(isOpen) {
  toggle.setAttribute('aria-expanded', String(isOpen));
  panel.hidden = !isOpen;
  document.documentElement.classList.toggle('dock-open', isOpen);
}

toggle.addEventListener('click', () => {
  const isOpen = toggle.getAttribute('aria-expanded') !== 'true';
  open(isOpen);
  localStorage.setItem(OPEN, String(isOpen));
});

dock.addEventListener('keydown', (event) => {
  if (event.key !== 'Escape' || panel.hidden) return;
  toggle.click();
  toggle.focus();
});

/** Asks the stack again as long as somebody looks. */
function follow() {
  for (const part of parts) {
    const ask = async () => {
      if (!document.hidden) await part.refresh();
      setTimeout(ask, part.interval);
    };
    void ask();
    document.addEventListener('visibilitychange', () => void (document.hidden || part.refresh()));
  }
}

open(localStorage.getItem(OPEN) === 'true');
// Beside the body, which the portal fills anew.
document.documentElement.append(dock);
catchEnrolments();
helpToSignIn();
follow();
