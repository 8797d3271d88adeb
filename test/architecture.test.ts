import { readdirSync, readFileSync } from 'node:fs';
import { join, posix } from 'node:path';
import { fileURLToPath } from 'node:url';
import ts from 'typescript';
import { describe, expect, it } from 'vitest';

const root = fileURLToPath(new URL('..', import.meta.url));

/** What each folder of src (or file directly in it) may import from the others: a folder, or one file of a folder. Imports point down. */
const layers: { readonly [place: string]: readonly string[] } = {
  domain: [],
  inventory: ['domain'],
  schema: ['domain'],
  backends: ['domain'],
  cluster: ['domain'],
  facts: ['domain'],
  kernel: ['domain'],
  plan: ['domain', 'kernel'],
  boot: ['domain', 'facts', 'plan'],
  transport: ['domain'],
  tasks: ['domain', 'schema'],
  playbook: ['domain', 'inventory', 'schema', 'tasks'],
  documents: ['domain'],
  deploy: ['boot', 'domain', 'facts', 'plan', 'transport/session.ts'],
  report: ['domain'],
  lab: ['domain'],
  commands: [
    'domain',
    'inventory',
    'schema',
    'backends',
    'boot',
    'cluster',
    'facts',
    'kernel',
    'plan',
    'transport',
    'tasks',
    'playbook',
    'deploy',
    'documents',
    'report',
    'lab',
  ],
  library: ['commands', 'domain'],
  'index.ts': ['library', 'domain'],
  cli: ['commands', 'domain'],
  'cli.ts': ['cli', 'commands'],
};

/** The folders that are the only doors to a package. */
const doors: { readonly [packageName: string]: readonly string[] } = {
  '@marcbachmann/cel-js': ['playbook'],
  '@dagrejs/dagre': ['report'],
  diff: ['cluster', 'report'],
  handlebars: ['inventory', 'backends'],
  'ipaddr.js': ['domain'],
  listr2: ['report'],
  ssh2: ['transport'],
  'string-width': ['report'],
  xmlbuilder2: ['report'],
  yaml: ['cluster', 'documents', 'inventory'],
  yargs: ['cli'],
  zod: ['schema'],
};

/** Folders without I/O, clock and randomness: data in, data out. */
const pureFolders: readonly string[] = [
  'domain',
  'inventory',
  'schema',
  'backends',
  'boot',
  'cluster',
  'documents',
  'facts',
  'kernel',
  'plan',
  'tasks',
  'playbook',
];

/** The files of pure folders that do the reading for the others. */
const readers: readonly string[] = ['inventory/read-inventory.ts'];

/** Node's modules that compute and do nothing else. */
const pureModules: readonly string[] = ['node:crypto', 'node:path', 'node:path/posix', 'node:util', 'node:zlib'];

const maxLines = 200;

describe('the architecture of src', () => {
  const paths = readdirSync(join(root, 'src'), { recursive: true, encoding: 'utf8' }).filter((path) =>
    path.endsWith('.ts'),
  );
  const files = paths.sort().map((path) => ({ path, text: readFileSync(join(root, 'src', path), 'utf8') }));

  it('has files to look at', () => {
    expect(files.length).toBeGreaterThan(20);
  });

  it('imports only downwards, by the table of layers', () => {
    expect(files.flatMap(({ path, text }) => layerFaults(path, text))).toEqual([]);
  });

  it('reaches each package through its door', () => {
    expect(files.flatMap(({ path, text }) => doorFaults(path, text))).toEqual([]);
  });

  // It parses every file.
  it('does no I/O, asks no clock and throws no dice in the pure folders', { timeout: 60_000 }, () => {
    expect(files.flatMap(({ path, text }) => purityFaults(path, text))).toEqual([]);
  });

  it('keeps files short and named for one idea', () => {
    expect(files.flatMap(({ path, text }) => shapeFaults(path, text))).toEqual([]);
  });

  it('looks for files of the package from one depth, that of the bundle', () => {
    const looking = files.filter(({ text }) => text.includes('import.meta.url'));
    expect(looking.length).toBeGreaterThan(0);
    expect(looking.map(({ path }) => path).filter((path) => path.split('/').length !== 2)).toEqual([]);
  });

  it('has a door for every package it depends on, and for no other', () => {
    const { dependencies } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { dependencies: object };
    expect(Object.keys(doors).sort()).toEqual(Object.keys(dependencies).sort());
  });
});

