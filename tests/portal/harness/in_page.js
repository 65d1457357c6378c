/** What the harness runs in a page: each function is sent there by itself, and knows nothing of Node or of this file. */

/**
 * Reports each violation of the page's policy.
 *
 * @param {string} binding The function of the page that takes it.
 */
export function reportViolations(binding) {
  document.addEventListener('securitypolicyviolation', (event) => {
    const { violatedDirective, blockedURI, sourceFile, lineNumber, sample } = event;
    const text = `${violatedDirective} stops ${blockedURI} ${sample} (${sourceFile}:${lineNumber})`;
    /** @type {any} */ (window)[binding](text);
  });
}

/** What has the focus, as a person would call it. */
export function nameOfFocus() {
  const node = document.activeElement;
  if (node === null || node === document.body) return 'the page';
  const label = node instanceof HTMLInputElement ? node.labels?.[0]?.textContent : node.textContent;
  const name = node.getAttribute('aria-label') ?? label ?? '';
  return `${node.localName} "${name.trim().replace(/\s+/g, ' ').slice(0, 40)}"`;
}
