import { describe, expect, it } from 'vitest';
import type { HostPlan } from '../../src/domain/change.ts';
import { formatPlans } from '../../src/report/plan-text.ts';
import { managed, networkUpdate, observed, running, samplePlan } from './sample-plan.ts';

const plain = { diff: true, color: false, columns: Number.POSITIVE_INFINITY } as const;

const changes: Partial<HostPlan> = {
  files: [
    networkUpdate,
    {
      kind: 'create',
      path: '/etc/mlbroute/state.json',
      after: managed('/etc/mlbroute/state.json', '{}\n'),
      cause: 'inventory',
    },
    {
      kind: 'remove',
      path: '/etc/systemd/network/50-mlbroute-old.netdev',
      before: observed('/etc/systemd/network/50-mlbroute-old.netdev', '[NetDev]\nName=old\n'),
      cause: 'inventory',
    },
  ],
  runtime: [
    running('+', 'rule 2011 fwmark 0x100/0x1f00 lookup 7100'),
    running('-', 'rule 2011 fwmark 0x100/0x1f00 lookup 100'),
    running('~', 'sysctl net/ipv4/conf/eth0.100/rp_filter 2 -> 0', 'sysctl'),
  ],
  warnings: [
    { code: 'arp-source', message: 'eth0.100 has no address', hint: 'a strict router stays silent: set `address`' },
    { code: 'all-rp-filter', message: 'net.ipv4.conf.all.rp_filter becomes 0', hint: null },
  ],
};

