/** What a mail's text has for a person to use: the code, and the links into the portal. */

/** A code, alone on its line. */
const CODE = /^\s*((?:[0-9A-Z]{4}-){2}[0-9A-Z]{4})\s*$/m;

const LOOPBACK = ['localhost', '127.0.0.1', '[::1]'];

/** @param {string} text */
export const codeIn = (text) => CODE.exec(text)?.[1] ?? null;

/**
 * The links to pages of this stack's portal, in the order of the text. The label is the line above the link.
 *
 * @param {string} text
 * @returns {{ label: string, href: string }[]}
 */
export function linksIn(text) {
  const lines = text.split('\n').map((line) => line.trim());
  return lines.flatMap((line, index) => {
    const href = here(line);
    const above = lines[index - 1] ?? '';
    return href === null ? [] : [{ label: above.endsWith(':') ? above.slice(0, -1) : 'Open the link', href }];
  });
}

/**
 * The part of the address that stays within this origin: a mail names the stack by one of its names, and the browser may
 * know it by another. None if it leads elsewhere.
 *
 * @param {string} line
 */
function here(line) {
  if (!/^https?:\/\/\S+$/.test(line) || !URL.canParse(line)) return null;
  const { hostname, port, pathname, hash } = new URL(line);
  const isOurs = LOOPBACK.includes(hostname) && port === location.port;
  return isOurs && hash.startsWith('#/') ? `${pathname}${hash}` : null;
}
