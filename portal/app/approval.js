/** Acts that wait until a second Security Admin approves them: the API answers 202, and nothing has changed yet. */

import { timeOf, words } from './language.js';

/** Whether the act waits. @template {object} T @param {T | import('./api.js').Waiting} answer @returns {answer is import('./api.js').Waiting} */
export const isWaiting = (answer) => 'approval' in answer;

/** What to tell the requester. @param {import('./api.js').Waiting} answer */
export const waitingText = ({ approval }) => words.approvals.waits(timeOf(approval.expires_at));
