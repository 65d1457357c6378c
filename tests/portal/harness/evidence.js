/** The files that a failing test writes. */

import { mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** Not in git. */
const FOLDER = fileURLToPath(new URL('../failures/', import.meta.url));

/**
 * Writes each visitor's page, as a picture and as HTML, and the end of the stack's log.
 *
 * @param {string} sentence The test's.
 * @param {{ visitors: import('./visitor.js').Visitor[], stack: import('./stack.js').Stack }} world
 * @returns {Promise<string>} The folder.
 */
export async function leaveEvidence(sentence, { visitors, stack }) {
  const folder = join(FOLDER, sentence.toLowerCase().replace(/[^a-z0-9]+/g, '-'));
  await rm(folder, { recursive: true, force: true });
  await mkdir(folder, { recursive: true });
  await writeFile(join(folder, 'stack.log'), stack.log.join('\n'));
  for (const [index, { page }] of visitors.entries()) {
    await writeFile(join(folder, `${index + 1}.html`), await page.content());
    await page.screenshot({ path: join(folder, `${index + 1}.png`), fullPage: true });
  }
  return folder;
}
