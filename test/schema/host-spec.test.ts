import { describe, expect, it } from 'vitest';
import { hostVars } from '../../src/inventory/host-vars.ts';
import { loadInventory } from '../../src/inventory/load-inventory.ts';
import { formatDiagnostics } from '../../src/report/diagnostics-text.ts';
import { hostSpec, hostSpecs } from '../../src/schema/host-spec.ts';
import { fakeDisk } from '../inventory/fake-disk.ts';
import { printed, varsOf, yaml } from '../inventory/printed.ts';

function specOf(text: string): ReturnType<typeof hostSpec> {
  const vars = varsOf(text, 'node');
  if (!vars.ok) throw new Error(printed(vars.error, text));
  return hostSpec(vars.value);
}

/** The specification of a host with these variables, which must be right. */
function rightSpec(variables: string) {
  const text = `all: { hosts: { node: { ${variables} } } }\n`;
  const spec = specOf(text);
  if (!spec.ok) throw new Error(printed(spec.error, text));
  return spec.value;
}

describe('Faults in the networks of a host are told all at once, each where it was written:', () => {
  it.each<[string, string, string]>([
    [
      'values out of range',
      yaml`
        n1:
          vars:
            networks:
              - name: a
                pools: [1.2.3.0/24]
                link: { parent: eth0, vlan: 5000, mtu: 20 }
                table: 254
                priority: 0
                mark: 0x40
              - name: b
                pools: [1.2.4.0/24]
                link: { parent: a-name-much-too-long, vlan: 4095 }
                mark: { value: 0x100, mask: 0 }
          hosts: { node: }
      `,
      yaml`
        i.yaml:6:37: error[vlan-range]: VLAN id 5000 is outside 1–4094
                      link: { parent: eth0, vlan: 5000, mtu: 20 }
                                                  ^ hint: 0 and 4095 are reserved by IEEE 802.1Q
        i.yaml:6:48: error[mtu-range]: MTU 20 is outside 68–65535
                      link: { parent: eth0, vlan: 5000, mtu: 20 }
                                                             ^
        i.yaml:7:16: error[table-range]: routing table 254 is the kernel's own (253 default, 254 main, 255 local)
                      table: 254
                             ^
        i.yaml:8:19: error[priority-range]: rule priority 0 is outside 1–32765
                      priority: 0
                                ^
        i.yaml:9:15: error[mark-range]: mark 0x40 has bits outside its mask 0x1f00
                      mark: 0x40
                            ^ hint: the mask is 0x1f00 unless given: write { value: …, mask: … }
        i.yaml:12:25: error[interface-name]: interface name "a-name-much-too-long" must be 1–15 bytes long
                      link: { parent: a-name-much-too-long, vlan: 4095 }
                                      ^
        i.yaml:12:53: error[vlan-range]: VLAN id 4095 is outside 1–4094
                      link: { parent: a-name-much-too-long, vlan: 4095 }
                                                                  ^ hint: 0 and 4095 are reserved by IEEE 802.1Q
        i.yaml:13:15: error[mark-range]: mark 0 is outside 0x1–0xffffffff
                      mark: { value: 0x100, mask: 0 }
                            ^
      `,
    ],
    [
      'pools, gateways and networks that are none',
      yaml`
        n1:
          vars:
            networks:
              - name: "a b"
                pools: [1.2.3.4/24, 1.2.3.9-1.2.3.1, 10, 1.2.3.0, 300.1.1.1/32]
                link: { device: eth1 }
                gateway: 1.2.3
              - name: empty
                pools: []
                link: { device: eth1 }
          hosts: { node: }
      `,
      yaml`
        i.yaml:4:15: error[network-name]: "a b" is not a network name
                    - name: "a b"
                            ^ hint: up to 63 letters, digits, ".", "_" and "-"
        i.yaml:5:17: error[pool]: "1.2.3.4/24" has host bits set: the network is 1.2.3.0/24
                      pools: [1.2.3.4/24, 1.2.3.9-1.2.3.1, 10, 1.2.3.0, 300.1.1.1/32]
                              ^
        i.yaml:5:29: error[pool]: "1.2.3.9-1.2.3.1" ends before it starts
                      pools: [1.2.3.4/24, 1.2.3.9-1.2.3.1, 10, 1.2.3.0, 300.1.1.1/32]
                                          ^
        i.yaml:5:46: error[type]: networks[0].pools[2] must be text, not the number 10
                      pools: [1.2.3.4/24, 1.2.3.9-1.2.3.1, 10, 1.2.3.0, 300.1.1.1/32]
                                                           ^ hint: write it in quotes
        i.yaml:5:50: error[pool]: "1.2.3.0" is not a network: the prefix length is missing (1.2.3.0/32 for one IPv4 address)
                      pools: [1.2.3.4/24, 1.2.3.9-1.2.3.1, 10, 1.2.3.0, 300.1.1.1/32]
                                                               ^
        i.yaml:5:59: error[pool]: "300.1.1.1" is not an IP address
                      pools: [1.2.3.4/24, 1.2.3.9-1.2.3.1, 10, 1.2.3.0, 300.1.1.1/32]
                                                                        ^
        i.yaml:7:18: error[address]: "1.2.3" is not an IP address
                      gateway: 1.2.3
                               ^
        i.yaml:9:16: error[pool]: pools is empty
                      pools: []
                             ^ hint: write what the IPAddressPool of MetalLB has
      `,
    ],
    [
      'pools of everything, and pools of pods',
      yaml`
        n1:
          vars:
            pod_cidrs: [10.112.0.0/12, 10.0.0.0/33]
            networks:
              - { name: a, pools: [0.0.0.0/0, 0.0.0.0-255.255.255.255], link: { device: eth1 } }
              - { name: b, pools: [192.0.2.0/24, 10.127.0.1-10.127.0.9], link: { device: eth1 } }
          hosts: { node: }
      `,
      yaml`
        i.yaml:3:32: error[cidr]: "10.0.0.0/33": the prefix length must be 0–32
                  pod_cidrs: [10.112.0.0/12, 10.0.0.0/33]
                                             ^
        i.yaml:5:28: error[pool]: pool 0.0.0.0/0 is every address there is
                    - { name: a, pools: [0.0.0.0/0, 0.0.0.0-255.255.255.255], link: { device: eth1 } }
                                         ^ hint: write the addresses MetalLB gives to services
        i.yaml:5:39: error[pool]: pool 0.0.0.0-255.255.255.255 is every address there is
                    - { name: a, pools: [0.0.0.0/0, 0.0.0.0-255.255.255.255], link: { device: eth1 } }
                                                    ^ hint: write the addresses MetalLB gives to services
        i.yaml:6:28: error[pool-overlap]: pool 192.0.2.0/24 overlaps 0.0.0.0/0 of network "a"
                    - { name: b, pools: [192.0.2.0/24, 10.127.0.1-10.127.0.9], link: { device: eth1 } }
                                         ^
        i.yaml:6:42: error[pool-overlap]: pool 10.127.0.1-10.127.0.9 overlaps the pod network 10.112.0.0/12 of pod_cidrs
                    - { name: b, pools: [192.0.2.0/24, 10.127.0.1-10.127.0.9], link: { device: eth1 } }
                                                       ^ hint: services need addresses that no pod has
        i.yaml:6:42: error[pool-overlap]: pool 10.127.0.1-10.127.0.9 overlaps 0.0.0.0/0 of network "a"
                    - { name: b, pools: [192.0.2.0/24, 10.127.0.1-10.127.0.9], link: { device: eth1 } }
                                                       ^
      `,
    ],
    [
      'priorities that meet those of another network, written or not, or the loop guard',
      yaml`
        n1:
          vars:
            networks:
              - { name: a, pools: [192.0.2.0/26], link: { device: eth1 }, gateway: 192.0.2.254, priority: 1000 }
              - { name: b, pools: [192.0.2.64/26], link: { device: eth1 }, gateway: 192.0.2.254, priority: 1001 }
              - { name: c, pools: [192.0.2.128/26], link: { device: eth1 }, gateway: 192.0.2.254, priority: 2017 }
              - { name: d, pools: [192.0.2.192/27], link: { device: eth1 }, gateway: 192.0.2.254 }
              - { name: e, pools: [192.0.2.224/28], link: { device: eth1 }, gateway: 192.0.2.254, priority: 1999 }
              - { name: f, pools: [192.0.2.240/29], link: { device: eth1 }, gateway: 192.0.2.254, priority: 1002 }
          hosts: { node: }
      `,
      yaml`
        i.yaml:5:100: error[priority-twice]: priorities 1001 and 1002 of network "b" meet 1000 and 1001 of network "a"
                    - { name: b, pools: [192.0.2.64/26], link: { device: eth1 }, gateway: 192.0.2.254, priority: 1001 }
                                                                                                                 ^ hint: a network takes two: 2002 is free
        i.yaml:6:101: error[priority-twice]: priorities 2017 and 2018 of network "c" meet 2016 and 2017 of network "d"
                    - { name: c, pools: [192.0.2.128/26], link: { device: eth1 }, gateway: 192.0.2.254, priority: 2017 }
                                                                                                                  ^ hint: a network takes two: 2002 is free
        i.yaml:8:101: error[priority-twice]: priorities 1999 and 2000 meet 2000 of the loop guard
                    - { name: e, pools: [192.0.2.224/28], link: { device: eth1 }, gateway: 192.0.2.254, priority: 1999 }
                                                                                                                  ^ hint: a network takes two: 2002 is free
        i.yaml:9:101: error[priority-twice]: priorities 1002 and 1003 of network "f" meet 1001 and 1002 of network "b"
                    - { name: f, pools: [192.0.2.240/29], link: { device: eth1 }, gateway: 192.0.2.254, priority: 1002 }
                                                                                                                  ^ hint: a network takes two: 2002 is free
      `,
    ],
    [
      'gateways that do not match the families of the pools',
      yaml`
        n1:
          vars:
            networks:
              - { name: a, pools: [1.2.3.0/24, "2001:db8:1::/64"], link: { device: eth1 }, gateway: 1.2.3.1 }
              - { name: b, pools: ["2001:db8:2::/64"], link: { device: eth1 }, gateway: [1.2.4.1, "2001:db8:2::1"] }
              - { name: c, pools: [1.2.5.0/24], link: { device: eth1 }, gateway: [1.2.5.1, 1.2.5.2] }
              - { name: d, pools: [1.2.6.0/24], link: { device: eth1 }, gateway: [1.2.6.1, 1.2] }
              - { name: e, pools: ["2001:db8:5::/64"], link: { device: eth1 }, gateway: fe80::1, neighbor: "52:54:00:12:34:56", address: 1.2.7.7/24 }
              - { name: f, pools: ["2001:db8:6::/64", "::/0"], link: { device: eth1 }, gateway: 3 }
          hosts: { node: }
      `,
      yaml`
        i.yaml:4:93: error[gateway-family]: pool 2001:db8:1::/64 is IPv6, and there is no IPv6 gateway
                    - { name: a, pools: [1.2.3.0/24, "2001:db8:1::/64"], link: { device: eth1 }, gateway: 1.2.3.1 }
                                                                                                          ^ hint: write both: gateway: [1.2.3.1, …]; or make two networks of it where clients of one family are on the link itself
        i.yaml:5:82: error[gateway-family]: gateway 1.2.4.1 is IPv4, the pools are not
                    - { name: b, pools: ["2001:db8:2::/64"], link: { device: eth1 }, gateway: [1.2.4.1, "2001:db8:2::1"] }
                                                                                               ^
        i.yaml:6:84: error[gateway-twice]: gateway 1.2.5.2 is IPv4, and so is 1.2.5.1
                    - { name: c, pools: [1.2.5.0/24], link: { device: eth1 }, gateway: [1.2.5.1, 1.2.5.2] }
                                                                                                 ^ hint: a network has one router of each family
        i.yaml:7:74: error[value]: a gateway is an address, or a list of one of each family
                    - { name: d, pools: [1.2.6.0/24], link: { device: eth1 }, gateway: [1.2.6.1, 1.2] }
                                                                                       ^
        i.yaml:8:100: error[neighbor-gateway]: neighbor is the Ethernet address of an IPv4 gateway, and there is none
                    - { name: e, pools: ["2001:db8:5::/64"], link: { device: eth1 }, gateway: fe80::1, neighbor: "52:54:00:12:34:56", address: 1.2.7.7/24 }
                                                                                                                 ^ hint: leave it out
        i.yaml:8:130: error[address-family]: address 1.2.7.7 is for ARP, and the pools are IPv6
                    - { name: e, pools: ["2001:db8:5::/64"], link: { device: eth1 }, gateway: fe80::1, neighbor: "52:54:00:12:34:56", address: 1.2.7.7/24 }
                                                                                                                                               ^ hint: leave it out
        i.yaml:9:89: error[value]: a gateway is an address, or a list of one of each family
                    - { name: f, pools: ["2001:db8:6::/64", "::/0"], link: { device: eth1 }, gateway: 3 }
                                                                                                      ^
      `,
    ],
    [
      'unknown keys',
      yaml`
        n1:
          vars:
            networks:
              - name: a
                pool: [1.2.3.0/24]
                link: { parent: eth0, vlan_id: 100, vlam: 5 }
                gatway: 1.2.3.1
                mark: { value: 0x100, msk: 0x1f00 }
          hosts: { node: }
      `,
      yaml`
        i.yaml:4:9: error[missing]: networks[0] has no "pools"
                    - name: a
                      ^
        i.yaml:5:9: error[unknown-key]: "pool" is not a key of networks[0]
                      pool: [1.2.3.0/24]
                      ^ hint: did you mean "pools"?
        i.yaml:6:15: error[link-kind]: a link with a parent needs a vlan
                      link: { parent: eth0, vlan_id: 100, vlam: 5 }
                            ^ hint: write { parent: eth0, vlan: 100 } or { device: eth1 }
        i.yaml:6:31: error[unknown-key]: "vlan_id" is not a key of networks[0].link
                      link: { parent: eth0, vlan_id: 100, vlam: 5 }
                                            ^ hint: the keys are parent, vlan, name, mtu, device
        i.yaml:6:45: error[unknown-key]: "vlam" is not a key of networks[0].link
                      link: { parent: eth0, vlan_id: 100, vlam: 5 }
                                                          ^ hint: did you mean "vlan"?
        i.yaml:7:9: error[unknown-key]: "gatway" is not a key of networks[0]
                      gatway: 1.2.3.1
                      ^ hint: did you mean "gateway"?
        i.yaml:8:31: error[unknown-key]: "msk" is not a key of networks[0].mark
                      mark: { value: 0x100, msk: 0x1f00 }
                                            ^ hint: did you mean "mask"?
      `,
    ],
    [
      'missing keys, and values of the wrong type',
      yaml`
        n1:
          vars:
            networks:
              - pools: 1.2.3.0/24
                link: eth1
                loop_guard: maybe
                table: "100"
              - name: 100
                pools: [1.2.4.0/24, 5]
              - eth0
              - { name: yes, pools: , link: [] }
          hosts: { node: }
      `,
      yaml`
        i.yaml:4:9: error[missing]: networks[0] has no "name"
                    - pools: 1.2.3.0/24
                      ^
        i.yaml:4:16: error[type]: networks[0].pools must be a list, not the text "1.2.3.0/24"
                    - pools: 1.2.3.0/24
                             ^ hint: write a list: ["1.2.3.0/24"]
        i.yaml:5:15: error[type]: networks[0].link must be a mapping, not the text "eth1"
                      link: eth1
                            ^
        i.yaml:6:21: error[type]: networks[0].loop_guard must be true or false, not the text "maybe"
                      loop_guard: maybe
                                  ^
        i.yaml:7:16: error[type]: networks[0].table must be a number, not the text "100"
                      table: "100"
                             ^ hint: write it without quotes
        i.yaml:8:9: error[missing]: networks[1] has no "link"
                    - name: 100
                      ^
        i.yaml:8:15: error[type]: networks[1].name must be text, not the number 100
                    - name: 100
                            ^ hint: write it in quotes
        i.yaml:9:29: error[type]: networks[1].pools[1] must be text, not the number 5
                      pools: [1.2.4.0/24, 5]
                                          ^ hint: write it in quotes
        i.yaml:10:9: error[type]: networks[2] must be a mapping, not the text "eth0"
                    - eth0
                      ^
        i.yaml:11:17: error[type]: networks[3].name must be text, not the boolean true
                    - { name: yes, pools: , link: [] }
                              ^ hint: YAML reads an unquoted yes, no, on and off as a boolean: write it in quotes
        i.yaml:11:29: error[type]: networks[3].pools must be a list, not empty
                    - { name: yes, pools: , link: [] }
                                          ^
        i.yaml:11:37: error[type]: networks[3].link must be a mapping, not a list
                    - { name: yes, pools: , link: [] }
                                                  ^
      `,
    ],
    [
      'addresses and neighbors that cannot be',
      yaml`
        n1:
          vars:
            networks:
              - { name: a, pools: [10.0.1.0/24], link: { device: eth1 }, neighbor: "52:54:00:12:34:56" }
              - { name: b, pools: [10.0.2.0/24], link: { device: eth2 }, gateway: 10.0.2.1, address: 10.0.2.1/24 }
              - { name: c, pools: [10.0.3.0/24], link: { device: eth3 }, address: 10.0.3.0/24, neighbor: "01:00:5e:00:00:01" }
              - { name: d, pools: [10.0.4.0/24], link: { device: eth4 }, address: 10.0.4.7, neighbor: x }
          hosts: { node: }
      `,
      yaml`
        i.yaml:4:76: error[neighbor-gateway]: neighbor is the Ethernet address of a gateway, and there is none
                    - { name: a, pools: [10.0.1.0/24], link: { device: eth1 }, neighbor: "52:54:00:12:34:56" }
                                                                                         ^ hint: add "gateway:" to network "a"
        i.yaml:5:94: error[address-gateway]: address 10.0.2.1 is the gateway's
                    - { name: b, pools: [10.0.2.0/24], link: { device: eth2 }, gateway: 10.0.2.1, address: 10.0.2.1/24 }
                                                                                                           ^ hint: give the host an address of its own
        i.yaml:6:75: error[address]: "10.0.3.0/24" is a network, not an address in it
                    - { name: c, pools: [10.0.3.0/24], link: { device: eth3 }, address: 10.0.3.0/24, neighbor: "01:00:5e:00:00:01" }
                                                                                        ^
        i.yaml:6:98: error[mac]: "01:00:5e:00:00:01" is not the Ethernet address of one station
                    - { name: c, pools: [10.0.3.0/24], link: { device: eth3 }, address: 10.0.3.0/24, neighbor: "01:00:5e:00:00:01" }
                                                                                                               ^ hint: write 52:54:00:12:34:56, in quotes
        i.yaml:7:75: error[address]: "10.0.4.7" needs the length of its network, 1–32: 10.0.4.7/24
                    - { name: d, pools: [10.0.4.0/24], link: { device: eth4 }, address: 10.0.4.7, neighbor: x }
                                                                                        ^
        i.yaml:7:95: error[mac]: "x" is not an Ethernet address
                    - { name: d, pools: [10.0.4.0/24], link: { device: eth4 }, address: 10.0.4.7, neighbor: x }
                                                                                                            ^ hint: write 52:54:00:12:34:56, in quotes
      `,
    ],
    [
      'strict and not strict on one interface',
      yaml`
        n1:
          vars:
            networks:
              - { name: a, pools: [10.0.1.0/24], link: { device: eth1 }, rp_filter: strict-mark }
              - { name: b, pools: [10.0.2.0/24], link: { device: eth1 } }
              - { name: c, pools: [10.0.3.0/24], link: { device: eth2 }, rp_filter: loose }
          hosts: { node: }
      `,
      yaml`
        i.yaml:5:9: error[rp-filter-clash]: rp_filter of eth1 is strict-mark in network "a"
                    - { name: b, pools: [10.0.2.0/24], link: { device: eth1 } }
                      ^ hint: strict-mark must be that of all networks of the interface
      `,
    ],
    [
      'words that are not in a list',
      yaml`
        n1:
          vars:
            networks:
              - name: a
                pools: [1.2.3.0/24]
                link: { device: eth1 }
                return_path: sorce
                rp_filter: lose
              - name: b
                pools: [1.2.4.0/24]
                link: { device: eth1 }
                return_path: no
                mark: high
              - name: c
                pools: [1.2.5.0/24]
                link: { device: eth1 }
                mark: [1]
          hosts: { node: }
      `,
      yaml`
        i.yaml:7:22: error[value]: networks[0].return_path must be one of auto, none, onlink, source, mark, not "sorce"
                      return_path: sorce
                                   ^ hint: did you mean "source"?
        i.yaml:8:20: error[value]: networks[0].rp_filter must be one of auto, off, loose, rpfilter, strict-mark, not "lose"
                      rp_filter: lose
                                 ^ hint: did you mean "loose"?
        i.yaml:12:22: error[value]: networks[1].return_path must be one of auto, none, onlink, source, mark, not false
                      return_path: no
                                   ^ hint: YAML reads an unquoted yes, no, on and off as a boolean
        i.yaml:13:15: error[mark]: "high" is not a mark
                      mark: high
                            ^ hint: write 0x100, or { value: 0x100, mask: 0x1f00 }
        i.yaml:17:15: error[value]: a mark is a number: write 0x100, or { value: 0x100, mask: 0x1f00 }
                      mark: [1]
                            ^
      `,
    ],
    [
      'links that are neither a VLAN nor a device, or both',
      yaml`
        n1:
          vars:
            networks:
              - { name: a, pools: [10.0.1.0/24], link: { } }
              - { name: b, pools: [10.0.2.0/24], link: { vlan: 100 } }
              - { name: c, pools: [10.0.3.0/24], link: { parent: eth0 } }
              - { name: d, pools: [10.0.4.0/24], link: { parent: eth0, vlan: 100, device: eth1 } }
              - { name: e, pools: [10.0.5.0/24], link: { parent: abcdefghijkl, vlan: 100 } }
          hosts: { node: }
      `,
      yaml`
        i.yaml:4:48: error[link-kind]: a link needs a vlan and its parent, or a device
                    - { name: a, pools: [10.0.1.0/24], link: { } }
                                                             ^ hint: write { parent: eth0, vlan: 100 } or { device: eth1 }
        i.yaml:5:48: error[link-kind]: VLAN 100 needs a parent
                    - { name: b, pools: [10.0.2.0/24], link: { vlan: 100 } }
                                                             ^ hint: write { parent: eth0, vlan: 100 } or { device: eth1 }
        i.yaml:6:48: error[link-kind]: a link with a parent needs a vlan
                    - { name: c, pools: [10.0.3.0/24], link: { parent: eth0 } }
                                                             ^ hint: write { parent: eth0, vlan: 100 } or { device: eth1 }
        i.yaml:7:48: error[link-kind]: a link is a VLAN or a device, not both
                    - { name: d, pools: [10.0.4.0/24], link: { parent: eth0, vlan: 100, device: eth1 } }
                                                             ^ hint: write { parent: eth0, vlan: 100 } or { device: eth1 }
        i.yaml:8:48: error[interface-name]: interface name "abcdefghijkl.100" must be 1–15 bytes long
                    - { name: e, pools: [10.0.5.0/24], link: { parent: abcdefghijkl, vlan: 100 } }
                                                             ^ hint: give the VLAN a shorter name with link.name
      `,
    ],
    [
      'return paths without a gateway, and a gateway of the other family',
      yaml`
        n1:
          vars:
            networks:
              - { name: a, pools: [10.0.1.0/24], link: { device: eth1 }, return_path: mark }
              - { name: b, pools: [10.0.2.0/24], link: { device: eth1 }, return_path: source }
              - { name: c, pools: [10.0.3.0/24], link: { device: eth1 }, return_path: onlink }
              - { name: d, pools: [10.0.4.0/24], link: { device: eth1 }, gateway: fe80::1 }
          hosts: { node: }
      `,
      yaml`
        i.yaml:4:79: error[gateway-missing]: return_path mark needs a gateway for the replies
                    - { name: a, pools: [10.0.1.0/24], link: { device: eth1 }, return_path: mark }
                                                                                            ^ hint: add "gateway:" to network "a"
        i.yaml:5:79: error[gateway-missing]: return_path source needs a gateway for the replies
                    - { name: b, pools: [10.0.2.0/24], link: { device: eth1 }, return_path: source }
                                                                                            ^ hint: add "gateway:" to network "b"
        i.yaml:7:75: error[gateway-family]: gateway fe80::1 is IPv6, the pools are not
                    - { name: d, pools: [10.0.4.0/24], link: { device: eth1 }, gateway: fe80::1 }
                                                                                        ^
      `,
    ],
    [
      'networks that get in the way of each other',
      yaml`
        n1:
          vars:
            networks:
              - { name: a, pools: [10.0.1.0/24, 10.0.9.0/24], link: { parent: eth0, vlan: 100 }, table: 100, mark: 0x100 }
              - { name: a, pools: [10.0.2.0/24, 10.0.1.128-10.0.1.130], link: { parent: eth0, vlan: 101, name: eth0.100 }, table: 100 }
              - { name: c, pools: [10.0.0.0/16], link: { parent: eth0, vlan: 100, name: public }, mark: { value: 0x100, mask: 0xff00 } }
              - { name: d, pools: [10.1.0.0/16], link: { parent: eth0, vlan: 100, mtu: 1400 }, mark: { value: 0x20000, mask: 0xff0000 } }
          hosts: { node: }
      `,
      yaml`
        i.yaml:5:17: error[network-twice]: network "a" is there twice
                    - { name: a, pools: [10.0.2.0/24, 10.0.1.128-10.0.1.130], link: { parent: eth0, vlan: 101, name: eth0.100 }, table: 100 }
                              ^
        i.yaml:5:41: error[pool-overlap]: pool 10.0.1.128-10.0.1.130 overlaps 10.0.1.0/24 of network "a"
                    - { name: a, pools: [10.0.2.0/24, 10.0.1.128-10.0.1.130], link: { parent: eth0, vlan: 101, name: eth0.100 }, table: 100 }
                                                      ^
        i.yaml:5:71: error[vlan-clash]: VLAN eth0.100 is already id 100 on eth0 in network "a"
                    - { name: a, pools: [10.0.2.0/24, 10.0.1.128-10.0.1.130], link: { parent: eth0, vlan: 101, name: eth0.100 }, table: 100 }
                                                                                    ^ hint: give one of them another link.name
        i.yaml:5:123: error[table-twice]: table 100 is already that of network "a"
                    - { name: a, pools: [10.0.2.0/24, 10.0.1.128-10.0.1.130], link: { parent: eth0, vlan: 101, name: eth0.100 }, table: 100 }
                                                                                                                                        ^ hint: each network needs its own
        i.yaml:6:28: error[pool-overlap]: pool 10.0.0.0/16 overlaps 10.0.1.0/24 of network "a"
                    - { name: c, pools: [10.0.0.0/16], link: { parent: eth0, vlan: 100, name: public }, mark: { value: 0x100, mask: 0xff00 } }
                                         ^
        i.yaml:6:28: error[pool-overlap]: pool 10.0.0.0/16 overlaps 10.0.1.128/31 of network "a"
                    - { name: c, pools: [10.0.0.0/16], link: { parent: eth0, vlan: 100, name: public }, mark: { value: 0x100, mask: 0xff00 } }
                                         ^
        i.yaml:6:48: error[vlan-clash]: VLAN 100 on eth0 is already eth0.100 in network "a"
                    - { name: c, pools: [10.0.0.0/16], link: { parent: eth0, vlan: 100, name: public }, mark: { value: 0x100, mask: 0xff00 } }
                                                             ^ hint: write name: eth0.100 here too
        i.yaml:6:97: error[mark-twice]: a packet could match mark 0x100/0xff00 and 0x100/0x1f00 of network "a"
                    - { name: c, pools: [10.0.0.0/16], link: { parent: eth0, vlan: 100, name: public }, mark: { value: 0x100, mask: 0xff00 } }
                                                                                                              ^ hint: each network needs its own value under the same mask
        i.yaml:7:48: error[vlan-clash]: VLAN eth0.100 is already id 101 on eth0 in network "a"
                    - { name: d, pools: [10.1.0.0/16], link: { parent: eth0, vlan: 100, mtu: 1400 }, mark: { value: 0x20000, mask: 0xff0000 } }
                                                             ^ hint: give one of them another link.name
        i.yaml:7:48: error[vlan-clash]: VLAN 100 on eth0 is already public in network "c"
                    - { name: d, pools: [10.1.0.0/16], link: { parent: eth0, vlan: 100, mtu: 1400 }, mark: { value: 0x20000, mask: 0xff0000 } }
                                                             ^ hint: write name: public here too
        i.yaml:7:80: error[vlan-clash]: VLAN eth0.100 has another MTU in network "a"
                    - { name: d, pools: [10.1.0.0/16], link: { parent: eth0, vlan: 100, mtu: 1400 }, mark: { value: 0x20000, mask: 0xff0000 } }
                                                                                             ^ hint: write the same mtu in both
      `,
    ],
    [
      'networks in each other’s way beside one that is wrong by itself',
      yaml`
        n1:
          vars:
            networks:
              - { name: a, pools: [10.0.1.0/24], link: { device: eth1 } }
              - { name: b, pools: [10.0.2.0/24], link: { device: "" } }
              - { name: a, pools: [10.0.3.0/24], link: { device: eth1 } }
          hosts: { node: }
      `,
      yaml`
        i.yaml:5:58: error[interface-name]: interface name "" must be 1–15 bytes long
                    - { name: b, pools: [10.0.2.0/24], link: { device: "" } }
                                                                       ^
        i.yaml:6:17: error[network-twice]: network "a" is there twice
                    - { name: a, pools: [10.0.3.0/24], link: { device: eth1 } }
                              ^
      `,
    ],
    [
      'what is said of the cluster',
      yaml`
        n1:
          hosts: { node: }
          vars:
            pod_cidrs: 10.112.0.0/12
            node_cidrs: [192.168.1.10/24]
            kube_proxy: iptable
            networkd_parent_file: /etc/systemd/network/10-eth0.network
            netplan_parent_id: id 0
            networks: { name: a }
      `,
      yaml`
        i.yaml:4:16: error[type]: pod_cidrs must be a list, not the text "10.112.0.0/12"
                  pod_cidrs: 10.112.0.0/12
                             ^ hint: write a list: ["10.112.0.0/12"]
        i.yaml:5:18: error[cidr]: "192.168.1.10/24" has host bits set: the network is 192.168.1.0/24
                  node_cidrs: [192.168.1.10/24]
                               ^
        i.yaml:6:17: error[value]: kube_proxy must be one of auto, iptables, nftables, ipvs, cilium, not "iptable"
                  kube_proxy: iptable
                              ^ hint: did you mean "iptables"?
        i.yaml:7:27: error[network-file]: "/etc/systemd/network/10-eth0.network" is not the name of a .network file
                  networkd_parent_file: /etc/systemd/network/10-eth0.network
                                        ^ hint: give the name without a folder, e.g. 10-eth0.network
        i.yaml:8:24: error[netplan-id]: "id 0" is not the id of an interface in netplan's files
                  netplan_parent_id: id 0
                                     ^ hint: give the key below ethernets:, bonds: or bridges:, of letters, digits and ._:@-
        i.yaml:9:15: error[type]: networks must be a list, not a mapping
                  networks: { name: a }
                            ^
      `,
    ],
    [
      'a value that came from a variable of the host',
      yaml`
        n1:
          vars:
            networks:
              - { name: a, pools: [10.0.1.0/24], link: { parent: "{{ uplink }}", vlan: "{{ id }}" } }
          hosts:
            node: { uplink: eth0, id: 4096 }
      `,
      yaml`
        i.yaml:6:31: error[vlan-range]: VLAN id 4096 is outside 1–4094
                  node: { uplink: eth0, id: 4096 }
                                            ^ hint: 0 and 4095 are reserved by IEEE 802.1Q
      `,
    ],
  ])('%s', (_, text, expected) => {
    const spec = specOf(text);
    expect(spec.ok ? 'no error' : `${printed(spec.error, text)}\n`).toBe(expected);
  });

  it('more networks than marks', () => {
    const networks = Array.from(
      { length: 32 },
      (_, i) => `{ name: n${i}, pools: [10.0.${i}.0/24], link: { device: eth1 } }`,
    );
    const spec = specOf(
      `all:\n  hosts: { node: }\n  vars:\n    networks:\n${networks.map((each) => `      - ${each}\n`).join('')}`,
    );
    expect(spec.ok ? [] : spec.error.map(({ code, message, at }) => [code, message, at?.line])).toEqual([
      ['too-many-networks', '32 networks are more than a host can have (31)', 36],
    ]);
  });
});

