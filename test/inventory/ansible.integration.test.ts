import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { selectHosts } from '../../src/inventory/select-hosts.ts';
import { type AnsibleInventory, ansibleHosts, ansibleInventory, demandAnsible } from './ansible.ts';
import { inventoryOf, varsOf, yaml } from './printed.ts';

const values = [
  ...[
    'text',
    '"quoted"',
    "'0644'",
    'yes',
    'No',
    'off',
    'y',
    '~',
    '',
    '1',
    '-3',
    '0644',
    '08',
    '0o10',
    '0x1F',
    '0b11',
    '1e3',
  ],
  ...[
    '1.0e+3',
    '.5',
    '1_000',
    '1:30',
    '00:11:22:33:44:55',
    '2020-01-01',
    '1.2.3.0/24',
    '!!str 5',
    '[1, yes, a]',
    '{ x: 1, y: [b] }',
  ],
];
const groupNames = ['zebra', 'ape', 'bear-1', 'cat.x', 'dog'];
const hostKeys = [
  'h1',
  'h2',
  'h[1:2]',
  'h[1:4]',
  'h[01:05:2]',
  'x[a:c]y[1:2]',
  '192.168.1.1',
  'fe80::1',
  'p1:2222',
  '"q[3:5]"',
];

const vars: fc.Arbitrary<[string, string][]> = fc.uniqueArray(
  fc.tuple(fc.constantFrom('a', 'b'), fc.constantFrom(...values)),
  {
    selector: ([name]) => name,
    minLength: 1,
    maxLength: 2,
  },
);
const priority = fc.option(fc.integer({ min: 0, max: 3 }), { freq: 4 });
const hosts = fc.uniqueArray(
  fc.tuple(fc.constantFrom(...hostKeys), fc.oneof(vars, fc.constant<[string, string][]>([]))),
  {
    selector: ([key]) => key,
    maxLength: 3,
  },
);
/** Children point only forward in the list of names, so there are no loops. */
const group = (place: number) =>
  fc.record({
    vars,
    priority,
    hosts,
    children: fc.subarray(groupNames.slice(place + 1)),
    order: fc.shuffledSubarray(['hosts', 'vars', 'children'], { minLength: 3 }),
  });
type Group = {
  vars: [string, string][];
  priority: number | null;
  hosts: [string, [string, string][]][];
  children: string[];
  order: string[];
};

const inventory: fc.Arbitrary<string> = fc
  .tuple(
    fc.tuple(...groupNames.map((_, place) => group(place))),
    fc.shuffledSubarray([0, 1, 2, 3, 4], { minLength: 1 }),
    fc.option(group(-1)),
    fc.option(hosts),
  )
  .map(([groups, order, all, ungrouped]) => {
    const named = order.flatMap((place) => {
      const [name, body] = [groupNames[place], groups[place]];
      return name === undefined || body === undefined ? [] : [groupText(name, body)];
    });
    if (all !== null) named.unshift(groupText('all', all));
    if (ungrouped !== null) named.push(`ungrouped:\n  hosts:\n${hostsText(ungrouped)}`);
    return named.join('');
  });

function groupText(name: string, { vars: its, priority: level, hosts: keys, children, order }: Group): string {
  const sections: { readonly [name: string]: string } = {
    vars: `  vars:\n${level === null ? '' : `    ansible_group_priority: ${level}\n`}${its.map(([key, value]) => `    ${key}: ${value}\n`).join('')}`,
    hosts: `  hosts:\n${hostsText(keys)}`,
    children: `  children:\n${children.map((child) => `    ${child}:\n`).join('')}`,
  };
  return `${name}:\n${order.map((section) => sections[section]).join('')}`;
}

function hostsText(keys: readonly [string, [string, string][]][]): string {
  return keys
    .map(([key, its]) => `    ${key}:\n${its.map(([name, value]) => `      ${name}: ${value}\n`).join('')}`)
    .join('');
}

