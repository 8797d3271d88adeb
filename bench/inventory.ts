import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { connectionOf } from '../src/inventory/connection.ts';
import { connectionVariableNames } from '../src/inventory/connection-variables.ts';
import { hostVars } from '../src/inventory/host-vars.ts';
import { readInventory } from '../src/inventory/read-inventory.ts';
import { selectHosts } from '../src/inventory/select-hosts.ts';
import { domainVariableNames } from '../src/schema/domain-variables.ts';
import { hostSpecs } from '../src/schema/host-spec.ts';

/*
 * How long an inventory of 10,000 hosts takes: from the files to hosts and groups, and from these to what every host should have. The goal is
 * 2 s for both together. Prints a line per form of the inventory; run it with `npm run bench:inventory`.
 */

const hostCount = 10_000;
const groupCount = 50;
const numbers = Array.from({ length: hostCount }, (_, i) => i);
const groupOf = (i: number) => `rack${i % groupCount}`;
const login = { user: 'u', homeDirectory: '/home/u', transport: null };
const wanted = [...domainVariableNames, ...connectionVariableNames];

const groupVars = Object.fromEntries(
  Array.from({ length: groupCount }, (_, i) => [
    `group_vars/rack${i}.yml`,
    `uplink: eth${i % 4}\nrack: ${i}\nother: "{{ lookup('env', 'X') }}"\n`,
  ]),
);
const allVars = `ansible_user: admin
ansible_become: true
pod_cidrs: [10.112.0.0/12]
networks:
  - name: public
    pools: [192.0.2.0/24]
    link: { parent: "{{ uplink }}", vlan: 100 }
    gateway: 192.0.2.1
`;

const forms: { readonly [form: string]: { readonly [path: string]: string } } = {
  'YAML, a line per host': {
    hosts: `all:\n  children:\n${Array.from({ length: groupCount }, (_, group) => {
      const its = numbers.filter((i) => groupOf(i) === `rack${group}`);
      return `    rack${group}:\n      hosts:\n${its.map((i) => `        node${i}: { ansible_host: 10.${i >> 8}.0.${i & 255} }\n`).join('')}`;
    }).join('')}`,
  },
  'YAML, a range per group': {
    hosts: `all:\n  children:\n${Array.from({ length: groupCount }, (_, group) => `    rack${group}:\n      hosts: { "node${group}-[001:200]": }\n`).join('')}`,
  },
  'INI, a line per host': {
    hosts: Array.from({ length: groupCount }, (_, group) => {
      const its = numbers.filter((i) => groupOf(i) === `rack${group}`);
      return `[rack${group}]\n${its.map((i) => `node${i} ansible_host=10.${i >> 8}.0.${i & 255}\n`).join('')}`;
    }).join(''),
  },
  'YAML, with host_vars of 2,000': {
    hosts: `all:\n  children:\n${Array.from({ length: groupCount }, (_, group) => `    rack${group}:\n      hosts: { "node${group}-[001:200]": }\n`).join('')}`,
    ...Object.fromEntries(
      numbers
        .slice(0, 2000)
        .map((i) => [
          `host_vars/node${i % groupCount}-${String(1 + Math.floor(i / groupCount)).padStart(3, '0')}.yml`,
          'uplink: bond0\n',
        ]),
    ),
  },
};

for (const [form, files] of Object.entries(forms)) {
  const folder = await mkdtemp(join(tmpdir(), 'mlbroute-bench-'));
  for (const [path, text] of Object.entries({ ...files, ...groupVars, 'group_vars/all.yml': allVars })) {
    await mkdir(dirname(join(folder, path)), { recursive: true });
    await writeFile(join(folder, path), text);
  }
  const cpu = process.cpuUsage();
  const began = performance.now();
  const inventory = await readInventory({ sources: [join(folder, 'hosts')], extraVars: [], vaultPasswordFile: null });
  if (!inventory.ok) throw new Error(JSON.stringify(inventory.error.diagnostics[0]));
  const read = performance.now();
  const selected = selectHosts(inventory.value, 'all:!rack49[0]');
  const chosen = performance.now();
  const check = hostSpecs();
  for (const { name } of inventory.value.hosts) {
    const vars = hostVars(inventory.value, name, { wanted, decrypted: new Map() });
    if (!vars.ok || !check(vars.value).ok || !connectionOf(name, vars.value, login).ok)
      throw new Error(`${name} is right`);
  }
  const ended = performance.now();
  const { user, system } = process.cpuUsage(cpu);
  const count = selected.ok ? selected.value.length : 0;
  const milliseconds = (from: number, to: number) => `${Math.round(to - from)} ms`.padStart(8);
  console.log(
    `${form.padEnd(30)} ${inventory.value.hosts.length} hosts: read ${milliseconds(began, read)}, limit of ${count} ${milliseconds(read, chosen)}, all variables ${milliseconds(chosen, ended)}, together ${milliseconds(began, ended)} (${Math.round((user + system) / 1000)} ms CPU)`,
  );
  await rm(folder, { recursive: true });
}
