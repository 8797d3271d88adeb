import { readdir, readFile } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import { readCluster } from '../../src/cluster/cluster.ts';
import { draftInventory } from '../../src/cluster/draft-inventory.ts';
import { selects } from '../../src/cluster/label-selector.ts';
import { type Manifest, readManifests } from '../../src/cluster/manifests.ts';
import { writeInventory } from '../../src/cluster/write-inventory.ts';
import type { Json } from '../../src/domain/variable.ts';

const cases = new URL('cases/', import.meta.url);

async function objectsOf(name: string): Promise<readonly Manifest[]> {
  const files = (await readdir(new URL(`${name}/`, cases))).filter((file) => file !== 'inventory.yaml').sort();
  const texts = await Promise.all(files.map((file) => readFile(new URL(`${name}/${file}`, cases), 'utf8')));
  return texts.flatMap((text, i) => {
    const read = readManifests(text, files[i] ?? '');
    if (!read.ok) throw new Error(JSON.stringify(read.error));
    return read.value;
  });
}

describe('an inventory from a cluster', () => {
  it.each<[string, readonly string[]]>([
    ['kubeadm', ['pool-unannounced', 'strict-arp']],
    ['k3s', []],
    ['rke2', []],
    ['before-0.13', ['pool-unannounced']],
  ])('is as expected of %s', async (name, codes) => {
    const { draft, warnings } = draftInventory(readCluster(await objectsOf(name)));
    await expect(writeInventory(draft)).toMatchFileSnapshot(new URL(`${name}/inventory.yaml`, cases).pathname);
    expect(warnings.map(({ code }) => code)).toEqual(codes);
  });
});

describe('a label selector', () => {
  const labels = new Map([
    ['rack', 'a'],
    ['edge', ''],
  ]);
  const expression = (key: string, operator: string, values?: readonly string[]): Json => ({
    matchExpressions: [{ key, operator, ...(values === undefined ? {} : { values }) }],
  });
  it.each<[string, Json, boolean]>([
    ['an empty one takes all', {}, true],
    ['all labels of matchLabels must match', { matchLabels: { rack: 'a', edge: 'x' } }, false],
    ['In', expression('rack', 'In', ['a', 'b']), true],
    ['In does not take what has no such label', expression('zone', 'In', ['a']), false],
    ['NotIn', expression('rack', 'NotIn', ['a']), false],
    ['NotIn takes what has no such label', expression('zone', 'NotIn', ['a']), true],
    ['Exists looks at no value', expression('edge', 'Exists'), true],
    ['DoesNotExist', expression('edge', 'DoesNotExist'), false],
    [
      'labels and expressions must hold together',
      { matchLabels: { rack: 'b' }, ...(expression('edge', 'Exists') as object) },
      false,
    ],
  ])('%s', (_, selector, expected) => {
    expect(selects(selector, labels)).toBe(expected);
  });
});

describe('what is no object of a cluster', () => {
  it.each<[string, string, string]>([
    ['broken YAML', 'kind: [', 'a:1:8: '],
    ['something else', 'kind: List\nitems: []\n---\nnetworks: []\n', 'a:4:1: this has no "kind"'],
    ['nothing', '# nothing\n', 'a:1:1: there is no object in it'],
  ])('is an error with its place: %s', (_, text, expected) => {
    const read = readManifests(text, 'a');
    const faults = read.ok ? [] : read.error;
    expect(faults.map(({ at, message }) => `${at?.file}:${at?.line}:${at?.column}: ${message}`).join('\n')).toContain(
      expected,
    );
  });
});
