/** On a screen of 320 pixels no page, dialog or state scrolls sideways, and axe finds nothing in the cards that replace tables. */

import { stories } from './harness/stories.js';
import { PARTS, PEOPLE } from './harness/views.js';

const story = stories();

/** The smallest width that WCAG requires. */
const viewport = { width: 320, height: 640 };

for (const [part, walk] of Object.entries(PARTS)) {
  story(`no view ${part} is too wide`, async (world) => {
    await walk({
      company: await world.company(PEOPLE),
      visit: (path) => world.visitor(path, { viewport }),
      look: async (_, visitor) => {
        await visitor.findsItReflowed();
        await visitor.findsItAccessible(['light']);
      },
    });
  });
}
