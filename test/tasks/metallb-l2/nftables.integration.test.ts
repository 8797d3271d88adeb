import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { audit } from '../../../src/commands/audit.ts';
import { push } from '../../../src/commands/push.ts';
import { remove } from '../../../src/commands/remove.ts';
import { markNetwork } from '../../commands/fleet.ts';
import { snapshotOf } from '../../deploy/deploying.ts';
import { type ServiceNode, startServiceNode } from './service-node.ts';

let service: ServiceNode;
let before: string;
beforeAll(() => {
  service = startServiceNode();
  before = stateOf();
});
afterAll(() => service.stop());

const stateOf = () =>
  `${snapshotOf(service.fleet.host('n1'))}${service.node('nft list tables | grep -v -e " raw" -e " mangle"')}`;
const pushWith = (netfilter: string, wish: object = {}) => {
  service.fleet.describe({ networks: [{ ...markNetwork, ...wish }], netfilter });
  return service.fleet.run(push, service.fleet.pushOptions());
};
const removeAll = () => service.fleet.run(remove, { ...service.fleet.pushOptions(), check: false });
const tables = () => service.node('nft list tables; iptables-save -t mangle');
/** Forgets connections, so that no mark of an earlier case helps. */
const ask = () => {
  service.node('conntrack -F >/dev/null 2>&1 || true');
  return service.ask(10);
};

describe('marks by nft', () => {
  it.each(['auto', 'rpfilter', 'strict-mark'])(
    'bring replies out where requests came in, rp_filter %s',
    async (mode) => {
      const { exitCode, stderr } = await pushWith('nftables', { rp_filter: mode });
      expect(exitCode, stderr).toBe(0);
      expect(tables()).toContain('table inet mlbroute');
      expect(tables()).not.toContain('MLBROUTE');
      expect(ask()).toBe('here');
      expect((await pushWith('nftables', { rp_filter: mode })).stderr).toMatch(/^unchanged/m);
    },
  );

  it('take the place of those by iptables, and the other way round', async () => {
    await pushWith('iptables');
    expect(tables()).not.toContain('inet mlbroute');
    expect(ask()).toBe('here');
    await pushWith('nftables');
    expect(tables()).not.toContain('MLBROUTE');
    expect(ask()).toBe('here');
  });

  it.each([
    ['a rule that went', 'nft flush chain inet mlbroute MLBROUTE-OUTPUT'],
    ['a rule of somebody else', 'nft add rule inet mlbroute MLBROUTE-PREROUTING counter drop'],
    [
      'a changed mark',
      'nft flush chain inet mlbroute MLBROUTE-OUTPUT; nft add rule inet mlbroute MLBROUTE-OUTPUT ct direction reply ct mark and 0x1f00 == 0x100 meta mark set meta mark and 0xffffe0ff or 0x300',
    ],
    ['a table that went', 'nft delete table inet mlbroute'],
  ])('show %s in the audit, and the next push mends it', async (_, meddling) => {
    service.node(meddling);
    const { exitCode, stdout } = await service.fleet.run(audit, service.fleet.planOptions());
    expect(exitCode).toBe(2);
    expect(stdout).toMatch(/chain MLBROUTE-\w+ in nft, mangle/);
    expect((await pushWith('nftables')).exitCode).toBe(0);
    expect(ask()).toBe('here');
  });

  it('are undone with a push that fails after some of them went', async () => {
    // A chain that comes back is the last of its table.
    const state = 'nft list table inet mlbroute | sort; cat /etc/mlbroute/nftables.nft';
    const old = service.node(state);
    const failing = `#!/bin/sh
input=$(cat); case $input in *MLBROUTE-PREROUTING*) exit 1 ;; esac
printf '%s\\n' "$input" | /usr/sbin/iptables-restore "$@"`;
    service.node(
      `cat >/usr/local/sbin/iptables-restore <<'END'\n${failing}\nEND\nchmod 755 /usr/local/sbin/iptables-restore`,
    );
    const { stderr } = await pushWith('iptables');
    service.node('rm /usr/local/sbin/iptables-restore');
    expect(stderr).toMatch(/^reverted/m);
    expect(service.node(state)).toBe(old);
    expect(ask()).toBe('here');
  });

  it('leave nothing behind', async () => {
    expect((await removeAll()).exitCode).toBe(0);
    expect(stateOf()).toBe(before);
  });

  it('are chosen where there is no iptables', async () => {
    service.node(
      'mount --bind /dev/null /usr/sbin/xtables-nft-multi; mount --bind /dev/null /usr/sbin/xtables-legacy-multi',
    );
    const { exitCode, stderr } = await pushWith('auto');
    expect(exitCode, stderr).toBe(0);
    expect(service.node('nft list tables')).toContain('inet mlbroute');
    expect(ask()).toBe('here');
  });
});
