import { StringDecoder } from 'node:string_decoder';

/** Takes bytes as they come; `end` says that no more will. */
export type TextSink = { readonly write: (chunk: Buffer) => void; readonly end: () => void };

/** Decodes UTF-8, also where a character lies across two chunks, and hands the text on. */
export function decodeText(onText: (text: string) => void): TextSink {
  const decoder = new StringDecoder('utf8');
  const pass = (text: string) => {
    if (text !== '') onText(text);
  };
  return { write: (chunk) => pass(decoder.write(chunk)), end: () => pass(decoder.end()) };
}

/** Cuts text into lines; `end` hands on a last line that has no newline. */
export function splitLines(onLine: (line: string) => void): {
  readonly write: (text: string) => void;
  readonly end: () => void;
} {
  // The pieces of the line under way are joined only when it ends: a long line in small pieces stays linear.
  let pieces: string[] = [];
  const flush = (piece: string) => {
    pieces.push(piece);
    const line = pieces.join('');
    pieces = [];
    onLine(line);
  };
  return {
    write: (text) => {
      let start = 0;
      for (let at = text.indexOf('\n'); at !== -1; at = text.indexOf('\n', start)) {
        flush(text.slice(start, at));
        start = at + 1;
      }
      if (start < text.length) pieces.push(text.slice(start));
    },
    end: () => {
      if (pieces.length > 0) flush('');
    },
  };
}
