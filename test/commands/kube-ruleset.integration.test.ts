import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { push } from '../../src/commands/push.ts';
import { remove } from '../../src/commands/remove.ts';
import { rollback } from '../../src/commands/rollback.ts';
import { type Fleet, markNetwork, startFleet } from './fleet.ts';

/** Services in the ruleset; each has eight rules and three chains, as kube-proxy in iptables mode makes them. */
const services = 1250;

let fleet: Fleet;
let before: string;
beforeAll(() => {
  fleet = startFleet(1);
  const host = fleet.host('n1');
  const file = join(fleet.directory, 'kube-rules');
  writeFileSync(file, kubeRules());
  host.sh(`set -e
    iptables-restore -w 5 <${file}
    iptables -w 5 -t mangle -N cali-PREROUTING; iptables -w 5 -t mangle -A PREROUTING -j cali-PREROUTING
    iptables -w 5 -t raw -N cali-raw; iptables -w 5 -t raw -A PREROUTING -j cali-raw
    iptables -w 5 -t mangle -A cali-PREROUTING -m mark --mark 0x10000/0x10000 -j ACCEPT
    nft -f - <<'END'\ntable inet other {\n  set names { type ipv4_addr; elements = { 10.0.0.1, 10.0.0.2 } }\n  chain c { type filter hook forward priority 5; ip saddr @names counter accept; }\n}
table ip kube-proxy {\n  chain services { type nat hook prerouting priority -100; ip daddr 10.96.0.1 tcp dport 443 dnat to 10.112.0.1:6443; }\n}\nEND`);
  before = foreign();
});
afterAll(() => fleet.stop());

/** Everything in packet filters that is not mlbroute's, without counters. */
function foreign(): string {
  // Too long for the buffer of a child's output.
  const file = join(fleet.directory, 'foreign');
  fleet
    .host('n1')
    .sh(
      `{ iptables-save | grep -v -e MLBROUTE -e '^#' | sed 's/ \\[[0-9:]*\\]$//'; nft list table inet other; nft list table ip kube-proxy; } >${file}`,
    );
  return readFileSync(file, 'utf8');
}

function kubeRules(): string {
  const each = Array.from({ length: services }, (_, i) => {
    const id = String(i).padStart(16, 'A');
    const [vip, pod] = [`10.96.${i >> 8}.${i & 255}`, `10.112.${i >> 8}.${i & 255}`];
    const [service, external, endpoint] = [`KUBE-SVC-${id}`, `KUBE-EXT-${id}`, `KUBE-SEP-${id}`];
    return {
      chains: [service, external, endpoint],
      rules: [
        `-A KUBE-SERVICES -d ${vip}/32 -p tcp -m comment --comment "ns/s${i} cluster IP" -m tcp --dport 80 -j ${service}`,
        `-A KUBE-SERVICES -d 1.2.${3 + (i >> 8)}.${i & 255}/32 -p tcp -m tcp --dport 80 -j ${external}`,
        `-A ${external} -j KUBE-MARK-MASQ`,
        `-A ${external} -j ${service}`,
        `-A ${service} ! -s 10.112.0.0/12 -d ${vip}/32 -p tcp -m tcp --dport 80 -j KUBE-MARK-MASQ`,
        `-A ${service} -m comment --comment "ns/s${i} -> ${pod}:80" -j ${endpoint}`,
        `-A ${endpoint} -s ${pod}/32 -j KUBE-MARK-MASQ`,
        `-A ${endpoint} -p tcp -m tcp -j DNAT --to-destination ${pod}:80`,
      ],
    };
  });
  const chains = ['KUBE-SERVICES', 'KUBE-MARK-MASQ', 'KUBE-POSTROUTING', ...each.flatMap((one) => one.chains)];
  return [
    '*nat',
    ...chains.map((chain) => `:${chain} - [0:0]`),
    '-A PREROUTING -m comment --comment "kubernetes service portals" -j KUBE-SERVICES',
    '-A POSTROUTING -j KUBE-POSTROUTING',
    '-A KUBE-MARK-MASQ -j MARK --set-xmark 0x4000/0x4000',
    ...each.flatMap(({ rules }) => rules),
    'COMMIT\n',
  ].join('\n');
}

