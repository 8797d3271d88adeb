import { describe, expect, it } from 'vitest';
import { parseLoadedNetworks, parseNetworkFiles } from '../../src/facts/networkd-files.ts';
import { linkFilesIn } from './link-files.ts';

const inWords = (texts: { readonly [path: string]: string }) =>
  parseNetworkFiles(linkFilesIn(texts)).map(({ path, matchNames }) => `${path}: ${matchNames.join(' ')}`);

describe('parseNetworkFiles', () => {
  it('gives files in the order of their names, wherever they lie', () => {
    expect(
      inWords({
        '/etc/systemd/network/20-b.network': '[Match]\nName=eth1',
        '/run/systemd/network/10-a.network': '[Match]\nName=eth0\n[Network]\nName=no',
        '/usr/lib/systemd/network/80-c.network': '[Match]\nName=*',
        '/etc/systemd/network/10-v.netdev': '[NetDev]\nName=no',
      }),
    ).toEqual([
      '/run/systemd/network/10-a.network: eth0',
      '/etc/systemd/network/20-b.network: eth1',
      '/usr/lib/systemd/network/80-c.network: *',
    ]);
  });

  it('lets a file hide those of the same name in later folders, with all they say', () => {
    expect(
      inWords({
        '/etc/systemd/network/10-a.network': '[Match]\nName=eth1',
        '/run/systemd/network/10-a.network': '[Match]\nName=eth*',
        '/usr/lib/systemd/network/10-a.network': '[Match]\nName=*',
      }),
    ).toEqual(['/etc/systemd/network/10-a.network: eth1']);
  });

  it('lets a file that is empty, or a link to /dev/null, mask the later ones', () => {
    expect(
      inWords({
        '/etc/systemd/network/10-a.network': '',
        '/usr/lib/systemd/network/10-a.network': '[Match]\nName=*',
      }),
    ).toEqual(['/etc/systemd/network/10-a.network: ']);
  });

  it.each([
    ['several names on a line', ['Name=eth0  eth1'], 'eth0 eth1'],
    ['several lines', ['Name=eth0', 'Name=eth1'], 'eth0 eth1'],
    ['blanks', ['  Name =  eth0 '], 'eth0'],
    ['nothing behind the =', ['Name='], ''],
    ['a ! that turns all of its line round', ['Name=!eth0 eth1', 'Name=wl*'], '!eth0 !eth1 wl*'],
    ['a ! with a blank behind it', ['Name=! eth0'], '!eth0'],
  ])('reads %s', (_, lines, names) => {
    expect(inWords({ '/etc/systemd/network/a.network': ['[Match]', ...lines].join('\n') })).toEqual([
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
