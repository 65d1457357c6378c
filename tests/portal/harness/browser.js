/** The browser that the tests of a file share. */

import { chromium } from 'playwright-core';

/** Debian's Chromium, or the one that `CHROMIUM` names. */
export function launchChromium() {
  return chromium.launch({
    executablePath: process.env['CHROMIUM'] || '/usr/bin/chromium',
    // The tests' own requests go there too, and limits are counted for each network.
    args: ['--host-resolver-rules=MAP localhost 127.0.0.1'],
    // Chromium's sandbox does not run as root.
    chromiumSandbox: process.getuid?.() !== 0,
  });
}
