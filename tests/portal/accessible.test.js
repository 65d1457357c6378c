/** Everybody can use every page, dialog and state: axe finds nothing in light and in dark, and nothing is too wide. */

import assert from 'node:assert/strict';

import { stories } from './harness/stories.js';
import { PEOPLE, walkThroughAll } from './harness/views.js';

const story = stories();

for (const [device, viewport] of Object.entries({ desk: { width: 1280, height: 800 }, hand: { width: 320, height: 640 } })) {
  story(`every view is accessible on a ${device}`, async (world) => {
    const company = await world.company(PEOPLE);
    const seen = new Set();
    await walkThroughAll({
      company,
      visit: (path) => world.visitor(path, { viewport }),
      look: async (name, visitor) => {
        assert.ok(!seen.has(name), `${name} is there once`);
        seen.add(name);
        await visitor.findsItAccessible();
        await visitor.findsItReflowed();
      },
    });
    assert.ok(seen.size >= 30, `${seen.size} views`);
  });
}