describe('A right network', () => {
  const least = {
    name: 'a',
    pools: ['10.0.1.0/24'],
    link: { kind: 'device', device: 'eth1' },
    gateway: null,
    address: null,
    neighbor: null,
    returnPath: 'auto',
    table: null,
    mark: null,
    priority: null,
    rpFilter: 'auto',
    loopGuard: true,
    force: false,
  };

  it.each<[string, string, object]>([
    ['has defaults', '', {}],
    ['lets nothing be nothing', 'gateway: , table: ~, mark: null, priority: ', {}],
    [
      'sorts its pools and drops those within others',
      'pools: [10.0.10.0/24, 10.0.9.0/24, 10.0.9.128/25, 10.0.9.0/24, 10.0.2.1-10.0.2.4]',
      { pools: ['10.0.2.1/32', '10.0.2.2/31', '10.0.2.4/32', '10.0.9.0/24', '10.0.10.0/24'] },
    ],
    [
      'names its VLAN after the parent',
      'link: { parent: bond0, vlan: 100 }',
      { link: { kind: 'vlan', parent: 'bond0', id: 100, name: 'bond0.100', mtu: null } },
    ],
    [
      'names its VLAN as told',
      'link: { parent: abcdefghijkl, vlan: 100, name: public, mtu: 9000 }',
      { link: { kind: 'vlan', parent: 'abcdefghijkl', id: 100, name: 'public', mtu: 9000 } },
    ],
    [
      'has numbers of its own',
      'gateway: 10.0.1.1, return_path: mark, table: 100, mark: 0x100, priority: 1000',
      { gateway: '10.0.1.1', returnPath: 'mark', table: 100, mark: { value: 0x100, mask: 0x1f00 }, priority: 1000 },
    ],
    ['takes a mark in quotes', 'mark: "0x1F00"', { mark: { value: 0x1f00, mask: 0x1f00 } }],
    [
      'takes a mark with its mask',
      'mark: { value: 0x10000, mask: "0xff0000" }',
      { mark: { value: 0x10000, mask: 0xff0000 } },
    ],
    ['takes an off that YAML reads as false', 'rp_filter: off', { rpFilter: 'off' }],
    ['takes an off in quotes', 'rp_filter: "off"', { rpFilter: 'off' }],
    [
      'takes an address of its own and the Ethernet address of its gateway',
      'gateway: 10.0.1.1, address: 10.0.1.7/24, neighbor: "52:54:00:AB:cd:56"',
      { gateway: '10.0.1.1', address: { address: '10.0.1.7', prefixLength: 24 }, neighbor: '52:54:00:ab:cd:56' },
    ],
    ['takes the other modes of rp_filter', 'rp_filter: strict-mark', { rpFilter: 'strict-mark' }],
    ['can be forced, without guard', 'loop_guard: no, force: yes', { loopGuard: false, force: true }],
  ])('%s', (_, keys, expected) => {
    const given = [
      /^pools:/.test(keys) ? '' : 'pools: [10.0.1.0/24]',
      /^link:/.test(keys) ? '' : 'link: { device: eth1 }',
      keys,
    ];
    const { networks } = rightSpec(`networks: [{ name: a, ${given.filter(Boolean).join(', ')} }]`);
    expect(networks).toEqual([{ ...least, ...expected }]);
  });
});

