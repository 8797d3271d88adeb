import { describe, expect, it } from 'vitest';
import { cutLinkFiles, parseLinkFiles, sectionsOf } from '../../src/facts/link-files.ts';
import { linkFilesIn } from './link-files.ts';

describe('cutLinkFiles', () => {
  it('gives each line to its file, also where there is a colon in both', () => {
    const section = [
      ...['file /a/wifi: home', 'file /a/none', 'file /b/c.netdev'],
      ...['/a/wifi: home:interface-name=wl:0', 'grep: /a/none: binary file matches', '/b/c.netdev:  [NetDev]  '],
    ];
    expect(cutLinkFiles(`${section.join('\n')}\n`)).toEqual([
      { path: '/a/wifi: home', lines: ['interface-name=wl:0'] },
      { path: '/a/none', lines: [] },
      { path: '/b/c.netdev', lines: ['[NetDev]'] },
    ]);
  });
});

describe('sectionsOf', () => {
  it('tells the section of each setting, with blanks wherever systemd takes them', () => {
    const lines = ['Name=before', '[Match]', 'Name = eth0 eth1', '[Network] ', 'VLAN=', 'a=b=c'];
    const sections = sectionsOf({ path: 'x', lines });
    expect(sections.flatMap(({ name, settings }) => settings.map(([key, value]) => `${name}|${key}|${value}`))).toEqual(
      ['Match|Name|eth0 eth1', 'Network|VLAN|', 'Network|a|b=c'],
    );
  });

  it('takes no line for the rest of one that goes on: that was not picked out', () => {
    const lines = ['[Match]', 'Name=eth0 \\', '[Network]', 'VLAN=v'];
    expect(sectionsOf({ path: 'x', lines })).toEqual([
      { name: 'Match', settings: [['Name', 'eth0']] },
      { name: 'Network', settings: [['VLAN', 'v']] },
    ]);
  });
});

describe('parseLinkFiles', () => {
  it('reads who makes which interface, and which VLANs hang on which file', () => {
    const files = linkFilesIn({
      '/etc/systemd/network/10-eth0.network': '[Match]\nName=eth0\n[Network]\nVLAN=vlan100 vlan200\nVLAN = vlan7',
      '/etc/systemd/network/20-v.netdev': '[NetDev]\nName=vlan100\nKind=vlan\n[VLAN]\nId=100',
      '/etc/systemd/network/30-b.netdev': '[NetDev]\nName=br0\n[Bridge]\nName=no',
      '/etc/systemd/network/05-mlbroute-eth0.9.netdev': '[NetDev]\nName=eth0.9\n[VLAN]\nId=9',
      '/etc/network/interfaces': 'iface eth1 inet static\n  iface eth1.5 inet manual\niface\teth1.6 inet6 auto',
      '/etc/NetworkManager/system-connections/a.nmconnection': '[connection]\ninterface-name=bond0',
    });
    expect(parseLinkFiles(files)).toEqual({
      linkFiles: [
        { path: '/etc/systemd/network/20-v.netdev', name: 'vlan100', vlanId: 100 },
        { path: '/etc/systemd/network/30-b.netdev', name: 'br0', vlanId: null },
        { path: '/etc/network/interfaces', name: 'eth1', vlanId: null },
        { path: '/etc/network/interfaces', name: 'eth1.5', vlanId: null },
        { path: '/etc/network/interfaces', name: 'eth1.6', vlanId: null },
        { path: '/etc/NetworkManager/system-connections/a.nmconnection', name: 'bond0', vlanId: null },
      ],
      vlansOf: { '/etc/systemd/network/10-eth0.network': ['vlan100', 'vlan200', 'vlan7'] },
    });
  });

  it('reads nothing from nothing', () => {
    expect(parseLinkFiles([])).toEqual({ linkFiles: [], vlansOf: {} });
  });
});
