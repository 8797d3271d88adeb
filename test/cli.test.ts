import { describe, expect, it } from 'vitest';
import type { CommandTable } from '../src/cli/command-table.ts';
import { main } from '../src/cli/main.ts';
import { canRedraw, type Io, wantsColor } from '../src/commands/io.ts';
import type { LabOutput } from '../src/commands/lab.ts';

const hosts = { inventory: ['prod.yaml'], limit: null };
const connection = { forks: 50, acceptNew: false, askBecomePass: false };
const output = { output: 'text', progress: true };
const change = {
  ...{ ...hosts, ...connection, ...output },
  ...{ yes: false, check: false, diff: false, confirmTimeoutS: 60, serial: [], maxFail: null },
};
const push = { ...change, planFile: null, retry: null, force: [] };
const plan = { ...hosts, ...connection, ...output, diff: true, out: null, force: [] };
const percent = (number: number) => ({ kind: 'percent', percent: number });
const hostCount = (number: number) => ({ kind: 'count', hosts: number });
const explain = {
  ...{ inventory: ['prod.yaml'], host: 'node01', from: '1.2.3.4', to: '8.8.8.8', iif: null, mark: null },
  ...{ replyOfService: null, kubeProxy: null, live: false, acceptNew: false, askBecomePass: false, output: 'text' },
};

