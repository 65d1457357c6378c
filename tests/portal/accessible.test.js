/** Every page, dialog and state is accessible: axe finds nothing in light and in dark. */

import assert from 'node:assert/strict';

import { stories } from './harness/stories.js';
import { PARTS, PEOPLE } from './harness/views.js';

const story = stories();

for (const [part, walk] of Object.entries(PARTS)) {
  story(`every view ${part} is accessible`, async (world) => {
    const seen = new Set();
    await walk({
      company: await world.company(PEOPLE),
      visit: (path) => world.visitor(path),
      look: async (name, visitor) => {
        assert.ok(!seen.has(name), `${name} is there once`);
        seen.add(name);
        await visitor.findsItAccessible();
      },
    });
    assert.ok(seen.size >= 2, `${seen.size} views`);
  });
}
