/** The logo and the colour of a company, and how they look in light and in dark. */

import { accents, initials } from '../../brand.js';
import { fill, h, newId } from '../../dom.js';
import { announcement } from '../../form.js';
import { words } from '../../language.js';

/** The most characters of a logo as a `data:` URL, as the API demands. */
const MOST = 8192;

/** The most bytes of the file: Base64 has four characters for three bytes. */
const MOST_BYTES = Math.floor((MOST - 'data:image/svg+xml;base64,'.length) / 4) * 3;

const TYPES = ['image/png', 'image/webp', 'image/svg+xml'];

/** What a colour field shows as long as the company has no colour. */
const FIRST_COLOR = '#2456c9';

export class BrandFields {
  /** The logo as a `data:` URL; a field, so that another language keeps it. */
  #logo = h('input', { type: 'hidden', name: 'logo' });

  #file = h('input', { type: 'file', id: newId(), accept: TYPES.join() });

  #remove = h('button', { type: 'button' }, words.company.removeLogo);

  #hasColor = h('input', { type: 'checkbox', id: newId(), name: 'has-color' });

  #color = h('input', { type: 'color', id: newId(), name: 'color', 'aria-label': words.company.color });

  #refused = announcement();

  #previews = /** @type {const} */ (['light', 'dark']).map((scheme) => h('div', { class: `preview ${scheme}` }));

  #name;

  /** @param {{ logo: string | null, color: string | null }} brand @param {() => string} name  The name that stands in the form. */
  constructor(brand, name) {
    this.#name = name;
    const hint = h('p', { id: newId(), class: 'hint' }, words.company.logoHint);
    this.#file.setAttribute('aria-describedby', hint.id);
    this.#file.addEventListener('change', () => void this.#read());
    this.#remove.addEventListener('click', () => {
      this.#setLogo('');
      this.#file.focus();
    });
    for (const input of [this.#logo, this.#color]) input.addEventListener('input', () => this.preview());
    this.#hasColor.addEventListener('change', () => this.preview());
    const label = (/** @type {HTMLElement} */ control, /** @type {string} */ text) => h('label', { for: control.id }, text);
    this.elements = [
      h('div', { class: 'field' }, label(this.#file, words.company.logo), hint, h('div', { class: 'logo-file' }, this.#file, this.#remove), this.#refused),
      h('div', { class: 'check' }, this.#hasColor, label(this.#hasColor, words.company.ownColor), this.#color),
      h('div', { class: 'previews', role: 'group', 'aria-label': words.company.preview }, this.#previews),
      this.#logo,
    ];
    this.write(brand);
  }

  /** @returns {{ logo: string | null, color: string | null }} */
  read() {
    return { logo: this.#logo.value || null, color: this.#hasColor.checked ? this.#color.value : null };
  }

  /** @param {{ logo?: string | null, color?: string | null }} brand  What is left out stays. */
  write({ logo, color }) {
    if (logo !== undefined) this.#logo.value = logo ?? '';
    if (color !== undefined) {
      this.#hasColor.checked = color !== null;
      this.#color.value = color ?? FIRST_COLOR;
    }
    this.preview();
  }

  /** Shows what the header would look like. */
  preview() {
    const { logo, color } = this.read();
    this.#color.disabled = color === null;
    this.#remove.disabled = logo === null;
    const name = this.#name();
    for (const preview of this.#previews) {
      const properties = color ? accents(color) : { '--accent': '', '--on-accent': '', '--accent-soft': '' };
      for (const [property, value] of Object.entries(properties)) preview.style.setProperty(property, value);
      const picture = logo ? h('img', { class: 'logo', src: logo, alt: '' }) : initials(name, 'logo');
      fill(preview, picture, h('span', { dir: 'auto' }, name), h('span', { class: 'sample' }, words.signIn.action));
    }
  }

  async #read() {
    const file = this.#file.files?.[0];
    this.#refused.say();
    if (!file) return;
    if (!TYPES.includes(file.type)) return this.#refused.say(words.company.logoType);
    if (file.size > MOST_BYTES) return this.#refused.say(words.company.logoSize(kilobytes(file.size), kilobytes(MOST_BYTES)));
    this.#setLogo(await dataUrl(file));
  }

  /** @param {string} url */
  #setLogo(url) {
    this.#file.value = '';
    this.#refused.say();
    this.write({ logo: url || null });
  }
}

/** @param {number} bytes */
const kilobytes = (bytes) => (bytes / 1000).toFixed(1);

/** @param {Blob} file @returns {Promise<string>} */
function dataUrl(file) {
  return new Promise((resolve, reject) => {
    const reader = new FileReader();
    reader.addEventListener('load', () => resolve(String(reader.result)));
    reader.addEventListener('error', () => reject(reader.error));
    reader.readAsDataURL(file);
  });
}
