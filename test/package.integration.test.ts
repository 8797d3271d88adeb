import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { buildProgram } from './commands/fleet.ts';

const root = fileURLToPath(new URL('..', import.meta.url));

/** Licences that oblige nobody who passes mlbroute on to more than to name the authors. */
const allowed = [
  '0BSD',
  'Apache-2.0',
  'BSD-2-Clause',
  'BSD-3-Clause',
  'BlueOak-1.0.0',
  'ISC',
  'MIT',
  'Python-2.0',
  'Unlicense',
];

/** Node's own binaries, as npm has them. */
const majors = [20, 22, 24] as const;

let folder = '';
let installed = '';
let tarball = '';

beforeAll(() => {
  buildProgram();
  folder = mkdtempSync(join(tmpdir(), 'mlbroute-package-'));
  const packed = JSON.parse(npm(['pack', '--json', '--ignore-scripts', '--pack-destination', folder], root)) as [
    { filename: string; files: { path: string }[] },
  ];
  writeFileSync(join(folder, 'package.json'), '{"private":true}');
  tarball = join(folder, packed[0].filename);
  npm(['install', '--omit=dev', '--ignore-scripts', tarball], folder);
  installed = join(folder, 'node_modules');
  const nodes = join(folder, 'nodes');
  const binaries = majors.map((major) => `node${major}@npm:node-linux-${process.arch}@${major}`);
  npm(['install', '--prefix', nodes, '--ignore-scripts', ...binaries], folder);
  // Three versions of Node.js are fetched: how long that takes is the network's matter.
}, 300_000);
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** Runs npm and gives what it prints; throws with its own words where it cannot, as without a registry. */
function npm(args: readonly string[], cwd: string): string {
  return execFileSync('npm', ['--no-audit', '--no-fund', '--loglevel=error', ...args], {
    cwd,
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'pipe'],
  });
}

/** Every package that came with mlbroute, and mlbroute itself. */
function packages(): readonly { readonly name: string; readonly license: string }[] {
  return readdirSync(installed, { recursive: true, encoding: 'utf8' })
    .filter((path) => /(^|node_modules\/)(@[^/]+\/)?[^/@.][^/]*\/package\.json$/.test(path))
    .map((path) => JSON.parse(readFileSync(join(installed, path), 'utf8')) as PackageFile)
    .map(({ name, license, licenses }) => ({
      name,
      license: license ?? licenses?.map(({ type }) => type).join() ?? '',
    }));
}

/** `licenses` is how old packages say it. */
type PackageFile = {
  readonly name: string;
  readonly license?: string;
  readonly licenses?: readonly { readonly type: string }[];
};

it('brings its man page to where man looks, where it is installed for all', () => {
  const prefix = join(folder, 'for-all');
  npm(['install', '--global', '--prefix', prefix, '--ignore-scripts', tarball], folder);
  const page = readFileSync(join(prefix, 'share/man/man1/mlbroute.1'), 'utf8');
  expect(page).toMatch(/^\.TH MLBROUTE 1 "\d{4}-\d\d-\d\d"/);
  expect(execFileSync(join(prefix, 'bin/mlbroute'), ['--version'], { encoding: 'utf8' })).toMatch(/^\d+\./);
}, 60_000);

it('runs by npx without being installed', () => {
  const empty = mkdtempSync(join(folder, 'empty-'));
  const args = ['--yes', '--ignore-scripts', '--package', tarball, '--', 'mlbroute', 'demo', '--help'];
  const said = execFileSync('npx', args, { cwd: empty, encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] });
  expect(said).toMatch(/^mlbroute demo\n/);
}, 60_000);

it.each([
  ['a command', ['render', '--out', 'out-traced'], 100],
  ['what shells ask at a key', ['__complete', 'push', '-l', ''], 20],
] as const)(
  'starts %s by few files: reading hundreds of modules would be most of what a start takes',
  (_, words, most) => {
    const trace = join(folder, 'opened');
    const [verb, ...rest] = words;
    const inventory = ['-i', join(installed, 'mlbroute/inventories/example.yaml')];
    const program = [join(installed, 'mlbroute/dist/cli.js'), verb, ...inventory, ...rest];
    execFileSync('strace', ['-f', '-e', 'trace=openat', '-o', trace, 'node', ...program], {
      cwd: folder,
      stdio: 'pipe',
    });
    const opened = new Set(readFileSync(trace, 'utf8').match(/"[^"]+\.[cm]?js"/g));
    expect(opened.size).toBeGreaterThan(2);
    expect(opened.size).toBeLessThan(most);
  },
);

describe.each(majors)('the package, installed, under Node.js %i', (major) => {
  const run = (...args: readonly string[]) =>
    execFileSync(join(folder, 'nodes/node_modules', `node${major}`, 'bin/node'), args, {
      cwd: folder,
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'pipe'],
    });
  const mlbroute = (...args: readonly string[]) => run(join(installed, 'mlbroute/dist/cli.js'), ...args);

  it('tells its version and its commands', () => {
    expect(run('--version')).toMatch(new RegExp(`^v${major}\\.`));
    const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { version: string };
    expect(mlbroute('--version')).toBe(`${version}\n`);
    expect(mlbroute('--help')).toContain('mlbroute push');
  });

  it('renders every inventory that it brings, as files and as scripts', () => {
    const inventories = join(installed, 'mlbroute/inventories');
    const names = readdirSync(inventories);
    expect(names.length).toBeGreaterThan(4);
    for (const name of names) {
      const out = join(folder, `out-${major}`, name);
      mlbroute('render', '-i', join(inventories, name), '--out', out);
      mlbroute('render', '-i', join(inventories, name), '--out', out, '--as', 'script');
      expect(readdirSync(out), name).toContain('node01.example.com.sh');
    }
  });
});

