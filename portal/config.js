/**
 * What an operator may change. The local stack serves a file of its own in its place.
 *
 * @typedef {object} Config
 * @property {string} brand  The portal's name, as the mails have it (`BrandName`).
 * @property {{ label: string, href: string }[]} links  What stands in the foot of every page.
 */

/** @type {Config} */
export default { brand: 'Partner Portal', links: [] };