describe('the command line', () => {
  it.each<[string, keyof CommandTable, object]>([
    ['push -i prod.yaml', 'push', push],
    ['push --inventory=prod.yaml --yes --check --diff', 'push', { ...push, yes: true, check: true, diff: true }],
    ['push -yDKi prod.yaml', 'push', { ...push, yes: true, diff: true, askBecomePass: true }],
    ['push -i prod.yaml -l workers:!node01 -f8', 'push', { ...push, limit: 'workers:!node01', forks: 8 }],
    ['push -i prod.yaml --limit=', 'push', { ...push, limit: '' }],
    ['push -i prod.yaml --confirm-timeout 3600', 'push', { ...push, confirmTimeoutS: 3600 }],
    ['push -i prod.yaml --no-progress --output json', 'push', { ...push, output: 'json', progress: false }],
    ['push -i prod.yaml --yes=true --diff=false', 'push', { ...push, yes: true }],
    [
      'push -i prod.yaml --serial 1,10%,50% --max-fail 2',
      'push',
      { ...push, serial: [hostCount(1), percent(10), percent(50)], maxFail: hostCount(2) },
    ],
    [
      'push -i prod.yaml --report a.xml --report=b/c.SARIF',
      'push',
      {
        ...push,
        report: [
          { path: 'a.xml', format: 'xml' },
          { path: 'b/c.SARIF', format: 'sarif' },
        ],
      },
    ],
    ['push -i prod.yaml --max-fail=0%', 'push', { ...push, maxFail: percent(0) }],
    ['push -i prod.yaml --plan a.plan --retry last', 'push', { ...push, planFile: 'a.plan', retry: 'last' }],
    ['push -i prod.yaml --retry 20260102T030405-abcdef', 'push', { ...push, retry: '20260102T030405-abcdef' }],
    [
      'push -i prod.yaml --force mark-in-use,table-in-use --force parent-enslaved',
      'push',
      { ...push, force: ['mark-in-use', 'table-in-use', 'parent-enslaved'] },
    ],
    [
      'push -i prod.yaml -p site.yaml --tags a,b -t c --skip-tags d',
      'push',
      { ...push, playbook: 'site.yaml', tags: ['a', 'b', 'c'], skipTags: ['d'] },
    ],
    ['plan -i prod.yaml --tags a', 'plan', { ...plan, tags: ['a'] }],
    [
      'push -i prod.yaml -p site.yaml --list-tasks --tags a',
      'listPlaybook',
      { ...push, playbook: 'site.yaml', tags: ['a'], listing: { tasks: true, tags: false } },
    ],
    ['plan -i prod.yaml --list-tags', 'listPlaybook', { ...plan, listing: { tasks: false, tags: true } }],
    ['doctor -i prod.yaml -f8', 'doctor', { ...hosts, ...connection, forks: 8, output: 'text' }],
    [
      'bootstrap -i prod.yaml -l node51 --host-keys keys --install --sudoers -y',
      'bootstrap',
      {
        ...change,
        ...{ limit: 'node51', hostKeys: 'keys', install: true, sudoers: true, yes: true },
      },
    ],
    ['plan -i prod.yaml', 'plan', plan],
    ['plan -i prod.yaml --force before-local', 'plan', { ...plan, force: ['before-local'] }],
    ['plan -i prod.yaml -o a.plan', 'plan', { ...plan, out: 'a.plan' }],
    ['plan -i prod.yaml --no-diff --accept-new', 'plan', { ...plan, diff: false, acceptNew: true }],
    [
      'plan -i prod.yaml -kK --transport openssh',
      'plan',
      { ...plan, transport: 'openssh', askPass: true, askBecomePass: true },
    ],
    ['plan -i prod.yaml --connection-password-file pw', 'plan', { ...plan, connectionPasswordFile: 'pw' }],
    ['audit -i prod.yaml', 'audit', { ...hosts, ...connection, ...output }],
    ['audit -i prod.yaml --pools a --pools b', 'audit', { ...hosts, ...connection, ...output, pools: ['a', 'b'] }],
    ['verify -i prod.yaml', 'verify', { ...hosts, ...connection, ...output, fromHere: [] }],
    [
      'verify -i prod.yaml --from-here 1.2.3.4:80 --from-here [2001:db8::1]:443',
      'verify',
      {
        ...{ ...hosts, ...connection, ...output },
        fromHere: [
          { address: '1.2.3.4', port: 80 },
          { address: '2001:db8::1', port: 443 },
        ],
      },
    ],
    ['explain -i prod.yaml --host node01 --from 1.2.3.4 --to 8.8.8.8', 'explain', explain],
    [
      'init --host a --host b=192.168.1.2 -u admin --parent eth0 --vlan 100 --pool 1.2.3.0/24 --gateway 1.2.3.1 --pod-cidr 10.0.0.0/8',
      'init',
      {
        ...{ hosts: ['a', 'b=192.168.1.2'], user: 'admin', network: null, pools: ['1.2.3.0/24'], device: null },
        ...{ parent: 'eth0', vlan: '100', gateway: '1.2.3.1', podCidrs: ['10.0.0.0/8'], out: 'inventory.yaml' },
      },
    ],
    [
      'explain -i prod.yaml --host node01 --var uplink',
      'inventoryVar',
      { inventory: ['prod.yaml'], limit: null, host: 'node01', name: 'uplink' },
    ],
    [
      'explain -i prod.yaml --host node01 --from 1.2.3.4 --to 8.8.8.8 --live --kube-proxy ipvs -K --output json',
      'explain',
      { ...explain, live: true, kubeProxy: 'ipvs', askBecomePass: true, output: 'json' },
    ],
    [
      'explain -i prod.yaml --host node01 --from fd00::1 --to fd00::2 --iif eth0.100 --mark 0x100 --no-reply-of-service',
      'explain',
      { ...explain, from: 'fd00::1', to: 'fd00::2', iif: 'eth0.100', mark: 0x100, replyOfService: false },
    ],
    ['render -i prod.yaml -o out', 'render', { ...hosts, out: 'out', as: 'files' }],
    ['render -i prod.yaml -o out --as script', 'render', { ...hosts, out: 'out', as: 'script' }],
    ['schema', 'schema', { of: 'inventory' }],
    ['demo --nodes 2 --keep', 'demo', { nodes: 2, install: false, keep: true, report: 'report/demo.md' }],
    [
      'plan -i a -i dir -i h1,h2, -e x=1 -e @f --vault-password-file pw',
      'plan',
      { ...plan, inventory: ['a', 'dir', 'h1,h2,'], extraVars: ['x=1', '@f'], vaultPasswordFile: 'pw' },
    ],
    ['inventory list -i prod.yaml -l web', 'inventoryList', { ...hosts, limit: 'web' }],
    ['inventory graph -i prod.yaml', 'inventoryGraph', { ...hosts, group: null }],
    ['inventory graph web -i prod.yaml', 'inventoryGraph', { ...hosts, group: 'web' }],
    ['inventory host 010 -i prod.yaml', 'inventoryHost', { ...hosts, host: '010' }],
    ['inventory hosts web:!n1 -i prod.yaml', 'inventoryHosts', { ...hosts, limit: 'web:!n1' }],
    ['inventory var x --host n1 -i prod.yaml', 'inventoryVar', { ...hosts, name: 'x', host: 'n1' }],
    [
      'inventory import --kubectl --context prod -o prod.yaml --check -y',
      'inventoryImport',
      { files: [], kubectl: true, context: 'prod', out: 'prod.yaml', check: true, yes: true },
    ],
    [
      'inventory import a.json b.yaml',
      'inventoryImport',
      { files: ['a.json', 'b.yaml'], kubectl: false, context: null, out: null, check: false, yes: false },
    ],
    ['push -i prod.yaml --shard 2/5', 'push', { ...push, shard: { index: 2, of: 5 } }],
    [
      'report merge 1.json 2.json --report all.xml',
      'reportMerge',
      { files: ['1.json', '2.json'], report: [{ path: 'all.xml', format: 'xml' }] },
    ],
    ['report merge 1.json', 'reportMerge', { files: ['1.json'] }],
    ['lab up', 'labUp', { nodes: 3, kubeProxy: 'iptables', install: false }],
    [
      'lab up --nodes 5 --kube-proxy ipvs --install --dir /lab',
      'labUp',
      { nodes: 5, kubeProxy: 'ipvs', install: true, dir: '/lab' },
    ],
    ['lab down --dir /lab', 'labDown', { dir: '/lab' }],
    ['lab status', 'labStatus', {}],
    ['lab inventory', 'labInventory', {}],
    ['lab reboot n1 n2', 'labReboot', { nodes: ['n1', 'n2'] }],
    ['lab ssh n1', 'labSsh', { node: 'n1', command: [] }],
    ['lab ssh n1 ip -4 rule', 'labSsh', { node: 'n1', command: ['ip', '-4', 'rule'] }],
    ['lab ssh n1 -- ls -l', 'labSsh', { node: 'n1', command: ['ls', '-l'] }],
    ['lab ssh n1 ls -- -l', 'labSsh', { node: 'n1', command: ['ls', '--', '-l'] }],
    ['lab ssh n1 grep --dir=x 010', 'labSsh', { node: 'n1', command: ['grep', '--dir=x', '010'] }],
    ['lab ssh --dir /lab n1 date', 'labSsh', { dir: '/lab', node: 'n1', command: ['date'] }],
  ])('reads: mlbroute %s', async (line, verb, options) => {
    const { called, stderr, exitCode } = await run(line.split(' '));
    expect(stderr).toBe('');
    expect(called).toEqual([[verb, options]]);
    expect(exitCode).toBe(0);
  });

  it('hands an empty limit on, for the command to refuse', async () => {
    expect((await run(['push', '-i', 'prod.yaml', '--limit', ''])).called).toEqual([['push', { ...push, limit: '' }]]);
  });

  it.each<[string, readonly string[], string, string]>([
    ['a bare --limit', ['push', '-i', 'a', '--limit'], '--limit needs a value', 'push'],
    ['a bare -l', ['push', '-i', 'a', '-l'], '-l needs a value', 'push'],
    ['a limit that is an option', ['push', '-i', 'a', '-l', '-y'], '-l needs a value', 'push'],
    [
      'a text given twice',
      ['push', '-i', 'a', '-l', 'x', '-l', 'y'],
      '--limit is given 2 times; once is right',
      'push',
    ],
    [
      'a number given twice',
      ['push', '-i', 'a', '-f', '1', '-f', '2'],
      '--forks is given 2 times; once is right',
      'push',
    ],
    ['no inventory', ['push'], 'required: --inventory', 'push'],
    ['an empty inventory', ['push', '-i', ''], '--inventory is empty', 'push'],
    ['an empty inventory beside another', ['push', '-i', 'a', '-i', ''], '--inventory is empty', 'push'],
    ['a bare -e', ['push', '-i', 'a', '-e'], '-e needs a value', 'push'],
    ['no command of the inventory', ['inventory'], 'say which: list, graph, host, hosts, var or import', 'inventory'],
    ['a misspelt one', ['inventory', 'lst'], 'unknown command "lst": did you mean "list"?', 'inventory'],
    ['no command for reports', ['report'], 'say which: merge', 'report'],
    ['no report to merge', ['report', 'merge'], 'say which reports', 'report merge'],
    [
      'a part that is none',
      ['audit', '-i', 'a', '--shard', '6/5'],
      '--shard: "6/5": the parts of 5 are 1/5 to 5/5',
      'audit',
    ],
    ['no host', ['inventory', 'host', '-i', 'a'], 'say which host', 'inventory host'],
    ['no pattern', ['inventory', 'hosts', '-i', 'a'], 'say which hosts: a pattern', 'inventory hosts'],
    ['no host of a variable', ['inventory', 'var', 'x', '-i', 'a'], 'required: --host', 'inventory var'],
    [
      'a limit beside a pattern',
      ['inventory', 'hosts', 'web', '-i', 'a', '-l', 'x'],
      'unknown option -l',
      'inventory hosts',
    ],
    ['nothing to explain', ['explain', '-i', 'a', '--host', 'n'], 'required: --from, --to', 'explain'],
    [
      'an address that is none',
      ['explain', '-i', 'a', '--host', 'n', '--from', '1.2.3', '--to', '8.8.8.8'],
      '--from: "1.2.3" is not an IP address',
      'explain',
    ],
    [
      'a mark that is none',
      ['explain', '-i', 'a', '--host', 'n', '--from', '1.2.3.4', '--to', '8.8.8.8', '--mark', '0x1f00/0x100'],
      '--mark: "0x1f00/0x100" is not a mark from 0 to 0xffffffff',
      'explain',
    ],
    ['no folder to render to', ['render', '-i', 'a'], 'required: --out', 'render'],
    [
      'letters for a number',
      ['push', '-i', 'a', '-f', 'abc'],
      '--forks: "abc" is not a whole number from 1 to 10000',
      'push',
    ],
    ['no fork at all', ['push', '-i', 'a', '-f', '0'], '--forks: "0" is not a whole number from 1 to 10000', 'push'],
    ['a fraction', ['push', '-i', 'a', '-f', '1.5'], '--forks: "1.5" is not a whole number from 1 to 10000', 'push'],
    [
      'a timeout that is too short',
      ['push', '-i', 'a', '--confirm-timeout', '9'],
      '--confirm-timeout: "9" is not a whole number from 10 to 3600',
      'push',
    ],
    ['a batch of no host', ['push', '-i', 'a', '--serial', '1,0'], '--serial: "0" would begin no host', 'push'],
    [
      'an empty size of a batch',
      ['push', '-i', 'a', '--serial', '1,,5'],
      '--serial: "" is not a number of hosts, as 5, or a percentage, as 10%',
      'push',
    ],
    ['an empty --serial', ['push', '-i', 'a', '--serial='], '--serial is empty', 'push'],
    ['more than all hosts', ['push', '-i', 'a', '--max-fail', '110%'], '--max-fail: "110%" is more than 100%', 'push'],
    [
      'the path of a run',
      ['push', '-i', 'a', '--retry', '../x'],
      '--retry: "../x" is not the name of a run, nor last',
      'push',
    ],
    [
      'host keys to be known and to be believed',
      ['bootstrap', '-i', 'a', '--host-keys', 'b', '--accept-new'],
      'Arguments host-keys and accept-new are mutually exclusive',
      'bootstrap',
    ],
    [
      'a plan to check',
      ['push', '-i', 'a', '--check', '--plan', 'b'],
      '--check makes a plan and --plan has one: say one of them',
      'push',
    ],
    [
      'a retry to check',
      ['push', '-i', 'a', '--check', '--retry', 'last'],
      '--check plans for all hosts: it has no --retry',
      'push',
    ],
    [
      'tags for a plan that is made',
      ['push', '-i', 'a', '--plan', 'b', '--skip-tags', 'c'],
      '--plan has its tasks chosen: give --tags and --skip-tags to the command plan',
      'push',
    ],
    ['an empty tag', ['push', '-i', 'a', '--tags', 'a,,b'], '--tags is empty', 'push'],
    [
      'a report of no format',
      ['audit', '-i', 'a', '--report', 'a.pdf'],
      '--report: "a.pdf" does not say its format: end it in .json, .xml (JUnit), .html or .sarif',
      'audit',
    ],
    [
      'a report in one file twice',
      ['audit', '-i', 'a', '--report', 'a.xml', '--report', 'a.xml'],
      '--report: "a.xml" is named twice',
      'audit',
    ],
    ['an unknown format', ['plan', '-i', 'a', '--output', 'xml'], '--output: "xml" is not one of text, json', 'plan'],
    [
      'a switch with a value',
      ['push', '-i', 'a', '--check=yes'],
      '--check=yes: this option is on or off and takes no value',
      'push',
    ],
    [
      'a short switch with a value',
      ['push', '-i', 'a', '-y=1'],
      '-y=1: this option is on or off and takes no value',
      'push',
    ],
    ['a misspelt option', ['push', '-i', 'a', '--limt', 'x'], 'unknown option --limt: did you mean --limit?', 'push'],
    ['a misspelt negation', ['plan', '-i', 'a', '--no-dif'], 'unknown option --dif: did you mean --diff?', 'plan'],
    ['an unknown letter', ['push', '-i', 'a', '-yz'], 'unknown option -z', 'push'],
    ['an option of another command', ['audit', '-i', 'a', '--yes'], 'unknown option --yes', 'audit'],
    [
      'camel case',
      ['push', '-i', 'a', '--acceptNew'],
      'unknown option --acceptNew: did you mean --accept-new?',
      'push',
    ],
    [
      'two sources of one password',
      ['push', '-i', 'a', '-k', '--connection-password-file', 'pw'],
      'Arguments connection-password-file and ask-pass are mutually exclusive',
      'push',
    ],
    [
      'an unknown transport',
      ['push', '-i', 'a', '--transport', 'telnet'],
      '--transport: "telnet" is not one of auto, ssh2, openssh',
      'push',
    ],
    ['a stray word', ['push', '-i', 'a', 'node01'], 'unexpected argument "node01"', 'push'],
    ['words after --', ['push', '-i', 'a', '--', 'node01'], 'unexpected argument "node01"', 'push'],
    ['a misspelt command', ['pusk'], 'unknown command "pusk": did you mean "push"?', ''],
    ['a command unlike any', ['deploy-everything'], 'unknown command "deploy-everything"', ''],
    ['options alone', ['--diff'], 'say what to do', ''],
    ['no command of the lab', ['lab'], 'say which: up, down, status, ssh, reboot or inventory', 'lab'],
    ['a misspelt command of the lab', ['lab', 'upp'], 'unknown command "upp": did you mean "up"?', 'lab'],
    ['no node', ['lab', 'ssh'], 'say which node', 'lab ssh'],
    ['too many nodes', ['lab', 'up', '--nodes', '21'], '--nodes: "21" is not a whole number from 1 to 20', 'lab up'],
  ])('refuses %s with exit code 64', async (_, args, message, verb) => {
    const { called, stdout, stderr, exitCode } = await run(args);
    expect(stderr).toBe(`mlbroute: ${message}\nSee: mlbroute ${verb === '' ? '' : `${verb} `}--help\n`);
    expect({ called, stdout, exitCode }).toEqual({ called: [], stdout: '', exitCode: 64 });
  });

  it('shows its help to those who say nothing, as an error', async () => {
    const { stdout, stderr, exitCode } = await run([]);
    expect(stderr).toContain('mlbroute push');
    expect({ stdout, exitCode }).toEqual({ stdout: '', exitCode: 64 });
  });

  it.each([
    ['--help', 'Exit codes: 0 fine; 1 some host failed'],
    ['-h', 'mlbroute audit'],
    ['push --help', 'mlbroute push -i prod.yaml --check --diff'],
    ['plan -h', '--no-diff'],
    ['lab --help', 'mlbroute lab reboot <nodes..>'],
    ['lab ssh --help', 'mlbroute lab ssh n1 ip -4 rule'],
  ])('answers %s on standard output and runs nothing', async (line, text) => {
    const { called, stdout, stderr, exitCode } = await run(line.split(' '));
    expect(stdout).toContain(text);
    expect({ called, stderr, exitCode }).toEqual({ called: [], stderr: '', exitCode: 0 });
  });

  it('leaves the help of a remote command to the remote command', async () => {
    expect((await run(['lab', 'ssh', 'n1', 'ip', '--help'])).called).toEqual([
      ['labSsh', { node: 'n1', command: ['ip', '--help'] }],
    ]);
  });

  it('wraps its help to the terminal', async () => {
    const { stdout } = await run(['push', '--help'], { columns: 60 });
    const [options = ''] = stdout.split('Examples:');
    expect(Math.max(...options.split('\n').map((line) => line.length))).toBeLessThanOrEqual(60);
  });

  it('prints its examples whole, each to be copied', async () => {
    const { stdout } = await run(['push', '--help'], { columns: 60 });
    expect(stdout).toContain(`
Examples:
  # Show what would change, ask, apply
  mlbroute push -i prod.yaml
  # One host, without a question
  mlbroute push -i prod.yaml -l node01 -y
`);
    expect(stdout).toContain('\n  mlbroute push -i prod.yaml -y --serial 1,10%,50% --max-fail 2\n');
  });

  it('says its version', async () => {
    expect((await run(['--version'])).stdout).toBe('1.2.3\n');
  });

  it("gives the command's own exit code", async () => {
    expect((await run(['plan', '-i', 'a'], { exitCode: 2 })).exitCode).toBe(2);
  });

  it('loads no command but the one that is called', async () => {
    expect((await run(['audit', '-i', 'a'])).loaded).toEqual(['audit']);
    expect((await run(['audit', '--help'])).loaded).toEqual([]);
  });

  it('reports a bug of ours with its stack and exit code 70', async () => {
    const { stderr, exitCode } = await run(['verify', '-i', 'a'], { failure: new Error('impossible') });
    expect(stderr).toMatch(/^mlbroute: internal error, please report it:\nError: impossible\n {4}at /);
    expect(exitCode).toBe(70);
  });

  it.each(['up', 'status', 'inventory'])('keeps what lab %s tells and what it gives apart', async (verb) => {
    const { stdout, stderr } = await run(['lab', verb], { line: 'a line' });
    expect({ stdout, stderr }).toEqual({ stdout: 'given: a line\n', stderr: 'told: a line\n' });
  });
});

