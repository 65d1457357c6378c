/** The browser that the tests of a file share. */

import { chromium } from 'playwright-core';

/** Chromium as Debian has it, or the one that `CHROMIUM` names. */
export function launchChromium() {
  return chromium.launch({
    executablePath: process.env['CHROMIUM'] || '/usr/bin/chromium',
    // Its sandbox refuses root.
    chromiumSandbox: process.getuid?.() !== 0,
  });
}
