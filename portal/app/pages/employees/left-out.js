/** Which of the selected people cannot get a passcode, and why. */

import { h } from '../../dom.js';
import { number, words } from '../../language.js';
import { obstacleOf } from './reach.js';

/** A heading and a line for each reason; nothing if everybody can get one. @param {import('../../api.js').Employee[]} selected */
export function leftOut(selected) {
  const without = selected.filter((employee) => obstacleOf(employee));
  if (without.length === 0) return [];
  const lines = [...Map.groupBy(without, obstacleOf)].map(([obstacle, people]) =>
    h('li', {}, people.flatMap(({ name }, index) => [index > 0 && ', ', h('bdi', {}, name)]), ': ', obstacle && words.problems[obstacle]));
  return [h('p', {}, words.bulk.leftOut(number(without.length))), h('ul', {}, lines)];
}
