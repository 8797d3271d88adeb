import { describe, expect, it } from 'vitest';
import { completionOf } from '../../src/cli/completion.ts';
import { optionsOf } from '../../src/cli/options.ts';

/** The words that are offered for the last word of a line; an answer of another kind as it is. */
function offered(line: string): unknown {
  const completion = completionOf(line.split(' ').slice(1));
  return completion.kind === 'words' ? completion.words.map(({ word }) => word) : completion;
}

describe('what may stand where a word is typed', () => {
  it.each([
    ['mlbroute pu', ['push']],
    ['mlbroute --v', ['--version']],
    ['mlbroute lab ', ['up', 'down', 'status', 'ssh', 'reboot', 'inventory']],
    ['mlbroute inventory im', ['import']],
    ['mlbroute schema p', ['playbook']],
    ['mlbroute schema playbook ', []],
    ['mlbroute completion ', ['bash', 'zsh', 'fish']],
    ['mlbroute push --conf', ['--confirm-timeout']],
    ['mlbroute push --no', ['--no-progress']],
    ['mlbroute plan --no', ['--no-diff', '--no-progress']],
    ['mlbroute audit --output ', ['text', 'json']],
    ['mlbroute audit --output=j', ['--output=json']],
    ["mlbroute audit --transport 'o", ['openssh']],
    ['mlbroute push --force mark-in-use,priority', ['mark-in-use,priority-in-use']],
    ['mlbroute lab up --kube-proxy ', ['iptables', 'ipvs']],
    ['mlbroute explain --kube-proxy ', ['iptables', 'nftables', 'ipvs', 'cilium']],
    ['mlbroute push --forks ', []],
    ['mlbroute push --no-such ', []],
    ['mlbroute no-such ', []],
    ['mlbroute lab ssh n1 -- ip -', []],
    ['mlbroute init --host no', []],
  ])('%s', (line, words) => {
    expect(offered(line)).toEqual(words);
  });

  it.each(['-i ', '--inventory=', '--plan ', '--vault-password-file ', '-e @', '-l @', '-yp '])(
    'is a file behind push %s',
    (option) => {
      expect(offered(`mlbroute push ${option}`)).toEqual({ kind: 'files' });
    },
  );

  it('is a host or a group of the inventory on the line, behind what a pattern has already', () => {
    const inventory = ['a.yaml', 'b.yaml'];
    const sources = '-i a.yaml --inventory=b.yaml';
    expect(offered(`mlbroute push ${sources} -l wo`)).toEqual({ kind: 'hosts', inventory, groups: true, head: '' });
    expect(offered(`mlbroute push ${sources} --limit=all:!no`)).toEqual({
      kind: 'hosts',
      inventory,
      groups: true,
      head: '--limit=all:!',
    });
    expect(offered(`mlbroute explain ${sources} --host `)).toEqual({
      kind: 'hosts',
      inventory,
      groups: false,
      head: '',
    });
    expect(offered(`mlbroute inventory host ${sources} `)).toEqual({
      kind: 'hosts',
      inventory,
      groups: false,
      head: '',
    });
    expect(offered(`mlbroute inventory hosts ${sources} a,`)).toEqual({
      kind: 'hosts',
      inventory,
      groups: true,
      head: 'a,',
    });
    expect(offered(`mlbroute inventory graph ${sources} `)).toEqual({ kind: 'groups', inventory });
  });

  it('is a tag of the playbook on the line', () => {
    expect(offered('mlbroute push -p site.yaml --tags a,')).toEqual({
      kind: 'tags',
      playbook: 'site.yaml',
      head: 'a,',
    });
    expect(offered('mlbroute push --skip-tags=')).toEqual({ kind: 'tags', playbook: null, head: '--skip-tags=' });
  });

  it('is an option only where it is not given yet, or may be repeated', () => {
    const words = offered('mlbroute push -y -i a.yaml --limit x -');
    expect(words).toContain('--inventory');
    expect(words).toContain('--check');
    expect(words).not.toContain('--yes');
    expect(words).not.toContain('--limit');
  });

  it('is every option of every command', () => {
    for (const [verb, options] of Object.entries(optionsOf))
      expect((offered(`mlbroute ${verb} --`) as string[]).map((word) => word.replace(/^--(no-)?/, ''))).toEqual([
        ...Object.keys(options),
        'help',
      ]);
  });
});
