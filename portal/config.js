/**
 * The settings that an operator may change. The local stack serves its own file instead.
 *
 * @typedef {object} Config
 * @property {string} brand  The portal's name, the same as in the mails (`BrandName`).
 * @property {{ label: string, href: string }[]} links  Links at the foot of every page.
 */

/** @type {Config} */
export default { brand: 'Partner Portal', links: [] };
