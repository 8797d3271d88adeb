/** Passes a program's text on until the line that tells its end. */
export type Ending = {
  /** Takes text and gives the part of it that is the program's own; `exitCode` is null until the line has come as a whole. */
  readonly write: (text: string) => { readonly own: string; readonly exitCode: number | null };
  /** What was held back, for where the text ends without such a line. */
  readonly rest: () => string;
};

/** An end told by `marker`, a blank and the exit code, which may come right after a program's last line that has no newline. */
export function createEnding(marker: string): Ending {
  let held = '';
  return {
    write: (text) => {
      held += text;
      const at = held.indexOf(marker);
      const own = held.slice(0, at === -1 ? held.length - overlap(held, marker) : at);
      held = held.slice(own.length);
      const [, code] = /^\S+ (\d+)\n/.exec(at === -1 ? '' : held) ?? [];
      return { own, exitCode: code === undefined ? null : Number(code) };
    },
    rest: () => held,
  };
}

/** How many of the last characters of a text may be the first ones of a marker. */
function overlap(text: string, marker: string): number {
  for (let length = Math.min(text.length, marker.length - 1); length > 0; length -= 1)
    if (text.endsWith(marker.slice(0, length))) return length;
  return 0;
}
