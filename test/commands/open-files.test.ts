import { describe, expect, it } from 'vitest';
import { hostsAtATime, openFileLimit } from '../../src/commands/open-files.ts';

describe('hosts at a time', () => {
  const cases: readonly { title: string; forks: number; hosts: number; files: number; gives: number; says: RegExp }[] =
    [
      { title: 'are as many as the user wants', forks: 50, hosts: 500, files: 1024, gives: 50, says: /^$/ },
      {
        title: 'are fewer where not so many files may be open, and that is said',
        ...{ forks: 50, hosts: 500, files: 256, gives: 25 },
        says: /^note: this process may open 256 files, so 25 hosts at a time, not 50: raise ulimit -n\n$/,
      },
      { title: 'say nothing where there are no more hosts', forks: 50, hosts: 20, files: 256, gives: 50, says: /^$/ },
      { title: 'are one at the least', forks: 50, hosts: 2, files: 30, gives: 1, says: /so 1 host at a time/ },
      { title: 'know systems without a limit', forks: 9000, hosts: 9000, files: Infinity, gives: 9000, says: /^$/ },
    ];
  for (const { title, forks, hosts, files, gives, says } of cases) {
    it(title, () => {
      let said = '';
      const io = {
        stderr: (text: string) => {
          said += text;
        },
      };
      expect(hostsAtATime({ forks }, hosts, io, files)).toBe(gives);
      expect(said).toMatch(says);
    });
  }

  it('go by the limit of this process', () => {
    expect(openFileLimit()).toBeGreaterThan(100);
  });
});
