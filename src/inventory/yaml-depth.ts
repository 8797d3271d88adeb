import { Lexer } from 'yaml';

/** How deep brackets, or several `- ` on one line, may nest. */
export const deepestNesting = 100;

const scalarFollows = '\u001f';
// The lexer's own signs (cst.ts): they announce what follows and are not in the text.
const signs = new Set(['\u0002', '\u0018', scalarFollows]);

/** The offset where a YAML text first nests too deep, or null. The parser is recursive: at some depths it does not throw but aborts Node. */
export function findTooDeep(text: string): number | null {
  let offset = 0;
  let brackets = 0;
  let indicators = 0;
  let previous = '';
  for (const token of new Lexer().lex(text)) {
    if (previous !== scalarFollows) {
      if (token === '[' || token === '{') brackets++;
      else if (token === ']' || token === '}') brackets--;
      else if (token === '-' || token === '?') indicators++;
      else if (token.startsWith('\n')) indicators = 0;
    }
    if (brackets + indicators > deepestNesting) return offset;
    if (!signs.has(token)) offset += token.length;
    previous = token;
  }
  return null;
}
