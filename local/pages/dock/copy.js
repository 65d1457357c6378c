/** A button that copies a text. */

import { copied, h } from '/_local/dom.js';

/**
 * @param {string} label
 * @param {() => string | null | Promise<string | null>} text  None if there is nothing to copy now.
 * @param {HTMLElement} said  Shows whether it worked.
 * @param {() => void} [done]
 */
export function copyButton(label, text, said, done) {
  const button = h('button', { type: 'button' }, label);
  button.addEventListener('click', async () => {
    const value = await text();
    if (value === null) return void (said.textContent = 'There is nothing to copy.');
    const isCopied = await copied(value);
    said.textContent = isCopied ? 'Copied.' : 'The browser does not allow copying: select the text and copy it.';
    if (isCopied) done?.();
  });
  return button;
}