describe('the rules of the architecture', () => {
  it.each<[string, string, string, readonly string[]]>([
    ['a downward import', 'deploy/a.ts', "import { x } from '../domain/x.ts';", []],
    ['an import in the same folder', 'deploy/a.ts', "import { x } from './deep/x.ts';", []],
    ['an import between folders within one', 'backends/unit/a.ts', "import { x } from '../backend.ts';", []],
    ['the one file that is allowed', 'deploy/a.ts', "import type { S } from '../transport/session.ts';", []],
    [
      'another file of that folder',
      'deploy/a.ts',
      "import { x } from '../transport/ssh.ts';",
      ['deploy/a.ts imports transport/ssh.ts: deploy may import only boot, domain, facts, plan, transport/session.ts'],
    ],
    [
      'an upward import, even of a type',
      'domain/a.ts',
      "import type { X } from '../plan/x.ts';",
      ['domain/a.ts imports plan/x.ts: domain may import only itself'],
    ],
    [
      'a re-export from a neighbour',
      'facts/a.ts',
      "export { x } from '../plan/x.ts';",
      ['facts/a.ts imports plan/x.ts: facts may import only domain'],
    ],
    [
      'a lazy import',
      'report/a.ts',
      "const x = () => import('../lab/x.ts');",
      ['report/a.ts imports lab/x.ts: report may import only domain'],
    ],
    [
      'a folder that is not in the table',
      'utilities/a.ts',
      '',
      ['utilities/a.ts: utilities is not in the table of layers of this test; give it a place there'],
    ],
  ])('judge %s', (_, path, text, expected) => {
    expect(layerFaults(path, text)).toEqual(expected);
  });

  it.each<[string, string, string, readonly string[]]>([
    ['a package at its door', 'transport/a.ts', "import { Client } from 'ssh2';", []],
    ["Node's own modules", 'lab/a.ts', "import { spawn } from 'node:child_process';", []],
    [
      'a package elsewhere',
      'deploy/a.ts',
      "import type { Client } from 'ssh2';",
      ['deploy/a.ts imports ssh2: its only door is transport'],
    ],
    [
      'a part of a package elsewhere',
      'commands/a.ts',
      "await import('zod/mini');",
      ['commands/a.ts imports zod: its only door is schema'],
    ],
    [
      'an unknown package',
      'lab/a.ts',
      "import x from '@scope/name/part';",
      ['lab/a.ts imports @scope/name: it has no door in this test'],
    ],
  ])('judge %s', (_, path, text, expected) => {
    expect(doorFaults(path, text)).toEqual(expected);
  });

  it.each<[string, string, string, readonly string[]]>([
    ['hashing', 'plan/a.ts', "import { createHash } from 'node:crypto';", []],
    ['the clock in a comment or a text', 'plan/a.ts', "// Date.now()\nconst x = 'Math.random()';", []],
    ['a given date', 'plan/a.ts', 'const x = new Date(0);', []],
    ['I/O outside of the pure folders', 'deploy/a.ts', "import { spawn } from 'node:child_process'; Date.now();", []],
    ['I/O in a reader', 'inventory/read-inventory.ts', "import { readFile } from 'node:fs/promises';", []],
    [
      'I/O',
      'plan/a.ts',
      "import { readFile } from 'node:fs/promises';",
      ['plan/a.ts is pure and uses node:fs/promises'],
    ],
    ['the clock', 'facts/a.ts', 'const x = Date.now();', ['facts/a.ts is pure and uses Date.now']],
    ['the present date', 'facts/a.ts', 'const x = new Date();', ['facts/a.ts is pure and uses new Date()']],
    ['randomness', 'domain/a.ts', 'const x = Math.random();', ['domain/a.ts is pure and uses Math.random']],
    ['random bytes', 'plan/a.ts', 'const x = crypto.randomUUID();', ['plan/a.ts is pure and uses randomUUID']],
    ['the environment', 'schema/a.ts', 'const x = process.env.HOME;', ['schema/a.ts is pure and uses process']],
  ])('judge %s', (_, path, text, expected) => {
    expect(purityFaults(path, text)).toEqual(expected);
  });

  it.each<[string, string, string, readonly string[]]>([
    ['a file of 200 lines', 'domain/a.ts', 'x\n'.repeat(200), []],
    [
      'a longer one',
      'domain/a.ts',
      'x\n'.repeat(201),
      ['domain/a.ts has 201 lines, 200 at most: which of its ideas deserves a file of its own?'],
    ],
    ['a drawer', 'domain/utils.ts', '', ['domain/utils.ts is a drawer: name it for the idea in it']],
    [
      'a drawer by suffix',
      'plan/diff-helpers.ts',
      '',
      ['plan/diff-helpers.ts is a drawer: name it for the idea in it'],
    ],
    ['a folder of drawers', 'plan/common/x.ts', '', ['plan/common/x.ts is a drawer: name it for the idea in it']],
    ['a word that only contains such a name', 'domain/uncommon.ts', '', []],
  ])('judge %s', (_, path, text, expected) => {
    expect(shapeFaults(path, text)).toEqual(expected);
  });
});

