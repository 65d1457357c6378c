/** Bars, drawn as SVG; the same numbers are a table below them, for everybody who wants to read them. */

import { h, svg } from '../../dom.js';
import { number, words } from '../../language.js';

/** The drawing's own units: it is stretched to the width of its place. */
const [STEP, BAR, HEIGHT] = [10, 7, 100];

/**
 * @typedef {{ label: string, value: number }} Bar
 *
 * @param {{ title: string, told: string, bars: Bar[], axis: string[], columns: [string, string] }} options  `told` says what the
 *   bars show in a sentence, `axis` is below them, one for each bar or from the first to the last, `columns` are the heads of the table.
 */
export function barChart({ title, told, bars, axis, columns }) {
  const most = Math.max(1, ...bars.map(({ value }) => value));
  const drawn = bars.map(({ label, value }, index) => {
    const height = (value / most) * HEIGHT;
    // The place of a bar is as high as the drawing, so that a low bar can be pointed at.
    const place = svg('rect', { class: 'place', x: index * STEP, y: 0, width: STEP, height: HEIGHT });
    const bar = svg('rect', { x: index * STEP + (STEP - BAR) / 2, y: HEIGHT - height, width: BAR, height });
    return svg('g', {}, svg('title', {}, `${label}: ${number(value)}`), place, bar);
  });
  const drawing = svg(
    'svg',
    { viewBox: `0 0 ${bars.length * STEP} ${HEIGHT}`, preserveAspectRatio: 'none', role: 'img', 'aria-label': `${title}. ${told}` },
    drawn,
  );
  const rows = bars.map(({ label, value }) => h('tr', {}, h('th', { scope: 'row' }, label), h('td', {}, number(value))));
  return h(
    'figure',
    { class: 'card' },
    h('figcaption', {}, h('h2', {}, title), h('p', { class: 'hint' }, told)),
    h('div', { class: 'chart' }, h('span', { class: 'most', 'aria-hidden': 'true' }, number(most)), drawing),
    h('div', { class: axis.length === bars.length ? 'axis each' : 'axis', 'aria-hidden': 'true' }, axis.map((text) => h('span', {}, text))),
    h(
      'details',
      {},
      h('summary', {}, words.home.asTable, h('span', { class: 'visually-hidden' }, `: ${title}`)),
      h('table', { class: 'plain' },
        h('thead', {}, h('tr', {}, columns.map((name) => h('th', { scope: 'col' }, name)))),
        h('tbody', {}, rows)),
    ),
  );
}
