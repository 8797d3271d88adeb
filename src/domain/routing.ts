import type { Cidr, Family, IpAddress } from './address.ts';
import type { InterfaceName } from './link.ts';
import { err, ok, type Result } from './result.ts';

/** A routing table number. `main` is 254. */
export type TableId = number & { readonly __brand: 'TableId' };

/** The priority of a policy rule: the kernel tries lower numbers first. */
export type Priority = number & { readonly __brand: 'Priority' };

/** A firewall mark under a mask; value has no bit outside mask. */
export type Fwmark = { readonly value: number; readonly mask: number };

/** The kernel's main table. */
export const mainTable = 254 as TableId;

/** One route of a table. `onlink` says that the gateway is reached directly though no route of the table says so. */
export type Route = { readonly family: Family; readonly table: TableId; readonly destination: Cidr | 'default' } & (
  | { readonly type: 'link'; readonly device: InterfaceName }
  | { readonly type: 'gateway'; readonly device: InterfaceName; readonly gateway: IpAddress; readonly onlink: boolean }
  | { readonly type: 'blackhole' }
);

/** One policy rule. A selector that is null matches everything. */
export type PolicyRule = {
  readonly family: Family;
  readonly priority: Priority;
  readonly from: Cidr | null;
  readonly to: Cidr | null;
  readonly iif: InterfaceName | null;
  readonly fwmark: Fwmark | null;
  readonly table: TableId;
};

/** Parses a table number. 0 and the kernel's own 253–255 are refused: filling them is never what a return path needs. */
export function parseTableId(id: number): Result<TableId, string> {
  if (!Number.isInteger(id) || id < 1 || id > 0xffffffff) return err(`routing table ${id} is outside 1–4294967295`);
  if (id >= 253 && id <= 255) return err(`routing table ${id} is the kernel's own (253 default, 254 main, 255 local)`);
  return ok(id as TableId);
}

/** Parses a rule priority. 0 is the kernel's `local` rule; 32766 and 32767 are its `main` and `default`. */
export function parsePriority(value: number): Result<Priority, string> {
  if (!Number.isInteger(value) || value < 1 || value > 32765) return err(`rule priority ${value} is outside 1–32765`);
  return ok(value as Priority);
}

/** Parses a mark and its mask. */
export function parseFwmark(value: number, mask: number): Result<Fwmark, string> {
  for (const part of [value, mask]) {
    if (!Number.isInteger(part) || part < 1 || part > 0xffffffff) return err(`mark ${part} is outside 0x1–0xffffffff`);
  }
  if ((BigInt(value) & ~BigInt(mask)) !== 0n) return err(`mark ${hex(value)} has bits outside its mask ${hex(mask)}`);
  return ok({ value, mask });
}

/** A mark as ip-rule(8) and iptables print it: `0x100/0x1f00`. */
export function formatFwmark(mark: Fwmark): string {
  return `${hex(mark.value)}/${hex(mark.mask)}`;
}

function hex(value: number): string {
  return `0x${value.toString(16)}`;
}
