import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { scenarios } from './all-scenarios.ts';
import { filesOf, readTree, shippedTemplates, stateOf, treeOf, updateGolden } from './scenario.ts';

const folder = join(import.meta.dirname, 'scenarios');
const templates = await shippedTemplates();
if (process.env.UPDATE_GOLDENS === '1') {
  for (const [name, scenario] of Object.entries(scenarios))
    await updateGolden(join(folder, name), filesOf(scenario, templates));
}

it('every folder of scenarios is in the list', () => {
  expect(Object.keys(scenarios)).toEqual(readdirSync(folder).sort());
});

describe.each(Object.entries(scenarios))('the files of %s', (name, scenario) => {
  const files = filesOf(scenario, templates);

  it('are those of its folder, byte by byte', async () => {
    expect(treeOf(files)).toEqual(await readTree(join(folder, name, 'etc')));
  });

  it('have the same bytes when rendered again', () => {
    expect(filesOf(scenario, templates)).toEqual(files);
  });

  it('are sorted by path, with mlbroute in each', () => {
    const paths = files.map(({ path }) => path);
    expect(paths).toEqual([...new Set(paths)].sort());
    expect(paths.filter((path) => !path.includes('mlbroute'))).toEqual([]);
  });

  it('are readable by all, but for netplan’s, and start with the header', () => {
    for (const file of files) {
      if (file.kind === 'symlink') continue;
      expect(file.mode).toBe(file.path.startsWith('/etc/netplan/') ? '0600' : '0644');
      expect(file.content.split('\n')[0]).toBe('# mlbroute: managed file, edits are undone by the next push');
    }
  });

  it('name every rule, route and setting of the state', () => {
    const text = files.map((file) => (file.kind === 'file' ? file.content : '')).join('');
    const { rules, routes, sysctls, links, renderer } = stateOf(scenario);
    const [rule, route, link] =
      renderer === 'unit'
        ? [' rule add priority ', ' route replace ', /\nvlan /]
        : renderer === 'netplan'
          ? [/\[RoutingPolicyRule\]|- priority:/, /\[Route\]|- to:/, / {6}id: /]
          : ['[RoutingPolicyRule]', '[Route]', '\nVLAN='];
    expect(text.split(rule)).toHaveLength(rules.length + 1);
    expect(text.split(route)).toHaveLength(routes.length + 1);
    expect(text.split(/^-?net\/\S+ = /m)).toHaveLength(sysctls.length + 1);
    expect(text.split(link)).toHaveLength(links.length + 1);
  });
});