describe('canRedraw', () => {
  it.each<[string, boolean, NodeJS.ProcessEnv, boolean]>([
    ['on a terminal', true, { TERM: 'xterm' }, true],
    ['not on one that knows no codes', true, { TERM: 'dumb' }, false],
    ['not without one', false, { TERM: 'xterm' }, false],
  ])('is so %s', (_, isTty, env, expected) => {
    expect(canRedraw({ isTty, env })).toBe(expected);
  });
});

describe('wantsColor', () => {
  it.each<[string, NodeJS.ProcessEnv, boolean, boolean]>([
    ['terminals', {}, true, true],
    ['a pipe', {}, false, false],
    ['a dumb terminal', { TERM: 'dumb' }, true, false],
    ['NO_COLOR', { NO_COLOR: '1' }, true, false],
    ['an empty NO_COLOR', { NO_COLOR: '' }, true, true],
    ['FORCE_COLOR on a pipe', { FORCE_COLOR: '1' }, false, true],
    ['FORCE_COLOR=0', { FORCE_COLOR: '0' }, true, false],
    ['NO_COLOR with FORCE_COLOR', { NO_COLOR: '1', FORCE_COLOR: '1' }, true, false],
  ])('decides for %s', (_, env, areTerminals, expected) => {
    expect(wantsColor(env, areTerminals)).toBe(expected);
  });
});