it.each(majors.filter((major) => major >= 22))(
  'keeps compiled code for its next start under Node.js %i, in a folder of the user',
  (major) => {
    const cache = join(folder, `cache-${major}`);
    const node = join(folder, 'nodes/node_modules', `node${major}`, 'bin/node');
    execFileSync(node, [join(installed, 'mlbroute/dist/cli.js'), '--help'], {
      env: { ...process.env, XDG_CACHE_HOME: cache },
    });
    expect(readdirSync(join(cache, 'mlbroute'), { recursive: true }).length).toBeGreaterThan(3);
  },
);

describe('the package as a library', () => {
  const [, example = ''] = /```ts\n([\s\S]*?)```/.exec(readFileSync(join(root, 'docs/library.md'), 'utf8')) ?? [];

  it('has types that the example in its page agrees with, and that find mistakes', () => {
    expect(example).toContain("from 'mlbroute'");
    const options = ['--module', 'nodenext', '--target', 'es2023', '--strict', '--noEmit', '--pretty', 'false'];
    const types = ['--typeRoots', join(root, 'node_modules/@types'), '--types', 'node'];
    const check = (text: string) => {
      writeFileSync(join(folder, 'example.mts'), text);
      const args = [join(root, 'node_modules/typescript/bin/tsc'), ...options, ...types, 'example.mts'];
      return spawnSync(process.execPath, args, { cwd: folder, encoding: 'utf8' }).stdout;
    };
    expect(check(example)).toBe('');
    expect(check(example.replace('approve:', 'aprove:'))).toMatch(/example\.mts\(\d+,\d+\): error TS2561: /);
    expect(check(example.replace('event.outcome.status', 'event.outcome.state'))).toContain('error TS2339');
  }, 60_000);

  it('renders an inventory that it brings, and throws what is wrong with another', () => {
    const inventory = join(
      installed,
      'mlbroute/inventories',
      readdirSync(join(installed, 'mlbroute/inventories'))[0] ?? '',
    );
    const program = `
      import { InputError, render } from 'mlbroute';
      const rendered = await render({ inventory: ${JSON.stringify([inventory])} });
      const error = await render({ inventory: ['/nowhere'] }).catch((thrown) => thrown);
      console.log(JSON.stringify({ hosts: rendered.length, files: rendered[0].files.length, isInputError: error instanceof InputError, message: error.message }));`;
    writeFileSync(join(folder, 'program.mjs'), program);
    const said = JSON.parse(execFileSync(process.execPath, ['program.mjs'], { cwd: folder, encoding: 'utf8' }));
    expect(said).toMatchObject({ isInputError: true, message: expect.stringContaining('/nowhere') });
    expect(said.hosts).toBeGreaterThan(0);
    expect(said.files).toBeGreaterThan(0);
  });
});

describe('the package', () => {
  it('brings what it needs on hosts, and nothing that is only for its makers', () => {
    const own = readdirSync(join(installed, 'mlbroute'));
    expect(own.sort()).toEqual(
      [
        'CHANGELOG.md',
        'completion',
        'LICENSE',
        'README.md',
        'dist',
        'inventories',
        'lab',
        'man',
        'node',
        'package.json',
        'playbooks',
        'templates',
      ].sort(),
    );
    expect(readdirSync(join(installed, 'mlbroute/node')).sort()).toEqual(readdirSync(join(root, 'node')).sort());
  });

  it('depends on nothing whose licence would bind its users', () => {
    const all = packages();
    const bytes = readdirSync(installed, { recursive: true, encoding: 'utf8' })
      .map((path) => statSync(join(installed, path)))
      .reduce((sum, stat) => sum + (stat.isFile() ? stat.size : 0), 0);
    process.stderr.write(`package: ${all.length} packages, ${(bytes / 1e6).toFixed(1)} MB installed\n`);
    expect(all.map(({ name }) => name)).toContain('ssh2');
    expect(all.filter(({ license }) => !allowed.includes(license))).toEqual([]);
  });
});
