import type { Candidate, Completion } from '../domain/completion.ts';
import { fixedWords, meaningOf } from './completion-values.ts';
import { optionsOf, type Verb } from './options.ts';

type Option = {
  readonly describe: string;
  readonly alias?: string;
  readonly type?: 'boolean';
  readonly default?: unknown;
};

/** What was typed before the word in question. */
type Before = {
  readonly verb: Verb;
  /** Values of options by their whole names, in order. */
  readonly given: ReadonlyMap<string, readonly string[]>;
  /** The option whose value is next; null: none. */
  readonly open: string | null;
  /** Words that belong to no option. */
  readonly positionals: number;
};

/**
 * Says what may stand where a word is being typed. `words` are those after the name of the program; the last is the one being typed, as far
 * as it is typed. Nothing is known of a command that is not there: then there are no words.
 */
export function completionOf(words: readonly string[]): Completion {
  const typed = words.map(withoutQuotes);
  const [first = '', second = ''] = typed;
  const current = typed.at(-1) ?? '';
  if (typed.length < 2) return startingWith(current, first.startsWith('-') ? globalOptions : firstWords);
  const isPair = secondWordsOf(first).length > 0;
  if (isPair && typed.length === 2) return startingWith(current, secondWordsOf(first));
  const verb = isPair ? `${first} ${second}` : first;
  if (!isVerb(verb)) return nothing;
  const before = read(verb, typed.slice(isPair ? 2 : 1, -1));
  if (before === null) return nothing;
  if (before.open !== null) return completionOfValue(before, before.open, '', current);
  const [, head, name = '', value = ''] = /^(--([\w-]+)=)(.*)$/s.exec(current) ?? [];
  if (head !== undefined) return takesValue(verb, name) ? completionOfValue(before, name, head, value) : nothing;
  return current.startsWith('-') ? startingWith(current, optionWords(before)) : positionalOf(before, current);
}

const nothing: Completion = { kind: 'words', words: [] };

/** A word may have been begun with a quote, which the shell keeps. */
function withoutQuotes(word: string): string {
  return word.replace(/^(['"])(.*?)\1?$/s, '$2');
}

function read(verb: Verb, words: readonly string[]): Before | null {
  const given = new Map<string, string[]>();
  let open: string | null = null;
  let positionals = 0;
  for (const word of words) {
    // Behind it all is the matter of somebody else.
    if (word === '--') return null;
    const [, name = '', value] = /^--?([\w-]+)(?:=(.*))?$/s.exec(word) ?? [];
    if (open !== null) {
      given.get(open)?.push(word);
      open = null;
    } else if (name === '') positionals += 1;
    else {
      // Of short options in a group only the last can take a value.
      const last: string = word.startsWith('--') ? name : wholeNameOf(verb, name.at(-1) ?? '');
      given.set(last, [...(given.get(last) ?? []), ...(value === undefined ? [] : [value])]);
      if (value === undefined && takesValue(verb, last)) open = last;
    }
  }
  return { verb, given, open, positionals };
}

function completionOfValue({ verb, given }: Before, name: string, head: string, value: string): Completion {
  const meaning = meaningOf(verb, name);
  const inventory = given.get('inventory') ?? [];
  const parts = /^(.*[,:&!])?/s.exec(value)?.[0] ?? '';
  switch (meaning) {
    case 'file':
      return { kind: 'files' };
    case 'variables':
      return value.startsWith('@') ? { kind: 'files' } : nothing;
    case 'host':
      return { kind: 'hosts', inventory, groups: false, head };
    case 'pattern':
      return value.startsWith('@') ? { kind: 'files' } : { kind: 'hosts', inventory, groups: true, head: head + parts };
    case 'tags':
      return { kind: 'tags', playbook: given.get('playbook')?.at(-1) ?? null, head: head + list(value) };
    case 'text':
      return nothing;
    default:
      return startingWith(
        head + value,
        meaning.words.map((word) => ({ word: `${head}${meaning.isList ? list(value) : ''}${word}`, means: null })),
      );
  }
}

/** The whole entries of a comma list. */
const list = (value: string) => value.slice(0, value.lastIndexOf(',') + 1);

function positionalOf({ verb, given, positionals }: Before, current: string): Completion {
  const inventory = given.get('inventory') ?? [];
  switch (verb) {
    case 'inventory host':
      return positionals > 0 ? nothing : { kind: 'hosts', inventory, groups: false, head: '' };
    case 'inventory hosts':
      return positionals > 0
        ? nothing
        : completionOfValue({ verb: 'push', given, open: null, positionals }, 'limit', '', current);
    case 'inventory graph':
      return positionals > 0 ? nothing : { kind: 'groups', inventory };
    case 'inventory import':
    case 'report merge':
      return { kind: 'files' };
    case 'schema':
    case 'completion':
      return positionals > 0
        ? nothing
        : startingWith(
            current,
            fixedWords[verb].map((word) => ({ word, means: null })),
          );
    default:
      return nothing;
  }
}

/** The options that may follow: those given already only where they may be repeated. */
function optionWords({ verb, given }: Before): readonly Candidate[] {
  const ofVerb = Object.entries<Option>(optionsOf[verb]).filter(
    ([name, { describe }]) => !given.has(name) || describe.includes('may be repeated'),
  );
  return [
    ...ofVerb.map(([name, { describe, type, default: usual }]) => ({
      word: type === 'boolean' && usual === true ? `--no-${name}` : `--${name}`,
      means: firstClause(describe),
    })),
    { word: '--help', means: 'Show help' },
  ];
}

const firstClause = (text: string) => text.split(/[:;] /)[0] ?? text;

function startingWith(start: string, candidates: readonly Candidate[]): Completion {
  return { kind: 'words', words: candidates.filter(({ word }) => word.startsWith(start)) };
}

function wholeNameOf(verb: Verb, name: string): string {
  const found = Object.entries<Option>(optionsOf[verb]).find(([, { alias }]) => alias === name);
  return found?.[0] ?? name;
}

function takesValue(verb: Verb, name: string): boolean {
  const option = Object.entries<Option>(optionsOf[verb]).find(([each]) => each === name)?.[1];
  return option !== undefined && option.type !== 'boolean';
}

function isVerb(text: string): text is Verb {
  return Object.hasOwn(optionsOf, text);
}

const pairs = Object.keys(optionsOf).map((verb) => verb.split(' '));
const firstWords = [...new Set(pairs.map(([first = '']) => first))].map((word) => ({ word, means: null }));
const globalOptions = ['--help', '--version'].map((word) => ({ word, means: null }));

function secondWordsOf(first: string): readonly Candidate[] {
  return pairs.flatMap(([word, second]) =>
    word !== first || second === undefined ? [] : [{ word: second, means: null }],
  );
}