function layerFaults(path: string, text: string): readonly string[] {
  const place = placeOf(path);
  const allowed = layers[place];
  if (allowed === undefined)
    return [`${path}: ${place} is not in the table of layers of this test; give it a place there`];
  return importsOf(text)
    .filter((name) => name.startsWith('.'))
    .map((name) => posix.join(posix.dirname(path), name))
    .filter((target) => placeOf(target) !== place && !allowed.includes(placeOf(target)) && !allowed.includes(target))
    .map(
      (target) =>
        `${path} imports ${target}: ${place} may import only ${allowed.length === 0 ? 'itself' : allowed.join(', ')}`,
    );
}

function doorFaults(path: string, text: string): readonly string[] {
  return importsOf(text)
    .filter((name) => !name.startsWith('.') && !name.startsWith('node:'))
    .map((name) => name.split('/', name.startsWith('@') ? 2 : 1).join('/'))
    .flatMap((name) => {
      const door = doors[name];
      if (door === undefined) return [`${path} imports ${name}: it has no door in this test`];
      return door.includes(placeOf(path)) ? [] : [`${path} imports ${name}: its only door is ${door.join(', ')}`];
    });
}

function purityFaults(path: string, text: string): readonly string[] {
  if (!pureFolders.includes(placeOf(path)) || readers.includes(path)) return [];
  const modules = importsOf(text).filter((name) => name.startsWith('node:') && !pureModules.includes(name));
  return [...modules, ...impureUses(text)].map((use) => `${path} is pure and uses ${use}`);
}

function shapeFaults(path: string, text: string): readonly string[] {
  const lines = text.split('\n').length - (text.endsWith('\n') ? 1 : 0);
  const words = path.replace(/\.ts$/, '').split(/[/-]/);
  return [
    ...(lines > maxLines
      ? [`${path} has ${lines} lines, ${maxLines} at most: which of its ideas deserves a file of its own?`]
      : []),
    ...(words.some((word) => /^(utils?|helpers?|common|managers?)$/i.test(word))
      ? [`${path} is a drawer: name it for the idea in it`]
      : []),
  ];
}

/** The folder right below src, or the file that lies there itself. */
function placeOf(path: string): string {
  return path.split('/')[0] ?? path;
}

/** Everything a file imports or exports from: statically, lazily, or as types. */
function importsOf(text: string): readonly string[] {
  return ts.preProcessFile(text, true, true).importedFiles.map(({ fileName }) => fileName);
}

function impureUses(text: string): readonly string[] {
  const found: string[] = [];
  const visit = (node: ts.Node): void => {
    if (ts.isPropertyAccessExpression(node) && isClockOrDice(node)) found.push(node.getText());
    else if (ts.isNewExpression(node) && node.expression.getText() === 'Date' && !node.arguments?.length)
      found.push('new Date()');
    else if (ts.isPropertyAccessExpression(node) && node.expression.getText() === 'process') found.push('process');
    else if (ts.isIdentifier(node) && /^random(Bytes|Int|UUID|Fill|FillSync)$/.test(node.text)) found.push(node.text);
    ts.forEachChild(node, visit);
  };
  visit(ts.createSourceFile('a.ts', text, ts.ScriptTarget.Latest, true));
  return found;
}

function isClockOrDice(node: ts.PropertyAccessExpression): boolean {
  return ['Date.now', 'Math.random', 'performance.now'].includes(node.getText());
}
