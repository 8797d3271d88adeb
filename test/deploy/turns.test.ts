import { expect, it } from 'vitest';
import { takeTurn } from '../../src/deploy/turns.ts';

it('lets what waits for a moment come between those who take turns', async () => {
  const order: string[] = [];
  const work = async (name: string) => {
    await takeTurn();
    order.push(name);
    setImmediate(() => order.push(`after ${name}`));
  };
  await Promise.all([work('a'), work('b'), work('c')]);
  expect(order).toEqual(['a', 'after a', 'b', 'after b', 'c']);
});