describe('A host', () => {
  const nothing = {
    networks: [],
    podCidrs: [],
    nodeCidrs: null,
    kubeProxy: 'auto',
    netfilter: 'auto',
    renderer: 'auto',
    activate: 'hitless',
    networkdParentFile: null,
    netplanParentId: null,
  };

  it.each<[string, string, object]>([
    ['may have no networks', '', {}],
    ['may have empty variables', 'networks: , pod_cidrs: , node_cidrs: ~, kube_proxy: , networkd_parent_file: ', {}],
    ['may have any variables of the user', 'pod_cidr: 5, network: [x]', {}],
    [
      'says what the cluster is like',
      'pod_cidrs: [10.112.0.0/12, "fd00::/56"], node_cidrs: [192.168.1.0/24], kube_proxy: ipvs, netfilter: nftables, networkd_parent_file: 10-eth0.network, renderer: netplan, activate: native, netplan_parent_id: id0',
      {
        podCidrs: ['10.112.0.0/12', 'fd00::/56'],
        nodeCidrs: ['192.168.1.0/24'],
        kubeProxy: 'ipvs',
        netfilter: 'nftables',
        networkdParentFile: '10-eth0.network',
        renderer: 'netplan',
        activate: 'native',
        netplanParentId: 'id0',
      },
    ],
  ])('%s', (_, variables, expected) => {
    expect(rightSpec(variables)).toEqual({ ...nothing, ...expected });
  });

  it('keeps its networks in the order of the inventory, and marks under other masks apart', () => {
    const { networks } = rightSpec(
      'networks: [{ name: z, pools: [10.0.1.0/24], link: { device: eth1 }, mark: 0x100 }, ' +
        '{ name: a, pools: [10.0.2.0/24], link: { device: eth1 }, mark: { value: 0x10000, mask: 0xff0000 } }]',
    );
    expect(networks.map(({ name }) => name)).toEqual(['z', 'a']);
  });
});

