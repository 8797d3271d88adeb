import type { Cidr, IpAddress } from '../../src/domain/address.ts';
import type { FileChange, HostPlan, RuntimeChange } from '../../src/domain/change.ts';
import type { Decision } from '../../src/domain/desired-state.ts';
import type { HostName } from '../../src/domain/host.ts';
import type { InterfaceName } from '../../src/domain/link.ts';
import type { ManagedFile, ObservedFile } from '../../src/domain/remote-file.ts';
import type { TableId } from '../../src/domain/routing.ts';

const networkPath = '/etc/systemd/network/50-mlbroute-eth0.100.network';

const networkBefore = `\
[Match]
Name=eth0.100

[Route]
Gateway=1.2.3.1
Table=100
`;

const networkAfter = networkBefore.replace('Table=100', 'Table=7100');

/** A file as it should be. */
export function managed(path: string, content: string, mode = '0644'): Extract<ManagedFile, { kind: 'file' }> {
  return { kind: 'file', path, mode, content };
}

/** A file as it was found: with the right owner and mode unless said otherwise. */
export function observed(
  path: string,
  content: string,
  rest: Partial<Extract<ObservedFile, { kind: 'file' }>> = {},
): Extract<ObservedFile, { kind: 'file' }> {
  return {
    kind: 'file',
    path,
    content,
    mode: '0644',
    owner: 'root',
    group: 'root',
    modifiedAt: 1_700_000_000,
    ...rest,
  };
}

/** The change of a file's content because the inventory changed. */
export const networkUpdate: FileChange = {
  kind: 'update',
  path: networkPath,
  before: observed(networkPath, networkBefore),
  after: managed(networkPath, networkAfter),
  cause: 'inventory',
};

/** A running change of the given words. */
export function running(sign: RuntimeChange['sign'], words: string, subject: RuntimeChange['subject'] = 'rule') {
  return { sign, subject, words, apply: [], undo: [] } as const;
}

/** What is decided for a network with marks. */
export const markDecision: Decision = {
  network: 'public',
  returnPath: 'mark',
  reason: 'kube-proxy runs in iptables mode, where a reply still has the source of the pod',
  pools: ['1.2.3.0/24' as Cidr],
  device: 'eth0.100' as InterfaceName,
  gateway: '1.2.3.1' as IpAddress,
  table: 7100 as TableId,
  fwmark: { value: 0x100, mask: 0x1f00 },
};

/** A plan of one mark network; empty of changes unless they are given. */
export function samplePlan(host: string, changes: Partial<HostPlan> = {}): HostPlan {
  return {
    host: host as HostName,
    decisions: [markDecision],
    files: [],
    runtime: [],
    warnings: [],
    obstacles: [],
    ...changes,
  };
}
