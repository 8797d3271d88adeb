/** The hint `did you mean "x"?` for a misspelt word, or for the first label of one host's name; null where nothing known is near. */
export function didYouMean(
  word: string,
  names: Iterable<string>,
  mostEdits: number = Math.max(1, Math.floor(word.length / 3)),
): string | null {
  const known = [...names];
  let best: { readonly name: string; readonly distance: number } | null = null;
  for (const name of known) {
    if (Math.abs(name.length - word.length) > mostEdits) continue;
    const distance = editDistance(word.toLowerCase(), name.toLowerCase());
    if (distance <= mostEdits && (best === null || distance < best.distance)) best = { name, distance };
  }
  const [whole, another] = known.filter((name) => name.toLowerCase().startsWith(`${word.toLowerCase()}.`));
  const name = best?.name ?? (another === undefined ? whole : undefined);
  return name === undefined ? null : `did you mean "${name}"?`;
}

/** Optimal string alignment distance: a swap of two neighbours, the commonest slip, counts as one edit. */
function editDistance(a: string, b: string): number {
  let beforeLast: number[] = [];
  let last = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i++) {
    const row = [i];
    for (let j = 1; j <= b.length; j++) {
      const replaced = (last[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1);
      let cost = Math.min(replaced, (last[j] ?? 0) + 1, (row[j - 1] ?? 0) + 1);
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1])
        cost = Math.min(cost, (beforeLast[j - 2] ?? 0) + 1);
      row.push(cost);
    }
    beforeLast = last;
    last = row;
  }
  return last[b.length] ?? 0;
}
