/**
 * Admin → Manage Employees: the company's people, searched, filtered and paged, each with a pencil.
 *
 * The address has the state of the page (`?query=`, `filter=`, `page=`, and `employee=` for the dialog), so that Back, a
 * reload and a new sign-in return to it. The cursors of earlier pages are in the history's state.
 */

import * as api from '../api.js';
import { fill, h, icon } from '../dom.js';
import { announcement, patiently } from '../form.js';
import { number, words } from '../language.js';
import { explain, isGivenUp, isProblem } from '../problems.js';
import { go, hashOf, here } from '../router.js';
import { BulkDialog } from './employees/bulk-dialog.js';
import { EditDialog } from './employees/edit-dialog.js';
import { EmployeeTable } from './employees/table.js';
import { Toolbar } from './employees/toolbar.js';

export const needs = 'admin';

/** How many employees a page has. */
const PAGE_SIZE = 50;

/** @typedef {{ query: string, filter: string, page: number, cursors: (string | null)[] }} Wanted */

/** @param {import('../router.js').Place} place @returns {Wanted} */
function wantedAt({ query, state }) {
  const page = Number(query.get('page') ?? '1');
  const cursors = Array.isArray(state?.cursors) ? state.cursors : [];
  // A page without a known cursor cannot be loaded: the list starts at its first page.
  const isKnown = Number.isInteger(page) && page > 1 && cursors.length >= page - 1;
  return {
    query: query.get('query') ?? '',
    filter: known(words.employees.filters, query.get('filter')),
    page: isKnown ? page : 1,
    cursors: isKnown ? cursors.slice(0, page - 1) : [],
  };
}

/** The value from the address, if it is a known one. @param {Record<string, string>} those @param {string | null} wanted */
const known = (those, wanted) => (wanted !== null && Object.hasOwn(those, wanted) ? wanted : '');

/** @param {Wanted} wanted */
const hashOfList = ({ query, filter, page }) =>
  hashOf('employees', { query, filter: query ? '' : filter, page: page > 1 ? page : null });