/** Runs the command line over commands that only remember how they were called. */
async function run(
  args: readonly string[],
  behaviour: {
    readonly exitCode?: number;
    readonly failure?: Error;
    readonly columns?: number;
    readonly line?: string;
  } = {},
) {
  const called: [string, unknown][] = [];
  const loaded: string[] = [];
  const printed = { stdout: '', stderr: '' };
  const command = (verb: string) => async () => {
    loaded.push(verb);
    return async (options: object, outlet: unknown) => {
      if (behaviour.failure !== undefined) throw behaviour.failure;
      called.push([verb, options]);
      if (behaviour.line !== undefined) {
        (outlet as LabOutput).tell(`told: ${behaviour.line}`);
        (outlet as LabOutput).give(`given: ${behaviour.line}`);
      }
      return behaviour.exitCode ?? 0;
    };
  };
  const commands: CommandTable = {
    push: command('push'),
    plan: command('plan'),
    audit: command('audit'),
    verify: command('verify'),
    rollback: command('rollback'),
    remove: command('remove'),
    listPlaybook: command('listPlaybook'),
    doctor: command('doctor'),
    bootstrap: command('bootstrap'),
    explain: command('explain'),
    render: command('render'),
    schema: command('schema'),
    demo: command('demo'),
    init: command('init'),
    labUp: command('labUp'),
    labDown: command('labDown'),
    labStatus: command('labStatus'),
    labSsh: command('labSsh'),
    labReboot: command('labReboot'),
    labInventory: command('labInventory'),
    inventoryList: command('inventoryList'),
    inventoryGraph: command('inventoryGraph'),
    inventoryHost: command('inventoryHost'),
    inventoryHosts: command('inventoryHosts'),
    inventoryVar: command('inventoryVar'),
    inventoryImport: command('inventoryImport'),
    completion: command('completion'),
    reportMerge: command('reportMerge'),
  };
  const exitCode = await main(args, { version: '1.2.3', commands, io: fakeIo(printed, behaviour.columns ?? 100) });
  return { called, loaded, ...printed, exitCode };
}

function fakeIo(printed: { stdout: string; stderr: string }, columns: number): Io {
  return {
    stdout: (text) => {
      printed.stdout += text;
    },
    stderr: (text) => {
      printed.stderr += text;
    },
    isTty: false,
    isInputTty: false,
    columns: () => columns,
    resultColumns: () => columns,
    rows: () => 24,
    color: false,
    env: {},
    ask: () => Promise.reject(new Error('a question')),
    confirm: () => Promise.reject(new Error('the command line asks nothing')),
    askSecret: () => Promise.reject(new Error('the command line asks for no password')),
    onInterrupt: () => {
      throw new Error('the command line listens to no signal');
    },
  };
}
