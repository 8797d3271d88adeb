import { type Cidr, type Family, familyOf, type IpAddress } from './address.ts';
import type { DeclaredFile } from './declared-file.ts';
import type { InterfaceName, VlanLink } from './link.ts';
import type { MarkSetting } from './mark-setting.ts';
import type { InterfaceAddress, Neighbor } from './neighborhood.ts';
import type { NetfilterChain } from './netfilter.ts';
import type { Fwmark, PolicyRule, Route, TableId } from './routing.ts';
import type { SysctlSetting } from './sysctl.ts';
import type { UnitSetting } from './unit-setting.ts';

/** How replies from a pool find their way back. `none`: main already has it; `onlink`: a link route; `source`: by source address; `mark`: by connection mark. */
export type ReturnPath = 'none' | 'onlink' | 'source' | 'mark';

/** What was decided for one network on one host, for the family its pools are of, and why: printed with every plan. */
export type Decision = {
  readonly network: string;
  readonly returnPath: ReturnPath;
  readonly reason: string;
  readonly pools: readonly Cidr[];
  readonly device: InterfaceName | null;
  /** Null where the method has no table, gateway or mark of its own. */
  readonly gateway: IpAddress | null;
  readonly table: TableId | null;
  readonly fwmark: Fwmark | null;
};

/** The family that a decision is for. */
export function familyOfDecision({ pools: [first] }: Pick<Decision, 'pools'>): Family {
  return first === undefined ? 'ipv4' : familyOf(first);
}

/** What brings links, routes and rules back at boot. */
export type Renderer = 'networkd' | 'netplan' | 'unit';

/** All that a host should have, whatever tool makes it persistent. Lists are sorted, so equal states have equal bytes. */
export type DesiredState = {
  readonly decisions: readonly Decision[];
  readonly links: readonly VlanLink[];
  readonly routes: readonly Route[];
  readonly rules: readonly PolicyRule[];
  readonly chains: readonly NetfilterChain[];
  readonly sysctls: readonly SysctlSetting[];
  /** Missing in what earlier versions recorded: none. */
  readonly addresses?: readonly InterfaceAddress[];
  /** As `addresses`. */
  readonly neighbors?: readonly Neighbor[];
  /** As `addresses`. */
  readonly files?: readonly DeclaredFile[];
  /** What tasks beside `metallb_l2` have marked: their chains are among `chains`; as `addresses`. */
  readonly marks?: readonly MarkSetting[];
  /** Names of modules of the kernel, with `_` for `-`; as `addresses`. */
  readonly modules?: readonly string[];
  /** As `addresses`. */
  readonly units?: readonly UnitSetting[];
  /** Missing: `networkd`, which was the only one. */
  readonly renderer?: Renderer;
};

/** Of a host that should have nothing of mlbroute's. */
export const noState: DesiredState = { decisions: [], links: [], routes: [], rules: [], chains: [], sysctls: [] };
