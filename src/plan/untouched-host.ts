import type { DesiredState } from '../domain/desired-state.ts';
import type { Observed } from '../domain/observed.ts';

/** A host that nobody looked at: it runs systemd, has every program, and nothing of what is desired. */
export function untouchedHost(desired: DesiredState): Observed {
  const programs = ['ip', 'netplan', 'iptables', 'nft', 'systemctl', 'systemd-run', 'sysctl', 'sha256sum', 'stat'];
  return {
    facts: {
      bootId: '',
      kernelRelease: '',
      osId: '',
      systemdVersion: 252,
      isNetworkdActive: true,
      iptables: 'nf_tables',
      programs,
      serviceProxy: { kind: 'none', evidence: 'nobody looked' },
      interfaces: [],
      networkFileOf: {},
      networkFiles: [],
      unreadNetworkFiles: [],
      loadedNetworks: [],
      others: { marks: [], rules: [], routes: [], linkFiles: [], vlansOf: {} },
      rpFilter: {},
    },
    persisted: [],
    notFiles: [],
    recorded: null,
    history: [],
    running: {
      vlans: [],
      routes: [],
      rules: [],
      chains: [],
      // A key that is missing may be one to leave alone.
      sysctls: Object.fromEntries(desired.sysctls.map(({ key }) => [key, 'unknown'])),
      units: (desired.units ?? []).map(({ unit }) => ({ unit, isThere: true, isActive: false, atBoot: 'disabled' })),
    },
    boot: { sysctlLines: [], savedChainLines: [], units: [], unreadNetplanFiles: [], clockS: null },
    pending: null,
  };
}
