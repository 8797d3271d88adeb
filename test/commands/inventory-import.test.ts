import { chmod, cp, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { inventoryList } from '../../src/commands/inventory.ts';
import { type InventoryImportOptions, inventoryImport } from '../../src/commands/inventory-import.ts';
import { render } from '../../src/commands/render.ts';
import { type Ran, run } from './test-io.ts';

const objects = (name: string) => fileURLToPath(new URL(`../cluster/cases/${name}/objects.json`, import.meta.url));

const pools = fileURLToPath(new URL('../cluster/cases/k3s/metallb.yaml', import.meta.url));

let folder = '';
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'mlbroute-import-'));
});
afterAll(() => rm(folder, { recursive: true }));

function importing(options: Partial<InventoryImportOptions>): Promise<Ran> {
  const none = { files: [], kubectl: false, context: null, out: null, check: false, yes: false };
  return run(inventoryImport, { ...none, ...options });
}

/** The objects of a case with something else about them, in a file. */
async function changedObjects(name: string, change: (items: Item[]) => unknown): Promise<string> {
  const list = JSON.parse(await readFile(objects(name), 'utf8')) as { readonly items: Item[] };
  change(list.items);
  const file = join(folder, `${name}-changed.json`);
  await writeFile(file, JSON.stringify(list));
  return file;
}
type Item = { kind: string; metadata: { name: string; annotations?: object }; spec: { addresses?: string[] } };

