import { describe, expect, it } from 'vitest';
import { parseLoadedNetworks, parseNetworkFiles } from '../../src/facts/networkd-files.ts';

const inWords = (...lines: readonly string[]) =>
  parseNetworkFiles(`${lines.join('\n')}\n`).map(({ path, matchNames }) => `${path}: ${matchNames.join(' ')}`);

describe('parseNetworkFiles', () => {
  it('gives files in the order of their names, wherever they lie', () => {
    expect(
      inWords(
        ...['file /etc/systemd/network/20-b.network', 'name eth1'],
        ...['file /run/systemd/network/10-a.network', 'name eth0'],
        ...['file /usr/lib/systemd/network/80-c.network', 'name *'],
      ),
    ).toEqual([
      '/run/systemd/network/10-a.network: eth0',
      '/etc/systemd/network/20-b.network: eth1',
      '/usr/lib/systemd/network/80-c.network: *',
    ]);
  });

  it('lets a file hide those of the same name in later folders, with all they say', () => {
    expect(
      inWords(
        ...['file /etc/systemd/network/10-a.network', 'name eth1'],
        ...['file /run/systemd/network/10-a.network', 'name eth*'],
        ...['file /usr/lib/systemd/network/10-a.network', 'name *'],
      ),
    ).toEqual(['/etc/systemd/network/10-a.network: eth1']);
  });

  it('lets a file that is empty, or a link to /dev/null, mask the later ones', () => {
    expect(
      inWords('file /etc/systemd/network/10-a.network', 'file /usr/lib/systemd/network/10-a.network', 'name *'),
    ).toEqual(['/etc/systemd/network/10-a.network: ']);
  });

  it.each([
    ['several names on a line', ['name eth0  eth1'], 'eth0 eth1'],
    ['several lines', ['name eth0', 'name eth1'], 'eth0 eth1'],
    ['blanks', ['name  eth0 '], 'eth0'],
    ['nothing behind the =', ['name '], ''],
    ['a ! that turns all of its line round', ['name !eth0 eth1', 'name wl*'], '!eth0 !eth1 wl*'],
    ['a ! with a blank behind it', ['name ! eth0'], '!eth0'],
  ])('reads %s', (_, lines, names) => {
    expect(inWords('file /etc/systemd/network/a.network', ...lines)).toEqual([
      `/etc/systemd/network/a.network: ${names}`,
    ]);
  });
});

describe('parseLoadedNetworks', () => {
  it('reads the names of files out of object paths, and nothing else', () => {
    const tree = [
      '/org/freedesktop/network1',
      '/org/freedesktop/network1/link/_32',
      '/org/freedesktop/network1/network/_305_2dmlbroute_2deth0_2e100',
      '/org/freedesktop/network1/network/dhcp_5f1',
    ];
    expect(parseLoadedNetworks(`${tree.join('\n')}\n`)).toEqual(['05-mlbroute-eth0.100', 'dhcp_1']);
  });
});
