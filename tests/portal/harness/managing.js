/** Steps on a person's page, for the stories that manage people. */

import { signInToTheList } from './journey.js';

/** @typedef {import('playwright-core').Page} Page */

/**
 * Ada, at the page of a person.
 *
 * @param {import('./stories.js').World} world
 * @param {string} login
 * @param {import('./company.js').Row[]} [people]
 */
export async function adaAtThePageOf(world, login, people) {
  const company = await world.company(people);
  const ada = await company.enrol('ada');
  const visitor = await world.visitor('/');
  await signInToTheList(visitor.page, ada);
  const id = company.employeeId(login);
  await visitor.opens(`/#/employees/${id}`);
  await section(visitor.page, 'Personal data').waitFor();
  return { company, ada, visitor, page: visitor.page, id };
}

/** The API's answer to an act that waits for a second Security Admin, with every field of an approval. */
export const WAITING = {
  approval: {
    approval_id: 'apr_01J00000000000000000000000',
    act: 'new_security_admin',
    employee_id: null,
    requested_by: 'emp_01J00000000000000000000000',
    requested_at: '2030-01-01T10:00:00Z',
    expires_at: '2030-01-04T10:00:00Z',
    requester_may_approve_at: null,
    request: {},
  },
};

/** A card of a page, by its heading. @param {Page} page @param {string} heading */
export const section = (page, heading) =>
  page.locator('section').filter({ has: page.getByRole('heading', { name: heading, exact: true }) });

/** Saves what was typed. @param {Page} page */
export const save = (page) => page.getByRole('button', { name: 'Save changes' }).click();