describe('inventory import', () => {
  it('leaves what it cannot know to be filled in, and a push is refused until then, at each blank', async () => {
    const out = join(folder, 'blanks.yaml');
    const made = await importing({ files: [objects('rke2')], out });
    expect(made.exitCode, made.stderr).toBe(0);
    expect(made.stderr).toContain('4 hosts, 2 networks.');
    expect(made.stderr).toContain('Fill in what is marked FILL_IN, line 13, 17, 18.');
    const refused = await run(render, { inventory: [out], limit: null, out: join(folder, 'out') });
    expect(refused.exitCode).toBe(65);
    expect(refused.stderr).toContain(`${out}:13:16: error[fill-in]: fill in "gateway" of network "edge"`);
    expect(refused.stderr).toContain(`${out}:17:23: error[fill-in]: fill in "parent" of network "inside"`);
    expect(refused.stderr.match(/error\[/g)).toHaveLength(4);
  });

  it('makes an inventory that renders, where annotations say the rest', async () => {
    const out = join(folder, 'whole.yaml');
    expect((await importing({ files: [objects('kubeadm')], out })).exitCode).toBe(0);
    const rendered = await run(render, { inventory: [out], limit: null, out: join(folder, 'out') });
    expect(rendered.exitCode, rendered.stderr).toBe(0);
    // kubeadm keeps load balancers off the control plane.
    expect(rendered.stderr).toContain('node[1-2] (2 hosts): network public: ');
    expect(rendered.stderr.match(/^.*cp1.*: network/m)).toBe(null);
  });

  it('says which folder is missing, and what it cannot write', async () => {
    const missing = await importing({ files: [objects('kubeadm')], out: join(folder, 'no such', 'prod.yaml') });
    expect(missing.exitCode).toBe(65);
    expect(missing.stderr).toMatch(
      /error\[inventory-file\]: .*prod\.yaml cannot be written: ENOENT.*\n.*mkdir -p '.*\/no such'/,
    );
    const notAFolder = await importing({ files: [objects('kubeadm')], out: '/dev/null/prod.yaml' });
    expect(notAFolder.exitCode).toBe(65);
    expect(notAFolder.stderr).not.toContain('    at ');
  });

  it('prints a new inventory, and the same one each time', async () => {
    const first = await importing({ files: [objects('kubeadm')] });
    expect(first.stdout).toBe((await importing({ files: [objects('kubeadm')] })).stdout);
    expect(first.stdout).toMatch(/^# yaml-language-server: \$schema=/);
  });

  it('adds what is new in the cluster and keeps every edit, comment and space of what is there', async () => {
    const out = join(folder, 'edited.yaml');
    const edited = [
      '# ours',
      'all:',
      '  vars:',
      "    ansible_user:   'admin'   # spaces as they are",
      '    pod_cidrs: [10.244.0.0/16]',
      '    kube_proxy: ipvs',
      '    networks:',
      '      - name: public',
      '        pools: [1.2.3.0/24] # by hand',
      '        link: { parent: bond0, vlan: 100 } # bonded here',
      '        gateway: FILL_IN',
      '  children:',
      '    masters: { hosts: { cp1: } }',
      '    workers:',
      '      hosts:',
      '        renamed: { ansible_host: 192.168.1.21 }',
      '',
    ].join('\n');
    await writeFile(out, edited);
    const checked = await importing({ files: [objects('kubeadm')], out, check: true });
    expect(checked.exitCode).toBe(2);
    expect(await readFile(out, 'utf8')).toBe(edited);
    const unasked = await importing({ files: [objects('kubeadm')], out });
    expect(unasked.exitCode).toBe(64);
    expect(await readFile(out, 'utf8')).toBe(edited);
    const added = await importing({ files: [objects('kubeadm')], out, yes: true });
    expect(added.exitCode, added.stderr).toBe(0);
    expect(added.stderr).toContain('differs: link.parent of network "public" is bond0 here, eth0 in the cluster\n');
    const text = await readFile(out, 'utf8');
    expect(text).toContain("    ansible_user:   'admin'   # spaces as they are\n");
    expect(text).toContain(
      '        link: { parent: bond0, vlan: 100 } # bonded here\n        gateway: [ 1.2.3.1, 2001:db8:1::1 ]\n',
    );
    expect(text).toContain('        node2: { ansible_host: 192.168.1.22 }\n');
    const listed = await run(inventoryList, { inventory: [out], limit: null });
    expect(Object.keys(JSON.parse(listed.stdout)._meta.hostvars).sort()).toEqual(['cp1', 'node2', 'renamed']);

    const again = await importing({ files: [objects('kubeadm')], out });
    expect(again).toMatchObject({ exitCode: 0, stdout: '' });
    expect(again.stderr).toContain(`Nothing to add to ${out}.\n`);
    expect(await readFile(out, 'utf8')).toBe(text);
  });

  it('tells what the cluster has otherwise, and takes nothing away', async () => {
    const out = join(folder, 'otherwise.yaml');
    await importing({ files: [objects('rke2')], out });
    const before = await readFile(out, 'utf8');
    const changed = await changedObjects('rke2', (items) => {
      items.splice(2, 1);
      for (const { metadata, spec } of items) if (metadata.name === 'inside') spec.addresses?.push('10.51.0.0/24');
    });
    const told = await importing({ files: [changed], out, check: true });
    expect(told.exitCode).toBe(2);
    expect(told.stderr).toContain('differs: host w2 is no node of the cluster\n');
    expect(told.stderr).toContain(
      'differs: network "inside" has the pools [10.50.0.0/24] here, [10.50.0.0/24, 10.51.0.0/24] in the cluster\n',
    );
    expect(await readFile(out, 'utf8')).toBe(before);
  });

  it('puts a new node into the group of its kind', async () => {
    const out = join(folder, 'grown.yaml');
    await importing({ files: [objects('rke2')], out });
    const changed = await changedObjects('rke2', (items) => {
      const [node] = items.filter(({ metadata }) => metadata.name === 'w2');
      if (node !== undefined) items.push({ ...node, metadata: { ...node.metadata, name: 'w4' } });
    });
    const before = await readFile(out, 'utf8');
    const text = before
      .replace('        w3: {', '        w2x: { ansible_host: 172.18.0.99 }\n        w3: {')
      .replace('172.18.0.12', '172.18.0.112');
    await writeFile(out, text);
    const added = await importing({ files: [changed], out, yes: true });
    expect(added.stderr).toContain('differs: host w2 is at 172.18.0.112 here, node w2 at 172.18.0.12 in the cluster');
    const after = await readFile(out, 'utf8');
    expect(after).toContain('        w2:\n        w4:\n');
    expect(after).toContain('        w4: { ansible_host: 172.18.0.12 }\n');
  });

  it('asks kubectl for what it needs, in the context that is wanted, and for no secrets', async () => {
    const bin = join(folder, 'bin');
    await mkdir(bin, { recursive: true });
    await cp(objects('kubeadm'), join(folder, 'objects.json'));
    const script = `#!/bin/sh\necho "$@" >> ${folder}/asked\ncase "$*" in\n*nodes*) cat ${folder}/objects.json;;\n*configmaps*) ;;\n*) echo '{"kind":"List","items":[]}' ;;\nesac\n`;
    await writeFile(join(bin, 'kubectl'), script.replace('"items":[]', '"items":[{"kind":"Other"}]'));
    await chmod(join(bin, 'kubectl'), 0o755);
    const path = process.env.PATH;
    process.env.PATH = `${bin}:${path}`;
    try {
      const made = await importing({ kubectl: true, context: 'prod' });
      expect(made.exitCode, made.stderr).toBe(0);
      expect(made.stdout).toContain('node2');
    } finally {
      process.env.PATH = path;
    }
    const asked = (await readFile(join(folder, 'asked'), 'utf8')).trim().split('\n').sort();
    expect(asked).toEqual([
      '--context prod get configmaps -n kube-system kube-proxy kubeadm-config cilium-config --ignore-not-found -o json',
      '--context prod get ipaddresspools.metallb.io,l2advertisements.metallb.io,bgpadvertisements.metallb.io -A -o json',
      '--context prod get nodes -o json',
    ]);
  });

  it.each<[string, Partial<InventoryImportOptions>, string]>([
    ['a file that is not there', { files: ['/none.json'] }, '/none.json cannot be read: there is no such file'],
    ['objects without a node', { files: [pools] }, 'there is no Node among the objects'],
  ])('refuses %s', async (_, options, message) => {
    const refused = await importing(options);
    expect(refused.exitCode).toBe(65);
    expect(refused.stderr).toContain(message);
  });
});
