/** Functions that the harness runs in a page. Each is sent there alone, so it cannot use Node or anything else in this file. */

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

/** The element with the focus, by its role and name. */
export function nameOfFocus() {
  const node = document.activeElement;
  if (node === null || node === document.body) return 'the page';
  const label = node instanceof HTMLInputElement ? node.labels?.[0]?.textContent : node.textContent;
  const name = node.getAttribute('aria-label') ?? label ?? '';
  return `${node.localName} "${name.trim().replace(/\s+/g, ' ').slice(0, 40)}"`;
}

/**
 * Whether all of an element can be seen, and a click in its middle reaches it.
 *
 * @param {Element} node
 */
export function isInSight(node) {
  const { left, top, right, bottom } = node.getBoundingClientRect();
  const isInside = left >= 0 && top >= 0 && right <= innerWidth && bottom <= innerHeight;
  const reached = document.elementFromPoint((left + right) / 2, (top + bottom) / 2);
  return isInside && reached !== null && (node.contains(reached) || reached.contains(node));
}

/** The elements that make the page scroll sideways: each innermost element whose box or text reaches too far right, in CSS pixels. */
export function tooWide() {
  const { scrollWidth, clientWidth } = document.documentElement;
  if (scrollWidth <= clientWidth) return [];
  const reach = (/** @type {Element} */ node) => {
    const { left, right } = node.getBoundingClientRect();
    return Math.round(Math.max(right, left + node.scrollWidth));
  };
  const beyond = [...document.body.querySelectorAll('*')].filter((node) => reach(node) > clientWidth);
  const innermost = beyond.filter((node) => ![...node.children].some((child) => beyond.includes(child)));
  const text = (/** @type {Element} */ node) => node.textContent?.trim().slice(0, 40);
  return [
    `${scrollWidth} px in ${clientWidth}`,
    ...innermost.map((node) => `${node.localName} "${text(node)}" to ${reach(node)}`),
  ];
}

/**
 * Records layout shifts that no input explains. They make people miss what they want to click.
 *
 * @param {string} name The page's own function that tells them, for `shiftsOf`.
 */
export function keepShifts(name) {
  const shifts = /** @type {{ value: number, moved: string[] }[]} */ ([]);
  const nameOf = (/** @type {Element | null} */ node) =>
    node ? `${node.localName ?? '#text'}.${node.className ?? ''}` : 'gone';
  const keep = (/** @type {any[]} */ entries) => {
    for (const { hadRecentInput, value, sources } of entries) {
      if (hadRecentInput) continue;
      shifts.push({ value, moved: sources.map((/** @type {any} */ { node }) => nameOf(node)) });
    }
  };
  const observer = new PerformanceObserver((list) => keep(list.getEntries()));
  observer.observe({ type: 'layout-shift', buffered: true });
  // After two frames everything is drawn.
  /** @type {any} */ (window)[name] = async () => {
    await new Promise((drawn) => requestAnimationFrame(() => requestAnimationFrame(drawn)));
    keep(observer.takeRecords());
    return shifts.splice(0);
  };
}
