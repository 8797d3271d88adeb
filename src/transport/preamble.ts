/** Holds back a stream's text until a marker line has come; what follows it is the program's own. */
export type Preamble = {
  /** Takes text and gives the part of it that comes after the marker line: `''` until then. */
  readonly write: (text: string) => string;
  readonly isOver: () => boolean;
  /** What came before the marker: noise of the login shell, a lecture, a prompt, an error. */
  readonly text: () => string;
};

/** A login shell may say anything before it starts our shell, but not without end. */
const maxPreambleLength = 64 * 1024;

/**
 * A preamble that is over after the line `marker`. What a login shell prints at start (`.bashrc`, a lecture of sudo) comes
 * before it and so never mixes with a program's output. Only the last 64 Ki characters are kept.
 */
export function createPreamble(marker: string): Preamble {
  let text = '';
  let isOver = false;
  return {
    write: (more) => {
      if (isOver) return more;
      text += more;
      const at = text.indexOf(`${marker}\n`);
      if (at === -1) {
        text = text.slice(-maxPreambleLength);
        return '';
      }
      isOver = true;
      const rest = text.slice(at + marker.length + 1);
      text = text.slice(0, at);
      return rest;
    },
    isOver: () => isOver,
    text: () => text,
  };
}
