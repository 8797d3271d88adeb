import { access, cp, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { optionsOf } from '../src/cli/options.ts';
import { render } from '../src/commands/render.ts';
import { run } from './commands/test-io.ts';

const root = new URL('../', import.meta.url);
const pages = [
  'README.md',
  ...(await readdir(new URL('docs/', root))).filter((name) => name.endsWith('.md')).map((name) => `docs/${name}`),
];
const texts = await Promise.all(
  pages.map(async (page) => ({ page, text: await readFile(new URL(page, root), 'utf8') })),
);

/** The fenced blocks of a page in one language. */
function blocks(text: string, language: string): readonly string[] {
  return Array.from(
    text.matchAll(new RegExp(`^\`\`\`${language}\\n([\\s\\S]*?)^\`\`\``, 'gm')),
    ([, body = '']) => body,
  );
}

const inventories = texts.flatMap(({ page, text }) =>
  blocks(text, 'yaml')
    .filter((body) => /^all:/m.test(body))
    .map((body, i) => [`${page}, number ${i + 1}`, body] as const),
);
const playbooks = [
  ...texts.flatMap(({ page, text }) =>
    blocks(text, 'yaml')
      .filter((body) => /^- .*\n(?:.*\n)*? *tasks:/.test(body))
      .map((body, i) => [`${page}, number ${i + 1}`, body] as const),
  ),
  ...(await Promise.all(
    (
      await readdir(new URL('playbooks/', root))
    )
      .filter((name) => name.endsWith('.yaml'))
      .map(async (name) => [`playbooks/${name}`, await readFile(new URL(`playbooks/${name}`, root), 'utf8')] as const),
  )),
];
const commands = texts.flatMap(({ page, text }) =>
  [...blocks(text, 'console'), ...blocks(text, 'sh')].flatMap((body) =>
    Array.from(
      body.matchAll(/^\$? ?(?:sudo )?mlbroute (\w+)(?: (\w+))?(.*)$/gm),
      ([, verb = '', next, rest = '']) =>
        [page, `${verb} ${next}` in optionsOf ? `${verb} ${next}` : verb, rest] as const,
    ),
  ),
);

describe('the documentation', () => {
  let folder = '';
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'mlbroute-docs-'));
    // With the templates that its playbooks name.
    await cp(new URL('playbooks/', root), folder, { recursive: true });
  });
  afterAll(() => rm(folder, { recursive: true }));

  it('shows inventories and commands at all', () => {
    expect(inventories.length).toBeGreaterThan(0);
    expect(playbooks.length).toBeGreaterThan(1);
    expect(commands.length).toBeGreaterThan(0);
  });

  it.each(inventories)('shows an inventory that renders: %s', async (_where, body) => {
    const file = join(folder, 'inventory.yaml');
    await writeFile(file, body);
    const { exitCode, stderr } = await run(render, { inventory: [file], limit: null, out: join(folder, 'out') });
    expect(exitCode, stderr).toBe(0);
  });

  it.each(playbooks)('shows a playbook that renders: %s', async (_where, body) => {
    const inventory = join(folder, 'prod.yaml');
    const [, prod = ''] = inventories.find(([where]) => where.startsWith('README.md')) ?? [];
    await writeFile(inventory, prod);
    const playbook = join(folder, 'site.yaml');
    await writeFile(playbook, body);
    const out = join(folder, 'played');
    const { exitCode, stderr } = await run(render, { inventory: [inventory], limit: null, out, playbook });
    expect(exitCode, stderr).toBe(0);
    const files = await readdir(out, { recursive: true });
    expect(files.filter((name) => name.includes('/etc/')).length, files.join('\n')).toBeGreaterThan(0);
  });

  it.each(commands)('names commands and options that exist: %s: mlbroute %s%s', (_page, verb, rest) => {
    expect(Object.keys(optionsOf)).toContain(verb);
    const known = Object.keys(optionsOf[verb as keyof typeof optionsOf]);
    const named = Array.from(rest.matchAll(/ --(?:no-)?([a-z-]+)/g), ([, name]) => name);
    expect(known).toEqual(expect.arrayContaining(named));
  });

  it.each(texts.map(({ page, text }) => [page, text] as const))('links to files that exist: %s', async (page, text) => {
    const links = Array.from(
      text.matchAll(/\]\((?!https?:)([^)#]+)[^)]*\)/g),
      ([, target = '']) => new URL(target, new URL(page, root)),
    );
    for (const link of links)
      await expect(
        readFile(link).catch(() => readdir(link)),
        link.pathname,
      ).resolves.toBeDefined();
  });

  it.each(texts)('leads to pages and headings that are there: $page', async ({ page, text }) => {
    const prose = text.replaceAll(/^```[\s\S]*?^```/gm, '').replaceAll(/`[^`\n]*`/g, '');
    const links = Array.from(prose.matchAll(/\]\(([^)\s]+)\)/g), ([, link = '']) => link).filter(
      (link) => !/^[a-z]+:/.test(link),
    );
    for (const link of links) {
      const [path = '', anchor] = link.split('#');
      const target = path === '' ? new URL(page, root) : new URL(path, new URL(page, root));
      await expect(access(target), `${page}: ${link}`).resolves.toBeUndefined();
      if (anchor === undefined) continue;
      expect(headings(await readFile(target, 'utf8')), `${page}: ${link}`).toContain(anchor);
    }
  });
});

/** The anchors that a forge gives to the headings of a page. */
function headings(text: string): readonly string[] {
  return Array.from(text.replaceAll(/^```[\s\S]*?^```/gm, '').matchAll(/^#+ (.*)$/gm), ([, heading = '']) =>
    heading
      .toLowerCase()
      .replaceAll(/[^\p{L}\p{N}\s_-]/gu, '')
      .replaceAll(' ', '-'),
  );
}
