import type { LabNode } from './topology.ts';

/**
 * The lab as an Ansible inventory (YAML): how to reach each node through its unix socket in `dir`, and the networks to set up. `public` is the
 * article's case 3 and 4, `segment` its case 2, `lan` its case 1. `dir` is absolute and free of characters a shell or socat would read.
 */
export function inventoryText(dir: string, nodes: readonly LabNode[]): string {
  const hosts = nodes.map(
    (node) => `        ${node.name}:
          ansible_host: ${node.name}
          ansible_ssh_common_args: "-F none -o ProxyCommand='socat - UNIX-CONNECT:${dir}/run/${node.name}.sock' -o UserKnownHostsFile=${dir}/known_hosts"
`,
  );
  return `# The nodes of mlbroute's lab, written by \`mlbroute lab up\`; \`mlbroute lab down\` removes it.
all:
  vars:
    ansible_user: admin
    ansible_become: true
    ansible_ssh_private_key_file: ${dir}/id
    pod_cidrs: [10.112.0.0/12]
    networks:
      - name: public
        pools: [1.2.3.0/24]
        link: { parent: eth0, vlan: 100 }
        gateway: 1.2.3.1
        return_path: auto
      - name: segment
        pools: [10.9.8.0/24]
        link: { device: eth0 }
        return_path: onlink
      - name: lan
        pools: [192.168.1.200-192.168.1.250]
        link: { device: eth0 }
        return_path: auto
  children:
    workers:
      hosts:
${hosts.join('')}`;
}
