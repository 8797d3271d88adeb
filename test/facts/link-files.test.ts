import { describe, expect, it } from 'vitest';
import { parseLinkFiles } from '../../src/facts/link-files.ts';

describe('parseLinkFiles', () => {
  it('reads who makes which interface, and which VLANs hang on which file', () => {
    const lines = [
      ...['file /etc/systemd/network/10-eth0.network', 'name eth0', 'vlan vlan100 vlan200', 'vlan vlan7'],
      ...['file /etc/systemd/network/20-v.netdev', 'link vlan100', 'id 100'],
      ...['file /etc/systemd/network/30-b.netdev', 'link br0'],
      ...['file /etc/systemd/network/05-mlbroute-eth0.9.netdev', 'link eth0.9', 'id 9'],
      ...['file /etc/network/interfaces', 'link eth1', 'link eth1.5'],
    ];
    expect(parseLinkFiles(`${lines.join('\n')}\n`)).toEqual({
      linkFiles: [
        { path: '/etc/systemd/network/20-v.netdev', name: 'vlan100', vlanId: 100 },
        { path: '/etc/systemd/network/30-b.netdev', name: 'br0', vlanId: null },
        { path: '/etc/network/interfaces', name: 'eth1', vlanId: null },
        { path: '/etc/network/interfaces', name: 'eth1.5', vlanId: null },
      ],
      vlansOf: { '/etc/systemd/network/10-eth0.network': ['vlan100', 'vlan200', 'vlan7'] },
    });
  });

  it('reads nothing from nothing', () => {
    expect(parseLinkFiles('')).toEqual({ linkFiles: [], vlansOf: {} });
  });
});
