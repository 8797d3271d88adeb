import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { inventoryText } from '../../src/lab/inventory-text.ts';
import { labNodes } from '../../src/lab/topology.ts';

describe('inventoryText', () => {
  it('is an Ansible inventory that reaches each node through its socket', () => {
    expect(parse(inventoryText('/srv/lab', labNodes(2)))).toEqual({
      all: {
        vars: {
          ansible_user: 'admin',
          ansible_become: true,
          ansible_ssh_private_key_file: '/srv/lab/id',
          pod_cidrs: ['10.112.0.0/12'],
          networks: [
            {
              name: 'public',
              pools: ['1.2.3.0/24'],
              link: { parent: 'eth0', vlan: 100 },
              gateway: '1.2.3.1',
              return_path: 'auto',
            },
            { name: 'segment', pools: ['10.9.8.0/24'], link: { device: 'eth0' }, return_path: 'onlink' },
            { name: 'lan', pools: ['192.168.1.200-192.168.1.250'], link: { device: 'eth0' }, return_path: 'auto' },
          ],
        },
        children: {
          workers: {
            hosts: {
              n1: {
                ansible_host: 'n1',
                ansible_ssh_common_args:
                  "-F none -o ProxyCommand='socat - UNIX-CONNECT:/srv/lab/run/n1.sock' -o UserKnownHostsFile=/srv/lab/known_hosts",
              },
              n2: {
                ansible_host: 'n2',
                ansible_ssh_common_args:
                  "-F none -o ProxyCommand='socat - UNIX-CONNECT:/srv/lab/run/n2.sock' -o UserKnownHostsFile=/srv/lab/known_hosts",
              },
            },
          },
        },
      },
    });
  });
});
