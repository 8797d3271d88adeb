import { describe, expect, it } from 'vitest';
import { yaml } from '../inventory/printed.ts';
import { wantsOf } from './resolving.ts';

const inventory = yaml`
  all:
    vars: { uplink: eth0, gateways: { a: 10.0.0.1 }, number: 3 }
    children:
      workers: { hosts: { n1: , n2: } }
      edge: { hosts: { e1: } }
`;

/** A play of one task on n1. */
const task = (text: string) => `- hosts: workers\n  tasks:\n    - ${text}\n`;

const cases: readonly (readonly [title: string, playbook: string, printed: string])[] = [
  [
    'a file that is no list of plays',
    'hosts: all\n',
    yaml`
      p.yaml:1:1: error[playbook-shape]: a playbook is a list of plays, not a mapping
            hosts: all
            ^ hint: write "- hosts: all", and "  tasks:" below it`,
  ],
  [
    'an empty file',
    '',
    'p.yaml:1:1: error[playbook-shape]: a playbook is a list of plays, not empty\n      \n      ^ hint: write "- hosts: all", and "  tasks:" below it',
  ],
  [
    'two documents',
    '- hosts: all\n  tasks: []\n---\n- hosts: all\n',
    yaml`
      p.yaml:3:1: error[yaml-syntax]: a file is one YAML document, this starts a second one
            ---
            ^ hint: remove the "---" between them`,
  ],
  [
    'misspelt keys of a play and of a task, and a task that is none or two, all at once',
    yaml`
      - host: all
        hosts: all
        tasks:
          - vlann: { parent: eth0, id: 3 }
          - name: nothing
          - { rule: {}, route: {} }
    `,
    yaml`
      p.yaml:1:3: error[unknown-key]: "host" is not a key of playbook[0]
            - host: all
              ^ hint: did you mean "hosts"?
      p.yaml:4:7: error[unknown-key]: "vlann" is not a key of playbook[0].tasks[0]
                - vlann: { parent: eth0, id: 3 }
                  ^ hint: did you mean "vlan"?
      p.yaml:5:7: error[task-verb]: this task does nothing
                - name: nothing
                  ^ hint: write one of metallb_l2, vlan, route, rule, sysctl, file, template, mark, iptables, kernel_module, unit, command, package, wait, assert, verify, reboot
      p.yaml:6:7: error[task-verb]: a task is one thing, not route and rule
                - { rule: {}, route: {} }
                  ^ hint: write one of metallb_l2, vlan, route, rule, sysctl, file, template, mark, iptables, kernel_module, unit, command, package, wait, assert, verify, reboot`,
  ],
  [
    'a play without hosts',
    '- tasks: []\n',
    yaml`
      p.yaml:1:3: error[missing]: playbook[0] has no "hosts"
            - tasks: []
              ^`,
  ],
  [
    'hosts that are nobody',
    '- hosts: wokers\n  tasks: []\n',
    yaml`
      p.yaml:1:10: error[limit-unmatched]: "wokers" in hosts matches no host and no group
            - hosts: wokers
                     ^ hint: did you mean "workers"?`,
  ],
  [
    'batches of no host, and limits that are none',
    yaml`
      - hosts: all
        serial: 0
        max_fail: 110%
        tasks: []
      - hosts: all
        serial: [1, ten]
        max_fail: [1]
        tasks: []
    `,
    yaml`
      p.yaml:2:11: error[value]: "0" would begin no host
              serial: 0
                      ^
      p.yaml:3:13: error[value]: "110%" is more than 100%
              max_fail: 110%
                        ^
      p.yaml:6:15: error[value]: "ten" is not a number of hosts, as 5, or a percentage, as 10%
              serial: [1, ten]
                          ^
      p.yaml:7:13: error[value]: this is a number of hosts, as 5, or a percentage, as 10%
              max_fail: [1]
                        ^`,
  ],
  [
    'a misspelt argument',
    task('vlan: { parent: eth0, idd: 300 }'),
    yaml`
      p.yaml:3:13: error[missing]: vlan has no "id"
                - vlan: { parent: eth0, idd: 300 }
                        ^
      p.yaml:3:29: error[unknown-key]: "idd" is not a key of vlan
                - vlan: { parent: eth0, idd: 300 }
                                        ^ hint: did you mean "id"?`,
  ],
  [
    'a misspelt argument of metallb_l2',
    task('metallb_l2: { networks: [], kubeproxy: ipvs }'),
    yaml`
      p.yaml:3:35: error[unknown-key]: "kubeproxy" is not a key of metallb_l2
                - metallb_l2: { networks: [], kubeproxy: ipvs }
                                              ^ hint: did you mean "kube_proxy"?`,
  ],
  [
    'a name that no variable has, in a condition',
    task('{ when: number == 3 && uplnk == "eth0", vlan: { parent: eth0, id: 3 } }'),
    yaml`
      p.yaml:3:30: error[undefined-variable]: there is no variable "uplnk"
                - { when: number == 3 && uplnk == "eth0", vlan: { parent: eth0, id: 3 } }
                                         ^ hint: did you mean "uplink"?`,
  ],
  [
    'a key that is not there, in a quoted condition',
    task(`{ when: 'gateways.b == "x"', vlan: { parent: eth0, id: 3 } }`),
    yaml`
      p.yaml:3:25: error[condition]: No such key: b
                - { when: 'gateways.b == "x"', vlan: { parent: eth0, id: 3 } }
                                    ^`,
  ],
  [
    'a condition that is no condition',
    task('{ when: uplink, vlan: { parent: eth0, id: 3 } }'),
    yaml`
      p.yaml:3:15: error[condition]: the condition is neither true nor false, but a text
                - { when: uplink, vlan: { parent: eth0, id: 3 } }
                          ^ hint: compare it: == …`,
  ],
  [
    'a condition with the words of Ansible',
    task('{ when: number == 3 and uplink == "eth0", vlan: { parent: eth0, id: 3 } }'),
    yaml`
      p.yaml:3:27: error[condition]: conditions are CEL, which has no "and"
                - { when: number == 3 and uplink == "eth0", vlan: { parent: eth0, id: 3 } }
                                      ^ hint: write &&`,
  ],
  [
    'a reference in a condition',
    task('{ when: "{{ uplink }} == 3", vlan: { parent: eth0, id: 3 } }'),
    yaml`
      p.yaml:3:16: error[condition]: in a condition a variable stands without {{ }}
                - { when: "{{ uplink }} == 3", vlan: { parent: eth0, id: 3 } }
                           ^ hint: write its name alone: when: uplink == "eth0"`,
  ],
  [
    'a list of conditions',
    task('{ when: [true, false], vlan: { parent: eth0, id: 3 } }'),
    yaml`
      p.yaml:3:15: error[value]: when is one condition: join several with &&
                - { when: [true, false], vlan: { parent: eth0, id: 3 } }
                          ^`,
  ],
  [
    'a loop over what is no list',
    task('{ loop: "{{ uplink }}", vlan: { parent: eth0, id: 3 } }'),
    yaml`
      p.yaml:3:15: error[type]: loop must be a list, not text
                - { loop: "{{ uplink }}", vlan: { parent: eth0, id: 3 } }
                          ^`,
  ],
  [
    'a reference to nothing in an argument',
    task('vlan: { parent: "{{ uplnk }}", id: 3 }'),
    yaml`
      p.yaml:3:24: error[undefined-variable]: variable "uplnk" is not defined
                - vlan: { parent: "{{ uplnk }}", id: 3 }
                                   ^ hint: did you mean "uplink"?`,
  ],
  [
    'item where there is no loop',
    task('vlan: { parent: eth0, id: "{{ item }}" }'),
    yaml`
      p.yaml:3:34: error[undefined-variable]: variable "item" is not defined
                - vlan: { parent: eth0, id: "{{ item }}" }
                                             ^ hint: set it for the host or for one of its groups`,
  ],
  [
    'two VLANs of one id',
    task('vlan: { parent: eth0, id: 3, name: a }\n    - vlan: { parent: eth0, id: 3, name: b }'),
    yaml`
      p.yaml:4:7: error[task-clash]: VLAN 3 of eth0 is already declared in another way at p.yaml:3:7
                - vlan: { parent: eth0, id: 3, name: b }
                  ^ hint: a host can have it only once`,
  ],
  [
    'two ways for one route, in two plays',
    `${task('route: { to: 10.0.0.0/8, dev: eth0, table: 300 }')}${task('route: { to: 10.0.0.0/8, dev: eth1, table: 300 }')}`,
    yaml`
      p.yaml:6:7: error[task-clash]: ipv4 route 10.0.0.0/8 of table 300 is already declared in another way at p.yaml:3:7
                - route: { to: 10.0.0.0/8, dev: eth1, table: 300 }
                  ^ hint: a host can have it only once`,
  ],
  [
    'two tables for one rule, by one loop',
    task('{ loop: [300, 301], rule: { priority: 1500, from: 10.0.0.0/8, table: "{{ item }}" } }'),
    yaml`
      p.yaml:3:27: error[task-clash]: ipv4 rule 1500 from 10.0.0.0/8 is already declared in another way at p.yaml:3:27
                - { loop: [300, 301], rule: { priority: 1500, from: 10.0.0.0/8, table: "{{ item }}" } }
                                      ^ hint: a host can have it only once`,
  ],
  [
    'two lists of networks',
    task(
      'metallb_l2: { networks: [] }\n    - metallb_l2: { networks: [{ name: a, pools: [1.2.3.0/24], link: { device: eth0 } }] }',
    ),
    yaml`
      p.yaml:4:7: error[task-clash]: metallb_l2 is asked for with other networks at p.yaml:3:7
                - metallb_l2: { networks: [{ name: a, pools: [1.2.3.0/24], link: { device: eth0 } }] }
                  ^ hint: a host has one list of networks: write them in one task, or in the variable networks`,
  ],
  ...(
    [
      [
        'a table of the kernel',
        'route: { to: 10.0.0.0/8, dev: eth0, table: 254 }',
        50,
        'table-range',
        "routing table 254 is the kernel's own (253 default, 254 main, 255 local)",
        null,
      ],
      [
        'a default route without a gateway',
        'route: { to: default, dev: eth0, table: 300 }',
        14,
        'gateway-missing',
        'a default route needs a gateway',
        'add "via:"',
      ],
      [
        'onlink without a gateway',
        'route: { to: 10.0.0.0/8, dev: eth0, table: 300, onlink: true }',
        14,
        'gateway-missing',
        'onlink is about a gateway',
        'add "via:"',
      ],
      [
        'an IPv6 default route without a gateway',
        'route: { to: "::/0", dev: eth0, table: 300 }',
        14,
        'gateway-missing',
        'a default route needs a gateway',
        'add "via:"',
      ],
      [
        'a gateway of the other family',
        'route: { to: 10.0.0.0/8, via: "fd00::1", dev: eth0, table: 300 }',
        14,
        'family',
        'IPv4 and IPv6 do not go together',
        null,
      ],
      [
        'a rule for everything',
        'rule: { priority: 1500, table: 300 }',
        13,
        'rule-all',
        'a rule without a selector takes every packet of the host',
        'add from, to, iif or fwmark',
      ],
      [
        'a table by a name',
        'rule: { priority: 1500, from: 10.0.0.0/8, table: foo }',
        56,
        'value',
        'table must be a number, or main',
        null,
      ],
      [
        'a VLAN id out of range',
        'vlan: { parent: eth0, id: 5000 }',
        33,
        'vlan-range',
        'VLAN id 5000 is outside 1–4094',
        '0 and 4095 are reserved by IEEE 802.1Q',
      ],
    ] as const
  ).map(([title, text, column, code, message, hint]) => {
    const caret = `${' '.repeat(column - 1)}^${hint === null ? '' : ` hint: ${hint}`}`;
    return [
      title,
      task(text),
      `p.yaml:3:${column}: error[${code}]: ${message}\n          - ${text}\n      ${caret}`,
    ] as const;
  }),
  [
    'a setting with a name or a value that cannot be one',
    yaml`
      - hosts: workers
        tasks:
          - sysctl: { name: "net.ipv4.../tcp", value: 1 }
          - sysctl: { name: net.ipv4.tcp_sack, value: "" }
          - sysctl: { name: net.ipv4.tcp_sack }
    `,
    yaml`
      p.yaml:3:15: error[sysctl-name]: "net.ipv4.../tcp" is not the name of a kernel setting
                - sysctl: { name: "net.ipv4.../tcp", value: 1 }
                          ^ hint: e.g. net.ipv4.tcp_mtu_probing
      p.yaml:4:15: error[sysctl-value]: value is one line of text
                - sysctl: { name: net.ipv4.tcp_sack, value: "" }
                          ^
      p.yaml:5:15: error[missing]: sysctl has no "value"
                - sysctl: { name: net.ipv4.tcp_sack }
                          ^`,
  ],
  [
    'two values for one setting, whatever their forms',
    yaml`
      - hosts: n1
        tasks:
          - sysctl: { name: net.ipv4.conf.eth0/100.log_martians, value: 1 }
          - sysctl: { name: net/ipv4/conf/eth0.100/log_martians, value: "0" }
    `,
    yaml`
      p.yaml:4:7: error[task-clash]: sysctl net/ipv4/conf/eth0.100/log_martians is already declared in another way at p.yaml:3:7
                - sysctl: { name: net/ipv4/conf/eth0.100/log_martians, value: "0" }
                  ^ hint: a host can have it only once`,
  ],
];

describe('A playbook with', () => {
  it.each(cases)('%s is refused where it is written', (_, playbook, printed) => {
    const wants = wantsOf(playbook, inventory, 'n1');
    expect(wants.ok ? JSON.stringify(wants.value) : wants.error).toBe(printed.trimEnd());
  });
});
