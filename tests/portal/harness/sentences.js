/** The numbered sentences of a document as acts in a browser, so that document and test cannot disagree. */

import { readFile } from 'node:fs/promises';

/**
 * What a sentence says: **bold** is clicked, by its accessible name; *italic* is then to be seen; `code` is typed, or opened if
 * it is an address; a key (`/`, Tab, Enter, Ctrl-V) is pressed. All else is for people.
 *
 * @typedef {{ kind: 'click' | 'see' | 'type' | 'open' | 'press', text: string }} Act
 */

const WORDS = /\*\*(?<click>[^*]+)\*\*|\*(?<see>[^*]+)\*|`(?<open>http[^`]+)`|`(?<slash>\/)`|`(?<type>[^`]+)`|\b(?<press>Tab|Enter|Ctrl-V)\b/g;

/** @param {string} sentence @returns {Act[]} */
export function actsOf(sentence) {
  return [...sentence.matchAll(WORDS)].flatMap(({ groups = {} }) =>
    Object.entries(groups).flatMap(([name, text]) => {
      const kind = /** @type {Act['kind']} */ (name === 'slash' ? 'press' : name);
      return text === undefined ? [] : [{ kind, text }];
    }));
}

/**
 * The numbered sentences of a section.
 *
 * @param {URL} document
 * @param {string} heading
 * @returns {Promise<string[]>}
 */
export async function sentencesOf(document, heading) {
  const text = await readFile(document, 'utf8');
  const section = text.split(`\n## ${heading}\n`)[1]?.split('\n## ')[0];
  if (section === undefined) throw new Error(`there is no section ${heading}`);
  // A sentence goes on in the lines that are indented.
  const items = section.matchAll(/^(\d+)\. (.*(?:\n {3}.*)*)/gm);
  return [...items].map(([, number, sentence = ''], index) => {
    if (Number(number) !== index + 1) throw new Error(`sentence ${index + 1} has the number ${number}`);
    return sentence.replace(/\s+/g, ' ');
  });
}