describe('formatPlans', () => {
  it('keeps to the width of the terminal, but for lines of files', () => {
    const text = formatPlans([samplePlan('node01', { files: [networkUpdate] })], { ...plain, columns: 40 });
    const [decisions = '', file = ''] = text.split('\n\n');
    expect(Math.max(...decisions.split('\n').map((line) => line.length))).toBeLessThanOrEqual(40);
    const unbroken = formatPlans([samplePlan('node01', { files: [networkUpdate] })], plain);
    expect(file).toBe(unbroken.split('\n\n')[1]);
    expect(Math.max(...file.split('\n').map((line) => line.length))).toBeGreaterThan(40);
  });

  it('says what brings it all back at boot where that is not networkd', () => {
    const text = (renderer: 'networkd' | 'unit') => formatPlans([samplePlan('node01', { renderer })], plain);
    expect(text('unit')).toContain('kept over reboots by mlbroute-routing.service (renderer: unit)');
    expect(text('networkd')).not.toContain('kept over reboots');
  });

  it('says of each action whether it will run, and calls a host unchanged where none will', () => {
    const action = (words: string, verdict: 'runs' | 'idle' | 'check' | 'depends', why: string | null = null) => {
      return { words, verdict, why };
    };
    const idle = [action('command make', 'idle', '/made is there'), action('verify', 'check')];
    const busy = [...idle, action('command a', 'runs'), action('command b', 'depends')];
    const text = formatPlans([samplePlan('node01', { actions: busy }), samplePlan('node02', { actions: idle })], plain);
    expect(text).toContain(
      '  no change: command make (/made is there)\n  check: verify\n  run: command a\n  perhaps: command b\n',
    );
    expect(text).toContain('node02: unchanged');
    expect(text).toContain('Plan: 1 host to change, 1 unchanged.');
  });

  it('says of one host what is decided and why, the files, the running changes and the warnings', () => {
    expect(formatPlans([samplePlan('node01', changes)], plain)).toBe(
      `\
node01
  public 1.2.3.0/24: return path mark, by 1.2.3.1, on eth0.100, table 7100, mark 0x100/0x1f00
    kube-proxy runs in iptables mode, where a reply still has the source of the pod

  ~ /etc/systemd/network/50-mlbroute-eth0.100.network
      @@ -3,4 +3,4 @@
       
       [Route]
       Gateway=1.2.3.1
      -Table=100
      +Table=7100
  + /etc/mlbroute/state.json  (0644)
      @@ -0,0 +1,1 @@
      +{}
  - /etc/systemd/network/50-mlbroute-old.netdev
      @@ -1,2 +0,0 @@
      -[NetDev]
      -Name=old

  + rule 2011 fwmark 0x100/0x1f00 lookup 7100
  - rule 2011 fwmark 0x100/0x1f00 lookup 100
  ~ sysctl net/ipv4/conf/eth0.100/rp_filter 2 -> 0

  warning[arp-source]: eth0.100 has no address
      hint: a strict router stays silent: set \`address\`
  warning[all-rp-filter]: net.ipv4.conf.all.rp_filter becomes 0

Plan: 1 host to change, 0 unchanged.
`.replaceAll(/^ +$/gm, ''),
    );
  });

  it('leaves the lines of the files out where no diff is wanted', () => {
    const text = formatPlans([samplePlan('node01', { files: [networkUpdate] })], { ...plain, diff: false });
    expect(text).toBe(`\
node01
  public 1.2.3.0/24: return path mark, by 1.2.3.1, on eth0.100, table 7100, mark 0x100/0x1f00
    kube-proxy runs in iptables mode, where a reply still has the source of the pod

  ~ /etc/systemd/network/50-mlbroute-eth0.100.network

Plan: 1 host to change, 0 unchanged.
`);
  });

  it('prints equal plans once, hosts to change first', () => {
    const plans = [
      samplePlan('node01'),
      samplePlan('node02', { files: [networkUpdate] }),
      samplePlan('node03', { files: [networkUpdate] }),
    ];
    expect(headsOf(plans)).toEqual([
      'node[02-03] (2 hosts)',
      'node01: unchanged',
      'Plan: 2 hosts to change, 1 unchanged.',
    ]);
  });

  it('tells equal changes apart where a host was edited by hand', () => {
    const edited = { ...networkUpdate, cause: 'edited-on-host' } as const;
    expect(
      headsOf([samplePlan('node01', { files: [networkUpdate] }), samplePlan('node02', { files: [edited] })]),
    ).toEqual(['node01', 'node02', 'Plan: 2 hosts to change, 0 unchanged.']);
  });

  it('does not tell hosts apart by what is not printed, such as how to undo', () => {
    const undoing = (route: string): HostPlan['runtime'] => [
      { ...running('+', 'route default'), undo: [{ argv: ['ip', route], why: 'back', stdin: null }] },
    ];
    expect(headsOf([samplePlan('n1', { runtime: undoing('a') }), samplePlan('n2', { runtime: undoing('b') })])).toEqual(
      ['n[1-2] (2 hosts)', 'Plan: 2 hosts to change, 0 unchanged.'],
    );
  });

  it.each([
    [3, 'node[1-3] (3 hosts)'],
    [50, 'node[01-50] (50 hosts)'],
    [500, 'node[001-500] (500 hosts)'],
  ])('folds %d equal hosts into one block', (count, head) => {
    const width = String(count).length;
    const plans = Array.from({ length: count }, (_, i) =>
      samplePlan(`node${String(i + 1).padStart(width, '0')}`, { files: [networkUpdate] }),
    );
    expect(headsOf(plans)).toEqual([head, `Plan: ${count} hosts to change, 0 unchanged.`]);
  });

  it('says so where nothing is to change, and still warns', () => {
    const plan = samplePlan('node01', { warnings: [{ code: 'mtu', message: 'differs', hint: null }] });
    expect(formatPlans([plan, samplePlan('node02')], plain)).toBe(`\
node01: unchanged
  public 1.2.3.0/24: return path mark, by 1.2.3.1, on eth0.100, table 7100, mark 0x100/0x1f00
    kube-proxy runs in iptables mode, where a reply still has the source of the pod

  warning[mtu]: differs

node02: unchanged
  public 1.2.3.0/24: return path mark, by 1.2.3.1, on eth0.100, table 7100, mark 0x100/0x1f00
    kube-proxy runs in iptables mode, where a reply still has the source of the pod

Plan: nothing to change on 2 hosts.
`);
  });

  it('says what stands against a push, and how to go past it', () => {
    const plan = samplePlan('node01', {
      files: [networkUpdate],
      obstacles: [{ code: 'parent-down', message: 'eth0 is down', hint: 'bring it up' }],
    });
    expect(formatPlans([plan], { ...plain, diff: false })).toContain(
      '\n  error[parent-down]: eth0 is down\n      hint: bring it up\n      no push goes past this; to take it upon yourself: --force parent-down\n',
    );
  });

  it('says so where there is no host', () => {
    expect(formatPlans([], plain)).toBe('Plan: nothing to change on 0 hosts.\n');
  });

  it('leaves out of a decision what the method has not', () => {
    const [decision] = samplePlan('n').decisions;
    if (decision === undefined) throw new Error('the sample has one decision');
    const none = {
      ...decision,
      returnPath: 'none',
      reason: 'the pool lies in 10.0.0.0/8 of eth0',
      device: null,
      gateway: null,
      table: null,
      fwmark: null,
    } as const;
    expect(formatPlans([samplePlan('n', { decisions: [none] })], plain)).toContain(
      '  public 1.2.3.0/24: return path none\n    the pool lies in 10.0.0.0/8 of eth0\n',
    );
  });

  it('has the same words with colour as without', () => {
    const colored = formatPlans([samplePlan('node01', changes)], {
      diff: true,
      color: true,
      columns: Number.POSITIVE_INFINITY,
    });
    expect(colored).toContain('\x1b[32m');
    // biome-ignore lint/suspicious/noControlCharactersInRegex: the codes are what is taken out
    const words = colored.replaceAll(/\x1b\[\d+m/g, '');
    expect(words.replaceAll(/ +$/gm, '')).toBe(formatPlans([samplePlan('node01', changes)], plain));
  });
});

/** The lines that are not indented: one per block, and the total. */
function headsOf(plans: readonly HostPlan[]): readonly string[] {
  return formatPlans(plans, plain)
    .split('\n')
    .filter((line) => /^\S/.test(line));
}
