/** CSV (RFC 4180) that every spreadsheet shows as text. */

/** @param {string[]} columns @param {string[][]} rows */
export function csvOf(columns, rows) {
  // The byte order mark tells a spreadsheet that this is UTF-8.
  return `\u{FEFF}${[columns, ...rows].map((row) => row.map(cell).join(',')).join('\r\n')}\r\n`;
}

/**
 * The positions where a cell can begin: at its first character, and after each character at which some programs split
 * instead of the comma. Spaces and quotes at the beginning are skipped.
 */
const SEPARATOR = /[,;|\t\r\n]/u;
const SKIPPED = /["\p{White_Space}]/u;
/** Characters that begin a formula (OWASP, "CSV Injection"), full-width signs too. */
const FORMULA = /[=+\-@\t\r\n＝＋－＠]/u;
/** Control characters, direction marks, line breaks and invisible characters, the same as `misleads` in `shared/domain/src/name.rs`. */
const MISLEADING =
  /[\p{Cc}\u{ad}\u{61c}\u{115f}\u{1160}\u{180e}\u{200b}\u{200e}\u{200f}\u{2028}-\u{202e}\u{2060}-\u{2064}\u{2066}-\u{2069}\u{3164}\u{feff}\u{ffa0}]/u;

/**
 * A cell that every spreadsheet shows as text: an apostrophe is put before each character that would begin a formula, and
 * a misleading character is written as `\u202e`. The operator's export has the same rule
 * (`operator/src/csv_row.rs`), and the same cases test both (`tests/csv_cells.json`).
 *
 * @param {string} text
 */
function cell(text) {
  let written = '';
  let begins = true;
  for (const character of text) {
    if (begins && FORMULA.test(character)) written += "'";
    written += MISLEADING.test(character) ? escaped(character) : character;
    begins = SEPARATOR.test(character) || (begins && SKIPPED.test(character));
  }
  return `"${written.replaceAll('"', '""')}"`;
}

/** @param {string} character */
function escaped(character) {
  return `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`;
}
