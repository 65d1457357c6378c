/** Longer words and other scripts: the pages in German and Japanese, on a narrow screen. */

import { stories } from './harness/stories.js';
import { walkThroughTranslated } from './harness/translated.js';
import { PEOPLE } from './harness/views.js';

const story = stories();

for (const locale of ['de', 'ja']) {
  story(`the pages are accessible in ${locale}, and nothing is too wide`, async (world) => {
    await walkThroughTranslated({
      company: await world.company(PEOPLE),
      visit: (path) => world.visitor(path, { locale, viewport: { width: 320, height: 640 } }),
      look: async (_, visitor) => {
        await visitor.findsItAccessible();
        await visitor.findsItReflowed();
      },
    });
  });
}
