/**
 * What Outlook for Windows makes of a mail: it lays mails out with Word's engine.
 *
 * The rules are facts from two sources. Support by element: Microsoft, "Word 2007 HTML and CSS Rendering Capabilities in
 * Outlook 2007" (2006), which sorts properties into Core, CoreExtended and Full. Support today: the client `outlook.windows`
 * (2007 to 2021) in the data of caniemail.com, state of 13 May 2026.
 */

/**
 * @typedef {object} Part An element of a mail.
 * @property {string} tag
 * @property {Record<string, string>} attributes
 * @property {Style} style Its inline style.
 * @property {Style | null} cell The inline style of the table cell that it is, or is in.
 * @property {boolean} speaks Whether it has text of its own that readers see.
 *
 * @typedef {Record<string, string>} Style
 */

/** Elements that Word knows. `bdi` is not among them, but its text is shown: only the isolation of its direction is lost. */
const ELEMENTS = ['html', 'head', 'meta', 'title', 'style', 'body', 'table', 'tbody', 'tr', 'td', 'p', 'span', 'a', 'br', 'div', 'bdi'];

/** Microsoft's Core: they work on every element. */
const EVERYWHERE = [
  'color', 'background-color', 'font-family', 'font-size', 'font-style', 'font-weight', 'letter-spacing', 'line-height',
  'text-align', 'text-decoration', 'vertical-align',
];

/** Properties that work on some elements only. @type {Record<string, string[]>} */
const SOMEWHERE = {
  padding: ['td'],
  margin: ['p', 'div'],
  border: ['table', 'td'],
  width: ['table', 'td'],
  height: ['table', 'tr', 'td'],
};

/** Word ignores these. Without them a mail looks plainer, and says and does the same. */
const LOOKS = [
  'border-radius', 'max-width', 'overflow-wrap', 'white-space', 'user-select', '-webkit-user-select', '-webkit-text-size-adjust',
];

/** The styles of an element that no reader may see. Word obeys the last one. */
const HIDDEN = { display: 'none', 'max-height': '0', overflow: 'hidden', 'mso-hide': 'all' };

/** Values that Word does not know: `calc()`, variables, transparency, units of later CSS, and `auto` as a margin. */
const STRANGE = /\b(calc|min|max|clamp|var|rgba|hsla?|url|linear-gradient)\(|\d(rem|vw|vh|ch)\b|\bauto\b|!important/;

/** Word's limit, in pixels. */
const WIDEST_BORDER = 8;

/**
 * The elements of the mail that a page shows, as they are written.
 *
 * @param {import('playwright-core').Page} page
 * @returns {Promise<Part[]>}
 */
export function partsOf(page) {
  return page.evaluate(() => {
    // As it is written: a browser forgets the properties that only Word knows.
    const styleOf = (/** @type {Element} */ element) => {
      const declarations = (element.getAttribute('style') ?? '').split(';').filter((text) => text.trim());
      return Object.fromEntries(declarations.map((text) => text.split(/:(.*)/s, 2).map((side) => side.trim())));
    };
    return [...document.querySelectorAll('*')].map((element) => {
      const cell = element.closest('td');
      const texts = [...element.childNodes].filter((node) => node.nodeType === Node.TEXT_NODE);
      return {
        tag: element.localName,
        attributes: Object.fromEntries([...element.attributes].map(({ name, value }) => [name, value])),
        style: styleOf(element),
        cell: cell && styleOf(cell),
        speaks:
          document.body.contains(element) && !element.closest('[style*=mso-hide]') && texts.some((node) => node.textContent?.trim()),
      };
    });
  });
}

/**
 * What Word would lose of the mail, as sentences.
 *
 * @param {Part[]} parts
 * @param {string} html The mail as it is sent.
 * @returns {string[]}
 */
export function lossesInWord(parts, html) {
  const losses = parts.flatMap((part) => lossesOf(part));
  // Word ignores max-width on tables until 2019, and needs a table of fixed width around the card.
  if (!/<!--\[if mso\]><table [^>]*width="\d+"/.test(html)) losses.push('the card has no fixed width');
  return [...new Set(losses)];
}

/** @param {Part} part @returns {string[]} */
function lossesOf(part) {
  const { tag, attributes, style, cell, speaks } = part;
  const losses = [];
  if (!ELEMENTS.includes(tag)) losses.push(`<${tag}> is unknown`);
  if (isHidden(style)) return losses;
  if (tag === 'table') losses.push(...lossesOfTable(attributes));
  for (const [property, value] of Object.entries(style)) {
    if (!isKnown(part, property, value)) losses.push(`${property} on <${tag}> is ignored`);
    if (STRANGE.test(value)) losses.push(`${property}: ${value} is ignored`);
    if (property.startsWith('border') && Number.parseFloat(value) > WIDEST_BORDER && property !== 'border-radius') {
      losses.push(`${property}: ${value} is too wide`);
    }
  }
  const colour = style['background-color'];
  if (['table', 'td'].includes(tag) && colour && attributes['bgcolor'] !== colour) {
    losses.push(`<${tag}> has no bgcolor for ${colour}`);
  }
  // A table passes neither font nor colour on to its cells.
  const unnamed = ['font-family', 'font-size', 'color'].filter((name) => !cell?.[name]);
  if (speaks) losses.push(...unnamed.map((name) => `text is in no cell that names its ${name}`));
  return losses;
}

/** @param {Style} style */
function isHidden(style) {
  return Object.entries(HIDDEN).every(([property, value]) => style[property] === value);
}

/** @param {Record<string, string>} attributes */
function lossesOfTable(attributes) {
  const wanted = { role: 'presentation', border: '0', cellpadding: '0', cellspacing: '0' };
  const missing = Object.entries(wanted).filter(([name, value]) => attributes[name] !== value);
  return missing.map(([name, value]) => `a table lacks ${name}="${value}"`);
}

/** @param {Part} part @param {string} property @param {string} value */
function isKnown({ tag, cell }, property, value) {
  if (EVERYWHERE.includes(property) || LOOKS.includes(property) || property.startsWith('mso-')) return true;
  // Word's window has its own margin.
  if (tag === 'body' && property === 'margin') return true;
  // A button: in browsers its link has the padding, in Word its cell.
  if (tag === 'a' && property === 'display') return cell?.['mso-padding-alt'] !== undefined;
  if (tag === 'a' && property === 'padding') return cell?.['mso-padding-alt'] === value;
  const [group = ''] = property.split('-');
  return SOMEWHERE[group]?.includes(tag) ?? false;
}

/**
 * The mail without what Word ignores, so that a browser shows roughly what Word shows.
 *
 * @param {string} html
 */
export function asInWord(html) {
  const ignored = new RegExp(`(^|;)(${LOOKS.join('|')}):[^;]*`, 'g');
  return html
    .replace(/<!--\[if mso\]>(.*?)<!\[endif\]-->/gs, '$1')
    .replace(/<style>.*?<\/style>/gs, '')
    .replace(/<meta name="(supported-)?color-schemes?"[^>]*>/g, '')
    .replace(/ style="([^"]*)"/g, (_, style) => ` style="${style.replace(ignored, '').replace('mso-padding-alt', 'padding')}"`)
    .replace(/(<a [^>]*style=")display:block;padding:[^;]*;/g, '$1');
}
