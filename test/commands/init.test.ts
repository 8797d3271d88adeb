import { access, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type InitOptions, init } from '../../src/commands/init.ts';
import { render } from '../../src/commands/render.ts';
import { run } from './test-io.ts';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'mlbroute-init-'));
});
afterEach(() => rm(folder, { recursive: true }));

const nothing = {
  ...{ hosts: [], user: null, network: null, pools: [], device: null, parent: null },
  ...{ vlan: null, gateway: null, podCidrs: [] },
};
const whole = {
  ...{ ...nothing, hosts: ['node[01:03].example.com'], user: 'admin', pools: ['1.2.3.0/24'], gateway: '1.2.3.1' },
  ...{ parent: 'eth0', vlan: '100', podCidrs: ['10.112.0.0/12'] },
};
const out = () => join(folder, 'prod.yaml');
const start = (options: Partial<InitOptions>) => run(init, { ...whole, out: out(), ...options });

/** `mlbroute init` at a terminal where these lines are typed; null at their end. */
async function asked(...lines: readonly string[]) {
  const left = [...lines];
  const questions: string[] = [];
  const { exitCode, stderr } = await run(
    (options: InitOptions, io) =>
      init(options, {
        ...io,
        isInputTty: true,
        ask: async (question) => {
          questions.push(question);
          return left.shift() ?? null;
        },
      }),
    { ...nothing, out: out() },
  );
  return { exitCode, stderr, questions };
}

describe('mlbroute init', () => {
  it('writes what an inventory begins with, and the schema for editors', async () => {
    const { exitCode, stderr } = await start({ hosts: ['node[01:03].example.com', 'node09=192.168.1.19'] });
    expect(exitCode, stderr).toBe(0);
    expect(stderr).toBe(
      `Wrote ${out()}, and ${folder}/mlbroute.schema.json for editors.\nNext: mlbroute plan -i ${out()}\n`,
    );
    expect((await readFile(out(), 'utf8')).replaceAll(folder, '')).toMatchInlineSnapshot(`
      "# yaml-language-server: $schema=mlbroute.schema.json
      # What each host would get: mlbroute render -i /prod.yaml --out tree
      # What would change on them: mlbroute plan -i /prod.yaml

      all:
        vars:
          ansible_user: admin
          ansible_become: true
          pod_cidrs: [ 10.112.0.0/12 ]
          networks:
            - name: public
              pools: [ 1.2.3.0/24 ]
              link: { parent: eth0, vlan: 100 }
              gateway: 1.2.3.1
        children:
          nodes:
            hosts:
              node[01:03].example.com:
              node09:
                ansible_host: 192.168.1.19
      "
    `);
    expect(JSON.parse(await readFile(join(folder, 'mlbroute.schema.json'), 'utf8'))).toHaveProperty('$schema');
  });

  it('writes nothing over an inventory that is there', async () => {
    await writeFile(out(), 'mine');
    const { exitCode, stderr } = await start({});
    expect(exitCode).toBe(65);
    expect(stderr).toContain(`${out()} cannot be written: EEXIST`);
    expect(await readFile(out(), 'utf8')).toBe('mine');
  });

  it.each<[string, Partial<InitOptions>, readonly string[]]>([
    [
      'all that is missing, at once',
      nothing,
      [
        '--host is missing',
        '--pool is missing',
        '--pod-cidr is missing',
        'it is not said by which link the pools are reached',
      ],
    ],
    ['two links', { device: 'eth1' }, ['it is not said by which link the pools are reached']],
    [
      'all that is wrong, at once',
      { pools: ['1.2.3.0/33'], gateway: 'x', podCidrs: ['y'], vlan: '5000', parent: 'a b', user: '' },
      [
        '--pool: ',
        '--gateway: "x"',
        '--pod-cidr: "y"',
        '--vlan: ',
        '--parent: ',
        '--user: "" is not the name of a user',
      ],
    ],
    ['a VLAN without a router', { gateway: null }, ['--gateway: ']],
    ['a range that is none', { hosts: ['node[1'] }, ['--host: "node[1" has a "[" without a "]"']],
    ['an address for a range', { hosts: ['node[1:2]=192.168.1.1'] }, ['gives one address to several hosts']],
    ['an address that is none', { hosts: ['a=b c'] }, ['--host: "b c" is no address']],
  ])('refuses %s', async (_, options, words) => {
    const { exitCode, stderr } = await start(options);
    expect(exitCode).toBe(65);
    for (const each of words) expect(stderr).toContain(each);
    expect(stderr).not.toMatch(/:1:1:/);
    await expect(access(out())).rejects.toThrow('ENOENT');
  });

  it('asks where nothing is given, and again where an answer is wrong', async () => {
    const { exitCode, stderr, questions } = await asked(
      ...['', 'node[01:02]', 'admin', '', '100', '1.2.3.0/24 1.2.4.1-1.2.4.9', '9.9.9.x', '1.2.3.1', '10.112.0.0/12'],
    );
    expect(exitCode, stderr).toBe(0);
    expect(questions).toHaveLength(9);
    expect(stderr).toContain('this needs an answer');
    expect(stderr).toContain('"9.9.9.x"');
    const text = await readFile(out(), 'utf8');
    expect(text).toContain('link: { parent: eth0, vlan: 100 }');
    expect((await run(render, { inventory: [out()], limit: null, out: join(folder, 'tree') })).exitCode).toBe(0);
  });

  it('writes nothing where nobody answers to the end', async () => {
    expect((await asked('node01')).exitCode).toBe(64);
    await expect(access(out())).rejects.toThrow('ENOENT');
  });

  it('gives an inventory that renders, whatever right answers it gets', async () => {
    const octet = fc.integer({ min: 1, max: 254 });
    const answers = fc.record({
      hosts: fc.uniqueArray(fc.stringMatching(/^n[a-z0-9]{0,8}(\[01:03\])?$/), { minLength: 1, maxLength: 4 }),
      user: fc.constantFrom(null, 'root', 'admin', 'a.b-c'),
      network: fc.constantFrom(null, 'public', 'yes', 'null', '0x10'),
      pools: octet.map((last) => [`198.51.100.0/24`, `203.0.113.${last}/32`]),
      vlan: fc.integer({ min: 1, max: 4094 }).map(String),
      podCidrs: fc.constantFrom(['10.112.0.0/12'], ['10.0.0.0/8', '172.16.0.0/12']),
      gateway: octet.map((last) => `198.51.100.${last}`),
      hasVlan: fc.boolean(),
    });
    await fc.assert(
      fc.asyncProperty(answers, async ({ hasVlan, vlan, ...rest }) => {
        const link = hasVlan ? { parent: 'bond0', vlan } : { device: 'eth1', parent: null, vlan: null };
        await rm(out(), { force: true });
        const { exitCode, stderr } = await start({ ...rest, ...link });
        expect(exitCode, stderr).toBe(0);
        const rendered = await run(render, { inventory: [out()], limit: null, out: join(folder, 'tree') });
        expect(rendered.exitCode, rendered.stderr + (await readFile(out(), 'utf8'))).toBe(0);
      }),
      { numRuns: 40 },
    );
  }, 60_000);
});