describe('Hosts that are checked one after the other', () => {
  it('share what is the same, and have each fault at its own place', () => {
    const text = yaml`
      all:
        vars: { pod_cidrs: [10.0.0.0/8] }
        hosts:
          a:
          b: { other: 1 }
          c: { pod_cidrs: [10.0.0.0/9] }
          d: { pod_cidrs: [10] }
          e: { pod_cidrs: [10] }
    `;
    const check = hostSpecs();
    const [a, b, c, d, e] = ['a', 'b', 'c', 'd', 'e'].map((name) => {
      const vars = varsOf(text, name);
      return vars.ok ? check(vars.value) : vars;
    });
    expect(a?.ok && a.value).toBe(b?.ok && b.value);
    expect(c?.ok && c.value.podCidrs).toEqual(['10.0.0.0/9']);
    expect([d, e].map((each) => (each?.ok === false ? each.error[0]?.at?.line : null))).toEqual([7, 8]);
  });
});

describe('A value of -e', () => {
  it('is text, and where that is wrong the hint says how to give another', async () => {
    const text =
      'web: { hosts: { n1: { networks: [{ name: a, pools: [192.0.2.0/24], link: { parent: eth0, vlan: "{{ vlan }}" } }] } } }\n';
    const request = { sources: ['i.yml'], extraVars: ['vlan=100'], vaultPasswordFile: null };
    const loaded = await loadInventory(request, fakeDisk({ 'i.yml': text }));
    if (!loaded.ok) throw new Error(JSON.stringify(loaded.error));
    const vars = hostVars(loaded.value, 'n1', { wanted: ['networks'], decrypted: new Map() });
    if (!vars.ok) throw new Error(JSON.stringify(vars.error));
    const spec = hostSpec(vars.value);
    expect(formatDiagnostics(spec.ok ? [] : spec.error, loaded.value.sourceOf)).toBe(yaml`
      -e vlan=100:1:1: error[type]: networks[0].link.vlan must be a number, not the text "100"
            vlan=100
            ^ hint: a value of -e NAME=VALUE is text: write -e '{"NAME": …}'
      1 error
    `);
  });
});
