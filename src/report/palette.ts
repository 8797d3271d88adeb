/** Marks text for a terminal. Every member gives the text back untouched where colour is off. */
export type Palette = {
  readonly red: Paint;
  readonly green: Paint;
  readonly yellow: Paint;
  readonly cyan: Paint;
  readonly bold: Paint;
  readonly dim: Paint;
};

/** Wraps one line's text in the codes of one colour. */
export type Paint = (text: string) => string;

/** The palette for a stream: real codes (SGR, ECMA-48 §8.3.117), or none at all. */
export function paletteOf(options: { readonly color: boolean }): Palette {
  return options.color ? colored : plain;
}

function sgr(open: number, close: number): Paint {
  return (text) => (text === '' ? '' : `\x1b[${open}m${text}\x1b[${close}m`);
}

const colored: Palette = {
  red: sgr(31, 39),
  green: sgr(32, 39),
  yellow: sgr(33, 39),
  cyan: sgr(36, 39),
  bold: sgr(1, 22),
  dim: sgr(2, 22),
};

const same: Paint = (text) => text;
const plain: Palette = { red: same, green: same, yellow: same, cyan: same, bold: same, dim: same };