/** @param {import('../main.js').Visit} visit @returns {import('../main.js').Page} */
export function open({ place, signal }) {
  const title = words.employees.title;
  let wanted = wantedAt(place);
  /** @type {string | null} */
  let next = null;
  let loading = new AbortController();

  const toolbar = new Toolbar({
    search: (query) => show({ query, filter: '', page: 1, cursors: [] }, { replace: true }),
    choose: (filter) => show({ query: '', filter, page: 1, cursors: [] }),
  });
  const status = announcement('status');
  const failure = announcement();
  const table = new EmployeeTable({
    edit: ({ employee_id: id }) => {
      toolbar.settle();
      go(editHash(id), { state: { cursors: wanted.cursors, isFromList: true } });
    },
    selected: () => showSelection(),
  });
  const previous = pagerButton(words.employees.previous, 'left', () =>
    show({ ...wanted, page: wanted.page - 1, cursors: wanted.cursors.slice(0, -1) }));
  const following = pagerButton(words.employees.next, 'right', () => {
    // The cursor of the next page comes with this page.
    if (next !== null) show({ ...wanted, page: wanted.page + 1, cursors: [...wanted.cursors, next] });
  });
  const pageNumber = h('span', { class: 'page-number' });
  const pager = h('nav', { class: 'pager', 'aria-label': words.employees.pages }, previous, pageNumber, following);
  const selection = h('div', { class: 'selection', hidden: true });

  const edit = new EditDialog({ signal, changed: (employee) => table.update(employee), closed: closeEdit });
  const bulk = new BulkDialog({ signal, changed: (employee) => table.update(employee), closed: (sent) => table.deselect(sent) });

  /** @param {Wanted} to @param {{ replace?: boolean }} [options] */
  function show(to, { replace = false } = {}) {
    go(hashOfList(to), { replace, state: { cursors: to.cursors } });
  }

  /** @param {string} id */
  function editHash(id) {
    const list = hashOfList(wanted);
    return `${list}${list.includes('?') ? '&' : '?'}employee=${encodeURIComponent(id)}`;
  }

  /** @param {string | null} id */
  function closeEdit(id) {
    // The row may have been replaced meanwhile.
    if (id && document.activeElement === document.body) table.focusPencil(id);
    const { query, state } = here();
    if (!query.has('employee')) return;
    if (state?.isFromList) history.back();
    else show(wanted, { replace: true });
  }

  function showSelection() {
    const people = table.selection();
    const count = number(people.length);
    selection.hidden = people.length === 0;
    fill(
      selection,
      h('span', { role: 'status' }, words.bulk.selected(count)),
      h('button', { type: 'button', class: 'primary', onclick: () => bulk.open(people) }, words.bulk.action(count)),
      h('button', { type: 'button', onclick: () => table.clearSelection() }, words.bulk.clear),
    );
  }

  /** @param {AbortSignal} until @returns {Promise<{ people: api.Employee[], cursor: string | null }>} */
  async function fetchPage(until) {
    const { query, filter, cursors } = wanted;
    /** @type {api.Employee[]} */
    const people = [];
    let cursor = cursors.at(-1) ?? null;
    // A page of a search may be short while there is more.
    do {
      const answer = await api.listEmployees({ query, filter, cursor, limit: PAGE_SIZE - people.length }, until);
      people.push(...answer.employees);
      cursor = answer.next_cursor;
    } while (cursor && people.length < PAGE_SIZE);
    return { people, cursor };
  }

  async function load() {
    loading.abort();
    loading = new AbortController();
    next = null;
    const until = AbortSignal.any([signal, loading.signal]);
    failure.say();
    table.setBusy(true);
    try {
      const { people, cursor } = await patiently(fetchPage(until), () => status.say(words.form.slow));
      next = cursor;
      table.show(people);
      status.say(people.length > 0 ? words.employees.shown(number(people.length)) : emptyText());
    } catch (error) {
      if (isGivenUp(error)) return;
      if (isProblem(error, 'invalid_cursor')) return show({ ...wanted, page: 1, cursors: [] }, { replace: true });
      failure.say(explain(error), ' ', h('button', { type: 'button', onclick: () => void load() }, words.shell.retry));
    }
    table.setBusy(false);
    showPager();
  }

  function showPager() {
    const focused = document.activeElement;
    pageNumber.textContent = words.employees.page(number(wanted.page));
    previous.disabled = wanted.page === 1;
    following.disabled = next === null;
    // At either end the focus stays in the pager.
    if (focused === following && following.disabled) previous.focus();
    if (focused === previous && previous.disabled) following.focus();
  }

  const emptyText = () =>
    wanted.query ? words.employees.noMatch(wanted.query) : wanted.filter ? words.employees.none : words.employees.empty;

  /** @param {import('../router.js').Place} at */
  function update(at) {
    const to = wantedAt(at);
    if (hashOfList(to) !== hashOfList(wanted)) {
      wanted = to;
      toolbar.show(wanted);
      void load();
    }
    showDialog(at);
  }

  /** @param {import('../router.js').Place} at */
  function showDialog({ query }) {
    const id = query.get('employee');
    if (id) edit.open(id, table.find(id));
    else edit.close();
  }

  toolbar.show(wanted);
  const heading = h('h1', { tabindex: '-1' }, title);
  const element = h('div', { class: 'wide' }, heading, toolbar.element, status, failure, table.element, pager, selection, edit.element, bulk.element);
  void load();
  return { title, element, update, shown: () => showDialog(here()) };
}

/** @param {string} text @param {'left' | 'right'} direction @param {() => void} onclick */
function pagerButton(text, direction, onclick) {
  const arrow = icon(direction);
  return h('button', { type: 'button', disabled: true, onclick }, direction === 'left' && arrow, text, direction === 'right' && arrow);
}
