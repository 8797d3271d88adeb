import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { loadDeployments } from '../../src/commands/deployments.ts';
import { carryOut } from '../../src/deploy/carry-out.ts';
import type { Deployment } from '../../src/deploy/deployment.ts';
import { hasNothingToDo, look } from '../../src/deploy/look.ts';
import { probe } from '../../src/deploy/probe.ts';
import type { RuntimeChange } from '../../src/domain/change.ts';
import type { DesiredState } from '../../src/domain/desired-state.ts';
import type { InterfaceName } from '../../src/domain/link.ts';
import type { HostOutcome } from '../../src/domain/outcome.ts';
import type { ManagedFile } from '../../src/domain/remote-file.ts';
import { ipv4ConfKey } from '../../src/domain/sysctl.ts';
import { startShell } from '../../src/transport/shell.ts';
import { needTool } from '../backends/run-tool.ts';
import { markNetwork } from '../commands/fleet.ts';
import { deploymentOf, surroundingsOf } from './deploying.ts';
import { type NamespaceHost, startNamespaceHost } from './namespace-host.ts';
import { sampleState, sure } from './sample-state.ts';

/** Each runs the program `zz` wherever a shell takes it for more than a word. Short: an interface name has 15 bytes. */
const hostile = [
  '$(zz)',
  '`zz`',
  ';zz;',
  '&zz&',
  '|zz',
  "'zz'",
  "';zz;'",
  '"`zz`"',
  '\nzz\n',
  '\\\nzz\n',
  '}\nzz\n',
  '-zz',
  '#zz',
  '*',
  '\0zz',
];

const nothingSaid = { transport: null, password: null, fallback: null, becomePassword: null };

let host: NamespaceHost;
const start = (shell: readonly string[] = ['dash']) => {
  host = startNamespaceHost(shell);
  host.sh(`printf '#!/bin/sh\\necho "$PPID" >>/run/canary\\n' >/usr/local/sbin/zz; chmod 755 /usr/local/sbin/zz`);
};
const expectNoneRan = (what: string) => expect(host.sh('cat /run/canary 2>/dev/null || true'), what).toBe('');

async function seenBy(deployment: Deployment) {
  const seen = await look(deployment, 'change', surroundingsOf(host.connect));
  if (seen.kind !== 'seen') throw new Error(JSON.stringify(seen.outcome));
  return seen;
}

async function push(deployment: Deployment, owner: string): Promise<HostOutcome> {
  const transaction = { id: `t-${Math.random().toString(36).slice(2)}`, owner, confirmWithinS: 20 };
  return carryOut(await seenBy(deployment), transaction, surroundingsOf(host.connect));
}

