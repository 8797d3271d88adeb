import type { Backend } from './backend.ts';
import { declaredFiles } from './declared-files/backend.ts';
import { iptables } from './iptables/backend.ts';
import { modulesLoad } from './modules-load/backend.ts';
import { netplan } from './netplan/backend.ts';
import { networkd } from './networkd/backend.ts';
import { nftables } from './nftables/backend.ts';
import { sysctlD } from './sysctl-d/backend.ts';
import { unit } from './unit/backend.ts';
import { units } from './units/backend.ts';

/** Every backend. A new one is a folder and a line here. */
export const backends: readonly Backend[] = [
  networkd,
  netplan,
  unit,
  iptables,
  nftables,
  sysctlD,
  declaredFiles,
  modulesLoad,
  units,
];
