import { expandHostRange } from './host-range.ts';

/**
 * The names that a folded list stands for, as plans and summaries print it: `node[01-03,07].example.com`. Null where the text is none; one number
 * in brackets is a place in a group.
 */
export function unfoldNames(text: string): readonly string[] | null {
  const [, head, list = '', tail] = folded.exec(text) ?? [];
  if (head === undefined) return null;
  const names = list.split(',').map((part) => {
    const [from = '', to] = part.split('-');
    return to === undefined ? [`${head}${from}${tail}`] : namesOf(`${head}[${from}:${to}]${tail}`);
  });
  return names.some((each) => each === null) ? null : names.flatMap((each) => each ?? []);
}

/** Whether a comma at this index of a limit is within the brackets of a folded list. */
export function isWithinFold(limit: string, index: number): boolean {
  const open = limit.lastIndexOf('[', index);
  const close = limit.indexOf(']', index);
  return open >= 0 && close >= 0 && folded.test(limit.slice(open, close + 1));
}

function namesOf(range: string): readonly string[] | null {
  const names = expandHostRange(range);
  return names.ok ? names.value : null;
}

const folded = /^([^[\]*?]*)\[(\d+-\d+|\d+(?:-\d+)?(?:,\d+(?:-\d+)?)+)\]([^[\]*?]*)$/;
