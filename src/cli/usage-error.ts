import { didYouMean } from '../domain/did-you-mean.ts';
import { optionsOf, type Verb } from './options.ts';

/** A usage error as text: what is wrong, in our words rather than those of yargs, what was probably meant, and where to read on. */
export function explainUsage(message: string, args: readonly string[]): string {
  const verb = verbOf(args);
  return `mlbroute: ${explain(message, args)}\nSee: mlbroute ${verb === '' ? '' : `${verb} `}--help\n`;
}

function explain(message: string, args: readonly string[]): string {
  const [, unknown] = /^Unknown (?:argument|command)s?: (.*)$/s.exec(message) ?? [];
  if (unknown !== undefined)
    return unknown
      .split(', ')
      .map((word) => explainUnknown(word, args))
      .join('\n');
  const [, missing] = /^Missing required arguments?: (.*)$/s.exec(message) ?? [];
  if (missing !== undefined)
    return `required: ${missing
      .split(', ')
      .map((name) => `--${name}`)
      .join(', ')}`;
  const [, hungry] = /^Not enough arguments following: (.*)$/s.exec(message) ?? [];
  if (hungry !== undefined) return `${hungry.length === 1 ? '-' : '--'}${hungry} needs a value`;
  if (message.startsWith('Not enough non-option arguments')) return missingWord[verbOf(args)] ?? 'say which node';
  return message;
}

function explainUnknown(word: string, args: readonly string[]): string {
  const isOption = args.some((arg) => isSpelled(arg, word));
  if (isOption) {
    const hint = didYouMean(word, optionNamesOf(verbOf(args)))?.replace(/"(.*)"/, '--$1');
    return `unknown option ${word.length === 1 ? '-' : '--'}${word}${hint === undefined ? '' : `: ${hint}`}`;
  }
  const known = word === args[0] ? firstWords : word === args[1] ? secondWordsOf(args[0] ?? '') : [];
  const hint = didYouMean(word, known);
  if (known.length > 0) return `unknown command "${word}"${hint === null ? '' : `: ${hint}`}`;
  return `unexpected argument "${word}"`;
}

/** Whether an argument such as `--no-word=value` or `-w` names this option. Short ones may stand in a group: `-yw`. */
function isSpelled(arg: string, word: string): boolean {
  if (arg.startsWith('--')) return arg.replace(/^--(no-)?/, '').replace(/=.*$/s, '') === word || arg === `--${word}`;
  return arg.startsWith('-') && (word.length === 1 ? arg.includes(word) : arg.slice(1) === word);
}

function verbOf([first = '', second = '']: readonly string[]): string {
  if (!firstWords.includes(first)) return '';
  return secondWordsOf(first).includes(second) ? `${first} ${second}` : first;
}

function optionNamesOf(verb: string): readonly string[] {
  return isVerb(verb) ? Object.keys(optionsOf[verb]) : [];
}

function isVerb(text: string): text is Verb {
  return Object.hasOwn(optionsOf, text);
}

/** What to say where the word behind a command is missing. */
const missingWord: { readonly [verb: string]: string } = {
  'inventory host': 'say which host',
  'inventory hosts': 'say which hosts: a pattern',
  'inventory var': 'say which variable',
  'report merge': 'say which reports',
  completion: 'say which shell: bash, zsh or fish',
};

const words = Object.keys(optionsOf).map((verb) => verb.split(' '));
const firstWords = [...new Set(words.map(([first = '']) => first))];

function secondWordsOf(first: string): readonly string[] {
  return words.flatMap(([word, second]) => (word !== first || second === undefined ? [] : [second]));
}
