/**
 * One sign-in for all tabs of the browser (docs/decisions/0007-tabs.md). The session stays in the storage of each tab alone. A new tab
 * asks the other tabs for it, over a channel of the same origin. A tab that has a session holds a lock with the person's id in its
 * name, so a new tab knows at once whether there is one to ask for. If two people are signed in, it takes over neither.
 */

import { leaveSession, session, sessions, startSession } from './session.js';

const NAME = 'readmit.session';

/** How long to wait for another tab's answer, in milliseconds. A browser may slow down tabs in the background. */
const PATIENCE = 1_500;

/**
 * @typedef {NonNullable<ReturnType<typeof session>>} Mine
 * @typedef {{ kind: 'question', question: string, person: string }} Question
 * @typedef {{ kind: 'answer', question: string, session: Mine }} Answer
 * @typedef {{ kind: 'left', person: string }} Left
 */

const channel = new BroadcastChannel(NAME);

/** Ends the lock of this tab. */
let release = () => {};

/** Whose session this tab has, or had. */
let person = '';

/**
 * Whose session this tab may take over. `person`: only a session of the person whose session has ended in this tab.
 * `nobody`: after a sign-out.
 *
 * @type {'anybody' | 'person' | 'nobody'}
 */
let mayTake = 'anybody';

/** Tokens that the API no longer accepts. Another tab may not know it yet. @type {Set<string>} */
const ended = new Set();

/** @type {Map<string, (session: Mine) => void>} */
const questions = new Map();

channel.addEventListener('message', ({ data }) => {
  /** @type {Question | Answer | Left} */
  const message = data;
  const mine = session();
  const isMine = mine !== null && 'person' in message && message.person === mine.employee.employee_id;
  if (message.kind === 'question' && isMine) {
    channel.postMessage({ kind: 'answer', question: message.question, session: mine });
  }
  if (message.kind === 'answer') questions.get(message.question)?.(message.session);
  if (message.kind === 'left' && isMine) leaveSession();
});

/** Starts to hand over this tab's session to new tabs. */
export function shareSession() {
  sessions.addEventListener('started', hold);
  sessions.addEventListener('left', () => {
    release();
    mayTake = 'nobody';
  });
  sessions.addEventListener('ended', (event) => {
    release();
    mayTake = 'person';
    ended.add(/** @type {CustomEvent<string>} */ (event).detail);
  });
  hold();
}

/** A shared lock, until the session or the tab ends. */
function hold() {
  release();
  const mine = session();
  if (!mine) return;
  person = mine.employee.employee_id;
  const held = new Promise((resolve) => (release = () => resolve(undefined)));
  void navigator.locks.request(`${NAME} ${person}`, { mode: 'shared' }, () => held);
}

/** Starts the session of another tab here, if one person is signed in there. */
export async function takeOverSession() {
  if (mayTake === 'nobody') return;
  const { held = [] } = await navigator.locks.query();
  const people = held.map(({ name = '' }) => name.split(' ')).filter(([name]) => name === NAME).map(([, id = '']) => id);
  const [only = '', ...others] = new Set(people);
  if (!only || others.length > 0 || (mayTake === 'person' && only !== person)) return;
  const theirs = await ask(only);
  if (theirs && !session()) startSession(theirs);
}

/** @param {string} whom @returns {Promise<Mine | null>} */
function ask(whom) {
  const question = crypto.randomUUID();
  return new Promise((resolve) => {
    const stop = () => {
      clearTimeout(timer);
      questions.delete(question);
    };
    const timer = setTimeout(() => (stop(), resolve(null)), PATIENCE);
    questions.set(question, (theirs) => {
      // A tab that does not know yet that its session has ended is not the last to answer.
      if (ended.has(theirs.access_token)) return;
      stop();
      resolve(theirs);
    });
    channel.postMessage({ kind: 'question', question, person: whom });
  });
}

/** Ends the session in all tabs of the person. The API has ended it already. */
export function leaveAllTabs() {
  channel.postMessage({ kind: 'left', person: session()?.employee.employee_id ?? '' });
  leaveSession();
}
