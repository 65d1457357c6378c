/**
 * Elements without markup: everything is made node by node, so that no text can become markup. Trusted Types forbid every
 * other way.
 *
 * @typedef {Node | string | null | undefined | false} Child
 */

/**
 * An element. An attribute that is false, null or undefined is left out, `true` is set without a value, and `on…` listens.
 *
 * @template {keyof HTMLElementTagNameMap} K
 * @param {K} tag
 * @param {Record<string, unknown>} [attributes]
 * @param {...(Child | Child[])} children
 * @returns {HTMLElementTagNameMap[K]}
 */
export function h(tag, attributes = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value === false || value === null || value === undefined) continue;
    if (typeof value === 'function') element.addEventListener(name.slice(2), /** @type {EventListener} */ (value));
    else element.setAttribute(name, value === true ? '' : String(value));
  }
  element.append(...nodes(children));
  return element;
}

/**
 * Replaces the content of the element.
 *
 * @param {Element} element
 * @param {...(Child | Child[])} children
 */
export function fill(element, ...children) {
  element.replaceChildren(...nodes(children));
}

/** @param {(Child | Child[])[]} children @returns {(Node | string)[]} */
function nodes(children) {
  return /** @type {(Node | string)[]} */ (
    children.flat().filter((child) => child !== null && child !== undefined && child !== false)
  );
}

/** @type {Record<string, string>} The paths of the icons, 24 by 24. */
const PATHS = {
  pencil: 'M4 20h4L19 9l-4-4L4 16zM13 7l4 4',
  close: 'M6 6l12 12M18 6L6 18',
  left: 'M15 5l-7 7 7 7',
  right: 'M9 5l7 7-7 7',
  check: 'M5 13l5 5L19 7',
  mail: 'M3 6h18v12H3zM3 7l9 7 9-7',
  menu: 'M4 6h16M4 12h16M4 18h16',
};

/**
 * An element of a drawing, as `h` makes others.
 *
 * @param {string} tag
 * @param {Record<string, string | number | boolean>} [attributes]
 * @param {...(Child | Child[])} children
 */
export function svg(tag, attributes = {}, ...children) {
  const element = document.createElementNS('http://www.w3.org/2000/svg', tag);
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, String(value));
  element.append(...nodes(children));
  return element;
}

/**
 * A decorative drawing: the control around it has the accessible name.
 *
 * @param {keyof typeof PATHS} name
 */
export const icon = (name) =>
  svg('svg', { viewBox: '0 0 24 24', 'aria-hidden': true, class: 'icon' }, svg('path', { d: PATHS[name] ?? '' }));

let ids = 0;

/** An id that no other element has. */
export const newId = () => `id-${++ids}`;

/**
 * Copies a text to the clipboard. Returns whether it worked: a browser may not allow it.
 *
 * @param {string} text
 */
export async function copied(text) {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    return false;
  }
}

/**
 * Lets the browser download a file.
 *
 * @param {string} name
 * @param {string} type
 * @param {string} text
 */
export function download(name, type, text) {
  const url = URL.createObjectURL(new Blob([text], { type }));
  h('a', { href: url, download: name }).click();
  URL.revokeObjectURL(url);
}
