import { setImmediate as nextTurn } from 'node:timers/promises';

let last: Promise<void> = Promise.resolve();

/**
 * Resolves in a turn of the event loop that no other caller gets. Hosts answer in crowds, and to work out what an answer means takes milliseconds: one after
 * the other, with the screen, deadlines and other connections in between, nothing waits for the whole crowd.
 */
export function takeTurn(): Promise<void> {
  last = last.then(() => nextTurn());
  return last;
}