/** Programs that write down how they are called. */
const tools = ['iptables', 'ip6tables'].flatMap((tool) => [tool, `${tool}-save`, `${tool}-restore`]).concat('nft');
const listen = `for tool in ${tools.join(' ')}; do
    printf '#!/bin/sh\necho "%s $*" >>/run/calls\nexec /usr/sbin/%s "$@"\n' "$tool" "$tool" >"/usr/local/sbin/$tool"
    chmod 755 "/usr/local/sbin/$tool"
  done; : >/run/calls`;

describe.each(['iptables', 'nftables'])(
  'the rules of kube-proxy and others, ten thousand of them, beside %s,',
  (netfilter) => {
    const pushWith = (wish: object) => {
      fleet.describe({ netfilter, networks: [{ ...markNetwork, ...wish }] });
      return fleet.run(push, fleet.pushOptions());
    };
    const options = () => ({ ...fleet.pushOptions(), check: false });
    const ours = () => fleet.host('n1').sh('iptables-save -t mangle; iptables-save -t raw; nft list tables');

    it('are many', () => {
      expect(before.split('\n').filter((line) => line.startsWith('-A')).length).toBeGreaterThan(10_000);
    });

    it('are the same after a push, another one, a rollback and a removal', async () => {
      const first = await pushWith({});
      expect(first.exitCode, first.stderr).toBe(0);
      expect(first.stderr).toMatch(/^changed/m);
      expect(foreign()).toBe(before);

      const second = await pushWith({ rp_filter: 'rpfilter', pools: ['1.2.3.0/24', '1.2.4.0/24'] });
      expect(second.exitCode, second.stderr).toBe(0);
      const rpfilter = netfilter === 'iptables' ? 'iptables-save -t raw' : 'nft list table inet mlbroute';
      expect(fleet.host('n1').sh(rpfilter)).toContain('MLBROUTE-RPFILTER');
      expect(foreign()).toBe(before);

      const back = await fleet.run(rollback, { ...options(), to: null });
      expect(back.exitCode, back.stderr).toBe(0);
      expect(foreign()).toBe(before);

      const removed = await fleet.run(remove, options());
      expect(removed.exitCode, removed.stderr).toBe(0);
      expect(foreign()).toBe(before);
      expect(ours()).not.toMatch(/mlbroute/i);
    });

    it('are neither listed nor loaded by a push, which waits for whoever is at them', async () => {
      fleet.host('n1').sh(listen);
      const pushed = await pushWith({});
      expect(pushed.exitCode, pushed.stderr).toBe(0);
      expect((await fleet.run(remove, options())).exitCode).toBe(0);
      const calls = fleet
        .host('n1')
        .sh(`cat /run/calls; cd /usr/local/sbin; rm ${tools.join(' ')}`)
        .trimEnd()
        .split('\n');
      expect(calls.length).toBeGreaterThan(5);
      const isModest = (call: string) =>
        [
          /^ip6?tables --version$/,
          // One chain, and tables that kube-proxy has no rules of services in.
          /^ip6?tables -w \d+ -t nat -S PREROUTING$/,
          /^ip6?tables -w \d+ -t (mangle|raw) -S$/,
          /^ip6?tables-restore -w \d+ --noflush( |$)/,
          /^ip6?tables -w \d+ -t (mangle|raw) -[CIDFX] (PREROUTING|OUTPUT|MLBROUTE-)/,
          // Names all tables, and fetches no rules.
          /^nft list flowtables$/,
          /^nft (-\w+ )*list table inet mlbroute$/,
          /^nft -f /,
          // Small, and perhaps with marks that are in the way; kube-proxy's table of nft is not among these.
          /^nft list table inet other$/,
          /^nft delete (table inet mlbroute|chain inet mlbroute MLBROUTE-\w+)$/,
        ].some((words) => words.test(call));
      expect(calls.filter((call) => !isModest(call))).toEqual([]);
    });

    it('are the same after a push that is undone', async () => {
      fleet.host('n1').sh('printf "#!/bin/sh\\nexit 1\\n" >/usr/local/sbin/sysctl; chmod 755 /usr/local/sbin/sysctl');
      const undone = await pushWith({ rp_filter: 'loose', address: '1.2.3.77/24' });
      fleet.host('n1').sh('rm /usr/local/sbin/sysctl');
      expect(undone.stderr).toMatch(/^reverted/m);
      expect(foreign()).toBe(before);
    });
  },
);