describe('a text that a shell would run, in an inventory', () => {
  let folder: string;
  beforeEach(() => {
    start();
    folder = mkdtempSync(join(tmpdir(), 'mlbroute-injection-'));
  });
  afterEach(() => {
    host.stop();
    rmSync(folder, { recursive: true });
  });

  /** Puts a text in one place. */
  type Place = (text: string) => { readonly vars?: object; readonly network?: object; readonly name?: string };
  const places: Readonly<Record<string, Place>> = {
    'a host name': (text) => ({ name: text }),
    ansible_host: (text) => ({ vars: { ansible_host: text } }),
    ansible_port: (text) => ({ vars: { ansible_port: text } }),
    ansible_user: (text) => ({ vars: { ansible_user: text } }),
    ansible_become_user: (text) => ({ vars: { ansible_become: true, ansible_become_user: text } }),
    ansible_become_password: (text) => ({ vars: { ansible_become: true, ansible_become_password: text } }),
    ansible_ssh_private_key_file: (text) => ({ vars: { ansible_ssh_private_key_file: text } }),
    'a variable of one’s own': (text) => ({ vars: { [text]: text, own: { [text]: [text] } } }),
    netplan_parent_id: (text) => ({ vars: { netplan_parent_id: text } }),
    networkd_parent_file: (text) => ({ vars: { networkd_parent_file: `${text}.network` } }),
    pod_cidrs: (text) => ({ vars: { pod_cidrs: [text] } }),
    kube_proxy: (text) => ({ vars: { kube_proxy: text } }),
    'the name of a network': (text) => ({ network: { name: text } }),
    'a name that begins well': (text) => ({ network: { name: `a${text}` } }),
    pools: (text) => ({ network: { pools: [text] } }),
    'a pool that begins well': (text) => ({ network: { pools: [`1.2.3.0/24${text}`] } }),
    gateway: (text) => ({ network: { gateway: text } }),
    'a gateway that begins well': (text) => ({ network: { gateway: `1.2.3.1${text}` } }),
    'a device': (text) => ({ network: { link: { device: text } } }),
    'a parent': (text) => ({ network: { link: { parent: text, vlan: 7 } } }),
    'the name of a VLAN': (text) => ({ network: { link: { parent: 'eth1', vlan: 7, name: text } } }),
    'a VLAN id': (text) => ({ network: { link: { parent: 'eth1', vlan: `7${text}` } } }),
    mark: (text) => ({ network: { mark: `0x100${text}` } }),
    table: (text) => ({ network: { table: `7000${text}` } }),
    priority: (text) => ({ network: { priority: `2000${text}` } }),
    rp_filter: (text) => ({ network: { rp_filter: text } }),
  };

  it.each(Object.entries(places))('as %s is refused where it stands, or is a word as any other', async (_, place) => {
    for (const text of hostile) {
      const what = JSON.stringify(text);
      const { vars, network, name = 'n1' } = place(text);
      const all = { pod_cidrs: ['10.112.0.0/12'], networks: [{ ...markNetwork, ...network }], ...vars };
      const inventory = join(folder, 'inventory.json');
      writeFileSync(inventory, JSON.stringify({ all: { vars: all, hosts: { [name]: {} } } }));
      const loaded = await loadDeployments({ inventory: [inventory], limit: null }, { said: nothingSaid, env: {} });
      if (!loaded.ok) {
        expect(
          loaded.error.diagnostics.map(({ at }) => at?.file),
          what,
        ).toContain(inventory);
        continue;
      }
      const [found] = loaded.value.hosts;
      if (found === undefined) throw new Error(`no host for ${what}`);
      const { connection } = found.deployment;
      // The one line that a login shell sees.
      if (connection.become !== null)
        execFileSync('nsenter', ['-t', String(host.pid), '-n', '-m', 'dash'], {
          input: `${startShell(connection, 'token').command} || true`,
          stdio: 'pipe',
        });
      expect(await push(found.deployment, text), what).toMatchObject({
        status: expect.stringMatching(/changed|failed/),
      });
      expectNoneRan(what);
    }
  });
});

/**
 * What runs as `sh` on the host. The one of busybox takes its own programs before those of PATH, so that all but two are its own: those
 * do not know the options that every node has.
 */
const shells = [
  ['dash', '/usr/bin/dash', 'exec /usr/bin/dash "$@"'],
  [
    'busybox',
    '/usr/bin/busybox',
    `real='ip() { /usr/sbin/ip "$@"; }; stat() { /usr/bin/stat "$@"; }'
    case $1 in
      '') { echo "$real"; cat; } | exec busybox sh ;;
      -*) exec busybox sh "$@" ;;
      *) exec busybox sh -c "$real"'; script=$0; . "$script"' "$@" ;;
    esac`,
  ],
] as const;

const text = fc
  .array(fc.oneof(fc.constantFrom(...hostile), fc.string({ unit: 'binary' })), { maxLength: 5 })
  .map((parts) => parts.join(''))
  .filter((one) => !/[\0\ufffd]/.test(one));
// Other names are refused when the host is looked at.
const name = fc
  .string({ unit: fc.constantFrom(...'$()`;&|<>*?[]{}#~!"\\=%@ z'), maxLength: 30 })
  .map((one) => `a${one}z`);

const file: fc.Arbitrary<ManagedFile> = fc.oneof(
  fc.record({
    kind: fc.constant('file' as const),
    path: name.map((one) => `/etc/mlbroute/${one}`),
    mode: fc.constantFrom('0644', '0600'),
    content: text,
  }),
  fc.record({
    kind: fc.constant('symlink' as const),
    path: name.map((one) => `/etc/systemd/system/${one}.wants/mlbroute-${one}`),
    target: name,
  }),
);
const step: fc.Arbitrary<RuntimeChange> = fc
  .record({ words: text, argv: fc.array(text, { maxLength: 3 }), stdin: text })
  .map(({ words, argv, stdin }) => {
    const jot = (where: string) => ({ argv: ['jot', where, ...argv], why: '', stdin: `${stdin}\n` });
    return { sign: '+', subject: 'rule', words, apply: [jot('applied')], undo: [jot('undone')] };
  });

