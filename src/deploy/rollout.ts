/** Runs `work` over all items, at most `forks` at a time, in order of start; results in the order of the items. `work` must not throw for expected trouble. */
export async function rollOut<T, R>(
  items: readonly T[],
  forks: number,
  work: (item: T) => Promise<R>,
): Promise<readonly R[]> {
  const results = new Array<R>(items.length);
  let next = 0;
  const lane = async (): Promise<void> => {
    while (next < items.length) {
      const index = next++;
      results[index] = await work(items[index] as T);
    }
  };
  await Promise.all(Array.from({ length: Math.min(forks, items.length) }, lane));
  return results;
}
