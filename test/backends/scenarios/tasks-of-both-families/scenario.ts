import { hostFacts, hostSpec } from '../../../tasks/example-host.ts';
import { declaredBy, type Scenario } from '../../scenario.ts';

/** A way out of its own for replies of either family, and chains for both and for one of them: all by tasks, without a network. */
export const scenario: Scenario = {
  spec: hostSpec({ networks: [] }),
  declared: declaredBy(`
    - vlan: { parent: eth0, id: 300 }
    - route: { to: 10.20.0.0/16, via: 10.9.0.1, dev: eth0.300, onlink: true, table: 320 }
    - route: { to: "fd00:20::/64", dev: eth0.300, table: 320 }
    - route: { to: default, via: 10.9.0.1, dev: eth0.300, onlink: true, table: 320 }
    - route: { to: default, via: "fe80::1", dev: eth0.300, table: 320 }
    - mark: { to: [10.20.0.0/16, "fd00:20::/64"], iif: eth0.300, fwmark: { value: 0x2000, mask: 0x2000 } }
    - rule: { priority: 1600, family: both, fwmark: { value: 0x2000, mask: 0x2000 }, table: 320 }
    - rule: { priority: 1601, from: "fd00:112::/64", to: "fd00:20::/64", table: 320 }
    - iptables:
        family: both
        hook: INPUT
        chain: NODEPORTS
        rules:
          - -s 192.168.1.0/24 -j RETURN
          - -s fd00::/64 -j RETURN
          - -p tcp -m tcp --dport 30000:32767 -j DROP
    - iptables:
        table: nat
        hook: POSTROUTING
        chain: EGRESS
        rules: ["-s fd00:112::/64 -o eth0.300 -j SNAT --to-source fd00:20::2"]
`),
  facts: hostFacts(),
  recorded: null,
};