describe.each(shells)('a text that a shell would run, in a plan that %s carries out', (_, shell, asSh) => {
  beforeEach(() => {
    needTool(shell, 'dash busybox-static');
    start(['sh']);
    host.sh(`cat >/usr/local/sbin/sh <<'END'
#!/bin/dash
${asSh}
END
      chmod 755 /usr/local/sbin/sh`);
    host.sh(`cat >/usr/local/sbin/jot <<'END'
#!/bin/dash
{ printf '%s\\0' "$@"; cat; printf '\\0\\0'; } >>"/run/$1"
END
      chmod 755 /usr/local/sbin/jot; mkdir -p /etc/mlbroute`);
  });
  afterEach(() => host.stop());

  it('becomes files, words and standard input as they were meant, there and back, and is never run', async () => {
    const nothing: DesiredState = { decisions: [], links: [], routes: [], rules: [], chains: [], sysctls: [] };
    const everything = fc.record({
      files: fc.uniqueArray(file, { minLength: 1, maxLength: 4, selector: ({ path }) => path }),
      steps: fc.array(step, { minLength: 1, maxLength: 2 }),
      owner: text,
    });
    const noted = (where: string) => host.sh(`cat /run/${where} 2>/dev/null || true; rm -f /run/${where}`);
    const meant = (where: string, steps: readonly RuntimeChange[]) =>
      steps
        .map(({ apply: [command] }) => {
          const [, , ...argv] = command?.argv ?? [];
          return `${[where, ...argv].map((word) => `${word}\0`).join('')}${command?.stdin ?? ''}\0\0`;
        })
        .join('');
    await fc.assert(
      fc.asyncProperty(everything, async ({ files, steps, owner }) => {
        const fault = { argv: ['false'], why: '', stdin: null };
        const failing: RuntimeChange = { sign: '+', subject: 'rule', words: owner, apply: [fault], undo: [] };
        const there = deploymentOf(host, nothing, files, (plan) => ({ ...plan, runtime: [...steps, failing] }));
        expect(await push(there, owner)).toMatchObject({ status: 'reverted' });
        expect(noted('applied')).toBe(meant('applied', steps));
        expect(noted('undone')).toBe(meant('undone', [...steps].reverse()));
        expect(host.sh('find /etc/mlbroute /etc/systemd -newer /usr/local/sbin/jot ! -type d')).toBe('');

        const kept = await push(deploymentOf(host, nothing, files), owner);
        expect(kept, JSON.stringify(kept)).toMatchObject({ status: 'changed' });
        for (const one of files) {
          const word = `'${one.path.replaceAll("'", "'\\''")}'`;
          const found = host.sh(one.kind === 'file' ? `stat -c %04a ${word}; cat ${word}` : `readlink -n ${word}`);
          expect(found).toBe(one.kind === 'file' ? `${one.mode}\n${one.content}` : one.target);
        }
        expect(await push(deploymentOf(host, nothing, []), owner)).toMatchObject({ status: 'changed' });
        expectNoneRan('');
      }),
      { numRuns: 6 },
    );
  });

  it('may be the name of an interface that is really there', async () => {
    // The parser would take none of these; here they come to the host all the same.
    const names = ['$(zz)', '`zz`', ';zz&zz|zz', "'zz'", '"\\zz#'].map((name) => name as InterfaceName);
    for (const device of names) {
      host.sh(
        `ip link set eth1 down; ip link set eth1 name '${device.replaceAll("'", "'\\''")}'; ip link set peer1 up`,
      );
      host.sh(`ip link set '${device.replaceAll("'", "'\\''")}' up`);
      const state: DesiredState = {
        ...sampleState,
        decisions: sampleState.decisions.map((decision) => ({ ...decision, device })),
        routes: sampleState.routes.map((route) => ('device' in route ? { ...route, device } : route)),
        rules: sampleState.rules.map((rule) => (rule.iif === null ? rule : { ...rule, iif: device })),
        chains: [],
        sysctls: [{ key: ipv4ConfKey(device, 'rp_filter'), value: '2', why: 'for the test', mayBeAbsent: false }],
      };
      const deployment = deploymentOf(host, state, []);
      expect(await push(deployment, device), device).toMatchObject({ status: 'changed' });
      const seen = await seenBy(deployment);
      expect(hasNothingToDo(seen), device).toBe(true);
      sure(
        await probe(
          seen.session,
          { decisions: state.decisions, interfaces: [], capture: null },
          surroundingsOf(host.connect),
        ),
      );
      const nothing = { ...state, decisions: [], routes: [], rules: [], sysctls: [] };
      expect(await push(deploymentOf(host, nothing, []), device), device).toMatchObject({ status: 'changed' });
      expectNoneRan(device);
      host.sh(
        `ip link set '${device.replaceAll("'", "'\\''")}' down; ip link set '${device.replaceAll("'", "'\\''")}' name eth1`,
      );
    }
  });
});
