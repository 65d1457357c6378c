/**
 * Whose portal it is: the company's name, logo, colour and support address, once a sign-in or a recovery has told them. Until then it
 * is the operator's brand.
 */

import config from '../config.js';
import { h } from './dom.js';
import { words } from './language.js';
import { company } from './session.js';

export const brandName = () => company()?.name ?? config.brand;

/** The logo, or the initials of the name in its place. Both have the same size, and the name beside them is the text. */
export function logo() {
  const src = company()?.brand.logo;
  return src ? h('img', { class: 'logo', src, alt: '' }) : initials(brandName(), 'logo');
}

/** At most two letters of a name, as a picture. @param {string} name @param {string} look */
export function initials(name, look) {
  const letters = name.split(/\s+/).slice(0, 2).map((word) => [...word][0] ?? '').join('');
  return h('span', { class: `${look} initials`, 'aria-hidden': 'true' }, letters.toUpperCase());
}

/** Whom to write to for help, if the company has said so. */
export function support() {
  const address = company()?.support_email;
  if (!address) return null;
  // Encoded, so that an address cannot add a subject or a recipient.
  const href = `mailto:${encodeURIComponent(address).replace('%40', '@')}`;
  return h('span', { class: 'support' }, words.shell.help, ' ', h('a', { href, class: 'address' }, address));
}

/** @typedef {[number, number, number]} Rgb  From 0 to 255. */

/** @type {Rgb} */
const WHITE = [255, 255, 255];

/** @type {Rgb} */
const BLACK = [0, 0, 0];

/**
 * By scheme: the surface that is worst for the contrast (`styles/base.css`), where the colour is moved to, and how much of it is in its
 * soft form.
 *
 * @type {Record<'light' | 'dark', { surface: Rgb, towards: Rgb, part: number }>}
 */
const SCHEMES = {
  light: { surface: [245, 246, 249], towards: BLACK, part: 0.1 },
  dark: { surface: [35, 40, 51], towards: WHITE, part: 0.22 },
};

/** WCAG 1.4.3, and a little more, because the parts are rounded. */
const CONTRAST = 4.6;

/**
 * Sets the company's colour as the accent. It is made darker in light and lighter in dark until texts are readable. The style is set by
 * script, property by property, which the content security policy allows.
 */
export function applyColor() {
  const { style } = document.documentElement;
  const color = company()?.brand.color;
  const properties = color ? accents(color) : { '--accent': '', '--on-accent': '', '--accent-soft': '' };
  // An empty value removes the property.
  for (const [name, value] of Object.entries(properties)) style.setProperty(name, value);
}

/** @param {string} color  `#rrggbb`. */
export function accents(color) {
  const rgb = /** @type {Rgb} */ ([1, 3, 5].map((start) => Number.parseInt(color.slice(start, start + 2), 16)));
  const [light, dark] = [readable(rgb, 'light'), readable(rgb, 'dark')];
  return {
    '--accent': `light-dark(${css(light.accent)}, ${css(dark.accent)})`,
    '--on-accent': `light-dark(${css(light.on)}, ${css(dark.on)})`,
    '--accent-soft': `light-dark(${css(light.soft)}, ${css(dark.soft)})`,
  };
}

/** @param {Rgb} rgb @param {'light' | 'dark'} scheme */
function readable(rgb, scheme) {
  const { surface, towards, part } = SCHEMES[scheme];
  for (let share = 0; ; share += 0.04) {
    const accent = mixed(towards, rgb, Math.min(share, 1));
    const soft = mixed(accent, surface, part);
    const on = contrast(accent, WHITE) > contrast(accent, BLACK) ? WHITE : BLACK;
    const isReadable = [soft, surface, on].every((other) => contrast(accent, other) >= CONTRAST);
    if (isReadable || share >= 1) return { accent, soft, on };
  }
}

/** So much of the first, the rest of the second. @param {Rgb} first @param {Rgb} second @param {number} share @returns {Rgb} */
const mixed = (first, second, share) =>
  /** @type {Rgb} */ (first.map((part, index) => Math.round(part * share + (second[index] ?? 0) * (1 - share))));

/** By WCAG 2: from 1 to 21. @param {Rgb} one @param {Rgb} other */
function contrast(one, other) {
  const [darker = 0, lighter = 0] = [luminance(one), luminance(other)].sort((a, b) => a - b);
  return (lighter + 0.05) / (darker + 0.05);
}

/** @param {Rgb} rgb */
function luminance(rgb) {
  const [red = 0, green = 0, blue = 0] = rgb.map((part) => {
    const value = part / 255;
    return value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}

/** @param {Rgb} rgb */
const css = (rgb) => `rgb(${rgb.join(' ')})`;