/** Our reading in the form of Ansible's. */
function ourList(text: string) {
  const { hosts: all, groups } = inventoryOf(text);
  const variables = all.map(({ name }) => {
    const result = varsOf(text, name);
    if (!result.ok) throw new Error(JSON.stringify(result.error));
    return [name, JSON.parse(JSON.stringify(result.value.values))] as const;
  });
  return {
    variables: Object.fromEntries(variables),
    members: Object.fromEntries(
      [...groups.values()].flatMap(({ name, hosts: its }) => (name === 'all' || its.length === 0 ? [] : [[name, its]])),
    ),
    children: Object.fromEntries(
      [...groups.values()].flatMap(({ name, children }) =>
        children.length === 0 ? [] : [[name, [...children].sort()]],
      ),
    ),
  };
}

function theirList({ _meta, ...groups }: AnsibleInventory, known: readonly string[]) {
  const entries = Object.entries(groups) as [string, { hosts?: string[]; children?: string[] }][];
  return {
    // Hosts without any variable are left out of _meta.
    variables: Object.fromEntries(known.map((name) => [name, _meta.hostvars[name] ?? {}])),
    members: Object.fromEntries(
      entries.flatMap(([name, { hosts: its = [] }]) => (its.length === 0 ? [] : [[name, its]])),
    ),
    children: Object.fromEntries(
      entries.flatMap(([name, { children = [] }]) => (children.length === 0 ? [] : [[name, [...children].sort()]])),
    ),
    hostNames: new Set([...Object.keys(_meta.hostvars), ...entries.flatMap(([, { hosts: its = [] }]) => its)]),
  };
}

beforeAll(demandAnsible);

describe('Against ansible-inventory', () => {
  it('any inventory has the same hosts, groups and variables', { timeout: 600_000 }, async () => {
    await fc.assert(
      fc.asyncProperty(inventory, async (text) => {
        const ours = ourList(text);
        const { hostNames, ...theirs } = theirList(await ansibleInventory(text), Object.keys(ours.variables));
        expect(ours).toEqual(theirs);
        expect(new Set(Object.keys(ours.variables))).toEqual(hostNames);
      }),
      { numRuns: 60 },
    );
  });

  it('every YAML word of the table is read as Ansible reads it', async () => {
    const words = [
      ...values,
      'e1',
      '.e1',
      'n',
      'True',
      'yEs',
      '010',
      '1.5e+3',
      '1.',
      '1_000.5',
      '1:30.5',
      '1:60',
      '-1:30',
      'nULL',
      '-0',
    ];
    const text = `all:\n  hosts:\n    h1:\n${words.map((word, i) => `      v${i}: ${word}\n`).join('')}`;
    const { _meta } = await ansibleInventory(text);
    expect(ourList(text).variables.h1).toEqual(_meta.hostvars.h1);
  });
});

describe('Against ansible --limit', () => {
  const text = yaml`
    all:
      hosts: { lone: , web.example.com: }
      children:
        web: { hosts: { "web[1:4]": } }
        db: { hosts: { "db[1:2]": , web4: }, children: { replicas: { hosts: { db9: } } } }
  `;
  it.each([
    ...[
      'all',
      '*',
      'web',
      'web1',
      'web,db',
      'web:db',
      'web:&db',
      'web:!web1',
      '!web',
      '&db',
      '!web:!db',
      'web?',
      'web*',
      'web.*',
    ],
    ...[
      'w*:!web',
      '~web[12]$',
      '~(web|db)',
      '~eb',
      'ungrouped',
      'ungr*',
      'al*',
      'replicas',
      'db,!replicas',
      'all:!ungrouped:&web',
    ],
    ...['d[a-c]*', 'w[!x]*,lone', '!web1,web', ' web1 , db1 ', '*.example.com'],
  ])('%s means the same hosts', async (limit) => {
    const selected = selectHosts(inventoryOf(text), limit);
    expect(selected.ok ? selected.value.map(({ name }) => String(name)).sort() : []).toEqual(
      await ansibleHosts(text, limit).catch(noHosts),
    );
  });
});

/** Ansible ends with an error where a limit leaves nobody; that is no host too. */
function noHosts(error: unknown): readonly string[] {
  if (String(error).includes('leaves us with no hosts to target')) return [];
  throw error;
}
