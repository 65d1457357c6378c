/**
 * Admin → Manage Employees: the company's people, searched, filtered and paged, each with a pencil.
 *
 * The address has the state of the page (`?query=`, `filter=`, `page=`, and `employee=` for the dialog), so that Back, a
 * reload and a new sign-in return to it. The cursors of earlier pages are in the history's state.
 */

import * as api from '../api.js';
import { h, icon } from '../dom.js';
import { announcement, patiently } from '../form.js';
import { number, words } from '../language.js';
import { explain, isGivenUp, isProblem } from '../problems.js';
import { go, hashOf, here } from '../router.js';
import { openAddDialog } from './employees/add-dialog.js';
import { BulkDialog } from './employees/bulk-dialog.js';
import { densityButton } from './employees/density.js';
import { EditDialog } from './employees/edit-dialog.js';
import { exportButton } from './employees/export.js';
import { keyHint, listenToKeys } from './employees/keys.js';
import { MOST, SelectionBar } from './employees/selection-bar.js';
import { skeleton } from './employees/skeleton.js';
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
  /** How many match, if that is known. @type {import('./employees/selection-bar.js').Count | null} */
  let matching = null;
  let loading = new AbortController();

  const status = announcement('status');
  const failure = announcement();
  const table = new EmployeeTable({
    edit: ({ employee_id: id }) => {
      toolbar.settle();
      go(editHash(id), { state: { cursors: wanted.cursors, isFromList: true } });
    },
    selected: () => showSelection(),
  });
  const exporting = exportButton(() => wanted, signal);
  const toolbar = new Toolbar({
    search: (query) => show({ query, filter: '', page: 1, cursors: [] }, { replace: true }),
    choose: (filter) => show({ query: '', filter, page: 1, cursors: [] }),
    beside: keyHint(),
    signal,
  });
  const waiting = skeleton();
  const previous = pagerButton(words.employees.previous, 'left', () =>
    show({ ...wanted, page: wanted.page - 1, cursors: wanted.cursors.slice(0, -1) }));
  const following = pagerButton(words.employees.next, 'right', () => {
    // The cursor of the next page comes with this page.
    if (next !== null) show({ ...wanted, page: wanted.page + 1, cursors: [...wanted.cursors, next] });
  });
  const pageNumber = h('span', { class: 'page-number' });
  const pager = h('nav', { class: 'pager', hidden: true, 'aria-label': words.employees.pages }, previous, pageNumber, following);
  const selection = new SelectionBar({
    send: () => bulk.open(table.selection()),
    clear: () => table.clearSelection(),
    more: selectMatching,
    gone: () => table.focusAgain(),
  });

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
    const isMore = table.isAllSelected() && (next !== null || wanted.page > 1);
    const count = table.selection().length;
    selection.show({ count, matching: isMore && count < Math.min(MOST, matching?.total ?? MOST) ? matching : null });
  }

  /** Selects all that match, up to the limit, unless others are wanted before they are loaded. */
  async function selectMatching() {
    failure.say();
    try {
      const { people } = await fetchPage({ ...wanted, cursors: [] }, MOST, AbortSignal.any([signal, loading.signal]));
      table.selectAlso(people);
    } catch (error) {
      if (!isGivenUp(error)) failure.say(explain(error));
    }
  }

  /** @param {Wanted} of @param {number} size @param {AbortSignal} until @returns {Promise<{ people: api.Employee[], cursor: string | null }>} */
  async function fetchPage({ query, filter, cursors }, size, until) {
    /** @type {api.Employee[]} */
    const people = [];
    let cursor = cursors.at(-1) ?? null;
    // A page of a search may be short while there is more.
    do {
      const answer = await api.listEmployees({ query, filter, cursor, limit: size - people.length }, until);
      people.push(...answer.employees);
      cursor = answer.next_cursor;
    } while (cursor && people.length < size);
    return { people, cursor };
  }

  /** How many match; a list of one page has been counted already. @param {number} shown @param {AbortSignal} until */
  async function count(shown, until) {
    if (wanted.page === 1 && next === null) return { total: shown, isExact: true };
    const { query, filter } = wanted;
    const answer = await api.countEmployees({ query, filter }, until);
    return { total: answer.count, isExact: answer.exact };
  }

  async function load() {
    loading.abort();
    loading = new AbortController();
    next = null;
    matching = null;
    const until = AbortSignal.any([signal, loading.signal]);
    for (const message of [status, failure]) message.say();
    table.setBusy(true);
    try {
      const { people, cursor } = await patiently(fetchPage(wanted, PAGE_SIZE, until), () => status.say(words.form.slow));
      next = cursor;
      table.show(people);
      void tellCount(people.length, until);
    } catch (error) {
      if (isGivenUp(error)) return;
      if (isProblem(error, 'invalid_cursor')) return show({ ...wanted, page: 1, cursors: [] }, { replace: true });
      // The rows of another search or filter would look like an answer to this one.
      table.show([]);
      status.say();
      failure.say(words.employees.notLoaded, ' ', explain(error), ' ', h('button', { type: 'button', onclick: retry }, words.shell.retry));
    }
    waiting.hidden = true;
    table.setBusy(false);
    showPager();
  }

  function retry() {
    // The button disappears.
    heading.focus();
    void load();
  }

  /** @param {number} shown @param {AbortSignal} until */
  async function tellCount(shown, until) {
    try {
      if (shown === 0) return status.say(emptyText());
      matching = await count(shown, until);
      const { total, isExact } = matching;
      const all = words.employees.total(number(total), isExact, total === 1);
      const first = (wanted.page - 1) * PAGE_SIZE + 1;
      status.say(total > shown ? words.employees.range(number(first), number(first + shown - 1), all) : all);
      showSelection();
    } catch (error) {
      // The list is there without it.
      if (!isGivenUp(error)) status.say(words.employees.shown(number(shown)));
    }
  }

  function showPager() {
    const focused = document.activeElement;
    pageNumber.textContent = words.employees.page(number(wanted.page));
    previous.disabled = wanted.page === 1;
    following.disabled = next === null;
    pager.hidden = table.element.hidden || (previous.disabled && following.disabled);
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
  listenToKeys({ search: toolbar.input, table, signal });
  const add = h('button', { type: 'button', 'aria-haspopup': 'dialog' }, words.add.title);
  add.addEventListener('click', () => openAddDialog({ closed: (hasAdded) => hasAdded && !signal.aborted && void load() }));
  const heading = h('h1', { tabindex: '-1' }, title);
  const element = h(
    'div',
    { class: 'wide' },
    h('div', { class: 'heading-row' }, heading, add),
    toolbar.element,
    h('div', { class: 'above' }, status, exporting.said, exporting.button, densityButton(table.element)),
    failure,
    table.element,
    waiting,
    pager,
    selection.element,
    edit.element,
    bulk.element,
  );
  void load();
  return { title, element, update, shown: () => showDialog(here()) };
}

/** @param {string} text @param {'left' | 'right'} direction @param {() => void} onclick */
function pagerButton(text, direction, onclick) {
  const arrow = icon(direction);
  return h('button', { type: 'button', disabled: true, onclick }, direction === 'left' && arrow, text, direction === 'right' && arrow);
}
