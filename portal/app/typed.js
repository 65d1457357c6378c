/** What was typed, kept while a page is built again, for example in another language. It stays in memory, because it may be a password. */

/** @typedef {HTMLInputElement | HTMLSelectElement} Control */

/** The fields outside of tables, whose rows come later and may be others. No script may choose a file. @param {ParentNode} place @returns {Control[]} */
const fields = (place) =>
  /** @type {Control[]} */ ([...place.querySelectorAll("input:not([type='file']), select")]).filter((one) => !one.closest('table'));

/** @param {Control} field */
const valueOf = (field) => (field instanceof HTMLInputElement && field.type === 'checkbox' ? field.checked : field.value);

/** Returns a function that puts what is typed now into the same fields of the new page. @param {ParentNode} place */
export function keepTyped(place) {
  const kept = fields(place).map((field) => ({ name: field.name, value: valueOf(field) }));
  return () => {
    const now = fields(place);
    const focused = document.activeElement;
    // Another step of the page has other fields.
    if (now.length !== kept.length || now.some(({ name }, index) => name !== kept[index]?.name)) return;
    for (const [index, field] of now.entries()) {
      const value = kept[index]?.value ?? '';
      if (value === valueOf(field)) continue;
      if (typeof value === 'string') field.value = value;
      else /** @type {HTMLInputElement} */ (field).checked = value;
      const isTyped = field instanceof HTMLInputElement && typeof value === 'string';
      field.dispatchEvent(new Event(isTyped ? 'input' : 'change', { bubbles: true }));
    }
    if (focused instanceof HTMLElement) focused.focus();
  };
}
