/** The page at `/`. */

import assert from 'node:assert/strict';

import { stories } from './harness/stories.js';

const story = stories();

story('the start page has a title and a heading, and no error', async (world) => {
  const visitor = await world.visitor('/');
  await visitor.page.getByRole('heading', { level: 1 }).waitFor();
  assert.notEqual(await visitor.page.title(), '');
});
