/** The CSV of the audit: the same cases as for the operator's export (`operator/src/csv_row.rs`). */

import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { test } from 'node:test';

import { csv } from '../../portal/app/pages/audit/csv.js';

/** @type {{ cells: [string, string][], escaped: [string, string][] }} */
const CASES = JSON.parse(await readFile(new URL('../csv_cells.json', import.meta.url), 'utf8'));

/** The user agent's cell in the CSV of one event. @param {string} typed */
function cellOf(typed) {
  /** @type {Parameters<typeof csv>[0][number]} */
  const event = {
    event_id: 'e',
    at: 'a',
    type: 't',
    actor: { kind: 'system', employee_id: null },
    employee_id: 'p',
    source_ip: null,
    user_agent: typed,
    device: null,
    request_id: 'r',
    detail: {},
  };
  const [, row = ''] = csv([event], new Map([['p', 'n']])).split('\r\n"a",');
  const [, cell = ''] = row.match(/^"t","p","n","system","","","","","","((?:[^"]|"")*)","r",/) ?? [];
  return cell.replaceAll('""', '"');
}

test('a cell is what the shared cases say', () => {
  const written = CASES.cells.map(([typed]) => [typed, cellOf(typed)]);
  assert.deepEqual(written, CASES.cells);
});

test('exactly the misleading characters are escaped', () => {
  const ranges = CASES.escaped.map(([first, last]) => [Number.parseInt(first, 16), Number.parseInt(last, 16)]);
  const misleads = (/** @type {number} */ code) => ranges.some(([first = 0, last = 0]) => first <= code && code <= last);
  const isCharacter = (/** @type {number} */ code) => code <= 0x10ffff && (code < 0xd800 || code > 0xdfff);
  // Each after a letter, where no formula can begin.
  for (let block = 0; block <= 0x10ffff; block += 256) {
    const codes = Array.from({ length: 256 }, (_, index) => block + index).filter(isCharacter);
    const written = codes.map((code) =>
      misleads(code) ? `a\\u${code.toString(16).padStart(4, '0')}` : `a${String.fromCodePoint(code)}`,
    );
    assert.equal(cellOf(codes.map((code) => `a${String.fromCodePoint(code)}`).join('')), written.join(''));
  }
});
